; A statement goes on below its first line one step to the right; entries stand one step inside their block.
[
  (item)
  (members)
  (gas_rows)
  (fields)
  (source_body)
  (param_body)
  (table_body)
  (process_body)
  (weights)
  (bindings)
  (balance_body)
  (scenario_body)
  (test_body)
  (arms)
  (when_arms)
  (call)
  (list)
  (parenthesized)
] @indent.begin @indent

[
  "}"
  ")"
  "]"
] @indent.branch @indent.end @outdent

[
  (comment)
  (doc_comment)
] @indent.auto
