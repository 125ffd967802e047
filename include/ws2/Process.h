/* SPDX-License-Identifier: MIT */
/* Another spelling of process.h. */
#include "process.h"
