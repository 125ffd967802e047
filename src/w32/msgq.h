/* SPDX-License-Identifier: MIT */
/* Message queues, one a thread, and windows that are never shown. The rest of
 * the house needs two things of them: to know a window, and to post to it. */
#ifndef WS_W32_MSGQ_H
#define WS_W32_MSGQ_H

#include <ws2/windef.h>

#include <stdbool.h>

bool ws_msgq_is_window(HWND window);

/* Appends a message to the queue of the window's thread. Errors as of
 * PostMessage: ERROR_INVALID_WINDOW_HANDLE, ERROR_NOT_ENOUGH_QUOTA (10,000
 * messages wait). Any thread, no lock above the queue's rank. */
int ws_msgq_post(HWND window, UINT message, WPARAM wparam, LPARAM lparam);

#endif
