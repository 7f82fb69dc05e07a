//! The part of the result record that is there for each product, and the shares of allocations.
//!
//! Guarantees: with one product its members stand in the record itself; with several they stand in `products`, one
//! entry for each, in order of the rule.

use super::outcome::{DataQuality, DeclaredUnit, Figure, Gas, LineFigure, Name, OriginFigure, Quantity, Stage};
use footrule_diag::Text;
use footrule_mir::Basis;
use footrule_number::Number;
use serde::{Serialize, Serializer};
use std::ops::Deref;

/// The footprint of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Footprint {
    /// Which product; absent if the rule does not name its only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Name>,
    /// Declared or functional unit.
    pub declared_unit: DeclaredUnit,
    /// The reference flow of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_flow: Option<Quantity>,
    /// The footprint.
    pub total: Figure,
    /// The same in the further units that the rule asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlsoFigure>,
    /// By stage, in order of the rule.
    pub stages: Vec<Stage>,
    /// By gas, in order of the rule; only gases that occur.
    pub gases: Vec<Gas>,
    /// By origin; only origins that occur.
    pub origins: Vec<OriginFigure>,
    /// Lines in order of the rule that are part of the total.
    pub lines: Vec<LineFigure>,
    /// Lines that are shown apart.
    pub apart: Vec<LineFigure>,
    /// Share of primary data by absolute contribution, 4 decimals; absent if nothing contributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_data_share: Option<String>,
    /// Data quality; absent if nothing contributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_quality: Option<DataQuality>,
}

/// The footprint in a further unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlsoFigure {
    /// The unit.
    pub declared_unit: DeclaredUnit,
    /// How much of it there is in the reference flow.
    pub reference_flow: Quantity,
    /// The footprint.
    pub total: Figure,
}

/// The footprints of all products, in order of the rule; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprints(pub Vec<Footprint>);

impl Deref for Footprints {
    type Target = [Footprint];

    fn deref(&self) -> &[Footprint] {
        &self.0
    }
}

impl Serialize for Footprints {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(s),
            all => s.collect_map([("products", all)]),
        }
    }
}

/// What became of an allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allocation {
    /// Identifier, labels, clause.
    #[serde(flatten)]
    pub name: Name,
    /// The basis in force; absent if exceptions that hold together disagree, and nothing was to be shared out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_force: Option<AllocationBasis>,
    /// What each other basis would give: the rule's own one, those of its exceptions, and those it asks to compare.
    pub sensitivity: Vec<Sensitivity>,
}

/// A basis and the shares that it gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AllocationBasis {
    /// What the weights are.
    pub basis: Basis,
    /// Where it comes from.
    pub role: BasisRole,
    /// The exception that brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<Name>,
    /// The condition of that exception.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Those who share, in the order of the rule; empty if there are no shares.
    pub shares: Vec<ShareOf>,
}

/// Where a basis comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BasisRole {
    /// The allocation's own.
    Base,
    /// An exception to it.
    Exception,
    /// Asked for as a comparison.
    Comparison,
}

/// The share of a product or co-product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShareOf {
    /// Identifier, labels.
    #[serde(flatten)]
    pub name: Name,
    /// True for a product of the rule; a co-product has no result.
    pub product: bool,
    /// The formula of the weight as written.
    pub formula: String,
    /// The weight; absent for the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Quantity>,
    /// The share; all shares of an allocation sum to exactly 1.
    pub share: Number,
}

/// What another basis would give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sensitivity {
    /// The basis and its shares.
    #[serde(flatten)]
    pub basis: AllocationBasis,
    /// The footprint of each product under it, in order of the rule.
    pub totals: Vec<ProductTotal>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Text>,
}

/// The footprint of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductTotal {
    /// Which product; absent if the rule does not name its only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Name>,
    /// The footprint.
    pub total: Figure,
}
