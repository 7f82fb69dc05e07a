//! Texts under names: one text for each, and none in the place of the library's.

use footrule_embed::{compile_source, compile_sources};

/// A rule with this amount of CO2, in kg, for each tonne.
fn rule(amount: u32) -> String {
    format!(
        "rule box en \"box\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\ndeclared unit 1 t{{box}} of made\n\
        round 1 decimals in kg{{CO2e}}/t{{box}}\nuse std.gas\nflow box en \"box\"\nstage s en \"s\"\n\
        input made: t{{box}} where > 0\nemission e in s = made * {amount} kg{{CO2}}/t{{box}}\n"
    )
}

fn total(rule: &footrule_embed::Rule) -> String {
    let outcome = rule.evaluate(r#"{"inputs": {"made": "2 t"}}"#).expect("a result");
    outcome.footprints[0].total.value.clone()
}

#[test]
fn texts_with_one_name_are_not_compiled() {
    let (a, b, c) = (rule(1), rule(2), rule(3));
    let texts = [("a.pcr", a.as_str()), ("same.pcr", &b), ("c.pcr", &c), ("same.pcr", &c), ("bad.pcr", "flow box")];
    let rules = compile_sources(&texts);
    let said: Vec<Result<String, String>> =
        rules.iter().map(|r| r.as_ref().map(total).map_err(|found| found[0].code.to_string())).collect();
    let refused = |code: &str| Err(format!("FR-{code}"));
    assert_eq!(said, [Ok("1.0".into()), refused("C013"), Ok("3.0".into()), refused("C013"), refused("C003")]);
    let Err(found) = &rules[1] else { panic!("it is refused") };
    assert_eq!(found[0].message.en, "2 texts are named `same.pcr`");
}

#[test]
fn no_text_stands_in_the_place_of_the_library() {
    // Without the library's module there would be no gas.
    let (own, using) = ("flow nothing en \"nothing\"\n", rule(5));
    for name in ["std:gas", "std:primary_aluminium", "std:new"] {
        let rules = compile_sources(&[(name, own), ("a.pcr", using.as_str())]);
        let code = rules[0].as_ref().err().map(|found| found[0].code.to_string());
        assert_eq!(code.as_deref(), Some("FR-C014"), "{name}");
        assert_eq!(rules[1].as_ref().map(total).ok().as_deref(), Some("5.0"), "{name}");
        let found = compile_source(name, &using).expect_err("the library's name");
        assert_eq!(found[0].code.to_string(), "FR-C014", "{name}");
    }
}
