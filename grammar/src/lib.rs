//! Footrule's concrete syntax: the pest grammar and the bilingual keyword table
