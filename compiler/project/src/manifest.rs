//! `footrule.toml`: read by hand from TOML's tree, because every key and value keeps its place for diagnostics.

use footrule_compiler::{Level, is_name};
use footrule_diag::{Class, Code, Diagnostic, FileSpan, REGISTRY, Span, Text, info, nearest, text};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const MANIFEST: &str = "footrule.toml";

/// A package as it describes itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Name, as dependants write it.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Version, `x.y.z`.
    pub version: Option<String>,
    /// What it is.
    pub description: Text,
    /// Authors.
    pub authors: Vec<String>,
    /// Licence.
    pub licence: Option<String>,
    /// What it depends on, in order of text.
    pub dependencies: Vec<Dependency>,
    /// Lints that are not treated as usual.
    pub lints: BTreeMap<Code, Level>,
}

/// `shared = { path = "../shared" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The folder, from the folder of the manifest.
    pub path: String,
    /// Where the path stands.
    pub path_span: Span,
}

type Key<'a> = Spanned<Cow<'a, str>>;

/// Reads a manifest; everything wrong is found together.
pub(crate) struct Reader<'a> {
    key: &'a str,
    pub(crate) found: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn read(key: &'a str, text: &str) -> (Manifest, Vec<Diagnostic>) {
        let mut out = Manifest::default();
        let mut r = Self { key, found: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for e in errors.iter().take(3) {
            let said = e.message().lines().collect::<Vec<_>>().join("; ");
            let span = e.span().unwrap_or(0..0);
            r.add(
                Code::C006,
                span,
                text!("`footrule.toml` 不是合法的 TOML：{said}", "`footrule.toml` is not valid TOML: {said}"),
                text!("从这里读不下去", "cannot be read from here"),
            );
        }
        if errors.is_empty() {
            r.manifest(table.get_ref(), &mut out);
        }
        (out, r.found)
    }

    fn place(&self, span: Range<usize>) -> FileSpan {
        FileSpan { file: self.key.to_owned(), span: spans(span) }
    }

    fn add(&mut self, code: Code, span: Range<usize>, message: Text, label: Text) -> &mut Diagnostic {
        let d = Diagnostic::new(code, message).at(self.place(span), label);
        self.found.push(d);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn manifest(&mut self, table: &DeTable<'_>, out: &mut Manifest) {
        self.known(table, &["package", "dependencies", "lints"], None);
        match self.table(table, "package") {
            Some(package) => self.package(package, out),
            None if !table.contains_key("package") => {
                self.add(
                    Code::C008,
                    0..0,
                    text!("`footrule.toml` 缺少 `[package]`", "`footrule.toml` lacks `[package]`"),
                    text!("文件开头写", "write at the top"),
                )
                .help = Some(text!("写 `[package]` 和 `name = \"…\"`", "write `[package]` and `name = \"…\"`"));
            }
            None => {}
        }
        if let Some(table) = self.table(table, "dependencies") {
            for (name, value) in in_order(table) {
                self.dependency(name, value, out);
            }
        }
        if let Some(table) = self.table(table, "lints") {
            for (name, value) in in_order(table) {
                self.lint(name, value, out);
            }
        }
    }

    fn package(&mut self, table: &DeTable<'_>, out: &mut Manifest) {
        self.known(table, &["name", "version", "description", "authors", "licence"], Some("package"));
        match self.string(table, "name") {
            Some((name, span)) => {
                self.name(&name, span.clone());
                out.name = name;
                out.name_span = spans(span);
            }
            None if !table.contains_key("name") => {
                self.add(
                    Code::C008,
                    0..0,
                    text!("`[package]` 缺少 `name`", "`[package]` lacks `name`"),
                    text!("包须有名称", "a package has a name"),
                )
                .help = Some(text!("在 `[package]` 下写 `name = \"…\"`", "write `name = \"…\"` under `[package]`"));
            }
            None => {}
        }
        if let Some((version, span)) = self.string(table, "version") {
            let parts: Vec<&str> = version.split('.').collect();
            let number = |p: &&str| {
                !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()) && (p.len() == 1 || !p.starts_with('0'))
            };
            if parts.len() != 3 || !parts.iter().all(number) {
                self.add(
                    Code::C008,
                    span,
                    text!("`{version}` 不是版本号", "`{version}` is no version"),
                    text!("应为三个数，如 `1.0.0`", "three numbers are needed, such as `1.0.0`"),
                );
            }
            out.version = Some(version);
        }
        out.licence = self.string(table, "licence").map(|(l, _)| l);
        match table.get("description").map(|v| (v.get_ref(), v.span())) {
            Some((DeValue::Table(t), _)) => {
                self.known(t, &["zh", "en"], Some("description"));
                let mut words = |k: &str| self.string(t, k).map_or_else(String::new, |(s, _)| s);
                let (zh, en) = (words("zh"), words("en"));
                out.description = Text::new(zh, en);
            }
            Some((DeValue::String(s), _)) => out.description = Text::same(s.to_string()),
            Some((other, span)) => self.shape("description", "{ zh = \"…\", en = \"…\" }", other, span),
            None => {}
        }
        match table.get("authors").map(|v| (v.get_ref(), v.span())) {
            Some((DeValue::Array(list), _)) => {
                for a in list.iter() {
                    match a.get_ref() {
                        DeValue::String(s) => out.authors.push(s.to_string()),
                        other => self.shape("authors", "[\"…\"]", other, a.span()),
                    }
                }
            }
            Some((other, span)) => self.shape("authors", "[\"…\"]", other, span),
            None => {}
        }
    }

    /// A name stands in `use NAME.module`.
    fn name(&mut self, name: &str, span: Range<usize>) -> bool {
        let (zh, en) = if name == "std" {
            ("内置库已用此名", "the built-in library has this name")
        } else if !is_name(name) {
            ("用字母、数字和下划线，以字母开头", "letters, digits and `_`, with a letter first")
        } else {
            return true;
        };
        self.add(
            Code::C008,
            span,
            text!("`{name}` 不能作包名", "`{name}` is no name for a package"),
            text!("{zh}", "{en}"),
        );
        false
    }

    fn dependency(&mut self, name: &Key<'_>, value: &Spanned<DeValue<'_>>, out: &mut Manifest) {
        if !self.name(name.get_ref(), name.span()) {
            return;
        }
        let DeValue::Table(t) = value.get_ref() else {
            self.shape(name.get_ref(), "{ path = \"…\" }", value.get_ref(), value.span());
            return;
        };
        self.known(t, &["path"], Some(name.get_ref()));
        match self.string(t, "path") {
            Some((path, span)) => out.dependencies.push(Dependency {
                name: name.get_ref().to_string(),
                name_span: spans(name.span()),
                path,
                path_span: spans(span),
            }),
            None if !t.contains_key("path") => {
                let n = name.get_ref();
                self.add(
                    Code::C008,
                    name.span(),
                    text!("依赖 `{n}` 缺少 `path`", "the dependency `{n}` lacks `path`"),
                    text!("写 `{n} = {{ path = \"…\" }}`", "write `{n} = {{ path = \"…\" }}`"),
                );
            }
            None => {}
        }
    }

    fn lint(&mut self, name: &Key<'_>, value: &Spanned<DeValue<'_>>, out: &mut Manifest) {
        let word = name.get_ref();
        let code = Code::parse(word);
        match code {
            Some(code) if code.class() == Class::Lint => {
                let level = match value.get_ref() {
                    DeValue::String(s) => match s.as_ref() {
                        "allow" => Some(Level::Allow),
                        "warn" => Some(Level::Warn),
                        "deny" => Some(Level::Deny),
                        other => {
                            let near = nearest(other, ["allow", "warn", "deny"]);
                            let d = self.add(
                                Code::C008,
                                value.span(),
                                text!("`{other}` 不是级别", "`{other}` is no level"),
                                text!("可用：allow、warn、deny", "levels are allow, warn, deny"),
                            );
                            d.help = near.map(|n| text!("是否指 `{n}`？", "is `{n}` meant?"));
                            None
                        }
                    },
                    other => {
                        self.shape(word, "\"allow\"", other, value.span());
                        None
                    }
                };
                if let Some(level) = level
                    && out.lints.insert(code, level).is_some()
                {
                    self.add(
                        Code::C009,
                        name.span(),
                        text!("`{code}` 设置了两次", "`{code}` is set twice"),
                        text!("再次", "again"),
                    );
                }
            }
            Some(code) => {
                let title = info(code);
                self.add(
                    Code::C009,
                    name.span(),
                    text!("`{code}` 是错误，不能调整", "`{code}` is an error and cannot be configured"),
                    Text::new(title.zh, title.en),
                )
                .help = Some(text!("只有提示（FR-L…）可以调整", "only findings (FR-L…) can be configured"));
            }
            None => {
                let upper = word.to_ascii_uppercase();
                let all = REGISTRY.iter().filter(|i| i.code.class() == Class::Lint).map(|i| i.code.as_str());
                let near = match upper.starts_with("FR-") {
                    true => nearest(&upper, all),
                    false => nearest(&upper, all.map(|c| &c[3..])),
                };
                let place = self.place(name.span());
                let d = self.add(
                    Code::C009,
                    name.span(),
                    text!("没有提示 `{word}`", "there is no finding `{word}`"),
                    text!("代码未知", "unknown code"),
                );
                if let Some(n) = near {
                    d.help = Some(text!("是否指 `{n}`？", "is `{n}` meant?"));
                    *d = d.clone().fix(place, n);
                }
            }
        }
    }

    /// Unknown keys are errors.
    fn known(&mut self, table: &DeTable<'_>, keys: &[&str], of: Option<&str>) {
        for (key, _) in in_order(table) {
            let k = key.get_ref();
            if keys.contains(&k.as_ref()) {
                continue;
            }
            let message = match of {
                Some(of) => text!("`{of}` 没有键 `{k}`", "`{of}` has no key `{k}`"),
                None => text!("`footrule.toml` 没有 `{k}`", "`footrule.toml` has no `{k}`"),
            };
            let place = self.place(key.span());
            let d = self.add(Code::C007, key.span(), message, text!("未知", "unknown"));
            match nearest(k.as_ref(), keys.iter().copied()) {
                Some(n) => {
                    d.help = Some(text!("是否指 `{n}`？", "is `{n}` meant?"));
                    *d = d.clone().fix(place, n);
                }
                None => {
                    let all = keys.join(", ");
                    d.help = Some(text!("可用：{all}", "keys are: {all}"));
                }
            }
        }
    }

    fn table<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
        let value = table.get(key)?;
        if let DeValue::Table(t) = value.get_ref() {
            return Some(t);
        }
        self.shape(key, &format!("[{key}]"), value.get_ref(), value.span());
        None
    }

    fn string(&mut self, table: &DeTable<'_>, key: &str) -> Option<(String, Range<usize>)> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(s) if !s.trim().is_empty() => Some((s.to_string(), value.span())),
            DeValue::String(_) => {
                self.add(
                    Code::C008,
                    value.span(),
                    text!("`{key}` 为空", "`{key}` is empty"),
                    text!("须有文字", "a text is needed"),
                );
                None
            }
            other => {
                self.shape(key, "\"…\"", other, value.span());
                None
            }
        }
    }

    fn shape(&mut self, key: &str, wanted: &str, found: &DeValue<'_>, span: Range<usize>) {
        let is = found.type_str();
        self.add(
            Code::C008,
            span,
            text!("`{key}` 应写成 `{wanted}`", "`{key}` should read `{wanted}`"),
            text!("这是 {is}", "this is of type {is}"),
        );
    }
}

/// Entries in order of text; the table itself is sorted by name.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Spanned<DeValue<'i>>)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|(k, _)| k.span().start);
    all
}

fn spans(range: Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}
