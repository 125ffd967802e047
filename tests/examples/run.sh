#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests the examples that ./demo does not show, with the client of examples/.
# OUT is the built tree (build).  A line "ok NAME" or "not ok NAME" a test, what
# the programs said behind "#"; the exit code says whether all went well.
#
# shellcheck disable=SC2086,SC2317

set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$(cd "${OUT:-build}/bin" && pwd) || exit 1
tmp=$(mktemp -d)
door='' failed=0

finish() {
    trap - EXIT
    stop
    rm -rf "$tmp"
    exit "$1"
}
trap 'finish 1' INT TERM HUP EXIT

# Ends the door and the service that it started.
stop() {
    [ -z "$door" ] || kill "$door" 2>/dev/null
    [ ! -s "$tmp/service" ] || kill "$(cat "$tmp/service")" 2>/dev/null
    door=''
    rm -f "$tmp/service"
}

it() { # it NAME: a function of that name is the test
    : >"$tmp/door"
    if "$1"; then
        echo "ok $1"
    else
        echo "not ok $1"
        sed 's/^/# door: /' "$tmp/door"
        failed=1
    fi
    stop
}

# Waits, ten seconds at most, for a line like $1 in the file $2.
said() {
    for _ in $(seq 200); do
        grep -q -e "$1" "$tmp/$2" 2>/dev/null && return
        sleep 0.05
    done
    echo "# $2 did not say '$1'"
    return 1
}

# A port that nobody has, as far as one can know.
free_port() {
    "$bin/echo-select" >"$tmp/probe" &
    probe=$!
    said '^port ' probe
    kill $probe
    wait $probe 2>/dev/null
    sed -n 's/^port //p' "$tmp/probe"
}

# open_door ARGS...: a door in front of a service that is not there yet, and
# takes its time to come when it is started.
open_door() {
    inner=$(free_port)
    cat >"$tmp/start" <<END
#!/bin/sh
echo \$\$ >"$tmp/service"
sleep 0.4
exec "$bin/echo-select" --port $inner >/dev/null
END
    chmod +x "$tmp/start"
    timeout 60 "$bin/doorman" -p 0 -b "127.0.0.1:$inner" -s "$tmp/start" "$@" \
        >"$tmp/door" 2>&1 &
    door=$!
    said '^port ' door || return 1
    port=$(sed -n 's/^port //p' "$tmp/door")
}

call() { # call NAME ARGS...
    name=$1
    shift
    timeout 20 "$bin/caller" --port "$port" --say "$name" "$@" \
        >"$tmp/$name" 2>&1
}

doorman_holds_until_the_service_is_up() {
    open_door && call first && grep -q 'answered.*first' "$tmp/first" &&
        grep -q ' held ' "$tmp/door" && grep -q ' started ' "$tmp/door" || return
    waited=$(sed -n 's/.* let in .*after \([0-9]*\) ms/\1/p' "$tmp/door")
    [ "$waited" -ge 300 ] && call second &&
        [ "$(grep -c ' let in ' "$tmp/door")" -eq 2 ] &&
        [ "$(grep -c ' held ' "$tmp/door")" -eq 1 ]
}

doorman_lets_those_behind_a_held_one_in() {
    open_door || return
    call one & one=$!
    said ' held ' door
    call two & two=$!
    call three & three=$!
    wait $one && wait $two && wait $three &&
        [ "$(grep -c ' let in ' "$tmp/door")" -eq 3 ]
}

doorman_refuses_who_is_not_on_the_list() {
    open_door -a 127.0.0.0/30 -a 127.0.0.9 || return
    call friend --from 127.0.0.2 && call friend --from 127.0.0.9 || return
    call stranger --from 127.0.0.66 && return 1
    grep -q 'turned away' "$tmp/stranger" &&
        said '127.0.0.66:.* refused  *not on the list' door
}

doorman_refuses_who_comes_too_often() {
    open_door -r 1 && call first || return
    callers=
    for i in 1 2 3 4 5 6; do
        call "again$i" --from 127.0.0.3 & callers="$callers $!"
    done
    wait $callers
    said '127.0.0.3:.* refused  *too often' door &&
        grep -q '127.0.0.3:.* let in ' "$tmp/door"
}

doorman_keeps_its_hours() {
    hour=$(date +%H)
    hour=${hour#0}
    open_door -t "$(((hour + 1) % 24))-$(((hour + 3) % 24))" || return
    call late && return 1
    said ' refused  *not at this hour' door && ! grep -q started "$tmp/door"
}

doorman_says_how_it_is_used() {
    "$bin/doorman" >"$tmp/usage" 2>&1
    [ $? -eq 2 ] && grep -q '^usage: doorman' "$tmp/usage"
}

for test in doorman_holds_until_the_service_is_up \
    doorman_lets_those_behind_a_held_one_in \
    doorman_refuses_who_is_not_on_the_list \
    doorman_refuses_who_comes_too_often doorman_keeps_its_hours \
    doorman_says_how_it_is_used; do
    it $test
done
finish $failed
