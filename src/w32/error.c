/* SPDX-License-Identifier: MIT */
/* The thread's last error, and the words for error numbers. FormatMessage
 * knows the system's messages only (messages.h), and carries out no inserts.
 * Text is UTF-8 here; FormatMessageW converts what this makes. */
#include "w32/error.h"
#include "w32/message.h"

#include <ws2/winbase.h>

#include <stdlib.h>
#include <string.h>

WS_TLS DWORD ws_error_last;

DWORD WINAPI
GetLastError(void)
{
    return ws_error_last;
}

VOID WINAPI
SetLastError(DWORD err)
{
    ws_error_last = err;
}

static int
compare(const void *key, const void *entry)
{
    DWORD number = *(const DWORD *)key;
    const struct ws_message *m = entry;

    return number < m->number ? -1 : number > m->number;
}

const char *
ws_message_find(DWORD number)
{
    const struct ws_message *m =
        bsearch(&number, ws_messages, ws_message_count, sizeof(*m), compare);

    return m ? m->text : NULL;
}

/* Which text is meant. Our modules have no messages of their own, so a module
 * alone is a message that is not there. */
static int
choose(DWORD flags, const void *source, DWORD number, const char **text)
{
    if (flags & FORMAT_MESSAGE_FROM_STRING) {
        if (!source || !(flags & FORMAT_MESSAGE_IGNORE_INSERTS))
            return source ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER;
        *text = source;
        return 0;
    }
    if (!(flags & (FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_FROM_HMODULE)))
        return ERROR_INVALID_PARAMETER;
    *text = NULL;
    if (flags & FORMAT_MESSAGE_FROM_SYSTEM)
        *text = ws_message_find(number);
    return *text ? 0 : ERROR_MR_MID_NOT_FOUND;
}

/* Copies a message: a system's one ends with a line end, and with a blank in
 * place of it when the caller breaks lines himself. */
int
ws_message_format(DWORD flags, const void *source, DWORD number, char **out)
{
    const char *end = "", *text;
    int err = choose(flags, source, number, &text);
    size_t len, more;

    if (err)
        return err;
    if (!(flags & FORMAT_MESSAGE_FROM_STRING))
        end = flags & FORMAT_MESSAGE_MAX_WIDTH_MASK ? " " : "\r\n";
    len = strlen(text);
    more = strlen(end);
    *out = malloc(len + more + 1);
    if (!*out)
        return ERROR_NOT_ENOUGH_MEMORY;
    memcpy(*out, text, len);
    memcpy(*out + len, end, more + 1);
    return 0;
}

/* Hands 'text' of 'len' characters over as FormatMessage does. */
static int
deliver(DWORD flags, const char *text, size_t len, LPSTR buffer, DWORD size)
{
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        size_t room = len + 1 < size ? size : len + 1;
        char *block = LocalAlloc(LMEM_FIXED, room);

        if (!block)
            return ERROR_NOT_ENOUGH_MEMORY;
        memcpy(block, text, len + 1);
        memcpy(buffer, &block, sizeof(block));
        return 0;
    }
    if (len + 1 > size)
        return ERROR_INSUFFICIENT_BUFFER;
    memcpy(buffer, text, len + 1);
    return 0;
}

DWORD WINAPI
FormatMessageA(DWORD flags, LPCVOID source, DWORD number, DWORD language,
               LPSTR buffer, DWORD size, va_list *arguments)
{
    char *text = NULL;
    size_t len = 0;
    int err = ERROR_INVALID_PARAMETER;

    (void)language;
    (void)arguments;
    if (buffer)
        err = ws_message_format(flags, source, number, &text);
    if (!err) {
        len = strlen(text);
        err = deliver(flags, text, len, buffer, size);
    }
    free(text);
    return ws_w32_bool(err) ? (DWORD)len : 0;
}
