//! Range analysis against the reference interpreter: generated inputs on the library's rules and on the suite's own.

use footrule_compiler::Session;
use footrule_mir::ranges::analyse;
use footrule_tests::case::read;
use footrule_tests::ranges::{Tried, sabotaged, sound};
use std::fs;

fn library() -> Session {
    let mut s = Session::new();
    s.load_std();
    s
}

/// Every value of the library's rules lies in its range; nothing that is proved fails.
pub fn library_is_sound() -> Result<(), String> {
    let s = library();
    let mut all = Tried::default();
    for (i, rule) in s.rules().into_iter().enumerate() {
        let program = s.program(&rule.key).map_err(|e| format!("{e:?}"))?;
        let ranges = analyse(&program);
        let tried = sound(&program, &ranges, 7 + i as u64, 250).map_err(|e| format!("{}: {e}", rule.key))?;
        all.admitted += tried.admitted;
        all.values += tried.values;
    }
    if all.admitted > 100 && all.values > 10_000 { Ok(()) } else { Err(format!("hardly anything was tried: {all:?}")) }
}

/// The same of every program of the specification.
pub fn suite_is_sound() -> Result<(), String> {
    let mut all = Tried::default();
    for page in crate::pages("tests/spec") {
        let text = fs::read_to_string(&page).map_err(|e| e.to_string())?;
        for case in read("", &text) {
            for (k, block) in case.blocks.iter().enumerate() {
                if block.language != "pcr" || block.get("file").is_some() || block.has("later") {
                    continue;
                }
                let mut s = library();
                for b in case.blocks.iter().filter(|b| b.get("file").is_some()) {
                    s.add_source(b.get("file").unwrap_or_default(), b.text.as_str());
                }
                let whole = block.has("whole");
                let text = if whole { block.text.clone() } else { format!("{}{}", case.prelude, block.text) };
                s.add_source("case.pcr", text);
                if !s.is_rule("case.pcr") {
                    continue;
                }
                let Ok(program) = s.program("case.pcr") else { continue };
                let tried = sound(&program, &analyse(&program), k as u64, 40)
                    .map_err(|e| format!("{} {} line {}: {e}", page.display(), case.name, block.line))?;
                all.admitted += tried.admitted;
                all.results += tried.results;
                all.values += tried.values;
            }
        }
    }
    if all.results > 500 { Ok(()) } else { Err(format!("hardly anything was tried: {all:?}")) }
}

/// A range that is too narrow does not go unnoticed.
pub fn sabotage_is_caught() -> Result<(), String> {
    let mut s = library();
    let text = "rule r en \"r\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\nuse std.gas\nflow Al en \"aluminium\"\n\
        declared unit 1 t{Al} of production\nround 1 decimals in kg{CO2e}/t{Al}\nstage making en \"making\"\n\
        input production: t{Al} where > 0\ninput direct: t{CO2} where >= 0\nlet share = direct / production\n\
        report r = share\nemission e in making = direct\n";
    s.add_source("r.pcr", text);
    let program = s.program("r.pcr").map_err(|e| format!("{e:?}"))?;
    let ranges = analyse(&program);
    sound(&program, &ranges, 1, 50)?;
    let wrong = sabotaged(&ranges, &program).ok_or("nothing to sabotage")?;
    match sound(&program, &wrong, 1, 50) {
        Ok(_) => Err("a range that is too narrow was not noticed".into()),
        Err(_) => Ok(()),
    }
}
