//! Given data as a tree: which numbers a user gave, with their ratings, so that a value can name what it rests on.
//!
//! Guarantees: numbers of a subtree are consecutive, so that "all of it" is a range and a touch of a whole covers that
//! of its parts. Must not: hold values.

use crate::json::Json;
use crate::quality::Score;
use crate::result::EvidenceEntry;
use crate::touch::{Touch, Touches};
use crate::value::Value;
use footrule_mir::{FieldInfo, Program, Ty};
use std::collections::HashMap;

/// A number, or what contains numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    /// Last node of the subtree.
    last: u32,
    /// The worst rating in the subtree.
    score: Score,
    /// Nothing in the subtree is said to be secondary, or assumed by the rule.
    primary: bool,
    /// By field or item; empty for a number, and for what a test sets as a whole.
    children: Vec<Child>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Child {
    /// No number.
    None,
    /// A given number or container.
    Node(u32),
    /// A default of the rule.
    Assumed,
    /// Computed from the other fields.
    Whole,
}

/// All given data of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tree(Vec<Node>);

/// What is known of the data while the tree is built.
pub(crate) struct Said<'a> {
    pub program: &'a Program,
    pub evidence: HashMap<&'a str, &'a EvidenceEntry>,
}

impl Tree {
    /// The touch of an input's value. Without its text in the document it is one datum as a whole.
    pub(crate) fn add(
        &mut self,
        said: &Said<'_>,
        path: &str,
        value: &Value,
        ty: &Ty,
        json: Option<&Json>,
    ) -> Option<Touch> {
        match self.child(said, path, value, ty, json) {
            Child::Node(n) => Some(self.touch(n, true)),
            _ => None,
        }
    }

    fn touch(&self, node: u32, exact: bool) -> Touch {
        let last = self.0.get(node as usize).map_or(node, |n| n.last);
        Touch::Given { first: node, last, exact }
    }

    fn child(&mut self, said: &Said<'_>, path: &str, value: &Value, ty: &Ty, json: Option<&Json>) -> Child {
        let id = self.0.len() as u32;
        match (ty, value) {
            (_, Value::Absent) => Child::None,
            (Ty::Optional(inner), _) => self.child(said, path, value, inner, json),
            (Ty::Number(_) | Ty::Split(_) | Ty::Activity { .. }, _) => {
                let own = said.evidence.get(path).copied();
                let amount = said.evidence.get(format!("{path}.amount").as_str()).copied();
                let of = |e: Option<&EvidenceEntry>| e.and_then(score);
                let score = of(amount).or_else(|| of(own)).unwrap_or(Score::Unrated);
                let secondary = |e: &EvidenceEntry| e.entries.iter().any(|(k, v)| k == "primary" && v == "false");
                let primary = !own.into_iter().chain(amount).any(secondary);
                self.0.push(Node { last: id, score, primary, children: Vec::new() });
                Child::Node(id)
            }
            (Ty::List(inner), Value::List(items)) if json.is_some() => {
                let texts = json.and_then(Json::items).unwrap_or_default();
                self.container(items.iter().enumerate().map(|(i, v)| (i, v, &**inner)), &mut |this, i, v, ty| {
                    this.child(said, &format!("{path}[{i}]"), v, ty, texts.get(i))
                })
            }
            (Ty::Record(r), Value::Record(_, values)) if json.is_some() => {
                let Some(info) = said.program.records.get(r.ix()) else { return Child::None };
                let fields = info.fields.iter().zip(values.iter()).enumerate().map(|(i, (f, v))| (i, v, &f.ty));
                self.container(fields, &mut |this, i, v, ty| {
                    let Some(field) = info.fields.get(i) else { return Child::None };
                    let text = json.and_then(|j| text_of(j, field, info.each));
                    match text {
                        _ if !numeric(said.program, ty, 0) || *v == Value::Absent => Child::None,
                        _ if field.computed.is_some() => Child::Whole,
                        None => Child::Assumed,
                        Some(text) => this.child(said, &format!("{path}.{}", field.name.id), v, ty, Some(text)),
                    }
                })
            }
            (ty, _) if numeric(said.program, ty, 0) => {
                self.0.push(Node { last: id, score: Score::Unrated, primary: true, children: Vec::new() });
                Child::Node(id)
            }
            _ => Child::None,
        }
    }

    fn container<'v>(
        &mut self,
        parts: impl Iterator<Item = (usize, &'v Value, &'v Ty)>,
        child: &mut dyn FnMut(&mut Self, usize, &'v Value, &'v Ty) -> Child,
    ) -> Child {
        let id = self.0.len() as u32;
        self.0.push(Node { last: id, score: Score::Nothing, primary: true, children: Vec::new() });
        let children: Vec<Child> = parts.map(|(i, v, ty)| child(self, i, v, ty)).collect();
        let (mut score, mut primary) = (Score::Nothing, true);
        for c in &children {
            match c {
                Child::Node(n) => {
                    let node = self.0.get(*n as usize);
                    score = score.max(node.map_or(Score::Nothing, |n| n.score));
                    primary &= node.is_none_or(|n| n.primary);
                }
                Child::Assumed => (score, primary) = (Score::Unrated, false),
                Child::None | Child::Whole => {}
            }
        }
        let last = (self.0.len() as u32).saturating_sub(1);
        if let Some(node) = self.0.get_mut(id as usize) {
            *node = Node { last, score, primary, children };
        }
        Child::Node(id)
    }

    /// What a part of a value rests on: a field of a record, an item of a list.
    pub(crate) fn part(&self, touches: &Touches, index: u32) -> Touches {
        if !touches.items().iter().any(|t| matches!(t, Touch::Given { exact: true, .. })) {
            return touches.clone();
        }
        let part = |t: &Touch| match t {
            Touch::Given { first, exact: true, .. } => {
                let children = self.0.get(*first as usize).map(|n| n.children.as_slice()).unwrap_or_default();
                if children.is_empty() {
                    return Some(*t);
                }
                match children.get(index as usize) {
                    Some(Child::Node(n)) => Some(self.touch(*n, true)),
                    Some(Child::Assumed) => Some(Touch::Assumed),
                    Some(Child::Whole) => Some(self.touch(*first, false)),
                    Some(Child::None) | None => None,
                }
            }
            other => Some(*other),
        };
        Touches::of(touches.items().iter().filter_map(part).collect())
    }

    /// The worst rating of the given data that were read.
    pub(crate) fn score(&self, touches: &Touches) -> Score {
        let of = |t: &Touch| match t {
            Touch::Given { first, .. } => self.0.get(*first as usize).map_or(Score::Unrated, |n| n.score),
            Touch::Assumed => Score::Unrated,
            Touch::Factor(_) | Touch::Held(..) => Score::Nothing,
        };
        touches.items().iter().map(of).max().unwrap_or_default()
    }

    /// True if given data were read, all primary, and nothing that the rule assumes.
    pub(crate) fn primary(&self, touches: &Touches) -> bool {
        let mut any = false;
        let fits = |t: &Touch| match t {
            Touch::Given { first, .. } => {
                let node = self.0.get(*first as usize);
                any |= node.is_some_and(|n| n.score != Score::Nothing);
                node.is_some_and(|n| n.primary)
            }
            Touch::Assumed => false,
            Touch::Factor(_) | Touch::Held(..) => true,
        };
        touches.items().iter().all(fits) && any
    }
}

/// The rating that evidence states; a wrong one has been reported and counts for nothing.
fn score(e: &EvidenceEntry) -> Option<Score> {
    footrule_mir::quality::rating(e.entries.iter().map(|(k, v)| (k.as_str(), v.as_str())))
        .ok()
        .flatten()
        .map(Score::Rated)
}

/// The text of a field, by its identifier or (values for each member) by its label.
fn text_of<'j>(json: &'j Json, field: &FieldInfo, each: bool) -> Option<&'j Json> {
    let n = &field.name;
    let label = |l: &str| json.get(l).filter(|_| each && !l.is_empty());
    json.get(&n.id).or_else(|| label(&n.labels.zh)).or_else(|| label(&n.labels.en))
}

/// How deeply records may nest in one another before they count as holding numbers.
const MAX_NESTING: u32 = 16;

/// True for what is or holds a number.
pub(crate) fn numeric(program: &Program, ty: &Ty, depth: u32) -> bool {
    match ty {
        Ty::Number(_) | Ty::Split(_) | Ty::Activity { .. } => true,
        Ty::List(inner) | Ty::Optional(inner) => numeric(program, inner, depth),
        Ty::Record(r) if depth < MAX_NESTING => {
            program.records.get(r.ix()).is_some_and(|r| r.fields.iter().any(|f| numeric(program, &f.ty, depth + 1)))
        }
        Ty::Record(_) => true,
        _ => false,
    }
}
