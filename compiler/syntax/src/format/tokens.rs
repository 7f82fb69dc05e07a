//! The tokens of a chunk as the grammar read them, with the text to print.
//!
//! Guarantees: the tokens cover the chunk; between them stand only blanks, line ends, `;` and comments (else there is
//! no result). A word is rewritten only where the grammar or the reader takes it for a keyword or a built-in: the same
//! places as in `parse`. Declared names, field names, tags, quoted texts and comments are never touched.

use super::{Keywords, is_gap};
use footrule_grammar::Rule;
use footrule_grammar::keywords::{self, Keyword, Place};
use pest::Token;

/// What separates a token from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// Nothing: it continues.
    No,
    /// A `;` or the line end of an entry.
    Separator,
    /// The comma of a list in braces.
    Comma,
}

/// A token.
#[derive(Debug)]
pub(super) struct Tok {
    /// Place in the chunk.
    pub(super) start: usize,
    /// Its end.
    pub(super) end: usize,
    /// Which token.
    pub(super) rule: Rule,
    /// What it is part of.
    pub(super) parent: Rule,
    /// What to print.
    pub(super) text: String,
    /// What stands before it.
    pub(super) entry: Entry,
    /// Comments between the words of the token.
    pub(super) comments: Vec<String>,
}

/// An entry that may stand in columns.
#[derive(Debug)]
pub(super) struct Mark {
    /// Its kind.
    pub(super) rule: Rule,
    /// First token.
    pub(super) first: usize,
    /// Last token.
    pub(super) last: usize,
    /// Tokens at which a column begins.
    pub(super) cuts: Vec<usize>,
}

/// The tokens of a chunk.
#[derive(Debug, Default)]
pub(super) struct Toks {
    /// In order of text, separators left out.
    pub(super) all: Vec<Tok>,
    /// Entries that may stand in columns, by their first token.
    pub(super) marks: Vec<Mark>,
}

/// A rule that is open while the tokens are read.
struct Node {
    rule: Rule,
    start: usize,
    /// Number of tokens before it.
    first: usize,
    /// Its parts and the number of tokens before each.
    parts: Vec<(Rule, usize)>,
}

/// Reads the tokens of a chunk; nothing if the grammar's tokens do not cover it.
pub(super) fn tokens(text: &str, layout: &str, language: Option<Keywords>) -> Option<Toks> {
    let mut out = Toks::default();
    let mut stack: Vec<Node> = Vec::new();
    // Depth of a rule whose parts are printed as one token.
    let mut whole: Option<usize> = None;
    let mut entry = Entry::No;
    for token in footrule_grammar::parse(Rule::chunk, layout).ok()?.tokens() {
        match token {
            Token::Start { rule, pos } => {
                if let Some(above) = stack.last_mut() {
                    above.parts.push((rule, out.all.len()));
                }
                if matches!(rule, Rule::unit | Rule::clause) && whole.is_none() {
                    whole = Some(stack.len());
                }
                stack.push(Node { rule, start: pos.pos(), first: out.all.len(), parts: Vec::new() });
            }
            Token::End { rule, pos } => {
                let node = stack.pop()?;
                if whole.is_some_and(|depth| stack.len() > depth) {
                    continue;
                }
                if whole.take().is_none() && !node.parts.is_empty() {
                    node_end(&mut out, &node, language);
                    continue;
                }
                let end = node.start + layout[node.start..pos.pos()].trim_end().len();
                match rule {
                    Rule::EOI => {}
                    Rule::end | Rule::semi => entry = Entry::Separator,
                    Rule::bad_entry | Rule::bad_item | Rule::bad_weight => return None,
                    _ if end == node.start => {}
                    _ => {
                        let parent = stack.last().map_or(Rule::chunk, |n| n.rule);
                        let source = text.get(node.start..end)?;
                        let comments = comments_in(rule, source);
                        let text = print(rule, source, &stack, &out.all, language);
                        out.all.push(Tok { start: node.start, end, rule, parent, text, entry, comments });
                        let list = matches!(parent, Rule::set_tail | Rule::use_names | Rule::weights);
                        entry = if rule == Rule::comma && list { Entry::Comma } else { Entry::No };
                    }
                }
            }
        }
    }
    let mut at = 0;
    for tok in &out.all {
        if !is_gap(text.get(at..tok.start)?) {
            return None;
        }
        at = tok.end;
    }
    out.marks.sort_by_key(|m| m.first);
    is_gap(&text[at..]).then_some(out)
}

/// What a rule says about its tokens once all are known.
fn node_end(out: &mut Toks, node: &Node, language: Option<Keywords>) {
    let cut = |rule: Rule| node.parts.iter().filter(move |(r, _)| *r == rule).map(|(_, i)| *i);
    let cuts: Vec<usize> = match node.rule {
        Rule::flow_decl | Rule::stage_decl | Rule::variant => cut(Rule::label).collect(),
        Rule::table_row | Rule::param_row | Rule::arm | Rule::when_arm => cut(Rule::fat_arrow).take(1).collect(),
        Rule::item => {
            // The clause before a declaration belongs to its line.
            let inner = |m: &&mut Mark| m.first >= node.first;
            if let Some(mark) = out.marks.iter_mut().rev().take_while(inner).find(|m| {
                matches!(m.rule, Rule::flow_decl | Rule::stage_decl) && node.parts.contains(&(m.rule, m.first))
            }) {
                mark.first = node.first;
            }
            return;
        }
        Rule::postfix | Rule::at_arg => {
            if let (Some(language), Some((Rule::name, i))) = (language, node.parts.first()) {
                let called = node.parts.get(1).is_some_and(|p| p.0 == Rule::call);
                let fits = |k: &Keyword| {
                    let result = matches!(k.english, "total" | "period" | "primary_share" | "rated_share" | "dqr");
                    if called { !result && !is_type(k.english) } else { result }
                };
                let tok = &mut out.all[*i];
                rewrite(&mut tok.text, Place::NAME, language, fits);
            }
            return;
        }
        _ => return,
    };
    if let Some(last) = out.all.len().checked_sub(1) {
        out.marks.push(Mark { rule: node.rule, first: node.first, last, cuts });
    }
}

/// Built-in types; `period` is one besides being a value.
fn is_type(word: &str) -> bool {
    matches!(word, "number" | "integer" | "bool" | "text" | "date" | "period")
}

/// What is printed for a token.
fn print(rule: Rule, source: &str, stack: &[Node], before: &[Tok], language: Option<Keywords>) -> String {
    let above = |n: usize| stack.len().checked_sub(n).map(|i| &stack[i]);
    let parent = above(1).map_or(Rule::chunk, |n| n.rule);
    match rule {
        Rule::lparen => return "(".to_owned(),
        Rule::rparen => return ")".to_owned(),
        Rule::comma => return ",".to_owned(),
        Rule::colon => return ":".to_owned(),
        Rule::percent => return "%".to_owned(),
        Rule::clause => return format!("§{}", source.trim_start_matches('§').trim()),
        _ => {}
    }
    if let Some(keyword) = keywords::by_rule(rule) {
        let basis = rule == Rule::kw_given && parent == Rule::by_clause;
        return match language {
            // `given` as a basis has a Chinese word of its own, which the grammar reads as a name.
            Some(Keywords::Chinese) if basis => keywords::chinese("given", Place::OPTION).to_owned(),
            Some(Keywords::Chinese) => keyword.chinese.to_owned(),
            Some(Keywords::English) => keyword.english.to_owned(),
            None if source == keyword.chinese => source.to_owned(),
            None => keyword.english.to_owned(),
        };
    }
    let mut text = if rule == Rule::unit { source.replace('（', "(").replace('）', ")") } else { source.to_owned() };
    let Some(language) = language else { return text };
    let origin = |k: &Keyword| matches!(k.english, "biogenic" | "fossil" | "land_use" | "aircraft");
    match (rule, parent) {
        (Rule::unit, Rule::type_) => rewrite(&mut text, Place::NAME, language, |k| is_type(k.english)),
        (Rule::name, Rule::gas_origin | Rule::origin_clause) => rewrite(&mut text, Place::OPTION, language, origin),
        (Rule::name, Rule::weight) if above(3).is_some_and(|n| n.rule == Rule::origin_clause) => {
            rewrite(&mut text, Place::OPTION, language, origin);
        }
        (Rule::name, Rule::path)
            if above(2).is_some_and(|n| {
                n.rule == Rule::expect_value && n.parts.first().is_some_and(|p| p.0 == Rule::kw_origin)
            }) =>
        {
            rewrite(&mut text, Place::OPTION, language, origin);
        }
        (Rule::name, Rule::quality_result) => {
            rewrite(&mut text, Place::NAME, language, |k| matches!(k.english, "primary_share" | "rated_share" | "dqr"))
        }
        (Rule::name, Rule::by_clause) => rewrite(&mut text, Place::OPTION, language, |k| {
            matches!(k.english, "mass" | "energy" | "economic" | "physical" | "given")
        }),
        (Rule::name, Rule::biogenic_co2) => {
            rewrite(&mut text, Place::OPTION, language, |k| matches!(k.english, "counted" | "neutral"));
        }
        (Rule::field_name, Rule::source_entry) => {
            rewrite(&mut text, Place::OPTION, language, is_source_key);
            rewrite(&mut text, Place::INSIDE, language, |k| matches!(k.english, "gwp" | "origin"));
        }
        (Rule::raw_value, Rule::source_entry) => {
            let key = above(1).and_then(|n| n.parts.first()).and_then(|(_, i)| before.get(*i));
            let key = key.map_or("", |t| source_key(&t.text));
            rewrite(&mut text, Place::OPTION, language, |k| match key {
                "gwp" => matches!(k.english, "unknown" | "none"),
                "origin" => origin(k),
                "status" => matches!(k.english, "seen" | "recalled" | "constructed" | "illustrative"),
                _ => false,
            });
        }
        _ => {}
    }
    text
}

fn is_source_key(k: &Keyword) -> bool {
    matches!(k.english, "title" | "publisher" | "year" | "url" | "licence" | "region" | "note" | "accessed" | "status")
}

/// The English name of a key of a `source`.
fn source_key(word: &str) -> &str {
    keywords::english(keywords::english(word, Place::OPTION), Place::INSIDE)
}

/// Rewrites a word if it is one of the table's at this place and `fits`.
fn rewrite(text: &mut String, place: Place, language: Keywords, fits: impl Fn(&Keyword) -> bool) {
    if let Some(keyword) = keywords::lookup(text, place).filter(|k| fits(k)) {
        *text = match language {
            Keywords::Chinese => keyword.chinese,
            Keywords::English => keyword.english,
        }
        .to_owned();
    }
}

/// Comments between the words of a keyword such as `declared unit`.
fn comments_in(rule: Rule, source: &str) -> Vec<String> {
    if keywords::by_rule(rule).is_none() {
        return Vec::new();
    }
    source.split('\n').filter_map(|line| line.find("//").map(|i| line[i..].trim_end().to_owned())).collect()
}

impl Toks {
    /// Puts `zh` before `en` where the two stand side by side.
    pub(super) fn order_labels(&mut self) {
        for i in 0..self.all.len().saturating_sub(3) {
            let [a, b, c, d] = &mut self.all[i..i + 4] else { continue };
            let swapped = a.rule == Rule::kw_en && c.rule == Rule::kw_zh;
            if swapped && [&a, &b, &c, &d].iter().all(|t| t.parent == Rule::label) {
                for (x, y) in [(a, c), (b, d)] {
                    std::mem::swap(&mut x.rule, &mut y.rule);
                    std::mem::swap(&mut x.text, &mut y.text);
                }
            }
        }
    }
}
