//! Constructors of the diagnostics that several checks share. Messages state the fact in terms of substances and
//! units first; what a reader can do stands in the help.

use crate::db::{Db, Diag, Item, Place};
use crate::names::{Entry, Ns, nearest_visible};
use crate::types::Ty;
use crate::units::{Dimension, Generator, Tag, UnitTy, flow_name, show_unit};
use footrule_diag::{Code, Text, text};

/// A name that several modules declare.
pub(crate) fn ambiguous(db: &dyn Db, at: Place, name: &str, entries: &[Entry]) -> Diag {
    let files = entries.iter().map(|e| e.item.file.key(db).to_string()).collect::<Vec<_>>().join(", ");
    let mut d =
        Diag::new(Code::N010, text!("`{name}` 在多个模块中都有声明", "`{name}` is declared by several modules"))
            .at(at, text!("不知指哪一个", "which one is not said"))
            .help(text!(
                "声明它的有 {files}；用 `use 模块.{{名称}}` 只取需要的",
                "declared in {files}; take only what is needed by `use module.{{names}}`"
            ));
    for e in entries {
        d = d.also(e.item.name_place(db), text!("声明在此", "declared here"));
    }
    d
}

/// A declaration that takes a name of the language.
pub(crate) fn reserved(at: Place, name: &str) -> Diag {
    Diag::new(Code::N013, text!("`{name}` 是语言自己的名称", "`{name}` is a name of the language"))
        .at(at, text!("不能声明", "cannot be declared"))
        .help(text!("换一个名称", "choose another name"))
}

/// An unknown name, with the nearest known one.
pub(crate) fn unknown(db: &dyn Db, code: Code, at: Place, name: &str, ns: Ns, more: &[String]) -> Diag {
    let what = match ns {
        Ns::Value => Text::new("名称", "name"),
        Ns::Flow => Text::new("物质种类", "flow"),
        Ns::Unit => Text::new("单位", "unit"),
        Ns::Stage => Text::new("阶段", "stage"),
        Ns::Type => Text::new("类型", "type"),
        Ns::Source => Text::new("来源", "source"),
        Ns::Process => Text::new("过程", "process"),
        Ns::Scenario => Text::new("情景", "scenario"),
    };
    let d = Diag::new(code, Text::new(format!("{} `{name}` 未知", what.zh), format!("unknown {} `{name}`", what.en)))
        .at(at.clone(), text!("没有声明", "not declared"));
    match nearest_visible(db, &at.item, ns, name, more) {
        Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(at, n),
        None => d,
    }
}

/// Why two units do not fit, said in terms of substances where that is the reason.
pub(crate) struct Misfit {
    /// The code.
    pub code: Code,
    /// What is wrong.
    pub message: Text,
    /// What can be done.
    pub help: Option<Text>,
}

fn untagged(d: &Dimension) -> std::collections::BTreeMap<String, i32> {
    let mut out = std::collections::BTreeMap::new();
    for (g, e) in d {
        match g {
            Generator::Base(i) => *out.entry(i.name().to_string()).or_insert(0) += e,
            Generator::Kind(dim, _) => {
                for (b, p) in dim {
                    *out.entry(b.name().to_string()).or_insert(0) += p * e;
                }
            }
        }
    }
    out.retain(|_, e| *e != 0);
    out
}

fn kinds(d: &Dimension) -> Vec<(&Tag, i32)> {
    d.iter().filter_map(|(g, e)| if let Generator::Kind(_, t) = g { Some((t, *e)) } else { None }).collect()
}

fn tag_name(db: &dyn Db, tag: &Tag) -> String {
    match tag {
        Tag::Flow(e) => flow_name(db, e),
        other => other.show(),
    }
}

fn is_gas(tag: &Tag) -> bool {
    matches!(tag, Tag::Flow(e) if e.item.key.keyword == "gas")
}

/// What cannot be done with a unit or a substance that stands for any.
pub(crate) fn opaque(db: &dyn Db, unit: &UnitTy) -> Diag {
    let (message, help) = opaque_words(db, unit, None);
    Diag::new(Code::T028, message).help(help)
}

fn opaque_words(db: &dyn Db, unit: &UnitTy, other: Option<&UnitTy>) -> (Text, Text) {
    let variable = crate::generics::variable_in(unit).or_else(|| crate::generics::variable_in(other?));
    let n = variable.map_or("?", Item::name);
    let message = match other {
        Some(o) => {
            let (a, b) = (show_unit(db, unit), show_unit(db, o));
            text!(
                "`{n}` 可以是任何一种，`{a}` 与 `{b}` 不一定相配",
                "`{n}` stands for any, so `{a}` and `{b}` need not fit"
            )
        }
        None => text!(
            "`{n}` 可以是任何单位，结果会随单位的大小而变",
            "`{n}` stands for any unit; the result would change with its size"
        ),
    };
    let help = text!(
        "把该值作为参数或输入传入，或为确定的单位写函数或过程",
        "pass the value as an argument or an input, or write the function or process for one unit"
    );
    (message, help)
}

/// Compares two units of different dimension. `sum` is true where they were to be added or compared.
pub(crate) fn misfit(db: &dyn Db, wanted: &UnitTy, found: &UnitTy, literal: bool) -> Misfit {
    let (w, f) = (wanted.dimension(db), found.dimension(db));
    let (ws, fs) = (show_unit(db, wanted), show_unit(db, found));
    let variable = |u| crate::generics::variable_in(u).is_some();
    if variable(wanted) || variable(found) {
        let (message, help) = opaque_words(db, wanted, Some(found));
        return Misfit { code: Code::T028, message, help: Some(help) };
    }
    if literal || ((wanted.is_one() || found.is_one()) && w != f) {
        return Misfit {
            code: Code::U007,
            message: text!(
                "纯数字遇到有单位的量：`{ws}` 与 `{fs}`",
                "a bare number meets a quantity: `{ws}` and `{fs}`"
            ),
            help: Some(text!("写出单位，例如 `5 {ws}`", "write the unit, as in `5 {ws}`")),
        };
    }
    let mut quotient = f.clone();
    for (g, e) in &w {
        *quotient.entry(g.clone()).or_insert(0) -= e;
    }
    quotient.retain(|_, e| *e != 0);
    let left = kinds(&quotient);
    if untagged(&w) == untagged(&f) {
        let missing: Vec<_> = left.iter().filter(|(_, e)| *e < 0).map(|(t, _)| *t).collect();
        let extra: Vec<_> = left.iter().filter(|(_, e)| *e > 0).map(|(t, _)| *t).collect();
        let name = |t: &Tag| tag_name(db, t);
        if extra.iter().any(|t| name(t) == "C") && missing.iter().any(|t| name(t) == "CO2" || **t == Tag::Co2e) {
            return Misfit {
                code: Code::U003,
                message: text!("碳（`{fs}`）不是二氧化碳（`{ws}`）", "carbon (`{fs}`) is not carbon dioxide (`{ws}`)"),
                help: Some(text!(
                    "碳氧化为二氧化碳须乘 `44 kg{{CO2}} / 12 kg{{C}}`（std.carbon 的 `c_to_co2`）",
                    "carbon becomes carbon dioxide by `44 kg{{CO2}} / 12 kg{{C}}` (`c_to_co2` of std.carbon)"
                )),
            };
        }
        if left.iter().any(|(t, _)| name(t) == "grid_co2") {
            return Misfit {
                code: Code::U005,
                message: text!(
                    "电网二氧化碳排放因子（`{fs}`）不是碳足迹因子（`{ws}`）",
                    "a grid CO2 emission factor (`{fs}`) is not a carbon-footprint factor (`{ws}`)"
                ),
                help: Some(text!(
                    "产品碳足迹用全生命周期因子，如 std.electricity 的 `grid_cn`",
                    "product footprints take the life-cycle factor, such as `grid_cn` of std.electricity"
                )),
            };
        }
        if let Some(m) = namesakes(db, &left, &fs).or_else(|| crate::bases::mixed(db, &quotient, &ws, &fs)) {
            return m;
        }
        if let Some(m) = namesakes(db, &left, &fs) {
            return m;
        }
        // Two kinds of one dimension that should have met: alumina's amount with anode's factor.
        for (i, (a, ea)) in left.iter().enumerate() {
            for (b, eb) in &left[i + 1..] {
                if *ea == -*eb && a != b && **a != Tag::Co2e && **b != Tag::Co2e && !is_gas(a) && !is_gas(b) {
                    let (a, b) = (tag_name(db, a), tag_name(db, b));
                    return Misfit {
                        code: Code::U002,
                        message: text!(
                            "`{a}` 的量遇到 `{b}` 的因子：`{fs}`",
                            "an amount of `{a}` meets a factor for `{b}`: `{fs}`"
                        ),
                        help: Some(text!("需要 `{ws}`", "`{ws}` is needed")),
                    };
                }
            }
        }
        let gas = left.iter().find(|(t, _)| is_gas(t));
        if let Some((gas, _)) = gas
            && left.iter().any(|(t, _)| **t == Tag::Co2e)
        {
            let gas = name(gas);
            return Misfit {
                code: Code::U004,
                message: text!(
                    "{gas} 的质量不能与二氧化碳当量相加或互换",
                    "a mass of {gas} cannot stand beside CO2 equivalents"
                ),
                help: Some(text!(
                    "把 {gas} 写成单独的排放行，或用 `co2e(…)` 按规则的 GWP 折算",
                    "give {gas} an emission line of its own, or convert it by `co2e(…)` with the rule's GWP"
                )),
            };
        }
        return Misfit {
            code: Code::U002,
            message: text!(
                "物质种类不符：需要 `{ws}`，得到 `{fs}`",
                "kinds differ: `{ws}` is needed, `{fs}` was found"
            ),
            help: Some(text!(
                "若确实相同，用 `… as {ws}` 明示；若是比值，用 `ratio(x, y)`",
                "if they are the same, say so by `… as {ws}`; for a ratio use `ratio(x, y)`"
            )),
        };
    }
    if heating_value(&w) && energy(&f) {
        return Misfit {
            code: Code::U016,
            message: text!(
                "需要 `{ws}`，得到 `{fs}`：一个是能量，一个是单位质量的热值",
                "`{ws}` is needed, `{fs}` was found: one is energy, the other energy per mass"
            ),
            help: Some(text!("热值写作 `MJ/kg` 或 `GJ/t`", "a heating value is written `MJ/kg` or `GJ/t`")),
        };
    }
    Misfit {
        code: Code::U001,
        message: text!("量纲不符：需要 `{ws}`，得到 `{fs}`", "dimensions differ: `{ws}` is needed, `{fs}` was found"),
        help: None,
    }
}

/// Flows of one name that are declared twice, in this file and in a rule or module.
fn namesakes(db: &dyn Db, left: &[(&Tag, i32)], found: &str) -> Option<Misfit> {
    let flows = left.iter().filter_map(|(t, _)| if let Tag::Flow(e) = t { Some(e) } else { None });
    let flows: Vec<_> = flows.collect();
    let (a, b) = flows.iter().enumerate().find_map(|(i, a)| {
        let same = |b: &&&crate::names::Entry| a.item != b.item && flow_name(db, a) == flow_name(db, b);
        flows[i + 1..].iter().find(same).map(|b| (a, b))
    })?;
    let n = flow_name(db, a);
    let path = |e: &crate::names::Entry| match e.item.file.key(db).strip_prefix("std:") {
        Some(m) => format!("std.{m}"),
        None => e.item.file.key(db).rsplit('/').next().unwrap_or_default().trim_end_matches(".pcr").to_string(),
    };
    let (x, y) = (path(a), path(b));
    Some(Misfit {
        code: Code::U002,
        message: text!(
            "`{n}` 是两种同名的物质，分别在 `{x}` 与 `{y}` 中声明：`{found}`",
            "there are two flows named `{n}`, declared in `{x}` and in `{y}`: `{found}`"
        ),
        help: Some(text!(
            "若是同一种物质，删去其中一个 `flow {n}`，改为 `use 模块.{{{n}}}`",
            "if they are one substance, delete one `flow {n}` and take the other's by `use MODULE.{{{n}}}`"
        )),
    })
}

fn energy(d: &Dimension) -> bool {
    let u = untagged(d);
    u.len() == 3 && u.values().copied().collect::<std::collections::BTreeSet<_>>() == [1, 2, -2].into()
}

fn heating_value(d: &Dimension) -> bool {
    // Energy per mass: mass cancels and L²/T² is left, unless the mass is another kind.
    let u = untagged(d);
    u.len() == 2 && u.values().copied().collect::<std::collections::BTreeSet<_>>() == [2, -2].into()
}

/// Two types that differ and are no quantities.
pub(crate) fn type_mismatch(db: &dyn Db, at: Place, wanted: &Ty, found: &Ty) -> Diag {
    let (w, f) = (wanted.show(db), found.show(db));
    Diag::new(Code::T001, text!("需要 {w}，得到 {f}", "{w} is needed, {f} was found"))
        .at(at, text!("类型为 {f}", "this is {f}"))
}

/// A file behind a symbolic link that leads out of the package.
pub(crate) fn stray(at: Place, what: &str) -> Diag {
    Diag::new(
        Code::N021,
        text!("`{what}` 是指向包外的符号链接", "`{what}` is a symbolic link that leads out of the package"),
    )
    .at(at, text!("不予读取", "not read"))
    .help(text!("把文件本身放进包里", "put the file itself into the package"))
}

/// Names in a message, the first twenty of them.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let mut out = names.iter().take(20).map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    if names.len() > 20 {
        out.push_str(", …");
    }
    out
}
