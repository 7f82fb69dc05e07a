//! Two bases of one thing that meet: a lower and a higher heating value, wet and dry mass, a mole and a mass fraction.
//! Only kinds that the library declares count, so that a rule's own words never get a meaning that it did not give.

use crate::db::Db;
use crate::report::Misfit;
use crate::units::{Dimension, Generator, Tag, flow_name};
use footrule_diag::{Code, Text, text};

/// A pair of library kinds, what the two are, and how one becomes the other.
struct Pair {
    kinds: [&'static str; 2],
    what: [(&'static str, &'static str); 2],
    help: (&'static str, &'static str),
}

const PAIRS: &[Pair] = &[
    Pair {
        kinds: ["lhv", "hhv"],
        what: [("低位发热量", "lower heating value"), ("高位发热量", "higher heating value")],
        help: (
            "用氢和水分换算：std.bases 的 `lhv_of_hhv`；没有时乘 `lhv_per_hhv_coal_oil` 或 `lhv_per_hhv_gas`",
            "convert by hydrogen and moisture: `lhv_of_hhv` of std.bases; without them multiply by `lhv_per_hhv_coal_oil` or `lhv_per_hhv_gas`",
        ),
    },
    Pair {
        kinds: ["wet", "dry"],
        what: [("湿基", "wet basis"), ("干基", "dry basis")],
        help: (
            "用水分换算：std.bases 的 `dry_mass`、`wet_mass`、`moisture_on_wet`",
            "convert by the moisture: `dry_mass`, `wet_mass` or `moisture_on_wet` of std.bases",
        ),
    },
    Pair {
        kinds: ["gross", "net"],
        what: [("毛", "gross"), ("净", "net")],
        help: (
            "扣去皮重或厂用电：std.bases 的 `net_mass`、`net_power`",
            "take off the tare or the plant's own use: `net_mass` or `net_power` of std.bases",
        ),
    },
    Pair {
        kinds: ["location_based", "market_based"],
        what: [("位置法", "location-based"), ("市场法", "market-based")],
        help: (
            "两种方法的结果不相加、不换算；位置法结果用 `apart` 另报",
            "the two are never added or converted; show the location-based result by an `apart` line",
        ),
    },
];

fn library_flow(db: &dyn Db, tag: &Tag) -> Option<String> {
    match tag {
        Tag::Flow(e) if e.item.file.key(db).starts_with("std:") => Some(flow_name(db, e)),
        _ => None,
    }
}

/// What the library knows of two units whose quotient is `quotient` (found ÷ wanted), a pure ratio of kinds.
pub(crate) fn mixed(db: &dyn Db, quotient: &Dimension, wanted: &str, found: &str) -> Option<Misfit> {
    declared_pair(db, quotient, wanted, found).or_else(|| fractions(quotient, wanted, found))
}

fn declared_pair(db: &dyn Db, quotient: &Dimension, wanted: &str, found: &str) -> Option<Misfit> {
    let power = |name: &str| {
        quotient.iter().find_map(|(g, e)| match g {
            Generator::Kind(_, t) if library_flow(db, t).as_deref() == Some(name) => Some(*e),
            _ => None,
        })
    };
    PAIRS.iter().find_map(|p| {
        let (a, b) = (power(p.kinds[0])?, power(p.kinds[1])?);
        if a != -b {
            return None;
        }
        let [(zh_a, en_a), (zh_b, en_b)] = p.what;
        Some(Misfit {
            code: Code::U017,
            message: text!(
                "{zh_a}与{zh_b}是两种基准：需要 `{wanted}`，得到 `{found}`",
                "{en_a} and {en_b} are two bases: `{wanted}` is needed, `{found}` was found"
            ),
            help: Some(Text::new(p.help.0, p.help.1)),
        })
    })
}

/// One kind by mass on one side, by amount of substance or volume on the other.
fn fractions(quotient: &Dimension, wanted: &str, found: &str) -> Option<Misfit> {
    let kinds_only = quotient.keys().all(|g| matches!(g, Generator::Kind(..)));
    let twice = kinds_only
        && quotient.iter().any(|(g, e)| {
            quotient.iter().any(|(h, f)| match (g, h) {
                (Generator::Kind(a, t), Generator::Kind(b, u)) => t == u && a != b && *e == -*f,
                _ => false,
            })
        });
    twice.then(|| Misfit {
        code: Code::U017,
        message: text!(
            "摩尔、质量、体积分数是不同的基准：需要 `{wanted}`，得到 `{found}`",
            "mole, mass and volume fractions are different bases: `{wanted}` is needed, `{found}` was found"
        ),
        help: Some(Text::new(
            "用摩尔质量换算：std.bases 的 `mass_fraction`、`mole_fraction`、`mole_fraction_of_volume`",
            "convert by molar masses: `mass_fraction`, `mole_fraction` or `mole_fraction_of_volume` of std.bases",
        )),
    })
}
