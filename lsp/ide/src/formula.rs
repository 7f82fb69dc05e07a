//! A formula as people read it: labels for names, × and fractions for operators, substances behind their units.
//!
//! Must not: be read back; it is shown only.

use footrule_compiler::Session;
use footrule_compiler::db::Item;
use footrule_compiler::names::{Ns, Resolved, lookup};
use footrule_diag::Lang;
use footrule_syntax::ast::{BinOp, CmpOp, Expr, ExprKind, Stmt, UnitExpr};

/// How tightly parts hold together.
mod tight {
    pub const ELSE: u8 = 0;
    pub const OR: u8 = 1;
    pub const AND: u8 = 2;
    pub const COMPARE: u8 = 3;
    pub const SUM: u8 = 4;
    pub const PRODUCT: u8 = 5;
    pub const SIGN: u8 = 6;
    pub const POWER: u8 = 7;
    pub const ATOM: u8 = 8;
}

/// The formula of an expression in a statement, in a language.
pub(crate) fn formula(session: &Session, item: &Item, e: &Expr, lang: Lang) -> String {
    Writer { session, item, lang }.expr(e, tight::ELSE)
}

struct Writer<'a> {
    session: &'a Session,
    item: &'a Item,
    lang: Lang,
}

impl Writer<'_> {
    fn word(&self, english: &'static str) -> &'static str {
        crate::complete::word(english, self.lang)
    }

    /// The label of a name, else the name.
    fn name(&self, name: &str) -> String {
        let db = self.session.db();
        let spaces = [Ns::Value, Ns::Stage, Ns::Flow, Ns::Type];
        let found = spaces.iter().find_map(|ns| match lookup(db, self.item, *ns, name.to_owned()) {
            Resolved::One(e) if e.member.is_none() => e.item.ast(db).and_then(|a| a.stmt.labels()),
            _ => None,
        });
        let label = found.map(|l| match self.lang {
            Lang::Zh => l.zh.as_str(),
            Lang::En => l.en.as_str(),
        });
        label.filter(|l| !l.is_empty()).unwrap_or(name).to_owned()
    }

    fn field(&self, base: &Expr, name: &str) -> String {
        use footrule_compiler::check::Aside;
        use footrule_compiler::types::Ty;
        let db = self.session.db();
        let mut ty = Aside::new(db, self.item).expr(base, None).ty;
        while let Ty::Optional(t) | Ty::List(t) = ty {
            ty = *t;
        }
        let Ty::Record(record) = ty else { return name.to_owned() };
        let Some(Stmt::Record { fields, .. }) = record.ast(db).map(|a| &a.stmt) else { return name.to_owned() };
        let label = fields.iter().find(|f| f.name.text == name).map(|f| match self.lang {
            Lang::Zh => f.labels.zh.clone(),
            Lang::En => f.labels.en.clone(),
        });
        label.filter(|l| !l.is_empty()).unwrap_or_else(|| name.to_owned())
    }

    fn expr(&self, e: &Expr, around: u8) -> String {
        let (text, own) = self.loose(e);
        if own < around { format!("({text})") } else { text }
    }

    /// The text, and how tightly it holds together.
    fn loose(&self, e: &Expr) -> (String, u8) {
        use ExprKind as K;
        let two = |sign: &str, a: &Expr, b: &Expr, own: u8| {
            (format!("{} {sign} {}", self.expr(a, own), self.expr(b, own + 1)), own)
        };
        match &e.kind {
            K::Number { unit, .. } => {
                let all = self.item.slice(self.session.db(), e.span);
                match unit {
                    None => (all.trim().to_owned(), tight::ATOM),
                    Some(u) => {
                        let number =
                            (u.span.start as usize).checked_sub(e.span.start as usize).and_then(|n| all.get(..n));
                        (format!("{} {}", number.unwrap_or(all).trim(), units(u)), tight::POWER)
                    }
                }
            }
            K::Text(t) => (format!("“{t}”"), tight::ATOM),
            K::Bool(b) => (self.word(if *b { "true" } else { "false" }).to_owned(), tight::ATOM),
            K::Date(_) | K::Error => (self.item.slice(self.session.db(), e.span).to_owned(), tight::ATOM),
            K::Name(n) => (self.name(&n.text), tight::ATOM),
            K::Field(base, name) => {
                (format!("{}.{}", self.expr(base, tight::ATOM), self.field(base, &name.text)), tight::ATOM)
            }
            K::Call { callee, args } => {
                let args: Vec<String> = args
                    .iter()
                    .map(|a| {
                        let value = self.expr(&a.value, tight::ELSE);
                        a.name.as_ref().map_or(value.clone(), |n| format!("{}: {value}", n.text))
                    })
                    .collect();
                if let (ExprKind::Name(n), [one]) = (&callee.kind, args.as_slice())
                    && ["sqrt", "平方根"].contains(&n.text.as_str())
                {
                    return (format!("√({one})"), tight::ATOM);
                }
                (format!("{}({})", self.expr(callee, tight::ATOM), args.join(", ")), tight::ATOM)
            }
            K::Comprehension { function, body, binders } => {
                let over: Vec<String> = binders
                    .iter()
                    .map(|b| {
                        let filter = b.filter.as_ref().map(|f| format!(" | {}", self.expr(f, tight::ELSE)));
                        format!("{} ∈ {}{}", b.name.text, self.expr(&b.list, tight::ATOM), filter.unwrap_or_default())
                    })
                    .collect();
                let body = body.as_ref().map_or(String::new(), |b| self.expr(b, tight::PRODUCT));
                let sign = match function.text.as_str() {
                    "sum" | "求和" => "Σ",
                    "product" | "连乘" => "Π",
                    other => other,
                };
                (format!("{sign}[{}] {body}", over.join(", ")).trim_end().to_owned(), tight::PRODUCT)
            }
            K::List(xs) => {
                let xs: Vec<String> = xs.iter().map(|x| self.expr(x, tight::ELSE)).collect();
                (format!("[{}]", xs.join(", ")), tight::ATOM)
            }
            K::Neg(x) => (format!("−{}", self.expr(x, tight::SIGN)), tight::SIGN),
            K::Not(x) => (format!("{} {}", self.word("not"), self.expr(x, tight::COMPARE)), tight::AND),
            K::Binary(BinOp::Add, a, b) => two("+", a, b, tight::SUM),
            K::Binary(BinOp::Sub, a, b) => two("−", a, b, tight::SUM),
            K::Binary(BinOp::Mul, a, b) => two("×", a, b, tight::PRODUCT),
            K::Binary(BinOp::Div, a, b) => two("/", a, b, tight::PRODUCT),
            K::Power(a, b) => (format!("{}^{}", self.expr(a, tight::ATOM), self.expr(b, tight::ATOM)), tight::POWER),
            K::Compare(op, a, b) => {
                let sign = match op {
                    CmpOp::Eq => "=",
                    CmpOp::Ne => "≠",
                    CmpOp::Lt => "<",
                    CmpOp::Le => "≤",
                    CmpOp::Gt => ">",
                    CmpOp::Ge => "≥",
                };
                two(sign, a, b, tight::COMPARE)
            }
            K::Within(x, a, b) => {
                let [a, x, b] = [a, x, b].map(|e| self.expr(e, tight::SUM));
                (format!("{a} ≤ {x} ≤ {b}"), tight::COMPARE)
            }
            K::InSet(x, set) => {
                let set: Vec<String> = set.iter().map(|x| self.expr(x, tight::ELSE)).collect();
                (format!("{} ∈ {{{}}}", self.expr(x, tight::SUM), set.join(", ")), tight::COMPARE)
            }
            K::And(a, b) => two(self.word("and"), a, b, tight::AND),
            K::Or(a, b) => two(self.word("or"), a, b, tight::OR),
            K::OrElse(a, b) => two(self.word("or else"), a, b, tight::ELSE),
            K::If(c, a, b) => {
                let [c, a, b] = [c, a, b].map(|e| self.expr(e, tight::ELSE));
                let (i, t, o) = (self.word("if"), self.word("then"), self.word("else"));
                (format!("{i} {c} {t} {a} {o} {b}"), tight::ELSE)
            }
            K::Match(of, arms) => {
                let arms: Vec<String> = arms
                    .iter()
                    .map(|a| {
                        let names: Vec<&str> = a.values.iter().map(|n| n.text.as_str()).collect();
                        let names = if names.is_empty() { self.word("otherwise").to_owned() } else { names.join(", ") };
                        format!("{names} → {}", self.expr(&a.body, tight::ELSE))
                    })
                    .collect();
                (format!("{} {{{}}}", self.expr(of, tight::ATOM), arms.join("; ")), tight::ATOM)
            }
            K::FirstOf(arms) | K::OneOf(arms) => {
                let arms: Vec<String> = arms
                    .iter()
                    .map(|a| {
                        let body = self.expr(&a.body, tight::ELSE);
                        match &a.when {
                            Some(c) => format!("{} {} → {body}", self.word("when"), self.expr(c, tight::ELSE)),
                            None => format!("{} → {body}", self.word("otherwise")),
                        }
                    })
                    .collect();
                let head = if matches!(e.kind, K::OneOf(_)) { "one of" } else { "first of" };
                (format!("{} {{{}}}", self.word(head), arms.join("; ")), tight::ATOM)
            }
            K::Given(x) => (format!("{} {}", self.word("given"), self.expr(x, tight::ATOM)), tight::COMPARE),
            K::As(x, u) => (format!("{} {} {}", self.expr(x, tight::SUM), self.word("as"), units(u)), tight::COMPARE),
            K::Bare(x, u) => {
                (format!("{}({} / {})", self.word("bare"), self.expr(x, tight::ATOM), units(u)), tight::ATOM)
            }
            K::At(p, y) => (format!("{}[{}]", self.expr(p, tight::ATOM), self.expr(y, tight::ELSE)), tight::ATOM),
            K::Range(a, b) => two("..", a, b, tight::COMPARE),
        }
    }
}

/// A unit with its substances behind it: `kg CO2e/t Al`.
fn units(u: &UnitExpr) -> String {
    let one = |a: &footrule_syntax::ast::UnitAtom| {
        let tag = a.tag.as_ref().map(|p| p.0.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join("."));
        let power = if a.power.abs() == 1 { String::new() } else { format!("^{}", a.power.abs()) };
        let symbol = format!("{}{power}", a.symbol.text);
        tag.map_or(symbol.clone(), |t| format!("{symbol} {t}"))
    };
    let join = |up: bool| u.atoms.iter().filter(|a| (a.power > 0) == up).map(one).collect::<Vec<_>>().join("·");
    let (up, down) = (join(true), join(false));
    match (up.is_empty(), down.is_empty()) {
        (_, true) => up,
        (true, _) => format!("1/{down}"),
        _ if u.atoms.iter().filter(|a| a.power < 0).count() > 1 => format!("{up}/({down})"),
        _ => format!("{up}/{down}"),
    }
}
