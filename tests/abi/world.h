/* SPDX-License-Identifier: MIT */
/* Every socket header, for the tests that also build with mingw: there, the
 * versions that its headers ask about are the newest.
 */
#ifndef ABI_WORLD_H
#define ABI_WORLD_H

#ifdef _WIN32
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A000008
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <ws2spi.h>
#include <wshisotp.h>
#include <qos.h>
#include <qossp.h>
#include <windows.h>
#include <stddef.h>

#endif
