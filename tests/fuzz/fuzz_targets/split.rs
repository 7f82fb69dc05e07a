//! The splitter on any text, plain and literate: chunks cover the source, layouts keep its length.
#![no_main]

use footrule_tests::fuzz::layout;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for literate in [false, true] {
        layout::splits(text, literate).expect("splitting keeps its promises");
    }
});
