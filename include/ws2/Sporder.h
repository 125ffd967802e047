/* SPDX-License-Identifier: MIT */
/* Another spelling of sporder.h. */
#include "sporder.h"
