/* SPDX-License-Identifier: MIT */
/* Another spelling of mstcpip.h. */
#include "mstcpip.h"
