; extends

; Footrule in the fences of a literate file.
((fenced_code_block
  (info_string (language) @_language)
  (code_fence_content) @injection.content)
  (#eq? @_language "pcr")
  (#set! injection.language "footrule"))
