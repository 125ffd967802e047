/* SPDX-License-Identifier: MIT */
/* wsprintf: Windows' own small printf. Each directive is taken apart, and put
 * together again for libc with the widths that Windows means: "l" is 32 bits,
 * "I64" is 64. The result never exceeds 1,023 characters and a null. */
#include "base/utf.h"

#include <ws2/winbase.h>
#include <ws2/winuser.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 1024

struct out {
    char *text;
    size_t len;
};

static void
put(struct out *out, const char *text, size_t len)
{
    size_t room = MOST - 1 - out->len;

    if (len > room)
        len = room;
    memcpy(out->text + out->len, text, len);
    out->len += len;
}

struct directive {
    char flags[8];
    unsigned width;
    int precision; /* -1: none */
    enum { HALF, PLAIN, WIDE, DOUBLED } size;
    char type;
};

static unsigned
number(const char **at)
{
    unsigned n = 0;

    while (**at >= '0' && **at <= '9' && n < MOST)
        n = n * 10 + (unsigned)(*(*at)++ - '0');
    return n;
}

static void
parse_size(const char **at, struct directive *d)
{
    if (!strncmp(*at, "I64", 3)) {
        d->size = DOUBLED;
        *at += 3;
    } else if (**at == 'l') {
        d->size = WIDE;
        (*at)++;
    } else if (**at == 'h' || **at == 'w') {
        d->size = *(*at)++ == 'h' ? HALF : WIDE;
    }
}

/* Reads what follows a '%'. */
static const char *
parse(const char *at, struct directive *d)
{
    size_t count = strspn(at, "-#0");

    memset(d, 0, sizeof(*d));
    memcpy(d->flags, at, count < 4 ? count : 4);
    at += count;
    d->width = number(&at);
    d->precision = -1;
    d->size = PLAIN;
    if (*at == '.') {
        at++;
        d->precision = (int)number(&at);
    }
    parse_size(&at, d);
    d->type = *at;
    return *at ? at + 1 : at;
}

/* To libc a negative precision is none, and so is a width of 0. */
static void
put_number(struct out *out, const struct directive *d, uint64_t value)
{
    char format[32], text[MOST + 1];
    int len;

    snprintf(format, sizeof(format), "%%%s*.*ll%c", d->flags, d->type);
    len = snprintf(text, sizeof(text), format, (int)d->width, d->precision,
                   value);
    put(out, text, len < MOST ? (size_t)len : MOST - 1);
}

static void
pad(struct out *out, size_t have, size_t want)
{
    while (have++ < want)
        put(out, " ", 1);
}

static void
put_text(struct out *out, const struct directive *d, const char *text,
         size_t len)
{
    bool left = strchr(d->flags, '-') != NULL;

    if (d->precision >= 0 && len > (size_t)d->precision)
        len = (size_t)d->precision;
    if (!left)
        pad(out, len, d->width);
    put(out, text, len);
    if (left)
        pad(out, len, d->width);
}

static void
put_string(struct out *out, const struct directive *d, const void *s, bool wide)
{
    char text[MOST];
    size_t len;

    if (!s)
        s = "(null)", wide = false;
    if (!wide) {
        put_text(out, d, s, strnlen(s, MOST));
        return;
    }
    len = ws_utf_from_wide(s, ws_utf_wide_len(s, sizeof(WCHAR)), sizeof(WCHAR),
                           text, sizeof(text), 0);
    put_text(out, d, text, len < sizeof(text) ? len : sizeof(text));
}

static void
put_character(struct out *out, const struct directive *d, int c, bool wide)
{
    WCHAR one = (WCHAR)c;
    char text[8] = {(char)c};
    size_t len = 1;

    if (wide)
        len = ws_utf_from_wide(&one, 1, sizeof(one), text, sizeof(text), 0);
    put_text(out, d, text, len);
}

/* The argument of a whole number, as wide as the directive says. */
static uint64_t
integer(const struct directive *d, va_list *args)
{
    bool is_signed = d->type == 'd' || d->type == 'i';
    int value;

    if (d->size == DOUBLED)
        return va_arg(*args, uint64_t);
    value = va_arg(*args, int);
    if (d->size == HALF)
        value = is_signed ? (short)value : (unsigned short)value;
    return is_signed ? (uint64_t)(int64_t)value : (uint64_t)(unsigned)value;
}

/* One directive; an unknown one is printed as its letter, as Windows does. */
static void
put_directive(struct out *out, struct directive *d, va_list *args)
{
    bool wide = d->size == WIDE;

    switch (d->type) {
    case 's': put_string(out, d, va_arg(*args, void *), wide); break;
    case 'S': put_string(out, d, va_arg(*args, void *), d->size != HALF); break;
    case 'c': put_character(out, d, va_arg(*args, int), wide); break;
    case 'C': put_character(out, d, va_arg(*args, int), d->size != HALF); break;
    case 'p':
        *d = (struct directive){"", 16, 16, DOUBLED, 'X'};
        put_number(out, d, va_arg(*args, uintptr_t));
        break;
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X': put_number(out, d, integer(d, args)); break;
    default: put(out, &d->type, d->type != 0); break;
    }
}

int WINAPI
wvsprintfA(LPSTR text, LPCSTR format, va_list list)
{
    struct out out = {text, 0};
    struct directive d;
    va_list args;

    va_copy(args, list);
    while (*format) {
        size_t len = strcspn(format, "%");

        put(&out, format, len);
        format += len;
        if (!*format)
            break;
        format = parse(format + 1, &d);
        put_directive(&out, &d, &args);
    }
    va_end(args);
    text[out.len] = 0;
    return (int)out.len;
}

int WINAPIV
wsprintfA(LPSTR text, LPCSTR format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = wvsprintfA(text, format, args);
    va_end(args);
    return len;
}
