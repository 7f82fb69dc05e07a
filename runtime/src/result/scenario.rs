//! The scenario of a result: what it put in the place of given inputs and of parameters.

use super::assemble;
use super::outcome::{Override, OverrideKind, Quantity, Scenario, Shown};
use crate::input::Inputs;
use crate::show;
use footrule_mir::Program;

/// The scenario, if the evaluation is of one.
pub(super) fn scenario(program: &Program, inputs: &Inputs) -> Option<Scenario> {
    let (index, replaced) = inputs.scenario.as_ref()?;
    let info = program.scenarios.get(*index)?;
    let of_inputs = info.inputs.iter().filter_map(|(name, ..)| {
        let i = program.inputs.iter().position(|i| i.name.id == *name)?;
        let (input, slot) = (program.inputs.get(i)?, inputs.slots.get(i)?);
        Some(Override {
            kind: OverrideKind::Input,
            name: assemble::name(&input.name),
            value: assemble::shown(program, &slot.value, &input.ty),
            given: replaced.contains(&i),
        })
    });
    let of_params = info.params.iter().filter_map(|(param, factor, _)| {
        let (param, factor) = (program.params.get(param.ix())?, program.factors.get(factor.ix())?);
        let value = match show::unit(program, factor.unit) {
            "" => Shown::Text(factor.value.to_string()),
            unit => Shown::Quantity(Quantity { value: factor.value, unit: unit.to_owned() }),
        };
        Some(Override { kind: OverrideKind::Param, name: assemble::name(&param.name), value, given: false })
    });
    Some(Scenario { name: assemble::name(&info.name), overrides: of_inputs.chain(of_params).collect() })
}
