//! Units and types.

use super::{Node, Reader, no_name};
use crate::ast::{Ident, Path, Type, UnitAtom, UnitExpr};
use crate::head::span;
use footrule_diag::{Code, Diagnostic, text};
use footrule_grammar::Rule;
use footrule_grammar::keywords::{self, Place};

/// Larger powers are slips, and an exponent must never overflow.
const MAX_POWER: i32 = 99;

impl<'i> Reader<'i> {
    /// `kg{CO2e}/t{Al}/(min/d)`.
    pub(super) fn unit(&mut self, node: Node<'i>) -> UnitExpr {
        let place = self.span(&node);
        let mut atoms = Vec::new();
        self.unit_into(&mut atoms, node, 1);
        UnitExpr { atoms, span: place }
    }

    fn unit_into(&mut self, atoms: &mut Vec<UnitAtom>, node: Node<'i>, sign: i32) {
        let mut factor = sign;
        let mut slash = None;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::unit_op => {
                    let at = self.span(&child);
                    if child.as_str() == "/" {
                        factor = -sign;
                        slash = Some(at);
                    } else {
                        factor = sign;
                        if let Some(slash) = slash {
                            self.error(
                                Diagnostic::new(
                                    Code::S011,
                                    text!(
                                        "单位中 `/` 之后有 `·`，可有两种读法",
                                        "`·` after `/` in a unit can be read in two ways"
                                    ),
                                )
                                .at(at, text!("在分母里还是在分子里", "above or below the line"))
                                .also(slash, text!("除号在这里", "the `/` is here"))
                                .help(text!("用括号写明，如 `kg/(t·km)`", "use parentheses, as in `kg/(t·km)`")),
                            );
                        }
                    }
                }
                Rule::unit_atom | Rule::one_atom => {
                    let mut atom = self.unit_atom(child);
                    atom.power = atom.power.saturating_mul(factor);
                    atoms.push(atom);
                }
                Rule::unit_group => {
                    let power = self.group_power(&child);
                    self.unit_into(atoms, child, factor.saturating_mul(power));
                }
                _ => {}
            }
        }
    }

    fn group_power(&mut self, node: &Node<'i>) -> i32 {
        node.clone().into_inner().find(|n| n.as_rule() == Rule::power).map_or(1, |n| self.power(n))
    }

    /// `kg{alumina}^2`, or the `1` of `1/yr`.
    pub(super) fn unit_atom(&mut self, node: Node<'i>) -> UnitAtom {
        let mut atom = UnitAtom { symbol: self.ident(&node), tag: None, power: 1 };
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::unit_word => atom.symbol = self.unit_word(&child),
                Rule::tag => {
                    let names: Vec<Ident> =
                        child.into_inner().filter(|n| n.as_rule() == Rule::tag_name).map(|n| self.ident(&n)).collect();
                    atom.tag = Some(Path(if names.is_empty() { vec![no_name()] } else { names }));
                }
                Rule::power => atom.power = self.power(child),
                _ => {}
            }
        }
        atom
    }

    /// A unit symbol; degrees have a name of letters, under which they are declared.
    pub(super) fn unit_word(&self, node: &Node<'i>) -> Ident {
        let ident = self.ident(node);
        let text = match ident.text.as_str() {
            "℃" | "°C" => "degC".to_owned(),
            "℉" | "°F" => "degF".to_owned(),
            _ => ident.text,
        };
        Ident { text, span: ident.span }
    }

    fn power(&mut self, node: Node<'i>) -> i32 {
        let place = self.span(&node);
        let value = node.into_inner().find(|n| n.as_rule() == Rule::power_value);
        let power = value.and_then(|n| n.as_str().parse::<i32>().ok()).filter(|p| *p != 0 && p.abs() <= MAX_POWER);
        power.unwrap_or_else(|| {
            self.error(
                Diagnostic::new(Code::S006, text!("单位的幂次不合适", "this power of a unit makes no sense"))
                    .at(place, text!("应为不等于 0 的小整数", "a small whole number other than 0 is expected")),
            );
            1
        })
    }

    /// A type. Built-in type names arrive in English.
    pub(super) fn type_(&mut self, node: Node<'i>) -> Type {
        let place = self.span(&node);
        // `list of optional …` nests without brackets; the loop keeps the stack flat.
        let mut wrappers = Vec::new();
        let mut node = node;
        let mut inner = loop {
            let here = self.span(&node);
            let Some(child) = node.into_inner().find(|n| !is_keyword(n)) else {
                break Type::Unit(UnitExpr { atoms: Vec::new(), span: place });
            };
            match child.as_rule() {
                Rule::list_type => wrappers.push((true, here)),
                Rule::optional_type => wrappers.push((false, here)),
                Rule::activity_type => break Type::Activity(self.inner_unit(child), here),
                Rule::footprint_type => break Type::Footprint(self.inner_unit(child), here),
                Rule::inner_type => break Type::Inner(self.path(child)),
                Rule::unit => break Type::Unit(self.type_unit(child)),
                _ => {}
            }
            node = child;
        };
        if wrappers.len() > crate::MAX_DEPTH {
            self.too_deep(place);
            wrappers.truncate(1);
        }
        for (list, here) in wrappers.into_iter().rev() {
            inner = if list { Type::List(Box::new(inner), here) } else { Type::Optional(Box::new(inner), here) };
        }
        inner
    }

    fn inner_unit(&mut self, node: Node<'i>) -> UnitExpr {
        let place = self.span(&node);
        match node.into_inner().find(|n| n.as_rule() == Rule::unit) {
            Some(unit) => self.type_unit(unit),
            None => UnitExpr { atoms: Vec::new(), span: span(place.end as usize, place.end as usize) },
        }
    }

    fn type_unit(&mut self, node: Node<'i>) -> UnitExpr {
        let mut unit = self.unit(node);
        if let [UnitAtom { symbol, tag: None, power: 1 }] = unit.atoms.as_mut_slice() {
            symbol.text = keywords::english(&symbol.text, Place::NAME).to_owned();
        }
        unit
    }
}

fn is_keyword(node: &Node<'_>) -> bool {
    keywords::by_rule(node.as_rule()).is_some()
}
