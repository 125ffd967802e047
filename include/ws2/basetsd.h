/* SPDX-License-Identifier: MIT */
/* The SDK's own place for the base types; here they are in windef.h. */
#include "windef.h"
