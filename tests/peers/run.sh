#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ISO transport before judges that are not of this house: a dissector looks at
# every packet we send, and scanners, RDP clients and an RDP server talk with the
# examples, over loopback.  A program that is not installed, or a right that is
# missing, is a line "skip NAME: reason"; else "ok NAME" or "not ok NAME", with
# what was said behind "#".  OUT is the built tree (build).
#
#   PEERS_DEFER_MS   how long RDP clients are kept waiting (3000)
#
# shellcheck disable=SC2086,SC2317

set -u
cd "$(dirname "$0")/../.." || exit 1
out=${OUT:-build}
bin=$(cd "$out/bin" && pwd) || exit 1
tmp=$(mktemp -d)
defer=${PEERS_DEFER_MS:-3000}
running='' screen='' server='' failed=0
export HOME="$tmp" LC_ALL=C
unset DISPLAY
PATH=$PATH:/usr/sbin:/sbin

# --- what is started is also ended, and nothing else --------------------------

# begin NAME COMMAND...: in the background; what it says goes to $tmp/NAME.
begin() {
    name=$1
    shift
    timeout -k 2 90 "$@" >"$tmp/$name" 2>&1 </dev/null &
    last=$!
    running="$running $last"
}

stop() { # stop PID...
    for pid; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
}

# Ends what a test has begun.
clear_away() {
    stop $running
    running=''
}

finish() {
    trap - EXIT
    clear_away
    stop $server $screen
    rm -rf "$tmp"
    exit "$1"
}
trap 'finish 1' INT TERM HUP EXIT

# Waits, $3 (10) seconds at most, for a line like $1 in $tmp/$2.
said() {
    for _ in $(seq $((${3:-10} * 20))); do
        grep -q -e "$1" "$tmp/$2" 2>/dev/null && return
        sleep 0.05
    done
    echo "# $2 did not say '$1'"
    return 1
}

# Waits for a program to end, with its code; whoever does not is an error.
ended() { # ended PID SECONDS
    for _ in $(seq $(($2 * 20))); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.05
    done
    kill -0 "$1" 2>/dev/null && return 124
    wait "$1"
}

it() { # it NAME PROGRAM...: a function of that name is the test
    test=$1
    shift
    for program; do
        command -v "$program" >/dev/null || {
            echo "skip $test: $program is not installed"
            return
        }
    done
    rm -f "$tmp"/*.said
    if "$test"; then
        echo "ok $test"
    elif [ -s "$tmp/skip" ]; then
        echo "skip $test: $(cat "$tmp/skip")"
        rm -f "$tmp/skip"
    else
        echo "not ok $test"
        for file in "$tmp"/*.said; do
            tail -n 40 "$file" | sed "s|^|# $(basename "$file" .said): |"
        done
        failed=1
    fi
    clear_away
}

# --- our ends ------------------------------------------------------------------

listener() { # listener ARGS...: $port
    begin listen.said "$bin/isotp-listen" -p 0 "$@"
    said '^port ' listen.said || return
    port=$(sed -n 's/^port //p' "$tmp/listen.said")
}

# What the listener's line says of the data, in hexadecimal or as text.
requests_with() { # requests_with HEX TEXT: their number
    grep -c -i -e "data #[0-9a-f]*$1" -e "data \"[^\"]*$2" "$tmp/listen.said"
}

hex() {
    printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
}

cookies() { # cookies NAME: requests with the cookie of NAME
    requests_with "$(hex "Cookie: mstshash=$1")0d0a" "Cookie: mstshash=$1"
}

# --- the dissector ---------------------------------------------------------------

# Captures while tests/peers/talk.c talks, and leaves it in $tmp/pcap.
capture_talk() {
    WSCC_CC=${CC:-gcc} "$bin/wscc" tests/peers/talk.c -o "$tmp/talk" || return
    mkfifo "$tmp/go"
    timeout 60 "$tmp/talk" <"$tmp/go" >"$tmp/talk.said" 2>&1 &
    talk=$!
    running="$running $talk"
    exec 5>"$tmp/go"
    said '^port ' talk.said || return
    port=$(sed -n 's/^port //p' "$tmp/talk.said")
    begin capture.said dumpcap -q -i lo -f "tcp port $port" -w "$tmp/pcap"
    for _ in $(seq 100); do # the first packet proves that it captures
        kill -0 $last 2>/dev/null || {
            echo "there is no right to capture on loopback" >"$tmp/skip"
            return 1
        }
        [ ! -s "$tmp/pcap" ] || break
        sleep 0.05
    done
    echo >&5
    exec 5>&-
    ended $talk 30 || return
    cp "$tmp/talk.said" "$tmp/told"
    for _ in $(seq 40); do # the last packet that there is
        [ -z "$(dissect -Y 'cotp.cause == 3')" ] || break
        sleep 0.25
    done
    stop $last
}

# On a busy machine segments are captured twice or out of their order.
dissect() { # dissect ARGS...: by the capture
    tshark -o tcp.reassemble_out_of_order:TRUE -r "$tmp/pcap" \
        -d "tcp.port==$port,tpkt" "$@" 2>/dev/null
}

fields() { # fields FILTER FIELD...: a line a packet
    filter=$1
    shift
    list=
    for field; do list="$list -e $field"; done
    dissect -Y "$filter" -T fields -E separator=/s -E quote=n $list |
        sed 's/ *$//'
}

same() { # same WHAT WANTED GOT
    [ "$2" = "$3" ] && return
    {
        echo "$1 should be"
        echo "$2"
        echo "but is"
        echo "$3"
    } >>"$tmp/differs.said"
    return 1
}

requests_and_answers='cotp.type == 0xe || cotp.type == 0xd'

every_packet_we_send_is_cotp_to_a_dissector() {
    capture_talk || return
    good=0
    [ -z "$(dissect -Y '_ws.malformed || _ws.expert.severity == "Error"')" ] ||
        good=1
    # The dissector does not know expedited data in class 0 (RFC 1006).
    fields 'tcp.len > 0 && !cotp && !tcp.analysis.flags' tcp.payload >"$tmp/unknown.said"
    same "other than COTP" "0300000e021080$(hex urgent!)" \
        "$(tr -d : <"$tmp/unknown.said")" && return $good
}

# stream, TPDU, class, the selectors, size, expedited, data
what_the_interface_is_given_is_what_the_dissector_sees() {
    [ -s "$tmp/pcap" ] || {
        echo "there is no capture" >"$tmp/skip"
        return 1
    }
    tsaps="$(hex calling) 0102 1024"
    ours=$(hex caller-data) theirs=$(hex callee-data)
    same "connection requests and confirmations" "\
0 0x0e 0 $tsaps $ours
0 0x0d 0 $tsaps $theirs
1 0x0e 2 $tsaps $ours
1 0x0d 2 $tsaps $theirs
2 0x0e 0 $tsaps $ours
3 0x0e 0 $(hex calling) $(hex nobody) 1024 $ours" \
        "$(fields "$requests_and_answers" tcp.stream cotp.type cotp.class \
            cotp.src-tsap-bytes cotp.dst-tsap-bytes cotp.tpdu_size data.data |
            sed 's/ 0x\([0-9a-f]\{4,\}\)/ \1/g; s/://g')" &&
        same "reasons and data of disconnects" "\
0 128 $(hex bye)
1 128 $(hex bye)
2 0 $(hex refused-by-user)
3 3" "$(fields 'cotp.type == 8' tcp.stream cotp.cause data.data |
            sed 's/://g')" &&
        same "expedited data" "1 $(hex urgent!)" \
            "$(fields 'cotp.type == 1' tcp.stream data.data | sed 's/://g')"
}

messages_of_several_segments_end_where_they_end() {
    [ -s "$tmp/pcap" ] || {
        echo "there is no capture" >"$tmp/skip"
        return 1
    }
    # 5000 octets in TPDUs of 1024; 10 octets and 5; none.
    for stream in 0 1; do
        ends=$(fields "cotp.type == 0xf && tcp.stream == $stream" cotp.eot |
            sed 's/True/1/g; s/False/0/g' | tr -d ', \n')
        same "ends of messages in stream $stream" 00001011 "$ends" || return
    done
}

quality_of_service_is_in_the_octets_of_class_2() {
    [ -s "$tmp/pcap" ] || {
        echo "there is no capture" >"$tmp/skip"
        return 1
    }
    rates=
    for which in max avg; do
        for way in calling_called called_calling; do
            for end in targ min_accept; do
                rates="$rates cotp.${which}_throughput.${end}_$way"
            done
        done
    done
    same "throughput, delay and priority" "\
0x0e 800000 500000 250000 0 500000 0 250000 0 20 2
0x0d 600000 500000 250000 0 300000 0 250000 0 20 2" \
        "$(fields "tcp.stream == 1 && ($requests_and_answers)" cotp.type \
            $rates cotp.transit_delay.targ_calling_called cotp.vp_priority)" &&
        same "what the callee was told" "offered 250000 500000" \
            "$(grep ^offered "$tmp/told")"
}

# --- scanners ----------------------------------------------------------------------

# Selectors 0100 and 0102.  We have no PLC to show, so it is stopped when it
# has got its answer.
nmap_s7_info_reaches_the_selector_it_asks_for() {
    listener '#0102' &&
        begin nmap.said nmap -Pn -n -d --script-trace -p "$port" \
            --script +s7-info 127.0.0.1 &&
        said '^calling #0100, .*accepted' listen.said 20 &&
        said '03 00 00 16 11 d0 00 14' nmap.said
}

nmap_s7_info_is_refused_where_nobody_has_its_selector() {
    listener '#0303' &&
        begin nmap.said nmap -Pn -n -d --script-trace -p "$port" \
            --script +s7-info 127.0.0.1 &&
        said '03 00 00 0b 06 80 00 14 00 00 03' nmap.said 20 &&
        ! grep -q ^calling "$tmp/listen.said"
}

nmap_rdp_enum_encryption_shows_its_cookie() {
    listener -P rdp &&
        begin nmap.said nmap -Pn -n -p "$port" \
            --script +rdp-enum-encryption 127.0.0.1 && ended $last 30 &&
        [ "$(cookies nmap)" -ge 5 ]
}

# --- RDP clients ----------------------------------------------------------------------

# One display for all, without a screen.
display() {
    if [ -z "$screen" ]; then
        Xvfb -displayfd 3 -screen 0 640x480x24 -nolisten tcp \
            3>"$tmp/display" >/dev/null 2>&1 &
        screen=$!
    fi
    said '^[0-9]' display && DISPLAY=:$(cat "$tmp/display") && export DISPLAY
}

freerdp() { # freerdp USER PORT ARGS...
    user=$1 at=$2
    shift 2
    begin "$user.said" xfreerdp "/v:127.0.0.1:$at" "/u:$user" /cert:ignore "$@"
}

rdesktop_as() { # rdesktop_as USER PORT: answers yes to certificates
    begin "$1.said" sh -c "yes yes | exec rdesktop -u $1 127.0.0.1:$2"
}

xfreerdp_goes_on_to_mcs_when_it_is_accepted() {
    display && listener -P rdp && freerdp alice "$port" &&
        said 'mcs_recv_connect_response' alice.said &&
        [ "$(cookies alice)" -ge 1 ]
}

xfreerdp_takes_a_refusal_as_final() {
    display && listener -P rdp -a reject && freerdp alice "$port" &&
        ! ended $last 20 &&
        grep -q 'expected X224_TPDU_CONNECTION_CONFIRM' "$tmp/alice.said" &&
        [ "$(cookies alice)" -eq 1 ]
}

rdesktop_goes_on_to_mcs_when_it_is_accepted() {
    display && listener -P rdp && rdesktop_as bob "$port" &&
        said 'mcs_recv_connect_response' bob.said && [ "$(cookies bob)" -eq 1 ]
}

rdesktop_takes_a_refusal_as_final() {
    display && listener -P rdp -a reject && rdesktop_as bob "$port" &&
        ! ended $last 20 &&
        grep -q 'expected ISO_PDU_CC, got 0x80' "$tmp/bob.said" &&
        [ "$(cookies bob)" -eq 1 ]
}

now_ms() {
    date +%s%3N
}

# Not before its time, and then it goes on.
waits_out() { # waits_out NAME
    said 'mcs_recv_connect_response' "$1.said" $((defer / 1000 + 10)) || return
    took=$(($(now_ms) - since))
    echo "# $1 waited for $took ms"
    [ $took -ge "$defer" ] && [ "$(cookies "$1")" -ge 1 ]
}

xfreerdp_waits_while_it_is_deferred() {
    since=$(now_ms)
    display && listener -P rdp -a "defer:$defer" && freerdp alice "$port" &&
        waits_out alice
}

rdesktop_waits_while_it_is_deferred() {
    since=$(now_ms)
    display && listener -P rdp -a "defer:$defer" && rdesktop_as bob "$port" &&
        waits_out bob
}

# --- an RDP server -----------------------------------------------------------------------

# A port that nobody has, as far as one can know.
free_port() {
    timeout 10 "$bin/echo-select" >"$tmp/probe" &
    probe=$!
    said '^port ' probe
    stop $probe
    sed -n 's/^port //p' "$tmp/probe"
}

# One for all tests: $back is its port.
xrdp_runs() {
    [ -z "$server" ] || { kill -0 "$server" && return; }
    for file in cert.pem key.pem rsakeys.ini; do
        [ -r /etc/xrdp/$file ] || {
            echo "/etc/xrdp/$file cannot be read" >"$tmp/skip"
            return 1
        }
    done
    back=$(free_port)
    cat >"$tmp/xrdp.ini" <<END
[Globals]
ini_version=1
fork=true
port=tcp://127.0.0.1:$back
tcp_nodelay=true
security_layer=negotiate
crypt_level=high
certificate=/etc/xrdp/cert.pem
key_file=/etc/xrdp/key.pem
ssl_protocols=TLSv1.2, TLSv1.3
allow_channels=true
max_bpp=32

[Logging]
LogFile=$tmp/xrdp.log
LogLevel=INFO
EnableSyslog=false
EnableConsole=false

[Channels]
rdpdr=false

[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
ip=127.0.0.1
port=-1
code=20
END
    xrdp --nodaemon --config "$tmp/xrdp.ini" >/dev/null 2>&1 </dev/null &
    server=$!
    said 'listening to port' xrdp.log >/dev/null || {
        echo "xrdp does not start here" >"$tmp/skip"
        return 1
    }
}

# Cookie and what xrdp selected; a class 2 that it does not know it refuses.
xrdp_answers_our_request() {
    xrdp_runs || return
    cookie=$(printf 'Cookie: mstshash=alice\r\n.')
    timeout 10 "$bin/isotp-call" -P rdp -d "${cookie%.}" 127.0.0.1 "$back" \
        </dev/null >"$tmp/call.said" 2>&1 &&
        grep -q '^agreed: class 0' "$tmp/call.said"
}

xrdp_negotiates_within_the_connect_data() {
    xrdp_runs || return
    request="#$(hex 'Cookie: mstshash=alice')0d0a0100080001000000"
    timeout 10 "$bin/isotp-call" -P rdp -d "$request" 127.0.0.1 "$back" \
        </dev/null >"$tmp/call.said" 2>&1 &&
        grep -q '^callee data #02..080001000000$' "$tmp/call.said"
}

xrdp_refuses_what_is_not_rdp() {
    xrdp_runs || return
    timeout 10 "$bin/isotp-call" -d hello 127.0.0.1 "$back" \
        </dev/null >"$tmp/call.said" 2>&1
    [ $? -eq 1 ] && grep -q '^turned away: error 10061' "$tmp/call.said"
}

gate() { # gate ARGS...: $port
    begin gate.said "$bin/rdp-gate" -p 0 "$@" 127.0.0.1 "$back" &&
        said '^port ' gate.said &&
        port=$(sed -n 's/^port //p' "$tmp/gate.said")
}

# What xrdp says when the client has its first screen.
sessions() {
    grep -c 'Loading keymap file' "$tmp/xrdp.log"
}

# Waits until there are more than $1.
more_sessions() {
    for _ in $(seq 300); do
        [ "$(sessions)" -le "$1" ] || return 0
        sleep 0.05
    done
    tail -n 20 "$tmp/xrdp.log" >"$tmp/xrdp.said"
    return 1
}

xfreerdp_has_a_session_with_xrdp_through_the_gate() {
    display && xrdp_runs && gate || return
    before=$(sessions)
    freerdp alice "$port" /sec:tls && more_sessions $before &&
        grep -q '"alice" is let in' "$tmp/gate.said"
}

rdesktop_has_a_session_with_xrdp_through_the_gate() {
    display && xrdp_runs && gate --hold bob 1000 || return
    before=$(sessions)
    rdesktop_as bob "$port" && more_sessions $before &&
        grep -q '"bob" is kept waiting' "$tmp/gate.said" &&
        grep -q '"bob" is let in' "$tmp/gate.said"
}

the_gate_refuses_by_the_cookie() {
    display && xrdp_runs && gate --refuse mallory || return
    freerdp mallory "$port" && ! ended $last 20 &&
        [ "$(grep -c '"mallory" is refused' "$tmp/gate.said")" -eq 1 ] &&
        ! grep -q 'let in' "$tmp/gate.said"
}

# ------------------------------------------------------------------------------------------

it every_packet_we_send_is_cotp_to_a_dissector tshark dumpcap
it what_the_interface_is_given_is_what_the_dissector_sees tshark
it messages_of_several_segments_end_where_they_end tshark
it quality_of_service_is_in_the_octets_of_class_2 tshark
for test in nmap_s7_info_reaches_the_selector_it_asks_for \
    nmap_s7_info_is_refused_where_nobody_has_its_selector \
    nmap_rdp_enum_encryption_shows_its_cookie; do
    it $test nmap
done
for test in xfreerdp_goes_on_to_mcs_when_it_is_accepted \
    xfreerdp_takes_a_refusal_as_final xfreerdp_waits_while_it_is_deferred; do
    it $test xfreerdp Xvfb
done
for test in rdesktop_goes_on_to_mcs_when_it_is_accepted \
    rdesktop_takes_a_refusal_as_final rdesktop_waits_while_it_is_deferred; do
    it $test rdesktop Xvfb
done
for test in xrdp_answers_our_request xrdp_negotiates_within_the_connect_data \
    xrdp_refuses_what_is_not_rdp; do
    it $test xrdp
done
it xfreerdp_has_a_session_with_xrdp_through_the_gate xrdp xfreerdp Xvfb
it rdesktop_has_a_session_with_xrdp_through_the_gate xrdp rdesktop Xvfb
it the_gate_refuses_by_the_cookie xrdp xfreerdp Xvfb
finish $failed
