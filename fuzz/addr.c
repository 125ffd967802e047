/* SPDX-License-Identifier: MIT */
/* Addresses to text and back, by all the calls there are for it. Whatever is
 * accepted prints, and what was printed is read again as the same address;
 * nothing is written beyond the sizes given, and too little room is refused
 * with the size that is needed. */
#include "fuzz.h"

#include <winsock2.h>
#include <ws2tcpip.h>

static void
start(void)
{
    static WSADATA data;

    if (!data.wVersion)
        WANT(WSAStartup(MAKEWORD(2, 2), &data) == 0);
}

/* ---- texts ---- */

static void
check_pton(int family, const char *text, size_t size, size_t longest)
{
    struct guarded a = guarded_new(size), b = guarded_new(size);
    int got = inet_pton(family, text, a.bytes);

    WANT(got == 0 || got == 1);
    if (got == 1) {
        struct guarded out = guarded_new(longest);
        char *printed = (char *)out.bytes;

        WANT(inet_ntop(family, a.bytes, printed, longest) == printed);
        WANT(inet_pton(family, printed, b.bytes) == 1);
        WANT(!memcmp(a.bytes, b.bytes, size));
        WANT(!inet_ntop(family, a.bytes, printed, strlen(printed)));
        guarded_free(&out);
    } else {
        for (size_t i = 0; i < size; i++)
            WANT(a.bytes[i] == ZONE_BYTE);
    }
    guarded_free(&a);
    guarded_free(&b);
}

/* What the strict reader takes, the old one takes for the same. */
static void
check_inet_addr(const char *text)
{
    u_long old = inet_addr(text);
    struct in_addr in;

    if (inet_pton(AF_INET, text, &in) == 1)
        WANT(in.s_addr == old);
    in.s_addr = old;
    WANT(inet_addr(inet_ntoa(in)) == old);
}

/* ---- socket addresses ---- */

/* Prints what "name" holds, in just enough room and in one byte less, and
 * reads it again; what is not an address's own (flow, padding) is lost. */
static void
check_print(const void *name, DWORD len, INT family)
{
    SOCKADDR_STORAGE back;
    struct guarded text;
    DWORD need = 0, room;
    INT back_len = sizeof(back);

    if (WSAAddressToStringA((LPSOCKADDR)name, len, NULL, NULL, &need) == 0 ||
        need == 0)
        return;
    text = guarded_new(need);
    room = need - 1;
    WANT(WSAAddressToStringA((LPSOCKADDR)name, len, NULL, (char *)text.bytes,
                             &room) == SOCKET_ERROR);
    WANT(WSAGetLastError() == WSAEFAULT && room == need);
    WANT(WSAAddressToStringA((LPSOCKADDR)name, len, NULL, (char *)text.bytes,
                             &room) == 0);
    WANT(room == need && strlen((char *)text.bytes) == need - 1);
    memset(&back, 0, sizeof(back));
    WANT(WSAStringToAddressA((char *)text.bytes, family, NULL,
                             (LPSOCKADDR)&back, &back_len) == 0);
    if (family == AF_INET) {
        const struct sockaddr_in *a = name;

        WANT(back_len == sizeof(*a));
        WANT(!memcmp(&back, a, offsetof(struct sockaddr_in, sin_zero)));
    } else {
        const struct sockaddr_in6 *a = name;
        const struct sockaddr_in6 *b = (struct sockaddr_in6 *)&back;

        WANT(back_len == sizeof(*a));
        WANT(a->sin6_port == b->sin6_port &&
             a->sin6_scope_id == b->sin6_scope_id &&
             !memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr)));
    }
    guarded_free(&text);
}

static void
check_parse(char *text, INT family, INT room)
{
    struct guarded out = guarded_new((size_t)room);
    INT len = room;

    if (WSAStringToAddressA(text, family, NULL, (LPSOCKADDR)out.bytes, &len) ==
        0) {
        SOCKADDR_STORAGE copy = {0};

        WANT(len <= room);
        memcpy(&copy, out.bytes, (size_t)len);
        WANT(copy.ss_family == family);
        check_print(&copy, (DWORD)len, family);
    } else {
        WANT(len == room ||
             (WSAGetLastError() == WSAEFAULT && len > room && len <= 28));
    }
    guarded_free(&out);
}

static void
check_bytes(const uint8_t *data, size_t size)
{
    SOCKADDR_STORAGE name = {0};
    struct guarded exact = guarded_new(size);
    DWORD need = 0;

    memcpy(exact.bytes, data, size);
    WSAAddressToStringA((LPSOCKADDR)exact.bytes, (DWORD)size, NULL, NULL,
                        &need);
    guarded_free(&exact);
    memcpy(&name, data, size < sizeof(name) ? size : sizeof(name));
    name.ss_family = AF_INET;
    check_print(&name, sizeof(struct sockaddr_in), AF_INET);
    name.ss_family = AF_INET6;
    check_print(&name, sizeof(struct sockaddr_in6), AF_INET6);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct in in = {data, data + size};
    INT room = (INT)(in_byte(&in) % 40), family;
    size_t len = (size_t)(in.end - in.at);
    char *text = malloc(len + 1);

    start();
    WANT(text);
    memcpy(text, in.at, len);
    text[len] = '\0';
    family = room % 7 == 6 ? room : room % 2 ? AF_INET : AF_INET6;
    check_pton(AF_INET, text, 4, INET_ADDRSTRLEN);
    check_pton(AF_INET6, text, 16, INET6_ADDRSTRLEN);
    check_inet_addr(text);
    check_parse(text, family, room);
    check_parse(text, AF_INET, sizeof(struct sockaddr_in));
    check_parse(text, AF_INET6, sizeof(struct sockaddr_in6));
    check_bytes(in.at, len);
    free(text);
    return 0;
}
