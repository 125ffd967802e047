#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests wscc, wsc++ and the headers that make Microsoft's dialect: builds the
# small programs beside this file with the COMPILERS (gcc clang), all of them at
# a time, and runs them.  OUT is the built tree (build).  A line "ok NAME" or "not ok NAME" a test, what
# went wrong behind "#"; the exit code says whether all went well.
#
# shellcheck disable=SC2086,SC2046,SC2317,SC2154

set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
out=$(cd "$root" && cd "${OUT:-build}" && pwd) || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1 # the wrapper must work from anywhere
failed=0

report() { # report NAME CODE, the log is in ./log
    if [ "$2" = 0 ]; then
        echo "ok $1"
    else
        echo "not ok $1"
        sed 's/^/# /' log | head -n 20
        failed=1
    fi
}

it() { # it NAME COMMAND...
    name=$1
    shift
    ("$@") >log 2>&1 </dev/null
    report "$name" $?
}

gives() { # gives CODE COMMAND...
    want=$1
    shift
    "$@"
    got=$?
    [ $got = "$want" ] || { echo "exit code $got, not $want: $*"; return 1; }
}

# The words of both languages, for a source that is both.
both() { # both FILE FLAGS...
    file=$1
    shift
    $wscc -Wall -Wextra "$@" "$here/$file" -o c.exe && ./c.exe </dev/null &&
        $wscxx -Wall -Wextra "$@" -x c++ "$here/$file" -o cxx.exe && ./cxx.exe
}

quiet() { # as both, with the compiler saying nothing at all
    both "$@" -Werror
}

crt() {
    for flags in -O2 -fshort-wchar; do
        for lang in "$wscc -x c" "$wscxx -x c++"; do
            $lang -Wall -Wextra $flags "$here/crt.c" -o crt.exe || return 1
            printf 'first\nmuch too long a line\nlast' | ./crt.exe || return 1
        done
    done
}

cxx_standards() {
    for std in 11 20; do
        $wscxx -std=gnu++$std -Wall "$here/stl.cpp" -o stl.exe && ./stl.exe ||
            return 1
    done
}

old_cxx() {
    printf '#include <windows.h>\n#include <string>\n#include <map>\n' >o.cpp
    echo 'int main() { std::map<std::string, int> m; return m.size(); }' >>o.cpp
    echo 'int both() { return min(0, 1L) + max(2u, 3); }' >>o.cpp
    $wscxx -std=gnu++98 o.cpp -o o.exe && ./o.exe
}

include_order() {
    mkdir order
    for first in stdlib unistd pthread sys/types; do
        for ours in windows winsock2 winsock; do
            name=order/$ours-${first#*/}
            printf '#include <%s.h>\n#include <%s.h>\n' $first $ours >$name.c
            printf '#include <%s.h>\n#include <%s.h>\n' $ours $first >$name.cpp
        done
    done
    $wscc -fsyntax-only order/*
}

spellings() {
    for h in Windows.h WINDOWS.H WinSock2.h Winsock2.h WINSOCK2.H WS2tcpip.h \
        Ws2tcpip.h MSWSock.h Mswsock.h Ws2spi.h WS2SPI.H Winsock.h Strsafe.h \
        Tchar.h Winbase.h WinUser.h MMSystem.h Process.h Conio.h; do
        echo "#include <$h>" >"spelled-$h.c"
    done
    $wscc -fsyntax-only spelled-*.c
}

# Every header stands by itself, in both languages.
alone() {
    mkdir alone
    for h in "$out"/include/ws2/*.h; do
        [ "$(wc -l <"$h")" -gt 6 ] || continue # another name for one of these
        case ${h##*/} in # parts of others
        ws2str.h | ws2safe.h | pshpack*) continue ;;
        ws2_calls.h | ws2_lpfn.h | ws2_ulong.h) continue ;;
        esac
        echo "#include <${h##*/}>" >"alone/${h##*/}.c"
        echo "#include <${h##*/}>" >"alone/${h##*/}.cpp"
    done
    $wscc -Wall -Wextra -Werror -Wundef -fsyntax-only alone/*
}

text_kinds() {
    $wscc "$here/tchar.c" -o n.exe && ./n.exe Abc &&
        $wscc -DUNICODE -D_UNICODE "$here/tchar.c" -o w.exe && ./w.exe Abc &&
        $wscc -municode "$here/tchar.c" -o u.exe && ./u.exe Abc
}

start_void() {
    $wscc "$here/start_void.c" -o c.exe && [ "$(./c.exe x)" = "79 x" ] &&
        gives 0 ./c.exe x &&
        $wscxx -x c++ "$here/start_void.c" -o cxx.exe && gives 0 ./cxx.exe x &&
        $wscc -c "$here/start_void.c" -o v.o && $wscc v.o -o o.exe &&
        gives 0 ./o.exe x
}

start_int() {
    $wscc "$here/start_int.c" -o i.exe && gives 3 ./i.exe
}

start_wide() {
    euro=$(printf 'a\342\202\254')
    for lang in "$wscc -x c" "$wscxx -x c++"; do
        $lang "$here/start_wide.c" -o w.exe && gives 32 ./w.exe "$euro" &&
            $lang -fshort-wchar "$here/start_wide.c" -o s.exe &&
            gives 16 ./s.exe "$euro" || return 1
    done
}

start_win() {
    $wscc -mwindows "$here/start_win.c" -o g.exe &&
        gives 5 ./g.exe one "two three"
}

import_libraries() {
    $wscc "$here/program.c" -o p.exe -lws2_32 -lmswsock -lwsock32 -lkernel32 \
        -luser32 -ladvapi32 -luuid WS2_32.LIB Mswsock.lib -l ws2_32 && ./p.exe
}

shared() {
    $wscc -shared -fPIC "$here/library.c" -o libswap.so &&
        $wscc "$here/library_user.c" -o u.exe -L. -lswap -Wl,-rpath,"$tmp" &&
        ./u.exe
}

several() {
    $wscc -c "$here/program.c" "$here/library.c" && [ -f library.o ] &&
        $wscc program.o library.o -o p.exe && ./p.exe &&
        $wscc -E "$here/program.c" >p.i && $wscc -S "$here/program.c" -o p.s &&
        [ -s p.s ]
}

mixed() {
    cp "$here/stl.cpp" Mixed.Cpp && cp "$here/check.h" .
    $wscc Mixed.Cpp "$here/library.c" -o m.exe && ./m.exe
}

# The library without the shared object beside the program.
static() {
    $wscc -static "$here/program.c" -o s.exe && ./s.exe
}

flags_alone() {
    ${WSCC_CC:-gcc} $($wscc --cflags) "$here/program.c" -o f.exe \
        $($wscc --libs) && ./f.exe
}

says() {
    $wscc --help | grep -q 'usage: wscc' && $wscxx --help | grep -q 'wsc++' &&
        $wscc --version | grep -q Sallyport
}

odd_places() {
    mkdir -p "a b" && cp "$here/program.c" "a b/my prog.c"
    (cd "a b" && $wscc -DN='"a b"' "my prog.c" -o "my prog" && "./my prog") &&
        ln -sf "$out/bin/wscc" link && ./link "$here/program.c" -o l.exe &&
        ./l.exe
}

fails_as_the_compiler_does() {
    echo 'int main(void) { return nothing; }' >bad.c
    gives 1 $wscc bad.c -o bad.exe && ! [ -e bad.exe ]
}

# No pollution: what windows.h could break with plain words stays usable.
switches() {
    printf '#define WS2_NO_SEH\n#define WS2_NO_CRT\n#define NOMINMAX\n' >n.c
    printf '#include <windows.h>\n#if defined(min) || defined(__try)\n' >>n.c
    printf '#error\n#endif\nint strcpy_s(int min) { return min; }\n' >>n.c
    printf 'int interface;\nint main(void) { return interface; }\n' >>n.c
    $wscc n.c -o n.exe && ./n.exe
}

installed() {
    (cd "$root" && OUT=$out PREFIX=/opt/ws2 LIBDIR=/opt/ws2/lib \
        DESTDIR=$tmp/stage sh scripts/install.sh) &&
        p=$tmp/stage/opt/ws2 && "$p/bin/wscc" "$here/program.c" -o i.exe &&
        ldd ./i.exe | grep -q "$p/lib" && ./i.exe &&
        "$p/bin/wsc++" -std=gnu++17 "$here/stl.cpp" -o i.exe && ./i.exe
}

pkg_config() {
    command -v pkg-config >/dev/null || return 0
    p=$tmp/stage/opt/ws2
    PKG_CONFIG_PATH=$p/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$tmp/stage
    export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
    ${WSCC_CC:-gcc} "$here/program.c" -o k.exe \
        $(pkg-config --cflags --libs ws2_32) && LD_LIBRARY_PATH=$p/lib ./k.exe
}

cmake_package() {
    command -v cmake >/dev/null || return 0
    p=$tmp/prefix/ws2
    (cd "$root" && OUT=$out PREFIX=$p LIBDIR=$p/lib VERSION=0.1.0 \
        sh scripts/install.sh) || return 1
    mkdir -p proj && cp "$here/program.c" proj
    cat >proj/CMakeLists.txt <<EOF
cmake_minimum_required(VERSION 3.13)
project(p C)
find_package(ws2_32 0.1 REQUIRED)
add_executable(a program.c)
target_link_libraries(a ws2_32::ws2_32)
add_executable(b program.c)
target_link_libraries(b ws2_32 mswsock)
EOF
    cmake -S proj -B proj/b -DCMAKE_PREFIX_PATH="$p" &&
        cmake --build proj/b && proj/b/a && proj/b/b
}

# All of it with the compiler $1, in a directory of its own.
with() {
    cc=$1
    case $cc in gcc) cxx=g++ ;; *) cxx=clang++ ;; esac
    export WSCC_CC=$cc WSCC_CXX=$cxx
    tmp=$tmp/$cc
    mkdir "$tmp" && cd "$tmp" || exit 1
    for test in "seh quiet seh.c" "sal quiet sal.c" "crt crt" \
        "strsafe quiet strsafe.c" \
        "strsafe_short quiet strsafe.c -fshort-wchar" \
        "interlocked quiet cast.c" "stl cxx_standards" "old_cxx old_cxx" \
        "include_order include_order" "spellings spellings" \
        "each_header_alone alone" "tchar text_kinds" \
        "start_void start_void" "start_int start_int" \
        "start_wide start_wide" "start_win start_win" \
        "import_libraries import_libraries" "shared shared" \
        "several_files several" "mixed_languages mixed" "static static" \
        "cflags_and_libs flags_alone" "odd_places odd_places" \
        "errors fails_as_the_compiler_does" "switches switches" \
        "installed installed" "pkg_config pkg_config"; do
        set -- $test
        it "${cc}_$1" "$2" ${3+"$3"} ${4+"$4"}
    done
}

wscc=$out/bin/wscc wscxx=$out/bin/wsc++
for cc in ${COMPILERS:-gcc clang}; do
    command -v $cc >/dev/null || continue
    (with $cc >"$tmp/$cc.said" 2>&1; exit $failed) &
    running="${running-} $!"
done
for pid in ${running-}; do
    wait $pid || failed=1
done
cat "$tmp"/*.said
export WSCC_CC=gcc WSCC_CXX=g++
it help says
it cmake cmake_package
exit $failed
