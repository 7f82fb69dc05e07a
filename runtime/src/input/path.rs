//! Paths into input data: `production`, `boiler.mass`, `power[0].amount`.

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// The steps of a path; nothing if it cannot be read (an empty name, a bracket that is open or holds no number).
#[must_use]
pub fn steps(path: &str) -> Option<Vec<Step>> {
    let mut out = Vec::new();
    for word in path.split('.') {
        let (name, mut rest) = word.find('[').map_or((word, ""), |i| word.split_at(i));
        if name.trim().is_empty() {
            return None;
        }
        out.push(Step::Key(name.to_owned()));
        while !rest.is_empty() {
            let (index, more) = rest.strip_prefix('[')?.split_once(']')?;
            out.push(Step::Index(index.parse().ok()?));
            rest = more;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Step, steps};

    #[test]
    fn names_and_indices() {
        let key = |s: &str| Step::Key(s.to_owned());
        assert_eq!(steps("a.b[1][0].c"), Some(vec![key("a"), key("b"), Step::Index(1), Step::Index(0), key("c")]));
        for wrong in ["", ".", "a.", " ", "[0]", "a[", "a[x]", "a[-1]", "a[0]b"] {
            assert_eq!(steps(wrong), None, "{wrong}");
        }
    }
}
