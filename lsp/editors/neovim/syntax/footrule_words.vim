" Generated from the keyword table: `cargo run -p footrule-grammar --example editors`.

syntax match footruleStatement /\%(\%(^\|[;{]\)\s*\%(§\S\+\s\+\)\?\)\@<=\<\%(functional\_s\+unit\|credits\_s\+apart\|declared\_s\+unit\|biogenic_co2\|also\_s\+unit\|flow\_s\+enum\|allocate\|boundary\|emission\|open\_s\+let\|scenario\|balance\|include\|process\|product\|removal\|require\|version\|生物源二氧化碳\|accept\|credit\|cutoff\|except\|record\|report\|sector\|source\|apart\|cites\|const\|input\|param\|round\|stage\|table\|valid\|enum\|flow\|rule\|test\|unit\|warn\|功能单位\|另计单位\|声明单位\|抵扣另报\|物质枚举\|gas\|gwp\|let\|use\|可改令\|fn\|产品\|使用\|例外\|修约\|函数\|分配\|包含\|单位\|参数\|取舍\|另报\|常数\|平衡\|引用\|情景\|报告\|抵扣\|排放\|接受\|提示\|有效\|来源\|枚举\|气体\|测试\|清除\|温势\|版本\|物质\|行业\|要求\|规则\|记录\|输入\|边界\|过程\|阶段\|令\|表\)\>\%((\|\s*[:：.=]\)\@!/
syntax keyword footruleControl if 如果 then 则 else 否则 match 匹配 when 当 otherwise 其余 for 对 每个 依次 择一
syntax match footruleControl /\<for\_s\+each\>/
syntax match footruleControl /\<first\_s\+of\>/
syntax match footruleControl /\<one\_s\+of\>/
syntax keyword footruleOperator and 且 or 或 缺则 not 非 in 于 within 介于 as 作为 at 取 given 已知
syntax match footruleOperator /\<or\_s\+else\>/
syntax keyword footruleConstant true 真 false 假
syntax keyword footruleWord gwp 温势 声明单位 功能单位 另计单位 round 修约 flow 物质 gas 气体 unit 单位 source 来源 stage 阶段 let 令 require 要求 report 报告 scenario 情景 where 须 default 默认 zh 中文 en 英文 of 基于 by 按 from 自 until 至 to 归于 after 晚于 before 早于 末值之后 首值之前 hold 沿用 并警告 复核于 start 期初 end 期末 按日 分档 线性内插 outside 界外 partial 不全 count 计数 unique 唯一 sum 求和 scaled 归一 named 命名为 origin 成因 split 拆分 rest 余量 可为负 默认因子 固定因子 because 因为 evidence 凭证 over 覆盖 compare 对比 each 每项 total 合计 list 成列 列表 optional 可选 活动 足迹 in 入 out 出 decimals 位小数 significant 位有效数字 offset 偏移 ucum 标准代码 expect 期望 line 排放行 error 错误 warning 警告 period 核算期
syntax match footruleWord /\<declared\_s\+unit\>/
syntax match footruleWord /\<functional\_s\+unit\>/
syntax match footruleWord /\<also\_s\+unit\>/
syntax match footruleWord /\<after\_s\+last\>/
syntax match footruleWord /\<before\_s\+first\>/
syntax match footruleWord /\<with\_s\+warning\>/
syntax match footruleWord /\<review\_s\+by\>/
syntax match footruleWord /\<by\_s\+days\>/
syntax match footruleWord /\<in\_s\+brackets\>/
syntax match footruleWord /\<interpolate\_s\+linear\>/
syntax match footruleWord /\<may\_s\+be\_s\+negative\>/
syntax match footruleWord /\<factor\_s\+default\>/
syntax match footruleWord /\<factor\_s\+fixed\>/
syntax match footruleWord /\<list\_s\+of\>/
syntax match footruleWord /\<activity\_s\+of\>/
syntax match footruleWord /\<footprint\_s\+of\>/
syntax keyword footruleType number 数 integer 整数 bool 真假 text 文字 date 日期
syntax keyword footruleFunction round 修约 count 计数 sum 求和 total 合计 bare 裸值 period 核算期 min 最小 max 最大 mean 平均 any 任一 all 全部 product 连乘 abs 绝对值 floor 向下取整 ceil 向上取整 sqrt 平方根 exp 指数 ln 对数 pow 乘方 untag 去标签 ratio 比 co2e 当量 activity 活动数据 stage_total 阶段合计 gas_total 气体合计 origin_total 成因合计 total_of 各行合计 absolute 总量 primary_share 初级数据占比 rated_share 已评分占比 dqr 数据质量评分
