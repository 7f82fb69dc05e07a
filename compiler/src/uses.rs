//! Which names stand in a statement, and what each of them means: what editors follow.
//!
//! Guarantees: every name that the checker resolves by a declaration of this or another statement is here, also in a
//! statement with errors; what cannot be resolved is left out. Must not: find anything wrong; that is the checker's.

use crate::check::{body_of, expressions};
use crate::db::{Db, Item, SourceFile};
use crate::names::{Entry, Ns, Resolved, StmtName, exported, included, index, inside, lookup, process_index};
use crate::sigs::{Sig, sig};
use crate::types::{EnumRef, TKind, Ty};
use footrule_diag::Span;
use footrule_syntax::Key;
use footrule_syntax::ast::{
    Arg, Binder, Check, Constraint, DeclaredUnit, ExceptValue, Expr, ExprKind, FactorRule, Header, Ident, Include,
    Input, KeyCell, Line, Origin, Path, Piece, Round, Stmt, Table, TestEntry, Type, UnitExpr, WhenArm,
};
use rustc_hash::FxHashMap;

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Referent {
    /// A declaration.
    Declared(Entry),
    /// A field of a record.
    Field(Item, String),
    /// A variable of this statement, by the place where it is bound.
    Local(Span),
    /// A file.
    Module(SourceFile),
}

/// A name in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Where, in the statement.
    pub span: Span,
    /// What it means.
    pub of: Referent,
    /// It is where that is declared.
    pub declares: bool,
}

/// The name that a statement declares.
#[must_use]
pub fn declared_name(stmt: &Stmt) -> Option<&Ident> {
    stmt.name()
}

/// The names of a statement, in order of text. Those of a statement in a process are that statement's.
#[salsa::tracked(returns(ref))]
pub fn uses(db: &dyn Db, file: SourceFile, key: Key) -> Vec<Use> {
    let item = Item { file, key };
    let Some(ast) = item.ast(db) else { return Vec::new() };
    let mut w = Walk {
        db,
        item: &item,
        typed: FxHashMap::default(),
        matched: FxHashMap::default(),
        locals: Vec::new(),
        out: Vec::new(),
    };
    w.types();
    if let Some(name) = ast.stmt.name().filter(|_| !matches!(ast.stmt, Stmt::Broken { .. })) {
        w.declare(name, Referent::Declared(Entry { item: item.clone(), member: None }));
    }
    w.stmt(&ast.stmt);
    let mut out = w.out;
    out.sort_by_key(|u| (u.span.start, u.span.end));
    out.dedup_by(|a, b| a.span == b.span);
    out
}

struct Walk<'a> {
    db: &'a dyn Db,
    item: &'a Item,
    /// What the checker found a name to mean, by place.
    typed: FxHashMap<Span, Referent>,
    /// The enumeration of what is matched, by its place.
    matched: FxHashMap<Span, Item>,
    locals: Vec<(String, Span)>,
    out: Vec<Use>,
}

impl Walk<'_> {
    /// Notes what only types tell: members and fields.
    fn types(&mut self) {
        let (typed, matched) = (&mut self.typed, &mut self.matched);
        expressions(&body_of(self.db, self.item).kind, &mut |e| {
            e.walk(&mut |e| match &e.kind {
                TKind::Member(EnumRef::Item(of), i) => {
                    typed.insert(e.span, Referent::Declared(Entry { item: of.clone(), member: Some(*i) }));
                }
                TKind::Gas(of) | TKind::Stage(of) => {
                    typed.insert(e.span, Referent::Declared(Entry { item: of.clone(), member: None }));
                }
                TKind::Field(base, _, name) => {
                    if let Ty::Record(of) = &base.ty {
                        typed.insert(e.span, Referent::Field(of.clone(), name.clone()));
                    }
                }
                TKind::Match(of, ..) => {
                    if let Ty::Enum(EnumRef::Item(en)) = &of.ty {
                        matched.insert(of.span, en.clone());
                    }
                }
                _ => {}
            });
        });
    }

    fn push(&mut self, name: &Ident, of: Referent) {
        self.out.push(Use { span: name.span, of, declares: false });
    }

    fn declare(&mut self, name: &Ident, of: Referent) {
        self.out.push(Use { span: name.span, of, declares: true });
    }

    /// A name in one of these namespaces.
    fn name(&mut self, name: &Ident, spaces: &[Ns]) -> Option<Entry> {
        let found = spaces.iter().find_map(|ns| match lookup(self.db, self.item, *ns, name.text.clone()) {
            Resolved::One(e) => Some(e),
            _ => None,
        })?;
        self.push(name, Referent::Declared(found.clone()));
        Some(found)
    }

    fn member(&mut self, name: &Ident, of: &Item) {
        if let Sig::Enum(members) = &sig(self.db, of).sig
            && let Some(i) = members.iter().position(|m| *m == name.text)
        {
            self.push(name, Referent::Declared(Entry { item: of.clone(), member: Some(i as u32) }));
        }
    }

    fn local(&mut self, name: &Ident) -> bool {
        let Some((_, span)) = self.locals.iter().rev().find(|(n, _)| *n == name.text) else { return false };
        let of = Referent::Local(*span);
        self.push(name, of);
        true
    }

    fn bind(&mut self, name: &Ident) {
        self.locals.push((name.text.clone(), name.span));
        self.declare(name, Referent::Local(name.span));
    }

    /// Calls `f` with the variables of binders in scope.
    fn bound(&mut self, binders: &[Binder], f: impl FnOnce(&mut Self)) {
        let before = self.locals.len();
        for b in binders {
            self.expr(&b.list);
            self.bind(&b.name);
            b.series.iter().for_each(|(_, e)| self.expr(e));
            b.filter.iter().for_each(|e| self.expr(e));
        }
        f(self);
        self.locals.truncate(before);
    }

    /// The first name of a path that means a value, and the fields of records behind it.
    fn value_path(&mut self, path: &Path) {
        let Some((first, rest)) = path.0.split_first() else { return };
        let Some(entry) = (!self.local(first)).then(|| self.name(first, &[Ns::Value])).flatten() else { return };
        let (mut item, mut rest) = (entry.item, rest);
        // Behind an include stands what its process declares.
        while let Some((name, behind)) = rest.split_first().filter(|_| item.key.keyword == "include") {
            let Some(next) = self.of_include(&item, name) else { return };
            self.push(name, Referent::Declared(Entry { item: next.clone(), member: None }));
            (item, rest) = (next, behind);
        }
        let mut ty = crate::check::value_type(self.db, item.file, item.key.clone()).clone();
        for name in rest {
            let Some(next) = self.field(name, &ty) else { return };
            ty = next;
        }
    }

    /// The include that an expression names: `boiler`, `plant.boiler`.
    fn include_at(&self, e: &Expr) -> Option<Item> {
        let item = match &e.kind {
            ExprKind::Name(n) if !self.locals.iter().any(|(l, _)| *l == n.text) => {
                match lookup(self.db, self.item, Ns::Value, n.text.clone()) {
                    Resolved::One(e) => e.item,
                    _ => return None,
                }
            }
            ExprKind::Field(base, n) => self.of_include(&self.include_at(base)?, n)?,
            _ => return None,
        };
        (item.key.keyword == "include").then_some(item)
    }

    /// What the process of an include declares under a name.
    fn of_include(&self, include: &Item, name: &Ident) -> Option<Item> {
        let process = included(self.db, include.file, include.key.clone())?;
        inside(self.db, &process, Ns::Value, &name.text)
    }

    /// A field, and its type.
    fn field(&mut self, name: &Ident, of: &Ty) -> Option<Ty> {
        match of {
            Ty::Optional(inner) | Ty::List(inner) => self.field(name, inner),
            Ty::Record(record) => {
                let Sig::Record(fields) = &sig(self.db, record).sig else { return None };
                let ty = fields.iter().find(|f| f.name == name.text)?.ty.clone();
                self.push(name, Referent::Field(record.clone(), name.text.clone()));
                Some(ty)
            }
            _ => None,
        }
    }

    fn unit(&mut self, u: &UnitExpr) {
        for atom in &u.atoms {
            self.name(&atom.symbol, &[Ns::Unit]);
            if let Some(tag) = &atom.tag
                && let [name] = tag.0.as_slice()
            {
                let _ = self.local(name) || self.name(name, &[Ns::Flow, Ns::Value]).is_some();
            }
        }
    }

    fn ty(&mut self, t: &Type) {
        match t {
            Type::Unit(u) => match u.atoms.as_slice() {
                [a] if a.tag.is_none() && self.name(&a.symbol, &[Ns::Type]).is_some() => {}
                _ => self.unit(u),
            },
            Type::Inner(path) => {
                path.0.first().into_iter().for_each(|n| {
                    self.name(n, &[Ns::Value, Ns::Process]);
                });
            }
            Type::List(t, _) | Type::Optional(t, _) => self.ty(t),
            Type::Activity(u, _) | Type::Footprint(u, _) => self.unit(u),
        }
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Number { unit, .. } => unit.iter().for_each(|u| self.unit(u)),
            ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Date(_) | ExprKind::Error => {}
            ExprKind::Name(n) => {
                if self.local(n) {
                } else if let Some(of) = self.typed.get(&e.span).cloned() {
                    self.push(n, of);
                } else {
                    self.name(n, &[Ns::Value, Ns::Type, Ns::Stage, Ns::Flow]);
                }
            }
            ExprKind::Field(base, name) => {
                self.expr(base);
                if let Some(of) = self.typed.get(&e.span).cloned() {
                    self.push(name, of);
                } else if let Some(item) = self.include_at(base).and_then(|i| self.of_include(&i, name)) {
                    self.push(name, Referent::Declared(Entry { item, member: None }));
                }
            }
            ExprKind::Call { callee, args } => self.call(callee, args),
            ExprKind::Comprehension { body, binders, .. } => {
                self.bound(binders, |w| body.iter().for_each(|b| w.expr(b)));
            }
            ExprKind::List(xs) => xs.iter().for_each(|x| self.expr(x)),
            ExprKind::Neg(x) | ExprKind::Not(x) | ExprKind::Given(x) => self.expr(x),
            ExprKind::Binary(_, a, b)
            | ExprKind::Power(a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::OrElse(a, b)
            | ExprKind::At(a, b)
            | ExprKind::Range(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Within(a, b, c) | ExprKind::If(a, b, c) => {
                [a, b, c].into_iter().for_each(|x| self.expr(x));
            }
            ExprKind::InSet(x, set) => {
                self.expr(x);
                set.iter().for_each(|m| self.expr(m));
            }
            ExprKind::Match(of, arms) => {
                self.expr(of);
                let of = self.matched.get(&of.span).cloned();
                for arm in arms {
                    for name in &arm.values {
                        match &of {
                            Some(of) => self.member(name, of),
                            None => {
                                self.name(name, &[Ns::Flow, Ns::Stage]);
                            }
                        }
                    }
                    self.expr(&arm.body);
                }
            }
            ExprKind::FirstOf(arms) | ExprKind::OneOf(arms) => {
                for WhenArm { when, body, .. } in arms {
                    when.iter().chain([body]).for_each(|x| self.expr(x));
                }
            }
            ExprKind::As(x, u) | ExprKind::Bare(x, u) => {
                self.expr(x);
                self.unit(u);
            }
        }
    }

    fn call(&mut self, callee: &Expr, args: &[Arg]) {
        self.expr(callee);
        let record = match &callee.kind {
            ExprKind::Name(n) => match lookup(self.db, self.item, Ns::Type, n.text.clone()) {
                Resolved::One(e) if e.item.key.keyword == "record" => Some(Ty::Record(e.item)),
                _ => None,
            },
            _ => None,
        };
        for arg in args {
            if let (Some(name), Some(record)) = (&arg.name, &record) {
                self.field(name, record);
            }
            self.expr(&arg.value);
        }
    }

    fn constraints(&mut self, all: &[Constraint]) {
        for c in all {
            match c {
                Constraint::Compare(_, e) | Constraint::Count(_, e) => self.expr(e),
                Constraint::Range(a, b) => {
                    self.expr(a);
                    self.expr(b);
                }
                Constraint::Unique(_) => {}
                Constraint::Sum { value, within, .. } => {
                    self.expr(value);
                    within.iter().for_each(|e| self.expr(e));
                }
            }
        }
    }

    fn source(&mut self, s: Option<&Ident>) {
        if let Some(s) = s {
            self.name(s, &[Ns::Source]);
        }
    }

    fn factor(&mut self, f: Option<&FactorRule>) {
        f.into_iter().for_each(|f| self.expr(&f.value));
    }

    fn round(&mut self, r: Option<&Round>) {
        r.and_then(|r| r.unit.as_ref()).into_iter().for_each(|u| self.unit(u));
    }

    fn declared_unit(&mut self, u: &DeclaredUnit) {
        self.unit(&u.unit);
        u.of.iter().for_each(|e| self.expr(e));
    }

    fn check(&mut self, c: &Check) {
        self.expr(&c.condition);
        for piece in c.message.zh.iter().chain(&c.message.en) {
            if let Piece::Value(e) = piece {
                self.expr(e);
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Header(h) => self.header(h),
            Stmt::Use(paths) => {
                let here = index(self.db, self.item.file);
                for (path, u) in paths.iter().zip(here.uses.iter().filter(|u| u.item == *self.item)) {
                    let Some(module) = u.file(self.db) else { continue };
                    let Some(last) = path.module.0.last() else { continue };
                    self.push(last, Referent::Module(module));
                    for name in path.names.iter().flatten() {
                        let spaces =
                            [Ns::Value, Ns::Flow, Ns::Unit, Ns::Stage, Ns::Type, Ns::Source, Ns::Process, Ns::Scenario];
                        let found = spaces.iter().find_map(|ns| exported(self.db, module, *ns, &name.text));
                        if let Some(entry) = found {
                            self.push(name, Referent::Declared(entry.clone()));
                        }
                    }
                }
            }
            Stmt::Enum { variants, .. } => {
                for (i, v) in variants.iter().enumerate() {
                    let entry = Entry { item: self.item.clone(), member: Some(i as u32) };
                    self.declare(&v.name, Referent::Declared(entry));
                }
            }
            Stmt::Gas { gwps, .. } => gwps.iter().for_each(|g| self.source(g.source.as_ref())),
            Stmt::Unit { definition, .. } => definition.iter().for_each(|d| self.unit(&d.unit)),
            Stmt::Input(i) => self.input(i),
            Stmt::Param(p) => {
                self.ty(&p.ty);
                for row in &p.rows {
                    self.expr(&row.value);
                    self.source(row.source.as_ref());
                }
                self.source(p.source.as_ref());
            }
            Stmt::Table(t) => self.table(t),
            Stmt::Record { fields, requires, .. } => {
                for f in fields {
                    self.declare(&f.name, Referent::Field(self.item.clone(), f.name.text.clone()));
                    f.ty.iter().for_each(|t| self.ty(t));
                    f.computed.iter().chain(&f.default).chain(&f.when).for_each(|e| self.expr(e));
                    self.factor(f.factor.as_ref());
                    self.constraints(&f.constraints);
                }
                requires.iter().for_each(|c| self.check(c));
            }
            Stmt::Const { ty, value, source, .. } => {
                ty.iter().for_each(|t| self.ty(t));
                self.expr(value);
                self.source(source.as_ref());
            }
            Stmt::Fn { params, result, body, .. } => {
                for (name, ty) in params {
                    self.bind(name);
                    self.ty(ty);
                }
                self.ty(result);
                self.expr(body);
            }
            Stmt::Let { ty, value, .. } => {
                ty.iter().for_each(|t| self.ty(t));
                self.expr(value);
            }
            Stmt::Line(l) => self.line(l),
            Stmt::Check(c) => self.check(c),
            Stmt::RequireEvidence { of } => self.value_path(of),
            Stmt::Report { ty, value, round, .. } => {
                ty.iter().for_each(|t| self.ty(t));
                self.expr(value);
                self.round(round.as_ref());
            }
            Stmt::Test(t) => t.entries.iter().for_each(|(e, _)| self.test(e)),
            Stmt::Accept { source, .. } => self.source(Some(source)),
            Stmt::Except { target, when, value, .. } => {
                self.value_path(target);
                self.expr(when);
                match value {
                    ExceptValue::Value(e) => self.expr(e),
                    ExceptValue::Allocation { weights, .. } => self.weights(weights),
                }
            }
            Stmt::Include(i) => self.include(i),
            Stmt::Product { unit, also, round, .. } => {
                [unit].into_iter().chain(also).for_each(|u| self.declared_unit(u));
                self.round(round.as_ref());
            }
            Stmt::Allocate(a) => {
                for name in &a.over {
                    self.name(name, &[Ns::Stage, Ns::Value]);
                }
                self.weights(&a.weights);
                a.compare.iter().for_each(|(_, w)| self.weights(w));
            }
            Stmt::Cutoff { each, total, .. } => [each, total].into_iter().for_each(|e| self.expr(e)),
            Stmt::Balance { within, rows, .. } => {
                within.iter().for_each(|(e, _)| self.expr(e));
                rows.iter().for_each(|r| self.expr(&r.value));
            }
            Stmt::Scenario { entries, .. } => {
                for (path, value) in entries {
                    self.value_path(path);
                    self.expr(value);
                }
            }
            Stmt::Rule { .. }
            | Stmt::Flow { .. }
            | Stmt::Stage { .. }
            | Stmt::Source { .. }
            | Stmt::Process { .. }
            | Stmt::Broken { .. } => {}
        }
    }

    fn header(&mut self, h: &Header) {
        match h {
            Header::Unit(u) | Header::AlsoUnit(u) => self.declared_unit(u),
            Header::Round(r) => self.round(Some(r)),
            _ => {}
        }
    }

    fn input(&mut self, i: &Input) {
        self.ty(&i.ty);
        if let Some(Path(names)) = &i.for_each
            && let [name] = names.as_slice()
        {
            self.name(name, &[Ns::Type]);
        }
        self.factor(i.factor.as_ref());
        i.when.iter().chain(&i.default).for_each(|e| self.expr(e));
        self.constraints(&i.constraints);
    }

    fn table(&mut self, t: &Table) {
        let keys: Vec<Ty> = match &sig(self.db, self.item).sig {
            Sig::Table { keys, .. } => keys.iter().map(|(_, t)| t.clone()).collect(),
            _ => Vec::new(),
        };
        t.keys.iter().for_each(|k| self.ty(&k.ty));
        t.columns.iter().for_each(|(_, ty)| self.ty(ty));
        for row in &t.rows {
            for (cell, ty) in row.keys.iter().zip(&keys) {
                match (cell, ty) {
                    (KeyCell::Name(n), Ty::Enum(EnumRef::Item(of))) => self.member(n, of),
                    (KeyCell::Name(n), Ty::Enum(_)) => {
                        self.name(n, &[Ns::Flow, Ns::Stage]);
                    }
                    (KeyCell::Bracket(_, e, _), _) => self.expr(e),
                    _ => {}
                }
            }
            row.values.iter().for_each(|e| self.expr(e));
            self.source(row.source.as_ref());
        }
        self.source(t.source.as_ref());
    }

    fn line(&mut self, l: &Line) {
        self.bound(&l.loops, |w| {
            l.stage.iter().chain(&l.named).chain(&l.when).for_each(|e| w.expr(e));
            if let Some(Origin::Split(parts)) = &l.origin {
                parts.iter().filter_map(|(_, e)| e.as_ref()).for_each(|e| w.expr(e));
            }
            w.expr(&l.value);
        });
    }

    fn weights(&mut self, all: &[(Ident, Option<Expr>)]) {
        for (name, weight) in all {
            self.name(name, &[Ns::Value]);
            weight.iter().for_each(|e| self.expr(e));
        }
    }

    fn test(&mut self, entry: &TestEntry) {
        match entry {
            TestEntry::Scenario(n) => {
                self.name(n, &[Ns::Scenario]);
            }
            TestEntry::Set(path, value) => {
                self.value_path(path);
                self.expr(value);
            }
            TestEntry::Source(n) => self.source(Some(n)),
            TestEntry::Value { what, name, value, within } => {
                if let Some(first) = name.as_ref().and_then(|p| p.0.first()) {
                    match what.text.as_str() {
                        "stage" => self.name(first, &[Ns::Stage]),
                        "gas" => self.name(first, &[Ns::Flow]),
                        "line" | "report" => self.name(first, &[Ns::Value]),
                        _ => None,
                    };
                }
                self.expr(value);
                within.iter().for_each(|e| self.expr(e));
            }
            TestEntry::Period(..) | TestEntry::From(_) | TestEntry::Error(_) | TestEntry::Warning(_) => {}
        }
    }

    fn include(&mut self, i: &Include) {
        let process = i.process.0.first().and_then(|n| self.name(n, &[Ns::Process]));
        i.args.iter().for_each(|u| self.unit(u));
        let binders: Vec<Binder> = i.binder.iter().cloned().collect();
        self.bound(&binders, |w| {
            i.named.iter().for_each(|e| w.expr(e));
            for (_, stage) in &i.stages {
                w.name(stage, &[Ns::Stage]);
            }
            for (name, value) in &i.bindings {
                let inner = process.as_ref().map(|p| process_index(w.db, p.item.file, p.item.key.clone()));
                let found = inner.and_then(|ix| ix.get(&(Ns::Value, name.text.clone()))?.first().cloned());
                if let Some(entry) = found {
                    w.push(name, Referent::Declared(entry));
                }
                w.expr(value);
            }
        });
    }
}
