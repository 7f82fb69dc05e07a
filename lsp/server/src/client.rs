//! What the editor at the other end can do.

use serde_json::{Value, json};

/// The abilities of a client that change what it is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Client {
    /// It asks for findings, so none are pushed.
    pub pulls: bool,
    /// It asks for texts of addresses that are no files.
    pub contents: bool,
    /// It takes texts with places to fill in.
    pub snippets: bool,
    /// It can show how far something is.
    pub progress: bool,
    /// It can be asked to watch files.
    watches: bool,
    /// What it can be asked to ask for again.
    refreshes: Vec<&'static str>,
    /// Commands of its own that a lens may name.
    commands: Vec<String>,
}

/// What may be out of date when files changed, and how a client says that it can be asked to look again.
const REFRESHED: [(&str, &str); 4] = [
    ("/workspace/diagnostics/refreshSupport", "workspace/diagnostic/refresh"),
    ("/workspace/codeLens/refreshSupport", "workspace/codeLens/refresh"),
    ("/workspace/semanticTokens/refreshSupport", "workspace/semanticTokens/refresh"),
    ("/workspace/inlayHint/refreshSupport", "workspace/inlayHint/refresh"),
];

/// Files whose changes matter.
const WATCHED: [&str; 2] = ["**/*.{pcr,pcr.md,csv,json}", "**/footrule.toml"];

impl Client {
    /// Reads the parameters of `initialize`. Beside the capabilities of the protocol, `initializationOptions` may have `commands`
    /// (names that lenses may use) and `contents` (texts of addresses that are no files are asked for).
    pub(crate) fn of(params: &Value) -> Self {
        let capabilities = &params["capabilities"];
        let options = &params["initializationOptions"];
        let yes = |path: &str| capabilities.pointer(path).is_some_and(|v| *v == json!(true));
        let commands = options["commands"].as_array().into_iter().flatten();
        Self {
            pulls: capabilities["textDocument"]["diagnostic"].is_object(),
            contents: capabilities["workspace"]["textDocumentContent"].is_object()
                || options["contents"] == json!(true),
            snippets: yes("/textDocument/completion/completionItem/snippetSupport"),
            progress: yes("/window/workDoneProgress"),
            watches: yes("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            refreshes: REFRESHED.iter().filter(|(path, _)| yes(path)).map(|(_, method)| *method).collect(),
            commands: commands.filter_map(|c| c.as_str().map(str::to_owned)).collect(),
        }
    }

    /// True if the client has a command of this name.
    pub(crate) fn has(&self, command: &str) -> bool {
        self.commands.iter().any(|c| c == command)
    }

    /// The requests that ask the client to look again.
    pub(crate) fn refreshes(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.refreshes.iter().map(|method| (*method, Value::Null))
    }

    /// The request that asks the client to watch files, if it can.
    pub(crate) fn watch(&self) -> Option<(&'static str, Value)> {
        let watchers: Vec<Value> = WATCHED.iter().map(|glob| json!({ "globPattern": glob })).collect();
        let registration = json!({
            "id": "footrule-files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        self.watches.then(|| ("client/registerCapability", json!({ "registrations": [registration] })))
    }
}
