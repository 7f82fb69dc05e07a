;;; footrule-keywords.el --- Words of Footrule  -*- lexical-binding: t -*-
;; Generated from the keyword table: `cargo run -p footrule-grammar --example editors`.

;;; Code:

(defconst footrule-statement-words
  '("rule" "规则" "cites" "引用" "sector" "行业" "version" "版本" "valid" "有效" "boundary" "边界" "gwp" "温势" "declared unit" "声明单位" "functional unit" "功能单位" "also unit" "另计单位" "round" "修约" "biogenic_co2" "生物源二氧化碳" "credits apart" "抵扣另报" "use" "使用" "flow enum" "物质枚举" "flow" "物质" "enum" "枚举" "gas" "气体" "unit" "单位" "record" "记录" "source" "来源" "param" "参数" "table" "表" "const" "常数" "fn" "函数" "process" "过程" "stage" "阶段" "input" "输入" "open let" "可改令" "let" "令" "emission" "排放" "removal" "清除" "credit" "抵扣" "apart" "另报" "require" "要求" "warn" "提示" "report" "报告" "test" "测试" "accept" "接受" "include" "包含" "product" "产品" "allocate" "分配" "cutoff" "取舍" "balance" "平衡" "scenario" "情景" "except" "例外"))

(defconst footrule-control-words
  '("if" "如果" "then" "则" "else" "否则" "match" "匹配" "when" "当" "otherwise" "其余" "for" "对" "for each" "每个" "first of" "依次" "one of" "择一"))

(defconst footrule-operator-words
  '("and" "且" "or" "或" "or else" "缺则" "not" "非" "in" "于" "within" "介于" "as" "作为" "at" "取" "given" "已知"))

(defconst footrule-constant-words
  '("true" "真" "false" "假"))

(defconst footrule-word-words
  '("gwp" "温势" "declared unit" "声明单位" "functional unit" "功能单位" "also unit" "另计单位" "round" "修约" "flow" "物质" "gas" "气体" "unit" "单位" "source" "来源" "stage" "阶段" "let" "令" "require" "要求" "report" "报告" "scenario" "情景" "where" "须" "default" "默认" "zh" "中文" "en" "英文" "of" "基于" "by" "按" "from" "自" "until" "至" "to" "归于" "after" "晚于" "before" "早于" "after last" "末值之后" "before first" "首值之前" "hold" "沿用" "with warning" "并警告" "review by" "复核于" "start" "期初" "end" "期末" "by days" "按日" "in brackets" "分档" "interpolate linear" "线性内插" "outside" "界外" "partial" "不全" "count" "计数" "unique" "唯一" "sum" "求和" "scaled" "归一" "named" "命名为" "origin" "成因" "split" "拆分" "rest" "余量" "may be negative" "可为负" "factor default" "默认因子" "factor fixed" "固定因子" "because" "因为" "evidence" "凭证" "over" "覆盖" "compare" "对比" "each" "每项" "total" "合计" "list" "成列" "list of" "列表" "optional" "可选" "activity of" "活动" "footprint of" "足迹" "in" "入" "out" "出" "decimals" "位小数" "significant" "位有效数字" "offset" "偏移" "ucum" "标准代码" "expect" "期望" "line" "排放行" "error" "错误" "warning" "警告" "period" "核算期"))

(defconst footrule-type-words
  '("number" "数" "integer" "整数" "bool" "真假" "text" "文字" "date" "日期"))

(defconst footrule-function-words
  '("round" "修约" "count" "计数" "sum" "求和" "total" "合计" "bare" "裸值" "period" "核算期" "min" "最小" "max" "最大" "mean" "平均" "any" "任一" "all" "全部" "product" "连乘" "abs" "绝对值" "floor" "向下取整" "ceil" "向上取整" "sqrt" "平方根" "exp" "指数" "ln" "对数" "pow" "乘方" "untag" "去标签" "ratio" "比" "co2e" "当量" "activity" "活动数据" "stage_total" "阶段合计" "gas_total" "气体合计" "origin_total" "成因合计" "total_of" "各行合计" "absolute" "总量" "primary_share" "初级数据占比" "rated_share" "已评分占比" "dqr" "数据质量评分"))

(provide 'footrule-keywords)
;;; footrule-keywords.el ends here
