/* SPDX-License-Identifier: MIT */
/* The texts of error numbers: one table, in the order of the numbers. */
#ifndef WS_W32_MESSAGE_H
#define WS_W32_MESSAGE_H

#include <ws2/windef.h>

struct ws_message {
    DWORD number;
    const char *text; /* UTF-8, without a line end */
};

extern const struct ws_message ws_messages[];
extern const size_t ws_message_count;

/* The text of an error number, or NULL. */
const char *ws_message_find(DWORD number);

/* What FormatMessage gives for these arguments, to be freed. 'source' is
 * UTF-8. Errors are FormatMessage's. */
int ws_message_format(DWORD flags, const void *source, DWORD number,
                      char **out);

#endif
