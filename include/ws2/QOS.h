/* SPDX-License-Identifier: MIT */
/* Another spelling of qos.h. */
#include "qos.h"
