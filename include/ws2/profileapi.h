/* SPDX-License-Identifier: MIT */
/* One of the headers into which the SDK divides winbase.h; here it is whole. */
#include "winbase.h"
