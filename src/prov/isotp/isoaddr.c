/* SPDX-License-Identifier: MIT */
/* SOCKADDR_TP, SOCKADDR_OSITP and text to a TSAP selector, an IP address and a
 * port, and back. The NSAP forms themselves are in wshisotp.h, for programs
 * want them, too. A caller's address may have any alignment.
 * Invariant: lengths within an address are believed only after the sum of them
 * has been held against what is there. */
#include "prov/isotp/isoaddr.h"

#include <string.h>

/* ---- NSAP ---- */

int
ws_isoaddr_take_nsap(const uint8_t *nsap, size_t len, struct ws_isoaddr *out)
{
    UCHAR ip[16];
    USHORT port = ISOADDR_PORT;
    int family = len <= ISO_MAX_INET_LENGTH
                     ? ws2_iso_get_nsap(nsap, (int)len, ip, &port)
                     : 0;

    if (!family)
        return WSAEADDRNOTAVAIL;
    out->family = family == AF_INET ? ISOADDR_INET : ISOADDR_INET6;
    memcpy(out->ip, ip, sizeof(ip));
    out->port = port;
    out->has_port = len != 12 && len != 19 && len != 20;
    return 0;
}

size_t
ws_isoaddr_give_nsap(const struct ws_isoaddr *a,
                     uint8_t nsap[ISO_MAX_INET_LENGTH])
{
    static const int families[] = {
        [ISOADDR_INET] = AF_INET, [ISOADDR_INET6] = AF_INET6};

    return (size_t)ws2_iso_put_nsap(families[a->family], a->ip,
                                    a->has_port ? &a->port : NULL, nsap);
}

/* ---- socket addresses ---- */

static struct ws_isoaddr
blank(void)
{
    return (struct ws_isoaddr){.port = ISOADDR_PORT};
}

static int
take_parts(const u_char *addr, size_t tsel_len, size_t nsap_len,
           struct ws_isoaddr *out)
{
    memcpy(out->tsel, addr, tsel_len);
    out->tsel_len = (uint8_t)tsel_len;
    return nsap_len ? ws_isoaddr_take_nsap(addr + tsel_len, nsap_len, out) : 0;
}

static int
check_type(u_short type)
{
    if (type == ISO_NON_HIERARCHICAL)
        return WSAEADDRNOTAVAIL;
    return type == ISO_HIERARCHICAL || type == ISO_EXTENDED_HIERARCHICAL
               ? 0
               : WSAEINVAL;
}

static int
take_tp(const struct sockaddr *name, size_t len, struct ws_isoaddr *out)
{
    const size_t head = offsetof(SOCKADDR_TP, tp_addr);
    SOCKADDR_TP sa = {0};
    int err;

    if (len < head)
        return WSAEFAULT;
    memcpy(&sa, name, len < sizeof(sa) ? len : sizeof(sa));
    err = check_type(sa.tp_addr_type);
    if (err)
        return err;
    if (sa.tp_taddr_len > sizeof(sa.tp_addr) ||
        sa.tp_tsel_len > ISO_MAX_TSEL_LENGTH ||
        sa.tp_tsel_len > sa.tp_taddr_len)
        return WSAEINVAL;
    if (len < head + sa.tp_taddr_len)
        return WSAEFAULT;
    return take_parts(sa.tp_addr, sa.tp_tsel_len,
                      (size_t)sa.tp_taddr_len - sa.tp_tsel_len, out);
}

static const struct {
    const char *name;
    size_t len;
    enum ws_isoaddr_profile profile;
} profiles[] = {
    {"",    0, ISOADDR_UNSAID},
    {"std", 3, ISOADDR_STD   },
    {"rdp", 3, ISOADDR_RDP   },
};

static int
take_profile(const u_char *name, size_t len, struct ws_isoaddr *out)
{
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        if (len == profiles[i].len && !memcmp(name, profiles[i].name, len)) {
            out->profile = (uint8_t)profiles[i].profile;
            return 0;
        }
    }
    return WSAEINVAL;
}

static int
take_osi(const struct sockaddr *name, struct ws_isoaddr *out)
{
    SOCKADDR_OSITP sa;
    size_t parts;
    int err;

    memcpy(&sa, name, sizeof(sa));
    err = check_type(sa.tp_addr_type);
    if (err)
        return err;
    parts = (size_t)sa.tp_tsel_len + sa.tp_nsap_len;
    if (sa.tp_tsel_len > ISO_MAX_TSEL_LENGTH ||
        sa.tp_nsap_len > ISO_MAX_INET_LENGTH ||
        sa.tp_snet_len > ISO_MAX_SNET_LENGTH ||
        sa.tp_ext_addr_len > ISO_MAX_EXT_ADDR_LENGTH ||
        sa.tp_optname_len > ISO_MAX_OPTNAME_LENGTH)
        return WSAEINVAL;
    if (sa.tp_snet_len || sa.tp_ext_addr_len) /* of X.25 */
        return WSAEADDRNOTAVAIL;
    err = take_parts(sa.tp_addr, sa.tp_tsel_len, sa.tp_nsap_len, out);
    return err ? err : take_profile(sa.tp_addr + parts, sa.tp_optname_len, out);
}

int
ws_isoaddr_take(const struct sockaddr *name, int len, struct ws_isoaddr *out)
{
    struct ws_isoaddr a = blank();
    u_short family;
    int err;

    if (!name || len < (int)sizeof(family))
        return WSAEFAULT;
    memcpy(&family, name, sizeof(family));
    if (family != AF_ISO)
        return WSAEAFNOSUPPORT;
    err = len >= (int)sizeof(SOCKADDR_OSITP) ? take_osi(name, &a)
                                             : take_tp(name, (size_t)len, &a);
    if (!err)
        *out = a;
    return err;
}

void
ws_isoaddr_give(const struct ws_isoaddr *a, SOCKADDR_TP *out)
{
    uint8_t nsap[ISO_MAX_INET_LENGTH];
    size_t len = ws_isoaddr_give_nsap(a, nsap);

    memset(out, 0, sizeof(*out));
    ISO_SET_TP_ADDR(out, a->tsel, a->tsel_len, nsap, (int)len);
}

void
ws_isoaddr_give_osi(const struct ws_isoaddr *a, SOCKADDR_OSITP *out)
{
    uint8_t nsap[ISO_MAX_INET_LENGTH];
    size_t len = ws_isoaddr_give_nsap(a, nsap), name = profiles[a->profile].len;

    memset(out, 0, sizeof(*out));
    out->tp_family = AF_ISO;
    out->tp_addr_type = ISO_EXTENDED_HIERARCHICAL;
    out->tp_tsel_len = a->tsel_len;
    out->tp_nsap_len = (u_short)len;
    out->tp_optname_len = (u_short)name;
    memcpy(out->tp_addr, a->tsel, a->tsel_len);
    memcpy(out->tp_addr + a->tsel_len, nsap, len);
    memcpy(out->tp_addr + a->tsel_len + len, profiles[a->profile].name, name);
}
