/* SPDX-License-Identifier: MIT */
/* Circuits made and freed, and the small things around them: names in the forms
 * of ISO and of TCP, references, kept data. What a circuit does is in recv.c,
 * send.c, conn.c and call.c. */
#include "prov/isotp/isotp.h"

#include "base/clock.h"
#include "os/os.h"

#include <stdlib.h>
#include <string.h>
#include <ws2tcpip.h>

/* ---- kept data ---- */

int
ws_isotp_text_set(struct ws_isotp_text **t, const void *octets, size_t len)
{
    struct ws_isotp_text *copy = NULL;

    if (len) {
        copy = malloc(sizeof(*copy) + len);
        if (!copy)
            return WSAENOBUFS;
        copy->len = len;
        memcpy(copy->octets, octets, len);
    }
    free(*t);
    *t = copy;
    return 0;
}

/* ---- life ---- */

static const struct ws_isotp_settings defaults = {
    .profile = TPDU_STD,
    .port = ISOADDR_PORT,
    .ts1 = ISOTP_TS1,
    .ts2 = ISOTP_TS2,
    .header_ms = ISOTP_HEADER,
};

struct ws_circuit *
ws_isotp_circuit_new(const struct ws_isotp_settings *set)
{
    struct ws_circuit *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->set = set ? *set : defaults;
    c->tcp_family = AF_INET;
    c->reason_ours = c->reason_theirs = -1;
    ws_isotp_call_prepare(c);
    return c;
}

void
ws_isotp_circuit_free(struct ws_circuit *c)
{
    if (!c)
        return;
    ws_isotp_call_forget(c);
    free(c->conn_ours);
    free(c->conn_theirs);
    free(c->disc_ours);
    free(c->disc_theirs);
    free(c->ed);
    ws_isotp_drop_rest(c);
    free(c);
}

void
ws_isotp_attach(struct ws_sock *s, struct ws_circuit *c)
{
    struct ws_circuit *old;

    ws_lock(&s->lock);
    old = s->circuit;
    c->sock = s;
    s->circuit = c;
    s->transport = &ws_isotp_transport;
    ws_unlock(&s->lock);
    ws_isotp_circuit_free(old);
}

void
ws_isotp_circuit_open(struct ws_circuit *c, const struct ws_isomach *m,
                      const struct ws_nego_terms *terms,
                      struct ws_octets unread)
{
    c->mach = *m;
    c->terms = *terms;
    c->ahead_at = 0;
    c->ahead_end = (uint16_t)unread.len;
    if (unread.len)
        memcpy(c->ahead, unread.at, unread.len);
}

/* ---- references ---- */

static atomic_uint references;

/* Where they start nobody can guess; one TCP connection has one of them, so
 * that is all there is to care for. */
uint16_t
ws_isotp_reference(void)
{
    unsigned none = 0;
    uint16_t r;

    if (!atomic_load(&references))
        atomic_compare_exchange_strong(&references, &none,
                                       (unsigned)(ws_now() >> 4) | 1);
    do
        r = (uint16_t)atomic_fetch_add(&references, 1);
    while (!r);
    return r;
}

/* ---- TCP ---- */

void
ws_isotp_tune(int fd)
{
    static const int on = 1;

    ws_os_setopt(fd, AF_INET, SOCK_STREAM, IPPROTO_TCP, TCP_NODELAY, &on,
                 sizeof(on));
    ws_os_keepalive_vals(fd, true, 60000, 10000);
}

static void
put_port(struct ws_addr *a, uint16_t port)
{
    a->bytes[2] = (unsigned char)(port >> 8);
    a->bytes[3] = (unsigned char)port;
}

int
ws_isotp_tcp_name(const struct ws_isoaddr *a, uint16_t port, bool bind,
                  struct ws_addr *out)
{
    bool six = a->family == ISOADDR_INET6;

    if (a->family == ISOADDR_ANY && !bind)
        return WSAEADDRNOTAVAIL;
    memset(out, 0, sizeof(*out));
    out->family = six ? AF_INET6 : AF_INET;
    out->len = ws_addr_size(out->family);
    put_port(out, port);
    memcpy(out->bytes + (six ? 8 : 4), a->ip, six ? 16 : 4);
    return 0;
}

/* An IPv4 address in IPv6's clothes is an IPv4 address. */
void
ws_isotp_from_tcp(const struct ws_addr *tcp, struct ws_isoaddr *out)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    const unsigned char *ip = tcp->bytes + (tcp->family == AF_INET6 ? 8 : 4);
    bool six = tcp->family == AF_INET6;

    if (six && !memcmp(ip, mapped, sizeof(mapped))) {
        ip += sizeof(mapped);
        six = false;
    }
    out->family = six ? ISOADDR_INET6 : ISOADDR_INET;
    memset(out->ip, 0, sizeof(out->ip));
    memcpy(out->ip, ip, six ? 16 : 4);
    out->port = (uint16_t)(tcp->bytes[2] << 8 | tcp->bytes[3]);
    out->has_port = true;
}

void
ws_isotp_name(const struct ws_isoaddr *a, struct ws_addr *out)
{
    SOCKADDR_TP name;

    memset(&name, 0, sizeof(name));
    ws_isoaddr_give(a, &name);
    memset(out, 0, sizeof(*out));
    memcpy(out->bytes, &name, sizeof(name));
    out->len = (int)sizeof(name);
}
