; Names of loops and parameters are known in their statement only.
[
  (item)
  (process_statement)
  (call)
] @local.scope

(binder name: (name) @local.definition)
(parameter name: (name) @local.definition)
(process_parameter name: (name) @local.definition)
(generic name: (name) @local.definition)

(name) @local.reference
