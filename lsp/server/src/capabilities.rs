//! What the server offers. A test over the real server asks for each of them.

use crate::convert::token_names;
use serde_json::{Value, json};

/// The capabilities, with positions counted in UTF-8 or UTF-16.
pub(crate) fn capabilities(utf8: bool) -> Value {
    // Folders are moved with what is in them.
    let pattern = |glob: &str, of: &str| json!({ "scheme": "file", "pattern": { "glob": glob, "matches": of } });
    let moved = [pattern("**/*.{pcr,pcr.md,csv,json}", "file"), pattern("**/*", "folder")];
    // What looks through all files says so while it does.
    let shown = json!({ "workDoneProgress": true });
    json!({
        "positionEncoding": if utf8 { "utf-8" } else { "utf-16" },
        "textDocumentSync": { "openClose": true, "change": 2, "save": true },
        "hoverProvider": true,
        "signatureHelpProvider": { "triggerCharacters": ["(", ",", "（", "，"] },
        "definitionProvider": true,
        "typeDefinitionProvider": true,
        "referencesProvider": shown,
        "documentHighlightProvider": true,
        "documentSymbolProvider": true,
        "workspaceSymbolProvider": shown,
        "renameProvider": { "prepareProvider": true, "workDoneProgress": true },
        "completionProvider": { "triggerCharacters": [".", "{", ":", "§", "="], "resolveProvider": true },
        "foldingRangeProvider": true,
        "selectionRangeProvider": true,
        "inlayHintProvider": true,
        "documentLinkProvider": {},
        "documentFormattingProvider": true,
        "codeActionProvider": { "codeActionKinds": ["quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite", "source.fixAll"] },
        "executeCommandProvider": { "commands": crate::commands::COMMANDS },
        "semanticTokensProvider": {
            "legend": { "tokenTypes": token_names(), "tokenModifiers": ["declaration", "defaultLibrary"] },
            "full": { "delta": true },
            "range": true,
        },
        "diagnosticProvider": { "interFileDependencies": true, "workspaceDiagnostics": true },
        "callHierarchyProvider": shown,
        "implementationProvider": shown,
        "codeLensProvider": { "resolveProvider": true },
        "linkedEditingRangeProvider": true,
        "documentRangeFormattingProvider": true,
        "documentOnTypeFormattingProvider": { "firstTriggerCharacter": "}", "moreTriggerCharacter": ["\n"] },
        "workspace": {
            "workspaceFolders": { "supported": true, "changeNotifications": true },
            "fileOperations": {
                "willRename": { "filters": moved },
                "didRename": { "filters": moved },
                "didCreate": { "filters": moved },
                "didDelete": { "filters": moved },
            },
            "textDocumentContent": { "schemes": ["footrule-std", "footrule-code"] },
        },
    })
}
