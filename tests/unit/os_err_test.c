/* SPDX-License-Identifier: MIT */
/* The table of errors: samples of each part of it, and what holds for all. */
#include "t.h"

#include "os/os.h"
#include "os/sys.h"
#include "os/ws_const.h"

#include <errno.h>
#include <netdb.h>

TEST(success_stays_success)
{
    CHECK_EQ(ws_err(WS_OP_OTHER, 0), 0);
    CHECK_EQ(ws_err(WS_OP_CONNECT, 0), 0);
    CHECK_EQ(ws_err_eai(0), 0);
    CHECK_EQ(ws_err_host(0), 0);
}

TEST(general_errors_map_by_name, "G-3")
{
    CHECK_EQ(ws_err(WS_OP_OTHER, EAGAIN), WS_EWOULDBLOCK);
    CHECK_EQ(ws_err(WS_OP_RECV, EBADF), WS_ENOTSOCK);
    CHECK_EQ(ws_err(WS_OP_RECV, ENOTSOCK), WS_ENOTSOCK);
    CHECK_EQ(ws_err(WS_OP_ACCEPT, ENFILE), WS_EMFILE);
    CHECK_EQ(ws_err(WS_OP_SOCKET, ENOMEM), WS_ENOBUFS);
    CHECK_EQ(ws_err(WS_OP_BIND, EPERM), WS_EACCES);
    CHECK_EQ(ws_err(WS_OP_OTHER, ECANCELED), WS__OPERATION_ABORTED);
}

TEST(one_errno_means_different_things_in_different_operations,
     "CON-3 PQ-6 RCV-6 SND-3 CLS-12")
{
    CHECK_EQ(ws_err(WS_OP_CONNECT, EINPROGRESS), WS_EWOULDBLOCK);
    CHECK_EQ(ws_err(WS_OP_OTHER, EINPROGRESS), WS_EINPROGRESS);
    CHECK_EQ(ws_err(WS_OP_ACCEPT, ECONNABORTED), WS_ECONNRESET);
    CHECK_EQ(ws_err(WS_OP_RECV, ECONNABORTED), WS_ECONNABORTED);
    CHECK_EQ(ws_err(WS_OP_RECVFROM, ECONNREFUSED), WS_ECONNRESET);
    CHECK_EQ(ws_err(WS_OP_CONNECT, ECONNREFUSED), WS_ECONNREFUSED);
    CHECK_EQ(ws_err(WS_OP_SEND, EPIPE), WS_ESHUTDOWN);
    CHECK_EQ(ws_err(WS_OP_RECV, EPIPE), WS_ECONNRESET);
    CHECK_EQ(ws_err(WS_OP_SEND, EDESTADDRREQ), WS_ENOTCONN);
    CHECK_EQ(ws_err(WS_OP_OPTION, EOPNOTSUPP), WS_ENOPROTOOPT);
}

TEST(the_unknown_is_a_system_call_failure)
{
    CHECK_EQ(ws_err(WS_OP_OTHER, 4000), WS_SYSCALLFAILURE);
    CHECK_EQ(ws_err(WS_OP_NAME, -1), WS_SYSCALLFAILURE);
    CHECK_EQ(ws_err_eai(4000), WS_SYSCALLFAILURE);
    CHECK_EQ(ws_err_host(4000), WS_SYSCALLFAILURE);
}

TEST(every_errno_of_the_network_has_a_number)
{
    for (int e = ENOTSOCK; e <= EINPROGRESS; e++)
        CHECK(ws_err(WS_OP_OTHER, e) != WS_SYSCALLFAILURE);
}

TEST(resolver_errors_map_by_name)
{
    CHECK_EQ(ws_err_eai(EAI_NONAME), WS_EAI_NONAME);
    CHECK_EQ(ws_err_eai(EAI_NODATA), WS_NO_DATA);
    CHECK_EQ(ws_err_eai(EAI_SERVICE), WS_TYPE_NOT_FOUND);
    CHECK_EQ(ws_err_eai(EAI_OVERFLOW), WS_EFAULT);
    CHECK_EQ(ws_err_host(HOST_NOT_FOUND), WS_HOST_NOT_FOUND);
    CHECK_EQ(ws_err_host(TRY_AGAIN), WS_TRY_AGAIN);
}

TEST(errors_of_the_system_behind_the_resolver_come_through)
{
    errno = EMFILE;
    CHECK_EQ(ws_err_eai(EAI_SYSTEM), WS_EMFILE);
    errno = ENOMEM;
    CHECK_EQ(ws_err_host(NETDB_INTERNAL), WS_ENOBUFS);
}
