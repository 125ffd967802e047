/* SPDX-License-Identifier: MIT */
/* How a status becomes an error: WSAGetOverlappedResult and GetOverlappedResult
 * over records that were made by hand. */
#include "ovl.h"

static const struct row {
    DWORD status;
    int error;
} winsock[] = {
    {0x00000103, WSA_IO_INCOMPLETE    },
    {0x80000005, WSAEMSGSIZE          },
    {0xC00002C5, WSAEFAULT            },
    {0xC0000002, WSAEOPNOTSUPP        },
    {0xC0000005, WSAEFAULT            },
    {0xC0000007, WSAENOBUFS           },
    {0xC0000008, WSAENOTSOCK          },
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
};

static int
result_of(SOCKET s, DWORD status, DWORD *bytes)
{
    WSAOVERLAPPED ov;
    DWORD flags = 0;

    memset(&ov, 0, sizeof ov);
    ov.Internal = status;
    ov.InternalHigh = 77;
    WSASetLastError(0xdead);
    return WSAGetOverlappedResult(s, &ov, bytes, FALSE, &flags) ? 0
                                                                : net_error();
}

/* Names what differs, since all rows share a line. */
static void
compare(DWORD status, int got, int want)
{
    if (got != want)
        t_note("status 0x%lx", (unsigned long)status);
    CHECK_EQ(got, want);
}

TEST(each_status_has_its_error, "CR-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    DWORD bytes;

    for (size_t i = 0; i < sizeof winsock / sizeof winsock[0]; i++)
        compare(winsock[i].status, result_of(s, winsock[i].status, &bytes),
                winsock[i].error);
    net_close(s);
}

TEST(success_and_information_are_no_errors, "CR-6")
{
    static const DWORD statuses[] = {
        0, 1, 0x80, 0x102, 0x104, 0x40000000, 0x40000005, 0x7fffffff, 0x105};
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        DWORD bytes = 0;

        compare(statuses[i], result_of(s, statuses[i], &bytes), 0);
        CHECK_EQ(bytes, 77);
    }
    net_close(s);
}

TEST(an_unknown_error_is_invalid, "CR-6")
{
    static const DWORD statuses[] = {0x80000000,     0x80000001, 0x80000006,
                                     0xC0000000,     0xC0000001, 0xC000000D,
                                     0xC0000141 + 1, 0xCfffffff, 0xffffffff};
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    DWORD bytes;

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        compare(statuses[i], result_of(s, statuses[i], &bytes), WSAEINVAL);
    net_close(s);
}

static const struct row win32[] = {
    {0x00000103, ERROR_IO_INCOMPLETE      },
    {0xC000020D, ERROR_NETNAME_DELETED    },
    {0xC0000236, ERROR_CONNECTION_REFUSED },
    {0xC0000241, ERROR_CONNECTION_ABORTED },
    {0xC0000120, ERROR_OPERATION_ABORTED  },
    {0xC00000B5, ERROR_SEM_TIMEOUT        },
    {0xC0000023, ERROR_INSUFFICIENT_BUFFER},
    {0x80000005, ERROR_MORE_DATA          },
    {0xC000023C, ERROR_NETWORK_UNREACHABLE},
    {0xC000023D, ERROR_HOST_UNREACHABLE   },
    {0xC000023F, ERROR_PORT_UNREACHABLE   },
    {0xC00000BB, ERROR_NOT_SUPPORTED      },
    {0xC000000D, ERROR_INVALID_PARAMETER  },
    {0xC000023B, ERROR_CONNECTION_ACTIVE  },
    {0xC000013B, ERROR_NETNAME_DELETED    },
    {0xC000013C, ERROR_NETNAME_DELETED    },
    {0xC0000237, ERROR_GRACEFUL_DISCONNECT},
};

TEST(the_Win32_world_has_errors_of_its_own, "ST-2")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);

    for (size_t i = 0; i < sizeof win32 / sizeof win32[0]; i++) {
        OVERLAPPED ov;
        DWORD bytes = 0;
        int got;

        memset(&ov, 0, sizeof ov);
        ov.Internal = win32[i].status;
        got = GetOverlappedResult((HANDLE)s, &ov, &bytes, FALSE)
                  ? 0
                  : (int)GetLastError();
        compare(win32[i].status, got, win32[i].error);
    }
    net_close(s);
}

TEST(a_signalled_event_counts_more_than_the_status, "CR-6")
{
    SOCKET s = net_socket(AF_INET, SOCK_STREAM);
    WSAOVERLAPPED ov;
    DWORD bytes = 0, flags = 0;

    memset(&ov, 0, sizeof ov);
    ov.Internal = STATUS_OF_PENDING;
    ov.InternalHigh = 5;
    ov.hEvent = WSACreateEvent();
    CHECK_ERR(!WSAGetOverlappedResult(s, &ov, &bytes, FALSE, &flags),
              WSA_IO_INCOMPLETE);
    REQUIRE(WSASetEvent(ov.hEvent));
    CHECK(WSAGetOverlappedResult(s, &ov, &bytes, TRUE, &flags));
    CHECK_EQ(bytes, 5);
    WSACloseEvent(ov.hEvent);
    net_close(s);
}

TEST(a_result_is_asked_of_a_socket, "CR-6 G-3")
{
    DWORD bytes;
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    CHECK_EQ(result_of(INVALID_SOCKET, 0, &bytes), WSAENOTSOCK);
    CHECK_EQ(result_of((SOCKET)0xdeadbeec, 0, &bytes), WSAENOTSOCK);
    CHECK_EQ(result_of((SOCKET)(ULONG_PTR)event, 0, &bytes), WSAENOTSOCK);
    CloseHandle(event);
}

TEST(the_macro_looks_at_the_status_alone, "OVL-10")
{
    OVERLAPPED ov;

    memset(&ov, 0, sizeof ov);
    CHECK(HasOverlappedIoCompleted(&ov));
    ov.Internal = STATUS_OF_PENDING;
    CHECK(!HasOverlappedIoCompleted(&ov));
    ov.Internal = STATUS_OF_CANCELLED;
    CHECK(HasOverlappedIoCompleted(&ov));
}
