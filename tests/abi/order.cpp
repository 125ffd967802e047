// SPDX-License-Identifier: MIT
// The same in C++.
#include "order.c"
