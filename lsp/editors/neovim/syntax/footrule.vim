" Footrule: colours for Vim and Neovim. The words are in footrule_words.vim, which is generated.

if exists("b:current_syntax")
  finish
endif
syntax iskeyword @,48-57,_,192-255

runtime! syntax/footrule_words.vim

syntax match footruleNumber /\<\d\+\%(_\d\+\)*\%(\.\d\+\%(_\d\+\)*\)\?\%([eE][+-]\?\d\+\)\?\>/
syntax match footruleNumber /\<\d\+\%(_\d\+\)*\%(\.\d\+\%(_\d\+\)*\)\?\s*[%％]/
syntax match footruleDate /\<\d\{4}-\d\d-\d\d\>/
syntax match footruleTag /\%(\k\|[℃℉]\)\@1<={[^{}\n]*}/
syntax match footruleField /\.\@1<=\k\+/
syntax match footruleClause /§[ ]*\%("[^"]*"\|\S\+\%( \w\{1,2}[)）]\)\?\)/
syntax match footruleEscape /\\./ contained
syntax match footruleValue /{[^{}"]*}/ contained
syntax region footruleText start=/"/ skip=/\\./ end=/"/ oneline contains=footruleEscape,footruleValue
syntax match footruleComment /\/\/.*$/ contains=@Spell
syntax match footruleDocumentation /\/\/[\/!].*$/ contains=@Spell

highlight default link footruleStatement Statement
highlight default link footruleControl Conditional
highlight default link footruleOperator Operator
highlight default link footruleConstant Boolean
highlight default link footruleWord Keyword
highlight default link footruleType Type
highlight default link footruleFunction Function
highlight default link footruleNumber Number
highlight default link footruleDate Number
highlight default link footruleTag Type
highlight default link footruleField Identifier
highlight default link footruleClause Label
highlight default link footruleEscape SpecialChar
highlight default link footruleValue Special
highlight default link footruleText String
highlight default link footruleComment Comment
highlight default link footruleDocumentation SpecialComment

let b:current_syntax = "footrule"
