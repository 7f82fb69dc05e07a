fn main() {
    let child = std::thread::Builder::new().stack_size(1 << 30).spawn(|| {
        let mut s = footrule_compiler::Session::new();
        s.load_std();
        for key in std::env::args().skip(1) {
            if !key.starts_with("std:") {
                footrule_compiler::load(&mut s, &key, &|p| std::fs::read_to_string(p)).unwrap();
            }
            for d in s.check(&key) {
                let at = d.primary.as_ref().map(|p| { let t = s.source(&p.at.file).unwrap(); let a = p.at.span.start as usize; let line = t[..a.min(t.len())].lines().count(); format!("{}:{} `{}`", p.at.file, line, t.get(a..(p.at.span.end as usize)).unwrap_or("?")) });
                if !std::env::var("NOCHECK").is_ok() { println!("{} {} | {}", d.code, at.unwrap_or_default(), d.message.en); }
            }
            if let Ok(p) = s.program(&key) {
                for i in 0..p.tests.len() {
                    let v = footrule_runtime::run_test(&p, i, &|_| Err("no".into()));
                    println!("test {} {}", p.tests[i].name.labels.en, v.passed);
                    for d in v.failures { println!("   {} {}", d.code, d.message.en); }
                }
            }
        }
    }).unwrap();
    child.join().unwrap();
}
