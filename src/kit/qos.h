/* SPDX-License-Identifier: MIT */
/* Quality of service of a socket: what was asked for, what holds, and carrying
 * the sending half of it out. A provider that negotiates with the peer writes
 * the outcome into 'agreed'; without one, what can be done on this side alone
 * stands there. Directions are always the owner's of the record: sending is
 * what this end sends. Whoever holds a record swaps it for the other end. */
#ifndef WS_KIT_QOS_H
#define WS_KIT_QOS_H

#include <stdbool.h>
#include <stdint.h>
#include <ws2/winsock2.h>

struct ws_sock;

struct ws_flows {
    FLOWSPEC send, recv;
};

/* Room for the objects of ProviderSpecific: each kind at most a few times. */
#define WS_QOS_SPECIFIC 256

/* Guarded by the lock of the socket that it belongs to. */
struct ws_qos {
    struct ws_flows asked;
    struct ws_flows agreed; /* a sending TokenRate here is the pace */
    DWORD size;             /* of 'specific'; valid objects, QOS-9 */
    unsigned char specific[WS_QOS_SPECIFIC];
};

/* A record as a condition function sees it, in memory that it may change. */
struct ws_qos_record {
    QOS qos;
    unsigned char specific[WS_QOS_SPECIFIC];
};

/* Reads and judges a program's QOS. 'before' is what SERVICETYPE_NOCHANGE
 * keeps, NULL: nothing. WSA_QOS_* say what is wrong with it, WSAEOPNOTSUPP that
 * it asks for what nobody can do here. */
int ws_qos_take(const QOS *from, const struct ws_qos *before,
                struct ws_qos **out);
/* The same for a socket, whose own is what NOCHANGE keeps. No lock. */
int ws_qos_ask(struct ws_sock *s, const QOS *from, struct ws_qos **out);
int ws_qos_copy(const struct ws_qos *from, struct ws_qos **out);
void ws_qos_free(struct ws_qos *q); /* NULL is taken */

/* Both ends see one flow; this is the other end's view of it. */
void ws_qos_swap(struct ws_qos *q);

/* Writes into 'agreed' what this end can do about 'asked' alone. */
void ws_qos_agree_alone(struct ws_qos *q);

/* What a condition function is shown of 'asked', NULL if 'q' is; and what it
 * left there, which becomes 'asked' and is agreed on alone. A record that is
 * not valid is an error of ws_qos_take, and 'q' stays. */
LPQOS ws_qos_show(const struct ws_qos *q, struct ws_qos_record *r);
int ws_qos_read(struct ws_qos *q, const struct ws_qos_record *r);

/* SIO_GET_QOS: what is agreed, with the objects behind it, in one buffer;
 * WSAEFAULT with '*used' being what it takes. NULL: the default. */
int ws_qos_give(const struct ws_qos *q, void *buf, DWORD size, DWORD *used);

/* Carries out what is agreed for sending: pace, mark, priority. NULL: there is
 * nothing to do. */
int ws_qos_apply(int fd, int family, const struct ws_qos *q);

/* Makes 'q', which it takes over, the socket's; carries it out. On a connection
 * that changes by it, FD_QOS tells. On failure nothing has changed. No lock. */
int ws_qos_install(struct ws_sock *s, struct ws_qos *q);

/* A service type without the bits that may be added to it, and those: what
 * provider and network shall leave undone. False: it is none. */
#define WS_QOS_NO_CONTROL 1   /* SERVICE_NO_TRAFFIC_CONTROL */
#define WS_QOS_NO_SIGNALING 2 /* SERVICE_NO_QOS_SIGNALING */
bool ws_qos_service(ULONG type, ULONG *service, unsigned *bits);

#endif
