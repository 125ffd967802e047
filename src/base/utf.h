/* SPDX-License-Identifier: MIT */
/* UTF-8 to and from wide characters of either width: 32-bit code points, or
 * UTF-16 under -fshort-wchar. Strict (no surrogates in UTF-8, no overlong
 * forms, nothing above U+10FFFF), counted, and pure. Everything inside the
 * house is UTF-8; wide characters exist only at the border. */
#ifndef WS_BASE_UTF_H
#define WS_BASE_UTF_H

#include <stddef.h>

/* Both return the number of units that the whole result needs (not counting
 * any terminator unless the input held one), or (size_t)-1 for malformed input
 * where 'strict'; otherwise malformed input becomes U+FFFD. At most 'room'
 * units are stored, and never a part of a character: a return value above
 * 'room' says that it was too small. 'out' may be NULL with 'room' 0. 'width'
 * is sizeof(wchar_t) of the caller, 2 or 4. */
size_t ws_utf_to_wide(const char *in, size_t len, void *out, size_t room,
                      int width, int strict);
size_t ws_utf_from_wide(const void *in, size_t len, int width, char *out,
                        size_t room, int strict);

/* Units before the terminator. */
size_t ws_utf_wide_len(const void *s, int width);

#endif
