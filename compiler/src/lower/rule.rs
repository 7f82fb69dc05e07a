//! Lowering of the rule itself: header, inputs, lines, checks, reports; and the findings that need all of it.

use super::Lower;
use crate::check::{At, BodyKind, TCheck, TLine, TOrigin, TPiece, body_of, is_cyclic, source_entry};
use crate::db::{Diag, Item};
use crate::products::products;
use crate::types::{EnumRef, GasTag, TExpr, Ty};
use crate::units::{Tag, UnitTy};
use footrule_diag::{Code, Span, Text, text};
use footrule_mir::{self as mir, LineGas, LineKind, LineOrigin, NodeId, Piece, RegionId, Rounding, StageRef};
use footrule_syntax::ast::{self, Header, Stmt};
use sha2::{Digest, Sha256};

impl Lower<'_> {
    pub fn rule(&mut self) {
        self.all_symbols();
        self.header();
        self.products();
        self.gases(&self.program.rule.gwp.clone());
        self.program.stages = crate::names::stages(self.db, self.file).iter().map(|s| self.named(s)).collect();
        let all = self.expanded();
        let of = |keys: &[&str]| -> Vec<At> {
            all.iter().filter(|(_, i)| keys.contains(&i.key.keyword.as_str())).cloned().collect()
        };
        // Identities first, so that anything may be read from anywhere.
        let (mut inputs, mut bound, mut looped) = (Vec::new(), Vec::new(), Vec::new());
        for (at, i) in of(&["input", "include"]) {
            if i.key.keyword == "include" {
                // A list inside an item of a list is given with it.
                let listed = *crate::names::is_listed(self.db, i.file, i.key.clone());
                if listed && !self.inside(at, |lo| lo.is_looped()) {
                    inputs.push((at, i));
                }
                continue;
            }
            let list = match self.inside(at, |lo| (lo.is_looped(), lo.binding(&i).is_some())) {
                (true, _) => &mut looped,
                (_, true) => &mut bound,
                _ => &mut inputs,
            };
            list.push((at, i));
        }
        for (n, i) in inputs.iter().enumerate() {
            self.inputs.insert(i.clone(), mir::InputId(n as u32));
        }
        let lines = of(&["emission", "removal", "credit", "apart"]);
        for (n, i) in lines.iter().enumerate() {
            self.lines.insert(i.clone(), mir::LineId(n as u32));
        }
        let allocations: Vec<Item> = of(&["allocate"]).into_iter().map(|(_, i)| i).collect();
        self.number_allocations(&allocations);
        let mut defs: Vec<At> = of(&["let", "product", "allocate"]);
        defs.retain(|(at, i)| {
            let file_level = *at == 0 && i.key.keyword == "product";
            !file_level && !self.inside(*at, |lo| lo.is_looped())
        });
        defs.extend(bound.iter().cloned());
        for (n, i) in defs.iter().enumerate() {
            self.defs.insert(i.clone(), mir::DefId(n as u32));
        }
        for (at, i) in &inputs {
            self.inside(*at, |lo| match i.key.keyword.as_str() {
                "include" => lo.listed_input(i),
                _ => {
                    let info = lo.input_info(i);
                    lo.program.inputs.push(info);
                }
            });
        }
        let order = &self.all.order;
        for (at, i) in order {
            let known = (*at, i.clone());
            if self.defs.contains_key(&known) || self.lines.contains_key(&known) {
                self.inside(*at, |lo| lo.warm(i));
            }
            if i.file == self.file && i.key.keyword == "balance" {
                self.balance_figure(i, crate::check::BalanceSide::Gap);
            }
        }
        for (at, i) in &defs {
            self.inside(*at, |lo| match i.key.keyword.as_str() {
                "input" => lo.bound_definition(i),
                "product" => lo.product_definition(i),
                _ => lo.definition(i),
            });
        }
        for i in self.balances_in_order() {
            self.balance(&i);
        }
        for (at, i) in &lines {
            self.inside(*at, |lo| lo.line(i));
        }
        self.allocations(&allocations);
        self.references();
        for (at, i) in bound.iter().chain(&looped) {
            self.inside(*at, |lo| lo.bound_checks(i));
        }
        for (at, i) in of(&["require", "warn"]) {
            match &body_of(self.db, &i).kind {
                BodyKind::Check(c) => {
                    let results = self.results;
                    let info = self.inside(at, |lo| lo.within(results, &i, |lo| lo.check(c)));
                    self.program.checks.push(info);
                }
                BodyKind::Evidence(e) => self.inside(at, |lo| lo.evidence(&i, e)),
                _ => {}
            }
        }
        for (at, i) in of(&["report"]) {
            self.inside(at, |lo| lo.report(&i));
        }
        for (_, i) in of(&["cutoff"]) {
            self.cutoff(&i);
        }
        for (_, i) in of(&["scenario"]) {
            self.scenario(&i);
        }
        for (_, i) in of(&["test"]) {
            self.test(&i);
        }
        for (_, i) in of(&["accept"]) {
            self.accept(&i);
        }
        self.gwp_sets();
        self.footprint_sets();
        self.gas_values();
        self.reviews();
        self.program.root = Some(self.root);
        self.program.results = Some(self.results);
        if lines.is_empty() {
            self.missing(Code::R003, text!("规则没有排放行", "the rule has no lines"), None);
        }
    }

    fn missing(&mut self, code: Code, message: Text, help: Option<Text>) {
        let Some(rule) = &crate::names::index(self.db, self.file).rule else { return };
        let mut d = Diag::new(code, message).at(rule.name_place(self.db), text!("规则", "rule"));
        d.help = help;
        self.diags.push(d);
    }

    fn header(&mut self) {
        let file = self.file;
        let text = file.text(self.db).clone();
        let hash = Sha256::digest(text.as_bytes());
        self.program.rule.text_hash = hash.iter().map(|b| format!("{b:02x}")).collect();
        if let Some(rule) = &crate::names::index(self.db, file).rule {
            self.program.rule.name = self.named(rule);
        }
        let mut have: Vec<(&str, Item)> = Vec::new();
        let date = |d: ast::Date| format!("{:04}-{:02}-{:02}", d.year, d.month, d.day);
        let headers: Vec<(Item, Header)> =
            crate::names::headers(self.db, file).map(|(i, h)| (i.clone(), h.clone())).collect();
        for (item, h) in headers {
            let r = &mut self.program.rule;
            let name = match h {
                Header::Cites(c) => {
                    r.cites.extend(c);
                    continue;
                }
                Header::Sector(i) => {
                    r.sector = i.text;
                    "sector"
                }
                Header::Version(i) => {
                    r.version = i.text;
                    "version"
                }
                Header::Valid { from, until } => {
                    r.valid_from = date(from.0);
                    r.valid_until = until.map(|u| date(u.0));
                    "valid from"
                }
                Header::Boundary(i) => {
                    r.boundary = i.text;
                    "boundary"
                }
                Header::Gwp(i) => {
                    r.gwp = i.text;
                    "gwp"
                }
                Header::Unit(_) => "declared unit",
                Header::Round(x) => {
                    r.round = Rounding { digits: x.digits, significant: x.significant };
                    "round"
                }
                Header::BiogenicCo2(i) => {
                    r.biogenic_neutral = i.text == "neutral";
                    "biogenic_co2"
                }
                Header::CreditsApart => {
                    r.credits_apart = true;
                    "credits"
                }
                Header::AlsoUnit(_) => continue,
            };
            if let Some((_, first)) = have.iter().find(|(n, _)| *n == name) {
                let span = item.ast(self.db).map_or(Span::default(), |a| a.span);
                let first_span = first.ast(self.db).map_or(Span::default(), |a| a.span);
                self.diags.push(
                    Diag::new(Code::R002, text!("`{name}` 写了两次", "`{name}` is given twice"))
                        .at(item.at(span), text!("再次", "again"))
                        .also(first.at(first_span), text!("先写在此", "first here")),
                );
            }
            have.push((name, item));
        }
        for need in ["version", "valid from", "gwp", "declared unit", "round"] {
            let declared = need == "declared unit" && products(self.db, file).iter().any(|p| !p.name.is_empty());
            if !declared && !have.iter().any(|(n, _)| *n == need) {
                self.missing(
                    Code::R001,
                    text!("规则头缺少 `{need}`", "the rule's header lacks `{need}`"),
                    Some(text!(
                        "规则头须有 version、valid from、gwp、declared unit、round",
                        "a header has version, valid from, gwp, declared unit and round"
                    )),
                );
            }
        }
    }

    pub fn input_info(&mut self, item: &Item) -> mir::InputInfo {
        let name = self.full_name(item);
        let ty = self.sig_value(item).cloned().unwrap_or(Ty::Error);
        self.within(self.root, item, |lo| {
            let ty = lo.ty(&ty);
            let place = lo.place(item.name_place(lo.db).span);
            let (mut constraints, mut default, mut factor, mut when) = (Vec::new(), None, None, None);
            if let (BodyKind::Input(t), Some((_, one))) =
                (&body_of(lo.db, item).kind, &crate::sigs::sig(lo.db, item).each)
            {
                let free = t.default.is_some() || matches!(one, Ty::Optional(_));
                (constraints, default) = lo.each_input(item, &t.constraints, free);
                when = t.when.as_ref().map(|e| lo.when(e, item));
            } else if let BodyKind::Input(t) = &body_of(lo.db, item).kind {
                constraints = lo.constraints(&t.constraints);
                default = t.default.as_ref().map(|e| lo.isolated(|lo| lo.expr(e)));
                factor = t
                    .factor
                    .as_ref()
                    .map(|(fixed, e)| mir::FactorDefault { fixed: *fixed, value: lo.isolated(|lo| lo.expr(e)) });
                when = t.when.as_ref().map(|e| lo.when(e, item));
            }
            // Of values for each member the fields are the footprints.
            let of = crate::sigs::sig(lo.db, item).footprint.as_ref().filter(|_| !matches!(ty, mir::Ty::Record(_)));
            let footprint = lo.footprint(of, item.name_place(lo.db));
            mir::InputInfo { name, ty, constraints, default, factor, when, footprint, place }
        })
    }

    /// Makes the node of a definition before those that read it.
    fn warm(&mut self, item: &Item) {
        let single = !matches!(&body_of(self.db, item).kind, BodyKind::Line(l) if !l.binders.is_empty());
        if single && !self.is_looped() {
            self.value(item, Span::default());
        }
    }

    fn definition(&mut self, item: &Item) {
        let name = self.full_name(item);
        let node = self.value(item, Span::default());
        let body = &body_of(self.db, item).kind;
        let (span, formula) = match body {
            BodyKind::Value(e) => (e.span, item.slice(self.db, e.span).to_string()),
            BodyKind::Allocate(t) => (item.name_place(self.db).span, self.by_text(item, t.base.span)),
            _ => (Span::default(), String::new()),
        };
        let reads = self.reads_with_exceptions(item);
        let place = self.place_of(item.at(span));
        self.program.defs.push(mir::Def { name, node, formula, reads, place });
    }

    fn line(&mut self, item: &Item) {
        let Some(Stmt::Line(ast)) = item.ast(self.db).map(|a| &a.stmt) else { return };
        let name = self.full_name(item);
        let kind = match ast.kind {
            _ if self.is_of_product() => LineKind::Apart,
            ast::LineKind::Emission => LineKind::Emission,
            ast::LineKind::Removal => LineKind::Removal,
            ast::LineKind::Credit => LineKind::Credit,
            ast::LineKind::Apart => LineKind::Apart,
        };
        let body = &body_of(self.db, item).kind;
        let BodyKind::Line(t) = body else { return };
        let reads = self.reads_with_exceptions(item);
        let formula = item.slice(self.db, t.value.span).to_string();
        let unit = t.value.ty.unit().cloned().unwrap_or_else(UnitTy::one);
        let co2e = co2e_unit(&unit, t.gas.as_ref());
        if t.value.ty != Ty::Error {
            self.fits_basis(item, &co2e);
        }
        let to_result = self.result_factors(item, &t.value, &co2e);
        let target = self.target(item);
        let looped = self.is_looped();
        // Over a list it is a condition on the items.
        let when = t.when.as_ref().filter(|_| !looped);
        let when = when.map(|e| self.within(self.root, item, |lo| lo.region(|lo| lo.expr(e))));
        let value = (t.binders.is_empty() && !looped).then(|| self.value(item, Span::default()));
        let parts = self.within(self.root, item, |lo| lo.line_parts(t));
        let (over, stage, gas, origin, named) = parts;
        let (unit, co2e_unit) = (self.unit(&unit), self.unit(&co2e));
        let place = self.place_of(item.at(t.value.span));
        self.program.lines.push(mir::Line {
            name,
            kind,
            stage,
            over,
            value,
            named,
            when,
            unit,
            co2e_unit,
            gas,
            origin,
            target,
            to_result,
            may_be_negative: ast.may_be_negative.clone(),
            formula,
            reads,
            place,
        });
    }

    fn line_parts(&mut self, t: &TLine) -> (Option<mir::Loop>, StageRef, LineGas, LineOrigin, Vec<RegionId>) {
        // The regions of stage, gas, origin and name read the loop's variables: they are made after its levels.
        let over = self.line_loop(&self.here.clone(), t);
        let in_region = |lo: &mut Self, e: &TExpr| lo.in_loop(&[e], |lo| lo.expr(e));
        let stage = match &t.stage {
            Some(Ok(s)) => StageRef::Static(self.stage(s)),
            Some(Err(e)) => {
                self.enumeration(&EnumRef::Stages);
                StageRef::Region(in_region(self, e))
            }
            None => StageRef::None,
        };
        let gas = match &t.gas {
            None => LineGas::Split,
            Some(GasTag::Static(g)) => {
                let g = self.actual_gas(g);
                self.used_gases.push((g.clone(), self.here.at(t.value.span)));
                LineGas::Static(self.gas(&g))
            }
            Some(GasTag::Follows(e)) => {
                self.enumeration(&EnumRef::Gases);
                LineGas::Region(in_region(self, e))
            }
        };
        let origin = match &t.origin {
            TOrigin::Default => LineOrigin::One(None),
            TOrigin::One(o) => LineOrigin::One(Some(*o)),
            TOrigin::Split(parts) => {
                LineOrigin::Split(parts.iter().map(|(o, e)| (*o, e.as_ref().map(|e| in_region(self, e)))).collect())
            }
        };
        let mut named = self.names_by_includes();
        named.extend(t.named.as_ref().map(|e| in_region(self, e)));
        (over, stage, gas, origin, named)
    }

    pub fn check(&mut self, c: &TCheck) -> mir::CheckInfo {
        let condition = self.for_all(&[&c.condition], |lo| lo.expr(&c.condition));
        let looped = self.is_looped();
        let mut pieces = |list: &[TPiece]| {
            list.iter()
                .map(|p| match p {
                    TPiece::Text(t) => Piece::Text(t.clone()),
                    // The value of which item is not known: its formula stands for it.
                    TPiece::Value(e) if looped => Piece::Text(self.here.slice(self.db, e.span).to_string()),
                    TPiece::Value(e) => Piece::Value(self.region(|lo| lo.expr(e))),
                })
                .collect::<Vec<_>>()
        };
        let (zh, en) = (pieces(&c.zh), pieces(&c.en));
        let own = self.full_name(&self.here.clone());
        let formula = self.here.slice(self.db, c.condition.span).to_string();
        let place = self.place(c.condition.span);
        let id = if c.name.is_empty() { String::new() } else { own.id };
        let name = mir::Named { id, labels: Text::default(), clause: own.clause };
        mir::CheckInfo { name, warn: c.warn, condition, zh, en, formula, place }
    }

    /// A requirement inside a record.
    pub fn isolated_check(&mut self, c: &TCheck, item: &Item) -> mir::CheckInfo {
        let outer = self.set_isolated(true);
        let here = std::mem::replace(&mut self.here, item.clone());
        let info = self.check(c);
        self.here = here;
        self.set_isolated(outer);
        info
    }

    fn report(&mut self, item: &Item) {
        let body = &body_of(self.db, item).kind;
        let BodyKind::Report(t) = body else { return };
        let reads = self.reads(body);
        let value = self.report_value(item);
        let place = self.place_of(item.at(t.value.span));
        let info = mir::ReportInfo {
            name: self.full_name(item),
            value,
            round: t.round.map(|(digits, significant)| Rounding { digits, significant }),
            formula: item.slice(self.db, t.value.span).to_string(),
            reads,
            place,
        };
        self.program.reports.push(info);
    }

    /// A report's unrounded value, in the results region.
    pub fn report_value(&mut self, item: &Item) -> NodeId {
        let at = self.at(item);
        if let Some(&n) = self.values.get(&at) {
            return n;
        }
        let BodyKind::Report(t) = &body_of(self.db, item).kind else { return NodeId(0) };
        // Refused already; the node of a report that is only its own name would be looked for without end.
        if *is_cyclic(self.db, item.file, item.key.clone()) {
            return NodeId(0);
        }
        let n = self.within(self.results, item, |lo| lo.expr(&t.value));
        self.values.insert(at, n);
        n
    }

    fn accept(&mut self, item: &Item) {
        let Some(ast) = item.ast(self.db) else { return };
        let Stmt::Accept { gwp, source, footprint, because } = &ast.stmt else { return };
        let clause = ast.clause.as_ref().map_or_else(String::new, |c| c.text.clone());
        self.program.accepted.push(mir::Accepted {
            gwp: gwp.text.clone(),
            source: if *footprint { mir::accepted_name(&source.text) } else { source.text.clone() },
            because: because.clone(),
            clause,
        });
        if *footprint {
            self.footprint_accepted(item, gwp, source);
            return;
        }
        let used = self
            .co2e_reads
            .iter()
            .any(|(s, _, _)| s.as_ref().is_some_and(|s| s.name() == source.text && self.set_of(s) == gwp.text));
        if !used {
            let (g, s) = (&gwp.text, &source.text);
            self.diags.push(
                Diag::new(
                    Code::L008,
                    text!("规则没有用到来源 `{s}` 的 {g} 数据", "the rule reads no {g} data of the source `{s}`"),
                )
                .at(item.at(source.span), text!("这条接受声明没有作用", "this acceptance has no effect")),
            );
        }
    }

    fn set_of(&self, source: &Item) -> String {
        source
            .ast(self.db)
            .and_then(|a| source_entry(&a.stmt, "gwp"))
            .map_or_else(|| "unknown".into(), |e| e.value.clone())
    }

    /// CO2e data of another GWP set than the rule's must be accepted by name.
    fn gwp_sets(&mut self) {
        let set = self.program.rule.gwp.clone();
        if set.is_empty() {
            return;
        }
        for (source, item, place) in std::mem::take(&mut self.co2e_reads) {
            let n = item.name();
            match source {
                // A number without a source stands for the set of the text around it: the rule's in the rule itself.
                None if item.file == self.file => {}
                None => self.diags.push(
                    Diag::new(
                        Code::U008,
                        text!(
                            "`{n}` 的数值没有来源，GWP 体系不明",
                            "values of `{n}` have no source, so their GWP set is unknown"
                        ),
                    )
                    .at(place, text!("规则用 {set}", "the rule uses {set}"))
                    .also(item.name_place(self.db), text!("声明在此", "declared here")),
                ),
                Some(s) => {
                    let found = self.set_of(&s);
                    let id = s.name();
                    let accepted = self.program.accepted.iter().any(|a| a.source == id && a.gwp == found);
                    if found == set || accepted {
                        continue;
                    }
                    self.diags.push(
                        Diag::new(
                            Code::U008,
                            text!(
                                "`{n}` 的因子用 GWP 体系 {found}，规则用 {set}",
                                "factors of `{n}` rest on the GWP set {found}, the rule on {set}"
                            ),
                        )
                        .at(place, text!("在此读取", "read here"))
                        .also(s.name_place(self.db), text!("来源的体系：{found}", "the source's set: {found}"))
                        .help(text!(
                            "若可接受，写 `accept gwp {found} from source {id} zh \"…\" en \"…\"`",
                            "if that is acceptable, write `accept gwp {found} from source {id} zh \"…\" en \"…\"`"
                        )),
                    );
                }
            }
        }
    }

    /// Parameters that had to be looked at again before the rule became valid.
    fn reviews(&mut self) {
        let mut params: Vec<Item> = self.params.keys().map(|(_, i)| i.clone()).collect();
        params.sort();
        params.dedup();
        for item in params {
            let Some(Stmt::Param(ast::Param { review: Some((date, span)), .. })) = item.ast(self.db).map(|a| &a.stmt)
            else {
                continue;
            };
            let due = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
            let from = &self.program.rule.valid_from;
            if !from.is_empty() && due < *from {
                let n = item.name();
                self.diags.push(
                    Diag::new(
                        Code::L005,
                        text!(
                            "`{n}` 应在 {due} 之前复核，规则自 {from} 起生效",
                            "`{n}` was to be reviewed by {due}; the rule is valid from {from}"
                        ),
                    )
                    .at(item.at(*span), text!("复核期限已过", "the review is overdue")),
                );
            }
        }
    }

    /// Gases of lines need a value in the rule's set.
    fn gas_values(&mut self) {
        let set = self.program.rule.gwp.clone();
        if set.is_empty() {
            return;
        }
        for (gas, place) in std::mem::take(&mut self.used_gases) {
            let info = &self.program.gases[self.gas(&gas).ix()];
            if info.gwp.is_empty() {
                let n = gas.name();
                self.diags.push(
                    Diag::new(Code::P008, text!("气体 `{n}` 在 {set} 中没有 GWP", "gas `{n}` has no GWP in {set}"))
                        .at(place, text!("需要折算", "must be converted"))
                        .also(gas.name_place(self.db), text!("声明在此", "declared here")),
                );
            }
        }
    }

    fn set_isolated(&mut self, to: bool) -> bool {
        std::mem::replace(&mut self.isolated, to)
    }
}

/// The unit of a gas's mass as CO2e: `t{CF4}` becomes `t{CO2e}`.
pub(super) fn co2e_unit(unit: &UnitTy, gas: Option<&GasTag>) -> UnitTy {
    let Some(gas) = gas else { return unit.clone() };
    unit.map_tags(|tag| {
        let this = match (gas, tag) {
            (GasTag::Static(i), Tag::Flow(e)) => e.item == *i,
            (GasTag::Follows(_), Tag::Follows { .. }) => true,
            _ => false,
        };
        Some(if this { Tag::Co2e } else { tag.clone() })
    })
}
