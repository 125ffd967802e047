/* SPDX-License-Identifier: MIT */
/* Another spelling of wspiapi.h. */
#include "wspiapi.h"
