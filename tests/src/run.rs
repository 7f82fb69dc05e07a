//! Running a case: check the program, evaluate the input, compare with what the page says.

use crate::case::{Block, Case};
use footrule_compiler::Session;
use footrule_diag::{Diagnostic, FileSpan, Lang, Severity};
use footrule_number::Number;
use footrule_project::{Failure, Memory, Project, join};
use footrule_runtime::{Figure, Inputs, Options, Outcome, ReportValue, evaluate};
use std::fmt::Write as _;

/// Runs a case.
///
/// # Errors
/// What differs, as text for a person.
pub fn run(case: &Case) -> Result<(), String> {
    // A page may hold several programs (refused and repaired); each is run with the blocks that follow it.
    let mut problems = String::new();
    let mut support: Vec<&Block> = Vec::new();
    let mut i = 0;
    while i < case.blocks.len() {
        let b = &case.blocks[i];
        i += 1;
        if b.get("file").is_some() {
            support.push(b);
        } else if b.language == "pcr" && !b.has("later") {
            let after: Vec<&Block> =
                case.blocks[i..].iter().take_while(|b| b.language != "pcr" && b.get("file").is_none()).collect();
            if let Err(e) = program(case, b, &support, &after) {
                let _ = writeln!(problems, "line {}: {e}", b.line);
            }
        } else if b.is_expectation() && !case.blocks.iter().any(|b| b.language == "pcr") {
            let _ = writeln!(problems, "line {}: no program stands above it, below its heading", b.line);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

const KEY: &str = "case.pcr";

/// A session with the program of a case and the files beside it; what is wrong with their packages.
///
/// A file `footrule.toml` among them makes packages of their folders; `at=rules/case.pcr` is where the program stands,
/// and `link=/elsewhere/file` makes a symbolic link of a file.
fn opened(text: String, key: &str, support: &[&Block]) -> Result<Opened, String> {
    let mut session = Session::new();
    session.load_std();
    let mut files = Memory { current: "/work/case".into(), ..Memory::default() };
    let path = |name: &str| join("/work/case", name);
    for b in support {
        let at = path(b.get("file").unwrap_or_default());
        let stands = b.get("link").map_or_else(|| at.clone(), path);
        files.links.insert(at, stands.clone());
        files.texts.insert(stands, b.text.clone());
    }
    files.texts.insert(path(key), text);
    let mut project = Project::new(files);
    let (key, refused) = match project.open(&mut session, key) {
        Ok(key) => (key, Vec::new()),
        Err(Failure::Refused(found)) => (key.to_string(), found),
        Err(Failure::Unreadable(e)) => return Err(e.to_string()),
    };
    // Manifests stand among the sources, so that places in them can be shown.
    for (name, text) in
        project.manifests().map(str::to_string).collect::<Vec<_>>().iter().filter_map(|n| Some((n, project.text(n)?)))
    {
        session.add_source(name, text);
    }
    Ok(Opened { session, key, refused })
}

struct Opened {
    session: Session,
    key: String,
    refused: Vec<Diagnostic>,
}

fn program(case: &Case, main: &Block, support: &[&Block], after: &[&Block]) -> Result<(), String> {
    let text = if main.has("whole") { main.text.clone() } else { format!("{}{}", case.prelude, main.text) };
    let Opened { session: s, key, refused } = opened(text, main.get("at").unwrap_or(KEY), support)?;
    let found = if refused.is_empty() { s.check(&key) } else { refused };
    let want = after.iter().find(|b| b.language == "diagnostics");
    let input = after.iter().find(|b| b.language == "json" && b.has("input"));
    let refused = found.iter().any(|d| d.severity == Severity::Error);
    if let Some(code) = main.get("error") {
        let mut all = found.clone();
        if !refused {
            all.extend(run_input(&s, &key, input.map_or("{}", |b| b.text.as_str())).err().unwrap_or_default());
            all.extend(test_failures(&s, &key));
        }
        return if all.iter().any(|d| d.code.as_str() == code) {
            Ok(())
        } else {
            Err(format!("expected {code}, found:\n{}", show(&s, &all)))
        };
    }
    match want {
        Some(want) => compare(&s, &found, want)?,
        None if refused => return Err(format!("expected no error, found:\n{}", show(&s, &found))),
        None => {}
    }
    if refused {
        return match after.iter().find(|b| b.language == "output" || b.language == "json") {
            Some(b) => Err(format!("line {}: a refused program has no input and no output", b.line)),
            None => Ok(()),
        };
    }
    if !after.iter().any(|b| b.has("tests-fail")) && s.is_rule(&key) {
        let failed = test_failures(&s, &key);
        if !failed.is_empty() {
            return Err(format!("tests in the source fail:\n{}", show(&s, &failed)));
        }
    }
    if let Some(b) = after.iter().find(|b| b.language == "ranges") {
        let program = s.program(KEY).map_err(|e| show(&s, &e))?;
        crate::ranges::compare(&program, &|at| slice(&s, at), &b.text)?;
    }
    // Each input is judged by the output behind it.
    let mut blocks =
        after.iter().filter(|b| b.language == "json" && b.has("input") || b.language == "output").peekable();
    while let Some(b) = blocks.next() {
        if b.language == "output" {
            return Err(format!("line {}: an output without an input", b.line));
        }
        let result = run_input(&s, &key, &b.text);
        match blocks.next_if(|b| b.language == "output") {
            Some(o) => outcome(&s, &result, &o.text)?,
            None => {
                result.map_err(|e| format!("input refused:\n{}", show(&s, &e)))?;
            }
        }
    }
    Ok(())
}

fn run_input(s: &Session, key: &str, json: &str) -> Result<Outcome, Vec<Diagnostic>> {
    let program = s.program(key)?;
    footrule_mir::verify(&program)
        .map_err(|e| vec![Diagnostic::new(footrule_diag::Code::C005, footrule_diag::Text::same(format!("{e:?}")))])?;
    let inputs = Inputs::from_json(&program, "input.json", json)?;
    let out = evaluate(&program, &inputs, Options { explain: true })?;
    if let Some(e) = &out.explain
        && let Err(wrong) = e.verify_sums()
    {
        return Err(vec![Diagnostic::new(footrule_diag::Code::C005, footrule_diag::Text::same(format!("{wrong:?}")))]);
    }
    Ok(out)
}

fn test_failures(s: &Session, key: &str) -> Vec<Diagnostic> {
    let Ok(program) = s.program(key) else { return Vec::new() };
    (0..program.tests.len()).flat_map(|i| footrule_runtime::run_test(&program, i, None).failures).collect()
}

fn slice(s: &Session, at: &FileSpan) -> String {
    let text = s.source(&at.file);
    text.and_then(|t| t.get(at.span.start as usize..at.span.end as usize).map(str::to_string)).unwrap_or_default()
}

fn show(s: &Session, diags: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diags {
        let at = d.primary.as_ref().map(|p| slice(s, &p.at)).unwrap_or_default();
        let _ = writeln!(out, "    {} ‹{}› {}", d.code, at.lines().next().unwrap_or(""), d.message.en);
    }
    if out.is_empty() { "    nothing\n".into() } else { out }
}

/// `FR-U002 ‹slice› piece of the message`
fn expected(line: &str) -> (&str, Option<&str>, &str) {
    let (code, rest) = line.split_once(' ').unwrap_or((line, ""));
    match rest.trim().strip_prefix('‹').and_then(|r| r.split_once('›')) {
        Some((slice, message)) => (code, Some(slice), message.trim()),
        None => (code, None, rest.trim()),
    }
}

fn fits(s: &Session, d: &Diagnostic, line: &str) -> bool {
    let (code, at, message) = expected(line);
    let found = d.primary.as_ref().map(|p| slice(s, &p.at)).unwrap_or_default();
    d.code.as_str() == code
        && at.is_none_or(|a| found.lines().next().unwrap_or("") == a)
        && (d.message.en.contains(message) || d.message.zh.contains(message))
}

fn compare(s: &Session, found: &[Diagnostic], want: &Block) -> Result<(), String> {
    let lines: Vec<&str> = want.text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let lints = want.has("all") || lines.iter().any(|l| l.starts_with("FR-L"));
    let mut left: Vec<&Diagnostic> = found.iter().filter(|d| d.severity == Severity::Error || lints).collect();
    for line in &lines {
        match left.iter().position(|d| fits(s, d, line)) {
            Some(i) => {
                left.remove(i);
            }
            None => return Err(format!("not found: {line}\nfound:\n{}", show(s, found))),
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    let left: Vec<Diagnostic> = left.into_iter().cloned().collect();
    Err(format!("found besides what is expected:\n{}", show(s, &left)))
}

fn outcome(s: &Session, result: &Result<Outcome, Vec<Diagnostic>>, want: &str) -> Result<(), String> {
    for line in want.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
        let ok = match (what, result) {
            ("error", Err(errors)) => {
                if errors.iter().any(|d| fits(s, d, rest)) {
                    Ok(())
                } else {
                    Err(show(s, errors))
                }
            }
            ("error", Ok(_)) => Err("the evaluation succeeds".to_string()),
            (_, Err(errors)) => Err(show(s, errors)),
            ("warning", Ok(o)) => {
                let fired: Vec<&str> = o.warnings.iter().map(|w| w.name.as_str()).collect();
                if fired.contains(&rest) { Ok(()) } else { Err(format!("fired: {fired:?}")) }
            }
            ("no-warning", Ok(o)) => {
                if o.warnings.is_empty() {
                    Ok(())
                } else {
                    Err(format!("{:?}", o.warnings))
                }
            }
            (_, Ok(o)) => figure(o, what, rest),
        };
        ok.map_err(|e| format!("{line}\n    {e}"))?;
    }
    Ok(())
}

/// `total = 5 kg{CO2e}/t{Al}`, `stage s = …`, `line l = …` (own quantity), `figure l = …` (CO2e per declared unit), `items l = a, b` (what
/// its items are called),
/// `report r = …`, `gas g = …`, `origin o = …`, `upstream i = …` (as it enters), `primary = …` (share of primary data);
/// with several products `total.urea`, `stage s.urea`, `primary.urea` …; `also = …` for the total in a further unit;
/// `share farm.milk = …`; `other farm economic milk = …` for the share that another basis gives,
/// `other farm economic total = …` for the total, `other farm economic error = …` for why there is none.
fn figure(o: &Outcome, what: &str, rest: &str) -> Result<(), String> {
    let (name, expected) = rest.split_once('=').ok_or("no `=`")?;
    let (name, expected) = (name.trim(), expected.trim());
    match what {
        "share" => return share(o, name, expected),
        "other" => return other(o, name, expected),
        _ => {}
    }
    // `boiler.co2` is the line of a process, `making.urea` the stage of a product.
    let is_product = |p: &str| o.footprints.iter().any(|f| f.product.as_ref().is_some_and(|n| n.id == p));
    let (name, product) = match (what.split_once('.'), name.rsplit_once('.')) {
        (Some((_, product)), _) => (name, Some(product)),
        (None, Some((name, product))) if o.footprints.len() > 1 && is_product(product) => (name, Some(product)),
        _ => (name, None),
    };
    let what = what.split('.').next().unwrap_or(what);
    let of = o.footprints.iter().find(|f| product.is_none_or(|p| f.product.as_ref().is_some_and(|n| n.id == p)));
    let of = of.ok_or_else(|| format!("there is no product {product:?}"))?;
    let by_name = |n: &footrule_runtime::Name| n.id == name;
    let none = || format!("there is no {what} `{name}`");
    let found: &Figure = match what {
        "total" => &of.total,
        "also" => &of.also.first().ok_or_else(none)?.total,
        "stage" => &of.stages.iter().find(|s| by_name(&s.name)).ok_or_else(none)?.figure,
        "gas" if name == "-" => &of.gases.iter().find(|g| g.name.is_none()).ok_or_else(none)?.figure,
        "gas" => &of.gases.iter().find(|g| g.name.as_ref().is_some_and(by_name)).ok_or_else(none)?.figure,
        "origin" => {
            let origin = serde_json::from_value(serde_json::Value::String(name.into())).map_err(|e| e.to_string())?;
            &of.origins.iter().find(|x| x.origin == origin).ok_or_else(none)?.figure
        }
        "figure" => &of.lines.iter().chain(&of.apart).find(|l| by_name(&l.name)).ok_or_else(none)?.figure,
        "line" => {
            let line = of.lines.iter().chain(&of.apart).find(|l| by_name(&l.name)).ok_or_else(none)?;
            let q = line.quantity.as_ref().ok_or("no single quantity")?;
            return same(expected, q.value, &q.unit, &q.value.to_string());
        }
        "items" => {
            let line = of.lines.iter().chain(&of.apart).find(|l| by_name(&l.name)).ok_or_else(none)?;
            let names: Vec<&str> = line.items.iter().map(|i| i.name.get(Lang::En)).collect();
            let found = names.join(", ");
            return if found == expected { Ok(()) } else { Err(format!("found {found}")) };
        }
        "report" => match &o.reports.iter().find(|r| by_name(&r.name)).ok_or_else(none)?.value {
            ReportValue::Figure(f) => f,
            other => {
                let found = serde_json::to_value(other).map_err(|e| e.to_string())?;
                let found = found.as_str().map_or_else(|| found.to_string(), str::to_string);
                return if found == expected { Ok(()) } else { Err(format!("found {found}")) };
            }
        },
        "upstream" => {
            let value = &o.upstream.iter().find(|u| u.input == name).ok_or_else(none)?.value;
            return same(expected, value.value, &value.unit, &value.value.to_string());
        }
        "primary" => {
            let found = of.primary_data_share.as_deref().unwrap_or("none");
            return if found == expected { Ok(()) } else { Err(format!("found {found}")) };
        }
        _ => return Err(format!("`{what}` cannot be expected")),
    };
    same(expected, found.unrounded, &found.unit, &found.value)
}

/// The share in force of a product or co-product; `farm by = economic` for the basis.
fn share(o: &Outcome, name: &str, expected: &str) -> Result<(), String> {
    let (allocation, of) = name.split_once(['.', ' ']).ok_or("no `.`")?;
    let a = o.allocations.iter().find(|a| a.name.id == allocation).ok_or("no such allocation")?;
    let b = a.in_force.as_ref().ok_or("no basis is in force")?;
    if of == "by" {
        let found = format!("{:?}", b.basis).to_lowercase();
        return if found == expected { Ok(()) } else { Err(format!("found {found}")) };
    }
    let s = b.shares.iter().find(|s| s.name.id == of).ok_or("no such name")?;
    same(expected, s.share, "", &s.share.to_string())
}

/// What another basis gives.
fn other(o: &Outcome, name: &str, expected: &str) -> Result<(), String> {
    let mut words = name.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (allocation, basis, of) = (word(), word(), word());
    let a = o.allocations.iter().find(|a| a.name.id == allocation).ok_or("no such allocation")?;
    let found = a.sensitivity.iter().find(|s| format!("{:?}", s.basis.basis).to_lowercase() == basis);
    let s = found.ok_or_else(|| format!("no other basis `{basis}`: {:?}", a.sensitivity))?;
    if of == "error" {
        let error = s.error.as_ref().ok_or("there is no error")?;
        return if error.en.contains(expected) { Ok(()) } else { Err(format!("found {}", error.en)) };
    }
    if let Some(e) = &s.error {
        return Err(e.en.clone());
    }
    if let Some(product) = of.strip_prefix("total") {
        let product = product.trim_start_matches('.');
        let fits = |t: &&footrule_runtime::ProductTotal| t.product.as_ref().map_or("", |n| n.id.as_str()) == product;
        let t = s.totals.iter().find(fits).ok_or("no such product")?;
        return same(expected, t.total.unrounded, &t.total.unit, &t.total.value);
    }
    let x = s.basis.shares.iter().find(|s| s.name.id == of).ok_or("no such name")?;
    same(expected, x.share, "", &x.share.to_string())
}

/// The expected text is the published figure, or the unrounded one rounded to the decimals written.
fn same(expected: &str, unrounded: Number, unit: &str, published: &str) -> Result<(), String> {
    let (number, want_unit) = expected.split_once(' ').unwrap_or((expected, ""));
    let value = Number::parse(&number.replace('_', "")).map_err(|e| format!("{number}: {e}"))?;
    let decimals = number.split_once('.').map_or(0, |(_, d)| d.len() as u32);
    let equal = published == number || unrounded.round_decimals(decimals) == value;
    if equal && unit == want_unit { Ok(()) } else { Err(format!("found {published} {unit} (unrounded {unrounded})")) }
}
