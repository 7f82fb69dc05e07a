//! Allocations of a result as text: the basis, the shares, and what other bases would give.

use super::word;
use footrule_diag::Lang;
use footrule_mir::Basis;
use footrule_runtime::words::{label, quantity};
use footrule_runtime::{Allocation, AllocationBasis, ProductTotal, ShareOf};

/// A share in percent, for people; the record has all digits.
fn percent(share: &ShareOf) -> String {
    format!("{:.2} %", share.share.to_f64() * 100.0)
}

fn basis(b: &AllocationBasis, lang: Lang) -> String {
    let by = match b.basis {
        Basis::Mass => word(lang, "按质量", "by mass"),
        Basis::Energy => word(lang, "按能量", "by energy"),
        Basis::Economic => word(lang, "按经济价值", "by economic value"),
        Basis::Physical => word(lang, "按物理量", "by a physical quantity"),
        Basis::Given => word(lang, "按给定份额", "by given shares"),
    };
    let Some(e) = &b.exception else { return by.to_owned() };
    let clause = if e.clause.is_empty() { String::new() } else { format!("§{} ", e.clause) };
    format!("{by} ({clause}{} {})", word(lang, "例外 当", "except when"), b.condition)
}

fn shares(list: &[ShareOf], lang: Lang) -> String {
    list.iter().map(|s| format!("{} {}", label(&s.name, lang), percent(s))).collect::<Vec<_>>().join(" · ")
}

fn total(t: &ProductTotal, lang: Lang) -> String {
    let name = t.product.as_ref().map_or_else(String::new, |p| format!("{} ", label(p, lang)));
    format!("{name}{}", quantity(&t.total.value, &t.total.unit))
}

/// One allocation, on a few lines.
pub fn text(a: &Allocation, lang: Lang) -> String {
    let clause = if a.name.clause.is_empty() { String::new() } else { format!("§{} ", a.name.clause) };
    let held = a.in_force.as_ref().map_or_else(
        || word(lang, "没有份额", "no shares").to_owned(),
        |b| format!("{}: {}", basis(b, lang), shares(&b.shares, lang)),
    );
    let mut out = format!("  {clause}{} {held}\n", label(&a.name, lang));
    for b in a.in_force.iter().flat_map(|b| &b.shares) {
        if let Some(w) = &b.weight {
            out.push_str(&format!(
                "    {} = {} = {}\n",
                label(&b.name, lang),
                b.formula,
                quantity(&w.value.to_string(), &w.unit)
            ));
        }
    }
    for s in &a.sensitivity {
        let found = match &s.error {
            Some(e) => e.get(lang).to_owned(),
            None => {
                let totals: Vec<_> = s.totals.iter().map(|t| total(t, lang)).collect();
                format!("{} → {}", shares(&s.basis.shares, lang), totals.join(", "))
            }
        };
        out.push_str(&format!("    {} {}: {found}\n", word(lang, "若", "if"), basis(&s.basis, lang)));
    }
    out
}
