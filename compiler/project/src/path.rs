//! Paths as text.

use footrule_compiler::Root;

/// True for a path that does not depend on a folder.
pub(crate) fn is_absolute(path: &str) -> bool {
    path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':')
}

/// A path from a folder, without `.` and `..`.
#[must_use]
pub fn join(folder: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let all = if is_absolute(&path) { path } else { format!("{folder}/{path}") };
    let root = if all.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in all.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

/// The folder of a file or folder; `None` above the root.
pub(crate) fn parent(path: &str) -> Option<&str> {
    match path.rfind('/') {
        Some(0) if path.len() > 1 => Some("/"),
        Some(0) | None => None,
        Some(i) => Some(&path[..i]),
    }
}

/// What of a path is below a folder: nothing of the folder itself.
#[must_use]
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

/// How a package's keys look from the current folder; absolute if the caller named it so.
pub(crate) fn root(folder: &str, current: &str, absolute: bool) -> Root {
    if absolute {
        return Root { prefix: format!("{}/", folder.trim_end_matches('/')).into(), here: "".into() };
    }
    if let Some(here) = below(current, folder) {
        let depth = here.split('/').filter(|p| !p.is_empty()).count();
        let here = if here.is_empty() { String::new() } else { format!("{here}/") };
        return Root { prefix: "../".repeat(depth).into(), here: here.into() };
    }
    let mut up = String::new();
    let mut common = current;
    loop {
        if let Some(down) = below(folder, common) {
            return Root { prefix: format!("{up}{down}/").into(), here: "".into() };
        }
        up.push_str("../");
        match parent(common) {
            Some(p) => common = p,
            None => return Root { prefix: format!("{folder}/").into(), here: "".into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins() {
        assert_eq!(join("/a/b", "../c/./d.pcr"), "/a/c/d.pcr");
        assert_eq!(join("/a", "/x//y"), "/x/y");
        assert_eq!(join("/", "../x"), "/x");
        assert_eq!(
            [below("/a/b", "/a"), below("/a", "/a/"), below("/", "/"), below("/ab", "/a")],
            [Some("b"), Some(""), Some(""), None]
        );
    }

    #[test]
    fn roots() {
        let of = |folder, current| {
            let r = root(folder, current, false);
            (r.prefix.to_string(), r.here.to_string())
        };
        assert_eq!(of("/w", "/w"), (String::new(), String::new()));
        assert_eq!(of("/w/p", "/w"), ("p/".into(), String::new()));
        assert_eq!(of("/w", "/w/a/b"), ("../../".into(), "a/b/".into()));
        assert_eq!(of("/w/shared", "/w/p"), ("../shared/".into(), String::new()));
        assert_eq!(of("/x", "/w"), ("../x/".into(), String::new()));
        assert_eq!(parent("/a"), Some("/"));
        assert_eq!(parent("/"), None);
    }
}
