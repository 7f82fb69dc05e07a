//! A footprint as a record of the PACT data exchange, version 2 or 3: from its fields to CO2e per unit of product.
//!
//! The total of the record decides; the parts say where it comes from. What the parts leave open is `undivided`, and
//! parts that do not add up are told, not refused: records in use break the identity. Uptake of biogenic CO2 is a
//! removal, and enters where the rule counts biogenic CO2. Must not: read a field that is not listed here.

use super::decode::Decoder;
use super::footprint::{At, Taken, primary};
use crate::days;
use crate::interp::Interp;
use crate::json::{Json, Kind};
use crate::result::{EvidenceEntry, Finding, Period, Published, Upstream, UpstreamForm};
use crate::units::{self, Refused, Wanted};
use crate::value::{PartKey, Split};
use footrule_diag::{Code, Text, text};
use footrule_mir::{Evidence, Origin};
use footrule_number::{NumError, Number, Sum};

/// Fields that version 3 renamed: (version 2, version 3).
const RENAMED: [(&str, &str); 7] = [
    ("declaredUnit", "declaredUnitOfMeasurement"),
    ("unitaryProductAmount", "declaredUnitAmount"),
    ("pCfExcludingBiogenic", "pcfExcludingBiogenicUptake"),
    ("pCfIncludingBiogenic", "pcfIncludingBiogenicUptake"),
    ("dLucGhgEmissions", "landUseChangeGhgEmissions"),
    ("biogenicCarbonWithdrawal", "biogenicCO2Uptake"),
    ("ipccCharacterizationFactorsSources", "ipccCharacterizationFactors"),
];

/// The words for units, and how rules write them.
const UNITS: [(&str, &str); 9] = [
    ("liter", "L"),
    ("kilogram", "kg"),
    ("cubic meter", "m3"),
    ("kilowatt hour", "kWh"),
    ("megajoule", "MJ"),
    ("ton kilometer", "(t·km)"),
    ("square meter", "m2"),
    ("piece", "piece"),
    ("hour", "h"),
];

/// Parts of the total of a record, and the origin of each.
pub const EXCHANGE_PARTS: [(&str, Origin); 6] = [
    ("fossilGhgEmissions", Origin::Fossil),
    ("landUseChangeGhgEmissions", Origin::LandUse),
    ("landCarbonLeakage", Origin::LandUse),
    ("landManagementBiogenicCO2Emissions", Origin::Biogenic),
    ("landManagementBiogenicCO2Removals", Origin::Biogenic),
    ("biogenicNonCO2Emissions", Origin::Biogenic),
];

/// Parts that records count beside the others, or inside `fossilGhgEmissions`.
pub const EXCHANGE_DOUBTFUL: [(&str, Origin); 2] =
    [("landManagementFossilGhgEmissions", Origin::Fossil), ("aircraftGhgEmissions", Origin::Aircraft)];

/// A record, version 2 or 3.
struct Record<'j> {
    pcf: &'j Json,
    old: bool,
    path: String,
}

impl<'j> Record<'j> {
    /// The name of a field in the record's version.
    fn name<'n>(&self, key: &'n str) -> &'n str {
        exchange_field(self.old, key)
    }

    fn get(&self, key: &str) -> Option<&'j Json> {
        self.pcf.get(self.name(key)).filter(|j| j.kind != Kind::Null)
    }

    fn path(&self, key: &str) -> String {
        format!("{}.{}", self.path, self.name(key))
    }

    fn text(&self, key: &str) -> Option<&'j str> {
        self.get(key).and_then(word)
    }
}

/// The name of a field of a record in version 2 (`old`) or 3, by its name in version 3.
#[must_use]
pub fn exchange_field(old: bool, key: &str) -> &str {
    RENAMED.iter().find(|(_, new)| old && *new == key).map_or(key, |(old, _)| old)
}

/// How rules write a unit that records name by this word.
#[must_use]
pub fn exchange_unit(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|(w, _)| *w == word).map(|(_, unit)| *unit)
}

fn word(json: &Json) -> Option<&str> {
    match &json.kind {
        Kind::Text(t) | Kind::Number(t) | Kind::Argument(t) => Some(t.trim()),
        _ => None,
    }
}

impl Decoder<'_> {
    /// The footprint in a record of the data exchange.
    pub(super) fn exchanged(&mut self, it: &Interp<'_>, json: &Json, at: At<'_>) -> Option<Split> {
        let path = at.path;
        let version = json.get("specVersion").and_then(word).unwrap_or_default();
        let old = version.starts_with("2.");
        if !old && !version.starts_with("3.") {
            let m = text!(
                "{path}.specVersion 须为 2.x 或 3.x（PACT 数据交换规范）",
                "{path}.specVersion is 2.x or 3.x (of the PACT data exchange)"
            );
            self.refuse(json.get("specVersion").unwrap_or(json), path, Refused::new(Code::I016, m));
            return None;
        }
        let pcf = json.get("pcf")?;
        let r = Record { pcf, old, path: format!("{path}.pcf") };
        let Some(members) = pcf.members() else {
            self.shape(pcf, &r.path, Text::new("对象", "an object"));
            return None;
        };
        self.doubles(json.members().unwrap_or_default(), path);
        self.doubles(members, &r.path);
        let sets = self.sets(&r, at);
        let share = match r.get("primaryDataShare") {
            None => Some(None),
            Some(j) => self.share(j, &r.path("primaryDataShare"), Number::from(100)).map(Some),
        };
        let parts = self.parts(&r);
        let (sets, share, parts) = (sets?, share?, parts?);
        let per_unit = parts.each(|v| self.per_unit(v, &r, at).map_err(|_| NumError::Overflow));
        // The unit is tried by itself, so that a misfit is told as one.
        if let Err(refused) = self.per_unit(Number::ONE, &r, at) {
            let place = r.get("declaredUnitOfMeasurement").unwrap_or(pcf);
            self.refuse(place, &r.path("declaredUnitOfMeasurement"), refused);
            return None;
        }
        let split = self.number_or_report(per_unit, json, path)?;
        let split = match share {
            None => split,
            Some(share) => self.number_or_report(primary(&split, share), json, path)?,
        };
        self.note(it, json, &r, at, &split, share, &sets);
        Some(split)
    }

    /// The GWP sets that the record rests on; each must be the rule's, or accepted.
    fn sets(&mut self, r: &Record<'_>, at: At<'_>) -> Option<String> {
        let key = "ipccCharacterizationFactors";
        let found = r.get(key).or_else(|| r.pcf.get("characterizationFactors").filter(|_| r.old));
        let list: Vec<&str> = match found.map(|j| &j.kind) {
            Some(Kind::List(items)) => items.iter().filter_map(word).collect(),
            _ => found.and_then(word).into_iter().collect(),
        };
        let rule = &self.program.rule.gwp;
        let wrong = list.iter().find(|s| !self.program.takes_gwp(s, Some(at.footprint)));
        let (path, place) = (at.path, found.unwrap_or(r.pcf));
        let m = match (list.is_empty(), wrong) {
            (false, None) => return Some(list.join(", ")),
            (true, _) => {
                text!("{path} 未写 GWP 体系，规则用 {rule}", "{path} does not state its GWP set; the rule uses {rule}")
            }
            (_, Some(t)) => {
                text!("{path} 的 GWP 体系是 {t}，规则用 {rule}", "{path} is by {t}; the rule uses {rule}")
            }
        };
        self.refuse(place, &r.path(key), Refused::new(Code::I013, m));
        None
    }

    /// A field that is a number; `None` inside if it is not given.
    fn field(&mut self, r: &Record<'_>, key: &str) -> Option<Option<Number>> {
        let Some(json) = r.get(key) else { return Some(None) };
        let read = word(json).ok_or_else(|| self.wanted(json, &r.path(key), Text::new("数", "a number")));
        match read.and_then(units::number) {
            Ok(x) => Some(Some(x)),
            Err(refused) => {
                let (path, zh, en) = (r.path(key), &refused.message.zh, &refused.message.en);
                let m =
                    if zh.contains(&path) { refused.message.clone() } else { text!("{path}：{zh}", "{path}: {en}") };
                self.refuse(json, &path, Refused { message: m, ..refused });
                None
            }
        }
    }

    /// A field that the format requires.
    fn required(&mut self, r: &Record<'_>, key: &str) -> Option<Number> {
        let read = self.field(r, key)?;
        if read.is_none() {
            let path = r.path(key);
            let m = text!("数据交换记录缺少 {path}", "the record lacks {path}");
            self.refuse(r.pcf, &r.path, Refused::new(Code::I016, m));
        }
        read
    }

    /// The parts of the record's footprint, kg CO2e per declared unit.
    fn parts(&mut self, r: &Record<'_>) -> Option<Split> {
        let excluding = self.required(r, "pcfExcludingBiogenicUptake");
        let including = self.field(r, "pcfIncludingBiogenicUptake");
        let uptake = self.field(r, "biogenicCO2Uptake");
        let (mut sure, mut doubtful) = (Vec::new(), Vec::new());
        let mut ok = true;
        for (list, out) in [(&EXCHANGE_PARTS[..], &mut sure), (&EXCHANGE_DOUBTFUL[..], &mut doubtful)] {
            for (key, origin) in list {
                match self.field(r, key) {
                    Some(Some(x)) if !x.is_zero() => out.push((*origin, x)),
                    Some(_) => {}
                    None => ok = false,
                }
            }
        }
        let (excluding, including, uptake) = (excluding?, including?, uptake?);
        if !ok {
            return None;
        }
        let built = divide(excluding, &sure, &doubtful).and_then(|(mut parts, fits)| {
            let by_totals = including.map(|i| i.sub(excluding)).transpose()?;
            let agrees = uptake.zip(by_totals).is_none_or(|(u, t)| u == t);
            if !self.program.rule.biogenic_neutral {
                parts.extend(uptake.or(by_totals).map(|u| (Origin::Biogenic, u)));
            }
            let key = |origin| PartKey::new(origin, None, Evidence::Secondary);
            let split = Split::from_parts(parts.into_iter().map(|(o, v)| (key(o), v)))?;
            Ok((split, fits && agrees))
        });
        let (split, fits) = self.number_or_report(built, r.pcf, &r.path)?;
        if !fits {
            let path = &r.path;
            self.notes.push(Finding {
                name: self.inner(path).to_owned(),
                message: text!(
                    "{path} 的各部分之和与总量不符，差额计入未划分",
                    "the parts of {path} do not add up to its total; the difference is undivided"
                ),
                clause: String::new(),
                place: None,
            });
        }
        Some(split)
    }

    /// From kg CO2e per declared unit of the record to the unit of the input.
    fn per_unit(&self, x: Number, r: &Record<'_>, at: At<'_>) -> Result<Number, Refused> {
        let bad = |m: Text| Refused::new(Code::I017, m);
        let path = &r.path;
        let number = |key: &str| r.text(key).map(units::number).transpose();
        let overflow = |e: NumError| {
            Refused::new(Code::I004, text!("{path} 换算后超出数的范围：{e}", "{path}: after conversion, {e}"))
        };
        let amount = number("declaredUnitAmount")?.filter(|a| a.is_positive());
        let amount = amount.ok_or_else(|| {
            let key = r.path("declaredUnitAmount");
            Refused::new(Code::I016, text!("{key} 须大于 0", "{key} is a number above 0"))
        })?;
        let said = r.text("declaredUnitOfMeasurement").unwrap_or_default();
        let Some(unit) = exchange_unit(said) else {
            let all = UNITS.map(|(w, _)| w).join(", ");
            return Err(bad(text!(
                "{path} 的声明单位 `{said}` 不能换算，可用 {all}",
                "the declared unit `{said}` of {path} cannot be converted; it is one of {all}"
            )));
        };
        let x = x.div(amount).map_err(overflow)?;
        let wanted = Wanted { program: self.program, unit: at.unit, follows: at.follows };
        let misfit = match units::convert(x, &format!("kg/{unit}"), &wanted) {
            Ok(x) => return Ok(x),
            Err(refused) => refused,
        };
        // A piece (a litre, an hour) of known mass, where the rule wants it per mass.
        if let Some(mass) = number("productMassPerDeclaredUnit")?.filter(|m| m.is_positive())
            && let Ok(x) = units::convert(x.div(mass).map_err(overflow)?, "kg/kg", &wanted)
        {
            return Ok(x);
        }
        let (zh, en) = (&misfit.message.zh, &misfit.message.en);
        Err(bad(text!("{path}：{zh}", "{path}: {en}")))
    }

    /// What the result says of the record.
    #[expect(clippy::too_many_arguments, reason = "the record and all that was read from it")]
    fn note(
        &mut self,
        it: &Interp<'_>,
        json: &Json,
        r: &Record<'_>,
        at: At<'_>,
        split: &Split,
        share: Option<Number>,
        sets: &str,
    ) {
        let day = |key: &str| r.text(key).and_then(|t| days::parse(t.get(..10).unwrap_or(t)));
        let period = day("referencePeriodStart").zip(day("referencePeriodEnd"));
        if let Some((from, to)) = period {
            self.overlap(it, at.path, from, to);
        }
        if json.get("status").and_then(word) == Some("Deprecated") {
            let path = at.path;
            self.notes.push(Finding {
                name: self.inner(path).to_owned(),
                message: text!(
                    "{path} 的数据交换记录已被其发布者停用",
                    "the record of {path} is marked as deprecated by its publisher"
                ),
                clause: String::new(),
                place: None,
            });
        }
        let mut entries = Self::texts(
            json.members().unwrap_or_default(),
            &["id", "specVersion", "companyName", "productDescription", "productNameCompany"],
        );
        entries.push(("gwp".to_owned(), sets.to_owned()));
        self.evidence.push(EvidenceEntry { path: self.inner(at.path).to_owned(), entries });
        let total = if self.program.rule.biogenic_neutral { None } else { r.text("pcfIncludingBiogenicUptake") };
        let total = total.or_else(|| r.text("pcfExcludingBiogenicUptake")).unwrap_or_default();
        let (amount, unit) =
            (r.text("declaredUnitAmount").unwrap_or_default(), r.text("declaredUnitOfMeasurement").unwrap_or_default());
        let shown = Upstream {
            rule: self.named_rule(at.footprint, false),
            period: period.map(|(a, b)| Period { from: days::show(a), to: days::show(b) }),
            published: Some(Published { value: total.to_owned(), unit: format!("kg CO2e/({amount} {unit})") }),
            primary_data_share: share.map(|s| s.to_fixed(4)),
            boundary: r.text("boundaryProcessesDescription").unwrap_or_default().to_owned(),
            exempted_percent: r.text("exemptedEmissionsPercent").map(str::to_owned),
            ..self.shown(UpstreamForm::Exchange, split, at)
        };
        self.upstream.push(Taken { shown, inputs: None });
    }
}

/// The parts of a total, what they leave open, and whether they add up to it.
///
/// Whether a record counts aircraft and the fossil emissions of land management beside or inside its fossil emissions is
/// not settled by the format: the reading that adds up is taken; if none does, the one beside.
fn divide(
    total: Number,
    sure: &[(Origin, Number)],
    doubtful: &[(Origin, Number)],
) -> Result<(Vec<(Origin, Number)>, bool), NumError> {
    let mut first = None;
    for inside in 0..1_u32 << doubtful.len() {
        let mut parts = sure.to_vec();
        for (i, (origin, x)) in doubtful.iter().enumerate() {
            parts.push((*origin, *x));
            if inside & (1 << i) != 0 {
                parts.push((Origin::Fossil, x.neg()));
            }
        }
        let mut rest = Sum::new();
        rest.add(total);
        parts.iter().for_each(|(_, x)| rest.sub(*x));
        let rest = rest.finish()?;
        if rest.is_zero() {
            return Ok((parts, true));
        }
        if first.is_none() {
            parts.push((Origin::Undivided, rest));
            first = Some(parts);
        }
    }
    // A record with a total alone leaves everything open, which contradicts nothing.
    Ok((first.unwrap_or_default(), sure.is_empty() && doubtful.is_empty()))
}
