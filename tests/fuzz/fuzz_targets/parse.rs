//! Splitter and parser on any text: no panic, no hang, spans in the chunk.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for literate in [false, true] {
        for chunk in &footrule_syntax::split(text, literate).chunks {
            for error in footrule_syntax::parse_chunk(chunk).errors {
                if let Some(label) = error.primary {
                    assert!(chunk.text.get(label.at.start as usize..label.at.end as usize).is_some());
                }
            }
        }
    }
});
