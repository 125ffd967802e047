/* SPDX-License-Identifier: MIT */
/* The base types under the name that COM headers use. */
#include "windef.h"
