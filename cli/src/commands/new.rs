//! `footrule new`: a package with a rule, its test, an example input and a page to read first.

use super::Context;
use crate::args::New;
use crate::exit::Exit;
use crate::output;
use std::path::Path;

const RULE: &str = include_str!("new/rule.pcr");
const MANIFEST: &str = include_str!("new/footrule.toml");
const EXAMPLE: &str = include_str!("new/example.json");
const README: &str = include_str!("new/README.md");

/// Makes the folder.
pub fn run(cx: &Context, args: &New) -> Exit {
    let folder = Path::new(&args.name);
    let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    if let Err((zh, en)) = usable(name) {
        output::note(&format!("{}\n", cx.word(&zh, &en)));
        return Exit::Call;
    }
    let fill = |text: &str| text.replace("NAME", name);
    let files = [
        ("footrule.toml".into(), fill(MANIFEST)),
        (format!("{name}.pcr"), fill(RULE)),
        ("example.json".into(), fill(EXAMPLE)),
        ("README.md".into(), fill(README)),
    ];
    // The folder must be new, so that nothing is overwritten.
    let parent = folder.parent().filter(|p| !p.as_os_str().is_empty());
    let made = parent.map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::create_dir(folder));
    let made = made.and_then(|()| files.iter().try_for_each(|(file, text)| std::fs::write(folder.join(file), text)));
    if let Err(e) = made {
        let shown = folder.display();
        let (zh, en) = (format!("`{shown}` 不能新建：{e}"), format!("`{shown}` cannot be made: {e}"));
        output::note(&format!("{}\n", cx.word(&zh, &en)));
        return Exit::Call;
    }
    for (file, _) in &files {
        output::line(&folder.join(file).to_string_lossy());
    }
    let shown = folder.display();
    output::note(&format!("{} footrule test {shown}\n", cx.word("下一步：", "next:")));
    Exit::Fine
}

/// A name that can stand in the source, in snake case as names of rules do.
fn usable(name: &str) -> Result<(), (String, String)> {
    let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase() || (c.is_alphabetic() && !c.is_ascii()));
    let rest = name.chars().all(|c| c == '_' || (c.is_alphanumeric() && !c.is_ascii_uppercase()));
    if !first || !rest || name == "std" {
        return Err((
            format!("`{name}` 不能作规则名：用小写字母、数字、下划线或汉字，以字母开头，例如 `flat_glass`"),
            format!("`{name}` is no name for a rule: lower-case letters, digits and `_`, such as `flat_glass`"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["demo", "flat_glass", "steel2", "玻璃"] {
            assert!(usable(good).is_ok(), "{good}");
        }
        for bad in ["", "2x", "Demo", "a-b", "a b", "..", "_x", "a.b", "std"] {
            assert!(usable(bad).is_err(), "{bad}");
        }
    }
}
