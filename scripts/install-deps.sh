#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs what is missing, by apt-get, and only then: a machine that has all of
# it is left alone and needs neither root nor a network.
#
#   scripts/install-deps.sh build     to build and to show the demonstration
#   scripts/install-deps.sh check     to run every check there is
#   scripts/install-deps.sh bench     to compare with what others made

set -u

# what to look for (a command, or a file) and the package that brings it
build='make:make gcc:gcc /usr/include/stdlib.h:libc6-dev curl:curl
    nc:netcat-openbsd'
check="$build g++:g++ clang:clang clang-format:clang-format
    clang-tidy:clang-tidy x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64
    x86_64-w64-mingw32-g++:g++-mingw-w64-x86-64 wine:wine wine64:wine64
    ip:iproute2 nft:nftables mandoc:mandoc pkg-config:pkg-config cmake:cmake /etc/services:netbase"
bench="$build /usr/include/uv.h:libuv1-dev
    /usr/include/event2/event.h:libevent-dev strace:strace
    x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 wine64:wine64"

case ${1:-} in
build) wanted=$build ;;
check) wanted=$check ;;
bench) wanted=$bench ;;
*)
    echo "usage: $0 build|check|bench" >&2
    exit 2
    ;;
esac

PATH=$PATH:/usr/lib/wine

find_missing() {
    missing=
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
        exit 1
    }
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    echo "installing:$missing"
    # shellcheck disable=SC2086 # a list of words
    apt install --no-install-recommends $missing >/dev/null 2>&1 || {
        apt update && apt install --no-install-recommends $missing >/dev/null
    }
}

# Twice, because what clang needs shows when there is a clang.
for _ in 1 2; do
    find_missing "$1" || exit 0
    install_missing || exit 1
done
! find_missing "$1" || {
    echo "still missing:$missing" >&2
    exit 1
}
