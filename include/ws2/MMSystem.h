/* SPDX-License-Identifier: MIT */
/* Another spelling of mmsystem.h. */
#include "mmsystem.h"
