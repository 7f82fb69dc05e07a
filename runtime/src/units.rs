//! Numbers with units as users write them: `1000 t`, `5%`, `0.0978 kg/t/km`, `0.5703 kgCO2e/kWh`.
//!
//! Guarantees: the dimension and the tags must fit the declared unit (a missing tag fits); the conversion is exact
//! and rounded once. Must not: guess: `/` followed by `·` without parentheses is refused.

use footrule_diag::{Code, Diagnostic, Text, nearest, text};
use footrule_mir::{Program, Unit, UnitId};
use footrule_number::{NumError, Number, ParseError, Ratio};
use std::collections::BTreeMap;

use crate::show;

/// Why a text is no quantity of the declared unit.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub code: Code,
    pub message: Text,
    pub help: Option<Text>,
}

impl Refused {
    pub(crate) fn new(code: Code, message: Text) -> Self {
        Self { code, message, help: None }
    }
}

/// One symbol with its tag and exponent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Atom {
    symbol: u32,
    tag: Option<String>,
    exponent: i32,
}

/// What a quantity is read as.
pub(crate) struct Wanted<'a> {
    pub program: &'a Program,
    pub unit: UnitId,
    /// A declared tag that names a field, and the tag that it stands for in this record.
    pub follows: Option<(&'a str, &'a str)>,
}

/// Reads a plain number.
pub(crate) fn number(text: &str) -> Result<Number, Refused> {
    Number::parse(text).map_err(|e| {
        let what = match e {
            ParseError::Empty => Text::new("空", "it is empty"),
            ParseError::NotANumber => Text::new("写法不对", "it is not a decimal number"),
            ParseError::TooManyDecimals => Text::new("小数超过 28 位", "it has more than 28 decimals"),
            ParseError::TooLarge => Text::new("位数过多", "it has more digits than a number can hold"),
        };
        let (zh, en) = (&what.zh, &what.en);
        Refused::new(Code::I004, text!("`{text}` 不是合法的十进制数：{zh}", "`{text}` is no valid decimal: {en}"))
    })
}

/// How much of the text is a number.
fn number_end(text: &str) -> usize {
    let b = text.as_bytes();
    let digits = |mut i: usize| {
        while b.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        i
    };
    let mut i = digits(usize::from(b.first() == Some(&b'-')));
    if b.get(i) == Some(&b'.') {
        i = digits(i + 1);
    }
    if matches!(b.get(i), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(b.get(i + 1), Some(b'+' | b'-')));
        let end = digits(i + 1 + sign);
        if end > i + 1 + sign {
            i = end;
        }
    }
    i
}

/// The digits of a quantity and what stands behind them.
#[must_use]
pub fn parted(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_at(number_end(text))
}

/// Reads a quantity into the declared unit.
pub(crate) fn quantity(text: &str, wanted: &Wanted<'_>) -> Result<Number, Refused> {
    let (digits, rest) = parted(text);
    let unit = rest.trim_start();
    // `0.05 1/d` has a unit without numerator; any other digit here belongs to a number written wrongly.
    let reciprocal = unit.starts_with("1/") && unit.len() < rest.len();
    let digit = |c: char| c == ',' || c == '_' || c == '.' || c.is_ascii_digit();
    if digits.is_empty() || (unit.starts_with(digit) && !reciprocal) {
        number(text.trim())?;
    }
    let value = number(digits)?;
    convert(value, unit, wanted)
}

/// How a number in one unit becomes one in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// It stays.
    Same,
    /// Times a factor, rounded once.
    Factor(Ratio),
    /// Points on a scale: times a factor plus a shift, rounded once.
    Point(Ratio, Number),
}

impl Conversion {
    /// The number in the other unit.
    ///
    /// # Errors
    /// It is too large or too small there.
    pub fn apply(self, x: Number) -> Result<Number, NumError> {
        match self {
            Self::Same => Ok(x),
            Self::Factor(factor) => x.convert(factor),
            Self::Point(factor, shift) => x.affine(factor, shift),
        }
    }
}

/// How data in the unit of this text become data in a declared unit.
///
/// # Errors
/// FR-I005 or FR-I006: the unit cannot be read, or does not fit.
#[expect(clippy::result_large_err, reason = "asked once for a column")]
pub fn conversion_of(program: &Program, unit: UnitId, text: &str) -> Result<Conversion, Diagnostic> {
    match conversion(text.trim(), &Wanted { program, unit, follows: None }) {
        Ok(Conversion::Factor(Ratio::ONE)) => Ok(Conversion::Same),
        Ok(other) => Ok(other),
        Err(Refused { code, message, help }) => Err(Diagnostic { help, ..Diagnostic::new(code, message) }),
    }
}

/// Converts a number in the unit of this text (empty: the declared one).
pub(crate) fn convert(value: Number, unit: &str, wanted: &Wanted<'_>) -> Result<Number, Refused> {
    conversion(unit, wanted)?
        .apply(value)
        .map_err(|e| Refused::new(Code::I004, text!("换算后超出数的范围：{e}", "after conversion, {e}")))
}

fn conversion(unit: &str, wanted: &Wanted<'_>) -> Result<Conversion, Refused> {
    let program = wanted.program;
    let declared = program.units.get(wanted.unit.ix()).cloned().unwrap_or_default();
    if unit.is_empty() {
        return Ok(Conversion::Same);
    }
    if unit == "%" {
        if declared.atoms.is_empty() {
            return Ok(Conversion::Factor(Ratio::new(1, 100).unwrap_or_default()));
        }
        return Err(misfit("%", &declared));
    }
    let given = Parser { wanted, declared: &declared, unit, at: 0, depth: 0 }.all()?;
    let own: Vec<Atom> = declared
        .atoms
        .iter()
        .map(|(symbol, tag, exponent)| Atom {
            symbol: *symbol,
            tag: wanted.real_tag(tag.as_deref()),
            exponent: *exponent,
        })
        .collect();
    if dimension(program, &given) != dimension(program, &own) {
        return Err(misfit(unit, &declared));
    }
    check_tags(program, &given, &own, &declared, wanted)?;
    let shown = show::unit(program, wanted.unit);
    match (point(program, &given), point(program, &own)) {
        ((_, None), (_, None)) => {}
        // A point given in the coherent unit itself (300 K for a temperature in °C) has its zero there.
        ((Some(g), zero), (Some(o), Some(own_zero))) => {
            // coherent = x × scale + zero on both sides.
            let factor = g.div(o);
            let shift = zero.unwrap_or_default().sub(own_zero).ok();
            let shift = shift.and_then(Ratio::from_number).and_then(|d| d.div(o)).and_then(Ratio::as_number);
            let (Some(factor), Some(shift)) = (factor, shift) else {
                return Err(misfit(unit, &declared));
            };
            return Ok(Conversion::Point(factor, shift));
        }
        _ => {
            return Err(Refused::new(
                Code::I005,
                text!("{unit} 是温度点，这里要 {shown}", "{unit} is a point on a scale; {shown} is wanted here"),
            ));
        }
    }
    let ratio = scale(program, &given).zip(scale(program, &own)).and_then(|(g, o)| g.div(o));
    let Some(ratio) = ratio else {
        return Err(Refused::new(
            Code::I005,
            text!("{unit} 换算为 {shown} 的系数超出精度", "the factor from {unit} to {shown} does not fit"),
        ));
    };
    Ok(Conversion::Factor(ratio))
}

/// The unit does not fit.
fn misfit(unit: &str, declared: &Unit) -> Refused {
    if declared.text.is_empty() {
        return Refused::new(
            Code::I005,
            text!("单位 {unit} 不符：这里是纯数", "unit {unit} does not fit: a number is wanted"),
        );
    }
    let shown = &declared.text;
    Refused::new(
        Code::I005,
        text!("单位 {unit} 与声明的 {shown} 不符", "unit {unit} does not fit; {shown} is declared"),
    )
}

impl Wanted<'_> {
    fn real_tag(&self, tag: Option<&str>) -> Option<String> {
        match (tag, self.follows) {
            (Some(t), Some((field, member))) if t == field => Some(member.to_owned()),
            (t, _) => t.map(str::to_owned),
        }
    }
}

fn dimension(program: &Program, atoms: &[Atom]) -> BTreeMap<String, i64> {
    let mut all: BTreeMap<String, i64> = BTreeMap::new();
    for a in atoms {
        let base = program.unit_symbols.get(a.symbol as usize).map(|s| s.dimension.as_slice()).unwrap_or_default();
        for (name, e) in base {
            *all.entry(name.clone()).or_default() += i64::from(*e) * i64::from(a.exponent);
        }
    }
    all.retain(|_, e| *e != 0);
    all
}

fn scale(program: &Program, atoms: &[Atom]) -> Option<Ratio> {
    // Equal symbols cancel before anything is multiplied.
    let mut exponents: BTreeMap<u32, i32> = BTreeMap::new();
    for a in atoms {
        let e = exponents.entry(a.symbol).or_default();
        *e = e.checked_add(a.exponent)?;
    }
    exponents
        .into_iter()
        .filter(|(_, e)| *e != 0)
        .try_fold(Ratio::ONE, |r, (symbol, e)| r.mul(program.unit_symbols.get(symbol as usize)?.scale.powi(e)?))
}

/// Scale of a unit standing alone, and its zero if it is a point unit.
fn point(program: &Program, atoms: &[Atom]) -> (Option<Ratio>, Option<Number>) {
    let [Atom { symbol, exponent: 1, .. }] = atoms else {
        return (None, None);
    };
    program.unit_symbols.get(*symbol as usize).map_or((None, None), |info| (Some(info.scale), info.offset))
}

/// For each dimension and tag, the exponents must be those of the declaration, as far as tags are given.
fn check_tags(
    program: &Program,
    given: &[Atom],
    own: &[Atom],
    declared: &Unit,
    wanted: &Wanted<'_>,
) -> Result<(), Refused> {
    type Net<'a> = BTreeMap<(&'a [(String, i32)], &'a str), i64>;
    fn net<'a>(program: &'a Program, atoms: &'a [Atom]) -> Net<'a> {
        let mut all = Net::new();
        for a in atoms {
            let base = program.unit_symbols.get(a.symbol as usize).map(|s| s.dimension.as_slice()).unwrap_or_default();
            if let Some(tag) = &a.tag {
                *all.entry((base, tag)).or_default() += i64::from(a.exponent);
            }
        }
        all
    }
    let expected = net(program, own);
    for ((base, tag), e) in net(program, given) {
        if e == 0 || expected.get(&(base, tag)) == Some(&e) {
            continue;
        }
        let shown = match wanted.follows {
            Some((field, member)) => declared.text.replace(&format!("{{{field}}}"), &format!("{{{member}}}")),
            None => declared.text.clone(),
        };
        return Err(Refused::new(
            Code::I006,
            text!("物质种类 {tag} 不符，声明为 {shown}", "it is of {tag}; {shown} is declared"),
        ));
    }
    Ok(())
}

/// Units nested in parentheses at most this deep.
const MAX_PARENTHESES: u32 = 16;

struct Parser<'a> {
    wanted: &'a Wanted<'a>,
    declared: &'a Unit,
    unit: &'a str,
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    fn all(mut self) -> Result<Vec<Atom>, Refused> {
        let atoms = self.product()?;
        if self.at < self.unit.len() {
            return Err(self.malformed());
        }
        Ok(atoms)
    }

    fn malformed(&self) -> Refused {
        let unit = self.unit;
        let shown = if self.declared.text.is_empty() { "1" } else { &self.declared.text };
        Refused::new(
            Code::I005,
            text!("单位 `{unit}` 无法读懂，声明为 {shown}", "unit `{unit}` cannot be read; {shown} is declared"),
        )
    }

    fn peek(&self) -> Option<char> {
        self.unit[self.at..].chars().next()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn product(&mut self) -> Result<Vec<Atom>, Refused> {
        let mut atoms = self.factor(1)?;
        let mut divided = false;
        loop {
            if self.eat('/') {
                divided = true;
                atoms.extend(self.factor(-1)?);
            } else if self.eat('·') || self.eat('*') || self.eat('.') || self.eat('⋅') {
                if divided {
                    let unit = self.unit;
                    return Err(Refused {
                        help: Some(Text::new("用括号写明分母", "write the denominator in parentheses")),
                        ..Refused::new(
                            Code::I005,
                            text!(
                                "单位 `{unit}` 有歧义：/ 之后又有乘号",
                                "unit `{unit}` is ambiguous: a product after /"
                            ),
                        )
                    });
                }
                atoms.extend(self.factor(1)?);
            } else {
                return Ok(atoms);
            }
        }
    }

    fn factor(&mut self, sign: i32) -> Result<Vec<Atom>, Refused> {
        let mut atoms = if self.eat('(') {
            self.depth += 1;
            if self.depth > MAX_PARENTHESES {
                return Err(self.malformed());
            }
            let inner = self.product()?;
            self.depth -= 1;
            if !self.eat(')') {
                return Err(self.malformed());
            }
            inner
        } else {
            self.atom()?
        };
        let exponent = if self.eat('^') { self.exponent()? } else { 1 };
        for a in &mut atoms {
            a.exponent = a.exponent.checked_mul(exponent * sign).ok_or_else(|| self.malformed())?;
        }
        Ok(atoms)
    }

    fn exponent(&mut self) -> Result<i32, Refused> {
        let negative = self.eat('-');
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let n: Option<i32> = self.unit[start..self.at].parse().ok().filter(|n| *n <= 99);
        n.map(|n| if negative { -n } else { n }).ok_or_else(|| self.malformed())
    }

    fn atom(&mut self) -> Result<Vec<Atom>, Refused> {
        let start = self.at;
        while self.peek().is_some_and(|c| !c.is_whitespace() && !"·⋅*./^(){}".contains(c)) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        let word = &self.unit[start..self.at];
        let tag = if self.eat('{') {
            let end = self.unit[self.at..].find('}').ok_or_else(|| self.malformed())?;
            let tag = self.unit[self.at..self.at + end].to_owned();
            self.at += end + 1;
            Some(tag)
        } else {
            None
        };
        if word == "1" && tag.is_none() {
            return Ok(Vec::new());
        }
        if word.is_empty() {
            return Err(self.malformed());
        }
        if let Some(symbol) = self.symbol(word) {
            return Ok(vec![Atom { symbol, tag, exponent: 1 }]);
        }
        if let (None, Some((symbol, found))) = (&tag, self.with_tag(word)) {
            return Ok(vec![Atom { symbol, tag: Some(found), exponent: 1 }]);
        }
        let shown = if self.declared.text.is_empty() { "1" } else { &self.declared.text };
        let near = nearest(word, self.wanted.program.unit_symbols.iter().map(|s| s.symbol.as_str()));
        Err(Refused {
            help: near.map(|n| text!("是否指 {n}？", "did you mean {n}?")),
            ..Refused::new(
                Code::I005,
                text!("单位 {word} 未知，声明为 {shown}", "unit {word} is unknown; {shown} is declared"),
            )
        })
    }

    /// A symbol, or else a UCUM code.
    fn symbol(&self, word: &str) -> Option<u32> {
        let all = &self.wanted.program.unit_symbols;
        let found = all.iter().position(|s| s.symbol == word);
        found.or_else(|| all.iter().position(|s| s.ucum.as_deref() == Some(word))).map(|i| i as u32)
    }

    /// `kgCO2e`: a symbol directly followed by a tag of the declaration, or by a gas.
    fn with_tag(&self, word: &str) -> Option<(u32, String)> {
        let declared = self.declared.atoms.iter().filter_map(|(_, t, _)| self.wanted.real_tag(t.as_deref()));
        let gases = self.wanted.program.gases.iter().map(|g| g.name.id.clone());
        let mut tags: Vec<String> = declared.chain(gases).chain(["CO2e".to_owned()]).collect();
        // The longest tag first, so that CO2e is not read as CO2 and a rest.
        tags.sort_by_key(|t| std::cmp::Reverse(t.len()));
        tags.into_iter().filter(|t| !t.is_empty()).find_map(|t| {
            let symbol = self.symbol(word.strip_suffix(t.as_str())?)?;
            Some((symbol, t))
        })
    }
}
