/* SPDX-License-Identifier: MIT */
/* The status tables against the specification, line by line, and the way back
 * from an error number to itself. */
#include "t.h"

#include "w32/status.h"

#include <ws2/winbase.h>
#include <ws2/winsock2.h>

static const struct {
    unsigned status;
    int wsa;
} by_winsock[] = {
    {0x00000000, 0                    },
    {0x00000102, 0                    },
    {0x00000103, WSA_IO_INCOMPLETE    },
    {0x40000000, 0                    },
    {0x80000002, WSAEINVAL            },
    {0x80000005, WSAEMSGSIZE          },
    {0xC0000001, WSAEINVAL            },
    {0xC00002C5, WSAEFAULT            },
    {0xC0000002, WSAEOPNOTSUPP        },
    {0xC0000005, WSAEFAULT            },
    {0xC0000007, WSAENOBUFS           },
    {0xC0000008, WSAENOTSOCK          },
    {0xC000000D, WSAEINVAL            },
    {0xC000000E, WSAENETDOWN          },
    {0xC000000F, WSAENETDOWN          },
    {0xC0000017, WSAENOBUFS           },
    {0xC0000018, WSAENOBUFS           },
    {0xC0000022, WSAEACCES            },
    {0xC0000023, WSAEFAULT            },
    {0xC0000024, WSAENOTSOCK          },
    {0xC0000034, WSAENETDOWN          },
    {0xC000003A, WSAENETDOWN          },
    {0xC0000043, WSAEADDRINUSE        },
    {0xC0000044, WSAENOBUFS           },
    {0xC0000097, WSAENOBUFS           },
    {0xC000009A, WSAENOBUFS           },
    {0xC00000A1, WSAENOBUFS           },
    {0xC00000A3, WSAEWOULDBLOCK       },
    {0xC00000B0, WSAESHUTDOWN         },
    {0xC00000B5, WSAETIMEDOUT         },
    {0xC00000BB, WSAEOPNOTSUPP        },
    {0xC00000BC, WSAECONNREFUSED      },
    {0xC00000BE, WSAENETUNREACH       },
    {0xC00000BF, WSAENETDOWN          },
    {0xC00000C3, WSAENETDOWN          },
    {0xC00000C4, WSAENETDOWN          },
    {0xC00000D0, WSAEWOULDBLOCK       },
    {0xC0000120, WSA_OPERATION_ABORTED},
    {0xC000012D, WSAENOBUFS           },
    {0xC000013B, WSAECONNABORTED      },
    {0xC000013C, WSAECONNRESET        },
    {0xC000013D, WSAENOBUFS           },
    {0xC000013E, WSAECONNRESET        },
    {0xC000013F, WSAETIMEDOUT         },
    {0xC0000140, WSAENOTCONN          },
    {0xC0000141, WSAEADDRNOTAVAIL     },
    {0xC0000206, WSAEMSGSIZE          },
    {0xC0000207, WSAEADDRNOTAVAIL     },
    {0xC0000209, WSAENOBUFS           },
    {0xC000020A, WSAEADDRINUSE        },
    {0xC000020C, WSAECONNRESET        },
    {0xC000020D, WSAECONNRESET        },
    {0xC000020F, WSAECONNABORTED      },
    {0xC0000236, WSAECONNREFUSED      },
    {0xC0000237, WSAEDISCON           },
    {0xC000023B, WSAEISCONN           },
    {0xC000023C, WSAENETUNREACH       },
    {0xC000023D, WSAEHOSTUNREACH      },
    {0xC000023E, WSAENETUNREACH       },
    {0xC000023F, WSAECONNRESET        },
    {0xC0000240, WSAEINTR             },
    {0xC0000241, WSAECONNABORTED      },
    {0xC0000350, WSAEHOSTDOWN         },
    {0xC0001234, WSAEINVAL            },
};

TEST_BARE(every_status_means_what_windows_says, "CR-6 ST-1")
{
    for (size_t i = 0; i < sizeof by_winsock / sizeof by_winsock[0]; i++) {
        t_note("%08x", by_winsock[i].status);
        CHECK_EQ(ws_status_wsa((LONG)by_winsock[i].status), by_winsock[i].wsa);
    }
}

static const struct {
    unsigned status;
    int win32;
} by_win32[] = {
    {0x00000000, 0                        },
    {0x00000102, 0                        },
    {0x80000005, ERROR_MORE_DATA          },
    {0xC000000D, ERROR_INVALID_PARAMETER  },
    {0xC0000011, ERROR_HANDLE_EOF         },
    {0xC0000023, ERROR_INSUFFICIENT_BUFFER},
    {0xC00000B5, ERROR_SEM_TIMEOUT        },
    {0xC00000BB, ERROR_NOT_SUPPORTED      },
    {0xC0000120, ERROR_OPERATION_ABORTED  },
    {0xC000013B, ERROR_NETNAME_DELETED    },
    {0xC000013C, ERROR_NETNAME_DELETED    },
    {0xC000020D, ERROR_NETNAME_DELETED    },
    {0xC0000236, ERROR_CONNECTION_REFUSED },
    {0xC0000237, ERROR_GRACEFUL_DISCONNECT},
    {0xC000023B, ERROR_CONNECTION_ACTIVE  },
    {0xC000023C, ERROR_NETWORK_UNREACHABLE},
    {0xC000023D, ERROR_HOST_UNREACHABLE   },
    {0xC000023F, ERROR_PORT_UNREACHABLE   },
    {0xC0000241, ERROR_CONNECTION_ABORTED },
    {0xC0001234, ERROR_MR_MID_NOT_FOUND   },
};

TEST_BARE(failed_packets_bear_the_general_error, "ST-2 IOCP-11")
{
    for (size_t i = 0; i < sizeof by_win32 / sizeof by_win32[0]; i++) {
        t_note("%08x", by_win32[i].status);
        CHECK_EQ(ws_status_win32((LONG)by_win32[i].status), by_win32[i].win32);
    }
}

TEST_BARE(a_number_comes_back_as_itself, "ST-3 ST-1")
{
    static const int same[] = {
        WSAEINTR,           WSAEACCES,
        WSAEFAULT,          WSAEINVAL,
        WSAEWOULDBLOCK,     WSAENOTSOCK,
        WSAEMSGSIZE,        WSAEOPNOTSUPP,
        WSAEADDRINUSE,      WSAEADDRNOTAVAIL,
        WSAENETDOWN,        WSAENETUNREACH,
        WSAENETRESET,       WSAECONNABORTED,
        WSAECONNRESET,      WSAENOBUFS,
        WSAEISCONN,         WSAENOTCONN,
        WSAESHUTDOWN,       WSAETIMEDOUT,
        WSAECONNREFUSED,    WSAEHOSTDOWN,
        WSAEHOSTUNREACH,    WSAEDISCON,
        WSAEPROTONOSUPPORT, WSA_OPERATION_ABORTED,
    };
    static const int same_win32[] = {
        ERROR_TOO_MANY_OPEN_FILES, ERROR_ACCESS_DENIED,
        ERROR_HANDLE_EOF,          ERROR_NOT_SUPPORTED,
        ERROR_INVALID_PARAMETER,   ERROR_DISK_FULL,
        ERROR_INSUFFICIENT_BUFFER, ERROR_MORE_DATA,
        ERROR_OPERATION_ABORTED,   ERROR_CONNECTION_REFUSED,
        ERROR_NETNAME_DELETED,     ERROR_BUSY,
    };

    CHECK_EQ(ws_status_of(0), 0);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        CHECK_EQ(ws_status_wsa(ws_status_of(same[i])), same[i]);
    for (size_t i = 0; i < sizeof same_win32 / sizeof same_win32[0]; i++)
        CHECK_EQ(ws_status_win32(ws_status_of(same_win32[i])), same_win32[i]);
}

TEST_BARE(no_failure_looks_like_success)
{
    for (int err = 1; err < 12000; err++)
        if (err != ERROR_IO_PENDING && err != ERROR_IO_INCOMPLETE)
            REQUIRE(ws_status_of(err) < 0);
    CHECK_EQ(ws_status_of(WSA_OPERATION_ABORTED), WS_STATUS_CANCELLED);
    CHECK_EQ(ws_status_of(WSAEMSGSIZE), WS_STATUS_BUFFER_OVERFLOW);
    CHECK_EQ(ws_status_of(ERROR_INSUFFICIENT_BUFFER),
             WS_STATUS_BUFFER_TOO_SMALL);
}
