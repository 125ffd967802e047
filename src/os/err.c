/* SPDX-License-Identifier: MIT */
/* The one place where an error number of the system becomes one of Winsock:
 * tables, and nothing but tables. Exceptions of an operation go first, then
 * the general table; what stands in neither is WSASYSCALLFAILURE and traces
 * itself, so that tests see it. docs/errors.md is printed from this file by
 * scripts/errors.sh; the last column of a line is what it says there. */
#include "os/os.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include "base/trace.h"

#include <errno.h>
#include <netdb.h>

/* clang-format off */

#define ERRORS(X)                                                              \
    X(EACCES, EACCES, "not permitted: a privileged port, a broadcast")         \
    X(EADDRINUSE, EADDRINUSE, "the local address is taken")                    \
    X(EADDRNOTAVAIL, EADDRNOTAVAIL, "not an address of this machine")          \
    X(EAFNOSUPPORT, EAFNOSUPPORT, "the family does not fit or is not there")   \
    X(EAGAIN, EWOULDBLOCK, "not now; on a blocking socket its time-out")       \
    X(EALREADY, EALREADY, "an attempt to connect is in progress")              \
    X(EBADF, ENOTSOCK, "closed behind our back, or never open")                \
    X(ECANCELED, _OPERATION_ABORTED, "the operation was cancelled")            \
    X(ECONNABORTED, ECONNABORTED, "the connection was ended on this side")     \
    X(ECONNREFUSED, ECONNREFUSED, "nobody listens there")                      \
    X(ECONNRESET, ECONNRESET, "the peer reset the connection")                 \
    X(EDESTADDRREQ, ENOTCONN, "no peer; Windows does not say DESTADDRREQ")     \
    X(EDOM, EINVAL, "a time-out out of range")                                 \
    X(EDQUOT, EDQUOT, "a quota is used up")                                    \
    X(EFAULT, EFAULT, "a pointer that leads nowhere")                          \
    X(EHOSTDOWN, EHOSTDOWN, "the host does not answer on its link")            \
    X(EHOSTUNREACH, EHOSTUNREACH, "no way to the host")                        \
    X(EINPROGRESS, EINPROGRESS, "an operation is in progress")                 \
    X(EINTR, EINTR, "a signal came while waiting")                             \
    X(EINVAL, EINVAL, "an argument or a state that does not fit")              \
    X(EISCONN, EISCONN, "connected already")                                   \
    X(ELOOP, ELOOP, "too many symbolic links in a path")                       \
    X(EMFILE, EMFILE, "the process has no descriptor left")                    \
    X(EMSGSIZE, EMSGSIZE, "a datagram longer than can be sent")                \
    X(ENAMETOOLONG, ENAMETOOLONG, "a name longer than can be")                 \
    X(ENETDOWN, ENETDOWN, "the interface is down")                             \
    X(ENETRESET, ENETRESET, "the connection broke in the network")             \
    X(ENETUNREACH, ENETUNREACH, "no route")                                    \
    X(ENFILE, EMFILE, "the system has no descriptor left")                     \
    X(ENOBUFS, ENOBUFS, "no memory for the network")                           \
    X(ENODEV, EADDRNOTAVAIL, "no interface with that address or number")       \
    X(ENOMEM, ENOBUFS, "no memory")                                            \
    X(ENONET, ENETDOWN, "no network")                                          \
    X(ENOPROTOOPT, ENOPROTOOPT, "no such option")                              \
    X(ENOSYS, EOPNOTSUPP, "the kernel has no such call")                       \
    X(ENOTCONN, ENOTCONN, "not connected")                                     \
    X(ENOTSOCK, ENOTSOCK, "a descriptor, but no socket")                       \
    X(ENOTTY, EOPNOTSUPP, "no such request for this kind of socket")           \
    X(ENXIO, EADDRNOTAVAIL, "no such interface")                               \
    X(EOPNOTSUPP, EOPNOTSUPP, "this kind of socket cannot do that")            \
    X(EPERM, EACCES, "forbidden, by privilege or by the packet filter")        \
    X(EPFNOSUPPORT, EPFNOSUPPORT, "no such family of protocols")               \
    X(EPIPE, ECONNRESET, "reset after the peer had ended its stream")          \
    X(EPROTO, ENETRESET, "a packet was not understood on its way")             \
    X(EPROTONOSUPPORT, EPROTONOSUPPORT, "no such protocol here")               \
    X(EPROTOTYPE, EPROTOTYPE, "the protocol is of another type")               \
    X(EREMOTE, EREMOTE, "not on this machine")                                 \
    X(ESHUTDOWN, ESHUTDOWN, "this direction was shut down")                    \
    X(ESOCKTNOSUPPORT, ESOCKTNOSUPPORT, "no such type in this family")         \
    X(ESTALE, ESTALE, "it is not there any more")                              \
    X(ETIME, ETIMEDOUT, "a timer ran out")                                     \
    X(ETIMEDOUT, ETIMEDOUT, "the peer did not answer in time")                 \
    X(ETOOMANYREFS, ETOOMANYREFS, "too many references")                       \
    X(EUSERS, EUSERS, "too many users")

#define EXCEPTIONS(X)                                                          \
    X(SOCKET, EINVAL, ESOCKTNOSUPPORT, "a type that no family has")            \
    X(ACCEPT, ECONNABORTED, ECONNRESET, "the request was reset while queued")  \
    X(ACCEPT, EPROTO, ECONNRESET, "the same in the words of other kernels")    \
    X(CONNECT, EINPROGRESS, EWOULDBLOCK, "the attempt has begun")              \
    X(SEND, EPIPE, ESHUTDOWN, "sending is over; who ended it the kernel "      \
                              "does not say, kit knows")                       \
    X(SENDTO, EPIPE, ESHUTDOWN, "the same")                                    \
    X(SEND, ECONNREFUSED, ECONNRESET, "an earlier datagram found no port")     \
    X(SENDTO, ECONNREFUSED, ECONNRESET, "the same")                            \
    X(RECV, ECONNREFUSED, ECONNRESET, "an earlier datagram found no port")     \
    X(RECVFROM, ECONNREFUSED, ECONNRESET, "the same")                          \
    X(OPTION, EOPNOTSUPP, ENOPROTOOPT, "an option that this socket has not")   \
    X(OPTION, EADDRINUSE, EADDRNOTAVAIL, "a member of the group already")

#define RESOLVER_ERRORS(X)                                                     \
    X(EAI_AGAIN, EAI_AGAIN, "the name server does not answer; try again")      \
    X(EAI_ADDRFAMILY, EAI_NODATA, "the name has no address of that family")    \
    X(EAI_BADFLAGS, EAI_BADFLAGS, "flags that do not go, or do not agree")     \
    X(EAI_FAIL, EAI_FAIL, "the name server failed")                            \
    X(EAI_FAMILY, EAI_FAMILY, "no such family")                                \
    X(EAI_MEMORY, EAI_MEMORY, "no memory")                                     \
    X(EAI_NODATA, EAI_NODATA, "the name exists but has no address")            \
    X(EAI_NONAME, EAI_NONAME, "no such name")                                  \
    X(EAI_OVERFLOW, EFAULT, "the name does not fit into the buffer")           \
    X(EAI_SERVICE, EAI_SERVICE, "no such service for that type")               \
    X(EAI_SOCKTYPE, EAI_SOCKTYPE, "no such type, or not with the protocol")

#define HOST_ERRORS(X)                                                         \
    X(HOST_NOT_FOUND, HOST_NOT_FOUND, "no such host")                          \
    X(TRY_AGAIN, TRY_AGAIN, "the name server does not answer; try again")      \
    X(NO_RECOVERY, NO_RECOVERY, "the name server failed")                      \
    X(NO_DATA, NO_DATA, "the name exists but has no address")

/* clang-format on */

#define KEY(op, e) ((int)(op)*4096 + (e))

/* clang-format off */
#define CASE(e, number, why) case e: return WS_##number;
#define CASE_OF(op, e, number, why) case KEY(WS_OP_##op, e): return WS_##number;
/* clang-format on */

static int
unmapped(const char *what, int op, int e)
{
    ws_trace("os: no Winsock number for %s %d (operation %d)", what, e, op);
    return WS_SYSCALLFAILURE;
}

/* Two numbers may become one: NOLINTBEGIN(bugprone-branch-clone) */
int
ws_err(enum ws_op op, int e)
{
    switch (KEY(op, e)) {
        EXCEPTIONS(CASE_OF)
    default: break;
    }
    switch (e) {
        ERRORS(CASE)
    case 0: return 0;
    default: return unmapped("errno", (int)op, e);
    }
}
/* NOLINTEND(bugprone-branch-clone) */

int
ws_err_eai(int code)
{
    switch (code) {
        RESOLVER_ERRORS(CASE)
    case 0: return 0;
    case EAI_SYSTEM: return ws_err(WS_OP_OTHER, errno);
    default: return unmapped("EAI", 0, code);
    }
}

int
ws_err_host(int code)
{
    switch (code) {
        HOST_ERRORS(CASE)
    case 0: return 0;
    case NETDB_INTERNAL: return ws_err(WS_OP_OTHER, errno);
    default: return unmapped("h_errno", 0, code);
    }
}
