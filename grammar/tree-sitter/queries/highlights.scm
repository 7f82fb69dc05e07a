; Generated: `cargo run -p footrule-grammar --example editors`.

; Names, by what declares them. The server's colours, by meaning, come on top where an editor has both.

(comment) @comment
(doc_comment) @comment.documentation
(clause) @markup.heading
(string) @string
(escape) @string.escape
(interpolation) @string.special
(raw) @string
(number) @number
(version) @number
(date) @string.special
(boolean) @constant.builtin
(code) @constant

(name) @variable
(field) @property
(key) @property
(option) @constant.builtin
(module (name) @module)
(unit_name) @type
(tag_name) @type.definition
(unit_operator) @operator

(call function: (name) @function.call)
(argument name: (name) @variable.parameter)
(parameter name: (name) @variable.parameter)
(process_parameter name: (name) @variable.parameter)
(table_key name: (name) @variable.parameter)
(generic name: (name) @type.definition)

(rule_statement name: (name) @module)
(process_statement name: (name) @function)
(include_statement name: (name) @module)
(fn_statement name: (name) @function)
(table_statement name: (name) @function)
(enum_statement name: (name) @type.definition)
(record_statement name: (name) @type.definition)
(flow_statement name: (name) @type.definition)
(gas_statement name: (name) @type.definition)
(gas_row (name) @property)
(member name: (name) @constant)
(record_field name: (name) @property)
(const_statement name: (name) @constant)
(stage_statement name: (name) @constant)
(source_statement name: (name) @constant)

["{" "}" "(" ")" "（" "）" "[" "]"] @punctuation.bracket
["," "，" ":" "：" ";" "."] @punctuation.delimiter
["=" "=>" "->" ".." "+" "-" "*" "/" "^" "%" "％" "<=" ">=" "==" "!=" "≤" "≥" "≠" "<" ">"] @operator
"_" @constant.builtin

[
  "rule"
  "cites"
  "sector"
  "version"
  "valid"
  "boundary"
  "gwp"
  "declared"
  "unit"
  "声明单位"
  "functional"
  "功能单位"
  "also"
  "另计单位"
  "round"
  "biogenic_co2"
  "credits"
  "apart"
  "抵扣另报"
  "use"
  "flow"
  "enum"
  "物质枚举"
  "gas"
  "record"
  "source"
  "param"
  "table"
  "const"
  "fn"
  "process"
  "stage"
  "input"
  "open"
  "let"
  "可改令"
  "emission"
  "removal"
  "credit"
  "require"
  "warn"
  "report"
  "test"
  "accept"
  "include"
  "product"
  "allocate"
  "cutoff"
  "balance"
  "scenario"
  "except"
] @keyword

[
  "if"
  "then"
  "else"
  "match"
  "when"
  "otherwise"
  "for"
  "each"
  "每个"
  "first"
  "of"
  "依次"
  "one"
  "择一"
] @keyword.conditional

[
  "and"
  "or"
  "缺则"
  "not"
  "in"
  "within"
  "as"
  "at"
  "given"
] @keyword.operator

[
  "where"
  "default"
  "zh"
  "en"
  "by"
  "from"
  "until"
  "to"
  "after"
  "before"
  "last"
  "末值之后"
  "首值之前"
  "hold"
  "with"
  "warning"
  "并警告"
  "review"
  "复核于"
  "start"
  "end"
  "days"
  "按日"
  "brackets"
  "分档"
  "interpolate"
  "linear"
  "线性内插"
  "outside"
  "partial"
  "count"
  "unique"
  "sum"
  "scaled"
  "named"
  "origin"
  "split"
  "rest"
  "may"
  "be"
  "negative"
  "可为负"
  "factor"
  "默认因子"
  "fixed"
  "固定因子"
  "because"
  "evidence"
  "over"
  "compare"
  "total"
  "list"
  "列表"
  "optional"
  "activity"
  "活动"
  "footprint"
  "足迹"
  "out"
  "decimals"
  "significant"
  "offset"
  "ucum"
  "expect"
  "line"
  "error"
  "period"
] @keyword.modifier

((name) @function.builtin
  (#any-of? @function.builtin "round" "修约" "count" "计数" "sum" "求和" "total" "合计" "bare" "裸值" "period" "核算期" "min" "最小" "max" "最大" "mean" "平均" "any" "任一" "all" "全部" "product" "连乘" "abs" "绝对值" "floor" "向下取整" "ceil" "向上取整" "sqrt" "平方根" "exp" "指数" "ln" "对数" "pow" "乘方" "untag" "去标签" "ratio" "比" "co2e" "当量" "activity" "活动数据" "stage_total" "阶段合计" "gas_total" "气体合计" "origin_total" "成因合计" "total_of" "各行合计" "absolute" "总量" "primary_share" "初级数据占比" "rated_share" "已评分占比" "dqr" "数据质量评分"))

((unit_name) @type.builtin
  (#any-of? @type.builtin "number" "数" "integer" "整数" "bool" "真假" "text" "文字" "date" "日期"))

((raw) @constant.builtin
  (#any-of? @constant.builtin "biogenic" "生物源" "fossil" "化石源" "land_use" "土地利用" "aircraft" "航空" "counted" "计入" "neutral" "中性" "mass" "质量" "energy" "能量" "economic" "经济" "physical" "物理" "given" "给定" "unknown" "不详" "none" "不适用" "title" "标题" "publisher" "出版者" "year" "年份" "url" "网址" "licence" "许可" "region" "地区" "note" "备注" "accessed" "访问日期" "status" "状态" "seen" "已核" "recalled" "凭记忆" "constructed" "构造" "illustrative" "示意"))
