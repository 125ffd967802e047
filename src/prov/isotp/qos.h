/* SPDX-License-Identifier: MIT */
/* What nego.c asks of qos.c; the rest of qos.c stands in nego.h. */
#ifndef WS_PROV_ISOTP_QOS_H
#define WS_PROV_ISOTP_QOS_H

#include "prov/isotp/tpdu.h"

/* Whether a CC has selected within the proposal and nothing else. */
bool ws_qos_within(unsigned has, const struct ws_tpdu_qos *proposed,
                   const struct ws_tpdu *cc);

#endif
