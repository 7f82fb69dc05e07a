//! The call, as clap reads it. Help stands in both languages where it is short.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use footrule_diag::Lang;

/// Footrule: product carbon footprint rules that give everybody the same number.
#[derive(Debug, Parser)]
#[command(name = "footrule", version, about = "Product carbon footprint rules as programs · 产品碳足迹规则语言")]
#[command(
    after_help = "Exit codes · 退出码: 0 fine, 1 findings, 2 unusable call, 3 input data refused, 70 a bug of ours.\n\
    Results go to stdout, everything else to stderr; `-` is stdin. RULE is a path or std:NAME; `std` is the whole library."
)]
pub struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Common {
    /// Language of messages and labels; else the locale's · 语言
    #[arg(long, global = true, value_enum)]
    pub lang: Option<LangChoice>,
    /// Colour · 颜色
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangChoice {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangChoice> for Lang {
    fn from(choice: LangChoice) -> Self {
        match choice {
            LangChoice::Zh => Self::Zh,
            LangChoice::En => Self::En,
        }
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs; columns count Unicode scalar values from 1, bytes count from 0
    Json,
}

/// Form of what `check` finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Human,
    /// For programs; columns count Unicode scalar values from 1, bytes count from 0
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Parse, type-check and lint rules · 检查规则
    Check(Check),
    /// Run the tests written in rules · 运行规则中的测试
    Test(Test),
    /// Calculate one footprint · 计算一次碳足迹
    Run(Run),
    /// Show how definitions come about: base, exceptions, which one is in force · 解释中间量
    Explain(Explain),
    /// Calculate a table of products: CSV, JSON Lines, Parquet, Arrow · 批量核算
    Batch(Box<Batch>),
    /// List the rules of the library · 列出规则库
    List(List),
    /// Explain a diagnostic code · 解释诊断代码
    ExplainCode(ExplainCode),
    /// Bring sources into one style, or their keywords into one language · 统一格式或关键词语言
    Fmt(Fmt),
    /// Print a completion script for a shell · 生成命令补全脚本
    Completions(Completions),
    /// Make an input form to fill in; `run --input` reads it back · 生成数据填报表
    Template(Template),
    /// Print the JSON Schema of a rule's input, or of the result · 输出 JSON Schema
    Schema(Schema),
    /// Build a rule for other programs: a bundle, a native object with a C header, a schema · 生成嵌入用产物
    Build(Box<Build>),
    /// Begin a rule: a folder that passes its own tests · 新建规则
    New(New),
    /// Serve an editor over standard input and output · 编辑器语言服务
    Lsp,
}

/// `footrule check`
#[derive(Debug, ClapArgs)]
pub struct Check {
    /// Files, folders, std or std:NAME [default: the current folder]
    pub paths: Vec<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
    /// Tell what is proved of divisions, signs and sizes, and the places where it is not (human and json) · 取值范围分析
    #[arg(long)]
    pub ranges: bool,
}

/// `footrule fmt`
#[derive(Debug, ClapArgs)]
pub struct Fmt {
    /// Files and folders; `-` formats stdin to stdout [default: the current folder]
    pub paths: Vec<String>,
    /// Write nothing; list the files that would change and exit with 1
    #[arg(long)]
    pub check: bool,
    /// Write nothing; print what would change as a unified diff
    #[arg(long)]
    pub diff: bool,
    /// Write every keyword in this language · 关键词语言
    #[arg(long, value_enum, value_name = "LANG")]
    pub keywords: Option<LangChoice>,
}

/// `footrule test`
#[derive(Debug, ClapArgs)]
pub struct Test {
    /// Files, folders, std or std:NAME [default: the current folder]
    pub paths: Vec<String>,
    /// Show which clauses, branches and rows the tests reach · 覆盖率
    #[arg(long)]
    pub coverage: bool,
    /// Run again whenever a file changes; Ctrl-C ends · 监视文件
    #[arg(long)]
    pub watch: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// What is calculated: a rule and its data.
#[derive(Debug, ClapArgs)]
pub struct Calculation {
    /// A path or std:NAME
    pub rule: String,
    /// Input data: JSON, or a form in CSV or XLSX by its ending; `-` is JSON on stdin · 输入数据
    #[arg(long, value_name = "FILE")]
    pub input: Option<String>,
    /// Set one input, over the file's: --set production="1000 t" --set period=2024
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// A scenario of the rule, over the file's · 情景
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
}

/// `footrule run`
#[derive(Debug, ClapArgs)]
pub struct Run {
    /// What is calculated.
    #[command(flatten)]
    pub of: Calculation,
    /// Show how each figure comes about · 显示推导
    #[arg(long)]
    pub explain: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Comma-separated values
    Csv,
    /// One JSON object for each line
    Jsonl,
    /// Parquet
    Parquet,
    /// Arrow IPC
    Arrow,
}

/// What becomes of binary floating-point numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Floats {
    /// A column of them is refused
    Refuse,
    /// The shortest decimal that stands for the number is taken
    Shortest,
}

/// `footrule batch`
#[derive(Debug, ClapArgs)]
pub struct Batch {
    /// A path or std:NAME
    pub rule: String,
    /// The table: one row for each product; its format follows the ending; `-` is stdin · 输入表
    #[arg(long, value_name = "FILE")]
    pub input: String,
    /// Where the results go: .csv, .jsonl, .parquet or .arrow; `-` is stdout · 输出表
    #[arg(long, value_name = "FILE")]
    pub output: String,
    /// Where findings about rows go: .csv or .jsonl [default: OUTPUT.errors.csv] · 错误表
    #[arg(long, value_name = "FILE")]
    pub errors: Option<String>,
    /// What the results hold: total, stages, gases, reports, warnings [default: all] · 输出内容
    #[arg(long, value_name = "GROUPS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// The column that identifies rows; else they are numbered · 标识列
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Columns to pass over · 不用的列
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The items of a list in a CSV file of their own: --list fuels=fuels.csv · 列表文件
    #[arg(long, value_name = "NAME=FILE")]
    pub list: Vec<String>,
    /// Set one input for all rows, over the table's: --set period=2024
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// A scenario of the rule for all rows · 情景
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Format of the input, if its name does not say
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<TableFormat>,
    /// Format of the output, if its name does not say
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: Option<TableFormat>,
    /// Encoding of text, if it is not found out: utf-8, gb18030 · 编码
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Columns of binary floating-point numbers
    #[arg(long, value_enum, default_value_t = Floats::Refuse)]
    pub floats: Floats,
    /// How many threads [default: one on each core] · 线程数
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub threads: usize,
    /// What evaluates: native code where it is sure, or the reference alone; the figures are the same · 计算方式
    #[arg(long, value_enum, default_value_t = By::Native)]
    pub evaluator: By,
    /// Go on with an interrupted run, if there is one · 续算
    #[arg(long)]
    pub resume: bool,
    /// Replace existing files · 覆盖
    #[arg(long)]
    pub overwrite: bool,
}

/// What evaluates a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// Native code, and the reference for the rows that it is not sure of.
    Native,
    /// The reference interpreter.
    Reference,
}

/// `footrule explain`
#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// What is calculated.
    #[command(flatten)]
    pub of: Calculation,
    /// Definitions and lines; without it all definitions · 中间量与排放行
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub definitions: Vec<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `footrule list`
#[derive(Debug, ClapArgs)]
pub struct List {
    /// Only rules of this sector · 行业
    #[arg(long, value_name = "SECTOR")]
    pub sector: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `footrule explain-code`
#[derive(Debug, ClapArgs)]
pub struct ExplainCode {
    /// A code such as FR-U002 (or U002)
    pub code: String,
}

/// `footrule completions`
#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Form of an input form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormFormat {
    /// A JSON document
    Json,
    /// One row for each datum, UTF-8 with a byte order mark
    Csv,
    /// A workbook
    Xlsx,
}

/// `footrule template`
#[derive(Debug, ClapArgs)]
pub struct Template {
    /// A path or std:NAME
    pub rule: String,
    /// Form [default: by the ending of the output file, else json]
    #[arg(long, value_enum)]
    pub format: Option<FormFormat>,
    /// Where to write it; else stdout. An existing file is not overwritten
    #[arg(long, value_name = "FILE")]
    pub output: Option<String>,
}

/// `footrule schema`
#[derive(Debug, ClapArgs)]
pub struct Schema {
    /// A path or std:NAME; without it, the schema of the result record
    pub rule: Option<String>,
}

/// `footrule build`
#[derive(Debug, ClapArgs)]
pub struct Build {
    /// A path or std:NAME
    pub rule: String,
    /// What is built: bundle, object, header, schema · 产物
    #[arg(long, value_name = "KINDS", value_delimiter = ',', required = true)]
    pub emit: Vec<String>,
    /// The folder that it goes to; what is there under the same names is replaced · 输出文件夹
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub out: String,
    /// Object: what its symbols begin with [default: the rule's name] · 符号前缀
    #[arg(long, value_name = "NAME")]
    pub symbol: Option<String>,
    /// Object: the period of all rows · 核算期
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,
    /// Object: a scenario of the rule for all rows · 情景
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Object: the figures that it gives: total, stage.smelting, report.share [default: all] · 结果
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub figures: Vec<String>,
    /// Object: the values of an input, in its declared unit: --range production=0..1000000 · 取值范围
    #[arg(long, value_name = "NAME=LOW..HIGH")]
    pub range: Vec<String>,
    /// Object: decimals of the numbers in columns · 小数位
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub decimals: u32,
    /// Object: most items of a list in one row · 列表项数
    #[arg(long, value_name = "N", default_value_t = 1024)]
    pub items: u32,
}

/// `footrule new`
#[derive(Debug, ClapArgs)]
pub struct New {
    /// Name of the rule, and of the folder that is made (the last part of a path)
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }
}
