/* SPDX-License-Identifier: MIT */
/* Clocks and calendars. Ticks count from the machine's start; FILETIME counts
 * steps of 100 ns from 1601 in UTC, which is this many from 1970. Calendar
 * arithmetic is our own: libc's needs an environment and a lock. */
#include "w32/error.h"

#include "base/clock.h"

#include <ws2/timeapi.h>
#include <ws2/winbase.h>

#include <time.h>

#define STEPS_PER_S 10000000ull
#define STEPS_PER_MS 10000ull
#define STEPS_TO_1970 116444736000000000ull
#define S_PER_DAY 86400u

ULONGLONG WINAPI
GetTickCount64(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (ULONGLONG)ts.tv_sec * 1000 + (ULONGLONG)ts.tv_nsec / 1000000;
}

DWORD WINAPI
GetTickCount(void)
{
    return (DWORD)GetTickCount64();
}

/* Steps of 100 ns, as on Windows. */
BOOL WINAPI
QueryPerformanceCounter(LARGE_INTEGER *count)
{
    if (!count)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    count->QuadPart = ws_now() / 100;
    return TRUE;
}

BOOL WINAPI
QueryPerformanceFrequency(LARGE_INTEGER *frequency)
{
    if (!frequency)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    frequency->QuadPart = STEPS_PER_S;
    return TRUE;
}

/* ---- winmm: nothing to begin or end, Linux is as precise as it can ---- */

DWORD WINAPI
timeGetTime(void)
{
    return GetTickCount();
}

MMRESULT WINAPI
timeBeginPeriod(UINT period)
{
    return period >= 1 && period <= 1000000 ? TIMERR_NOERROR : TIMERR_NOCANDO;
}

MMRESULT WINAPI
timeEndPeriod(UINT period)
{
    return timeBeginPeriod(period);
}

static ULONGLONG
now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return STEPS_TO_1970 + (ULONGLONG)ts.tv_sec * STEPS_PER_S +
           (ULONGLONG)ts.tv_nsec / 100;
}

static FILETIME
split(ULONGLONG steps)
{
    return (FILETIME){(DWORD)steps, (DWORD)(steps >> 32)};
}

VOID WINAPI
GetSystemTimeAsFileTime(LPFILETIME out)
{
    *out = split(now());
}

/* ---- calendar ---- */

static bool
is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned
days_in(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30,
                                         31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1601-01-01 to the first of January of 'year'. */
static unsigned
days_before(unsigned year)
{
    unsigned past = year - 1601;

    return past * 365 + past / 4 - past / 100 + past / 400;
}

static void
to_calendar(ULONGLONG steps, SYSTEMTIME *t)
{
    unsigned seconds = (unsigned)(steps / STEPS_PER_S % S_PER_DAY);
    unsigned days = (unsigned)(steps / STEPS_PER_S / S_PER_DAY);
    unsigned year = 1601 + days / 366, month = 1;

    t->wDayOfWeek = (WORD)((days + 1) % 7); /* 1601 began on a Monday */
    while (days_before(year + 1) <= days)
        year++;
    days -= days_before(year);
    while (days >= days_in(year, month))
        days -= days_in(year, month++);
    t->wYear = (WORD)year;
    t->wMonth = (WORD)month;
    t->wDay = (WORD)(days + 1);
    t->wHour = (WORD)(seconds / 3600);
    t->wMinute = (WORD)(seconds / 60 % 60);
    t->wSecond = (WORD)(seconds % 60);
    t->wMilliseconds = (WORD)(steps / STEPS_PER_MS % 1000);
}

static bool
is_date(const SYSTEMTIME *t)
{
    return t->wYear >= 1601 && t->wYear <= 30827 && t->wMonth >= 1 &&
           t->wMonth <= 12 && t->wDay >= 1 &&
           t->wDay <= days_in(t->wYear, t->wMonth) && t->wHour < 24 &&
           t->wMinute < 60 && t->wSecond < 60 && t->wMilliseconds < 1000;
}

static ULONGLONG
from_calendar(const SYSTEMTIME *t)
{
    ULONGLONG days = days_before(t->wYear) + t->wDay - 1u;
    ULONGLONG seconds;

    for (unsigned month = 1; month < t->wMonth; month++)
        days += days_in(t->wYear, month);
    seconds =
        days * S_PER_DAY + t->wHour * 3600ull + t->wMinute * 60ull + t->wSecond;
    return seconds * STEPS_PER_S + t->wMilliseconds * STEPS_PER_MS;
}

VOID WINAPI
GetSystemTime(LPSYSTEMTIME out)
{
    to_calendar(now(), out);
}

VOID WINAPI
GetLocalTime(LPSYSTEMTIME out)
{
    ULONGLONG steps = now();
    time_t seconds = (time_t)((steps - STEPS_TO_1970) / STEPS_PER_S);
    struct tm local;

    if (localtime_r(&seconds, &local))
        steps += (ULONGLONG)local.tm_gmtoff * STEPS_PER_S;
    to_calendar(steps, out);
}

BOOL WINAPI
FileTimeToSystemTime(const FILETIME *in, LPSYSTEMTIME out)
{
    ULONGLONG steps;

    if (!in || !out)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    steps = (ULONGLONG)in->dwHighDateTime << 32 | in->dwLowDateTime;
    if (steps >> 63)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    to_calendar(steps, out);
    return TRUE;
}

BOOL WINAPI
SystemTimeToFileTime(const SYSTEMTIME *in, LPFILETIME out)
{
    if (!in || !out || !is_date(in))
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    *out = split(from_calendar(in));
    return TRUE;
}
