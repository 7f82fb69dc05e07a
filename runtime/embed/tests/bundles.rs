//! Bundles of the library's rules, whole and damaged.

use footrule_embed::{BundleError, bundle, compile, load};
use footrule_runtime::run_test;
use sha2::{Digest as _, Sha256};

/// Numbers, the same at every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

#[test]
fn a_rule_of_the_library_goes_through_its_bundle() {
    // The second has an upstream rule in its data, the third lists in lists.
    for name in ["std:primary_aluminium", "std:lithium_ion_battery", "std:cement"] {
        let rule = compile(name).expect("it compiles");
        let bytes = rule.bundle().expect("a bundle");
        assert_eq!(bytes, compile(name).map(|r| r.bundle().expect("a bundle")).expect("it compiles"), "{name}");
        let loaded = load(&bytes).expect("it loads");
        assert_eq!(loaded.meaning(), rule.meaning());
        assert_eq!(loaded.bundle(), Ok(bytes), "{name} is not the same again");
        assert_eq!(loaded.program().sources, rule.program().sources);
        for i in 0..loaded.program().tests.len() {
            let (own, other) = (run_test(loaded.program(), i, None), run_test(rule.program(), i, None));
            assert!(own.passed && own.failures == other.failures, "{name}, test {i}");
        }
    }
}

/// The content of a bundle changed, with a hash that fits: what somebody can make who means harm.
fn resealed(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    let mut content = lines[2].to_vec();
    change(&mut content);
    let hash = Sha256::digest(&content).iter().map(|b| format!("{b:02x}")).collect::<String>();
    let head = String::from_utf8_lossy(lines[1]);
    let at = head.find("\"content\":\"").expect("a hash") + 11;
    let head = format!("{}{hash}{}", &head[..at], &head[at + 64..]);
    [lines[0], b"\n", head.as_bytes(), b"\n", &content, b"\n"].concat()
}

#[test]
fn damage_is_told_and_never_panics() {
    let rule =
        compile(&format!("{}/../../examples/embed/carton.pcr", env!("CARGO_MANIFEST_DIR"))).expect("it compiles");
    let bytes = rule.bundle().expect("a bundle");
    let data = r#"{"inputs": {"production": 1000, "paper": 1050, "grade": "recycled", "power": 300000}}"#;
    let mut draw = Draw(1);
    // As it happens to files.
    for _ in 0..10_000 {
        let mut bad = bytes.clone();
        let at = draw.below(bad.len());
        bad[at] ^= 1 << draw.below(8);
        assert!(load(&bad).is_err(), "byte {at} may be anything");
    }
    for end in (0..bytes.len()).step_by(97).chain(bytes.len() - 3..bytes.len()) {
        assert!(load(&bytes[..end]).is_err(), "{end} bytes suffice");
    }
    // As nobody would by chance: the hash fits. What the verifier accepts must be safe to evaluate.
    let (mut refused, mut accepted) = (0, 0);
    for _ in 0..1_500 {
        let bad = resealed(&bytes, |content| {
            let at = draw.below(content.len());
            match draw.below(4) {
                0 => content[at] ^= 1 << draw.below(8),
                1 => content[at] = b"0123456789"[draw.below(10)],
                2 => drop(content.remove(at)),
                _ => {
                    let to = (at + draw.below(40)).min(content.len());
                    let piece = content[at..to].to_vec();
                    let other = draw.below(content.len());
                    content.splice(other..other, piece);
                }
            }
        });
        match load(&bad) {
            Ok(rule) => {
                accepted += 1;
                // Figures or findings.
                let _ = rule.evaluate(data);
            }
            Err(BundleError::NoBundle | BundleError::Version(_) | BundleError::Truncated) => {
                panic!("its head is whole")
            }
            Err(_) => refused += 1,
        }
    }
    println!("resealed bundles: {refused} refused, {accepted} accepted");
    assert!(refused > 750 && accepted > 0);
}

#[test]
fn each_damage_has_its_name() {
    let bytes = compile("std:cement").expect("it compiles").bundle().expect("a bundle");
    let text = String::from_utf8(bytes.clone()).expect("text");
    let said = |text: &str| load(text.as_bytes()).map(|r| r.name().to_owned());
    assert_eq!(said(&text), Ok("cement".to_owned()));
    assert_eq!(said(""), Err(BundleError::NoBundle));
    assert_eq!(said("footrule bun"), Err(BundleError::Truncated));
    assert_eq!(said("rule cement"), Err(BundleError::NoBundle));
    assert_eq!(said(&text.replacen("bundle 1", "bundle 17", 1)), Err(BundleError::Version("17".into())));
    assert_eq!(said(text.trim_end()), Err(BundleError::Truncated));
    assert_eq!(said(&text[..text.len() / 2]), Err(BundleError::Truncated));
    assert_eq!(said(&text.replacen("AR6", "AR5", 1)), Err(BundleError::Damaged));
    assert!(matches!(said(&(text.clone() + "x")), Err(BundleError::Malformed(_))));
    // The head of one rule before the content of another.
    let other = resealed(&bytes, |content| {
        let text = String::from_utf8_lossy(content).replacen("\"version\":\"0.1.0\"", "\"version\":\"0.2.0\"", 1);
        *content = text.into_bytes();
    });
    assert!(matches!(load(&other), Err(BundleError::Malformed(why)) if why.contains("another rule")));
    assert!(bundle::is_bundle(&bytes) && !bundle::is_bundle(b"rule x"));
}

#[test]
fn deep_data_do_not_overflow_the_stack() {
    let bytes = compile("std:cement").expect("it compiles").bundle().expect("a bundle");
    for open in ["[", "{\"a\":", "{\"List\":"] {
        let deep = resealed(&bytes, |content| *content = open.repeat(1_000_000).into_bytes());
        assert!(matches!(load(&deep), Err(BundleError::Malformed(_))));
    }
}
