//! Declarations: flows, enumerations, gases, units, sources, constants, functions, processes, stages and `let`.

use super::literal::zero;
use super::{Node, Reader, no_name};
use crate::ast::{
    Expr, ExprKind, GasRow, Generic, Ident, Item, Labels, SourceEntry, Stmt, Type, UnitDef, UnitExpr, UsePath, Variant,
};
use footrule_grammar::Rule;
use footrule_grammar::keywords::{self, Place};

impl<'i> Reader<'i> {
    pub(super) fn declaration(&mut self, node: Node<'i>) -> Stmt {
        match node.as_rule() {
            Rule::use_decl => Stmt::Use(
                node.into_inner().filter(|n| n.as_rule() == Rule::use_path).map(|n| self.use_path(n)).collect(),
            ),
            Rule::flow_decl => {
                let (name, labels) = self.named(node);
                Stmt::Flow { name, labels }
            }
            Rule::stage_decl => {
                let (name, labels) = self.named(node);
                Stmt::Stage { name, labels }
            }
            Rule::flow_enum | Rule::enum_decl => self.enumeration(node),
            Rule::gas_decl => self.gas(node),
            Rule::unit_decl => self.unit_declaration(node),
            Rule::record_decl => self.record(node),
            Rule::source_decl => self.source_declaration(node),
            Rule::const_decl => self.constant(node),
            Rule::fn_decl => self.function(node),
            Rule::process_decl => self.process(node),
            Rule::input_decl => Stmt::Input(self.input(node)),
            _ => self.let_(node),
        }
    }

    /// Name and labels of a statement that has nothing else.
    pub(super) fn named(&mut self, node: Node<'i>) -> (Ident, Labels) {
        let (mut name, mut labels) = (no_name(), Labels::default());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        (name, labels)
    }

    fn use_path(&mut self, node: Node<'i>) -> UsePath {
        let mut path = UsePath { module: crate::ast::Path(Vec::new()), names: None };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::path => path.module = self.path(part),
                Rule::use_names => {
                    let names = part.into_inner().filter(|n| n.as_rule() == Rule::name).map(|n| self.ident(&n));
                    path.names = Some(names.collect());
                }
                _ => {}
            }
        }
        path
    }

    fn enumeration(&mut self, node: Node<'i>) -> Stmt {
        let flow = node.as_rule() == Rule::flow_enum;
        let (mut name, mut labels, mut variants) = (no_name(), Labels::default(), Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::label => self.label(&mut labels, part),
                Rule::variants => variants = self.entries(part, Rule::variant_only, |r, n| Some(r.variant(n))),
                _ => {}
            }
        }
        Stmt::Enum { flow, name, variants, labels }
    }

    fn variant(&mut self, node: Node<'i>) -> Variant {
        let clause = self.clause_of(&node);
        let (name, labels) = self.named(node);
        Variant { clause, name, labels }
    }

    /// The clause before an entry.
    pub(super) fn clause_of(&self, node: &Node<'i>) -> Option<Ident> {
        node.clone().into_inner().find(|n| n.as_rule() == Rule::clause).map(|n| self.clause(&n))
    }

    fn gas(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut labels, mut gwps) = (no_name(), Labels::default(), Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::label => self.label(&mut labels, part),
                Rule::gas_rows => gwps = self.entries(part, Rule::gas_only, |r, n| Some(r.gas_row(n))),
                _ => {}
            }
        }
        Stmt::Gas { name, gwps, labels }
    }

    fn gas_row(&mut self, node: Node<'i>) -> GasRow {
        let mut row = GasRow { set: no_name(), origin: None, value: zero(), span: self.span(&node), source: None };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => row.set = self.ident(&part),
                Rule::gas_origin => row.origin = Some(self.word(&part)),
                Rule::number => {
                    row.span = self.span(&part);
                    row.value = self.number(&part).0;
                }
                Rule::source_ref => row.source = self.source(part),
                _ => {}
            }
        }
        row
    }

    fn unit_declaration(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut codes, mut definition, mut labels) = (no_name(), Vec::new(), None, Labels::default());
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::unit_name => name = self.unit_word(&part),
                Rule::label => self.label(&mut labels, part),
                Rule::unit_code => {
                    let mut key = no_name();
                    let mut text = String::new();
                    for piece in part.into_inner() {
                        match piece.as_rule() {
                            Rule::string => text = self.string(&piece),
                            _ => key = self.word(&piece),
                        }
                    }
                    codes.push((key, text));
                }
                Rule::unit_def => {
                    let value = self.unit_definition(part);
                    self.once(&mut definition, place, value);
                }
                _ => {}
            }
        }
        Stmt::Unit { name, codes, definition, labels }
    }

    fn unit_definition(&mut self, node: Node<'i>) -> UnitDef {
        let unit = UnitExpr { atoms: Vec::new(), span: self.span(&node) };
        let mut definition = UnitDef { factor: zero(), divisor: None, unit, offset: None };
        let (mut offset, mut negative) = (false, false);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::unit_amount => (definition.factor, definition.unit) = self.unit_amount(part),
                Rule::kw_offset => offset = true,
                Rule::minus => negative = true,
                Rule::number if offset => definition.offset = Some(self.signed(&part, negative)),
                Rule::number => definition.divisor = Some(self.number(&part).0),
                _ => {}
            }
        }
        definition
    }

    /// `1 t{Al}` where both parts are needed.
    pub(super) fn unit_amount(&mut self, node: Node<'i>) -> (footrule_number::Number, UnitExpr) {
        let mut amount = zero();
        let mut unit = UnitExpr { atoms: Vec::new(), span: self.span(&node) };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::number => amount = self.number(&part).0,
                Rule::unit => unit = self.unit(part),
                _ => {}
            }
        }
        (amount, unit)
    }

    fn source_declaration(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut entries) = (no_name(), Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::source_body => entries = self.entries(part, Rule::source_only, |r, n| Some(r.source_entry(n))),
                _ => {}
            }
        }
        Stmt::Source { name, entries }
    }

    fn source_entry(&mut self, node: Node<'i>) -> SourceEntry {
        let mut entry = SourceEntry { key: no_name(), value: String::new(), span: self.span(&node) };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::field_name => {
                    entry.key = self.ident(&part);
                    // `gwp` and `origin` are keywords elsewhere; the other keys are options.
                    for place in [Place::OPTION, Place::INSIDE] {
                        entry.key.text = keywords::english(&entry.key.text, place).to_owned();
                    }
                }
                Rule::string => {
                    entry.span = self.span(&part);
                    entry.value = self.string(&part);
                }
                Rule::raw_value => {
                    entry.span = self.span(&part);
                    entry.value = keywords::english(self.written(entry.span), Place::OPTION).to_owned();
                }
                _ => {}
            }
        }
        entry
    }

    fn constant(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut ty, mut labels, mut source) = (no_name(), None, Labels::default(), None);
        let mut value = Expr { kind: ExprKind::Error, span: self.span(&node) };
        for part in node.into_inner() {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::name => name = self.value_name(&part),
                Rule::type_clause => ty = self.type_clause(part),
                Rule::assign => value = self.child(part, Rule::expr),
                Rule::label => self.label(&mut labels, part),
                Rule::source_ref => {
                    if let Some(found) = self.source(part) {
                        self.once(&mut source, place, found);
                    }
                }
                _ => {}
            }
        }
        Stmt::Const { name, ty, value, labels, source }
    }

    fn generics(&mut self, node: Node<'i>) -> Vec<Generic> {
        let mut out = Vec::new();
        for part in node.into_inner().filter(|n| n.as_rule() == Rule::generic) {
            let mut generic = Generic { name: no_name(), kind: no_name() };
            for piece in part.into_inner() {
                match piece.as_rule() {
                    Rule::name => generic.name = self.ident(&piece),
                    Rule::kind_word => generic.kind = self.word(&piece),
                    _ => {}
                }
            }
            out.push(generic);
        }
        out
    }

    fn function(&mut self, node: Node<'i>) -> Stmt {
        let span = self.span(&node);
        let (mut name, mut generics, mut params, mut labels) = (no_name(), Vec::new(), Vec::new(), Labels::default());
        let mut result = Type::Unit(UnitExpr { atoms: Vec::new(), span });
        let mut body = Expr { kind: ExprKind::Error, span };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.value_name(&part),
                Rule::generics => generics = self.generics(part),
                Rule::fn_param => params.extend(self.typed_name(part)),
                Rule::type_ => result = self.type_(part),
                Rule::assign => body = self.child(part, Rule::expr),
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        Stmt::Fn { name, generics, params, result, body, labels }
    }

    /// `name: TYPE`.
    pub(super) fn typed_name(&mut self, node: Node<'i>) -> Option<(Ident, Type)> {
        let mut name = None;
        let mut ty = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.ident(&part)),
                Rule::type_ => ty = Some(self.type_(part)),
                _ => {}
            }
        }
        Some((name?, ty?))
    }

    fn process(&mut self, node: Node<'i>) -> Stmt {
        let (mut name, mut generics, mut params, mut labels) = (no_name(), Vec::new(), Vec::new(), Labels::default());
        let mut body: Vec<Item> = Vec::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.ident(&part),
                Rule::generics => generics = self.generics(part),
                Rule::process_params => {
                    for param in part.into_inner().filter(|n| n.as_rule() == Rule::process_param) {
                        let mut words =
                            param.into_inner().filter(|n| matches!(n.as_rule(), Rule::name | Rule::kind_word));
                        if let (Some(name), Some(kind)) = (words.next(), words.next()) {
                            params.push((self.ident(&name), self.word(&kind)));
                        }
                    }
                }
                Rule::label => self.label(&mut labels, part),
                Rule::process_body => {
                    for part in part.into_inner() {
                        match part.as_rule() {
                            Rule::item => body.push(self.item(part)),
                            Rule::bad_entry => body.push(self.bad_item(&part)),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Stmt::Process { name, generics, params, body, labels }
    }

    fn let_(&mut self, node: Node<'i>) -> Stmt {
        let (mut open, mut name, mut ty, mut labels) = (false, no_name(), None, Labels::default());
        let mut value = Expr { kind: ExprKind::Error, span: self.span(&node) };
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::kw_open_let => open = true,
                Rule::name => name = self.value_name(&part),
                Rule::type_clause => ty = self.type_clause(part),
                Rule::assign => value = self.child(part, Rule::expr),
                Rule::label => self.label(&mut labels, part),
                _ => {}
            }
        }
        Stmt::Let { open, name, ty, value, labels }
    }
}
