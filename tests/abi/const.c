/* SPDX-License-Identifier: MIT */
/* Values of the public constants against const.inc, and the identifiers of the
 * extension functions against their written form. The former is decided by the
 * compiler, ours or mingw's; the latter when the program runs.
 */
#include "world.h"
#include <stdio.h>
#include <string.h>

#define C(name, value) _Static_assert((unsigned)(name) == (value), #name);
#ifdef _WIN32
#define K(name, value)
#else
#define K(name, value) C(name, value)
#endif
#include "const.inc"

_Static_assert(INVALID_SOCKET == (SOCKET)-1, "INVALID_SOCKET");
_Static_assert(sizeof(SOCKET) == 8 && (SOCKET)-1 > 0, "SOCKET");
_Static_assert(sizeof(u_long) == 4 && (u_long)-1 > 0, "u_long");
_Static_assert(sizeof(LONG) == 4 && (LONG)-1 < 0, "LONG");
_Static_assert(sizeof(GROUP) == 4, "GROUP");
_Static_assert(SD_RECEIVE == 0 && SD_SEND == 1 && SD_BOTH == 2, "SD_");
#ifdef SOMAXCONN_HINT
_Static_assert(SOMAXCONN_HINT(200) == -200, "SOMAXCONN_HINT");
#endif
_Static_assert(MAKEWORD(2, 1) == 0x0102, "MAKEWORD");
_Static_assert(WSAGETSELECTEVENT(MAKELONG(8, 10035)) == 8, "event");
_Static_assert(WSAGETSELECTERROR(MAKELONG(8, 10035)) == 10035, "error");
_Static_assert(WSA_CMSG_SPACE(4) == 24 && WSA_CMSG_LEN(4) == 20, "WSA_CMSG");

static const struct {
    const char *name;
    GUID id;
    const char *text;
} ids[] = {
    {"TRANSMITFILE",         WSAID_TRANSMITFILE,         "b5367df0-cbac-11cf-95ca00805f48a192"},
    {"ACCEPTEX",             WSAID_ACCEPTEX,             "b5367df1-cbac-11cf-95ca00805f48a192"},
    {"GETACCEPTEXSOCKADDRS", WSAID_GETACCEPTEXSOCKADDRS,
     "b5367df2-cbac-11cf-95ca00805f48a192"                                                    },
    {"TRANSMITPACKETS",      WSAID_TRANSMITPACKETS,
     "d9689da0-1f90-11d3-997100c04f68c876"                                                    },
    {"CONNECTEX",            WSAID_CONNECTEX,            "25a207b9-ddf3-4660-8ee976e58c74063e"},
    {"DISCONNECTEX",         WSAID_DISCONNECTEX,         "7fda2e11-8630-436f-a031f536a6eec157"},
    {"WSARECVMSG",           WSAID_WSARECVMSG,           "f689d7c8-6f1f-436b-8a53e54fe351c322"},
    {"WSASENDMSG",           WSAID_WSASENDMSG,           "a441e712-754f-43ca-84a70dee44cf606d"},
    {"WSAPOLL",              WSAID_WSAPOLL,              "18c76f85-dc66-4964-972e23c27238312b"},
};

int
main(void)
{
    int bad = 0;

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const GUID *id = &ids[i].id;
        char text[64];
        int n = snprintf(text, sizeof(text), "%08x-%04x-%04x-",
                         (unsigned)id->Data1, id->Data2, id->Data3);

        for (int b = 0; b < 8; b++)
            n += snprintf(text + n, sizeof(text) - (size_t)n, "%02x",
                          id->Data4[b]);
        if (strcmp(text, ids[i].text)) {
            printf("WSAID_%s is %s\n", ids[i].name, text);
            bad = 1;
        }
    }
    return bad;
}
