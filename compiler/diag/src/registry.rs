//! The registry: every code, its default severity and its title.
//!
//! A code is never reused or renumbered. The letter says who is concerned: S syntax, N names, U units and kinds,
//! T types, P parameters and tables, R the rule as a whole, I input data, E evaluation, L lints, C the call, B batches of data.
//! `docs/diagnostics/` holds one page per code; a test checks that none is missing.

use crate::Severity;
use serde::{Serialize, Serializer};

/// A stable diagnostic code such as `FR-U001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    /// The code as users see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The registered code of this spelling (`FR-U001` or `U001`, any case).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let full = if upper.starts_with("FR-") { upper } else { format!("FR-{upper}") };
        REGISTRY.iter().map(|i| i.code).find(|c| c.0 == full)
    }

    /// Who is concerned.
    #[must_use]
    pub fn class(self) -> Class {
        match self.0.as_bytes()[3] {
            b'S' => Class::Syntax,
            b'I' => Class::Input,
            b'E' => Class::Evaluation,
            b'L' => Class::Lint,
            b'C' => Class::Call,
            // Of a batch: below 020 its data, from 020 its call.
            b'B' if &self.0[4..] >= "020" => Class::Call,
            b'B' => Class::Input,
            _ => Class::Program,
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0)
    }
}

/// The part of the work that a code belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The text cannot be read.
    Syntax,
    /// The program is wrong.
    Program,
    /// The input data are refused.
    Input,
    /// An evaluation has no result.
    Evaluation,
    /// Accepted, and worth a look.
    Lint,
    /// The call cannot be carried out.
    Call,
}

/// What the registry knows of a code.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// Severity unless configured otherwise.
    pub severity: Severity,
    /// Title in Chinese.
    pub zh: &'static str,
    /// Title in English.
    pub en: &'static str,
}

/// The entry of a code.
#[must_use]
pub fn info(code: Code) -> &'static CodeInfo {
    REGISTRY.iter().find(|i| i.code == code).unwrap_or(&REGISTRY[0])
}

macro_rules! registry {
    ($($name:ident $severity:ident $zh:literal $en:literal;)*) => {
        #[expect(missing_docs, reason = "the title in the registry documents each code")]
        impl Code {
            $(pub const $name: Code = Code(concat!("FR-", stringify!($name)));)*
        }

        /// Every code, in order of family and number.
        pub const REGISTRY: &[CodeInfo] = &[
            $(CodeInfo { code: Code::$name, severity: Severity::$severity, zh: $zh, en: $en },)*
        ];
    };
}

registry! {
    S001 Error "语句无法读懂" "statement cannot be read";
    S002 Error "括号没有配对" "bracket without its partner";
    S003 Error "文字没有结束" "text without its closing quote";
    S004 Error "嵌套过深" "nested too deeply";
    S005 Error "标点应为半角" "full-width punctuation";
    S006 Error "数字写法不对" "malformed number";
    S007 Error "文件不是 UTF-8 文本" "file is not UTF-8 text";
    S008 Error "缩进含制表符或全角空格" "indentation with a tab or an ideographic space";
    S009 Error "语句开头不认识" "unknown statement";
    S010 Error "关键词与名称之间缺空格" "keyword and name run together";
    S011 Error "单位中 / 之后的 · 有歧义" "ambiguous unit: · after /";
    S012 Error "比较不能连写" "chained comparison";
    S013 Error "名称或单位含上下标字符" "superscript or subscript character";
    S014 Error "文件过大" "file too large";
    S015 Error "语句不属于这里" "statement does not belong here";
    N001 Error "名称未知" "unknown name";
    N002 Error "重复声明" "declared twice";
    N003 Error "定义成环" "definition cycle";
    N004 Error "模块未知" "unknown module";
    N005 Error "物质种类未知" "unknown flow";
    N006 Error "阶段未知" "unknown stage";
    N007 Error "来源未知" "unknown source";
    N008 Error "类型未知" "unknown type";
    N009 Error "字段未知" "unknown field";
    N010 Error "名称有多种解释" "ambiguous name";
    N011 Error "枚举值未知" "unknown enumeration value";
    N012 Error "参数个数或名称不对" "wrong arguments";
    N013 Error "名称已保留" "reserved name";
    N014 Error "单位未知" "unknown unit";
    N015 Error "此处不能读取结果" "a result cannot be read here";
    N016 Error "单位词与值同名" "unit word is also a value";
    N017 Error "没有这个过程" "no such process";
    N018 Error "过程输入的绑定不对" "wrong binding of a process input";
    N019 Error "过程阶段的绑定不对" "wrong stage of a process";
    N020 Error "过程没有公开这一项" "not open to readers of the process";
    N021 Error "路径在包外" "path outside the package";
    N022 Error "模块路径有两种含义" "module path with two meanings";
    N023 Error "文件属于另一个包" "file of another package";
    U001 Error "量纲不符" "dimensions differ";
    U002 Error "物质种类不符" "kinds of substance differ";
    U003 Error "碳当作二氧化碳" "carbon taken for carbon dioxide";
    U004 Error "气体与二氧化碳当量相加" "a gas added to CO2 equivalents";
    U005 Error "电网排放因子当作碳足迹因子" "grid CO2 factor taken for a footprint factor";
    U006 Error "排放行的单位不对" "line with a unit that is no footprint";
    U007 Error "纯数字遇到有单位的量" "bare number meets a quantity";
    U008 Error "GWP 体系混用" "GWP sets mixed";
    U009 Error "标签离开了它的条目" "tag leaves its item";
    U010 Error "函数只接受纯数" "function takes a number only";
    U011 Error "换算系数超出精度" "conversion factor does not fit";
    U012 Error "吨的种类不明" "which ton";
    U013 Error "表达式与声明的单位不符" "expression does not fit its declaration";
    U014 Error "温度是点而不是量" "temperature is a point";
    U015 Error "二氧化碳当量的组成会丢失" "parts of a CO2e value would be lost";
    U016 Error "电量当作热值" "electricity where a heating value is meant";
    U017 Error "两种基准混用" "two bases of one thing mixed";
    T001 Error "类型不符" "types differ";
    T002 Error "此值没有这种成分" "value has no such parts";
    T003 Error "条件必须为真假值" "condition must be true or false";
    T004 Error "match 未覆盖全部枚举值" "match does not cover every value";
    T005 Error "可选值未处理" "optional value not handled";
    T006 Error "此处须为常量" "constant needed here";
    T007 Error "缺少 otherwise" "missing otherwise";
    T008 Error "在条件之外读取条件输入" "conditional input read outside its condition";
    T009 Error "条件读取了输入以外的值" "condition of an input reads more than inputs";
    T010 Error "one of 的条件有重叠或空缺" "one of: conditions overlap or leave a gap";
    T011 Error "列表上包含的过程没有单一数值" "process over a list has no single value";
    T012 Error "过程的排放行与规则的基准不符" "lines of a process do not fit the rule's basis";
    T013 Error "绑定的值不能按此要求检查" "bound value cannot be checked";
    T014 Error "权数不符合分配依据" "weight does not fit the basis";
    T015 Error "分配的名称或份额不对" "names or shares of an allocation are wrong";
    T016 Error "例外的形式与所例外者不符" "exception of another form";
    T017 Error "不是产品的足迹" "not the footprint of a product";
    T018 Error "此处不能取足迹" "no footprint is taken here";
    T023 Error "不是该列表的条目" "no item of this list";
    T024 Error "该列表不能截取" "list that cannot be cut";
    T025 Error "范围没有可证明的界限" "range without a proved bound";
    T026 Error "变量没有单独的参数" "variable alone in no parameter";
    T027 Error "参数对变量的说法不一" "arguments that do not decide a variable";
    T028 Error "须知道任意单位的大小" "needs the definition of any unit";
    T029 Error "平衡不完整" "balance incomplete";
    T030 Error "未说明过程的变量是什么" "variable of a process not said";
    T031 Error "过程的变量与所给不符" "not what a variable of a process stands for";
    T032 Error "过程变量的个数不符" "number of variables of a process";
    T033 Error "组成随过程的变量而定" "parts that depend on a variable of a process";
    T034 Error "过程的数据各次包含不同" "data of a process that differ from include to include";
    T035 Error "过程没有留给例外" "not left open to exceptions";
    P001 Error "表缺少行" "table lacks rows";
    P002 Error "表有重复行" "duplicate row";
    P003 Error "行的列数不对" "row with a wrong number of cells";
    P004 Error "数据文件不能使用" "data file cannot be used";
    P005 Error "该年份没有因子" "no factor covers this year";
    P006 Error "未声明有效期策略" "policy for other dates not declared";
    P007 Error "表的键不对" "wrong key";
    P008 Error "该气体在此 GWP 体系中没有数值" "gas without a GWP in this set";
    P009 Error "区间不升序或不完整" "brackets not ascending or incomplete";
    P010 Error "不能内插" "table cannot be interpolated";
    P011 Error "未说明点以外取何值" "outside the points not declared";
    P012 Error "点不升序" "points not ascending";
    P013 Error "点不足两个" "fewer than two points";
    P014 Error "两点之间没有行" "no row between points";
    P015 Error "两行同样合适" "two rows fit equally well";
    P016 Error "区间表的写法不能用" "form that a table in brackets cannot have";
    P017 Error "没有条目可命名" "no items to name";
    P018 Error "此处不能归一" "no scaling here";
    R001 Error "规则头缺项" "rule header incomplete";
    R002 Error "规则头重复" "rule header given twice";
    R003 Error "规则没有排放行" "rule without lines";
    R004 Error "对已修约的数再修约" "rounding of a rounded number";
    R006 Error "测试不通过" "test fails";
    R007 Error "过程的包含没有尽头" "processes include without end";
    R008 Error "过程产品互相消耗" "processes consume each other's products";
    R009 Error "语句不能写在过程里" "statement has no place in a process";
    R010 Error "声明单位写在两处" "declared unit in two places";
    R011 Error "多个产品的基准不同" "products on different bases";
    R012 Error "排放行没有归属" "line that belongs to no product";
    R013 Error "排放行归属两处" "line that belongs twice";
    R014 Error "分配中没有本规则的产品" "allocation without a product of the rule";
    R015 Error "分配不涉及任何排放行" "allocation of no lines";
    R016 Error "另计单位不对" "wrong further unit";
    R017 Error "上游规则未知" "unknown upstream rule";
    R018 Error "规则的足迹取决于自身" "rule that needs its own footprint";
    R020 Error "来源的数据质量不对" "malformed data quality of a source";
    R021 Error "情景不能改变它" "a scenario cannot change this";
    R022 Error "凭证只能要求输入给出" "evidence of what is no input";
    R023 Error "取舍准则的限值不对" "malformed limit of a cut-off";
    R024 Error "取舍准则写了两次" "cut-off given twice";
    I001 Error "输入项未知" "unknown input";
    I002 Error "缺少输入" "missing input";
    I003 Error "输入超出范围" "input outside its range";
    I004 Error "不是合法的十进制数" "not a valid decimal";
    I005 Error "输入单位不符" "unit of the input does not fit";
    I006 Error "输入的物质种类不符" "input of another kind";
    I007 Error "枚举值不存在" "no such enumeration value";
    I008 Error "输入结构不符" "input has the wrong shape";
    I009 Error "不是 JSON" "not JSON";
    I010 Error "核算期不对" "period missing or malformed";
    I011 Error "输入项重复" "input given twice";
    I012 Error "列表不符合要求" "list breaks its constraint";
    I013 Error "输入因子的 GWP 体系不符" "GWP set of an input factor";
    I014 Error "活动数据缺因子" "activity without a factor";
    I015 Error "条件输入与条件不符" "conditional input given or missing against its condition";
    I016 Error "交换数据不能使用" "data-exchange record cannot be used";
    I017 Error "交换数据的单位不符" "unit of a data-exchange record does not fit";
    I018 Error "足迹数据的规则不符" "footprint data for another rule";
    I019 Error "初级数据占比不对" "share of primary data malformed";
    I020 Error "数据质量评分不对" "malformed data quality";
    I021 Error "情景未知" "unknown scenario";
    I022 Error "缺少凭证" "value without evidence";
    E001 Error "除数为零" "division by zero";
    E002 Error "数值溢出" "overflow";
    E003 Error "数值过小" "result too small";
    E004 Error "超出函数定义域" "outside the domain of a function";
    E005 Error "空列表" "empty list";
    E006 Error "要求未满足" "requirement not met";
    E007 Error "核算期内没有参数值" "no parameter value for the period";
    E008 Error "表中没有此行" "no row in the table";
    E009 Error "one of 的条件不唯一" "one of: none or several hold";
    E010 Error "同时成立的例外不一致" "exceptions disagree";
    E011 Error "排放行为负" "negative line";
    E012 Error "参数在核算期内变化" "parameter changes inside the period";
    E013 Error "权数得不出份额" "weights give no shares";
    E015 Error "没有数据质量评分" "no data is rated";
    E016 Error "取值在内插表的范围之外" "value outside the points of a table";
    E017 Error "平衡不闭合" "balance does not close";
    L001 Warning "输入未使用" "unused input";
    L002 Warning "因子没有来源" "factor without a source";
    L003 Warning "定义未使用" "unused definition";
    L004 Warning "引用的模块未使用" "unused module";
    L005 Warning "参数该复核了" "parameter due for review";
    L006 Warning "阶段没有排放行" "stage without lines";
    L008 Warning "接受声明没有作用" "acceptance without effect";
    L009 Warning "活动数据可能重复计入" "activity possibly counted twice";
    L011 Warning "参数缺少所需年份的值" "param without a value for a year in question";
    L012 Warning "分支不可能选中" "branch that is never chosen";
    L013 Warning "条件总是成立或总不成立" "condition that never changes";
    L014 Warning "表中有不可能选中的行" "row that is never chosen";
    L015 Warning "声明未使用" "unused declaration";
    L020 Warning "总是失败" "always fails";
    B001 Error "没有这一列" "unknown column";
    B002 Error "缺少所需的列" "column missing";
    B003 Error "列的单位不符" "unit of a column does not fit";
    B004 Error "列是二进制浮点数" "column of binary floating-point numbers";
    B005 Error "列重复或有歧义" "column given twice or ambiguous";
    B006 Error "列的数据类型不符" "column of another type";
    B007 Error "行读不懂" "row cannot be read";
    B008 Error "文件内容与格式不符" "file is not of its format";
    B009 Error "文字编码不明" "unknown text encoding";
    B010 Error "列表文件与主文件的行对不上" "rows of a list belong to no row";
    B020 Error "格式不明或不能用于此处" "format unknown or not possible here";
    B021 Error "输出不能写入" "output cannot be written";
    B022 Error "不能续算" "run cannot be resumed";
    B023 Error "选项的值不对" "wrong value of an option";
    C001 Error "文件无法读取" "file cannot be read";
    C002 Error "没有这条规则" "no such rule";
    C003 Error "文件不是规则" "file is not a rule";
    C004 Error "--set 写法不对" "malformed --set";
    C005 Error "程序缺陷" "a bug of Footrule";
    C006 Error "footrule.toml 无法读懂" "footrule.toml cannot be read";
    C007 Error "footrule.toml 中有未知的键" "unknown key in footrule.toml";
    C008 Error "footrule.toml 中的值不对" "wrong value in footrule.toml";
    C009 Error "[lints] 中的代码不对" "wrong code under [lints]";
    C010 Error "依赖的包不能使用" "dependency cannot be used";
    C011 Error "包的依赖成环" "packages depend on each other in a cycle";
    C012 Error "包名与依赖名不一致" "package and dependency names disagree";
    C013 Error "两个文本同名" "two texts of one name";
    C014 Error "名称属于规则库" "name belongs to the library";
    C020 Error "产物不能生成" "cannot be built as asked";
    C021 Error "规则包不能使用" "bundle cannot be used";
}
