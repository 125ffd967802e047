/* SPDX-License-Identifier: MIT */
/* _tmain and the _tcs names work narrow, and wide with UNICODE and _UNICODE;
 * the argument arrives in the right kind of text. */
#include <windows.h>
#include <tchar.h>

#include "check.h"

int
_tmain(int argc, TCHAR *argv[])
{
    TCHAR text[16];

    CHECK(argc == 2);
    CHECK(_tcslen(argv[1]) == 3 && !_tcscmp(argv[1], _T("Abc")));
    CHECK(_tcscpy_s(text, _countof(text), TEXT("abC")) == 0);
    CHECK(!_tcsicmp(text, argv[1]));
    CHECK(_stprintf_s(text, _countof(text), _T("%d"), _ttoi(_T("42"))) == 2);
    CHECK(!_tcscmp(text, _T("42")));
    return check_failed;
}
