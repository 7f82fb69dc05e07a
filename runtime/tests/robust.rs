//! Nothing panics: on damaged programs that the verifier still accepts, nor on damaged documents.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(missing_docs, reason = "tests")]

mod common;

use common::*;
use footrule_mir::*;
use footrule_number::Ratio;
use footrule_runtime::{Inputs, Options, evaluate};

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (n.max(1) as u64)).unwrap()
    }
}

/// A program with something of everything.
fn rich() -> B {
    let mut b = B::new();
    let (s, _) = (b.stage("s"), b.stage("t"));
    let e = b.enumeration("E", &["a", "b"]);
    let g = b.gas("CO2", &[(None, "1")]);
    b.gas("CH4", &[(None, "28")]);
    let (kg, t, number) = (b.num("kg"), b.num("t{Al}"), Ty::Number(UnitId(0)));
    let co2e = b.split("kg{CO2e}");
    let p = b.input("p", t.clone());
    let k = b.input("k", Ty::Enum(e));
    let o = b.input("o", Ty::Optional(Box::new(number.clone())));
    let list = b.input("l", Ty::List(Box::new(kg.clone())));
    let activity = b.activity("kg", "kg{CO2e}/kg");
    let a = b.input("a", activity);
    b.p.products[0].reference = Some(p);
    let f = b.factor("f", "2", "");
    let row =
        |keys, b: &mut B| TableRow { keys, values: vec![Cell::Factor(f)], origin: Origin::Fossil, place: b.place() };
    let rows = vec![row(vec![Some(Const::Enum(e, 0))], &mut b), row(vec![None], &mut b)];
    let place = b.place();
    b.p.tables.push(TableInfo {
        name: named("t"),
        keys: vec![("k".into(), Ty::Enum(e))],
        columns: vec![("v".into(), number.clone())],
        rows,
        partial: false,
        interpolate: None,
        place,
    });
    let rows = vec![ParamRow { from: (2024, 1, 1), to: Some((2025, 1, 1)), factor: f, origin: Origin::Fossil }];
    b.p.params.push(ParamInfo {
        name: named("q"),
        ty: number.clone(),
        rows,
        before: Policy::Error,
        after: Policy::Hold { warning: true, until: None },
        review: None,
        at: Some(PeriodRule::Days),
        place,
    });
    let period = b.node(Op::Period, Ty::Period);
    let q = b.op(Op::ParamAt(ParamId(0), period));
    let v = b.op(Op::Lookup { table: TableId(0), keys: vec![k], column: Some(0) });
    let zero = b.region(|b| b.c("0"));
    let o = b.op(Op::OrElse(o, zero));
    let mut sum = b.op(Op::Add(q, v));
    for op in [Op::Mul(sum, o), Op::Sub(sum, o), Op::Max(o, q), Op::Exp(o), Op::Power(q, o), Op::Round(q, 2)] {
        let x = b.op(op);
        sum = b.op(Op::Add(sum, x));
    }
    let arms = vec![b.region(|b| b.c("1")), b.region(|b| b.boom())];
    let chosen = b.op(Op::Match(k, arms));
    let l = b.over(kg.clone(), |_| list, None, |b, x| b.node(Op::Mul(x, chosen), kg.clone()));
    let total = b.node(Op::Fold(Fold::Sum, l.clone()), kg.clone());
    b.line("gas", s, LineGas::Static(g), total);
    let amount = b.node(Op::Amount(a), kg.clone());
    let factor = b.split("kg{CO2e}/kg");
    let factor = b.node(Op::Factor(a), factor);
    let up = b.node(Op::Mul(amount, factor), co2e);
    b.line("up", s, LineGas::Split, up).to_result = vec![Ratio::new(1, 3).unwrap()];
    let any = b.line("items", s, LineGas::Static(g), total);
    any.value = None;
    any.over = Some(l);
    let ty = b.num("kg{CO2e}/t{Al}");
    let r = b.results(|b| b.node(Op::Result(ProductId(0), ResultRef::Total), ty));
    b.report("r", r);
    b.report("s", sum);
    let holds = b.region(|b| {
        let one = b.c("1");
        b.node(Op::Compare { cmp: Cmp::Lt, a: sum, ra: Ratio::ONE, b: one, rb: Ratio::ONE }, Ty::Bool)
    });
    b.check("w", true, holds, vec![Piece::Value(zero)]);
    b.def("d", sum);
    let def = Read::Def(DefId(0));
    b.p.lines[0].reads = vec![def, Read::Input(InputId(0)), Read::Table(TableId(0)), Read::Param(ParamId(0))];
    b
}

const GOOD: &str = r#"{"period": "2025", "inputs": {"p": "3 t", "k": "a", "o": 2, "l": [1, "2 kg"],
    "a": {"amount": 1, "factor": {"fossil": 1, "biogenic": "2 kg/kg", "gwp": "AR6"}, "source": "s"}}}"#;

#[test]
fn the_program_itself_is_fine() {
    let o = rich().run(GOOD).unwrap();
    o.explain.unwrap().verify_sums().unwrap();
    assert_eq!(o.warnings.len(), 2);
}

/// Changes one number or word somewhere in a JSON value.
fn damage(value: &mut serde_json::Value, dice: &mut Dice) {
    use serde_json::Value;
    match value {
        Value::Array(items) if !items.is_empty() => {
            let i = dice.below(items.len());
            match dice.below(12) {
                0 => drop(items.remove(i)),
                1 => items.swap(i, 0),
                2 => {
                    let copy = items[i].clone();
                    items.push(copy);
                }
                _ => damage(&mut items[i], dice),
            }
        }
        Value::Object(members) if !members.is_empty() => {
            let i = dice.below(members.len());
            if let Some(v) = members.values_mut().nth(i) {
                damage(v, dice);
            }
        }
        Value::Number(_) => *value = Value::from([0, 1, 2, 3, 7, 40, 4_000_000_000_u32][dice.below(7)]),
        Value::String(s) => {
            let words =
                ["", "0", "-1", "1/3", "0/1", "79228162514264337593543950335", "Fossil", "Mul", "s", "铝", "1e-28"];
            *s = words[dice.below(words.len())].to_owned();
        }
        Value::Bool(b) => *b = !*b,
        Value::Null => *value = Value::from(dice.below(20)),
        _ => {}
    }
}

#[test]
fn damaged_programs() {
    let whole = serde_json::to_value(&rich().p).unwrap();
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let (mut read, mut accepted, mut evaluated) = (0, 0, 0);
    for _ in 0..4000 {
        let mut json = whole.clone();
        for _ in 0..=dice.below(2) {
            damage(&mut json, &mut dice);
        }
        let Ok(program) = serde_json::from_value::<Program>(json) else { continue };
        read += 1;
        if verify(&program).is_err() {
            continue;
        }
        accepted += 1;
        let inputs = Inputs::from_json(&program, "f", GOOD);
        if let Ok(o) = inputs.and_then(|i| evaluate(&program, &i, Options { explain: true })) {
            evaluated += 1;
            o.explain.unwrap().verify_sums().unwrap();
        }
    }
    assert!(read > 1000 && accepted > 300 && evaluated > 100, "the damage is of use: {read} {accepted} {evaluated}");
}

#[test]
fn damaged_documents() {
    let b = rich();
    let mut dice = Dice(88_172_645_463_325_252);
    let (mut fine, mut refused) = (0, 0);
    let bits =
        ["{", "}", "[", "]", ",", ":", "\"", "null", "1e9", "-", "%", "kg", "t{", "}", "·", "/", "^", "\\", "铝", " "];
    for _ in 0..4000 {
        let mut text = GOOD.to_owned();
        for _ in 0..=dice.below(2) {
            let mut at = dice.below(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let bit = bits[dice.below(bits.len())];
            if dice.below(2) == 0 || !text.is_char_boundary((at + 1).min(text.len())) {
                text.insert_str(at, bit);
            } else {
                text.replace_range(at..(at + 1).min(text.len()), bit);
            }
        }
        match Inputs::from_json(&b.p, "f", &text) {
            Ok(inputs) => {
                fine += 1;
                let _ = evaluate(&b.p, &inputs, Options { explain: true });
            }
            Err(list) => {
                refused += 1;
                assert!(!list.is_empty());
                for d in &list {
                    let span = d.primary.as_ref().map(|l| &l.at).filter(|l| l.file == "f").map(|l| l.span);
                    if let Some(s) = span {
                        assert!(text.get(s.start as usize..s.end as usize).is_some(), "{s:?} in {text}");
                    }
                }
            }
        }
    }
    assert!(fine > 40 && refused > 1000, "{fine} {refused}");
}
