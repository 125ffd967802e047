/* SPDX-License-Identifier: MIT */
/* Microsoft's structured blocks as control flow: __leave goes to the end of the
 * innermost body, __finally runs after it, and a filter is never asked. The
 * same file is compiled as C and as C++. */
#include <winsock2.h>

#include "check.h"

static int
leave_goes_to_the_end(void)
{
    int trail = 0;

    __try {
        trail = 1;
        if (trail)
            __leave;
        trail = 100;
    } __finally {
        trail += 2;
    }
    return trail;
}

static int
bodies_nest(void)
{
    int trail = 0;

    __try {
        __try {
            trail |= 1;
            __leave;
        } __finally {
            trail |= 2;
        }
        trail |= 4;
        __leave;
    } __finally {
        trail |= 8;
    }
    return trail;
}

static int
leave_gets_out_of_a_loop(void)
{
    int i, n = 0;

    __try {
        for (i = 0; i < 10; i++) {
            switch (i) {
            case 5: __leave;
            default: n++;
            }
        }
    } __finally {
        n += 100;
    }
    return n;
}

static int
filter(DWORD code, PEXCEPTION_POINTERS where)
{
    check_failed = 1; /* nobody asks */
    return code && where ? EXCEPTION_EXECUTE_HANDLER
                         : EXCEPTION_CONTINUE_SEARCH;
}

static int
a_handler_is_not_entered(void)
{
    int n = 0;

    __try {
        n = 1;
        if (n)
            __leave;
        n = 2;
    } __except (filter(GetExceptionCode(), GetExceptionInformation())) {
        n = 3;
    }
    __try {
        n += 10;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        n = 4;
    }
    return n;
}

int
main(void)
{
    CHECK(leave_goes_to_the_end() == 3);
    CHECK(bodies_nest() == 15);
    CHECK(leave_gets_out_of_a_loop() == 105);
    CHECK(a_handler_is_not_entered() == 11);
    return check_failed;
}
