/* SPDX-License-Identifier: MIT */
/* Another spelling of ws2def.h. */
#include "ws2def.h"
