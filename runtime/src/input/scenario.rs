//! Scenarios: values that stand in for given inputs, whatever the document says of them.

use super::Given;
use super::decode::Decoder;
use crate::diagnose;
use crate::json::{Json, Kind};
use footrule_diag::{Code, Diagnostic, Text, nearest, text};
use footrule_mir::ScenarioInfo;
use std::collections::{BTreeSet, HashMap};

impl<'p> Decoder<'p> {
    /// The scenario that a document names; an empty one is none.
    pub(super) fn read_scenario(&mut self, json: &Json) -> Option<&'p ScenarioInfo> {
        let name = match &json.kind {
            Kind::Null => return None,
            Kind::Text(t) | Kind::Argument(t) => t.trim(),
            _ => {
                self.shape(json, "scenario", Text::new("情景的名称", "the name of a scenario"));
                return None;
            }
        };
        if name.is_empty() {
            return None;
        }
        let found = self.named_scenario(name);
        if found.is_none() {
            let d = self.unknown_scenario(name);
            let d = self.at(d, json, text!("没有这个情景", "there is no such scenario"));
            self.report(d);
        }
        found
    }

    /// The scenario that is asked for beside the document.
    pub(super) fn asked_scenario(&mut self, name: &str) -> Option<&'p ScenarioInfo> {
        let found = self.named_scenario(name);
        if found.is_none() {
            let d = self.unknown_scenario(name);
            self.report(d);
        }
        found
    }

    /// A scenario of the rule, by identifier or label.
    fn named_scenario(&self, name: &str) -> Option<&'p ScenarioInfo> {
        let all = &self.program.scenarios;
        let labelled = |s: &&ScenarioInfo| s.name.labels.zh == name || s.name.labels.en == name;
        all.iter().find(|s| s.name.id == name).or_else(|| all.iter().find(labelled))
    }

    fn unknown_scenario(&self, name: &str) -> Diagnostic {
        let d = Diagnostic::new(Code::I021, text!("规则没有情景 {name}", "the rule has no scenario {name}"));
        let all = || self.program.scenarios.iter().map(|s| s.name.id.as_str());
        match nearest(name, all()) {
            Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
            None if all().next().is_some() => {
                let list = all().collect::<Vec<_>>().join(", ");
                d.help(text!("可用：{list}", "scenarios are: {list}"))
            }
            None => d.help(text!("此规则没有声明情景", "this rule declares no scenario")),
        }
    }

    /// Puts the scenario's values in the place of what was given; which inputs were given all the same.
    pub(super) fn override_inputs(
        &mut self,
        scenario: &ScenarioInfo,
        given: &mut HashMap<usize, Given<'_>>,
    ) -> BTreeSet<usize> {
        let mut replaced = BTreeSet::new();
        for (name, region, place) in &scenario.inputs {
            let Some(i) = self.program.inputs.iter().position(|i| i.name.id == *name) else {
                let d = self.unknown(name, None);
                let label = text!("没有这个输入", "there is no such input");
                self.report(diagnose::at(d, self.program, *place, label));
                continue;
            };
            if given.insert(i, Given::Set(*region, *place)).is_some() {
                replaced.insert(i);
            }
        }
        replaced
    }
}
