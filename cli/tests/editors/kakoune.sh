#!/bin/sh
# What a user of Kakoune does, one after the other; see neovim.lua. In the folder of the package, with HOME there;
# $1 is the folder of the configuration, $2 the session. Prints `done`, or says what did not come.

export XDG_RUNTIME_DIR="$HOME/run"
mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
cat > kakrc <<KAK
source $1/footrule-keywords.kak
source $1/footrule.kak
evaluate-commands %sh{kak-lsp}
lsp-enable
KAK
kak -n -ui dummy -s "$2" -E "source $HOME/kakrc" rule.pcr > kak.log 2>&1 &
editor=$!

say() {
    printf 'evaluate-commands -client client0 %%~ %s ~\n' "$1" | kak -p "$2" 2> /dev/null
}

# Sends $2 until the file `answer` has $3, for 20 seconds.
wait_for() {
    tries=0
    until [ "$(cat answer 2> /dev/null)" = "$3" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ]; then
            say "buffer *debug*; write! $HOME/debug.txt" "$session"
            echo "not so: $1"
            tail -n 20 "$HOME/debug.txt" kak.log
            stop 1
        fi
        say "$2; echo -to-file $HOME/answer $4" "$session"
        sleep 0.2
    done
    rm -f answer
}

stop() {
    echo kill | kak -p "$session" 2> /dev/null
    sleep 0.2
    kill "$editor" 2> /dev/null
    exit "$1"
}

session=$2
wait_for "the type of the file" nop footrule '%opt{filetype}'

# Findings while typing.
say 'execute-keys geo "let broken = no_such_name" <esc>' "$session"
wait_for "a finding" nop 1 '%opt{lsp_diagnostic_error_count}'
say 'execute-keys gexd' "$session"
wait_for "no finding any more" nop 0 '%opt{lsp_diagnostic_error_count}'

# A rename in the rule reaches the module.
say 'execute-keys "gg/freight\(mode\)<ret><a-;>;"; lsp-rename freight_factor' "$session"
wait_for "both files have the new name" write-all both \
    '%sh{grep -q freight_factor rule.pcr && grep -q freight_factor transport.pcr && echo both}'

# Formatting brings the columns back.
say 'write-all' "$session"
sleep 0.3
cp rule.pcr neat
say 'edit rule.pcr; execute-keys "gg/boundary(?= cradle)<ret>a<space><space><space><esc>"; write-all' "$session"
wait_for "the file is written" nop spoilt '%sh{cmp -s rule.pcr neat || echo spoilt}'
say 'lsp-formatting-sync; write-all' "$session"
wait_for "the file is formatted" write-all neat '%sh{cmp -s rule.pcr neat && echo neat}'

echo done
stop 0
