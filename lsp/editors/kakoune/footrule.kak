# Footrule in Kakoune. Words come from footrule-keywords.kak, which is generated and lies beside this file.
# With kak-lsp (kakoune-lsp) 18 or later the server is started by `lsp_servers`; see docs/editors.md.

hook global BufCreate .*\.pcr(\.md)? %{
    set-option buffer filetype footrule
}

hook global WinSetOption filetype=footrule %[
    # Of Kakoune's own `comment.kak`.
    try %{ set-option window comment_line '//' }
    hook window InsertChar \n -group footrule-indent footrule-indent-on-new-line
    hook window InsertChar \} -group footrule-indent footrule-indent-on-closing-brace
    add-highlighter window/footrule ref footrule
    hook -once -always window WinSetOption filetype=.* %{
        remove-highlighter window/footrule
        remove-hooks window footrule-indent
    }
]

# Only kak-lsp knows these options.
hook -group lsp-filetype-footrule global BufSetOption filetype=footrule %{
    try %{
        set-option buffer lsp_language_id footrule
        set-option buffer lsp_servers %{
            [footrule]
            command = "footrule"
            args = ["lsp"]
            root_globs = ["footrule.toml"]
        }
    }
}

add-highlighter shared/footrule regions
add-highlighter shared/footrule/code default-region group
add-highlighter shared/footrule/documentation region '//[/!]' '$' fill documentation
add-highlighter shared/footrule/comment region '//' '$' fill comment
add-highlighter shared/footrule/text region '"' (?<!\\)(\\\\)*("|$) group
add-highlighter shared/footrule/text/ fill string
add-highlighter shared/footrule/text/ regex '\{[^{}"\n]*\}' 0:value

evaluate-commands %sh{
    # `§` quotes a pattern; the last one has it inside.
    rule() { printf 'add-highlighter shared/footrule/code/ regex %%§%s§ %s\n' "$1" "$2"; }
    rule "(?<!\\.)\\b(${kak_opt_footrule_word})\\b(?![:：(（])" 1:keyword
    rule "\\b(${kak_opt_footrule_function})(?=[(（])" 1:function
    rule "\\b(${kak_opt_footrule_type})\\b" 1:type
    rule "\\b(${kak_opt_footrule_control}|${kak_opt_footrule_operator})\\b" 1:keyword
    rule "\\b(${kak_opt_footrule_constant})\\b" 1:value
    rule "\\w(\\{[^{}\\n]*\\})" 1:type
    rule "\\b\\d+(_\\d+)*(\\.\\d+(_\\d+)*)?([eE][+-]?\\d+)?\\b(\\h*[%％])?" 0:value
    rule "\\b\\d{4}-\\d\\d-\\d\\d\\b" 0:value
    head="^\\h*(§\\h*(?:\"[^\"\\n]*\"|\\S+)\\h+)?(${kak_opt_footrule_statement})\\b(?![:：.=(（])"
    printf 'add-highlighter shared/footrule/code/ regex %%~%s~ 1:meta 2:keyword\n' "$head"
}

define-command -hidden footrule-indent-on-new-line %~
    evaluate-commands -draft -itersel %_
        # As the line above, and one step more behind an opening bracket.
        try %{ execute-keys -draft <semicolon> K <a-&> }
        try %< execute-keys -draft k <a-x> <a-k> [{(（[]\h*$ <ret> j <a-gt> >
    _
~

define-command -hidden footrule-indent-on-closing-brace %~
    evaluate-commands -draft -itersel %_
        try %< execute-keys -draft <a-h> <a-k> ^\h+\}$ <ret> h m <a-S> 1<a-&> >
    _
~
