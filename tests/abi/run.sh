#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The public headers as a compiler sees them: layouts and constants against
# mingw's numbers, every header alone and in any order with libc's, in C and
# C++, and the symbols that are declared.  One line a check: "ok NAME", "not ok
# NAME" with the compiler's words, or "skip NAME".
#
#   tests/abi/run.sh              check (CC, CXX: further compilers to try)
#   tests/abi/run.sh --update     write declared.txt anew, to be looked at
#   tests/abi/run.sh --declared   print the symbols of all headers, not of the
#                                 socket headers alone

cd "$(dirname "$0")" || exit 1
export LC_ALL=C
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
inc=../../include
I=-I$inc/ws2
W="-Wall -Wextra -Wundef -pedantic -Werror"
socket_headers='winsock2|ws2_calls|ws2tcpip|mswsock|ws2spi|ws2ext'

# --- symbols -----------------------------------------------------------------

# The functions declared in the headers whose name matches $1, a line each.
declared_names() {
    printf '#include <%s>\n' winsock2.h ws2tcpip.h mswsock.h ws2spi.h \
        ws2ext.h windows.h >"$tmp/all.c"
    gcc -std=gnu11 $I -w -DWS2_NO_ULONG -fsyntax-only -aux-info "$tmp/aux" \
        "$tmp/all.c" || exit 1
    # A provider defines WSPStartup, not the library.
    grep -E "^/\* $inc/ws2/($1)\.h:" "$tmp/aux" | grep -v ' static ' |
        sed -E 's/^[^*]*\*[^*]*\*\/ *extern //; s/^[^(]*[ *]([A-Za-z_0-9]+) \(.*/\1/' |
        grep -vx WSPStartup | sort -u
}

# Their symbols, for both widths of wchar_t.
declared_symbols() {
    declared_names "$1" >"$tmp/names"
    {
        cat "$tmp/all.c"
        echo 'void *const t[] = {'
        sed 's/.*/(void *)&,/' "$tmp/names"
        echo '};'
    } >"$tmp/table.c"
    for width in -fno-short-wchar -fshort-wchar; do
        gcc -std=gnu11 $I -w -DWS2_NO_ULONG $width -c "$tmp/table.c" \
            -o "$tmp/table.o" || exit 1
        nm -u "$tmp/table.o" | awk '{ print $2 }'
    done | sort -u
}

case ${1:-} in
--update)
    declared_symbols "$socket_headers" >declared.txt
    echo "declared.txt has $(wc -l <declared.txt) symbols"
    exit
    ;;
--declared)
    declared_symbols '.*'
    exit
    ;;
esac

# --- a check is a line: name, words that the error must have, command ---------

one=$tmp/one
cat >"$one" <<'SH'
name=${1%%|*} rest=${1#*|}
want=${rest%%|*} command=${rest#*|}
out=$(eval "$command" 2>&1 </dev/null)
code=$?
if [ -n "$want" ]; then
    case $out in
    *"$want"*) [ $code -ne 0 ] && code=0 || code=1 ;;
    *) code=1 out="no such error: $want
$out" ;;
    esac
fi
if [ $code -eq 0 ]; then
    echo "ok $name"
else
    printf 'not ok %s\n%s\n' "$name" "$(echo "$out" | head -12 | sed 's/^/    /')"
fi
SH

fails() { # fails NAME WORDS COMMAND
    printf '%s|%s|%s' "$1" "$2" "$3" | tr '\n' ' ' >>"$tmp/jobs"
    echo >>"$tmp/jobs"
}

check() { # check NAME COMMAND
    fails "$1" '' "$2"
}

skip() {
    echo "skip $1"
}

installed() {
    command -v "$1" >/dev/null 2>&1
}

# Compilers: gcc and clang, and what CC and CXX say (a first word each).
set -- gcc clang ${CC:+"${CC%% *}"}
ccs=$(for c; do installed "$c" && basename "$c"; done | sort -u)
set -- g++ clang++ ${CXX:+"${CXX%% *}"}
cxxs=$(for c; do installed "$c" && basename "$c"; done | sort -u)

# --- layouts and constants ---------------------------------------------------

for c in $ccs; do
    check "layout $c" "$c -std=gnu11 $I -fsyntax-only layout.c"
    check "layout $c, 16-bit wchar_t" \
        "$c -std=gnu11 $I -fshort-wchar -fsyntax-only layout.c"
    check "constants $c" "$c -std=gnu11 $I -Wall const.c -o $tmp/const.$c &&
        $tmp/const.$c"
done
mingw=x86_64-w64-mingw32-gcc
if installed $mingw; then
    check 'layout mingw' "$mingw -std=gnu11 -fsyntax-only layout.c"
    check 'constants mingw' "$mingw -std=gnu11 -w -fsyntax-only const.c"
else
    skip 'layout mingw'
    skip 'constants mingw'
fi

# --- every header alone, and every spelling ----------------------------------

for h in "$inc"/ws2/*.h "$inc"/ws2/*.H; do
    h=${h##*/}
    case $h in
    windef.h | guiddef.h | winsock*.h | ws2*.h | mswsock.h | mstcpip.h | \
        in6addr.h | qos*.h | sporder.h | wspiapi.h | \
        wshisotp.h | windows.h)
        # Pieces of winsock2.h and of the C run-time, which are not for users.
        case $h in ws2_[clu][apl]*.h | ws2safe.h | ws2str.h) continue ;; esac
        echo "#include <$h>" >"$tmp/$h.c"
        cp "$tmp/$h.c" "$tmp/$h.cpp"
        check "$h alone, C99" "gcc -std=c99 $W $I -fsyntax-only $tmp/$h.c"
        ;;
    esac
    case $h in
    pshpack* | poppack.h | ws2safe.h | ws2str.h) ;;
    *) echo "#include <$h>" >>"$tmp/spelled.c" ;;
    esac
done
for h in winsock2.h ws2tcpip.h mswsock.h ws2spi.h ws2ext.h wshisotp.h; do
    for c in $cxxs; do
        check "$h alone, $c C++98" \
            "$c -std=c++98 $W $I -fsyntax-only $tmp/$h.cpp"
    done
    check "$h alone, clang gnu11" "clang -std=gnu11 $W $I -fsyntax-only $tmp/$h.c"
    check "$h, UNICODE" "gcc -std=gnu11 -DUNICODE -D_UNICODE $W $I \
        -fsyntax-only $tmp/$h.c"
    check "$h, 16-bit wchar_t" "gcc -std=gnu11 -fshort-wchar $W $I \
        -fsyntax-only $tmp/$h.c"
done
check 'all spellings together' "gcc -std=gnu11 $I -Wall -fsyntax-only $tmp/spelled.c"

# --- order -------------------------------------------------------------------

libc='stdlib.h unistd.h pthread.h time.h sys/types.h sys/time.h fcntl.h
    sys/select.h stdio.h string.h signal.h'
n=0
for h in $libc; do
    # Compilers and dialects take turns; stdall.h below sees them all.
    n=$((n + 1))
    case $((n % 4)) in
    0) c=gcc std=c99 ;;
    1) c=clang std=gnu11 ;;
    2) c=gcc std=gnu11 ;;
    3) c=clang std=c99 ;;
    esac
    check "<$h> first, $c $std" "$c -std=$std $W $I -DFIRST='<$h>' \
        -fsyntax-only order.c"
    check "<$h> last, $c $std" "$c -std=$std $W $I -DTHEN='<$h>' \
        -fsyntax-only order.c"
done
for c in $ccs; do
    for std in c99 gnu11; do
        # A fortified build gives libc's gethostname an inline body.
        flags="-std=$std -O2 -D_FORTIFY_SOURCE=2 $W $I"
        check "all of libc first, $c $std" \
            "$c $flags -DFIRST='\"stdall.h\"' -fsyntax-only order.c"
        check "all of libc last, $c $std" \
            "$c $flags -DTHEN='\"stdall.h\"' -fsyntax-only order.c"
    done
    check "<poll.h> first, $c" "$c -std=gnu11 $W $I -DFIRST='<poll.h>' \
        -fsyntax-only order.c"
done
for c in $cxxs; do
    for std in c++98 c++17; do
        flags="-std=$std -Wall -Wextra $I"
        check "all of libc and the C++ library first, $c $std" \
            "$c $flags -DFIRST='\"stdall.h\"' -fsyntax-only order.cpp"
        check "all of libc and the C++ library last, $c $std" \
            "$c $flags -DTHEN='\"stdall.h\"' -fsyntax-only order.cpp"
    done
done
check '<functional> first' "g++ -std=c++17 $I -DFIRST='<functional>' \
    -fsyntax-only order.cpp"
check '<thread> last' "clang++ -std=c++17 $I -DTHEN='<thread>' \
    -fsyntax-only order.cpp"
o=OURS
check 'windows.h, winsock2.h' "gcc $W $I -DFIRST='<windows.h>' -fsyntax-only order.c"
check 'winsock2.h, windows.h' "gcc $W $I -DTHEN='<windows.h>' -fsyntax-only order.c"
check 'winsock.h, winsock2.h' "gcc $W $I -DFIRST='<winsock.h>' -fsyntax-only order.c"
check 'winsock.h alone' "gcc $W $I -D$o='<winsock.h>' -fsyntax-only order.c"
check 'lean windows.h, ws2tcpip.h' "gcc $W $I -DWIN32_LEAN_AND_MEAN \
    -DFIRST='<windows.h>' -D$o='<ws2tcpip.h>' -fsyntax-only order.c"
check 'all of libc first, -D_WIN32' "gcc -std=gnu11 -w -D_WIN32 $I \
    -DFIRST='\"stdall.h\"' -fsyntax-only order.c"
check 'all of libc and the C++ library last, -D_WIN32' "g++ -std=c++17 -w \
    -D_WIN32 $I -DTHEN='\"stdall.h\"' -fsyntax-only order.cpp"
check '<unistd.h> between, socklen_t' "gcc -std=gnu11 $W $I \
    -DFIRST='<winsock2.h>' -DFIRST2='<unistd.h>' -D$o='<ws2tcpip.h>' \
    -fsyntax-only order.c"
check 'ws2/winsock2.h after libc, without -I on ws2' "gcc -std=gnu11 -w -I$inc \
    -DFIRST='\"stdall.h\"' -D$o='<ws2/winsock2.h>' -fsyntax-only order.c"
check 'FD_SETSIZE of the program after <stdlib.h>' "printf '%s\n' \
    '#include <stdlib.h>' '#define FD_SETSIZE 500' '#include <winsock2.h>' \
    '_Static_assert(sizeof(fd_set) == 8 + 500 * 8, \"\");' |
    gcc $W $I -x c -fsyntax-only -"
check 'FD_SETSIZE is 64 after <sys/select.h>' "printf '%s\n' \
    '#include <sys/select.h>' '#include <winsock2.h>' \
    '_Static_assert(sizeof(fd_set) == 8 + 64 * 8, \"\");' |
    gcc $W $I -x c -fsyntax-only -"

# --- the BSD headers exclude ours, and libc alone keeps its names -------------

for h in sys/socket.h netinet/in.h arpa/inet.h netdb.h; do
    fails "<$h> before winsock2.h is refused" 'winsock2.h cannot follow' \
        "gcc $I -DFIRST='<$h>' -fsyntax-only order.c"
    fails "<$h> after winsock2.h is refused" 'cannot follow winsock2.h' \
        "gcc $I -DTHEN='<$h>' -fsyntax-only order.c"
done
for h in sys/select.h sys/socket.h; do
    check "a source with <$h> alone gets libc's names" \
        "gcc -O2 -D_FORTIFY_SOURCE=2 -Wall $I -DHEADER='<$h>' -c posix.c \
        -o $tmp/posix.${h##*/}.o && nm -u $tmp/posix.${h##*/}.o |
        grep -w select && nm -u $tmp/posix.${h##*/}.o | grep gethostname &&
        ! nm -u $tmp/posix.${h##*/}.o | grep ws2_"
done
check 'no bare name, whatever came first' "gcc -O2 -D_FORTIFY_SOURCE=2 $I \
    -DFIRST='\"stdall.h\"' -c order.c -o $tmp/bare.o && ! nm -u $tmp/bare.o |
    grep -wv -e 'ws2_[a-z]*' -e _GLOBAL_OFFSET_TABLE_ -e __stack_chk_fail \
    -e __WSAFDIsSet && nm -u $tmp/bare.o | grep -w ws2_gethostname"

# --- unsigned long, C++ ------------------------------------------------------

for c in $ccs; do
    for std in c99 gnu11; do
        check "unsigned long, $c $std" "$c -std=$std $W $I ulong.c \
            -o $tmp/ulong.$c.$std && $tmp/ulong.$c.$std"
    done
done
check 'unsigned long, UNICODE and 16-bit wchar_t' "gcc -std=gnu11 -DUNICODE \
    -fshort-wchar $W $I ulong.c -o $tmp/ulong.16 && $tmp/ulong.16"
for c in $cxxs; do
    for std in c++98 c++17; do
        check "C++, $c $std" "$c -std=$std -Wall -Wextra -pthread $I cxx.cpp \
            -o $tmp/cxx.$c.$std && $tmp/cxx.$c.$std"
    done
done

# --- what is declared --------------------------------------------------------

declared_symbols "$socket_headers" >"$tmp/declared"
check 'declared.txt is what the headers declare' \
    "diff -u declared.txt $tmp/declared"

xargs -P "$(nproc)" -d '\n' -n 1 sh "$one" <"$tmp/jobs" | tee "$tmp/log"
! grep -q '^not ok ' "$tmp/log"
