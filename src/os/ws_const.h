/* SPDX-License-Identifier: MIT */
/* Winsock's numbers, as far as this floor translates or returns them. They
 * stand here under a prefix because no file may see both worlds' headers; a
 * test in the other world holds every line of the lists against the public
 * header. The names after WS_ are the public ones, but for the errors:
 * WS_EINVAL is WSAEINVAL. Nothing else belongs here. */
#ifndef WS_OS_WS_CONST_H
#define WS_OS_WS_CONST_H

/* clang-format off */

/* WS_name is WSAname. */
#define WS_ERROR_LIST(X)                                                       \
    X(_OPERATION_ABORTED, 995)                                                 \
    X(EINTR,           10004)                                                  \
    X(EACCES,          10013)                                                  \
    X(EFAULT,          10014)                                                  \
    X(EINVAL,          10022)                                                  \
    X(EMFILE,          10024)                                                  \
    X(EWOULDBLOCK,     10035)                                                  \
    X(EINPROGRESS,     10036)                                                  \
    X(EALREADY,        10037)                                                  \
    X(ENOTSOCK,        10038)                                                  \
    X(EDESTADDRREQ,    10039)                                                  \
    X(EMSGSIZE,        10040)                                                  \
    X(EPROTOTYPE,      10041)                                                  \
    X(ENOPROTOOPT,     10042)                                                  \
    X(EPROTONOSUPPORT, 10043)                                                  \
    X(ESOCKTNOSUPPORT, 10044)                                                  \
    X(EOPNOTSUPP,      10045)                                                  \
    X(EPFNOSUPPORT,    10046)                                                  \
    X(EAFNOSUPPORT,    10047)                                                  \
    X(EADDRINUSE,      10048)                                                  \
    X(EADDRNOTAVAIL,   10049)                                                  \
    X(ENETDOWN,        10050)                                                  \
    X(ENETUNREACH,     10051)                                                  \
    X(ENETRESET,       10052)                                                  \
    X(ECONNABORTED,    10053)                                                  \
    X(ECONNRESET,      10054)                                                  \
    X(ENOBUFS,         10055)                                                  \
    X(EISCONN,         10056)                                                  \
    X(ENOTCONN,        10057)                                                  \
    X(ESHUTDOWN,       10058)                                                  \
    X(ETOOMANYREFS,    10059)                                                  \
    X(ETIMEDOUT,       10060)                                                  \
    X(ECONNREFUSED,    10061)                                                  \
    X(ELOOP,           10062)                                                  \
    X(ENAMETOOLONG,    10063)                                                  \
    X(EHOSTDOWN,       10064)                                                  \
    X(EHOSTUNREACH,    10065)                                                  \
    X(EUSERS,          10068)                                                  \
    X(EDQUOT,          10069)                                                  \
    X(ESTALE,          10070)                                                  \
    X(EREMOTE,         10071)                                                  \
    X(SYSCALLFAILURE,  10107)                                                  \
    X(TYPE_NOT_FOUND,  10109)                                                  \
    X(HOST_NOT_FOUND,  11001)                                                  \
    X(TRY_AGAIN,       11002)                                                  \
    X(NO_RECOVERY,     11003)                                                  \
    X(NO_DATA,         11004)

/* WS_name is name. */
#define WS_CONST_LIST(X)                                                       \
    /* families, types, ends of a shutdown */                                  \
    X(AF_UNSPEC,                 0)                                            \
    X(AF_UNIX,                   1)                                            \
    X(AF_ISO,                    7)                                            \
    X(AF_INET,                   2)                                            \
    X(AF_INET6,                  23)                                           \
    X(SOCK_STREAM,               1)                                            \
    X(SOCK_DGRAM,                2)                                            \
    X(SOCK_RAW,                  3)                                            \
    X(SD_RECEIVE,                0)                                            \
    X(SD_SEND,                   1)                                            \
    X(SD_BOTH,                   2)                                            \
    /* transfer */                                                             \
    X(MSG_OOB,                   0x1)                                          \
    X(MSG_PEEK,                  0x2)                                          \
    X(MSG_DONTROUTE,             0x4)                                          \
    X(MSG_WAITALL,               0x8)                                          \
    X(MSG_TRUNC,                 0x100)                                        \
    X(MSG_CTRUNC,                0x200)                                        \
    X(MSG_BCAST,                 0x400)                                        \
    X(MSG_MCAST,                 0x800)                                        \
    /* levels */                                                               \
    X(SOL_SOCKET,                0xffff)                                       \
    X(IPPROTO_IP,                0)                                            \
    X(IPPROTO_TCP,               6)                                            \
    X(IPPROTO_UDP,               17)                                           \
    X(IPPROTO_IPV6,              41)                                           \
    /* options at SOL_SOCKET */                                                \
    X(SO_KEEPALIVE,              0x8)                                          \
    X(SO_DONTROUTE,              0x10)                                         \
    X(SO_BROADCAST,              0x20)                                         \
    X(SO_LINGER,                 0x80)                                         \
    X(SO_DONTLINGER,             ~0x80)                                        \
    X(SO_OOBINLINE,              0x100)                                        \
    X(SO_SNDBUF,                 0x1001)                                       \
    X(SO_RCVBUF,                 0x1002)                                       \
    X(SO_SNDTIMEO,               0x1005)                                       \
    X(SO_RCVTIMEO,               0x1006)                                       \
    X(SO_TYPE,                   0x1008)                                       \
    X(SO_MAX_MSG_SIZE,           0x2003)                                       \
    X(SO_TIMESTAMP,              0x300a)                                       \
    /* options at IPPROTO_TCP */                                               \
    X(TCP_NODELAY,               1)                                            \
    X(TCP_KEEPALIVE,             3)                                            \
    X(TCP_MAXSEG,                4)                                            \
    X(TCP_MAXRT,                 5)                                            \
    X(TCP_MAXRTMS,               14)                                           \
    X(TCP_KEEPCNT,               16)                                           \
    X(TCP_KEEPINTVL,             17)                                           \
    /* options at IPPROTO_UDP */                                               \
    X(UDP_NOCHECKSUM,            1)                                            \
    X(UDP_SEND_MSG_SIZE,         2)                                            \
    /* options at IPPROTO_IP */                                                \
    X(IP_OPTIONS,                1)                                            \
    X(IP_HDRINCL,                2)                                            \
    X(IP_TOS,                    3)                                            \
    X(IP_TTL,                    4)                                            \
    X(IP_MULTICAST_IF,           9)                                            \
    X(IP_MULTICAST_TTL,          10)                                           \
    X(IP_MULTICAST_LOOP,         11)                                           \
    X(IP_ADD_MEMBERSHIP,         12)                                           \
    X(IP_DROP_MEMBERSHIP,        13)                                           \
    X(IP_DONTFRAGMENT,           14)                                           \
    X(IP_ADD_SOURCE_MEMBERSHIP,  15)                                           \
    X(IP_DROP_SOURCE_MEMBERSHIP, 16)                                           \
    X(IP_BLOCK_SOURCE,           17)                                           \
    X(IP_UNBLOCK_SOURCE,         18)                                           \
    X(IP_PKTINFO,                19)                                           \
    X(IP_RECVTTL,                21)                                           \
    X(IP_RECVIF,                 24)                                           \
    X(IP_RECVDSTADDR,            25)                                           \
    X(IP_UNICAST_IF,             31)                                           \
    X(IP_RECVTOS,                40)                                           \
    X(IP_ECN,                    50)                                           \
    X(IP_MTU_DISCOVER,           71)                                           \
    X(IP_MTU,                    73)                                           \
    /* options at IPPROTO_IPV6 */                                              \
    X(IPV6_HDRINCL,              2)                                            \
    X(IPV6_UNICAST_HOPS,         4)                                            \
    X(IPV6_MULTICAST_IF,         9)                                            \
    X(IPV6_MULTICAST_HOPS,       10)                                           \
    X(IPV6_MULTICAST_LOOP,       11)                                           \
    X(IPV6_ADD_MEMBERSHIP,       12)                                           \
    X(IPV6_DROP_MEMBERSHIP,      13)                                           \
    X(IPV6_DONTFRAG,             14)                                           \
    X(IPV6_PKTINFO,              19)                                           \
    X(IPV6_HOPLIMIT,             21)                                           \
    X(IPV6_RECVIF,               24)                                           \
    X(IPV6_RECVDSTADDR,          25)                                           \
    X(IPV6_CHECKSUM,             26)                                           \
    X(IPV6_UNICAST_IF,           31)                                           \
    X(IPV6_RECVRTHDR,            38)                                           \
    X(IPV6_TCLASS,               39)                                           \
    X(IPV6_RECVTCLASS,           40)                                           \
    X(IPV6_ECN,                  50)                                           \
    X(IPV6_MTU_DISCOVER,         71)                                           \
    X(IPV6_MTU,                  72)                                           \
    /* options at either IP level */                                           \
    X(MCAST_JOIN_GROUP,          41)                                           \
    X(MCAST_LEAVE_GROUP,         42)                                           \
    X(MCAST_BLOCK_SOURCE,        43)                                           \
    X(MCAST_UNBLOCK_SOURCE,      44)                                           \
    X(MCAST_JOIN_SOURCE_GROUP,   45)                                           \
    X(MCAST_LEAVE_SOURCE_GROUP,  46)                                           \
    X(IP_PMTUDISC_NOT_SET,       0)                                            \
    X(IP_PMTUDISC_DO,            1)                                            \
    X(IP_PMTUDISC_DONT,          2)                                            \
    X(IP_PMTUDISC_PROBE,         3)                                            \
    /* interfaces */                                                           \
    X(IFF_UP,                    0x1)                                          \
    X(IFF_BROADCAST,             0x2)                                          \
    X(IFF_LOOPBACK,              0x4)                                          \
    X(IFF_POINTTOPOINT,          0x8)                                          \
    X(IFF_MULTICAST,             0x10)                                         \
    /* getaddrinfo, getnameinfo */                                             \
    X(AI_PASSIVE,                0x1)                                          \
    X(AI_CANONNAME,              0x2)                                          \
    X(AI_NUMERICHOST,            0x4)                                          \
    X(AI_NUMERICSERV,            0x8)                                          \
    X(AI_ALL,                    0x100)                                        \
    X(AI_ADDRCONFIG,             0x400)                                        \
    X(AI_V4MAPPED,               0x800)                                        \
    X(AI_FQDN,                   0x20000)                                      \
    X(AI_DISABLE_IDN_ENCODING,   0x80000)                                      \
    X(EAI_AGAIN,                 11002)                                        \
    X(EAI_BADFLAGS,              10022)                                        \
    X(EAI_FAIL,                  11003)                                        \
    X(EAI_FAMILY,                10047)                                        \
    X(EAI_MEMORY,                8)                                            \
    X(EAI_NODATA,                11004)                                        \
    X(EAI_NONAME,                11001)                                        \
    X(EAI_SERVICE,               10109)                                        \
    X(EAI_SOCKTYPE,              10044)                                        \
    X(NI_NOFQDN,                 0x1)                                          \
    X(NI_NUMERICHOST,            0x2)                                          \
    X(NI_NAMEREQD,               0x4)                                          \
    X(NI_NUMERICSERV,            0x8)                                          \
    X(NI_DGRAM,                  0x10)

/* clang-format on */

#define WS_CONST_ENTRY(name, value) WS_##name = (value),
enum ws_const { WS_CONST_LIST(WS_CONST_ENTRY) };
enum ws_error_number { WS_ERROR_LIST(WS_CONST_ENTRY) };
#undef WS_CONST_ENTRY

#endif
