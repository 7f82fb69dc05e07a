; Declarations with the head that begins them.
(rule_statement "rule" @context name: (name) @name) @item
(flow_statement "flow" @context name: (name) @name) @item
(enum_statement ["enum" "物质枚举"] @context name: (name) @name) @item
(gas_statement "gas" @context name: (name) @name) @item
(record_statement "record" @context name: (name) @name) @item
(source_statement "source" @context name: (name) @name) @item
(param_statement "param" @context name: (name) @name) @item
(table_statement "table" @context name: (name) @name) @item
(const_statement "const" @context name: (name) @name) @item
(fn_statement "fn" @context name: (name) @name) @item
(process_statement "process" @context name: (name) @name) @item
(stage_statement "stage" @context name: (name) @name) @item
(input_statement "input" @context name: (name) @name) @item
(let_statement ["let" "可改令"] @context name: (name) @name) @item
(line_statement ["emission" "removal" "credit" "apart"] @context name: (name) @name) @item
(report_statement "report" @context name: (name) @name) @item
(include_statement "include" @context name: (name) @name) @item
(product_statement "product" @context name: (name) @name) @item
(allocate_statement "allocate" @context name: (name) @name) @item
(balance_statement "balance" @context name: (name) @name) @item
(scenario_statement "scenario" @context name: (name) @name) @item
(unit_statement "unit" @context name: (unit_name) @name) @item
(check_statement ["require" "warn"] @context name: (name) @name) @item
(except_statement "except" @context name: (path) @name) @item
(test_statement "test" @context (label (string) @name)) @item
(member name: (name) @name) @item
(record_field name: (name) @name) @item
