/* SPDX-License-Identifier: MIT */
/* ws2str.h: the string helpers of ws2crt.h for one kind of character. Included
 * by it once for char and once for wchar_t, and by nobody else, with WS2_CH the
 * type and WS2_FN(a, w) choosing the name; so it has no guard. Its loops are
 * its own because libc's wide functions know only libc's width. Every function
 * that writes leaves a null inside 'size', or has not written. */

/* The length of 's', at most 'max'. */
WS2_INLINE size_t
WS2_FN(strnlen_s, wcsnlen_s)(const WS2_CH *s, size_t max)
{
    size_t n = 0;

    while (s && n < max && s[n])
        n++;
    return n;
}

/* Puts up to 'count' characters of 'src' behind the 'at' that 'dst' has. Too
 * small a 'dst' is emptied and gives ERANGE; with _TRUNCATE it takes what fits.
 */
WS2_INLINE errno_t
WS2_FN(ws2_put, ws2_wput)(WS2_CH *dst, size_t size, size_t at,
                          const WS2_CH *src, size_t count)
{
    size_t n = WS2_FN(strnlen_s, wcsnlen_s)(src, count);
    errno_t err = 0;

    if (!dst || !size)
        return EINVAL;
    if (!src || at >= size) { /* at == size: there was no null in 'dst' */
        dst[0] = 0;
        return EINVAL;
    }
    if (n >= size - at) {
        err = count == _TRUNCATE ? STRUNCATE : ERANGE;
        n = size - at - 1;
    }
    if (err == ERANGE) {
        dst[0] = 0;
        return err;
    }
    memmove(dst + at, src, n * sizeof(WS2_CH));
    dst[at + n] = 0;
    return err;
}

WS2_INLINE errno_t
WS2_FN(strcpy_s, wcscpy_s)(WS2_CH *dst, size_t size, const WS2_CH *src)
{
    return WS2_FN(ws2_put, ws2_wput)(dst, size, 0, src, WS2_WHOLE);
}

WS2_INLINE errno_t
WS2_FN(strncpy_s, wcsncpy_s)(WS2_CH *dst, size_t size, const WS2_CH *src,
                             size_t count)
{
    return WS2_FN(ws2_put, ws2_wput)(dst, size, 0, src, count);
}

WS2_INLINE errno_t
WS2_FN(strncat_s, wcsncat_s)(WS2_CH *dst, size_t size, const WS2_CH *src,
                             size_t count)
{
    size_t at = WS2_FN(strnlen_s, wcsnlen_s)(dst, size);

    return WS2_FN(ws2_put, ws2_wput)(dst, size, at, src, count);
}

WS2_INLINE errno_t
WS2_FN(strcat_s, wcscat_s)(WS2_CH *dst, size_t size, const WS2_CH *src)
{
    return WS2_FN(strncat_s, wcsncat_s)(dst, size, src, WS2_WHOLE);
}

/* Other case, if 'c' is one of the 26 letters that start at 'first'. */
WS2_INLINE WS2_CH
WS2_FN(ws2_flip, ws2_wflip)(WS2_CH c, char first)
{
    return (WS2_CH)(c >= first && c < first + 26 ? c ^ 0x20 : c);
}

WS2_INLINE int
WS2_FN(_strnicmp, _wcsnicmp)(const WS2_CH *a, const WS2_CH *b, size_t count)
{
    WS2_CH x, y;

    for (; count; count--, a++, b++) {
        x = WS2_FN(ws2_flip, ws2_wflip)(*a, 'A');
        y = WS2_FN(ws2_flip, ws2_wflip)(*b, 'A');
        if (x != y)
            return x < y ? -1 : 1;
        if (!x)
            break;
    }
    return 0;
}

WS2_INLINE int
WS2_FN(_stricmp, _wcsicmp)(const WS2_CH *a, const WS2_CH *b)
{
    return WS2_FN(_strnicmp, _wcsnicmp)(a, b, WS2_WHOLE);
}

WS2_INLINE WS2_CH *
WS2_FN(_strlwr, _wcslwr)(WS2_CH *s)
{
    WS2_CH *p;

    for (p = s; *p; p++)
        *p = WS2_FN(ws2_flip, ws2_wflip)(*p, 'A');
    return s;
}

WS2_INLINE WS2_CH *
WS2_FN(_strupr, _wcsupr)(WS2_CH *s)
{
    WS2_CH *p;

    for (p = s; *p; p++)
        *p = WS2_FN(ws2_flip, ws2_wflip)(*p, 'a');
    return s;
}

WS2_INLINE WS2_CH *
WS2_FN(_strdup, _wcsdup)(const WS2_CH *s)
{
    size_t n = WS2_FN(strnlen_s, wcsnlen_s)(s, WS2_WHOLE) + 1;
    WS2_CH *copy = (WS2_CH *)malloc(n * sizeof(WS2_CH));

    return copy ? (WS2_CH *)memcpy(copy, s, n * sizeof(WS2_CH)) : NULL;
}

/* The digits of 'value' in 'radix' 2 to 36; 'minus' in front if asked. */
WS2_INLINE errno_t
WS2_FN(ws2_digits, ws2_wdigits)(unsigned __int64 value, int minus, WS2_CH *dst,
                                size_t size, int radix)
{
    WS2_CH rev[66];
    size_t n = 0;

    if (!dst || !size)
        return EINVAL;
    dst[0] = 0;
    if (radix < 2 || radix > 36)
        return EINVAL;
    do {
        rev[n++] =
            (WS2_CH) "0123456789abcdefghijklmnopqrstuvwxyz"[value % radix];
        value /= radix;
    } while (value);
    if (minus)
        rev[n++] = '-';
    if (n >= size)
        return ERANGE;
    for (dst[n] = 0; n; n--)
        *dst++ = rev[n - 1];
    return 0;
}

/* Only radix 10 knows negative numbers; in others the bits are printed. */
WS2_INLINE errno_t
WS2_FN(_itoa_s, _itow_s)(int value, WS2_CH *dst, size_t size, int radix)
{
    int minus = value < 0 && radix == 10;

    return WS2_FN(ws2_digits,
                  ws2_wdigits)(minus ? 0u - (unsigned)value : (unsigned)value,
                               minus, dst, size, radix);
}

WS2_INLINE errno_t
WS2_FN(_i64toa_s, _i64tow_s)(__int64 value, WS2_CH *dst, size_t size, int radix)
{
    int minus = value < 0 && radix == 10;
    unsigned __int64 bits = (unsigned __int64)value;

    return WS2_FN(ws2_digits, ws2_wdigits)(minus ? 0 - bits : bits, minus, dst,
                                           size, radix);
}

WS2_INLINE errno_t
WS2_FN(_ui64toa_s, _ui64tow_s)(unsigned __int64 value, WS2_CH *dst, size_t size,
                               int radix)
{
    return WS2_FN(ws2_digits, ws2_wdigits)(value, 0, dst, size, radix);
}

WS2_INLINE WS2_CH *
WS2_FN(_itoa, _itow)(int value, WS2_CH *dst, int radix)
{
    WS2_FN(_itoa_s, _itow_s)(value, dst, 66, radix);
    return dst;
}

#ifdef __cplusplus
/* In C++ the size of an array need not be said. */
extern "C++" {
template <size_t N>
inline errno_t
WS2_FN(strcpy_s, wcscpy_s)(WS2_CH (&dst)[N], const WS2_CH *src)
{
    return WS2_FN(strcpy_s, wcscpy_s)(dst, N, src);
}
template <size_t N>
inline errno_t
WS2_FN(strncpy_s, wcsncpy_s)(WS2_CH (&dst)[N], const WS2_CH *src, size_t count)
{
    return WS2_FN(strncpy_s, wcsncpy_s)(dst, N, src, count);
}
template <size_t N>
inline errno_t
WS2_FN(strcat_s, wcscat_s)(WS2_CH (&dst)[N], const WS2_CH *src)
{
    return WS2_FN(strcat_s, wcscat_s)(dst, N, src);
}
template <size_t N>
inline errno_t
WS2_FN(strncat_s, wcsncat_s)(WS2_CH (&dst)[N], const WS2_CH *src, size_t count)
{
    return WS2_FN(strncat_s, wcsncat_s)(dst, N, src, count);
}
template <size_t N>
inline errno_t
WS2_FN(_itoa_s, _itow_s)(int value, WS2_CH (&dst)[N], int radix)
{
    return WS2_FN(_itoa_s, _itow_s)(value, dst, N, radix);
}
}
#endif
