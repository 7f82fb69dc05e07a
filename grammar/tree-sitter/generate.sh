#!/bin/sh
# Makes the parser anew after a change of `grammar.js` or `keywords.json`, and notes of what it was made: a test compares.
set -e
cd "$(dirname "$0")"
tree-sitter generate --abi 14
sha256sum grammar.js keywords.json src/grammar.json src/node-types.json src/parser.c > src/made_from.sha256
