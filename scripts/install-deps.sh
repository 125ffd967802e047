#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs what is missing, by apt-get, and only then: a machine that has all of
# it is left alone and needs neither root nor a network.
#
#   scripts/install-deps.sh build     to build and to show the demonstration
#   scripts/install-deps.sh check     to run every check there is
#   scripts/install-deps.sh bench     to compare with what others made
#
# The peers that tests/peers talks with are installed for the checks, too, but
# nothing fails for want of them: their tests are skipped.

set -u

# what to look for (a command, or a file) and the package that brings it
build='make:make gcc:gcc /usr/include/stdlib.h:libc6-dev curl:curl
    nc:netcat-openbsd'
check="$build g++:g++ clang:clang clang-format:clang-format
    clang-tidy:clang-tidy x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64
    x86_64-w64-mingw32-g++:g++-mingw-w64-x86-64 wine:wine wine64:wine64
    ip:iproute2 nft:nftables mandoc:mandoc pkg-config:pkg-config cmake:cmake
    /etc/services:netbase"
peers='tshark:tshark nmap:nmap xfreerdp:freerdp2-x11 rdesktop:rdesktop
    Xvfb:xvfb /usr/sbin/xrdp:xrdp'
bench="$build /usr/include/uv.h:libuv1-dev
    /usr/include/event2/event.h:libevent-dev strace:strace
    x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 wine64:wine64"

case ${1:-} in
build) needed=$build ;;
check) needed=$check ;;
bench) needed=$bench ;;
*)
    echo "usage: $0 build|check|bench" >&2
    exit 2
    ;;
esac

PATH=$PATH:/usr/lib/wine

# find_missing KIND WANTED
find_missing() {
    missing='' wanted=$2
    for want in $wanted; do
        thing=${want%%:*} package=${want#*:}
        case $thing in
        /*) [ -e "$thing" ] || missing="$missing $package" ;;
        *) command -v "$thing" >/dev/null || missing="$missing $package" ;;
        esac
    done
    # clang's sanitizers come in a package that is named after its version.
    if [ "$1" = check ] && command -v clang >/dev/null &&
        ! ls "$(clang -print-resource-dir)"/lib/*/*asan*.a >/dev/null 2>&1; then
        missing="$missing libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
    fi
    [ -n "$missing" ]
}

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
        -o Dpkg::Use-Pty=0 "$@"
}

install_missing() {
    command -v apt-get >/dev/null || {
        echo "missing, and no apt-get here to install:$missing" >&2
        return 1
    }
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    echo "installing: ${missing# }"
    # shellcheck disable=SC2086 # a list of words
    apt install --no-install-recommends $missing >/dev/null 2>&1 || {
        apt update && apt install --no-install-recommends $missing >/dev/null
    }
}

# Who captures is asked nothing, and gets no right that he has not; the RDP
# server is there for the tests to start, and is no service of this machine.
prepare_peers() {
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    case $missing in *tshark*)
        echo wireshark-common wireshark-common/install-setuid boolean false |
            $as_root debconf-set-selections
        ;;
    esac
    case $missing in *xrdp*)
        [ ! -d /run/systemd/system ] ||
            $as_root systemctl -q mask xrdp xrdp-sesman
        ;;
    esac
}

install_peers() {
    find_missing peers "$peers" || return 0
    ! command -v apt-get >/dev/null || prepare_peers 2>/dev/null
    for missing in $missing; do # each for itself
        install_missing 2>/dev/null || echo "done without $missing"
    done
}

# Twice, because what clang needs shows when there is a clang.
for _ in 1 2; do
    find_missing "$1" "$needed" || break
    install_missing || exit 1
done
! find_missing "$1" "$needed" || {
    echo "still missing:$missing" >&2
    exit 1
}
[ "$1" != check ] || install_peers
