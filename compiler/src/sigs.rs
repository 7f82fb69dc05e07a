//! Signatures: what the rest of a program may know of a declaration without reading its body.

use crate::db::{Db, Diag, Item, SourceFile};
use crate::names::{Ns, Resolved, lookup};
use crate::report::{ambiguous, unknown};
use crate::types::{EnumRef, Ty};
use crate::units::{Atom, Tag, UnitTy, read_unit};
use crate::upstream::{FootprintOf, footprint_of, read_footprint, refuse};
use footrule_diag::{Code, Span, text};
use footrule_syntax::Key;
use footrule_syntax::ast::{self, Ident, Stmt, UnitExpr};
use rustc_hash::FxHashMap;

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSig {
    /// Name.
    pub name: String,
    /// Type; tags that follow another field start at `@`.
    pub ty: Ty,
    /// Never given.
    pub computed: bool,
    /// May be left out.
    pub optional: bool,
    /// `integer`
    pub integer: bool,
    /// `footprint of …`
    pub footprint: Option<FootprintOf>,
}

/// What a declaration offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sig {
    /// Nothing with a type.
    None,
    /// An input or a dated parameter.
    Value(Ty),
    /// A record.
    Record(Vec<FieldSig>),
    /// Keys, columns, partial.
    Table {
        /// Keys; tags that follow a key start at `$i`.
        keys: Vec<(String, Ty)>,
        /// Columns.
        columns: Vec<(String, Ty)>,
        /// Missing rows are allowed.
        partial: bool,
    },
    /// Parameters; tags that follow a parameter start at `$i`.
    Fn {
        /// Parameters.
        params: Vec<(String, Ty)>,
        /// Result.
        result: Ty,
        /// Variables of a generic function.
        variables: Vec<Item>,
    },
    /// An enumeration's members.
    Enum(Vec<String>),
}

/// A signature with what is wrong in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The signature.
    pub sig: Sig,
    /// `integer`, for inputs.
    pub integer: bool,
    /// `footprint of …`, for inputs.
    pub footprint: Option<FootprintOf>,
    /// `for each ENUM`, for inputs: the enumeration and the type of one value.
    pub each: Option<(EnumRef, Ty)>,
    /// Findings.
    pub diags: Vec<Diag>,
}

/// How tags that name values are read.
pub(crate) type Follow<'a> = &'a mut dyn FnMut(&ast::Path, Span) -> Option<Tag>;

/// Reads a type as written in `item`.
pub(crate) fn read_type(db: &dyn Db, item: &Item, ty: &ast::Type, follow: Follow<'_>, diags: &mut Vec<Diag>) -> Ty {
    match ty {
        ast::Type::Unit(u) => match bare_word(u) {
            Some(word) => read_word(db, item, u, word, follow, diags),
            None => {
                let before = diags.len();
                let unit = read_unit(db, item, u, follow, diags);
                if diags.len() > before { Ty::Error } else { Ty::quantity(unit) }
            }
        },
        ast::Type::Inner(path) => match crate::check::inner_type(db, item, path, diags) {
            Some(e) if e.key.keyword == "record" => Ty::Record(e),
            Some(e) => Ty::Enum(EnumRef::Item(e)),
            None => Ty::Error,
        },
        ast::Type::List(t, _) => Ty::List(Box::new(read_type(db, item, t, follow, diags))),
        ast::Type::Optional(t, _) => Ty::Optional(Box::new(read_type(db, item, t, follow, diags))),
        ast::Type::Activity(u, _) => {
            let before = diags.len();
            let unit = read_unit(db, item, u, follow, diags);
            if diags.len() > before { Ty::Error } else { Ty::Activity(unit) }
        }
        ast::Type::Footprint(u, _) => read_footprint(db, item, u, follow, diags),
    }
}

/// The enumeration of `for each ENUM`.
fn enumeration(db: &dyn Db, item: &Item, path: &ast::Path, diags: &mut Vec<Diag>) -> Option<EnumRef> {
    let [name] = path.0.as_slice() else {
        let found = crate::check::inner_type(db, item, path, diags)?;
        if found.key.keyword == "record" {
            let (n, span) = (found.name(), path.0.iter().map(|i| i.span).reduce(Span::to)?);
            diags.push(
                Diag::new(Code::N008, text!("`{n}` 不是枚举", "`{n}` is no enumeration"))
                    .at(item.at(span), text!("此处", "here"))
                    .also(found.name_place(db), text!("声明在此", "declared here")),
            );
            return None;
        }
        return Some(EnumRef::Item(found));
    };
    named_enumeration(db, item, name).map_err(|d| diags.push(*d)).ok()
}

fn named_enumeration(db: &dyn Db, item: &Item, name: &Ident) -> Result<EnumRef, Box<Diag>> {
    match (name.text.as_str(), lookup(db, item, Ns::Type, name.text.clone())) {
        ("Gas", _) => Ok(EnumRef::Gases),
        ("Stage", _) => Ok(EnumRef::Stages),
        (_, Resolved::One(e)) if e.item.key.keyword != "record" => Ok(EnumRef::Item(e.item)),
        (_, Resolved::Many(es)) => Err(Box::new(ambiguous(db, item.at(name.span), &name.text, &es))),
        _ => Err(Box::new(unknown(db, Code::N008, item.at(name.span), &name.text, Ns::Type, &[]))),
    }
}

/// True for `integer`.
pub(crate) fn is_integer(ty: &ast::Type) -> bool {
    matches!(ty, ast::Type::Unit(u) if bare_word(u).is_some_and(|w| w.text == "integer"))
}

fn bare_word(u: &UnitExpr) -> Option<&Ident> {
    match u.atoms.as_slice() {
        [a] if a.tag.is_none() && a.power == 1 => Some(&a.symbol),
        _ => None,
    }
}

fn read_word(db: &dyn Db, item: &Item, u: &UnitExpr, word: &Ident, follow: Follow<'_>, diags: &mut Vec<Diag>) -> Ty {
    match word.text.as_str() {
        "number" | "integer" | "1" => return Ty::number(),
        "bool" => return Ty::Bool,
        "text" => return Ty::Text,
        "date" => return Ty::Date,
        "period" => return Ty::Period,
        "Gas" => return Ty::Enum(EnumRef::Gases),
        "Stage" => return Ty::Enum(EnumRef::Stages),
        _ => {}
    }
    if crate::generics::find(db, item, &word.text).is_some() {
        let before = diags.len();
        let unit = read_unit(db, item, u, follow, diags);
        return if diags.len() > before { Ty::Error } else { Ty::quantity(unit) };
    }
    match lookup(db, item, Ns::Type, word.text.clone()) {
        Resolved::One(e) if e.item.key.keyword == "record" => Ty::Record(e.item),
        Resolved::One(e) => Ty::Enum(EnumRef::Item(e.item)),
        Resolved::Many(es) => {
            diags.push(ambiguous(db, item.at(word.span), &word.text, &es));
            Ty::Error
        }
        Resolved::None => {
            if lookup(db, item, Ns::Unit, word.text.clone()) == Resolved::None
                && word.text.chars().next().is_some_and(char::is_uppercase)
                && word.text.len() > 3
            {
                diags.push(unknown(db, Code::N008, item.at(word.span), &word.text, Ns::Type, &[]));
                return Ty::Error;
            }
            let before = diags.len();
            let unit = read_unit(db, item, u, follow, diags);
            if diags.len() > before { Ty::Error } else { Ty::quantity(unit) }
        }
    }
}

/// A tag that follows one of these names.
fn follow_names<'a>(
    names: &'a [(String, Ty)],
    root: impl Fn(usize) -> (String, Vec<String>) + 'a,
) -> impl FnMut(&ast::Path, Span) -> Option<Tag> + 'a {
    move |path, _| {
        let [name] = path.0.as_slice() else { return None };
        let i = names.iter().position(|(n, t)| *n == name.text && matches!(t, Ty::Enum(_)))?;
        let (root, path) = root(i);
        Some(Tag::Follows { root, path, shown: name.text.clone() })
    }
}

/// The factor's unit of an activity: kg CO2e per unit of its amount.
pub(crate) fn factor_unit(db: &dyn Db, item: &Item, amount: &UnitTy) -> UnitTy {
    let kg = match lookup(db, item, Ns::Unit, "kg".into()) {
        Resolved::One(e) => UnitTy { atoms: vec![(Atom { unit: e.item, tag: Some(Tag::Co2e) }, 1)] },
        _ => UnitTy::one(),
    };
    kg.times(amount, -1)
}

/// The signature of a declaration.
#[salsa::tracked(returns(ref))]
pub fn signature(db: &dyn Db, file: crate::db::SourceFile, key: Key) -> Signature {
    let item = Item { file, key };
    let mut diags = Vec::new();
    let mut integer = false;
    let mut each = None;
    let mut footprint = None;
    let none: Follow<'_> = &mut |_, _| None;
    let sig = match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Input(i)) => {
            integer = is_integer(&i.ty);
            footprint = footprint_of(db, file, &i.ty);
            let ty = read_type(db, &item, &i.ty, none, &mut diags);
            match &i.for_each {
                None => Sig::Value(ty),
                Some(name) => match enumeration(db, &item, name, &mut diags) {
                    Some(members) => {
                        each = Some((members, ty));
                        Sig::Value(Ty::Each(item.clone()))
                    }
                    None => Sig::Value(Ty::Error),
                },
            }
        }
        Some(Stmt::Param(p)) => {
            refuse(&item, &p.ty, &mut diags);
            Sig::Value(read_type(db, &item, &p.ty, none, &mut diags))
        }
        Some(Stmt::Record { fields, .. }) => {
            // Field types may name fields of enumeration type as tags, whatever their order.
            let mut names: Vec<(String, Ty)> = Vec::new();
            for f in fields {
                let mut quiet = Vec::new();
                let ty = f.ty.as_ref().map_or(Ty::Error, |t| read_type(db, &item, t, &mut |_, _| None, &mut quiet));
                names.push((f.name.text.clone(), ty));
            }
            let sigs = fields.iter().map(|f| {
                let mut follow = follow_names(&names, |i| ("@".into(), vec![names[i].0.clone()]));
                let ty = f.ty.as_ref().map_or(Ty::Error, |t| read_type(db, &item, t, &mut follow, &mut diags));
                if f.ty.is_none() {
                    diags.push(
                        Diag::new(Code::U013, {
                            let n = &f.name.text;
                            text!("计算字段 `{n}` 须声明类型", "computed field `{n}` needs its type")
                        })
                        .at(item.at(f.name.span), text!("写作 `let 名称: 单位 = …`", "write `let name: unit = …`")),
                    );
                }
                FieldSig {
                    name: f.name.text.clone(),
                    optional: f.default.is_some() || f.when.is_some() || matches!(ty, Ty::Optional(_)),
                    computed: f.computed.is_some(),
                    integer: f.ty.as_ref().is_some_and(is_integer),
                    footprint: f.ty.as_ref().and_then(|t| footprint_of(db, file, t)),
                    ty,
                }
            });
            Sig::Record(sigs.collect())
        }
        Some(Stmt::Table(t)) => {
            let mut keys: Vec<(String, Ty)> = Vec::new();
            t.keys
                .iter()
                .map(|k| &k.ty)
                .chain(t.columns.iter().map(|(_, ty)| ty))
                .for_each(|ty| refuse(&item, ty, &mut diags));
            for k in &t.keys {
                let ty = read_type(db, &item, &k.ty, &mut |_, _| None, &mut diags);
                keys.push((k.name.text.clone(), ty));
            }
            let columns = t.columns.iter().map(|(name, ty)| {
                let mut follow = follow_names(&keys, |i| (format!("${i}"), Vec::new()));
                (
                    name.as_ref().map_or_else(String::new, |n| n.text.clone()),
                    read_type(db, &item, ty, &mut follow, &mut diags),
                )
            });
            let columns = columns.collect();
            Sig::Table { keys, columns, partial: t.partial }
        }
        Some(Stmt::Fn { params, result, generics, .. }) => {
            params.iter().map(|(_, ty)| ty).chain([result]).for_each(|ty| refuse(&item, ty, &mut diags));
            let mut read: Vec<(String, Ty)> = Vec::new();
            for (name, ty) in params {
                let ty = {
                    let mut follow = follow_names(&read, |i| (format!("${i}"), Vec::new()));
                    read_type(db, &item, ty, &mut follow, &mut diags)
                };
                read.push((name.text.clone(), ty));
            }
            let mut follow = follow_names(&read, |i| (format!("${i}"), Vec::new()));
            let result = read_type(db, &item, result, &mut follow, &mut diags);
            drop(follow);
            crate::check::declared_variables(db, &item, generics, &read, &mut diags);
            Sig::Fn { params: read, result, variables: crate::generics::variables(db, &item) }
        }
        Some(Stmt::Include(i)) if i.binder.is_none() => Sig::Record(crate::check::listed_fields(db, &item)),
        Some(Stmt::Enum { variants, .. }) => Sig::Enum(variants.iter().map(|v| v.name.text.clone()).collect()),
        _ => Sig::None,
    };
    Signature { sig, integer, footprint, each, diags }
}

/// The signature of an item.
pub fn sig<'db>(db: &'db dyn Db, item: &Item) -> &'db Signature {
    signature(db, item.file, item.key.clone())
}

#[salsa::tracked(returns(ref))]
fn member_numbers(db: &dyn Db, file: SourceFile, key: Key) -> FxHashMap<String, u32> {
    match &sig(db, &Item { file, key }).sig {
        Sig::Enum(names) => names.iter().enumerate().rev().map(|(i, n)| (n.clone(), i as u32)).collect(),
        _ => FxHashMap::default(),
    }
}

/// The number of a member of an enumeration.
pub(crate) fn member(db: &dyn Db, enumeration: &Item, name: &str) -> Option<u32> {
    member_numbers(db, enumeration.file, enumeration.key.clone()).get(name).copied()
}
