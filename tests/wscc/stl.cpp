// SPDX-License-Identifier: MIT
// The C++ library compiles after windows.h, and what both name means what the
// program wrote: __in and __out vanish, min and max are anybody's, std::bind and
// methods called send or connect are not touched.
#include <windows.h>
#include <winsock2.h>
#include <algorithm>
#include <condition_variable>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <list>
#include <locale>
#include <map>
#include <memory>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>
#include <ws2tcpip.h>

#include "check.h"

struct channel {
    int connect(int n) { return send(n) + 1; }
    int send(int n) { return n * 2; }
    int min() const { return 1; }
};

static int add(__in int a, __in int b, __out_opt int *sum)
{
    if (sum)
        *sum = a + b;
    return a + b;
}

static int leave_after_a_throw()
{
    int n = 0;

    __try {
        try {
            throw std::string("x");
        } catch (const std::string &) {
            n = 1;
        }
        __leave;
    } __finally {
        n += 2;
    }
    return n;
}

int main()
{
    using namespace std::placeholders;
    auto plus = std::bind(add, _1, 2, nullptr);
    std::map<std::string, int> ages{{"a", 1}};
    std::ostringstream out;
    LONG count = 0;
    long wide = 5000000000;

    std::thread t([&] { InterlockedIncrement(&count); });
    t.join();
    out << std::setw(4) << plus(1) << ages["a"];
    CHECK(out.str() == "   31");
    CHECK(count == 1 && InterlockedIncrement(&wide) == 5000000001);
    CHECK(InterlockedCompareExchange(&count, 7, 1) == 1 && count == 7);
    CHECK(std::min(3, 4) == 3 && (std::max)(3, 4) == 4 && min(3, 4L) == 3);
    CHECK(std::numeric_limits<DWORD>::max() == MAXDWORD);
    CHECK(std::regex_match("abc", std::regex("a.c")));
    CHECK(channel().connect(2) == 5 && channel().min() == 1);
    CHECK(leave_after_a_throw() == 3);
    char text[6];
    CHECK(sprintf_s(text, "%d", 12345) == 5 && strcpy_s(text, "toolong"));
    CHECK(strcat_s(text, "ab") == 0 && _snprintf_s(text, 3, "%s", "abcdef") < 0);
    return check_failed;
}
