/* SPDX-License-Identifier: MIT */
/* The SDK's own place for Interlocked*; here they are in winnt.h. */
#include "winnt.h"
