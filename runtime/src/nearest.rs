//! The nearest name, for suggestions.

/// The candidate with the smallest edit distance, if it is near enough to be meant.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(wanted);
    let limit = (wanted.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for c in candidates.into_iter().filter(|c| !c.is_empty()) {
        let d = distance(&wanted, &fold(c));
        if d <= limit && best.is_none_or(|(b, name)| (d, c) < (b, name)) {
            best = Some((d, c));
        }
    }
    best.map(|(_, c)| c)
}

/// Letters that are compared: lower case, `-` and blanks as `_`; at most 64.
fn fold(text: &str) -> Vec<char> {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters.map(|c| if c == '-' || c == ' ' { '_' } else { c }).take(64).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut d = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                d = d.min(before[j - 1] + 1);
            }
            row.push(d);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_is_meant_and_nothing_else() {
        let names = ["production", "net_anode", "power", "铝产量"];
        for (wanted, found) in [
            ("prodution", Some("production")),
            ("Net-Anode", Some("net_anode")),
            ("pwoer", Some("power")),
            ("铝产", Some("铝产量")),
            ("deliveries", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), found, "{wanted}");
        }
    }
}
