//! Expressions of one type each, over what is in scope.

use crate::fuzz::Rng;

/// Makes expressions. Depths are small numbers: an expression of depth 0 is a name or a literal.
pub(super) struct Gen<'r> {
    pub rng: &'r mut Rng,
    pub numbers: Vec<String>,
    pub masses: Vec<String>,
    pub energies: Vec<String>,
    pub conditions: Vec<String>,
    /// One of the constructs that few evaluators know, so that the others are tried without it.
    pub rare: usize,
    /// `fun0` and `fun1` are there.
    pub functions: bool,
    /// Names that were given to items.
    named: usize,
    /// Loops around.
    loops: usize,
}

/// Of so many programs each of them stands in one.
const RARITY: usize = 36;

fn all(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

impl<'r> Gen<'r> {
    pub(super) fn new(rng: &'r mut Rng) -> Self {
        let rare = rng.below(RARITY);
        Self {
            rng,
            rare,
            numbers: all(&["a", "b", "c", "d", "a", "b", "p", "t1(e)", "kelvin(temp)"]),
            masses: all(&["m1", "m2", "2.5 kg", "0.004 t", "1500 g"]),
            energies: all(&["w1", "w2", "3 kWh", "0.5 MWh", "7.2 MJ"]),
            conditions: all(&["yes", "e == e0", "f != f0", "a > 100", "b <= 1"]),
            functions: false,
            named: 0,
            loops: 0,
        }
    }

    /// A name for an item.
    pub(super) fn item(&mut self) -> String {
        self.named += 1;
        format!("i{}", self.named)
    }

    fn of(&mut self, of: &[String]) -> String {
        of[self.rng.below(of.len())].clone()
    }

    fn literal(&mut self) -> String {
        let all = ["0.5", "3", "1.25", "44 / 12", "25%", "1_000", "0.001", "7", "1", "0.3333", "2.5", "12"];
        all[self.rng.below(all.len())].to_owned()
    }

    fn name(&mut self) -> String {
        if self.rng.below(3) == 0 {
            return self.literal();
        }
        let names = self.numbers.clone();
        self.of(&names)
    }

    /// The body of a function of `u` and `v`.
    pub(super) fn function(&mut self, depth: usize) -> String {
        let before = std::mem::replace(&mut self.numbers, all(&["u", "v", "v", "u"]));
        let rest = (
            std::mem::replace(&mut self.masses, all(&["2.5 kg", "0.004 t"])),
            std::mem::replace(&mut self.energies, all(&["3 kWh"])),
        );
        let conditions = std::mem::replace(&mut self.conditions, all(&["u > v", "v <= 1", "u within 0 .. 10"]));
        self.loops += 9;
        let body = self.number(depth);
        self.loops -= 9;
        self.numbers = before;
        (self.masses, self.energies) = rest;
        self.conditions = conditions;
        format!("{body} + u * 0.5 + v")
    }

    /// A number over the fields of an item.
    pub(super) fn within(&mut self, i: &str, depth: usize) -> String {
        let before = (self.numbers.clone(), self.masses.clone(), self.conditions.clone());
        let more = [
            format!("{i}.share"),
            format!("({i}.extra or else {i}.share)"),
            format!("in_kg({i}.mass)"),
            format!("t1({i}.kind)"),
        ];
        self.numbers.extend(more.iter().cloned());
        self.numbers.extend(more);
        self.masses.extend([format!("{i}.mass"), format!("{i}.load")]);
        self.conditions.extend([format!("{i}.kind == e1"), format!("{i}.share > 0.4")]);
        self.loops += 1;
        let x = self.number(depth);
        self.loops -= 1;
        (self.numbers, self.masses, self.conditions) = before;
        x
    }

    /// A dimensionless number.
    pub(super) fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.name();
        }
        let d = depth - 1;
        // Inside functions nothing of the rule is in scope.
        let inside = self.loops >= 9;
        match self.rng.below(if inside { 17 } else { 34 }) {
            0 | 1 => format!("({} + {})", self.number(d), self.number(d)),
            2 => format!("({} - {})", self.number(d), self.number(d)),
            3..=5 => format!("({}) * ({})", self.number(d), self.number(d)),
            6 => format!(
                "({}) / (abs({}) + {})",
                self.number(d),
                self.number(d),
                ["7", "0.1", "1000"][self.rng.below(3)]
            ),
            7 => format!("min({}, {})", self.number(d), self.number(d)),
            8 => format!("max({}, abs({}))", self.number(d), self.number(d)),
            9 => format!("(if {} then {} else {})", self.condition(d), self.number(d), self.number(d)),
            10 => format!("round({} + 0.001, {})", self.number(d), self.rng.below(4)),
            11 => format!("{}({})", ["floor", "ceil", "-abs", "abs"][self.rng.below(4)], self.number(d)),
            12 if self.rare == 7 => format!("sqrt(abs({}))", self.number(d)),
            13 => format!("({}) ^ {}", self.name(), ["2", "3", "1"][self.rng.below(3)]),
            14 if self.rare == 3 => format!("exp(-abs({}) / 1000) + ln(1 + abs({}))", self.name(), self.name()),
            15 => {
                let (c, b) = (self.condition(d), self.condition(0));
                format!(
                    "first of {{ when {c} => {}; when {b} => {}; otherwise {} }}",
                    self.number(d),
                    self.name(),
                    self.name()
                )
            }
            16 => format!("in_kg({})", self.mass(d)),
            17 => format!("in_kwh({})", self.energy(d)),
            18 => format!("(match e {{ e0 => {}; e1 => {}; e2 => {} }})", self.number(d), self.name(), self.name()),
            19 => [format!("(o1 or else {})", self.number(d)), "(if given o3 then o3 * 2 else 1)".to_owned()]
                [self.rng.below(2)]
            .clone(),
            20 => [
                "t2(e, f).loss",
                "(p at 2024) + p",
                "(p at 2023)",
                "(if given part(e) then part(e) else 1)",
                "t2(e, f).loss",
            ][self.rng.below(5)]
            .to_owned(),
            21 if self.functions => format!("fun{}({}, {})", self.rng.below(2), self.number(d), self.name()),
            22 => self.rarely(),
            23 => ["one of { when a < 5 => 1; when a >= 5 => b }", "one of { when yes => c; when not yes => 2 }"]
                [self.rng.below(2)]
            .to_owned(),
            24 => ["sum(xs)", "max(1, count(items))", "sum(x * x for x in xs)", "sum(x for x in xs where x > 1)"]
                [self.rng.below(4)]
            .to_owned(),
            25 => format!("sum(k * {} for k in 1 .. 3)", self.name()),
            26 => format!("sum((if k == e then {} else t1(k)) for k in E)", self.name()),
            27 => ["sum(row.loss for row in t2)", "max(row.loss for row in t2)"][self.rng.below(2)].to_owned(),
            28 => ["a / (abs(b) + 1)", "(c - a) / (abs(d) + 0.5)", "count(k for k in 1 .. 4 where k > 2)"]
                [self.rng.below(3)]
            .to_owned(),
            29 => "sum(k for k in [a, b, 2.5])".to_owned(),
            30.. if self.loops == 0 => self.fold(d),
            _ => self.name(),
        }
    }

    /// The construct that is rare here.
    fn rarely(&mut self) -> String {
        let of: &[&str] = match self.rare {
            0 => &["cu(abs(b))", "cu(min(abs(c), 3))"],
            11 => &["br(a)", "br(c - b)"],
            1 => &["1.02 ^ n", "0.9 ^ n"],
            2 => &["pow(1 + abs(a), 0.5)", "pow(abs(b) + 0.1, -0.3)"],
            3 => &["exp(-abs(a) / 1000) + ln(1 + abs(c))", "ln(1 + abs(d))", "exp(-abs(b) / 5000)"],
            4 => &["product(1 - x / 1000 for x in xs)", "mean(xs)", "mean(i.share for i in items)"],
            5 => &[
                "sum(s.share / product(1.5 - t.share for t in items from s) for s in items)",
                "sum(s * t for s in xs, t in xs after s)",
                "sum(s * t for s in xs, t in xs before s)",
                "sum(s * t for s in zs, t in zs after s)",
                "sum(s / product(1.5 + abs(t) for t in us from s) for s in us)",
                "count(t for s in xs, t in (if s > 1 then xs else us))",
            ],
            6 => &["count(k for k in E from e)", "sum(t1(k) for k in E before e)", "sum(k for k in 1 .. n)"],
            9 => &[
                "(if count(xs) > 1 then min(xs) + max(xs) else 0)",
                "max(xs)",
                "(if count(xs) > 0 then mean(xs) else 0)",
            ],
            10 => &["a / b", "(c - a) / d", "(a + 1) ^ -2", "a ^ 0", "part(e)", "b ^ (n * 5)", "1.01 ^ far"],
            7 => &["sqrt(abs(a))", "sqrt(b ^ 2 + 1)"],
            12 => &[
                "late",
                "(late at started)",
                "(late at 2022)",
                "(if yes then late else 2)",
                "sum(x * late for x in xs)",
                "(if any(x > (if x > a then late else b) for x in xs) then 1 else 2)",
                "(if all(i.share < 0.9 for i in items where i.share > (if i.kind == e1 then late / 30 else 0.2)) then 1 else 2)",
                "(if any(q.y > (if q.good then late else 40) for i in items, q in i.parts) then 1 else 2)",
                "(if any(x > k * (if k > 2 then late else 1) for k in 1 .. 3, x in xs) then 1 else 2)",
            ],
            13 => &["split(e0)", "split(e)", "max(split(e1), split(e2))"],
            14 => &["sum(q.portion * q.level for q in portions)", "count(q for q in portions where q.portion > 0.5)"],
            15 => &[
                "sum(k * a for k in n .. 12)",
                "sum(b ^ k for k in 0 .. n)",
                "count(k for k in 1 .. n where k > 2)",
                "sum(a / (k + 1) for k in 0 .. n * 25)",
                "sum(x * k for x in xs, k in 3 .. 40 * n)",
                "max(k for k in -200 .. n - 190)",
                "(if any(k * k > a for k in n .. 150 + n) then 1 else 2)",
            ],
            16 => &["product(x / 3 - a for x in xs)", "product(i.share - 0.3 for i in items)"],
            _ => &["a", "b", "t1(e)", "p"],
        };
        of[self.rng.below(of.len())].to_owned()
    }

    /// A fold over items, or over what stands in them.
    fn fold(&mut self, depth: usize) -> String {
        let i = self.item();
        let depth = depth.min(2);
        let x = self.within(&i, depth);
        let filter = match self.rng.below(4) {
            0 => format!(" where {i}.share > 0.4"),
            1 => format!(" where {i}.kind != e2 and {i}.mass > 1 t"),
            _ => String::new(),
        };
        match self.rng.below(8) {
            0..=2 => format!("sum({x} for {i} in items{filter})"),
            3 if self.rare == 9 => {
                format!("(if count({i} for {i} in items{filter}) > 0 then max({x} for {i} in items{filter}) else 0)")
            }
            4 if self.rare == 9 => format!("max({x} for {i} in items{filter})"),
            5 if self.rare == 9 => format!("min({x} for {i} in items{filter})"),
            6 => format!("sum(q.y * {i}.share for {i} in items{filter}, q in {i}.parts where q.good)"),
            _ => format!("sum(in_kg(sum(q.weight for q in {i}.parts)) * ({x}) for {i} in items{filter})"),
        }
    }

    /// A mass, in one of the units of mass.
    pub(super) fn mass(&mut self, depth: usize) -> String {
        let inside = self.loops >= 9;
        if depth == 0 {
            let names = self.masses.clone();
            return self.of(&names);
        }
        let d = depth - 1;
        match self.rng.below(if inside { 5 } else { 9 }) {
            0 => format!("({} + {})", self.mass(d), self.mass(d)),
            1 => format!("({} - {})", self.mass(d), self.mass(d)),
            2 => format!("({}) * ({})", self.mass(d), self.number(d)),
            3 => format!("(if {} then {} else {})", self.condition(d), self.mass(d), self.mass(d)),
            4 => format!("max({}, {})", self.mass(d), self.mass(d)),
            5 => format!("(o2 or else {})", self.mass(0)),
            6 => "sum(i.load for i in items)".to_owned(),
            7 => "act.amount * 1 kg/kg{coal}".to_owned(),
            _ => format!("({}) / ({} + 2)", self.mass(d), "abs(b)"),
        }
    }

    /// An energy.
    pub(super) fn energy(&mut self, depth: usize) -> String {
        if depth == 0 {
            let names = self.energies.clone();
            return self.of(&names);
        }
        let d = depth - 1;
        match self.rng.below(4) {
            0 => format!("({} + {})", self.energy(d), self.energy(d)),
            1 => format!("({}) * ({})", self.energy(d), self.number(d)),
            2 => format!("min({}, {})", self.energy(d), self.energy(d)),
            _ => format!("(if {} then {} else {})", self.condition(d), self.energy(d), self.energy(d)),
        }
    }

    /// A condition.
    pub(super) fn condition(&mut self, depth: usize) -> String {
        let inside = self.loops >= 9;
        if depth == 0 {
            let names = self.conditions.clone();
            return self.of(&names);
        }
        let d = depth - 1;
        match self.rng.below(if inside { 6 } else { 12 }) {
            0 => format!("({} > {})", self.number(d), self.number(d)),
            1 => format!("({} <= {})", self.number(d), self.number(d)),
            2 => format!("({} and {})", self.condition(d), self.condition(d)),
            3 => format!("({} or {})", self.condition(d), self.condition(d)),
            4 => format!("(not {})", self.condition(d)),
            5 => format!("({} within 0 .. 10)", self.name()),
            6 => format!("({} >= {})", self.mass(d), self.mass(d)),
            7 => format!("({} < {})", self.energy(d), self.energy(d)),
            8 => ["(e in { e0, e1 })", "(a == b)", "(a != 5)", "(given o4 and o4 > 2)"][self.rng.below(4)].to_owned(),
            9 => ["any(i.share > 0.9 for i in items)", "all(i.mass < 100 t for i in items)", "any(x == a for x in xs)"]
                [self.rng.below(3)]
            .to_owned(),
            10 => "all(q.y >= 0 for i in items, q in i.parts)".to_owned(),
            _ => "(temp > 20 °C)".to_owned(),
        }
    }
}
