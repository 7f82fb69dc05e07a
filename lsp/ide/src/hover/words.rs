//! One line on each word of the language.

use footrule_diag::{Lang, Text};
use footrule_grammar::keywords::{KEYWORDS, Keyword, is_word_char};

/// English spelling, Chinese line, English line.
const LINES: &[(&str, &str, &str)] = &[
    ("rule", "规则文件的开头：规则的标识与名称。", "Begins a rule file: the rule's identifier and names."),
    ("cites", "本规则引用的文件。", "The documents that the rule cites."),
    ("sector", "规则所属行业。", "The sector of the rule."),
    ("version", "规则的版本。", "The version of the rule."),
    ("valid", "规则生效（和失效）的日期。", "From which day, and until which, the rule is valid."),
    ("boundary", "系统边界。", "The system boundary."),
    (
        "gwp",
        "质量换算为 CO2e 所用的 GWP 体系；在来源中：数据所用的体系。",
        "The GWP set by which masses of gases become CO2e; in a source: the set of its data.",
    ),
    (
        "declared unit",
        "结果按多少产品计：单位，以及核算期内的产品数量（基准流）。",
        "What the result is per: a unit, and how much of it the period makes (the reference flow).",
    ),
    (
        "functional unit",
        "结果按多少功能计，写法同声明单位。",
        "What the result is per, as a function; written like a declared unit.",
    ),
    ("also unit", "结果另以此单位列出。", "The result is told in this unit, too."),
    (
        "round",
        "公布时的修约：小数位数或有效数字位数，四舍六入五成双；一个数只修约一次。作函数用：把数修约到若干位小数。",
        "How a published figure is rounded, half to even, once; as a function: a number to so many decimals.",
    ),
    ("biogenic_co2", "生物源 CO2 计入（counted）还是中性（neutral）。", "Whether biogenic CO2 is counted or neutral."),
    ("credits apart", "抵扣不计入合计，另行列出。", "Credits are told apart and do not lower the total."),
    ("use", "使用别的模块声明的名称。", "Brings the names of another module into this file."),
    (
        "flow enum",
        "声明若干物质，同时是一个枚举。",
        "Declares several substances, which are an enumeration at the same time.",
    ),
    (
        "flow",
        "声明一种物质；在单位后的花括号里标明量是哪种物质。",
        "Declares a kind of substance; in braces behind a unit it says of what a quantity is.",
    ),
    ("enum", "声明枚举：一组有名称的取值。", "Declares an enumeration: a set of named values."),
    ("gas", "声明温室气体及其各体系的 GWP 值。", "Declares a greenhouse gas with its GWP in each set."),
    (
        "unit",
        "声明单位：新的基本单位，或由别的单位定义。",
        "Declares a unit: a new base unit, or one defined by others.",
    ),
    ("record", "声明记录：一条数据的各个字段。", "Declares a record: the fields of one datum."),
    (
        "source",
        "声明数据的出处；在数值之后：该值的出处。",
        "Declares where data come from; behind a value: its source.",
    ),
    (
        "param",
        "随日期变化的参数：每年（或每日起）一个值，以及界外如何处理。",
        "A parameter by date: a value for each year or from a day, and what holds outside.",
    ),
    ("table", "查表：按键取值。", "A table: values by keys."),
    ("const", "常数：由数字和其他常数算出。", "A constant, computed from literals and other constants."),
    ("fn", "函数。", "A function."),
    (
        "process",
        "单元过程：可多次包含的一组输入、定义和排放行。",
        "A unit process: inputs, definitions and lines that can be included many times.",
    ),
    ("stage", "生命周期阶段。", "A life-cycle stage."),
    ("input", "输入：核算者要填报的数据，及其单位与限制。", "Data that the user gives, with unit and bounds."),
    (
        "open let",
        "过程中可由例外改变、也可从外部读取的定义。",
        "A definition in a process that is read and excepted from outside.",
    ),
    ("let", "定义：由其他值算出的量。", "A definition: a quantity computed from others."),
    ("emission", "排放行：计入合计。", "A line that is added to the footprint."),
    ("removal", "清除行：从合计中减去。写正数。", "A removal: subtracted; written as a positive quantity."),
    (
        "credit",
        "抵扣行：从合计中减去，单独列示。写正数。",
        "A credit: subtracted and listed as such; written as a positive quantity.",
    ),
    ("apart", "另报行：列示，但不计入合计。", "A line that is shown and never in the total."),
    ("require", "要求：不满足则拒绝核算。", "A requirement: where it does not hold, there is no result."),
    ("warn", "提示：不满足则在结果中列出。", "A warning: where it does not hold, the result says so."),
    ("report", "报告项：随结果公布的数。", "A figure that is published with the result."),
    (
        "test",
        "测试（算例）：给定输入与期望的结果。",
        "A test, such as a worked example: inputs, and what must come out.",
    ),
    ("accept", "说明理由后接受另一 GWP 体系的数据。", "Accepts data of another GWP set, with a reason."),
    (
        "include",
        "把单元过程放进本规则，绑定其输入与阶段。",
        "Puts a unit process into the rule, with its inputs and stages bound.",
    ),
    (
        "product",
        "产品及其声明单位；作函数用：连乘。",
        "A product with its declared unit; as a function: the product of values.",
    ),
    ("allocate", "把排放分配到各产品。", "Shares lines among products."),
    (
        "cutoff",
        "取舍准则：单项与合计的限值。",
        "A cut-off: limits for each flow that is left out and for all together.",
    ),
    ("balance", "平衡：进与出之差须在允差之内。", "A balance: what enters and leaves agrees within a tolerance."),
    ("scenario", "情景：有名称的一组输入与参数取值。", "A named set of values for inputs and parameters."),
    ("except", "例外：条件成立时以此代替原定义。", "What holds instead of a definition when a condition holds."),
    ("and", "两个条件都成立。", "Both conditions hold."),
    ("or", "至少一个条件成立。", "At least one condition holds."),
    ("or else", "可选值缺少时取后者。", "The second where the optional first is not given."),
    ("not", "条件不成立。", "The condition does not hold."),
    ("if", "按条件取两个值之一。", "One of two values, by a condition."),
    ("then", "条件成立时的值。", "The value if the condition holds."),
    (
        "else",
        "条件不成立时的值；在要求与提示中：给用户的说明。",
        "The value if it does not; in requirements and warnings: the message.",
    ),
    ("match", "按枚举的取值选择，须覆盖全部取值。", "Chooses by the value of an enumeration; every value is covered."),
    ("when", "条件：成立时才适用。", "Applies only when the condition holds."),
    ("otherwise", "其余情形。", "What holds in all other cases."),
    ("for", "对列表的每一条。", "For each item of a list."),
    ("for each", "枚举的每个取值各一个输入值。", "One value of the input for each member of an enumeration."),
    (
        "in",
        "排放行所属阶段；在集合之中；列表的循环；平衡中：进项。",
        "The stage of a line; membership in a set; the list of a loop; in a balance: what enters.",
    ),
    ("out", "平衡中：出项。", "In a balance: what leaves."),
    ("where", "取值的限制；在循环中：筛选条件。", "Bounds of values; in a loop: the filter."),
    ("within", "在两个值之间；在测试与平衡中：允差。", "Between two values; in tests and balances: the tolerance."),
    (
        "as",
        "换一种物质标签看同一个量；包含过程时：此处的名称。",
        "The same quantity under another tag; of an include: its name here.",
    ),
    (
        "at",
        "参数在某年的值；参数在核算期内变化时取期初、期末或按日。",
        "A parameter of another year; which value holds where it changes inside the period.",
    ),
    ("given", "可选值已给出；依给定值分配。", "An optional value is there; shares by given weights."),
    ("true", "真。", "True."),
    ("false", "假。", "False."),
    ("default", "未给出时取的值。", "The value if none is given."),
    ("zh", "中文标签。", "The Chinese label."),
    ("en", "英文标签。", "The English label."),
    ("first of", "依次检查各条件，取第一个成立者。", "The first arm whose condition holds."),
    (
        "one of",
        "恰有一个条件成立，取其值；重叠或空缺是错误。",
        "The arm whose condition holds; that none or several hold is an error.",
    ),
    (
        "of",
        "声明单位所基于的数量；列表、活动、足迹的内容。",
        "What a declared unit counts; what a list, an activity or a footprint is of.",
    ),
    ("by", "分配或取舍的依据。", "The basis of an allocation or a cut-off."),
    (
        "from",
        "起始日期；表或测试的数据文件；数列中从某项起。",
        "The first day; the data file of a table or a test; from an item on.",
    ),
    ("until", "终止日期。", "The last day."),
    ("to", "排放行归属的产品；数列中到某项为止。", "The product that a line belongs to; up to an item of a list."),
    ("after", "数列中某项之后。", "The items behind one."),
    ("before", "数列中某项之前。", "The items before one."),
    ("after last", "末值年份之后如何处理。", "What holds after the last value."),
    ("before first", "首值年份之前如何处理。", "What holds before the first value."),
    ("hold", "沿用最近的值。", "The nearest value holds."),
    ("with warning", "沿用时给出警告。", "Where it holds, a warning says so."),
    ("review by", "须在此日之前复核。", "To be reviewed by this day."),
    ("start", "取期初的值。", "The value at the start of the period."),
    ("end", "取期末的值。", "The value at the end of the period."),
    ("by days", "按天数加权。", "Weighted by days."),
    ("in brackets", "按区间分档查表。", "Rows by ranges of the key."),
    ("interpolate linear", "两点之间线性内插。", "Linear between the points."),
    ("outside", "内插点之外：错误，或沿用端点。", "Outside the points: an error, or the end point holds."),
    (
        "partial",
        "表不必覆盖所有键；没有的行是错误。",
        "Not every key needs a row; asking for one that is not there is an error.",
    ),
    ("count", "条数；在限制中：列表的条数。", "How many items; as a bound: of a list."),
    ("unique", "列表中此字段不得重复。", "No two items of the list agree in this field."),
    (
        "sum",
        "求和，只修约一次，与顺序无关；在限制中：各项之和。",
        "The exact sum, rounded once, in any order; as a bound: of the items.",
    ),
    ("scaled", "在允差之内按比例归一。", "Within the tolerance, scaled to the sum."),
    ("named", "排放行各子行的名称取自何处。", "What the items of a line are called by."),
    ("origin", "成因：化石源、生物源、土地利用、航空。", "Fossil, biogenic, land use or aircraft."),
    ("split", "按份额拆分到各成因。", "Shares of several origins."),
    ("rest", "余下的份额。", "The remaining share."),
    ("may be negative", "允许此行为负，并说明理由。", "The line may be negative; with the reason."),
    ("factor default", "活动数据未给因子时所用的因子。", "The factor of an activity if the user gives none."),
    ("factor fixed", "活动数据只能用此因子。", "The factor of an activity; the user gives none."),
    ("because", "理由，会出现在结果中。", "The reason; it is part of the result."),
    ("evidence", "此输入须附凭证。", "Evidence must be given for the input."),
    ("over", "分配所涉及的阶段或排放行。", "The stages or lines that are allocated."),
    ("compare", "另按别的依据列出份额，仅供比较。", "What another basis would give, for comparison only."),
    ("each", "取舍准则中单项的限值。", "The limit of a single flow in a cut-off."),
    (
        "total",
        "每声明单位的碳足迹合计；取舍准则中：合计的限值。",
        "The footprint per declared unit; in a cut-off: the limit of all together.",
    ),
    ("list", "包含的过程成列，由用户给出。", "A list of includes that the user gives."),
    ("list of", "列表。", "A list."),
    ("optional", "可以不给出的值。", "A value that may be absent."),
    (
        "activity of",
        "活动数据：数量、因子以及数据的出处与质量。",
        "Activity data: amount, factor, and the datum's source and quality.",
    ),
    ("footprint of", "另一产品的碳足迹，作为输入。", "The footprint of another product, as an input."),
    ("decimals", "小数位数。", "How many decimals."),
    ("significant", "有效数字位数。", "How many significant digits."),
    ("offset", "点单位（如 °C）的零点。", "The zero point of a unit such as °C."),
    ("ucum", "单位的 UCUM 代码。", "The UCUM code of a unit."),
    ("bare", "以某单位计的纯数，用于经验公式。", "The number of a quantity in a unit, for empirical formulas."),
    ("expect", "测试期望的结果。", "What a test expects."),
    ("line", "一行的数量（测试中）。", "The quantity of a line, in a test."),
    ("error", "拒绝；测试中：期望的错误代码。", "Refused; in a test: the code that is expected."),
    ("warning", "测试中：期望的提示。", "In a test: the warning that is expected."),
    ("period", "核算期。", "The period of the calculation."),
    ("biogenic", "生物源。", "Of biogenic origin."),
    ("fossil", "化石源；没有说明成因时即为此。", "Of fossil origin, which holds where nothing is said."),
    ("land_use", "土地利用及其变化。", "From land use and its change."),
    ("aircraft", "航空。", "From aircraft."),
    ("counted", "计入。", "It counts."),
    ("neutral", "中性：不计入。", "It does not count."),
    ("mass", "按质量。", "By mass."),
    ("energy", "按能量。", "By energy."),
    ("economic", "按经济价值。", "By economic value."),
    ("physical", "按物理关系。", "By a physical relation."),
    ("unknown", "来源没有说明。", "The source does not say."),
    ("none", "不适用：数据不是 CO2e。", "Does not apply: the data are no CO2e."),
    ("number", "纯数。", "A pure number."),
    ("integer", "整数。", "A whole number."),
    ("bool", "真假值。", "True or false."),
    ("text", "文字。", "A text."),
    ("date", "日期。", "A calendar day."),
    ("min", "最小值。", "The smallest."),
    ("max", "最大值。", "The largest."),
    ("mean", "平均值。", "The mean."),
    ("any", "至少一条成立。", "It holds for at least one item."),
    ("all", "每一条都成立。", "It holds for every item."),
    ("abs", "绝对值。", "The magnitude."),
    ("floor", "向下取整。", "The whole number below."),
    ("ceil", "向上取整。", "The whole number above."),
    ("sqrt", "平方根。", "The square root."),
    ("exp", "自然指数。", "The exponential function."),
    ("ln", "自然对数。", "The natural logarithm."),
    ("pow", "乘方，指数可为小数。", "A power; the exponent may be fractional."),
    ("untag", "去掉物质标签。", "The quantity without its tag."),
    ("ratio", "两个不同物质的量之比，为纯数。", "The ratio of quantities of different kinds, a number."),
    ("co2e", "气体质量按本规则 GWP 体系换算的 CO2e。", "The CO2e of a gas by the rule's GWP set."),
    ("activity", "由数量与因子构成活动数据。", "Activity data from an amount and a factor."),
    ("stage_total", "一个阶段的合计。", "The total of a stage."),
    ("gas_total", "一种气体的合计。", "The total of a gas."),
    ("origin_total", "一种成因的合计。", "The total of an origin."),
    ("total_of", "若干排放行的合计。", "The total of some lines."),
    ("absolute", "整个核算期的量，不除以声明单位。", "The amount of the whole period, not per declared unit."),
    ("primary_share", "初级数据在碳足迹中的占比。", "The share of the footprint that rests on primary data."),
    ("rated_share", "有数据质量评分者在碳足迹中的占比。", "The share of the footprint whose data are rated."),
    ("dqr", "数据质量评分，按贡献加权。", "The data quality rating, weighted by contribution."),
    ("title", "来源的标题。", "The title of a source."),
    ("publisher", "来源的出版者。", "Who published it."),
    ("year", "数据的年份。", "The year of the data."),
    ("url", "来源的网址。", "The address of a source."),
    ("licence", "来源的许可。", "The licence of a source."),
    ("region", "数据适用的地区。", "The region that the data are of."),
    ("note", "备注。", "A remark."),
    ("accessed", "查阅日期。", "When it was read."),
    ("status", "核实到何种程度。", "How far the source was verified."),
    ("seen", "已见到出处。", "It was seen."),
    ("recalled", "凭记忆，未再核对。", "From memory, not read again."),
    ("constructed", "为测试构造。", "Made up for a test."),
    ("illustrative", "仅为示意。", "Illustrative only."),
];

/// The line on a keyword.
pub(super) fn line(k: &Keyword) -> Option<Text> {
    LINES.iter().find(|(word, ..)| *word == k.english).map(|(_, zh, en)| Text::new(*zh, *en))
}

/// The keyword around an offset of a text, the longest that stands there: where, and which.
pub(super) fn at(text: &str, offset: usize) -> Option<(usize, usize, &'static Keyword)> {
    let begins = |i: usize| text.is_char_boundary(i) && !text[..i].chars().next_back().is_some_and(is_word_char);
    let mut found: Option<(usize, usize, &Keyword)> = None;
    for k in KEYWORDS {
        for spelling in [k.english, k.chinese] {
            let from = offset.saturating_sub(spelling.len());
            for start in (from..=offset.min(text.len())).filter(|i| begins(*i)) {
                let end = start + spelling.len();
                let ends =
                    text.get(start..end) == Some(spelling) && !text[end..].chars().next().is_some_and(is_word_char);
                if ends && end >= offset && found.is_none_or(|(a, b, _)| b - a < spelling.len()) {
                    found = Some((start, end, k));
                }
            }
        }
    }
    found
}

/// The card of a keyword.
pub(super) fn card(k: &Keyword, lang: Lang) -> String {
    let line = line(k).unwrap_or_default();
    format!("`{}` · `{}`\n\n{}", k.english, k.chinese, line.get(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_has_its_line() {
        for k in KEYWORDS {
            let line = line(k).unwrap_or_default();
            assert!(!line.zh.is_empty() && !line.en.is_empty(), "{k:?}");
        }
        for (word, ..) in LINES {
            assert!(KEYWORDS.iter().any(|k| k.english == *word), "{word} is no keyword");
            assert_eq!(LINES.iter().filter(|(w, ..)| w == word).count(), 1, "{word}");
        }
    }

    #[test]
    fn the_longest_word_is_meant() {
        let found = |text: &str, at: usize| super::at(text, at).map(|(_, _, k)| k.english);
        assert_eq!(found("declared unit 1 t", 10), Some("declared unit"));
        assert_eq!(found("x or else y", 3), Some("or else"));
        assert_eq!(found("a in b", 3), Some("in"));
        assert_eq!(found("order", 1), None);
        assert_eq!(found("令 甲", 0), Some("let"));
    }
}
