//! Footrule's conformance suite
