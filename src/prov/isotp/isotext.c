/* SPDX-License-Identifier: MIT */
/* Addresses of ISO transport as text: RFC 1278's form, as far as TCP can reach
 * what it names. Numbers stand for everything; a host's name is an error.
 * Invariant: what is printed is parsed again as the same address, but for the
 * option profile, which has no place in a text. */
#include "prov/isotp/isoaddr.h"

#include <stdio.h>
#include <string.h>
#include <ws2/ws2tcpip.h>

/* ---- printing ---- */

static bool
is_plain(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] < 0x20 || octets[i] > 0x7e || octets[i] == '"')
            return false;
    return true;
}

/* Gives what has been written; the longest text fits, see ISOADDR_TEXT. */
static size_t
print_selector(const struct ws_isoaddr *a, char *out)
{
    size_t n = 0;

    if (!a->tsel_len)
        return 0;
    if (is_plain(a->tsel, a->tsel_len))
        return (size_t)snprintf(out, ISOADDR_TEXT, "\"%.*s\"", a->tsel_len,
                                (const char *)a->tsel);
    out[n++] = '#';
    for (size_t i = 0; i < a->tsel_len; i++)
        n += (size_t)snprintf(out + n, ISOADDR_TEXT - n, "%02x", a->tsel[i]);
    return n;
}

static size_t
print_network(const struct ws_isoaddr *a, char *out, size_t room)
{
    char host[INET6_ADDRSTRLEN] = "";
    bool v6 = a->family == ISOADDR_INET6;
    size_t n;

    if (a->family == ISOADDR_ANY)
        return 0;
    inet_ntop(v6 ? AF_INET6 : AF_INET, a->ip, host, sizeof(host));
    n = (size_t)snprintf(out, room, v6 ? "Internet=[%s]" : "Internet=%s", host);
    if (a->has_port)
        n += (size_t)snprintf(out + n, room - n, "+%u", a->port);
    return n;
}

size_t
ws_isoaddr_print(const struct ws_isoaddr *a, char out[ISOADDR_TEXT])
{
    size_t n = print_selector(a, out);

    if (n || a->family == ISOADDR_ANY)
        out[n++] = '/';
    out[n] = '\0';
    return n + print_network(a, out + n, ISOADDR_TEXT - n);
}

/* ---- parsing: what is left of the text moves on behind what was read ---- */

static int
hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at =
        c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* Pairs of digits as far as they go; more than "most" octets are an error. */
static int
parse_hex(const char **text, uint8_t *out, size_t most, size_t *len)
{
    const char *at = *text;
    size_t n = 0;
    int high, low;

    for (; (high = hex_digit(*at)) >= 0; at += 2, n++) {
        low = hex_digit(at[1]);
        if (low < 0 || n == most)
            return WSAEINVAL;
        out[n] = (uint8_t)(high << 4 | low);
    }
    *text = at;
    *len = n;
    return 0;
}

static int
parse_quoted(const char **text, struct ws_isoaddr *a)
{
    const char *end = strchr(*text, '"');
    size_t len = end ? (size_t)(end - *text) : 0;

    if (!end || len > sizeof(a->tsel))
        return WSAEINVAL;
    memcpy(a->tsel, *text, len);
    a->tsel_len = (uint8_t)len;
    *text = end + 1;
    return 0;
}

static int
parse_octets(const char **text, struct ws_isoaddr *a)
{
    size_t len = 0;
    int err = parse_hex(text, a->tsel, sizeof(a->tsel), &len);

    if (!err && !len)
        err = WSAEINVAL;
    a->tsel_len = (uint8_t)len;
    return err;
}

static int
parse_selector(const char **text, struct ws_isoaddr *a)
{
    char mark = **text;
    int err = 0;

    if (mark != '"' && mark != '#' && mark != '\'')
        return 0;
    ++*text;
    err = mark == '"' ? parse_quoted(text, a) : parse_octets(text, a);
    if (!err && mark == '\'') {
        if (strncmp(*text, "'H", 2) != 0)
            return WSAEINVAL;
        *text += 2;
    }
    if (!err && **text && **text != '/')
        err = WSAEINVAL;
    return err;
}

/* Skips "word", in whatever case. */
static bool
skip_word(const char **text, const char *word)
{
    const char *at = *text;

    for (; *word; word++, at++)
        if ((*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at) != *word)
            return false;
    *text = at;
    return true;
}

/* A decimal number behind a plus; a sign, a blank or no digit is an error. */
static int
parse_number(const char **text, unsigned long *out)
{
    const char *at = *text + 1;
    unsigned long value = 0;

    if (**text != '+' || *at < '0' || *at > '9')
        return WSAEINVAL;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (unsigned long)(*at - '0');
        if (value > 0xffff)
            return WSAEINVAL;
    }
    *text = at;
    *out = value;
    return 0;
}

/* The host up to the plus or the end, in brackets or not. */
static int
parse_host(const char **text, struct ws_isoaddr *a)
{
    char host[INET6_ADDRSTRLEN];
    size_t all = strcspn(*text, "+"), len = all;
    const char *at = *text;

    if (len >= 2 && at[0] == '[' && at[len - 1] == ']') {
        at++;
        len -= 2;
        if (!memchr(at, ':', len))
            return WSAEINVAL;
    }
    if (len >= sizeof(host))
        return WSAEINVAL;
    memcpy(host, at, len);
    host[len] = '\0';
    if (inet_pton(AF_INET, host, a->ip) == 1)
        a->family = ISOADDR_INET;
    else if (inet_pton(AF_INET6, host, a->ip) == 1)
        a->family = ISOADDR_INET6;
    else
        return WSAEINVAL;
    *text += all;
    return 0;
}

/* The transport set, if said, is TCP's. */
static int
parse_internet(const char **text, struct ws_isoaddr *a)
{
    unsigned long port, set = 1;
    int err = parse_host(text, a);

    if (err || !**text)
        return err;
    err = parse_number(text, &port);
    if (err)
        return err;
    a->port = (uint16_t)port;
    a->has_port = true;
    if (**text)
        err = parse_number(text, &set);
    return err || set != 1 ? WSAEINVAL : 0;
}

static int
parse_nsap(const char **text, struct ws_isoaddr *a)
{
    uint8_t nsap[ISO_MAX_INET_LENGTH];
    size_t len = 0;
    int err = parse_hex(text, nsap, sizeof(nsap), &len);

    return err || ws_isoaddr_take_nsap(nsap, len, a) ? WSAEINVAL : 0;
}

int
ws_isoaddr_parse(const char *text, struct ws_isoaddr *out)
{
    struct ws_isoaddr a = {.port = ISOADDR_PORT};
    const char *at = text;
    int err = *text ? parse_selector(&at, &a) : WSAEINVAL;

    if (err)
        return err;
    if (*at == '/')
        at++;
    if (skip_word(&at, "internet="))
        err = parse_internet(&at, &a);
    else if (skip_word(&at, "ns+"))
        err = parse_nsap(&at, &a);
    if (err || *at)
        return WSAEINVAL;
    *out = a;
    return 0;
}
