#!/bin/sh
# What a user of Helix does at the keyboard, one after the other; see neovim.lua. In the folder of the package, with HOME there and the
# configuration in it; $1 names a terminal of tmux. Prints `done`, or says what did not come and what the screen shows.

terminal=$1

tm() {
    tmux -L "$terminal" "$@"
}

# Types keys; what follows an escape at once would be one key with it.
keys() {
    for key in "$@"; do
        tm send-keys "$key"
        if [ "$key" = Escape ]; then sleep 0.3; fi
    done
}

stop() {
    tm kill-server 2> /dev/null
    exit "$1"
}

# Waits for 20 seconds until the screen shows $2.
see() {
    tries=0
    until tm capture-pane -p | grep -q -- "$2"; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ]; then
            echo "not so: $1"
            tm capture-pane -p
            stop 1
        fi
        sleep 0.2
    done
}

# Waits for 20 seconds until a command holds, which is tried after $2 is typed.
until_so() {
    what=$1 typed=$2
    shift 2
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        if [ $tries -gt 40 ]; then
            echo "not so: $what"
            tm capture-pane -p
            stop 1
        fi
        tm send-keys -l "$typed"
        tm send-keys Enter
        sleep 0.5
    done
}

if ! hx --health footrule | grep -q "Tree-sitter parser: .*✓"; then
    echo "not so: the parser is found"
    hx --health footrule
    exit 1
fi
tm -f /dev/null new-session -d -x 150 -y 40 "hx rule.pcr"
see "the file is shown" "rule.pcr"

# The head of the rule is magenta, as keywords are in the theme of terminals with few colours.
magenta="$(printf '\033')\\[38;5;5m[^a-z]*mrule"
if ! tm capture-pane -p -e | grep -q "$magenta"; then
    echo "not so: the head has a colour"
    tm capture-pane -p -e | cat -v
    stop 1
fi

# Findings while typing, marked beside the line and told below it.
keys g e o "let broken = no_such_name" Escape
see "a finding" "^●.*let broken = no_such_name"
keys x d
keys g e
see "no finding any more" "^  .* }$"

# Completion.
keys o "let first = frei"
see "the table is offered" "freight .*"
keys Escape x d

# A rename in the rule reaches the module.
keys / "default freight" Enter
keys Space r
see "a name is asked for" "rename-to:"
keys C-u "freight_factor" Enter
see "the rule has the new name" "default freight_factor(mode)"
both() {
    grep -q "freight_factor(mode)" rule.pcr && grep -q "freight_factor(mode" transport.pcr
}
until_so "both files have the new name" ":write-all" both

# Formatting brings the columns back.
cp rule.pcr neat
keys / "boundary cradle" Enter
keys c "boundary      cradle" Escape
see "columns are off" "boundary      cradle"
formatted() {
    cmp -s rule.pcr neat && ! tm capture-pane -p | grep -q "boundary      cradle"
}
until_so "the file is formatted" ":format" eval "tm capture-pane -p | grep -q 'boundary cradle'"
until_so "it is written" ":write-all" formatted

echo done
stop 0
