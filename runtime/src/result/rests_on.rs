//! What the figures of a derivation rest on: primary data and ratings with their weights, and a scenario's values.
//!
//! Guarantees: the shares and ratings of a node are the means of those of its items by the weights that stand beside
//! them, so that the total's can be followed down to single items. Must not: change a figure.

use super::assemble;
use super::outcome::Name;
use super::products::ItemFigures;
use super::quality::quality;
use crate::input::Inputs;
use crate::quality::Score;
use footrule_mir::{InputId, ParamId, Program};
use footrule_number::Number;
use serde::Serialize;

/// What a figure rests on; all numbers unrounded, weights in the unit of the figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestsOn {
    /// Share of primary data in `weight`; absent if nothing contributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_share: Option<Number>,
    /// The sum of the absolute parts.
    pub weight: Number,
    /// Mean rating of `rated_weight` (1 best, 5 worst); absent if nothing is rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<Number>,
    /// The sum of the absolute terms that are rated.
    pub rated_weight: Number,
    /// Of an item: what it is made of, by the ratings of amounts and factors; none where they could not be followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<RatedTerm>,
}

/// A term of an item: a contribution with the worst ratings of the data behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RatedTerm {
    /// The contribution.
    pub value: Number,
    /// The rating of the amounts, or `unrated`; absent if there is no such datum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The rating of the factors, or `unrated`; absent if there is no such datum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<String>,
    /// The rating of the term; absent if it is not rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<Number>,
}

/// That a value is one of the scenario at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ByScenario {
    /// The scenario.
    #[serde(flatten)]
    pub name: Name,
    /// It stands in the place of a value that was given.
    pub in_place_of_given: bool,
}

/// What these items rest on together; nothing if nothing contributes.
pub(super) fn rests_on<'a>(items: impl IntoIterator<Item = &'a ItemFigures>) -> Option<RestsOn> {
    let q = quality(items);
    let weight = q.weight.filter(|w| !w.is_zero())?;
    let rated_weight = q.rated_weight.unwrap_or_default();
    Some(RestsOn { primary_share: q.primary, weight, rating: q.dqr, rated_weight, terms: Vec::new() })
}

/// The same of one item, with its terms.
pub(super) fn item(item: &ItemFigures) -> Option<RestsOn> {
    let grade = |s: Score| match s {
        Score::Nothing => None,
        Score::Rated(x) => Some(x.to_string()),
        Score::Unrated => Some("unrated".to_owned()),
    };
    let terms = item.terms.list().unwrap_or_default().iter().map(|(rating, value)| RatedTerm {
        value: *value,
        amount: grade(rating.amount),
        factor: grade(rating.factor),
        rating: rating.dqr(),
    });
    rests_on([item]).map(|r| RestsOn { terms: terms.collect(), ..r })
}

/// The scenario at hand, for the root.
pub(super) fn scenario(program: &Program, inputs: &Inputs) -> Option<ByScenario> {
    let (index, _) = inputs.scenario.as_ref()?;
    let name = assemble::name(&program.scenarios.get(*index)?.name);
    Some(ByScenario { name, in_place_of_given: false })
}

/// If the value of an input is the scenario's.
pub(super) fn of_input(program: &Program, inputs: &Inputs, i: InputId) -> Option<ByScenario> {
    let (index, replaced) = inputs.scenario.as_ref()?;
    let id = &program.inputs.get(i.ix())?.name.id;
    program.scenarios.get(*index)?.inputs.iter().find(|(name, ..)| name == id)?;
    scenario(program, inputs).map(|s| ByScenario { in_place_of_given: replaced.contains(&i.ix()), ..s })
}

/// The number that the scenario gives a parameter.
pub(super) fn of_param(program: &Program, inputs: &Inputs, p: ParamId) -> Option<footrule_mir::FactorId> {
    let (index, _) = inputs.scenario.as_ref()?;
    let params = &program.scenarios.get(*index)?.params;
    params.iter().find(|(param, ..)| *param == p).map(|(_, factor, _)| *factor)
}
