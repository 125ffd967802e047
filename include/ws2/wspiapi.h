/* SPDX-License-Identifier: MIT */
/* Programs include this for getaddrinfo on systems that lacked it. Here it is
 * always there, so this is ws2tcpip.h and nothing more.
 */
#ifndef _WSPIAPI_H_
#define _WSPIAPI_H_

#include "ws2tcpip.h"

#endif /* _WSPIAPI_H_ */
