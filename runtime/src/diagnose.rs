//! Failures of an evaluation as diagnostics: code, message with values and units, labels.
//!
//! Guarantees: sorted by class (requirements first, then lines, then arithmetic and data), place, item; one for
//! each distinct failure. Must not: decide anything; the failure is what the interpreter found.

use crate::days;
use crate::show;
use crate::value::{Errs, FailKind, Failure, Value};
use footrule_diag::{Code, Diagnostic, FileSpan, Text, text};
use footrule_mir::{ExceptionId, ExceptionInfo, NodeId, Op, PlaceId, Program, ResultRef, TableId, Ty};
use footrule_number::{NumError, Number};

/// How deeply a formula is written out in a message.
const FORMULA_DEPTH: u32 = 2;

/// How many failures are reported one by one.
pub(crate) const MAX_REPORTED: usize = 1000;

/// The span of a place.
pub(crate) fn place(program: &Program, id: PlaceId) -> Option<FileSpan> {
    program.places.get(id.ix()).cloned()
}

/// Adds a primary label, if the place is known.
pub(crate) fn at(d: Diagnostic, program: &Program, id: PlaceId, text: Text) -> Diagnostic {
    match place(program, id) {
        Some(span) => d.at(span, text),
        None => d,
    }
}

/// Adds a secondary label, if the place is known.
pub(crate) fn also(d: Diagnostic, program: &Program, id: PlaceId, text: Text) -> Diagnostic {
    match place(program, id) {
        Some(span) => d.also(span, text),
        None => d,
    }
}

/// The code of a failure.
pub(crate) fn code(kind: &FailKind) -> Code {
    match kind {
        FailKind::Num(NumError::DivisionByZero, _) => Code::E001,
        FailKind::Num(NumError::Overflow, _) => Code::E002,
        FailKind::Num(NumError::TooSmall, _) => Code::E003,
        FailKind::Num(NumError::Domain, _) | FailKind::Shares(..) | FailKind::NegativeReference(..) => Code::E004,
        FailKind::Num(NumError::Empty, _) => Code::E005,
        FailKind::Require(_) => Code::E006,
        FailKind::NoValue(..) => Code::E007,
        FailKind::NoRow(..) | FailKind::AmbiguousRow(..) => Code::E008,
        FailKind::Outside(..) => Code::E016,
        FailKind::Balance(..) => Code::E017,
        FailKind::NotOne(_) => Code::E009,
        FailKind::Disagree(_) => Code::E010,
        FailKind::Negative(..) => Code::E011,
        FailKind::Changes(..) => Code::E012,
        FailKind::Weights(_) => Code::E013,
        FailKind::Constraint { list: false, .. } => Code::I003,
        FailKind::Constraint { list: true, .. } => Code::I012,
        FailKind::MissingField(..) => Code::I002,
        FailKind::NotApplicable(..) => Code::I015,
        FailKind::NoFactor => Code::I014,
        FailKind::FixedFactor => Code::I008,
        FailKind::NoGwp(_) => Code::P008,
        FailKind::NotRated(_) => Code::E015,
        FailKind::Bug(_) => Code::C005,
    }
}

/// What is said of a balance that does not close.
fn balance(program: &Program, which: u32, [ins, outs, gap]: [Number; 3]) -> (Text, Text) {
    let Some((b, c)) = program.balances.get(which as usize).and_then(|b| Some((b, b.check.as_ref()?))) else {
        return (Text::same("balance"), Text::default());
    };
    let unit = program.units.get(b.unit.ix()).filter(|u| !u.text.is_empty());
    let unit = unit.map_or_else(String::new, |u| format!(" {}", u.text));
    let (name, clause) = (&b.name.id, &b.name.clause);
    let clause = if clause.is_empty() { String::new() } else { format!("§{clause} ") };
    let (zh, en) = (&c.message.zh, &c.message.en);
    let dash = |s: &str| if s.is_empty() { String::new() } else { format!("{s}: ") };
    let (said_zh, said_en) = (dash(if zh.is_empty() { en } else { zh }), dash(if en.is_empty() { zh } else { en }));
    let (side_zh, side_en) = if c.of_in { ("投入", "in") } else { ("产出", "out") };
    let t = c.tolerance;
    let message = text!(
        "{clause}{said_zh}平衡 {name} 不闭合：投入 {ins}{unit}，产出 {outs}{unit}，差额 {gap}{unit}，容许{side_zh}的 {t}",
        "{clause}{said_en}balance {name} does not close: in {ins}{unit}, out {outs}{unit}, gap {gap}{unit}; {t} of {side_en} is allowed"
    );
    (message, text!("差额 {gap}{unit}", "the gap is {gap}{unit}"))
}

/// The unit of the points of a table, with a blank before it.
fn axis(program: &Program, table: TableId) -> String {
    let unit = program.tables.get(table.ix()).and_then(|t| match t.keys.get(t.interpolate?.key as usize)? {
        (_, Ty::Number(u)) => program.units.get(u.ix()),
        _ => None,
    });
    unit.filter(|u| !u.text.is_empty()).map_or_else(String::new, |u| format!(" {}", u.text))
}

/// All distinct failures, in order.
pub(crate) fn diagnostics(program: &Program, roots: &[Errs]) -> Vec<Diagnostic> {
    let Some(all) = Errs::union(roots) else {
        return Vec::new();
    };
    let mut failures: Vec<&Failure> = all.iter().collect();
    let key = |f: &Failure| {
        let class = match f.kind {
            FailKind::Constraint { .. } | FailKind::MissingField(..) | FailKind::NoFactor | FailKind::FixedFactor => 0,
            FailKind::NotApplicable(..) => 0,
            FailKind::Require(_) | FailKind::Balance(..) => 1,
            _ => 2,
        };
        (class, place(program, f.place), f.indices.clone(), f.node, f.sub)
    };
    failures.sort_by_cached_key(|f| key(f));
    let more = failures.len().saturating_sub(MAX_REPORTED);
    let mut list: Vec<Diagnostic> = failures.into_iter().take(MAX_REPORTED).map(|f| diagnostic(program, f)).collect();
    if let (true, Some(last)) = (more > 0, list.last_mut()) {
        last.help = Some(text!("另有 {more} 处", "and {more} more"));
    }
    list
}

/// One failure as a diagnostic.
pub(crate) fn diagnostic(program: &Program, f: &Failure) -> Diagnostic {
    let (mut message, label) = words(program, f);
    if !f.indices.is_empty() {
        let items: Vec<String> = f.indices.iter().map(|i| (i + 1).to_string()).collect();
        let items = items.join(", ");
        let (zh, en) = (&message.zh, &message.en);
        message = text!("{zh}（第 {items} 条）", "{en} (item {items})");
    }
    let d = at(Diagnostic::new(code(&f.kind), message), program, f.place, label);
    causes(program, f, d)
}

fn words(program: &Program, f: &Failure) -> (Text, Text) {
    let node = f.node;
    let formula = || node.map_or_else(|| "total".to_owned(), |n| describe(program, n, FORMULA_DEPTH));
    match &f.kind {
        FailKind::Num(error, operands) => {
            let label = num_label(*error);
            let formula = formula();
            let with = shown(program, operands, *error);
            let (zh, en) = (&label.zh, &label.en);
            let message = if with.zh.is_empty() {
                text!("{formula}：{zh}", "{formula}: {en}")
            } else {
                let (wz, we) = (&with.zh, &with.en);
                text!("{formula}：{zh}，{wz}", "{formula}: {en}; {we}")
            };
            (message, label)
        }
        FailKind::NoValue(p, day) => {
            let name = program.params.get(p.ix()).map_or("?", |p| p.name.id.as_str());
            let day = days::show(*day);
            let label = text!("{day} 没有值", "no value for {day}");
            (text!("参数 {name} 在 {day} 没有值", "parameter {name} has no value for {day}"), label)
        }
        FailKind::Changes(p, from, to) => {
            let name = program.params.get(p.ix()).map_or("?", |p| p.name.id.as_str());
            let period = days::show_period(*from, *to);
            (
                text!("参数 {name} 在核算期 {period} 内变化", "parameter {name} changes inside the period {period}"),
                text!("需要写明 at start、at end 或 by days", "this needs `at start`, `at end` or `by days`"),
            )
        }
        FailKind::NoRow(t, keys) => {
            let (name, keys) = (table(program, *t), keys.join(", "));
            let label = text!("没有 {keys} 的行", "no row for {keys}");
            (text!("表 {name} 中没有 {keys} 的行", "table {name} has no row for {keys}"), label)
        }
        FailKind::AmbiguousRow(t, keys) => {
            let (name, keys) = (table(program, *t), keys.join(", "));
            let label = text!("{keys} 对应多行", "several rows fit {keys}");
            (
                text!("表 {name} 中有多行同样适用于 {keys}", "several rows of table {name} fit {keys} equally well"),
                label,
            )
        }
        FailKind::Outside(t, x, low, high) => {
            let name = table(program, *t);
            let unit = axis(program, *t);
            let label = text!("取值 {x}{unit}", "{x}{unit} here");
            let message = text!(
                "{x}{unit} 在表 {name} 的范围 {low} .. {high}{unit} 之外",
                "{x}{unit} lies outside the range {low} .. {high}{unit} of table {name}"
            );
            (message, label)
        }
        FailKind::Balance(which, ins, outs, gap) => balance(program, *which, [*ins, *outs, *gap]),
        FailKind::NotOne(holding) => {
            let n = holding.len();
            let label = text!("有 {n} 个条件成立", "{n} conditions hold");
            (text!("应恰有一个条件成立，现有 {n} 个", "exactly one condition must hold; {n} do"), label)
        }
        FailKind::Disagree(found) => disagree(program, node, found),
        FailKind::Require(message) => (message.clone(), Text::new("要求", "the requirement")),
        FailKind::Constraint { message, .. } => (message.clone(), Text::new("此值", "this value")),
        FailKind::MissingField(r, k) => {
            let record = program.records.get(r.ix());
            let name = record.map_or("?", |r| r.name.as_str());
            let field = record.and_then(|r| r.fields.get(*k as usize)).map_or("?", |f| f.name.id.as_str());
            (text!("{name} 缺少 {field}", "{name} lacks {field}"), text!("缺少 {field}", "{field} is missing"))
        }
        FailKind::NotApplicable(r, k) => {
            let record = program.records.get(r.ix());
            let name = record.map_or("?", |r| r.name.as_str());
            let field = record.and_then(|r| r.fields.get(*k as usize));
            let id = field.map_or("?", |f| f.name.id.as_str());
            let when = field.and_then(|f| f.when.as_ref()).map_or("?", |w| w.formula.as_str());
            (
                text!("{name} 的 {id} 只在 {when} 时给出", "{id} of {name} is given only when {when}"),
                text!("条件不成立", "the condition does not hold"),
            )
        }
        FailKind::NoFactor => (
            Text::new(
                "活动数据没有因子，规则也没有缺省因子",
                "an activity has no factor, and the rule has no default for it",
            ),
            Text::new("缺因子", "no factor"),
        ),
        FailKind::FixedFactor => (
            Text::new("规则规定了因子，不能另给", "the rule fixes this factor; another one cannot be given"),
            Text::new("多余的因子", "a factor is given"),
        ),
        FailKind::Negative(line, value) => {
            let info = program.lines.get(line.ix());
            let name = info.map_or("?", |l| l.name.id.as_str());
            let value = show::quantity(program, *value, info.map(|l| l.unit));
            let label = text!("为 {value}", "it is {value}");
            (text!("{name} 为负：{value}", "{name} is negative: {value}"), label)
        }
        FailKind::Shares(line, total) => {
            let name = program.lines.get(line.ix()).map_or("?", |l| l.name.id.as_str());
            let total = show::number(*total);
            let label = text!("份额合计 {total}", "the shares sum to {total}");
            (
                text!(
                    "{name} 的来源份额合计为 {total}，应为 1",
                    "the shares of {name}'s origins sum to {total}, not 1"
                ),
                label,
            )
        }
        FailKind::Weights(list) => weights(program, node, list),
        FailKind::NegativeReference(n, value) => {
            let value = show::quantity(program, *value, unit(program, *n));
            let formula = formula();
            let label = text!("为 {value}", "it is {value}");
            (text!("基准流 {formula} 为负：{value}", "the reference flow {formula} is negative: {value}"), label)
        }
        FailKind::NoGwp(g) => {
            let (gas, set) = (program.gases.get(g.ix()).map_or("?", |g| g.name.id.as_str()), &program.rule.gwp);
            let label = text!("{gas} 没有数值", "{gas} has no value");
            (text!("{gas} 在 {set} 中没有 GWP", "{gas} has no GWP in {set}"), label)
        }
        FailKind::NotRated(what) => {
            let name = figure_name(what);
            (
                text!(
                    "`{name}` 没有值：没有一项贡献的数据有质量评分",
                    "`{name}` has no value: no contribution rests on rated data"
                ),
                text!("没有可评的数据", "nothing is rated"),
            )
        }
        FailKind::Bug(what) => {
            (text!("程序缺陷：{what}", "a bug of Footrule: {what}"), Text::new("求值到此", "while this was evaluated"))
        }
    }
}

fn num_label(error: NumError) -> Text {
    match error {
        NumError::DivisionByZero => Text::new("除数为零", "division by zero"),
        NumError::Overflow => Text::new("结果过大", "the result is too large"),
        NumError::TooSmall => {
            Text::new("结果小于 1e-18，位数会丢失", "the result is below 1e-18 and would lose its digits")
        }
        NumError::Domain => Text::new("超出函数的定义域", "outside the domain of the operation"),
        NumError::Empty => Text::new("没有数值", "there are no values"),
    }
}

/// The operands that matter: the divisor for a division by zero, else all.
fn shown(program: &Program, operands: &[(NodeId, Option<Number>)], error: NumError) -> Text {
    let operands = match error {
        NumError::DivisionByZero => &operands[operands.len().saturating_sub(1)..],
        _ => operands,
    };
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for (node, value) in operands {
        let Some(value) = value else { continue };
        let constant = matches!(program.nodes.get(node.ix()).map(|n| &n.op), Some(Op::Const(..)));
        let name = describe(program, *node, FORMULA_DEPTH);
        let value = show::quantity(program, *value, unit(program, *node));
        if !constant {
            zh.push(format!("{name} 为 {value}"));
            en.push(format!("{name} is {value}"));
        }
    }
    Text::new(zh.join("，"), en.join(", "))
}

fn unit(program: &Program, node: NodeId) -> Option<footrule_mir::UnitId> {
    program.nodes.get(node.ix()).and_then(|n| crate::interp::unit_of(&n.ty))
}

fn table(program: &Program, id: TableId) -> &str {
    program.tables.get(id.ix()).map_or("?", |t| t.name.id.as_str())
}

/// Secondary labels: where the operands are declared, the table, the parameter, the conditions that hold.
fn causes(program: &Program, f: &Failure, mut d: Diagnostic) -> Diagnostic {
    match &f.kind {
        FailKind::Num(error, operands) => {
            let from = if *error == NumError::DivisionByZero { operands.len().saturating_sub(1) } else { 0 };
            for (node, _) in &operands[from..] {
                if let Some((name, id)) = declared(program, *node).filter(|(_, id)| *id != f.place) {
                    d = also(d, program, id, text!("{name} 在此声明", "{name} is declared here"));
                }
            }
            d
        }
        FailKind::NoValue(p, _) | FailKind::Changes(p, ..) => match program.params.get(p.ix()) {
            Some(p) => also(d, program, p.place, Text::new("参数在此声明", "the parameter is declared here")),
            None => d,
        },
        FailKind::NoRow(t, _) | FailKind::AmbiguousRow(t, _) | FailKind::Outside(t, ..) => {
            match program.tables.get(t.ix()) {
                Some(t) => also(d, program, t.place, Text::new("表在此声明", "the table is declared here")),
                None => d,
            }
        }
        FailKind::NotOne(holding) => {
            holding.iter().fold(d, |d, p| also(d, program, *p, Text::new("此条件成立", "this condition holds")))
        }
        FailKind::Disagree(found) => found.iter().fold(d, |d, (e, v)| {
            let Some(info) = program.exceptions.get(e.ix()) else { return d };
            let (clause, value) = (exception_name(info), shown_value(program, f.node, v));
            also(d, program, info.place, text!("{clause} 得 {value}", "{clause} gives {value}"))
        }),
        _ => d,
    }
}

/// The name and declaration of a node, if it has one.
fn declared(program: &Program, node: NodeId) -> Option<(&str, PlaceId)> {
    match program.nodes.get(node.ix()).map(|n| &n.op) {
        Some(Op::Input(i)) => program.inputs.get(i.ix()).map(|i| (i.name.id.as_str(), i.place)),
        Some(Op::Amount(a) | Op::Factor(a) | Op::Convert(a, _) | Op::Whole(a) | Op::Unwrap(a)) => {
            match def(program, node) {
                Some(found) => Some(found),
                None if a.0 < node.0 => declared(program, *a),
                None => None,
            }
        }
        _ => def(program, node),
    }
}

fn def(program: &Program, node: NodeId) -> Option<(&str, PlaceId)> {
    program.defs.iter().find(|d| d.node == node).map(|d| (d.name.id.as_str(), d.place))
}

/// A node in words: its name, or its formula to a small depth.
pub(crate) fn describe(program: &Program, id: NodeId, depth: u32) -> String {
    let Some(node) = program.nodes.get(id.ix()) else {
        return "?".to_owned();
    };
    if let Some((name, _)) = def(program, id) {
        // Below the top a definition stands for itself; at the top its formula is wanted.
        if depth < FORMULA_DEPTH {
            return name.to_owned();
        }
    }
    let sub = |n: NodeId| {
        if depth == 0 { "…".to_owned() } else { describe(program, n, depth - 1) }
    };
    let bracket = |n: NodeId| {
        let text = sub(n);
        let plain = !matches!(
            program.nodes.get(n.ix()).map(|n| &n.op),
            Some(Op::Add(..) | Op::Sub(..) | Op::Mul(..) | Op::Div(..) | Op::Neg(_))
        );
        if plain || def(program, n).is_some() || depth == 0 { text } else { format!("({text})") }
    };
    let name = |names: Option<&str>| names.unwrap_or("?").to_owned();
    match &node.op {
        Op::Const(c, _) => show::value(program, &crate::interp::constant(c), crate::interp::unit_of(&node.ty)),
        Op::Input(i) => name(program.inputs.get(i.ix()).map(|i| i.name.id.as_str())),
        Op::Bound => match &node.ty {
            Ty::Record(r) => name(program.records.get(r.ix()).map(|r| r.name.as_str())),
            Ty::Row(t) => table(program, *t).to_owned(),
            _ => "item".to_owned(),
        },
        Op::Field(a, k) => {
            let field = match program.nodes.get(a.ix()).map(|n| &n.ty) {
                Some(Ty::Record(r)) => program.records.get(r.ix()).and_then(|r| r.fields.get(*k as usize)),
                _ => None,
            };
            format!("{}.{}", sub(*a), field.map_or("?", |f| f.name.id.as_str()))
        }
        Op::Amount(a) => format!("{}.amount", sub(*a)),
        Op::Factor(a) => format!("{}.factor", sub(*a)),
        Op::Add(a, b) => format!("{} + {}", sub(*a), bracket(*b)),
        Op::Sub(a, b) => format!("{} - {}", sub(*a), bracket(*b)),
        Op::Mul(a, b) => format!("{} * {}", bracket(*a), bracket(*b)),
        Op::Div(a, b) => format!("{} / {}", bracket(*a), bracket(*b)),
        Op::Neg(a) => format!("-{}", bracket(*a)),
        Op::Convert(a, _) | Op::Affine(a, ..) | Op::Whole(a) | Op::Unwrap(a) | Op::Present(a) if a.0 < id.0 => {
            describe(program, *a, depth.saturating_sub(1))
        }
        Op::Split { value, .. } if value.0 < id.0 => describe(program, *value, depth.saturating_sub(1)),
        Op::Characterise { mass, .. } => format!("co2e({})", sub(*mass)),
        Op::Power(a, b) => format!("{}^{}", bracket(*a), bracket(*b)),
        Op::Pow(a, b) => format!("pow({}, {})", sub(*a), sub(*b)),
        Op::Min(a, b) => format!("min({}, {})", sub(*a), sub(*b)),
        Op::Max(a, b) => format!("max({}, {})", sub(*a), sub(*b)),
        Op::Abs(a) => format!("abs({})", sub(*a)),
        Op::Sqrt(a) => format!("sqrt({})", sub(*a)),
        Op::Exp(a) => format!("exp({})", sub(*a)),
        Op::Ln(a) => format!("ln({})", sub(*a)),
        Op::Fold(f, _) => format!("{}(…)", format!("{f:?}").to_lowercase()),
        Op::ParamAt(p, _) => name(program.params.get(p.ix()).map(|p| p.name.id.as_str())),
        Op::Lookup { table: t, .. } => format!("{}(…)", table(program, *t)),
        Op::Column(a, k) => {
            let column = match program.nodes.get(a.ix()).map(|n| &n.ty) {
                Some(Ty::Row(t)) => program
                    .tables
                    .get(t.ix())
                    .and_then(|t| t.keys.iter().chain(&t.columns).nth(*k as usize).map(|(n, _)| n.as_str())),
                _ => None,
            };
            format!("{}.{}", sub(*a), column.unwrap_or("?"))
        }
        Op::Result(_, what) => figure_name(what).to_owned(),
        _ => "…".to_owned(),
    }
}

/// How a figure of the result is written.
fn figure_name(what: &ResultRef) -> &'static str {
    match what {
        ResultRef::PrimaryShare => "primary_share",
        ResultRef::RatedShare => "rated_share",
        ResultRef::Dqr => "dqr",
        _ => "total",
    }
}

/// How an exception is called in a message: its clause, its name, or what it is an exception to.
pub(crate) fn exception_name(info: &ExceptionInfo) -> String {
    match (info.name.clause.as_str(), info.name.id.as_str()) {
        ("", "") => format!("except {}", info.of),
        ("", id) => id.to_owned(),
        (clause, "") => format!("§{clause}"),
        (clause, id) => format!("§{clause} {id}"),
    }
}

fn shown_value(program: &Program, node: Option<NodeId>, v: &Value) -> String {
    if let Value::Record(r, values) = v {
        // The shares of an allocation.
        let fields = program.records.get(r.ix()).map_or(&[][..], |r| &r.fields);
        let each =
            fields.iter().zip(values.iter()).map(|(f, v)| format!("{} {}", f.name.id, show::value(program, v, None)));
        return each.collect::<Vec<_>>().join(" | ");
    }
    let unit = node.and_then(|n| program.nodes.get(n.ix())).and_then(|n| crate::interp::unit_of(&n.ty));
    show::value(program, v, unit)
}

/// Weights that give no shares, with their values.
fn weights(program: &Program, node: Option<NodeId>, list: &[(u32, Option<Number>)]) -> (Text, Text) {
    let found = node.and_then(|n| program.nodes.get(n.ix()));
    let record = match found.map(|n| &n.ty) {
        Some(Ty::Record(r)) => program.records.get(r.ix()),
        _ => None,
    };
    let (given, nodes) = match found.map(|n| &n.op) {
        Some(Op::Shares { given, weights }) => (*given, weights.as_slice()),
        _ => (false, &[][..]),
    };
    let said = |(field, weight): &(u32, Option<Number>)| {
        let name = record.and_then(|r| r.fields.get(*field as usize)).map_or("?", |f| f.name.id.as_str());
        let unit = nodes.iter().find(|(k, _)| k == field).and_then(|(_, n)| unit(program, (*n)?));
        weight.map(|w| format!("{name} {}", show::quantity(program, w, unit)))
    };
    let all = list.iter().filter_map(said).collect::<Vec<_>>().join(", ");
    let name = record.map_or("?", |r| r.name.as_str());
    if list.iter().any(|(_, w)| w.is_some_and(Number::is_negative)) {
        let message = text!("分配 {name} 的权数为负：{all}", "a weight of the allocation {name} is negative: {all}");
        return (message, Text::new("权数须不小于零", "weights are zero or more"));
    }
    if given {
        let message =
            text!("分配 {name} 的份额合计不是 1：{all}", "the shares of the allocation {name} do not sum to 1: {all}");
        return (message, Text::new("份额合计须恰为 1", "shares sum to exactly 1"));
    }
    let message = text!("分配 {name} 的权数全部为零：{all}", "all weights of the allocation {name} are zero: {all}");
    (message, Text::new("无从分配", "nothing to share by"))
}

fn disagree(program: &Program, node: Option<NodeId>, found: &[(ExceptionId, Value)]) -> (Text, Text) {
    let each: Vec<(String, String)> = found
        .iter()
        .filter_map(|(e, v)| Some((exception_name(program.exceptions.get(e.ix())?), shown_value(program, node, v))))
        .collect();
    let list = |word: &str, between: &str| {
        each.iter().map(|(c, v)| format!("{c} {word} {v}")).collect::<Vec<_>>().join(between)
    };
    let (zh, en) = (list("得", "，"), list("gives", ", "));
    let message = text!("同时成立的例外不一致：{zh}", "exceptions that hold together disagree: {en}");
    (message, text!("没有单一的值", "there is no single value"))
}
