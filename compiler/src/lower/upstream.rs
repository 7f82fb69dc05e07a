//! Lowering of footprints: the programs of the rules that inputs name, and their GWP sets.

use super::{Lower, lower};
use crate::db::{Diag, Item, Place, SourceFile};
use crate::sigs::factor_unit;
use crate::upstream::{FootprintOf, declared, endless};
use footrule_diag::{Code, text};
use footrule_mir as mir;
use footrule_number::Ratio;
use footrule_syntax::ast::Ident;

impl Lower<'_> {
    /// How data of a footprint are read.
    pub fn footprint(&mut self, of: Option<&FootprintOf>, place: Place) -> Option<mir::Footprint> {
        let rule = match of? {
            FootprintOf::Unit => None,
            // A rule that needs itself has no program; that is reported where its file is checked.
            FootprintOf::Rule(_) if endless(self.db, self.file) => None,
            FootprintOf::Rule(file) => Some(self.upstream(*file, place)),
        };
        Some(mir::Footprint { rule })
    }

    fn upstream(&mut self, file: SourceFile, place: Place) -> mir::UpstreamId {
        if let Some(i) = self.upstreams.iter().position(|(f, _)| *f == file) {
            return mir::UpstreamId(i as u32);
        }
        let program = lower(self.db, file).program.clone();
        let scale = self.published_scale(file).unwrap_or_else(|| {
            self.diags.push(
                Diag::new(
                    Code::U011,
                    text!(
                        "上游结果到足迹单位的换算系数超出 28 位",
                        "the factor from the upstream result to the footprint's unit exceeds 28 digits"
                    ),
                )
                .at(place.clone(), text!("此处", "here")),
            );
            Ratio::ONE
        });
        let id = mir::UpstreamId(self.upstreams.len() as u32);
        self.upstreams.push((file, place));
        self.program.upstream.push(mir::Upstream { program, scale });
        id
    }

    /// From a rule's published figure to kg CO2e per one declared unit. A figure without a unit of its own is per the
    /// declared amount.
    fn published_scale(&self, file: SourceFile) -> Option<Ratio> {
        let d = declared(self.db, file);
        let per_one = factor_unit(self.db, &self.here, &d.unit);
        match (&d.rounded_in, d.amount) {
            (Some(unit), _) => unit.factor_to(self.db, &per_one),
            (None, Some(amount)) => Ratio::from_number(amount)?.recip(),
            (None, None) => Some(Ratio::ONE),
        }
    }

    /// Results of another GWP set than the rule's must be accepted by name.
    pub fn footprint_sets(&mut self) {
        let set = self.program.rule.gwp.clone();
        for (i, (file, place)) in self.upstreams.clone().into_iter().enumerate() {
            let footprint = mir::Footprint { rule: Some(mir::UpstreamId(i as u32)) };
            let (found, id) = match self.program.upstream_of(footprint) {
                Some(u) => (u.program.rule.gwp.clone(), u.program.rule.name.id.clone()),
                None => continue,
            };
            if set.is_empty() || found.is_empty() || self.program.takes_gwp(&found, Some(footprint)) {
                continue;
            }
            let mut d = Diag::new(
                Code::U008,
                text!(
                    "规则 `{id}` 用 GWP 体系 {found}，本规则用 {set}",
                    "the rule `{id}` rests on the GWP set {found}, this one on {set}"
                ),
            )
            .at(place, text!("取用它的足迹", "its footprint is taken here"));
            if let Some(rule) = &crate::names::index(self.db, file).rule {
                d = d.also(rule.name_place(self.db), text!("该规则的体系：{found}", "that rule's set: {found}"));
            }
            self.diags.push(d.help(text!(
                "若可接受，写 `accept gwp {found} from footprint of {id} zh \"…\" en \"…\"`",
                "if that is acceptable, write `accept gwp {found} from footprint of {id} zh \"…\" en \"…\"`"
            )));
        }
    }

    /// An acceptance of a rule whose footprint is not an input has no effect. (Data of that rule may be of any set, so
    /// the rule's own set decides nothing here.)
    pub fn footprint_accepted(&mut self, item: &Item, gwp: &Ident, rule: &Ident) {
        let read = self.program.upstream.iter().any(|u| u.program.rule.name.id == rule.text);
        if !read || gwp.text == self.program.rule.gwp {
            let (g, r) = (&gwp.text, &rule.text);
            self.diags.push(
                Diag::new(
                    Code::L008,
                    text!("规则没有取用 `{r}` 的 {g} 足迹", "the rule takes no {g} footprint of `{r}`"),
                )
                .at(item.at(rule.span), text!("这条接受声明没有作用", "this acceptance has no effect")),
            );
        }
    }
}
