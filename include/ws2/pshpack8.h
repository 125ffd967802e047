/* SPDX-License-Identifier: MIT */
/* From here on structures are packed; poppack.h ends it. Meant to come again,
 * so there is no guard. */
#ifdef __clang__ /* it would warn of a packing that goes on */
#pragma clang diagnostic ignored "-Wpragma-pack"
#endif
#pragma pack(push, 8)
