/* SPDX-License-Identifier: MIT */
/* Another spelling of conio.h. */
#include "conio.h"
