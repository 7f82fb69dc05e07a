//! JSON with what a careful reader needs: texts of numbers, byte ranges, and keys that stand twice.
//!
//! Guarantees: no number passes through a float; the tree is what stands in the text (serde_json reads it).
//! Limits: 64 MiB, nesting 64.

use footrule_diag::{Code, Diagnostic, FileSpan, Span, Text, text};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Longest text.
pub(crate) const MAX_BYTES: usize = 64 << 20;
/// Deepest nesting.
pub(crate) const MAX_DEPTH: u32 = 64;

/// A value with its byte range (`None` if it was set by an argument).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Json {
    pub span: Option<Span>,
    pub kind: Kind,
}

/// What the value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    /// A text that was given as an argument: may stand for a number, a truth value or a text.
    Argument(String),
    List(Vec<Json>),
    Object(Vec<Member>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub key: String,
    pub key_span: Option<Span>,
    pub value: Json,
}

impl Json {
    /// The items of a list.
    pub(crate) fn items(&self) -> Option<&[Json]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub(crate) fn members(&self) -> Option<&[Member]> {
        match &self.kind {
            Kind::Object(m) => Some(m),
            _ => None,
        }
    }

    /// The last member of this name.
    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        self.members()?.iter().rfind(|m| m.key == key).map(|m| &m.value)
    }

    /// What it is, in words.
    pub(crate) fn what(&self) -> Text {
        match self.kind {
            Kind::Null => Text::same("null"),
            Kind::Bool(_) => Text::new("真假值", "true or false"),
            Kind::Number(_) => Text::new("数", "a number"),
            Kind::Text(_) | Kind::Argument(_) => Text::new("文字", "a text"),
            Kind::List(_) => Text::new("列表", "a list"),
            Kind::Object(_) => Text::new("对象", "an object"),
        }
    }
}

/// Reads a text.
///
/// Errors: FR-I009 with the place, if it is not JSON, too large or too deep.
#[expect(clippy::result_large_err, reason = "made once for a document, and never in a loop")]
pub(crate) fn parse(file: &str, source: &str) -> Result<Json, Diagnostic> {
    let here = |start: usize, end: usize| FileSpan { file: file.to_owned(), span: span(start, end) };
    if source.len() > MAX_BYTES {
        let n = source.len() >> 20;
        return Err(Diagnostic::new(
            Code::I009,
            text!("输入有 {n} MiB，上限 64 MiB", "the input has {n} MiB; the limit is 64"),
        ));
    }
    // A byte order mark is no part of JSON.
    let body = source.strip_prefix('\u{feff}').unwrap_or(source);
    let base = source.len() - body.len();
    let raw: &RawValue = serde_json::from_str(body).map_err(|e| {
        let at = base + offset(body, e.line(), e.column());
        Diagnostic::new(Code::I009, text!("不是 JSON：{e}", "not JSON: {e}")).at(
            here(at, at + source[at..].chars().next().map_or(0, char::len_utf8)),
            Text::new("读到这里", "reading stops here"),
        )
    })?;
    tree(source, raw, 0).map_err(|f| {
        let (message, at) = match f {
            Fault::Deep(at) => (Text::new("嵌套超过 64 层", "nested deeper than 64"), at),
            Fault::Text(at, e) => (text!("不是 JSON：{e}", "not JSON: {e}"), at),
        };
        Diagnostic::new(Code::I009, message).at(FileSpan { file: file.to_owned(), span: at }, Text::new("此处", "here"))
    })
}

fn span(start: usize, end: usize) -> Span {
    Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// Byte offset of serde_json's line and column (both from 1, columns in bytes).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

enum Fault {
    Deep(Span),
    Text(Span, String),
}

/// Where a part of the source stands in it.
fn span_in(source: &str, part: &str) -> Span {
    let start = (part.as_ptr() as usize).saturating_sub(source.as_ptr() as usize);
    span(start, start + part.len())
}

fn tree(source: &str, raw: &RawValue, depth: u32) -> Result<Json, Fault> {
    let text = raw.get();
    let at = span_in(source, text);
    let broken = |e: serde_json::Error| Fault::Text(at, e.to_string());
    if depth > MAX_DEPTH {
        return Err(Fault::Deep(at));
    }
    let kind = match text.as_bytes().first() {
        Some(b'n') => Kind::Null,
        Some(b't') => Kind::Bool(true),
        Some(b'f') => Kind::Bool(false),
        Some(b'"') => Kind::Text(serde_json::from_str(text).map_err(broken)?),
        Some(b'[') => {
            let items: Items<'_> = serde_json::from_str(text).map_err(broken)?;
            Kind::List(items.0.into_iter().map(|i| tree(source, i, depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let pairs: Pairs<'_> = serde_json::from_str(text).map_err(broken)?;
            let members = pairs.0.into_iter().map(|(key, value)| {
                let key_span = span_in(source, key.get());
                let name = serde_json::from_str(key.get()).map_err(|e| Fault::Text(key_span, e.to_string()))?;
                Ok(Member { key: name, key_span: Some(key_span), value: tree(source, value, depth + 1)? })
            });
            Kind::Object(members.collect::<Result<_, _>>()?)
        }
        _ => Kind::Number(text.to_owned()),
    };
    Ok(Json { span: Some(at), kind })
}

struct Items<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Vec<&'de RawValue>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(items)
            }
        }
        d.deserialize_seq(V).map(Items)
    }
}

struct Pairs<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Vec<(&'de RawValue, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        d.deserialize_map(V).map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_texts_and_doubles() {
        let source = " {\"键\": [1e-28, 0.10], \"a\": {\"a\": null, \"a\": true}}";
        let json = parse("f", source).expect("valid");
        let members = json.members().expect("object");
        let at = |s: Option<Span>| s.map(|s| &source[s.start as usize..s.end as usize]);
        assert_eq!(at(members[0].key_span), Some("\"键\""));
        let Kind::List(items) = &members[0].value.kind else { panic!("list") };
        assert_eq!(items[0].kind, Kind::Number("1e-28".into()));
        assert_eq!(items[1].kind, Kind::Number("0.10".into()));
        assert_eq!(at(items[1].span), Some("0.10"));
        assert_eq!(members[1].value.members().map(<[_]>::len), Some(2));
    }

    #[test]
    fn refused() {
        for bad in ["", "{", "{]", "[1,]", "01", "\"\\ud800\"", "nul", "[NaN]", "{\"a\" 1}", "1 2", "[\"\\x\"]"] {
            let d = parse("f", bad).expect_err(bad);
            assert_eq!(d.code, Code::I009, "{bad}");
        }
        assert!(parse("f", &("[".repeat(64) + &"]".repeat(64))).is_ok());
        assert!(parse("f", &("[".repeat(66) + &"]".repeat(66))).is_err());
        assert!(parse("f", &("[".repeat(100_000) + &"]".repeat(100_000))).is_err());
    }
}
