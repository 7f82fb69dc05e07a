//! Starts `footrule lsp` for Zed: the `footrule` of the settings (`lsp.footrule.binary.path`), else the one in the path.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{register_extension, Command, Extension, LanguageServerId, Result, Worktree};

struct Footrule;

impl Extension for Footrule {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let set = LspSettings::for_worktree(server.as_ref(), worktree).ok().and_then(|s| s.binary?.path);
        let command = set
            .or_else(|| worktree.which("footrule"))
            .ok_or("`footrule` is not in the path; name it in the settings: lsp.footrule.binary.path")?;
        Ok(Command { command, args: vec!["lsp".to_owned()], env: worktree.shell_env() })
    }
}

register_extension!(Footrule);
