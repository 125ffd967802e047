/* SPDX-License-Identifier: MIT */
/* Questions to sock_diag: see syndiag.h. The kernel looks a packet's socket up
 * as if the packet had come, and where there is no connection it finds the
 * listener. It answers within the call that asks. */
#include "os/syndiag.h"

#include "os/synsock.h"
#include "os/ws_const.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN = 10 };

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
};

void
ws_syndiag_init(struct ws_syndiag *d)
{
    *d = (struct ws_syndiag){.fd = -1};
}

void
ws_syndiag_close(struct ws_syndiag *d)
{
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}

void
ws_syndiag_need(struct ws_syndiag *d, int fd)
{
    if (d->fd >= 0)
        return;
    d->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (d->fd >= 0 && !ws_synsock_same_net(d->fd, fd))
        ws_syndiag_close(d);
}

/* ---- a question and its answer ---- */

static void
put_end(const struct ws_synpkt_end *end, bool v6, __be16 *port, __be32 *ip)
{
    *port = htons(end->port);
    memcpy(ip, v6 ? end->ip : end->ip + 12, v6 ? 16 : 4);
}

static struct question
question_about(const struct ws_synpkt *p, uint32_t number)
{
    struct question q = {
        .head = {.nlmsg_len = sizeof q,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST,
                 .nlmsg_seq = number                         },
        .body = {.sdiag_family = p->v6 ? AF_INET6 : AF_INET,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = ~0U,
                 .id = {.idiag_if = p->scope,
                        .idiag_cookie = {INET_DIAG_NOCOOKIE,
                                         INET_DIAG_NOCOOKIE}}},
    };

    put_end(&p->local, p->v6, &q.body.id.idiag_sport, q.body.id.idiag_src);
    put_end(&p->remote, p->v6, &q.body.id.idiag_dport, q.body.id.idiag_dst);
    return q;
}

/* What was told about the socket, an ENOENT that there is none, and any other
 * number that nothing was told. */
static int
understand(const char *answer, ssize_t size, struct inet_diag_msg *out)
{
    struct nlmsghdr head;
    struct nlmsgerr e;

    memcpy(&head, answer, sizeof head);
    size -= (ssize_t)sizeof head;
    answer += sizeof head;
    if (head.nlmsg_type == NLMSG_ERROR && size >= (ssize_t)sizeof e) {
        memcpy(&e, answer, sizeof e);
        return e.error == -ENOENT ? ENOENT : EPROTO;
    }
    if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY || size < (ssize_t)sizeof *out)
        return EPROTO;
    memcpy(out, answer, sizeof *out);
    return 0;
}

static int
ask(struct ws_syndiag *d, const struct ws_synpkt *p, struct inet_diag_msg *out)
{
    struct question q = question_about(p, ++d->count);
    struct nlmsghdr head;
    char answer[1024];
    ssize_t n;

    if (d->fd < 0 || send(d->fd, &q, sizeof q, 0) != (ssize_t)sizeof q)
        return EPROTO;
    do { /* what an earlier question left behind is nobody's */
        n = recv(d->fd, answer, sizeof answer, MSG_DONTWAIT);
        if (n < (ssize_t)sizeof head)
            return EPROTO;
        memcpy(&head, answer, sizeof head);
    } while (head.nlmsg_seq != d->count);
    return understand(answer, n, out);
}

/* ---- what it means ---- */

enum ws_syndiag_trace
ws_syndiag_look(struct ws_syndiag *d, const struct ws_synpkt *p)
{
    struct inet_diag_msg found;
    int err = ask(d, p, &found);

    if (err == ENOENT || (!err && found.idiag_state == LISTEN))
        return WS_SYNDIAG_NOTHING;
    return err ? WS_SYNDIAG_UNTOLD : WS_SYNDIAG_BEGUN;
}

/* Who listens beside others under one name cannot be told from them. */
bool
ws_syndiag_elsewhere(struct ws_syndiag *d, const struct ws_synpkt *p,
                     int family, const struct ws_synpkt_end *name)
{
    bool v6 = family == WS_AF_INET6;
    struct ws_synpkt nobody = *p; /* so that no connection is found */
    struct inet_diag_msg found;

    memset(&nobody.remote, 0, sizeof nobody.remote);
    if (ask(d, &nobody, &found) || found.idiag_state != LISTEN)
        return false;
    return found.idiag_family != (v6 ? AF_INET6 : AF_INET) ||
           memcmp(found.id.idiag_src, v6 ? name->ip : name->ip + 12,
                  v6 ? 16 : 4) != 0;
}
