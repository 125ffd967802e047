/* SPDX-License-Identifier: MIT */
/* Gives the words back that ws2_std_enter.h hid. */
#pragma GCC system_header
#pragma pop_macro("max")
#pragma pop_macro("min")
#pragma pop_macro("__out")
#pragma pop_macro("__in")
