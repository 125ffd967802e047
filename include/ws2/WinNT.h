/* SPDX-License-Identifier: MIT */
/* Another spelling of winnt.h. */
#include "winnt.h"
