//! Findings of the range analysis: what fails for every input.
//!
//! What is only not proved is no finding: inputs without upper bounds can always overflow. `footrule check --ranges`
//! lists it.

use footrule_diag::{Code, Diagnostic, FileSpan, Text, text};
use footrule_mir::Program;
use footrule_mir::ranges::{Obligation, Risk, Verdict, analyse};

/// What fails whenever it is asked for.
pub(crate) fn always(program: &Program) -> Vec<Diagnostic<FileSpan>> {
    let ranges = analyse(program);
    let refuted = ranges.obligations().iter().filter(|o| o.verdict == Verdict::Always);
    refuted.filter_map(|o| finding(program, o)).collect()
}

fn finding(program: &Program, o: &Obligation) -> Option<Diagnostic<FileSpan>> {
    let at = program.places.get(o.place.ix())?.clone();
    let value = o.value(program);
    let (message, label) = match o.risk {
        Risk::DivisionByZero => {
            (text!("这里总是除以零", "this always divides by zero"), text!("除数 {value}", "the divisor is {value}"))
        }
        Risk::NegativeLine => {
            let name = o.line.and_then(|l| program.lines.get(l.ix())).map_or("", |l| l.name.id.as_str());
            (
                text!("排放行 `{name}` 总是为负", "the line `{name}` is always negative"),
                text!("其值 {value}", "its value is {value}"),
            )
        }
        Risk::Domain => (
            text!("自变量总在函数定义域之外", "the argument is always outside the domain"),
            text!("自变量 {value}", "the argument is {value}"),
        ),
        Risk::Empty => (
            text!("这里总是没有任何值", "there are never any values here"),
            text!("列表总是空的", "the list is always empty"),
        ),
        Risk::Weights => (
            text!("这些权数总是得不出份额", "these weights never give shares"),
            text!("有负的权数", "a weight is negative"),
        ),
        Risk::Overflow => {
            (text!("这里总是溢出", "this always overflows"), text!("超出最大的数", "beyond the largest number"))
        }
        Risk::TooSmall => return None,
    };
    let help: Text = text!(
        "无论输入什么都会报错；改正算式，或改正其中的常量和约束",
        "it fails for every input; correct the formula, or a constant or a constraint in it"
    );
    Some(Diagnostic::new(Code::L020, message).at(at, label).help(help))
}
