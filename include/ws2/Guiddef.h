/* SPDX-License-Identifier: MIT */
/* Another spelling of guiddef.h. */
#include "guiddef.h"
