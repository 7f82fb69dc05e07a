//! Footprints in schemas: what `run` accepts, the input's schema accepts, and the result's schema describes.

mod schema;

use footrule_compiler::Session;
use footrule_forms::input_schema;
use footrule_runtime::{Inputs, Options, evaluate};
use serde_json::{Value, json};

const HEAD: &str = "version 1.0.0\nvalid from 2026-01-01\ngwp AR6\nstage making zh \"生产\" en \"making\"\n";

fn rule(name: &str, product: &str, rest: &str) -> String {
    format!(
        "rule {name} zh \"{name}\" en \"{name}\"\n{HEAD}flow {product}\ndeclared unit 1 t{{{product}}} of made\n\
         round 1 decimals in kg{{CO2e}}/t{{{product}}}\ninput made: t{{{product}}} where > 0\n{rest}"
    )
}

#[test]
fn forms_of_a_footprint_fit_the_schemas() {
    let mut s = Session::new();
    s.load_std();
    let heat = "record Heat { amount: kg{CO2e} }\ninput heat: Heat\nemission heated in making = heat.amount\n";
    s.add_source("ore_rule.pcr", rule("ore_rule", "ore", heat));
    let ore =
        "use ore_rule.{ore}\ninput ore_pcf: footprint of ore_rule\nemission bought in making = ore_pcf * 1 t{ore}\n";
    s.add_source("slab_rule.pcr", rule("slab_rule", "slab", ore));
    let slab = "use slab_rule.{slab}\ninput slabs: list of footprint of slab_rule\n\
                input spare: optional footprint of slab_rule\n\
                emission slabs_used in making for x in slabs = x * 1 t{slab}\n\
                emission spared in making = (spare or else 0 kg{CO2e}/t{slab}) * 1 t{slab}\n";
    s.add_source("sheet.pcr", rule("sheet", "sheet", slab));
    let program = s.program("sheet.pcr").expect("a program");
    let exchange = json!({ "specVersion": "3.0.3", "pcf": {
        "declaredUnitOfMeasurement": "kilogram", "declaredUnitAmount": "1", "pcfExcludingBiogenicUptake": "2",
        "fossilGhgEmissions": "2", "ipccCharacterizationFactors": ["AR6"], "exemptedEmissionsPercent": "0.5" } });
    let nested = json!({ "rule": "slab_rule", "period": "2024", "inputs": {
        "made": "2 t", "ore_pcf": { "inputs": { "made": "1 t", "heat": { "amount": "4 kg" } } } } });
    let given = json!({ "value": "5 kg/t", "primary_data_share": "40%" });
    let good = json!({ "period": "2024", "gwp": "AR6", "inputs": {
        "made": "1 t", "slabs": ["3", given, exchange, nested], "spare": nested } });
    let schema = input_schema(&program);
    assert_eq!(schema::check(&schema, &good), Ok(()));
    let inputs = Inputs::from_json(&program, "f", &good.to_string()).expect("inputs");
    let out = evaluate(&program, &inputs, Options { explain: true }).expect("a result");
    // 3 + 5 + 2000 + 4 ÷ 2 twice
    assert_eq!(out.footprints[0].total.value, "2012.0");
    let out = serde_json::to_value(&out).expect("JSON");
    let result: Value = serde_json::from_str(footrule_forms::RESULT).expect("JSON");
    assert_eq!(schema::check(&result, &out), Ok(()));
    assert_eq!(out["upstream"][2]["form"], "exchange");
    assert_eq!(out["upstream"][2]["exempted_percent"], "0.5");
    assert_eq!(out["upstream"][3]["upstream"][0]["rule"]["id"], "ore_rule");
    // The chain: input → slab_rule → its tree → its input → ore_rule → its tree.
    let text = out["explain"].to_string();
    assert_eq!(text.matches("\"kind\":\"upstream\"").count(), 4, "{text}");
    for (path, value) in [
        ("/inputs/slabs/3/inputs/colour", json!("red")),
        ("/inputs/slabs/3/colour", json!("red")),
        ("/inputs/slabs/3/inputs/ore_pcf/inputs/heat/colour", json!("red")),
        ("/inputs/slabs/1/colour", json!("red")),
        ("/inputs/slabs/2/specVersion", json!("1.0")),
    ] {
        let mut bad = good.clone();
        let (parent, key) = path.rsplit_once('/').expect("a path");
        bad.pointer_mut(parent).expect("it is there")[key] = value;
        assert!(schema::check(&schema, &bad).is_err(), "{path}");
        assert!(Inputs::from_json(&program, "f", &bad.to_string()).is_err(), "{path}");
    }
}
