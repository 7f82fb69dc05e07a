//! Hostile edits of real sources: what the fuzz targets and the smoke runs of the suite share.
//!
//! A text is survived if checking it ends without a panic, every finding points into a text, and a session that has seen
//! other versions before says the same as a fresh one.

pub mod big;
pub mod layout;

use footrule_compiler::Session;
use footrule_diag::Diagnostic;

/// A small deterministic generator (splitmix64), so that a failing seed names its case.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Starts at a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Draws a number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.draw() % n as u64) as usize }
    }
}

/// Pieces that mean something where they land.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "§",
    "·",
    "/",
    "^",
    "%",
    ";",
    "\n",
    "\n    ",
    "：",
    "（",
    "｝",
    "kg{CO2e}",
    "t{",
    "0",
    "1e99",
    "9999999999999999999999999999",
    "let x = ",
    "emission ",
    "for y in ",
    " where ",
    "match ",
    "if ",
    " or else ",
    "输入 ",
    "total",
    "period",
    "°C",
    "otherwise",
    "co2e(",
    "in { ",
    "..",
    "test { expect total = 1 }",
    "\u{3000}",
    "\t",
    "\u{202e}",
    "²",
];

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text after one hostile edit.
#[must_use]
pub fn mutate(text: &str, rng: &mut Rng) -> String {
    let at = boundary(text, rng.below(text.len() + 1));
    let length = 1 + rng.below(40);
    let to = boundary(text, (at + length).min(text.len()));
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    match rng.below(6) {
        // Cut, insert, replace.
        0 => format!("{}{}", &text[..at], &text[to..]),
        1 => format!("{}{}{}", &text[..at], PIECES[rng.below(PIECES.len())], &text[at..]),
        2 => format!("{}{}{}", &text[..at], PIECES[rng.below(PIECES.len())], &text[to..]),
        // Lines: one twice, one gone, two exchanged.
        3 if !lines.is_empty() => {
            let i = rng.below(lines.len());
            lines.iter().enumerate().map(|(k, l)| if k == i { format!("{l}{l}") } else { (*l).to_string() }).collect()
        }
        4 if !lines.is_empty() => {
            let i = rng.below(lines.len());
            lines.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, l)| *l).collect()
        }
        _ => {
            let mut lines = lines;
            if lines.len() > 1 {
                let (i, j) = (rng.below(lines.len()), rng.below(lines.len()));
                lines.swap(i, j);
            }
            lines.concat()
        }
    }
}

/// The key under which hostile texts are checked.
pub const KEY: &str = "hostile.pcr";

/// Checks a text; every place lies in its file.
///
/// # Errors
/// The finding that points outside, as text.
pub fn survives(session: &mut Session, text: &str) -> Result<Vec<Diagnostic>, String> {
    session.add_source(KEY, text);
    let found = session.check(KEY);
    for d in &found {
        let labels = d.primary.iter().chain(&d.secondary).map(|l| &l.at).chain(d.fix.iter().map(|f| &f.at));
        for at in labels {
            let source = session.source(&at.file).ok_or_else(|| format!("{} names {}", d.code, at.file))?;
            if source.get(at.span.start as usize..at.span.end as usize).is_none() {
                return Err(format!("{} points to {:?} of {}", d.code, at.span, at.file));
            }
        }
    }
    if let Ok(program) = session.program(KEY) {
        footrule_mir::verify(&program).map_err(|e| format!("{e:?}"))?;
    }
    Ok(found)
}

/// A session with the library.
#[must_use]
pub fn library() -> Session {
    let mut s = Session::new();
    s.load_std();
    s
}

/// `edits` hostile edits, one upon the other, starting from a text; now and then compared with a fresh session.
///
/// # Errors
/// What went wrong, with the number of the edit.
pub fn run(text: &str, seed: u64, edits: usize) -> Result<(), String> {
    let mut rng = Rng::new(seed);
    let mut session = library();
    let mut now = text.to_string();
    for i in 0..edits {
        // Every tenth edit starts from the whole text again, so that most texts stay close to something that works.
        now = mutate(if i % 10 == 0 { text } else { &now }, &mut rng);
        let found = survives(&mut session, &now).map_err(|e| format!("seed {seed}, edit {i}: {e}"))?;
        if i % 25 == 24 {
            let cold = survives(&mut library(), &now)?;
            if cold != found {
                return Err(format!("seed {seed}, edit {i}: a fresh session says something else"));
            }
        }
    }
    Ok(())
}

/// Splits and formats hostile edits of pieces of a text, each of some lines, so that many of them can still be read.
/// Yields how many the formatter accepted.
///
/// # Errors
/// The promise that is broken, with the number of the edit.
pub fn run_layout(text: &str, literate: bool, seed: u64, edits: usize) -> Result<usize, String> {
    let mut rng = Rng::new(seed);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut accepted = 0;
    for i in 0..edits {
        let from = rng.below(lines.len());
        let mut piece = lines[from..lines.len().min(from + 30)].concat();
        for _ in 0..rng.below(3) {
            piece = mutate(&piece, &mut rng);
        }
        let failed = |e| format!("seed {seed}, edit {i}: {e}");
        layout::splits(&piece, literate).map_err(failed)?;
        accepted += usize::from(layout::formats(&piece, literate).map_err(failed)?);
    }
    Ok(accepted)
}
