//! The formatter on any text, plain and literate: idempotent, keeps statements, comments and prose.
#![no_main]

use footrule_tests::fuzz::layout;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for literate in [false, true] {
        layout::formats(text, literate).expect("formatting keeps its promises");
    }
});
