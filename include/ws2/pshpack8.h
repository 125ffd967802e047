/* SPDX-License-Identifier: MIT */
/* From here on structures are packed; poppack.h ends it. Meant to come again, so
 * there is no guard. */
#pragma GCC system_header /* clang would warn of a packing that goes on */
#pragma pack(push, 8)
