#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The conditional-accept server at work on loopback, with ordinary callers.
# Every line that follows a name is printed by the program of that name; this
# script only starts them, and fails when a caller did not experience what the
# server decided.  Set RUN=wine and BIN, SUFFIX to show Windows binaries.

set -u
cd "$(dirname "$0")/.." || exit 1
BIN=${BIN:-build/bin} RUN=${RUN:-} SUFFIX=${SUFFIX:-}
tmp=$(mktemp -d) gate='' bad=0 shown=0

finish() {
    trap - EXIT
    [ -z "$gate" ] || kill "$gate" 2>/dev/null
    rm -rf "$tmp"
    exit "$1"
}
trap 'finish 1' INT TERM HUP
trap 'finish 1' EXIT

fail() {
    echo "FAILED: $*"
    bad=$((bad + 1))
}

# Waits, five seconds at most, until the gate has printed $2 lines like $1.
gate_said() {
    for _ in $(seq 100); do
        [ "$(grep -c -e "$1" "$tmp/gate")" -ge "${2:-1}" ] && return
        sleep 0.05
    done
    fail "the gate did not say '$1'"
}

show() {
    tr -d '\r' <"$tmp/$1" | sed "s/^/  $1 | /"
}

show_gate() {
    tr -d '\r' <"$tmp/gate" | tail -n +$((shown + 1)) | sed 's/^/  gate | /'
    shown=$(wc -l <"$tmp/gate")
}

# call NAME ARGS...: our own Winsock client; $? is what it experienced.
call() {
    name=$1
    shift
    # shellcheck disable=SC2086 # RUN may be empty
    timeout 10 $RUN "$BIN/caller$SUFFIX" --port "$port" --say "$name" "$@" \
        >"$tmp/$name" 2>&1
}

expect() { # expect NAME STATUS WANTED PATTERN
    [ "$2" -eq "$3" ] || fail "$1 ended with $2, not $3"
    grep -q -e "$4" "$tmp/$1" || fail "$1 did not say '$4'"
}

touch "$tmp/gate"
guests=6
command -v curl >/dev/null || guests=$((guests - 1))
command -v nc >/dev/null || guests=$((guests - 1))
# shellcheck disable=SC2086
timeout 14 $RUN "$BIN/condaccept$SUFFIX" --guests $guests \
    --refuse 127.0.0.66 --hold 127.0.0.7 700 --hold 127.0.0.8 3000 \
    >"$tmp/gate" 2>&1 &
gate=$!
gate_said '^port [0-9]'
port=$(tr -d '\r' <"$tmp/gate" | sed -n 's/^port //p')
[ -n "$port" ] || { cat "$tmp/gate"; finish 1; }

echo "A server that decides in a condition function who comes in. Its rules:"
echo "  127.0.0.66 is refused, 127.0.0.7 is kept waiting for 0.7 s, 127.0.0.8"
echo "  for 3 s, everybody else is let in."
echo
if command -v curl >/dev/null; then
    echo "curl asks for a page."
    curl -sS --noproxy '*' --max-time 5 "http://127.0.0.1:$port/" \
        >"$tmp/curl" 2>&1
    expect curl $? 0 '^welcome 127.0.0.1:'
    show_gate && show curl
fi
if command -v nc >/dev/null; then
    echo "nc calls from 127.0.0.2 and says hello."
    echo hello | timeout 5 nc -N -s 127.0.0.2 127.0.0.1 "$port" >"$tmp/nc" 2>&1
    expect nc $? 0 '^welcome 127.0.0.2:'
    show_gate && show nc
fi

echo "mallory calls from 127.0.0.66."
call mallory --from 127.0.0.66
expect mallory $? 1 'WSAECONN'
gate_said 'WSAAccept failed with WSAECONNREFUSED'
show_gate && show mallory

echo "alice calls from 127.0.0.7; bob comes behind her, and she keeps her place."
call alice --from 127.0.0.7 &
alice=$!
gate_said '127.0.0.7:.*CF_DEFER'
call bob --from 127.0.0.9 &
bob=$!
wait $alice
expect alice $? 0 'welcome 127.0.0.7:'
wait $bob
expect bob $? 0 'welcome 127.0.0.9:'
order=$(sed -n 's/.*about 127.0.0.\([79]\):.*CF_ACCEPT.*/\1/p' "$tmp/gate")
[ "$order" = "$(printf '7\n9')" ] || fail "bob came in before alice"
show_gate && show alice && show bob

echo "carol calls from 127.0.0.8, and gives up while she is kept waiting."
call carol --from 127.0.0.8 --patience 300
expect carol $? 2 'gives up'
wait "$gate" || fail "the gate did not end well"
gate=''
show carol && show_gate

grep -q "^$((guests - 2)) let in, 1 refused, 1 gave up" "$tmp/gate" ||
    fail "the gate counted otherwise"
echo
if [ $bad -eq 0 ]; then
    echo "Every caller experienced what the condition function decided."
    finish 0
fi
finish 1
