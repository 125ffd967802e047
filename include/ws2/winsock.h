/* SPDX-License-Identifier: MIT */
/* Winsock 1.1: its names are all among those of Winsock 2, which this includes.
 *
 * The version that WSAStartup is asked for decides what a program may do, not
 * the header. A program that defines _WINSOCKAPI_ to keep Winsock 1.1 out gets
 * nothing here. Invariant: any order with winsock2.h and windows.h.
 */
#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_

#include "winsock2.h"
#include "mswsock.h"

#endif /* _WINSOCKAPI_ */
