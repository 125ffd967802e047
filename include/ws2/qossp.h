/* SPDX-License-Identifier: MIT */
/* Questions about quality of service: SIO_CHK_QOS takes one of them as a ULONG
 * and gives a ULONG. The RSVP objects of this header's namesake are left out,
 * because nothing here speaks RSVP.
 */
#ifndef __QOSSP_H_
#define __QOSSP_H_

#include "qos.h"

#define SIO_CHK_QOS 0xDC000001

#define QOSSPBASE 50000
#define ALLOWED_TO_SEND_DATA (QOSSPBASE + 1) /* 1: yes */
#define ABLE_TO_RECV_RSVP (QOSSPBASE + 2)    /* 1: yes */
#define LINE_RATE (QOSSPBASE + 3)            /* of the interface */
#define LOCAL_TRAFFIC_CONTROL                                                  \
    (QOSSPBASE + 4)                           /* 1: this host paces and marks  \
                                               */
#define LOCAL_QOSABILITY (QOSSPBASE + 5)      /* 1: this host can do QoS */
#define END_TO_END_QOSABILITY (QOSSPBASE + 6) /* 1: the way can, too */

#define INFO_NOT_AVAILABLE 0xFFFFFFFF

#endif /* __QOSSP_H_ */
