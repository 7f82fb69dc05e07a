//! From the document to values: groups of inputs, lists, records.

use super::footprint::{At, Taken};
use super::{Given, InputDoc, MAX_LIST, Outer, user_errors};
use crate::days;
use crate::diagnose::{self, MAX_REPORTED};
use crate::interp::{Interp, Problem, Slot, scaled, violations};
use crate::json::{Json, Kind, Member};
use crate::result::{EvidenceEntry, Finding};
use crate::show;
use crate::touch::Touches;
use crate::units::Refused;
use crate::value::Value;
use footrule_diag::{Code, Diagnostic, Text, text};
use footrule_mir::{Day, FieldInfo, Footprint, InputInfo, Program, RecordId, ScenarioInfo, Ty};
use std::collections::{HashMap, HashSet};

/// Keys of a document beside its `inputs`.
pub const DOCUMENT_KEYS: [&str; 6] = ["period", "scenario", "gwp", "product", "company", "note"];

/// Reads one document against one program.
pub(super) struct Decoder<'p> {
    pub(super) program: &'p Program,
    pub(super) evidence: Vec<EvidenceEntry>,
    pub(super) file: String,
    /// The GWP set that the document states for all its CO2e data.
    pub(super) gwp: Option<Json>,
    pub(super) found: Vec<Diagnostic>,
    /// The scenario that the document asks for.
    pub(super) scenario: Option<&'p ScenarioInfo>,
    /// What was done to the data, to be told with the result.
    pub(super) notes: Vec<Finding>,
    /// Footprints of other products that were read.
    pub(super) upstream: Vec<Taken>,
    /// Stands before the paths of these inputs: `slab.inputs.`, for those that make the footprint `slab`.
    prefix: String,
}

/// What is known of a value beside its type.
#[derive(Clone, Copy)]
struct Leaf<'a> {
    /// The declared tag that names a field, and the member it stands for.
    follows: Option<(&'a str, &'a str)>,
    /// It is a footprint.
    footprint: Option<Footprint>,
}

impl<'p> Decoder<'p> {
    pub(super) fn new(program: &'p Program, doc: Option<&InputDoc>, outer: Outer) -> Self {
        let file = doc.map_or_else(String::new, |d| d.file.clone());
        Self {
            program,
            evidence: Vec::new(),
            file,
            gwp: outer.gwp,
            found: Vec::new(),
            scenario: None,
            notes: Vec::new(),
            upstream: Vec::new(),
            prefix: if outer.path.is_empty() { String::new() } else { format!("{}.inputs.", outer.path) },
        }
    }

    /// The path of an input of this rule, as it stands in the document.
    pub(super) fn own(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// A path in the document as one of this rule's inputs.
    pub(super) fn inner<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(&self.prefix).unwrap_or(path)
    }

    /// The path of the document at hand: empty at the top.
    fn around(&self) -> &str {
        self.prefix.strip_suffix(".inputs.").unwrap_or_default()
    }

    pub(super) fn report(&mut self, d: Diagnostic) {
        self.found.push(d);
    }

    /// What has been said of an input and what is in it, by path.
    pub(super) fn evidence_by_path(&self, input: &str) -> HashMap<&str, &EvidenceEntry> {
        let under = |e: &&EvidenceEntry| {
            e.path.strip_prefix(input).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.evidence.iter().filter(under).map(|e| (e.path.as_str(), e)).collect()
    }

    /// Everything that was found, in order: what stands in the document by place, then the rest.
    pub(super) fn finish(mut self) -> (Vec<Diagnostic>, Vec<EvidenceEntry>) {
        let file = self.file;
        self.found.sort_by_cached_key(|d| {
            let at = d.primary.as_ref().map(|l| l.at.clone());
            let outside = at.as_ref().is_none_or(|a| a.file != file);
            (outside, at, d.code, d.message.en.clone())
        });
        self.found.dedup();
        let more = self.found.len().saturating_sub(MAX_REPORTED);
        self.found.truncate(MAX_REPORTED);
        if let (true, Some(last)) = (more > 0, self.found.last_mut()) {
            last.help = Some(text!("另有 {more} 处", "and {more} more"));
        }
        (self.found, self.evidence)
    }

    /// The top level: the period, and the place of each input.
    pub(super) fn top<'j>(&mut self, doc: &'j InputDoc, given: &mut HashMap<usize, Given<'j>>) -> Option<(Day, Day)> {
        let Some(members) = doc.root.members() else {
            let around = self.around().to_owned();
            self.shape(
                &doc.root,
                &around,
                Text::new("含 period 与 inputs 的对象", "an object with `period` and `inputs`"),
            );
            return None;
        };
        let around = self.around().to_owned();
        self.doubles(members, &around);
        if let Some(gwp) = doc.root.get("gwp").filter(|j| j.kind != Kind::Null) {
            self.gwp = Some(gwp.clone());
        }
        let mut period = None;
        for m in once(members) {
            match m.key.as_str() {
                "period" => period = self.period(&m.value),
                "scenario" => self.scenario = self.read_scenario(&m.value),
                "inputs" => self.group(&m.value, "", given),
                "gwp" if !matches!(m.value.kind, Kind::Text(_) | Kind::Argument(_) | Kind::Null) => {
                    self.shape(&m.value, "gwp", Text::new("GWP 体系的名称", "the name of a GWP set"));
                }
                key if DOCUMENT_KEYS.contains(&key) => {}
                key => self.unknown_key(m, &around, key, DOCUMENT_KEYS.into_iter().chain(["inputs"])),
            }
        }
        period
    }

    fn period(&mut self, json: &Json) -> Option<(Day, Day)> {
        let read = match &json.kind {
            // As it stands in an empty form: a rule that needs a period misses it.
            Kind::Null => return None,
            Kind::Number(t) | Kind::Text(t) | Kind::Argument(t) => days::parse_period(t.trim()),
            _ => None,
        };
        if read.is_none() {
            let m = Text::new("核算期写法不对", "the period cannot be read");
            let d = Diagnostic::new(Code::I010, m)
                .help(Text::new("写 2024 或 2024-03-01/2024-12-31", "write 2024, or 2024-03-01/2024-12-31"));
            let d = self.at(d, json, Text::new("核算期", "the period"));
            self.found.push(d);
        }
        read
    }

    /// Inputs, and groups of them: `boiler.mass` is `mass` in the object `boiler`.
    fn group<'j>(&mut self, json: &'j Json, prefix: &str, given: &mut HashMap<usize, Given<'j>>) {
        let Some(members) = json.members() else {
            let path = self.own(if prefix.is_empty() { "inputs" } else { prefix });
            self.shape(json, &path, Text::new("对象", "an object"));
            return;
        };
        let whole = self.own(prefix);
        self.doubles(members, whole.trim_end_matches('.'));
        for m in once(members) {
            let path = if prefix.is_empty() { m.key.clone() } else { format!("{prefix}.{}", m.key) };
            let inputs = &self.program.inputs;
            if let Some(i) = inputs.iter().position(|i| i.name.id == path) {
                // `boiler.mass` beside `boiler`: { `mass` }.
                if given.insert(i, Given::Json(&m.value)).is_some() {
                    let path = self.own(&path);
                    let d = Diagnostic::new(Code::I011, text!("{path} 给了两次", "{path} is given twice"));
                    let d = self.at(d, &m.value, text!("第二次", "the second time"));
                    self.found.push(d);
                }
            } else if inputs.iter().any(|i| i.name.id.strip_prefix(&path).is_some_and(|r| r.starts_with('.'))) {
                self.group(&m.value, &path, given);
            } else {
                let d = self.unknown(&path, Some(m));
                self.found.push(d);
            }
        }
    }

    /// The value of an input.
    pub(super) fn input(&mut self, it: &mut Interp<'p>, info: &'p InputInfo, given: Option<&Given<'_>>) -> Slot {
        let path = &self.own(&info.name.id);
        let declared = label(&info.name.labels);
        if let Some(when) = &info.when {
            match it.condition(when.region).0 {
                Ok(true) => {}
                Ok(false) => {
                    if let Some(given) = given {
                        self.not_applicable(info, when, given);
                    }
                    return Slot::new(Value::Absent);
                }
                Err(e) => {
                    // What the condition reads is missing or wrong, which has been told; else the condition fails.
                    if self.found.is_empty() {
                        self.found.extend(diagnose::diagnostics(self.program, &[e]));
                    }
                    return Slot::new(Value::Absent);
                }
            }
        }
        let (slot, json, set) = match given {
            None => {
                let slot = match info.default {
                    Some(region) => it.region(region),
                    None if matches!(info.ty, Ty::Optional(_)) => Slot::new(Value::Absent),
                    None => {
                        self.missing(info);
                        return Slot::new(Value::Absent);
                    }
                };
                let mut problems = Vec::new();
                let value = it.complete(slot.value, info.factor.as_ref(), &mut |p| problems.push(p));
                problems.extend(violations(self.program, &value, &info.ty, &info.constraints));
                let ok = problems.is_empty();
                for p in problems {
                    self.problem(None, None, path, &declared, p);
                }
                let value = if ok { self.settled(info, value) } else { value };
                return Slot { value, touches: slot.touches };
            }
            Some(Given::Json(json)) => {
                match self.value(it, json, &info.ty, path, Leaf { follows: None, footprint: info.footprint }) {
                    Some(slot) => (slot, Some(*json), None),
                    None => return Slot::new(Value::Absent),
                }
            }
            Some(Given::Set(region, place)) => {
                let slot = it.region(*region);
                let mut errs = Vec::new();
                user_errors(&slot.value, &mut errs);
                self.found.extend(diagnose::diagnostics(self.program, &errs));
                (slot, None, Some(*place))
            }
        };
        let mut problems = Vec::new();
        let value = it.complete(slot.value, info.factor.as_ref(), &mut |p| problems.push(p));
        problems.extend(violations(self.program, &value, &info.ty, &info.constraints));
        let ok = problems.is_empty();
        for p in problems {
            self.problem(json, set, path, &declared, p);
        }
        let value = if ok { self.settled(info, value) } else { value };
        Slot { value, touches: slot.touches }
    }

    /// The value after `scaled`, which is told as a finding.
    fn settled(&mut self, info: &InputInfo, value: Value) -> Value {
        match scaled(value, &info.constraints) {
            Ok((value, None)) => value,
            Ok((value, Some(total))) => {
                let name = &info.name.id;
                self.notes.push(Finding {
                    name: name.clone(),
                    message: text!(
                        "{name} 合计为 {total}，各值已按比例调整",
                        "{name} sums to {total}; its values were scaled"
                    ),
                    clause: info.name.clause.clone(),
                    place: diagnose::place(self.program, info.place),
                });
                value
            }
            Err(_) => {
                let name = &info.name.id;
                let d = Diagnostic::new(Code::E002, text!("{name} 按比例调整时溢出", "{name} overflows when scaled"));
                let d = diagnose::at(d, self.program, info.place, text!("在此声明", "declared here"));
                self.report(d);
                Value::Absent
            }
        }
    }

    /// A value of this type; problems are reported and yield nothing.
    fn value(&mut self, it: &mut Interp<'p>, json: &Json, ty: &'p Ty, path: &str, leaf: Leaf<'_>) -> Option<Slot> {
        let follows = leaf.follows;
        match (ty, &json.kind) {
            (Ty::Optional(_), Kind::Null) => Some(Slot::new(Value::Absent)),
            (Ty::Optional(inner), _) => self.value(it, json, inner, path, leaf),
            (Ty::List(inner), Kind::List(items)) => {
                if items.len() > MAX_LIST {
                    let n = items.len();
                    let m = text!("{path} 有 {n} 条，上限 {MAX_LIST}", "{path} has {n} items; the limit is {MAX_LIST}");
                    self.refuse(json, path, Refused::new(Code::I012, m));
                    return None;
                }
                let mut touches = Touches::NONE;
                let mut values = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    it.indices.push(i as u32);
                    let slot = self.value(it, item, inner, &format!("{path}[{i}]"), leaf);
                    it.indices.pop();
                    if let Some(slot) = slot {
                        touches.absorb(&slot.touches);
                        values.push(slot.value);
                    }
                }
                (values.len() == items.len()).then(|| Slot { value: Value::List(values.into()), touches })
            }
            (Ty::List(_), _) => {
                self.shape(json, path, Text::new("列表", "a list"));
                None
            }
            (Ty::Record(id), _) => self.record(it, json, *id, path),
            (Ty::Split(unit), _) if let Some(footprint) = leaf.footprint => {
                self.footprint(it, json, At { path, unit: *unit, follows, footprint }).map(Slot::new)
            }
            (Ty::Split(unit), _) => self.co2e(json, *unit, path, follows).map(Slot::new),
            (Ty::Activity { amount, factor }, _) => self.activity(json, *amount, *factor, path, follows).map(Slot::new),
            _ => self.scalar(json, ty, path, follows).map(Slot::new),
        }
    }

    fn record(&mut self, it: &mut Interp<'p>, json: &Json, id: RecordId, path: &str) -> Option<Slot> {
        let program = self.program;
        let info = program.records.get(id.ix())?;
        let Some(members) = json.members() else {
            self.shape(json, path, Text::new("对象", "an object"));
            return None;
        };
        self.doubles(members, path);
        let mut ok = true;
        let mut found: Vec<Option<&Json>> = vec![None; info.fields.len()];
        for m in members {
            let labels = |f: &FieldInfo| info.each && (f.name.labels.zh == m.key || f.name.labels.en == m.key);
            let of_id = info.fields.iter().position(|f| f.name.id == m.key);
            match of_id.or_else(|| info.fields.iter().position(labels)) {
                // By its identifier and by a label.
                Some(k) if found[k].is_some_and(|_| info.each) => {
                    let key = format!("{path}.{}", info.fields[k].name.id);
                    let d = Diagnostic::new(Code::I011, text!("{key} 给了两次", "{key} is given twice"));
                    let d = self.at(d, &m.value, text!("第二次", "the second time"));
                    self.found.push(d);
                    ok = false;
                }
                Some(k) if info.fields[k].computed.is_none() => found[k] = Some(&m.value),
                Some(_) => {
                    let key = &m.key;
                    let m2 = text!(
                        "{path}.{key} 由规则计算，不能给出",
                        "{path}.{key} is computed by the rule; it cannot be given"
                    );
                    self.refuse(&m.value, path, Refused::new(Code::I001, m2));
                    ok = false;
                }
                None => {
                    let open = info.fields.iter().filter(|f| f.computed.is_none());
                    let names = open.flat_map(|f| [f.name.id.as_str(), &f.name.labels.zh, &f.name.labels.en]);
                    self.unknown_key(m, path, &m.key, names);
                    ok = false;
                }
            }
        }
        // Fields that others take their tag from come first.
        let tags: Vec<usize> = info.fields.iter().filter_map(|f| f.tag_field).map(|k| k as usize).collect();
        let mut order: Vec<usize> = (0..info.fields.len()).collect();
        order.sort_by_key(|k| !tags.contains(k));
        let mut given: Vec<Option<Slot>> = vec![None; info.fields.len()];
        for k in order {
            let (Some(field), Some(json)) = (info.fields.get(k), found[k]) else {
                continue;
            };
            let follows = self.follows(info.fields.as_slice(), field, &given);
            let follows = follows.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
            let field_path = format!("{path}.{}", field.name.id);
            given[k] = self.value(it, json, &field.ty, &field_path, Leaf { follows, footprint: field.footprint });
            ok &= given[k].is_some();
        }
        let mut problems = Vec::new();
        let mut slot = None;
        if ok {
            let (built, p) = it.build(id, given);
            problems = p;
            slot = Some(built);
        } else {
            // The record cannot be built; still say all that is wrong with it.
            for (k, field) in info.fields.iter().enumerate() {
                let needed =
                    field.default.is_none() && field.computed.is_none() && !matches!(field.ty, Ty::Optional(_));
                // Whether a conditional field is needed shows only when the record can be built.
                if found[k].is_none() && needed && field.when.is_none() {
                    problems.push((Some(k as u32), Problem::Missing));
                }
                if let Some(slot) = &given[k] {
                    let broken = violations(program, &slot.value, &field.ty, &field.constraints);
                    problems.extend(broken.into_iter().map(|p| (Some(k as u32), p)));
                }
            }
        }
        let failed = !problems.is_empty();
        for (k, problem) in problems {
            let field = k.and_then(|k| info.fields.get(k as usize));
            let place = k.and_then(|k| found.get(k as usize).copied().flatten()).unwrap_or(json);
            let path = field.map_or_else(|| path.to_owned(), |f| format!("{path}.{}", f.name.id));
            let declared = field.map(|f| label(&f.name.labels)).unwrap_or_default();
            match (problem, field.and_then(|f| f.when.as_ref())) {
                (Problem::NotApplicable, Some(when)) => self.needless(Some(place), None, &path, &declared, when),
                (Problem::Missing, Some(when)) => self.needed(place, &path, &declared, when),
                (problem, _) => self.problem(Some(place), None, &path, &declared, problem),
            }
        }
        slot.filter(|_| !failed)
    }

    /// The declared tag of a field that stands for another field's member, and that member.
    fn follows(&self, fields: &[FieldInfo], field: &FieldInfo, given: &[Option<Slot>]) -> Option<(String, String)> {
        let k = field.tag_field? as usize;
        let name = fields.get(k)?.name.id.clone();
        match given.get(k)?.as_ref()?.value {
            Value::Enum(e, m) => Some((name, show::member(self.program, e, m))),
            _ => None,
        }
    }
}

/// The members without those whose key stands before already (which has been reported).
fn once(members: &[Member]) -> impl Iterator<Item = &Member> {
    let mut seen = HashSet::new();
    members.iter().filter(move |m| seen.insert(m.key.as_str()))
}

/// Labels in brackets, to stand behind a path.
pub(super) fn label(labels: &Text) -> Text {
    let bracket = |l: &str, open: &str, close: &str| {
        if l.is_empty() { String::new() } else { format!("{open}{l}{close}") }
    };
    Text::new(bracket(&labels.zh, "（", "）"), bracket(&labels.en, " (", ")"))
}
