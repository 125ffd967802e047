/* SPDX-License-Identifier: MIT */
/* ws2safe.h: the strsafe functions for one kind of character. Included by
 * strsafe.h once for each, with WS2_CH the type and WS2_FN(name) the name with
 * A or W behind it, and by nobody else; so it has no guard. A string that does
 * not fit is cut off, ended by a null, and STRSAFE_E_INSUFFICIENT_BUFFER says
 * so. */

/* The length of 's', or 'max' if there is no null in front. */
WS2_SAFE size_t
WS2_FN(ws2_safe_len)(const WS2_CH *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

/* Puts up to 'count' characters of 'src' at 'dst[at]'. */
WS2_SAFE HRESULT
WS2_FN(ws2_safe_put)(WS2_CH *dst, size_t size, size_t at, const WS2_CH *src,
                     size_t count)
{
    size_t i;

    if (!size || size > STRSAFE_MAX_CCH || at >= size)
        return STRSAFE_E_INVALID_PARAMETER;
    for (i = at; count && *src && i < size; count--)
        dst[i++] = *src++;
    dst[i < size ? i : size - 1] = 0;
    return i < size ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

WS2_SAFE HRESULT
WS2_FN(StringCchCopy)(WS2_CH *dst, size_t size, const WS2_CH *src)
{
    return WS2_FN(ws2_safe_put)(dst, size, 0, src, STRSAFE_MAX_CCH);
}

WS2_SAFE HRESULT
WS2_FN(StringCchCopyN)(WS2_CH *dst, size_t size, const WS2_CH *src,
                       size_t count)
{
    return WS2_FN(ws2_safe_put)(dst, size, 0, src, count);
}

WS2_SAFE HRESULT
WS2_FN(StringCchCatN)(WS2_CH *dst, size_t size, const WS2_CH *src, size_t count)
{
    size_t at = size > STRSAFE_MAX_CCH ? 0 : WS2_FN(ws2_safe_len)(dst, size);

    return WS2_FN(ws2_safe_put)(dst, size, at, src, count);
}

WS2_SAFE HRESULT
WS2_FN(StringCchCat)(WS2_CH *dst, size_t size, const WS2_CH *src)
{
    return WS2_FN(StringCchCatN)(dst, size, src, STRSAFE_MAX_CCH);
}

/* 'len' may be NULL. No null within 'max' characters is a wrong parameter. */
WS2_SAFE HRESULT
WS2_FN(StringCchLength)(const WS2_CH *s, size_t max, size_t *len)
{
    size_t n = s && max <= STRSAFE_MAX_CCH ? WS2_FN(ws2_safe_len)(s, max) : max;

    if (len)
        *len = n < max ? n : 0;
    return n < max ? S_OK : STRSAFE_E_INVALID_PARAMETER;
}

/* The same with sizes in bytes. */
WS2_SAFE HRESULT
WS2_FN(StringCbCopy)(WS2_CH *dst, size_t bytes, const WS2_CH *src)
{
    return WS2_FN(StringCchCopy)(dst, bytes / sizeof(WS2_CH), src);
}

WS2_SAFE HRESULT
WS2_FN(StringCbCopyN)(WS2_CH *dst, size_t bytes, const WS2_CH *src,
                      size_t count)
{
    return WS2_FN(StringCchCopyN)(dst, bytes / sizeof(WS2_CH), src,
                                  count / sizeof(WS2_CH));
}

WS2_SAFE HRESULT
WS2_FN(StringCbCat)(WS2_CH *dst, size_t bytes, const WS2_CH *src)
{
    return WS2_FN(StringCchCat)(dst, bytes / sizeof(WS2_CH), src);
}

WS2_SAFE HRESULT
WS2_FN(StringCbCatN)(WS2_CH *dst, size_t bytes, const WS2_CH *src, size_t count)
{
    return WS2_FN(StringCchCatN)(dst, bytes / sizeof(WS2_CH), src,
                                 count / sizeof(WS2_CH));
}

WS2_SAFE HRESULT
WS2_FN(StringCbLength)(const WS2_CH *s, size_t bytes, size_t *len)
{
    HRESULT hr = WS2_FN(StringCchLength)(s, bytes / sizeof(WS2_CH), len);

    if (len)
        *len *= sizeof(WS2_CH);
    return hr;
}
