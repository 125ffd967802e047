/* SPDX-License-Identifier: MIT */
/* GUIDs: the type, DEFINE_GUID and comparison.
 *
 * DEFINE_GUID declares a GUID; after INITGUID has been defined it defines it
 * as well. Definitions are weak, so several objects may hold the same one.
 * Not here: parsing and printing (StringFromGUID2 belongs to COM).
 * Invariant: 16 bytes, integers in the machine's (little endian) order.
 */
#ifndef WS2_GUIDDEF_H
#define WS2_GUIDDEF_H

#include <string.h>

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    unsigned int Data1;
    unsigned short Data2;
    unsigned short Data3;
    unsigned char Data4[8];
} GUID;
#endif

typedef GUID *LPGUID;
typedef const GUID *LPCGUID;
typedef GUID IID;
typedef IID *LPIID;
typedef GUID CLSID;
typedef CLSID *LPCLSID;

#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const IID &
#define REFCLSID const CLSID &
#define WS2_GUID_EXTERN extern "C" const GUID
#else
#define REFGUID const GUID *
#define REFIID const IID *
#define REFCLSID const CLSID *
#define WS2_GUID_EXTERN extern const GUID
#endif

#define GUID_NULL_INIT                                                         \
    {                                                                          \
        0, 0, 0,                                                               \
        {                                                                      \
            0, 0, 0, 0, 0, 0, 0, 0                                             \
        }                                                                      \
    }

#ifdef __cplusplus
static inline int
IsEqualGUID(REFGUID a, REFGUID b)
{
    return memcmp(&a, &b, sizeof(GUID)) == 0;
}

static inline bool
operator==(const GUID &a, const GUID &b)
{
    return memcmp(&a, &b, sizeof(GUID)) == 0;
}

static inline bool
operator!=(const GUID &a, const GUID &b)
{
    return memcmp(&a, &b, sizeof(GUID)) != 0;
}
#else
#define IsEqualGUID(a, b) (memcmp((a), (b), sizeof(GUID)) == 0)
#endif
#define InlineIsEqualGUID(a, b) IsEqualGUID(a, b)
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)

#endif /* WS2_GUIDDEF_H */

/* Outside the guard: a second inclusion after INITGUID must switch over. */
#undef DEFINE_GUID
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)           \
    WS2_GUID_EXTERN name;                                                      \
    WS2_GUID_EXTERN __attribute__((weak)) name = {                             \
        l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}
}
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)           \
    WS2_GUID_EXTERN name
#endif
