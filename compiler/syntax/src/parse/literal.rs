//! Numbers, dates and other tokens that have a value.

use super::{Node, Reader};
use crate::ast::{Date, DateKey, Expr, ExprKind};
use footrule_diag::{Code, Diagnostic, Span, Text, text};
use footrule_grammar::Rule;
use footrule_number::Number;

/// Digits beyond which a number is not kept exactly.
const MAX_DIGITS: usize = 28;

impl<'i> Reader<'i> {
    /// `5`, `5%`, `5 kg{coal}`.
    pub(super) fn quantity(&mut self, node: Node<'i>) -> Expr {
        let place = self.span(&node);
        let written = node.as_str().trim();
        let (mut value, mut decimals, mut unit) = (zero(), 0, None);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::number => (value, decimals) = self.number(&child),
                Rule::percent => {
                    decimals += 2;
                    value = self.percent(value, place);
                }
                Rule::unit => unit = Some(self.unit(child)),
                // A full-width digit was reported where it stands; the blanks are its traces in the layout copy.
                Rule::spaced_digits
                    if self.source.get(place.start as usize..place.end as usize).is_none_or(|s| !s.is_ascii()) => {}
                Rule::spaced_digits => {
                    let fixed: String = written.split(|c: char| c.is_whitespace()).collect::<Vec<_>>().join("_");
                    self.malformed(
                        place,
                        text!("数字 `{written}` 中有空格", "the number `{written}` holds a blank"),
                        Some(fixed),
                        text!("数字分组用 `_`，如 `14_512.338`", "group digits with `_`, as in `14_512.338`"),
                    );
                }
                Rule::glued_unit => {
                    let at = self.span(&child);
                    let number = &written[..written.len() - child.as_str().len()];
                    let word = child.as_str();
                    self.malformed(
                        place,
                        text!("数字与单位 `{word}` 之间没有空格", "no blank between the number and `{word}`"),
                        Some(format!("{number} {word}")),
                        text!("数字与单位之间留一个空格", "one blank stands between number and unit"),
                    );
                    if let Some(atom) = child.into_inner().next() {
                        unit = Some(crate::ast::UnitExpr { atoms: vec![self.unit_atom(atom)], span: at });
                    }
                }
                _ => {}
            }
        }
        Expr { kind: ExprKind::Number { value, decimals, unit }, span: place }
    }

    /// The value of a number token and how many decimals it has.
    pub(super) fn number(&mut self, node: &Node<'i>) -> (Number, u32) {
        let place = self.span(node);
        let written = node.as_str().trim();
        let plain = written.replace('_', "");
        let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.len() > 1 && whole.starts_with('0') {
            let kept = whole.trim_start_matches('0');
            let kept = if kept.is_empty() { "0" } else { kept };
            let fixed = format!("{kept}{}", &plain[whole.len()..]);
            self.malformed(
                place,
                text!("数字 `{written}` 以 0 开头", "the number `{written}` begins with a zero"),
                Some(fixed),
                text!("去掉开头的 0", "leave the leading zeros out"),
            );
        }
        let digits = (whole.len() + fraction.len())
            - mantissa.chars().take_while(|c| matches!(c, '0' | '.')).filter(|c| *c == '0').count();
        let parsed = if digits > MAX_DIGITS {
            None
        } else {
            // Leading zeros have been reported; the number crate would refuse them once more.
            let clean = plain.trim_start_matches('0');
            let clean =
                if clean.starts_with(|c: char| c.is_ascii_digit()) { clean.to_owned() } else { format!("0{clean}") };
            Number::parse(&clean).ok()
        };
        let Some(value) = parsed else {
            self.malformed(
                place,
                text!(
                    "数字 `{written}` 超出 {MAX_DIGITS} 位有效数字或小数",
                    "the number `{written}` has more than {MAX_DIGITS} digits or decimals"
                ),
                None,
                text!(
                    "数值按十进制精确保存，最多 {MAX_DIGITS} 位",
                    "numbers are kept exactly, with at most {MAX_DIGITS} digits"
                ),
            );
            return (zero(), 0);
        };
        let shift: i64 = exponent.parse().unwrap_or(0);
        let decimals = i64::try_from(fraction.len()).unwrap_or(0).saturating_sub(shift);
        (value, u32::try_from(decimals.max(0)).unwrap_or(0))
    }

    /// A number token with a sign before it.
    pub(super) fn signed(&mut self, node: &Node<'i>, negative: bool) -> Number {
        let (value, _) = self.number(node);
        if negative { value.neg() } else { value }
    }

    fn percent(&mut self, value: Number, place: Span) -> Number {
        // A shift of the point, never a division: `div` would round what does not fit.
        Number::from_parts(value.mantissa(), value.scale() + 2).unwrap_or_else(|_| {
            self.malformed(
                place,
                text!("这个百分数无法精确表示", "this percentage cannot be kept exactly"),
                None,
                text!("减少小数位", "use fewer decimals"),
            );
            zero()
        })
    }

    fn malformed(&mut self, at: Span, message: Text, fix: Option<String>, help: Text) {
        let error = Diagnostic::new(Code::S006, message).at(at, text!("数字写法不对", "malformed number")).help(help);
        self.error(match fix {
            Some(fixed) => error.fix(at, fixed),
            None => error,
        });
    }

    /// `2026-01-26`.
    pub(super) fn date(&mut self, node: &Node<'i>) -> Date {
        let place = self.span(node);
        let written = node.as_str().trim();
        Date::read(written).unwrap_or_else(|| {
            self.malformed(
                place,
                text!("日期 `{written}` 不存在", "there is no day `{written}`"),
                None,
                text!("日期写作 年-月-日", "a date is year-month-day"),
            );
            // Any day: the file is refused.
            Date { year: 1, month: 1, day: 1 }
        })
    }

    /// A year or a date.
    pub(super) fn date_key(&mut self, node: Node<'i>) -> (DateKey, Span) {
        let place = self.span(&node);
        let key = match node.into_inner().next() {
            Some(day) if day.as_rule() == Rule::date => DateKey::Day(self.date(&day)),
            Some(year) => DateKey::Year(year.as_str().trim().parse().unwrap_or(0)),
            None => DateKey::Year(0),
        };
        (key, place)
    }

    /// A small whole number, such as the digits of `round`.
    pub(super) fn small(&mut self, node: &Node<'i>) -> u32 {
        let place = self.span(node);
        node.as_str().trim().parse().unwrap_or_else(|_| {
            self.malformed(
                place,
                text!("这里的整数太大", "this whole number is too large"),
                None,
                text!("写一个较小的整数", "write a smaller whole number"),
            );
            0
        })
    }
}

/// Zero, which stands for numbers that could not be read.
pub(super) fn zero() -> Number {
    Number::ZERO
}
