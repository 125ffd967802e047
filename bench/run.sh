#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The benchmark: runs each server of bare.c, winsock.c and iocp.c under load.c, in
# turns, and prints medians side by side; libuv, libevent and Wine, too, where they
# are installed.  `make bench` calls it; with -w it also writes
# docs/benchmarks.md.  It does not judge by exit status: a figure under its target
# is a word in the table, and only a server that fails makes the run fail.
#
#   OUT=build O=build/release CC=gcc bench/run.sh [-w]
#   BENCH_ROUNDS=5 BENCH_SECONDS=0.4 BENCH_ONLY=echo

set -eu

cd "$(dirname "$0")/.."
OUT=${OUT:-build}
O=${O:-$OUT/release}
CC=${CC:-gcc}
rounds=${BENCH_ROUNDS:-5}
dir=$O/bench
figures=$dir/figures
mkdir -p "$dir"
# shellcheck disable=SC3045 # dash and bash both have it
ulimit -n "$(ulimit -Hn)" 2>/dev/null || :

# --- programs -------------------------------------------------------------------

# shellcheck disable=SC2086 # flags are words
build() {
    flags="-O2 -g -Wall -Wextra"
    $CC -std=gnu11 $flags bench/load.c -o "$dir/load"
    $CC -std=gnu11 $flags -pthread bench/bare.c -o "$dir/bare"
    WSCC_CC=$CC "$OUT/bin/wscc" -D_GNU_SOURCE $flags bench/winsock.c \
        bench/own.c -o "$dir/winsock"
    WSCC_CC=$CC "$OUT/bin/wscc" $flags bench/iocp.c -o "$dir/iocp"
    WSCC_CC=$CC "$OUT/bin/wscc" -D_GNU_SOURCE $flags bench/idle.c \
        -o "$dir/idle"
    WSCC_CC=$CC "$OUT/bin/wscc" $flags bench/qos.c -o "$dir/qos"
    WSCC_CC=$CC "$OUT/bin/wscc" -D_GNU_SOURCE $flags bench/isotp.c \
        -o "$dir/isotp"
    for load in ping visit pour; do # a client's load is the end of its name
        ln -sf bare "$dir/bare-$load"
        ln -sf isotp "$dir/isotp-$load"
    done
    rm -f "$dir/libuv" "$dir/libevent" "$dir/wine"
    have uv.h && $CC -std=gnu11 $flags bench/libuv.c -o "$dir/libuv" -luv
    have event2/event.h && $CC -std=gnu11 $flags bench/libevent.c \
        -o "$dir/libevent" -levent_core
    build_wine
    head -c 104857600 /dev/zero >"$dir/file"
}

have() {
    echo "#include <$1>" | $CC -E - >/dev/null 2>&1
}

# The same source for Windows, and a program that runs it.
build_wine() {
    mingw=x86_64-w64-mingw32-gcc
    wine=$(PATH=$PATH:/usr/lib/wine command -v wine64) &&
        command -v $mingw >/dev/null || return 0
    $mingw -O2 -D_WIN32_WINNT=0x0A00 bench/iocp.c -o "$dir/iocp.exe" -static \
        -lws2_32 -lmswsock || return 0
    cat >"$dir/wine" <<END
#!/bin/sh
export WINEPREFIX="${WINEPREFIX:-${XDG_CACHE_HOME:-$HOME/.cache}/ws2-wine}"
export WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=;winedbg.exe="
unset DISPLAY
exec "$wine" "$PWD/$dir/iocp.exe" "\$@"
END
    chmod +x "$dir/wine"
    "$dir/wine" >/dev/null 2>&1 || : # the first start fills its prefix
    return 0
}

# --- runs: a name, a load with its numbers, a server with its arguments -------------

runs() {
    cat <<END
accept.bare   accept 64 -            bare accept
accept.ours   accept 64 -            winsock accept
queue.bare    burst 2000 -           bare accept
queue.ours    burst 2000 -           winsock accept
one.bare      accept 1 -             bare accept
one.ours      accept 1 -             winsock accept
one.held      accept 1 -             winsock held
refuse.bare   refused 1 -            bare refuse
refuse.held   refused 1 -            winsock refuse
crowd.bare    crowd 64 -             bare accept
crowd.ours    crowd 64 -             winsock accept
crowd.held    crowd 64 -             winsock held
turned.bare   crowd 64 -             bare refuse
turned.held   crowd 64 -             winsock refuse
ping.bare     client $dir/bare -     bare ping
ping.gate     client $dir/bare -     winsock ping 1
ping.ours     client $dir/bare -     winsock ping
ping.both     client $dir/winsock -  winsock ping
echo50.bare   echo 50 50             bare epoll
echo50.one    echo 50 50             winsock event-one 50
echo50.each   echo 50 50             winsock event-each
echo50.async  echo 50 50             winsock async
few.bare      echo 50 5              bare epoll
few.one       echo 50 5              winsock event-one 50
some.bare     echo 1000 50           bare epoll
some.one      echo 1000 50           winsock event-one 50
echo1k.bare   echo 1000 1000         bare epoll
echo1k.async  echo 1000 1000         winsock async
echo1k.groups echo 1000 1000         winsock event-groups
poll.bare     echo 50 50             bare poll
poll.poll     echo 50 50             winsock poll
poll.select   echo 50 50             winsock select
END
    for n in 50 500 5000; do
        for echo in echo echo4k; do
            cat <<END
$echo.$n.bare   $echo $n $n          bare epoll
$echo.$n.uv     $echo $n $n          libuv
$echo.$n.event  $echo $n $n          libevent
$echo.$n.iocp   $echo $n $n          iocp echo 1
$echo.$n.bare2  $echo $n $n          bare epoll2
$echo.$n.iocp4  $echo $n $n          iocp echo 4
END
        done
    done
    cat <<END
storm.bare    accept 64 -            bare storm
storm.iocp    accept 64 -            iocp storm -
file.bare     file - -               bare file $dir/file
file.iocp     file - -               iocp file $dir/file
iso.ping.bare  client $dir/bare-ping -   bare ping
iso.ping.ours  client $dir/isotp-ping -  isotp ping
iso.visit.bare client $dir/bare-visit -  bare visit
iso.visit.ours client $dir/isotp-visit - isotp visit
iso.pour.bare  client $dir/bare-pour -   bare pour
iso.pour.ours  client $dir/isotp-pour -  isotp pour
eight.wine    echo 8 8               wine echo 1
eight.iocp    echo 8 8               iocp echo 1
END
}

# Every other round goes backwards, so that nobody always comes first.
turn() {
    if [ $(($1 % 2)) -eq 1 ]; then runs; else runs | tac; fi |
        grep "${BENCH_ONLY:-.}" |
        while read -r name load count active server args; do
            [ -x "$dir/$server" ] || continue
            # shellcheck disable=SC2086 # the arguments are words
            result=$("$dir/load" "$load" "$count" "$active" "$dir/$server" \
                $args) || result=failed
            echo "$1 $name $result"
        done
}

measure() {
    for round in $(seq "$rounds"); do
        [ ! -t 2 ] || printf '\rround %s of %s ' "$round" "$rounds" >&2
        turn "$round"
    done
    [ ! -t 2 ] || printf '\r                \r' >&2
    # shellcheck disable=SC3045
    sockets=$(($(ulimit -n) - 500))
    [ "$sockets" -lt 10000 ] || sockets=10000
    for who in bare winsock; do
        echo "0 $who $sockets $("$dir/$who" memory $sockets | grep ^memory)"
        echo "0 $who $("$dir/$who" objects | grep ^objects)"
    done
    echo "0 iocp $("$dir/iocp" memory $sockets | grep ^pending)"
    "$dir/qos" 1000000 10000000 100000000 | sed 's/^/0 /' || echo failed
    "$dir/isotp" pace 1000000 10000000 | sed 's/^/0 /' || echo failed
    "$dir/isotp" memory 200 | sed 's/^/0 /' || echo failed
    idle
    calls bare epoll
    calls iocp echo 1
}

# 100,000 connections, or as many as there are descriptors for.
idle() {
    # shellcheck disable=SC3045
    "$dir/idle" 100000 >"$dir/idle.out" ||
        "$dir/idle" $(($(ulimit -n) - 100)) >"$dir/idle.out" ||
        echo failed
    sed 's/^/0 /' "$dir/idle.out"
}

# The system calls that an echoed message takes: calls SERVER ARGUMENTS
calls() {
    [ -x /usr/bin/strace ] || return 0
    server=$1
    shift
    messages=$("$dir/load" calls 50 "$dir/calls" "$dir/$server" "$@") || return 0
    echo "0 $server calls $(awk -v n="$messages" '$NF == "total" {
        printf "%.2f", $4 / n }' "$dir/calls")"
}

# --- the table: a label, the two runs, the least ratio of their rates ------------------

rows() {
    cat <<END
connections accepted a second
WSAAccept, 64 clients at a time|accept.bare|accept.ours|0.90
WSAAccept, 2,000 waiting in the queue|queue.bare|queue.ours|0.90
WSAAccept, one client|one.bare|one.ours|
SO_CONDITIONAL_ACCEPT, one client|one.bare|one.held|
CF_REJECT at the SYN (against a reset)|refuse.bare|refuse.held|
decisions a second, 64 callers at once
WSAAccept, plain listener|crowd.bare|crowd.ours|
SO_CONDITIONAL_ACCEPT|crowd.bare|crowd.held|
     against the plain listener|crowd.ours|crowd.held|
CF_REJECT at the SYN (against a reset)|turned.bare|turned.held|
round trips a second, one connection
send and recv, the client bare|ping.bare|ping.ours|0.95
     beside a conditional listener|ping.ours|ping.gate|
send and recv, both ends Winsock|ping.bare|ping.both|0.95
messages echoed a second, 50 connections
WSAEventSelect, one event for all|echo50.bare|echo50.one|0.90
WSAEventSelect, an event each|echo50.bare|echo50.each|0.90
one event for all, 5 of them talk|few.bare|few.one|
WSAAsyncSelect|echo50.bare|echo50.async|0.90
WSAPoll (against poll)|poll.bare|poll.poll|
select (against poll)|poll.bare|poll.select|
messages echoed a second, 1,000 connections
one event for all, 50 of them talk|some.bare|some.one|0.90
WSAAsyncSelect, all talk|echo1k.bare|echo1k.async|0.90
an event each, 16 threads, all talk|echo1k.bare|echo1k.groups|
END
    for size in "64 bytes|echo" "4 KiB|echo4k"; do
        echo "messages of ${size%|*} echoed a second, completion port"
        echo=${size#*|}
        for n in 50 500 5000; do
            cat <<END
1 worker, $n connections|$echo.$n.bare|$echo.$n.iocp|0.95
     against libuv|$echo.$n.uv|$echo.$n.iocp|1.00
     against libevent|$echo.$n.event|$echo.$n.iocp|1.00
4 workers (against 2 epoll threads)|$echo.$n.bare2|$echo.$n.iocp4|0.95
END
        done
    done
    cat <<END
accept, one byte, close, a second
AcceptEx (against accept4 on epoll)|storm.bare|storm.iocp|0.95
megabytes a second, 100 MB a connection
TransmitFile (against sendfile)|file.bare|file.iocp|0.98
ISO transport, class 0, a second, one connection
connect, answer, release (same trips)|iso.visit.bare|iso.visit.ours|0.50
round trips of 64 bytes|iso.ping.bare|iso.ping.ours|0.80
messages of 1 MB, one way|iso.pour.bare|iso.pour.ours|0.80
messages echoed a second, 8 connections
completion port (against Wine)|eight.wine|eight.iocp|20
END
}

table() {
    rows | awk -F'|' -v figures="$figures" '
        function median(v, n,    i, j, t) {
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && v[j - 1] > v[j]; j--) {
                    t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
                }
            return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
        }
        # The median over the rounds of a column, or of its ratio to another run.
        function over(col, run, base,    r, n, v) {
            for (r = 1; r <= rounds; r++)
                if ((col, r, run) in f && (base == "" || (col, r, base) in f))
                    v[++n] = f[col, r, run] / \
                             (base == "" ? 1 : f[col, r, base])
            return n ? median(v, n) : 0
        }
        function line(label, bare, ours, least,    ratio, verdict) {
            if (!over(1, bare) || !over(1, ours)) {
                printf "  %-37s no figure\n", label
                return
            }
            ratio = int(over(1, ours, bare) * 100 + 0.5) / 100
            verdict = least == "" ? "-" : sprintf("%.2f %s", least, \
                ratio >= least ? "met" : \
                busy > 0.2 && over(2, bare, ours) >= least ? "met*" : "MISSED")
            printf "  %-37s %7d %7d %5.2f %-11s %6.2f %6.2f %5.2f\n", label, \
                over(1, bare), over(1, ours), ratio, verdict, \
                over(2, bare), over(2, ours), over(2, ours, bare)
        }
        BEGIN {
            while ((getline s < figures) > 0) {
                split(s, w, " ")
                if (w[1] > rounds) rounds = w[1]
                if (w[1] == 0 || w[3] == "failed") continue
                f[1, w[1], w[2]] = w[3]; f[2, w[1], w[2]] = w[4]
                other[++others] = w[5]
            }
            busy = others ? median(other, others) : 0
            printf "%-39s %15s %17s %16s\n", "", "a second", \
                "", "CPU us each"
            printf "%-39s %7s %7s %5s %-11s %6s %6s %5s\n", "", "bare", \
                "ours", "ratio", "target", "bare", "ours", "ratio"
        }
        NF == 1 { print $1 }
        NF > 1 { line($1, $2, $3, $4) }
        END {
            if (over(2, "echo50.one") && over(2, "some.one"))
                printf "  %-37s %39s %6.2f %6.2f %5.2f\n", \
                    "one event: with 950 idle, and without", "", \
                    over(2, "echo50.one"), over(2, "some.one"), \
                    over(2, "some.one", "echo50.one")
            if (busy > 0.2)
                printf "Other work took %.1f cores meanwhile: * is met " \
                    "by CPU time, not by the rate.\n", busy
        }'
    grep ^0 "$figures" | awk '
        function size(label, bare, ours, verdict) {
            printf "  %-37s %7d %7d       %s\n", label, bare, ours, verdict
        }
        function bound(label, bare, ours, most) {
            size(label, bare, ours, sprintf("<= %d %s", most, \
                ours - bare <= most ? "met" : "MISSED"))
        }
        function ns(label, i, note) {
            printf "  %-37s %7s %7.0f       %s\n", label, \
                (i > 2 ? "" : sprintf("%.0f", o["bare", i])), o["winsock", i], \
                note
        }
        function promised(label, rate, got,    ratio) {
            ratio = got / rate
            printf "  %-34s %10d %10d %5.2f 1.10 %s\n", label, rate, got, \
                ratio, (ratio <= 1.1 && ratio >= 0.9 ? "met" : "MISSED")
        }
        $4 == "memory" {
            n = $3; for (i = 1; i <= 4; i++) m[$2, i] = $(4 + i)
        }
        $3 == "pending" { pending = $4 }
        $2 == "isopace" { isopace[++isopaces] = $3; isoseen[isopaces] = $4 }
        $2 == "isomemory" { requests = $3; asked = $4; taken = $5 }
        $2 == "pacing" { pace[++paces] = $3; seen[paces] = $4 }
        $3 == "calls" { calls[$2] = $4 }
        $3 == "idle" {
            idle = sprintf("up %s s, each written to and read %s s, closed " \
                "%s s; %d bytes each", $7, $14, $18, $20)
            idles = $2
        }
        $3 == "objects" { for (i = 1; i <= 4; i++) o[$2, i] = $(3 + i) }
        END {
            printf "memory of the process, bytes a socket, %d sockets\n", n
            bound("heap, connected", m["bare", 1], m["winsock", 1], 512)
            bound("heap, and registered for events", m["bare", 1], \
                m["winsock", 4], 512)
            bound("resident memory", m["bare", 2], m["winsock", 2], 512)
            bound("left by a second cycle, in all", m["bare", 3], \
                m["winsock", 3], 0)
            bound("heap, waiting in WSARecv on a port", m["bare", 1], \
                pending, 768)
            if (calls["iocp"]) {
                print "system calls a message, completion port (bare: epoll)"
                printf "  %-37s %7.2f %7.2f       <= 2.70 %s\n", \
                    "50 connections, counted by strace", calls["bare"], \
                    calls["iocp"], calls["iocp"] <= 2.7 ? "met" : "MISSED"
            }
            if (paces)
                print "bytes a second, negotiated and measured"
            for (i = 1; i <= paces; i++)
                promised("SIO_SET_QOS, sending TokenRate", pace[i], seen[i])
            for (i = 1; i <= isopaces; i++)
                promised("ISO class 2, agreed with the peer", isopace[i], \
                    isoseen[i])
            if (requests) {
                print "memory of an ISO listener, bytes of heap, " requests \
                    " requests"
                printf "  %-37s %15d\n  %-37s %15d\n", \
                    "a connection request that waits", asked, \
                    "the connection it becomes", taken
            }
            if (idles) {
                print idles " idle connections, each in WSARecv on a port"
                print "  " idle
            }
            print "event objects (bare: eventfd), nanoseconds"
            ns("SetEvent and ResetEvent", 1, "")
            ns("SetEvent and a satisfied wait", 2, "")
            ns("a look at 64, none of them set", 3, "")
            ns("WSAEnumNetworkEvents, nothing new", 4, "")
        }'
}

# --- paper -----------------------------------------------------------------------

place() {
    echo "Linux $(uname -r | cut -d. -f1-2), $(uname -m), $(nproc) cores," \
        "$($CC --version | head -n 1 | sed 's/ *(.*) */ /')"
}

paper() {
    cat <<END
# Figures

What Winsock costs over plain system calls. \`make bench\` measures this in about
four minutes and prints the table; \`bench/run.sh -w\` also writes this page.
Measured on $(place); medians of $rounds rounds.

\`\`\`
$(cat "$dir/table")
\`\`\`

## How to read it

Each row puts a Winsock server (\`bench/winsock.c\`, compiled with \`wscc\`) beside
one that does the same by system calls (\`bench/bare.c\`): accept4; recv and send;
level-triggered epoll; poll. Messages have 64 bytes, connections TCP_NODELAY. The
load generator (\`bench/load.c\`) is the same program for both and knows nothing of
Winsock; server and generator have a core each, where there are two. The client of
the one-connection row is a program of its own on the server's core, because the
time to wake another core up would hide everything else.

- The two servers of a row run in turns within each round, and the ratio is the
  median of the rounds' own ratios: what else the machine does meanwhile falls on
  both.
- *CPU us each* is the CPU time of the server's process for one operation, read
  from its CPU clock at both ends of the measured stretch. A rate is limited by the
  generator too; CPU time is the server's alone and the figure to trust. Its ratio
  is the cost: below 1 is better.
- On a machine that others use too the rates say little. When they took more than
  a fifth of a core, the table says so, and a target that the rate misses but CPU
  time meets is marked *met\**.
- "One client" is one connect at a time: the difference of the rates' reciprocals
  is what a decision before the handshake adds to it. These rows need CAP_NET_RAW.
- "64 callers at once" connect without waiting for each other, and each comes
  again when he has been decided about. CPU time is the server's process; its part
  of a handshake that it does not start itself is in the caller's.
- "64 clients at a time" is bound by the generator. In "waiting in the queue" the
  server is stopped while 2,000 connections queue up, and the time counts from
  letting it go to the last close: its own rate.
- "One event for all" does what a program with one event must: it asks every
  connection that may talk what happened, once for each time the event is set.
  With 1,000 connections it asks the 50 that talk; the line after the rates
  compares that with 50 connections alone, and so shows what an idle registration
  costs an active one: nothing should. "16 threads" is how Windows programs go
  beyond 64 events.
- Where 5 of 50 talk the program still asks all 50 each time, since it cannot know
  which: what asking in vain costs is the last line of the table.
- Memory is the growth of the heap (mallinfo2) and of the resident set over as
  many connected sockets as the heading says, both ends in one process; "ours"
  less "bare" is the library's. The kernel's own buffers are not in it. The second
  cycle opens, registers and closes all of them once more.
- "Completion port" is \`bench/iocp.c\`: AcceptEx, one WSARecv or WSASend in
  flight on each connection, GetQueuedCompletionStatus. libuv (\`bench/libuv.c\`)
  and libevent's plain events (\`bench/libevent.c\`) stand in the column "bare" of
  their rows, and so does the same source under Wine, whose CPU time is only that
  of its one process. All threads share the server's core.
- ISO transport (\`bench/isotp.c\`) stands beside TCP that does as many round
  trips: a question of as many bytes and its answer after the handshake, then the
  end seen by both. Client and server share a core. The server asks a condition
  function for each connection.
- A negotiated rate is what a sending flow spec asks for; it is kept within ten
  percent. What is measured is a connection over loopback that is filled as fast
  as it takes, without its first megabyte (\`bench/qos.c\`).
- Idle connections (\`bench/idle.c\`): a server and its clients, a process each,
  from loopback addresses of their own; the bytes are the server's heap. 100,000
  where the limit of descriptors allows it.
- "4 KiB" and "megabytes" are bound by copying; a file is one of 100 MB in the page
  cache, and the client throws away what arrives. The bare server receives into
  one buffer, a port's program into one of each connection, which has to be there
  before the data: at 5,000 connections that alone costs a bare server a tenth.
- The targets are those of the design: a server that accepts or echoes keeps 90 %
  of the bare rate, the ping-pong 95 %, an idle socket takes 512 bytes, a closed
  one nothing; a completion port keeps 95 % of bare epoll's rate and all of
  libuv's and libevent's, and a socket that waits in WSARecv takes 768 bytes.
END
}

# --- main ------------------------------------------------------------------------

build
measure >"$figures"
rm -f "$dir/file"
{
    place
    echo
    table
} | sed 's/ *$//' | tee "$dir/report"
sed 1,2d "$dir/report" >"$dir/table"
[ "${1:-}" != -w ] || paper >docs/benchmarks.md
! grep -q failed "$figures"
