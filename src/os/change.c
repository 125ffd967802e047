/* SPDX-License-Identifier: MIT */
/* The kernel's word that addresses, interfaces or routes have changed. It says
 * that something did, and not what: whoever asked about one thing looks at that
 * one thing again. */
#include "os/sys.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

int
ws_os_changes_open(int *fd)
{
    struct sockaddr_nl all = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
                     RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | RTMGRP_LINK,
    };
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                   NETLINK_ROUTE);

    if (s < 0)
        return ws_err(WS_OP_SOCKET, errno);
    if (bind(s, (struct sockaddr *)&all, sizeof all)) {
        int err = ws_err(WS_OP_BIND, errno);

        close(s);
        return err;
    }
    *fd = s;
    return 0;
}

/* More than the queue took is an error of its own, and a change as well. */
bool
ws_os_changes_read(int fd)
{
    char some[8];
    bool any = false;

    while (recv(fd, some, sizeof some, 0) >= 0 || errno == ENOBUFS ||
           errno == EINTR)
        any = true;
    return any;
}
