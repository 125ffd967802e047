#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What `make install` does.  OUT is the built tree; PREFIX and LIBDIR say where
# things will live, DESTDIR where they are put meanwhile.  Templates
# (packaging/*.in) have @prefix@, @libdir@ and @version@ filled in.

set -eu
cd "$(dirname "$0")/.."
: "${OUT:=build}" "${PREFIX:=/usr/local}" "${LIBDIR:=$PREFIX/lib}"
: "${DESTDIR:=}" "${VERSION:=0}"

put() { # put MODE DIRECTORY FILE...
    mode=$1 dir=$DESTDIR$2
    shift 2
    install -d "$dir"
    for file; do
        [ ! -f "$file" ] || install -m "$mode" "$file" "$dir"
    done
}

fill() { # fill DIRECTORY TEMPLATE...
    dir=$DESTDIR$1
    shift
    for file; do
        [ -f "$file" ] || continue
        install -d "$dir"
        sed -e "s|@prefix@|$PREFIX|g" -e "s|@libdir@|$LIBDIR|g" \
            -e "s|@version@|$VERSION|g" "$file" \
            >"$dir/$(basename "$file" .in)"
    done
}

put 755 "$LIBDIR" "$OUT"/lib/libws2_32.so.0
ln -sf libws2_32.so.0 "$DESTDIR$LIBDIR/libws2_32.so"
for file in "$OUT"/lib/*; do
    [ -L "$file" ] || [ "$file" = "$OUT/lib/libws2_32.so.0" ] ||
        put 644 "$LIBDIR" "$file"
done
put 755 "$PREFIX/bin" "$OUT"/bin/wscc "$OUT"/bin/wsc++
put 755 "$PREFIX/sbin" "$OUT"/bin/ws2-synd
install -d "$DESTDIR$PREFIX/include"
cp -R include/ws2 "$DESTDIR$PREFIX/include/"
fill "$LIBDIR/pkgconfig" packaging/*.pc.in
fill "$LIBDIR/cmake/ws2_32" packaging/*.cmake.in
put 644 "$PREFIX/share/man/man1" man/*.1
put 644 "$PREFIX/share/man/man7" man/*.7
