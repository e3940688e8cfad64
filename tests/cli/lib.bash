# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Common to the command line tests. FADUMP_NG and TOOLS come from tests/run.

cli_setup() {
    HERE=$BATS_TEST_DIRNAME
    T=$BATS_TEST_TMPDIR
    MKCORE=$TOOLS/mkcore
    export MKCORE
}

# A tree for --root that shows a machine in a named situation.
tree() {
    "$HERE/../tools/mktree.sh" "$1" "$T/root"
}

# The program over the tree, stdout and stderr apart: $status, $output, $errors.
fadump() {
    status=0
    output=$("$FADUMP_NG" --root "$T/root" "$@" 2>"$T/stderr") || status=$?
    errors=$(cat "$T/stderr")
    echo "status $status"
    echo "$output"
    echo "$errors"
}

# One value of the JSON object in $output, as Python prints it.
json() {
    printf '%s' "$output" | /usr/bin/python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value[int(key)] if key.isdigit() else value[key]
print(value)' "$1"
}

core() {
    "$MKCORE" "$HERE/../data/cores/$1.txt" "$T/core"
}

# What was written to release_mem; empty when nothing was.
release_mem() {
    cat "$T/root/sys/kernel/fadump/release_mem"
}
