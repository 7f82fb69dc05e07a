//! What is being written at a place: which part of which statement, and of what type.
//!
//! A word that no source has is put where the cursor stands, and the statement is read with it; where that word lands in the
//! tree is what is asked for. What is missing behind the cursor is supplied: closing brackets, and what a begun form needs.
//!
//! Guarantees: linear in the statement. Must not: look at other statements but through names and signatures.

use super::want::member_type;
use footrule_compiler::Session;
use footrule_compiler::check::{Aside, value_type};
use footrule_compiler::db::Item;
use footrule_compiler::names::{Ns, Resolved, lookup, process_index, reach};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::{EnumRef, Ty};
use footrule_compiler::units::UnitTy;
use footrule_grammar::keywords::is_word_char;
use footrule_syntax::ast::{self, BinOp, Expr, ExprKind, Ident, KeyCell, Path, Stmt, TestEntry, Type, UnitExpr};

/// The word that stands for what is being written.
pub(super) const MARK: &str = "zZwhatIsWrittenHereZz";

/// What a begun form needs behind the cursor, the commonest first.
const MISSING: [&str; 12] = [
    "",
    " = 0",
    " => 0",
    " then 0 else 0",
    " else 0",
    ": 0",
    " else zh \"\" en \"\"",
    " .. 0",
    " .. 0 else zh \"\" en \"\"",
    " when true = 0",
    " by mass { zZ: 0 }",
    " for zZ in zZ",
];

/// A part of a statement that something can be written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// A value, of this type if one is wanted.
    Value(Option<Ty>),
    /// A field of a value of this type.
    Field(Ty),
    /// A unit, of this one's dimension if one is wanted.
    Unit(Option<UnitTy>),
    /// A substance behind a unit.
    Tag,
    /// A type.
    Type,
    /// A member of an enumeration, and those that have their row or arm already.
    Member(Ty, Vec<String>),
    /// A field of a record in a call, or its value.
    Argument(Item),
    /// A name of this namespace.
    Name(Ns),
    /// What a test or a scenario sets.
    Setting,
    /// An input of a process.
    Binding(Item),
    /// A definition of one of these statements.
    Of(&'static [&'static str]),
    /// Something new: nothing is offered.
    New,
}

/// Where the cursor stands.
pub(super) struct Spot {
    /// What can be written.
    pub slot: Slot,
    /// Variables in scope with their types.
    pub locals: Vec<(String, Ty)>,
}

/// What is being written `at` bytes into the text of a statement.
pub(super) fn spot(session: &Session, item: &Item, text: &str, at: usize) -> Option<Spot> {
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    let word =
        before.rfind(|c| !is_word_char(c)).map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    let before = &before[..word];
    let after = after.trim_start_matches(is_word_char);
    let close = closers(before);
    let whole = MISSING.iter().take(3).map(|m| format!("{before}{MARK}{m}{after}"));
    let cut = MISSING.iter().map(|m| format!("{before}{MARK}{m}{close}"));
    whole.chain(cut).find_map(|text| read(session, item, &text))
}

/// The brackets that are open, closed.
fn closers(text: &str) -> String {
    let mut open = Vec::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '（' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | '）' | ']' | '}' => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

fn read(session: &Session, item: &Item, text: &str) -> Option<Spot> {
    let split = footrule_syntax::split(text, false);
    let chunk = split.chunks.iter().find(|c| c.text.contains(MARK))?;
    let parsed = footrule_syntax::parse_chunk(chunk);
    let found = parsed.items.iter().find_map(|i| in_statement(session, item, &i.stmt));
    found.filter(|s| s.slot != Slot::New)
}

fn in_statement(session: &Session, item: &Item, stmt: &Stmt) -> Option<Spot> {
    let mut finder = Finder { db: session.db(), item, aside: Aside::new(session.db(), item) };
    if let Stmt::Process { name, body, .. } = stmt {
        // A statement inside sees what the process declares.
        let owner = item.key.owner().map_or_else(|| item.key.occurrence, |o| o.occurrence);
        let inside = |s: &Stmt| {
            let key = footrule_syntax::ChunkKey {
                keyword: "let".to_owned(),
                name: footrule_compiler::uses::declared_name(s).map(|n| n.text.clone()),
                occurrence: 0,
                process: Some((name.text.clone(), owner)),
            };
            let inner = Item { file: item.file, key: footrule_syntax::Key::new(key) };
            in_statement(session, &inner, s)
        };
        return body.iter().find_map(|i| inside(&i.stmt));
    }
    let slot = finder.stmt(stmt)?;
    let locals = finder.aside.locals().map(|(n, t)| (n.to_owned(), t.clone())).collect();
    Some(Spot { slot, locals })
}

/// True for the word that is being written.
pub(super) fn is_mark(name: &Ident) -> bool {
    name.text == MARK
}

/// Looks for the word that is being written. What is in scope when it is found stays in scope.
pub(super) struct Finder<'a> {
    pub db: &'a dyn footrule_compiler::db::Db,
    pub item: &'a Item,
    pub aside: Aside<'a>,
}

impl Finder<'_> {
    /// The item that a name means.
    pub(super) fn named(&self, ns: Ns, name: &Ident) -> Option<Item> {
        match lookup(self.db, self.item, ns, name.text.clone()) {
            Resolved::One(e) => Some(e.item),
            _ => None,
        }
    }

    pub(super) fn unit(&mut self, u: &UnitExpr, want: Option<&UnitTy>) -> Option<Slot> {
        for atom in &u.atoms {
            if is_mark(&atom.symbol) {
                let alone = u.atoms.len() == 1 && atom.tag.is_none() && atom.power == 1;
                return Some(Slot::Unit(want.filter(|_| alone).cloned()));
            }
            if atom.tag.iter().any(|t| t.0.iter().any(is_mark)) {
                return Some(Slot::Tag);
            }
        }
        None
    }

    fn ty(&mut self, t: &Type) -> Option<Slot> {
        match t {
            Type::Unit(u) => match self.unit(u, None)? {
                Slot::Unit(_) if u.atoms.len() == 1 => Some(Slot::Type),
                other => Some(other),
            },
            Type::Inner(path) => path.0.iter().any(is_mark).then_some(Slot::Type),
            Type::List(t, _) | Type::Optional(t, _) => self.ty(t),
            Type::Activity(u, _) => self.unit(u, None),
            Type::Footprint(u, _) => self.unit(u, None),
        }
    }

    fn source(&self, name: Option<&Ident>) -> Option<Slot> {
        name.filter(|n| is_mark(n)).map(|_| Slot::Name(Ns::Source))
    }

    fn condition(&mut self, e: &ast::Expr) -> Option<Slot> {
        self.expr(e, Some(Ty::Bool))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Option<Slot> {
        let declared = footrule_compiler::uses::declared_name(stmt);
        if declared.is_some_and(is_mark) && !matches!(stmt, Stmt::Broken { .. }) {
            return Some(Slot::New);
        }
        match stmt {
            Stmt::Let { ty, value, .. } | Stmt::Report { ty, value, round: None, .. } => {
                self.definition(ty.as_ref(), value)
            }
            Stmt::Report { ty, value, round, .. } => {
                let unit = round.as_ref().and_then(|r| r.unit.as_ref());
                self.definition(ty.as_ref(), value).or_else(|| unit.and_then(|u| self.unit(u, None)))
            }
            Stmt::Const { ty, value, source, .. } => {
                self.definition(ty.as_ref(), value).or_else(|| self.source(source.as_ref()))
            }
            Stmt::Line(l) => {
                self.aside.bind(&l.loops);
                let stage = l.stage.as_ref().and_then(|s| self.expr(s, Some(Ty::Enum(EnumRef::Stages))));
                stage
                    .or_else(|| self.binders(&l.loops))
                    .or_else(|| l.when.as_ref().and_then(|w| self.condition(w)))
                    .or_else(|| l.named.as_ref().and_then(|n| self.expr(n, None)))
                    .or_else(|| {
                        // What is begun may begin with an amount; a product is one of CO2e or of a gas in the end.
                        let mark = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if is_mark(n));
                        let product = match &l.value.kind {
                            ExprKind::Binary(BinOp::Mul, a, b) => mark(a) || mark(b),
                            ExprKind::Binary(BinOp::Div, _, b) => mark(b),
                            _ => false,
                        };
                        let want = product.then(|| self.line()).flatten();
                        self.expr(&l.value, want)
                    })
            }
            Stmt::Input(i) => self.ty(&i.ty).or_else(|| {
                let ty = self.aside.read(&i.ty);
                self.bounds(&ty, &i.constraints, [&i.default, &i.when], i.factor.as_ref())
            }),
            Stmt::Param(p) => self.ty(&p.ty).or_else(|| {
                let want = self.aside.read(&p.ty);
                let rows = p
                    .rows
                    .iter()
                    .find_map(|r| self.expr(&r.value, Some(want.clone())).or_else(|| self.source(r.source.as_ref())));
                rows.or_else(|| self.source(p.source.as_ref()))
            }),
            Stmt::Table(t) => self.table(t),
            Stmt::Fn { params, result, body, .. } => {
                for (name, ty) in params {
                    let found = self.ty(ty);
                    if found.is_some() {
                        return found;
                    }
                    let ty = self.aside.read(ty);
                    self.aside.parameter(name, ty);
                }
                self.ty(result).or_else(|| {
                    let want = self.aside.read(result);
                    self.expr(body, Some(want))
                })
            }
            Stmt::Record { fields, requires, .. } => {
                self.aside.fields_of(self.item);
                let field = fields.iter().find_map(|f| {
                    if is_mark(&f.name) {
                        return Some(Slot::New);
                    }
                    let ty = f.ty.as_ref();
                    let want = ty.map_or(Ty::Error, |t| self.aside.read(t));
                    ty.and_then(|t| self.ty(t))
                        .or_else(|| f.computed.as_ref().and_then(|e| self.expr(e, Some(want.clone()))))
                        .or_else(|| self.bounds(&want, &f.constraints, [&f.default, &f.when], f.factor.as_ref()))
                });
                field.or_else(|| requires.iter().find_map(|c| self.condition(&c.condition)))
            }
            Stmt::Check(c) => self.condition(&c.condition).or_else(|| {
                c.message.zh.iter().chain(&c.message.en).find_map(|p| match p {
                    ast::Piece::Value(e) => self.expr(e, None),
                    ast::Piece::Text(_) => None,
                })
            }),
            Stmt::Test(t) => t.entries.iter().find_map(|(e, _)| self.test(e)),
            Stmt::Scenario { entries, .. } => entries.iter().find_map(|(path, value)| self.setting(path, value)),
            Stmt::Include(i) => self.include(i),
            Stmt::Except { target, when, value, .. } => {
                if target.0.iter().any(is_mark) {
                    return Some(Slot::Of(&["let", "param", "allocate"]));
                }
                let of = target.0.first().and_then(|n| self.named(Ns::Value, n));
                let want = of.map(|i| value_type(self.db, i.file, i.key.clone()).clone());
                self.condition(when).or_else(|| match value {
                    ast::ExceptValue::Value(e) => self.expr(e, want),
                    ast::ExceptValue::Allocation { .. } => None,
                })
            }
            Stmt::Accept { source, .. } => self.source(Some(source)),
            Stmt::RequireEvidence { of } => of.0.iter().any(is_mark).then_some(Slot::Setting),
            Stmt::Header(ast::Header::Unit(u) | ast::Header::AlsoUnit(u)) | Stmt::Product { unit: u, .. } => {
                self.unit(&u.unit, None).or_else(|| u.of.as_ref().and_then(|e| self.expr(e, None)))
            }
            Stmt::Header(ast::Header::Round(r)) => r.unit.as_ref().and_then(|u| self.unit(u, None)),
            Stmt::Unit { definition, .. } => definition.as_ref().and_then(|d| self.unit(&d.unit, None)),
            Stmt::Gas { gwps, .. } => gwps.iter().find_map(|g| self.source(g.source.as_ref())),
            Stmt::Balance { rows, .. } => rows.iter().find_map(|r| self.expr(&r.value, None)),
            Stmt::Allocate(a) => {
                let over = a.over.iter().any(is_mark).then_some(Slot::Of(&["emission", "removal", "credit", "stage"]));
                over.or_else(|| a.weights.iter().find_map(|(_, w)| w.as_ref().and_then(|e| self.expr(e, None))))
            }
            Stmt::Cutoff { each, total, .. } => self.expr(each, None).or_else(|| self.expr(total, None)),
            _ => None,
        }
    }

    fn definition(&mut self, ty: Option<&Type>, value: &ast::Expr) -> Option<Slot> {
        if let Some(found) = ty.and_then(|t| self.ty(t)) {
            return Some(found);
        }
        let want = ty.map(|t| self.aside.read(t));
        self.expr(value, want)
    }

    fn bounds(
        &mut self,
        ty: &Ty,
        constraints: &[ast::Constraint],
        [default, when]: [&Option<ast::Expr>; 2],
        factor: Option<&ast::FactorRule>,
    ) -> Option<Slot> {
        use ast::Constraint as C;
        let mut one = ty.clone();
        while let Ty::Optional(t) | Ty::List(t) = one {
            one = *t;
        }
        let bound = constraints.iter().find_map(|c| match c {
            C::Compare(_, e) => self.expr(e, Some(one.clone())),
            C::Range(a, b) => self.expr(a, Some(one.clone())).or_else(|| self.expr(b, Some(one.clone()))),
            C::Unique(name) => is_mark(name).then(|| Slot::Field(one.clone())),
            C::Sum { field: Some(name), .. } if is_mark(name) => Some(Slot::Field(one.clone())),
            C::Sum { value, .. } => self.expr(value, None),
            C::Count(_, e) => self.expr(e, Some(Ty::number())),
        });
        bound
            .or_else(|| default.as_ref().and_then(|d| self.expr(d, Some(one.clone()))))
            .or_else(|| when.as_ref().and_then(|w| self.condition(w)))
            .or_else(|| {
                let want = match &one {
                    Ty::Activity(u) => Some(self.aside.factor(u)),
                    _ => None,
                };
                factor.and_then(|f| self.expr(&f.value, want))
            })
    }

    fn table(&mut self, t: &ast::Table) -> Option<Slot> {
        if let Some(found) = t.keys.iter().find_map(|k| self.ty(&k.ty)) {
            return Some(found);
        }
        if let Some(found) = t.columns.iter().find_map(|(_, ty)| self.ty(ty)) {
            return Some(found);
        }
        let keys: Vec<Ty> = t.keys.iter().map(|k| self.aside.read(&k.ty)).collect();
        let columns: Vec<Ty> = t.columns.iter().map(|(_, ty)| self.aside.read(ty)).collect();
        // Of a table with one key, members without a row come first.
        let used: Vec<String> = match t.keys.as_slice() {
            [_] => t
                .rows
                .iter()
                .flat_map(|r| &r.keys)
                .filter_map(|c| match c {
                    KeyCell::Name(n) => Some(n.text.clone()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let row = t.rows.iter().find_map(|row| {
            for (cell, ty) in row.keys.iter().zip(&keys) {
                match cell {
                    KeyCell::Name(n) if is_mark(n) => return Some(Slot::Member(ty.clone(), used.clone())),
                    KeyCell::Bracket(_, e, _) => {
                        let found = self.expr(e, Some(ty.clone()));
                        if found.is_some() {
                            return found;
                        }
                    }
                    _ => {}
                }
            }
            let cell = row.values.iter().zip(&columns).find_map(|(e, ty)| self.expr(e, Some(ty.clone())));
            cell.or_else(|| self.source(row.source.as_ref()))
        });
        row.or_else(|| self.source(t.source.as_ref()))
    }

    fn setting(&mut self, path: &Path, value: &ast::Expr) -> Option<Slot> {
        if let Some(at) = path.0.iter().position(is_mark) {
            return Some(match self.path_type(&path.0[..at]) {
                Some(ty) => Slot::Field(ty),
                None => Slot::Setting,
            });
        }
        let want = self.path_type(&path.0);
        self.expr(value, want)
    }

    /// The type of a dotted name: a value, behind includes and fields.
    fn path_type(&self, path: &[Ident]) -> Option<Ty> {
        let parts: Vec<&str> = path.iter().map(|i| i.text.as_str()).collect();
        let through = reach(self.db, self.item, &parts)?;
        let mut ty = value_type(self.db, through.item.file, through.item.key.clone()).clone();
        for name in path.iter().skip(through.path.len() + 1) {
            ty = member_type(self.db, &ty, &name.text)?;
        }
        Some(ty)
    }

    fn test(&mut self, entry: &TestEntry) -> Option<Slot> {
        match entry {
            TestEntry::Scenario(n) => is_mark(n).then_some(Slot::Name(Ns::Scenario)),
            TestEntry::Set(path, value) => self.setting(path, value),
            TestEntry::Source(n) => self.source(Some(n)),
            TestEntry::Value { what, name, value, within } => {
                if name.iter().any(|p| p.0.iter().any(is_mark)) {
                    return Some(match what.text.as_str() {
                        "stage" => Slot::Name(Ns::Stage),
                        "gas" => Slot::Member(Ty::Enum(EnumRef::Gases), Vec::new()),
                        "report" => Slot::Of(&["report"]),
                        "line" => Slot::Of(&["emission", "removal", "credit", "apart"]),
                        _ => return None,
                    });
                }
                let want = match (what.text.as_str(), name) {
                    ("report", Some(p)) => self.path_type(&p.0),
                    _ => None,
                };
                let tolerance = within.as_ref().and_then(|w| self.expr(w, None));
                self.expr(value, want).or(tolerance)
            }
            TestEntry::Warning(n) => is_mark(n).then_some(Slot::Of(&["warn"])),
            TestEntry::Period(..) | TestEntry::From(_) | TestEntry::Error(_) => None,
        }
    }

    fn include(&mut self, i: &ast::Include) -> Option<Slot> {
        if i.process.0.iter().any(is_mark) {
            return Some(Slot::Name(Ns::Process));
        }
        if i.stages.iter().any(|(_, s)| is_mark(s)) {
            return Some(Slot::Name(Ns::Stage));
        }
        let process = i.process.0.first().and_then(|n| self.named(Ns::Process, n));
        let binders: Vec<ast::Binder> = i.binder.iter().cloned().collect();
        self.aside.bind(&binders);
        let found = self.binders(&binders);
        found.or_else(|| i.named.as_ref().and_then(|n| self.expr(n, None))).or_else(|| {
            i.bindings.iter().find_map(|(name, value)| {
                let process = process.as_ref()?;
                if is_mark(name) {
                    return Some(Slot::Binding(process.clone()));
                }
                let inner = process_index(self.db, process.file, process.key.clone());
                let input = inner.get(&(Ns::Value, name.text.clone())).and_then(|es| es.first());
                let want = input.and_then(|e| match &sig(self.db, &e.item).sig {
                    Sig::Value(ty) => Some(ty.clone()),
                    _ => None,
                });
                self.expr(value, want)
            })
        })
    }
}
