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
