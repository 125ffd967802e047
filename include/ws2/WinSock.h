/* SPDX-License-Identifier: MIT */
/* Another spelling of winsock.h. */
#include "winsock.h"
