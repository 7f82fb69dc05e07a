//! The whole front end on hostile edits of a rule, chosen by the fuzzer.
#![no_main]

use footrule_tests::fuzz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    fuzz::survives(&mut fuzz::library(), text).expect("findings point into the text");
});
