/* SPDX-License-Identifier: MIT */
/* Another spelling of mswsock.h. */
#include "mswsock.h"
