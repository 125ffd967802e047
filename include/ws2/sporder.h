/* SPDX-License-Identifier: MIT */
/* Reordering the catalog: the types of the functions, for programs that load
 * them by name. The functions are not declared, because they are not there.
 */
#ifndef __SPORDER_H__
#define __SPORDER_H__

#include "ws2spi.h"

typedef int(WSPAPI *LPWSCWRITEPROVIDERORDER)(LPDWORD lpwdCatalogEntryId,
                                             DWORD dwNumberOfEntries);
typedef int(WSPAPI *LPWSCWRITENAMESPACEORDER)(LPGUID lpProviderId,
                                              DWORD dwNumberOfEntries);

#endif /* __SPORDER_H__ */
