//! What was answered before, where the next answer builds on it.
//!
//! Guarantees: only a help: whatever is missing is made anew.

use crate::survey::name;
use footrule_ide::Reach;
use gen_lsp_types::SemanticToken;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Answers by the key of a file.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    tokens: Mutex<HashMap<String, (String, Vec<SemanticToken>)>>,
    reach: Mutex<HashMap<String, Arc<Reach>>>,
}

impl Kept {
    /// Keeps the colours of a file; the name of this answer, the same for the same colours, and the answer before if it had the
    /// name that is asked for.
    pub(crate) fn tokens(
        &self,
        key: &str,
        new: &[SemanticToken],
        before: Option<&str>,
    ) -> (Option<String>, Option<Vec<SemanticToken>>) {
        let numbers =
            |t: &SemanticToken| (t.delta_line, t.delta_start, t.length, t.token_type, t.token_modifiers_bitset);
        let id = name(&new.iter().map(numbers).collect::<Vec<_>>());
        let Ok(mut kept) = self.tokens.lock() else { return (None, None) };
        let old = kept.insert(key.to_owned(), (id.clone(), new.to_vec()));
        (Some(id), old.filter(|(id, _)| Some(id.as_str()) == before).map(|(_, tokens)| tokens))
    }

    /// How far tests reach in a rule, as it was found last.
    pub(crate) fn reach(&self, key: &str) -> Option<Arc<Reach>> {
        self.reach.lock().ok()?.get(key).cloned()
    }

    pub(crate) fn keep_reach(&self, key: &str, reach: &Arc<Reach>) {
        if let Ok(mut kept) = self.reach.lock() {
            kept.insert(key.to_owned(), reach.clone());
        }
    }

    /// Forgets what belongs to a file.
    pub(crate) fn forget(&self, key: &str) {
        if let Ok(mut kept) = self.tokens.lock() {
            kept.remove(key);
        }
        if let Ok(mut kept) = self.reach.lock() {
            kept.remove(key);
        }
    }
}
