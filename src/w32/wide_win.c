/* SPDX-License-Identifier: MIT */
/* More W functions (wide.c says how): those that only pass texts in. A message
 * procedure gets a CREATESTRUCT with the texts of its window's maker, wide if
 * that was CreateWindowExW. */
#include "w32/error.h"
#include "w32/narrow.h"
#include "w32/sync.h"
#include "w32/window.h"

#include <ws2/winbase.h>
#include <ws2/winuser.h>

#include <string.h>

/* ---- objects: a name is refused in either form ---- */

static const char *
name_of(LPCWSTR name)
{
    return name && *name ? "named" : NULL;
}

HANDLE WINAPI
CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual, BOOL set,
             LPCWSTR name)
{
    return CreateEventA(attributes, manual, set, name_of(name));
}

HANDLE WINAPI
CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL taken, LPCWSTR name)
{
    return CreateMutexA(attributes, taken, name_of(name));
}

HANDLE WINAPI
CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG count, LONG most,
                 LPCWSTR name)
{
    return CreateSemaphoreA(attributes, count, most, name_of(name));
}

HANDLE WINAPI
CreateWaitableTimerW(LPSECURITY_ATTRIBUTES attributes, BOOL manual,
                     LPCWSTR name)
{
    return CreateWaitableTimerA(attributes, manual, name_of(name));
}

/* ---- output ---- */

BOOL WINAPI
WriteConsoleW(HANDLE h, const VOID *buffer, DWORD count, LPDWORD written,
              LPVOID reserved)
{
    size_t size = ws_utf_from_wide(buffer, count, sizeof(WCHAR), NULL, 0, 0);
    char *text = malloc(size + 1);
    BOOL ok;

    if (!text)
        return ws_w32_bool(ERROR_NOT_ENOUGH_MEMORY);
    ws_utf_from_wide(buffer, count, sizeof(WCHAR), text, size, 0);
    ok = WriteConsoleA(h, text, (DWORD)size, NULL, reserved);
    free(text);
    if (ok && written)
        *written = count;
    return ok;
}

VOID WINAPI
OutputDebugStringW(LPCWSTR text)
{
    char *utf8;

    if (!narrow(text, &utf8))
        OutputDebugStringA(utf8);
    free(utf8);
}

int WINAPI
MessageBoxW(HWND owner, LPCWSTR text, LPCWSTR caption, UINT type)
{
    char *utf8 = NULL, *title = NULL;
    int answer = 0, err = narrow(text, &utf8);

    if (!err)
        err = narrow(caption, &title);
    if (ws_w32_bool(err))
        answer = MessageBoxA(owner, utf8, title, type);
    free(title);
    free(utf8);
    return answer;
}

/* ---- modules ---- */

HMODULE WINAPI
GetModuleHandleW(LPCWSTR name)
{
    HMODULE h = NULL;
    char *utf8;

    if (ws_w32_bool(narrow(name, &utf8)))
        h = GetModuleHandleA(utf8);
    free(utf8);
    return h;
}

HMODULE WINAPI
LoadLibraryW(LPCWSTR name)
{
    HMODULE h = NULL;
    char *utf8;

    if (ws_w32_bool(narrow(name, &utf8)))
        h = LoadLibraryA(utf8);
    free(utf8);
    return h;
}

/* ---- windows ---- */

/* A class name, which may be an atom: then that, and nothing to free. */
static int
class_name(LPCWSTR name, char **out, const char **use)
{
    int err = 0;

    *out = NULL;
    *use = (const char *)name;
    if ((ULONG_PTR)name >> 16) {
        err = narrow(name, out);
        *use = *out;
    }
    return err;
}

static ATOM
register_class(LPCWSTR name, const struct ws_class *model)
{
    const char *use;
    char *utf8;
    ATOM atom = 0;
    int err = class_name(name, &utf8, &use);

    if (!err)
        err = ws_class_register(use, model, &atom);
    free(utf8);
    return ws_w32_bool(err) ? atom : 0;
}

ATOM WINAPI
RegisterClassW(const WNDCLASSW *wc)
{
    struct ws_class model;

    if (!wc)
        return (ATOM)ws_w32_bool(ERROR_INVALID_PARAMETER);
    model = (struct ws_class){.proc = wc->lpfnWndProc,
                              .extra = wc->cbWndExtra,
                              .instance = wc->hInstance};
    return register_class(wc->lpszClassName, &model);
}

ATOM WINAPI
RegisterClassExW(const WNDCLASSEXW *wc)
{
    struct ws_class model;

    if (!wc || wc->cbSize != sizeof(*wc))
        return (ATOM)ws_w32_bool(ERROR_INVALID_PARAMETER);
    model = (struct ws_class){.proc = wc->lpfnWndProc,
                              .extra = wc->cbWndExtra,
                              .instance = wc->hInstance};
    return register_class(wc->lpszClassName, &model);
}

BOOL WINAPI
UnregisterClassW(LPCWSTR name, HINSTANCE instance)
{
    const char *use;
    char *utf8;
    BOOL ok = FALSE;

    if (ws_w32_bool(class_name(name, &utf8, &use)))
        ok = UnregisterClassA(use, instance);
    free(utf8);
    return ok;
}

UINT WINAPI
RegisterWindowMessageW(LPCWSTR name)
{
    UINT number = 0;
    char *utf8;

    if (ws_w32_bool(narrow(name, &utf8)))
        number = RegisterWindowMessageA(utf8);
    free(utf8);
    return number;
}

_Static_assert(sizeof(CREATESTRUCTA) == sizeof(CREATESTRUCTW),
               "they differ in what the texts are made of only");

HWND WINAPI
CreateWindowExW(DWORD ex_style, LPCWSTR class, LPCWSTR name, DWORD style, int x,
                int y, int width, int height, HWND parent, HMENU menu,
                HINSTANCE instance, LPVOID param)
{
    CREATESTRUCTW cs = {param, instance, menu,        parent, height, width,
                        y,     x,        (LONG)style, name,   class,  ex_style};
    CREATESTRUCTA show;
    const char *use;
    char *utf8;
    HWND h = NULL;

    memcpy(&show, &cs, sizeof(show));
    if (ws_w32_bool(class_name(class, &utf8, &use)))
        h = ws_window_create(use, &show);
    free(utf8);
    return h;
}

HICON WINAPI
LoadIconW(HINSTANCE instance, LPCWSTR name)
{
    return LoadIconA(instance, (LPCSTR)name);
}

HCURSOR WINAPI
LoadCursorW(HINSTANCE instance, LPCWSTR name)
{
    return LoadCursorA(instance, (LPCSTR)name);
}
