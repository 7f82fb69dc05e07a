//! Products and allocation: who a line's burden belongs to.
//!
//! A program has at least one product. A line goes wholly to one product, or through one allocation, which shares it
//! out between products and co-products; the shares are a value of the program (a record of numbers that sum to
//! exactly 1).

use crate::{
    AllocationId, ExceptionId, FactorId, GasId, Line, LineKind, Named, NodeId, Origin, PlaceId, ProductId, Program,
    RegionId, Rounding, UnitId,
};
use footrule_number::{Number, Ratio};
use serde::{Deserialize, Serialize};

/// A product of the rule: its declared unit, and how its figures are published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductInfo {
    /// Name, labels, clause; the name is empty for the product of a header's declared unit.
    pub name: Named,
    /// Number of declared units, usually 1.
    pub amount: Number,
    /// The declared unit.
    pub unit: UnitId,
    /// True for `functional unit`.
    pub functional: bool,
    /// The reference flow (node of the root region); without it the lines are per declared unit already.
    pub reference: Option<NodeId>,
    /// Unit of the results, such as `kg{CO2e}/t{Al}`.
    pub result_unit: UnitId,
    /// How its figures are rounded, if not as the rule's.
    pub round: Option<Rounding>,
    /// Other units that its total is given in.
    pub also: Vec<AlsoUnit>,
}

/// `also unit 1 piece{pack} of packs`: total × reference flow ÷ `reference` × `factor`, one rounding each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoUnit {
    /// Number of units, usually 1.
    pub amount: Number,
    /// The unit.
    pub unit: UnitId,
    /// How much of it there is in the reference flow (node of the root region).
    pub reference: NodeId,
    /// Unit of the figure.
    pub result_unit: UnitId,
    /// From the product's result unit times its reference flow over `reference`.
    pub factor: Ratio,
}

/// Where a line goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Wholly to one product.
    Product(ProductId),
    /// Shared out.
    Allocation(AllocationId),
    /// By the stage of each item, one entry for each stage: shared out, or wholly to the only product.
    ByStage(Vec<Option<AllocationId>>),
    /// To no product: a line shown in none, which counts only through what a process makes.
    Nowhere,
}

impl Default for Target {
    fn default() -> Self {
        Self::Product(ProductId(0))
    }
}

impl Target {
    /// The allocations that the line may go through.
    pub fn allocations(&self) -> impl Iterator<Item = AllocationId> + '_ {
        let (one, many) = match self {
            Self::Product(_) | Self::Nowhere => (None, &[][..]),
            Self::Allocation(a) => (Some(*a), &[][..]),
            Self::ByStage(list) => (None, list.as_slice()),
        };
        one.into_iter().chain(many.iter().copied().flatten())
    }
}

/// What weights are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Masses.
    Mass,
    /// Amounts of energy.
    Energy,
    /// Amounts of money.
    Economic,
    /// Another physical quantity.
    Physical,
    /// The shares themselves.
    Given,
}

/// An allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationInfo {
    /// Name, labels, clause.
    pub name: Named,
    /// Those who share, in the order of the record's fields; a co-product is no product of the rule.
    pub sharers: Vec<(Named, Option<ProductId>)>,
    /// The shares: a record of numbers (node of the root region), an [`crate::Op::Except`] over the bases.
    pub shares: NodeId,
    /// The bases: the first is the rule's, then its exceptions, then those for comparison only.
    pub bases: Vec<BasisInfo>,
    /// Place.
    pub place: PlaceId,
}

/// A basis of an allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasisInfo {
    /// What the weights are.
    pub basis: Basis,
    /// The exception that brings it; `None` for the rule's own basis, and for one for comparison only.
    pub exception: Option<ExceptionId>,
    /// Only a comparison: never in force.
    pub comparison: bool,
    /// Yields the shares; its value is an [`crate::Op::Shares`].
    pub shares: RegionId,
    /// The formula of each sharer's weight as text, in the order of the sharers.
    pub formulas: Vec<String>,
}

impl Program {
    /// True if a line may add to a product, wholly or by an allocation.
    #[must_use]
    pub fn concerns(&self, line: &Line, product: ProductId) -> bool {
        let shared = |a: AllocationId| {
            self.allocations.get(a.ix()).is_some_and(|a| a.sharers.iter().any(|(_, p)| *p == Some(product)))
        };
        match &line.target {
            Target::Product(p) => *p == product,
            Target::Nowhere => false,
            Target::Allocation(a) => shared(*a),
            Target::ByStage(list) => list.iter().any(|a| a.map_or(product == ProductId(0), shared)),
        }
    }

    /// True if a line is part of the total.
    #[must_use]
    pub fn counts(&self, line: &Line) -> bool {
        match line.kind {
            LineKind::Emission | LineKind::Removal => true,
            LineKind::Credit => !self.rule.credits_apart,
            LineKind::Apart => false,
        }
    }

    /// The GWP of a gas for an origin, kg CO2e per kg, and the datum it comes from (none for neutral biogenic CO2);
    /// nothing if the rule's set has none.
    #[must_use]
    pub fn gwp(&self, gas: GasId, origin: Origin) -> Option<(Number, Option<FactorId>)> {
        let info = self.gases.get(gas.ix())?;
        if self.rule.biogenic_neutral && origin == Origin::Biogenic && info.name.id == "CO2" {
            return Some((Number::ZERO, None));
        }
        let of = |o: Option<Origin>| info.gwp.iter().find(|(x, ..)| *x == o);
        of(Some(origin)).or_else(|| of(None)).map(|(_, value, factor)| (*value, Some(*factor)))
    }
}
