/* SPDX-License-Identifier: MIT */
/* Of the multimedia library only the clock is here. */
#include "timeapi.h"
