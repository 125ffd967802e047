/* SPDX-License-Identifier: MIT */
/* Hides the short words that programs define, or that specstrings.h defines for
 * them, from a header of the C++ library, whose own names they are. Every
 * header in this directory has the name of a standard one and stands before it
 * on the path: this file, the real header, ws2_std_leave.h. They nest, so no
 * guards. */
#pragma GCC system_header
#pragma push_macro("__in")
#pragma push_macro("__out")
#pragma push_macro("min")
#pragma push_macro("max")
#undef __in
#undef __out
#undef min
#undef max
