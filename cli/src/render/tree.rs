//! Trees with box-drawing characters.

/// A head with details below it, and branches.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The line of the node.
    pub head: String,
    /// Lines below it.
    pub details: Vec<String>,
    /// What hangs from it.
    pub branches: Vec<Tree>,
}

impl Tree {
    /// The tree as lines.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write("", "", &mut out);
        out
    }

    fn write(&self, first: &str, rest: &str, out: &mut String) {
        out.push_str(format!("{first}{}", self.head).trim_end());
        out.push('\n');
        let bar = if self.branches.is_empty() { "  " } else { "│ " };
        for line in &self.details {
            out.push_str(format!("{rest}{bar}  {line}").trim_end());
            out.push('\n');
        }
        for (i, branch) in self.branches.iter().enumerate() {
            let (corner, below) = if i + 1 == self.branches.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            branch.write(&format!("{rest}{corner}"), &format!("{rest}{below}"), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(head: &str) -> Tree {
        Tree { head: head.to_owned(), ..Tree::default() }
    }

    #[test]
    fn branches_hang_from_their_node() {
        let tree = Tree {
            head: "total".to_owned(),
            details: vec![],
            branches: vec![
                Tree { head: "a".to_owned(), details: vec!["x".to_owned()], branches: vec![leaf("b")] },
                Tree { head: "c".to_owned(), details: vec!["y".to_owned()], branches: vec![] },
            ],
        };
        assert_eq!(tree.text(), "total\n├─ a\n│  │   x\n│  └─ b\n└─ c\n       y\n");
    }
}
