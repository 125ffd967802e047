/* SPDX-License-Identifier: MIT */
/* Two tables. 'meanings' is Windows' own, status by status: what Winsock says
 * of it (spec 3.8) and what the rest of Win32 says (the general mapping, ST-2).
 * 'choices' is ours: the status that stands for an error number of the house
 * (ST-3), chosen so that the way back gives the same number wherever Windows
 * has a status for it. A number without one travels whole, in a status of the
 * Win32 facility (ST-1). */
#include "w32/status.h"

#include "base/list.h"

#include <ws2/winbase.h>
#include <ws2/winsock2.h>

#include <stdint.h>
#include <stdlib.h>

#define OTHER                                                                  \
    WSAEINVAL /* any warning or error that Winsock has no name for             \
               */

#define FACILITY_MASK 0xffff0000u
#define OUR_FACILITY 0xC0070000u

static const struct meaning {
    uint32_t status;
    int wsa, win32;
} meanings[] = {
  /* in the order of the first column */
    {0x00000103, WSA_IO_INCOMPLETE,     ERROR_IO_PENDING          },
    {0x80000002, OTHER,                 ERROR_NOACCESS            },
    {0x80000005, WSAEMSGSIZE,           ERROR_MORE_DATA           },
    {0xC0000001, OTHER,                 ERROR_GEN_FAILURE         },
    {0xC0000002, WSAEOPNOTSUPP,         ERROR_INVALID_FUNCTION    },
    {0xC0000005, WSAEFAULT,             ERROR_NOACCESS            },
    {0xC0000007, WSAENOBUFS,            ERROR_PAGEFILE_QUOTA      },
    {0xC0000008, WSAENOTSOCK,           ERROR_INVALID_HANDLE      },
    {0xC000000D, OTHER,                 ERROR_INVALID_PARAMETER   },
    {0xC000000E, WSAENETDOWN,           ERROR_FILE_NOT_FOUND      },
    {0xC000000F, WSAENETDOWN,           ERROR_FILE_NOT_FOUND      },
    {0xC0000010, OTHER,                 ERROR_INVALID_FUNCTION    },
    {0xC0000011, OTHER,                 ERROR_HANDLE_EOF          },
    {0xC0000017, WSAENOBUFS,            ERROR_NOT_ENOUGH_MEMORY   },
    {0xC0000018, WSAENOBUFS,            ERROR_INVALID_ADDRESS     },
    {0xC0000022, WSAEACCES,             ERROR_ACCESS_DENIED       },
    {0xC0000023, WSAEFAULT,             ERROR_INSUFFICIENT_BUFFER },
    {0xC0000024, WSAENOTSOCK,           ERROR_INVALID_HANDLE      },
    {0xC0000034, WSAENETDOWN,           ERROR_FILE_NOT_FOUND      },
    {0xC000003A, WSAENETDOWN,           ERROR_PATH_NOT_FOUND      },
    {0xC0000043, WSAEADDRINUSE,         ERROR_SHARING_VIOLATION   },
    {0xC0000044, WSAENOBUFS,            ERROR_NOT_ENOUGH_QUOTA    },
    {0xC000007F, OTHER,                 ERROR_DISK_FULL           },
    {0xC0000097, WSAENOBUFS,            ERROR_NOT_ENOUGH_MEMORY   },
    {0xC000009A, WSAENOBUFS,            ERROR_NO_SYSTEM_RESOURCES },
    {0xC00000A1, WSAENOBUFS,            ERROR_WORKING_SET_QUOTA   },
    {0xC00000A3, WSAEWOULDBLOCK,        ERROR_NOT_READY           },
    {0xC00000B0, WSAESHUTDOWN,          ERROR_PIPE_NOT_CONNECTED  },
    {0xC00000B1, OTHER,                 ERROR_NO_DATA             },
    {0xC00000B5, WSAETIMEDOUT,          ERROR_SEM_TIMEOUT         },
    {0xC00000BB, WSAEOPNOTSUPP,         ERROR_NOT_SUPPORTED       },
    {0xC00000BC, WSAECONNREFUSED,       ERROR_REM_NOT_LIST        },
    {0xC00000BE, WSAENETUNREACH,        ERROR_BAD_NETPATH         },
    {0xC00000BF, WSAENETDOWN,           ERROR_NETWORK_BUSY        },
    {0xC00000C3, WSAENETDOWN,           ERROR_BAD_NET_RESP        },
    {0xC00000C4, WSAENETDOWN,           ERROR_UNEXP_NET_ERR       },
    {0xC00000D0, WSAEWOULDBLOCK,        ERROR_REQ_NOT_ACCEP       },
    {0xC000011F, OTHER,                 ERROR_TOO_MANY_OPEN_FILES },
    {0xC0000120, WSA_OPERATION_ABORTED, ERROR_OPERATION_ABORTED   },
    {0xC000012D, WSAENOBUFS,            ERROR_COMMITMENT_LIMIT    },
    {0xC000013B, WSAECONNABORTED,       ERROR_NETNAME_DELETED     },
    {0xC000013C, WSAECONNRESET,         ERROR_NETNAME_DELETED     },
    {0xC000013D, WSAENOBUFS,            ERROR_REM_NOT_LIST        },
    {0xC000013E, WSAECONNRESET,         ERROR_UNEXP_NET_ERR       },
    {0xC000013F, WSAETIMEDOUT,          ERROR_UNEXP_NET_ERR       },
    {0xC0000140, WSAENOTCONN,           ERROR_UNEXP_NET_ERR       },
    {0xC0000141, WSAEADDRNOTAVAIL,      ERROR_UNEXP_NET_ERR       },
    {0xC000014B, OTHER,                 ERROR_BROKEN_PIPE         },
    {0xC0000185, OTHER,                 ERROR_IO_DEVICE           },
    {0xC0000206, WSAEMSGSIZE,           ERROR_INVALID_USER_BUFFER },
    {0xC0000207, WSAEADDRNOTAVAIL,      ERROR_INVALID_NETNAME     },
    {0xC0000209, WSAENOBUFS,            ERROR_TOO_MANY_NAMES      },
    {0xC000020A, WSAEADDRINUSE,         ERROR_DUP_NAME            },
    {0xC000020C, WSAECONNRESET,         ERROR_NETNAME_DELETED     },
    {0xC000020D, WSAECONNRESET,         ERROR_NETNAME_DELETED     },
    {0xC000020F, WSAECONNABORTED,       ERROR_UNEXP_NET_ERR       },
    {0xC0000225, OTHER,                 ERROR_NOT_FOUND           },
    {0xC0000236, WSAECONNREFUSED,       ERROR_CONNECTION_REFUSED  },
    {0xC0000237, WSAEDISCON,            ERROR_GRACEFUL_DISCONNECT },
    {0xC000023B, WSAEISCONN,            ERROR_CONNECTION_ACTIVE   },
    {0xC000023C, WSAENETUNREACH,        ERROR_NETWORK_UNREACHABLE },
    {0xC000023D, WSAEHOSTUNREACH,       ERROR_HOST_UNREACHABLE    },
    {0xC000023E, WSAENETUNREACH,        ERROR_PROTOCOL_UNREACHABLE},
    {0xC000023F, WSAECONNRESET,         ERROR_PORT_UNREACHABLE    },
    {0xC0000240, WSAEINTR,              ERROR_REQUEST_ABORTED     },
    {0xC0000241, WSAECONNABORTED,       ERROR_CONNECTION_ABORTED  },
    {0xC00002C5, WSAEFAULT,             ERROR_NOACCESS            },
    {0xC0000350, WSAEHOSTDOWN,          ERROR_HOST_DOWN           },
};

static const struct choice {
    int err;
    uint32_t status;
} choices[] = {
  /* in the order of the first column */
    {ERROR_TOO_MANY_OPEN_FILES, 0xC000011F},
    {ERROR_ACCESS_DENIED,       0xC0000022},
    {ERROR_INVALID_HANDLE,      0xC0000008},
    {ERROR_NOT_ENOUGH_MEMORY,   0xC0000017},
    {ERROR_OUTOFMEMORY,         0xC0000017},
    {ERROR_GEN_FAILURE,         0xC0000001},
    {ERROR_HANDLE_EOF,          0xC0000011},
    {ERROR_NOT_SUPPORTED,       0xC00000BB},
    {ERROR_NETNAME_DELETED,     0xC000020D},
    {ERROR_INVALID_PARAMETER,   0xC000000D},
    {ERROR_BROKEN_PIPE,         0xC000014B},
    {ERROR_DISK_FULL,           0xC000007F},
    {ERROR_SEM_TIMEOUT,         0xC00000B5},
    {ERROR_INSUFFICIENT_BUFFER, 0xC0000023},
    {ERROR_NO_DATA,             0xC00000B1},
    {ERROR_MORE_DATA,           0x80000005},
    {ERROR_OPERATION_ABORTED,   0xC0000120},
    {ERROR_IO_INCOMPLETE,       0x00000103},
    {ERROR_IO_PENDING,          0x00000103},
    {ERROR_NOACCESS,            0xC0000005},
    {ERROR_IO_DEVICE,           0xC0000185},
    {ERROR_NOT_FOUND,           0xC0000225},
    {ERROR_CONNECTION_REFUSED,  0xC0000236},
    {ERROR_CONNECTION_ABORTED,  0xC0000241},
    {ERROR_NO_SYSTEM_RESOURCES, 0xC000009A},
    {WSAEINTR,                  0xC0000240},
    {WSAEACCES,                 0xC0000022},
    {WSAEFAULT,                 0xC0000005},
    {WSAEINVAL,                 0xC000000D},
    {WSAEMFILE,                 0xC000011F},
    {WSAEWOULDBLOCK,            0xC00000A3},
    {WSAENOTSOCK,               0xC0000008},
    {WSAEDESTADDRREQ,           0xC0000140},
    {WSAEMSGSIZE,               0x80000005},
    {WSAEOPNOTSUPP,             0xC00000BB},
    {WSAEADDRINUSE,             0xC000020A},
    {WSAEADDRNOTAVAIL,          0xC0000207},
    {WSAENETDOWN,               0xC00000BF},
    {WSAENETUNREACH,            0xC000023C},
    {WSAECONNABORTED,           0xC0000241},
    {WSAECONNRESET,             0xC000020D},
    {WSAENOBUFS,                0xC0000017},
    {WSAEISCONN,                0xC000023B},
    {WSAENOTCONN,               0xC0000140},
    {WSAESHUTDOWN,              0xC00000B0},
    {WSAETIMEDOUT,              0xC00000B5},
    {WSAECONNREFUSED,           0xC0000236},
    {WSAEHOSTDOWN,              0xC0000350},
    {WSAEHOSTUNREACH,           0xC000023D},
    {WSAEDISCON,                0xC0000237},
};

static int
order_meaning(const void *key, const void *entry)
{
    uint32_t a = *(const uint32_t *)key;
    uint32_t b = ((const struct meaning *)entry)->status;

    return (a > b) - (a < b);
}

static int
order_choice(const void *key, const void *entry)
{
    int a = *(const int *)key, b = ((const struct choice *)entry)->err;

    return (a > b) - (a < b);
}

static const struct meaning *
find(uint32_t status)
{
    return bsearch(&status, meanings, WS_ARRAY_LEN(meanings),
                   sizeof(meanings[0]), order_meaning);
}

/* The Win32 number inside a status of that facility, or 0. */
static int
carried(uint32_t status)
{
    uint32_t facility = status & FACILITY_MASK;

    if (facility != OUR_FACILITY && facility != 0x80070000u &&
        facility != 0xC0010000u)
        return 0;
    return (int)(status & ~FACILITY_MASK);
}

LONG
ws_status_of(int err)
{
    const struct choice *c;

    if (!err)
        return 0;
    c = bsearch(&err, choices, WS_ARRAY_LEN(choices), sizeof(choices[0]),
                order_choice);
    if (c)
        return (LONG)c->status;
    return (LONG)(OUR_FACILITY | ((uint32_t)err & ~FACILITY_MASK));
}

int
ws_status_wsa(LONG status)
{
    const struct meaning *m;
    int err;

    if (!status)
        return 0;
    m = find((uint32_t)status);
    if (m)
        return m->wsa;
    if (status > 0)
        return 0;
    err = carried((uint32_t)status);
    return err ? err : OTHER;
}

int
ws_status_win32(LONG status)
{
    const struct meaning *m;
    int err;

    if (!status)
        return 0;
    m = find((uint32_t)status);
    if (m)
        return m->win32;
    if (status > 0)
        return 0;
    err = carried((uint32_t)status);
    return err ? err : ERROR_MR_MID_NOT_FOUND;
}
