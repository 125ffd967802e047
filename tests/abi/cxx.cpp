// SPDX-License-Identifier: MIT
// Winsock in C++: std::bind and methods named like functions survive, the forms
// for "unsigned long *" overload, a function converts to a typed pointer, and
// the words of the library (std::min, templates) still work beside it. Nothing
// here needs the library: the functions called are in fake.h or below.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <ws2spi.h>
#include <ws2ext.h>

#include <string>
#include <vector>
#if __cplusplus >= 201103L
#include <algorithm>
#include <functional>
#include <thread>
#endif

#include "ulong.h"

extern "C" {
int
connect(SOCKET s, const struct sockaddr *name, int namelen)
{
    return (int)s + (name ? 1 : 0) + namelen;
}

int
__WSAFDIsSet(SOCKET fd, fd_set *set)
{
    for (u_int i = 0; i < set->fd_count; i++)
        if (set->fd_array[i] == fd)
            return 1;
    return 0;
}
}

namespace
{

#define METHOD(name, params)                                                   \
    int name params                                                            \
    {                                                                          \
        return ++calls;                                                        \
    }

struct Peer {
    int calls;
    METHOD(bind, (int))
    METHOD(connect, (const std::string &))
    METHOD(send, (const char *, int))
    METHOD(recv, (char *, int))
    METHOD(select, (int))
    METHOD(accept, ())
    METHOD(listen, (int))
    METHOD(socket, ())
    METHOD(shutdown, ())
    METHOD(gethostname, ())
    METHOD(closesocket, ())
    METHOD(ioctlsocket, (int, int))
    METHOD(WSASend, (int))
};

// Initialised as programs do it.
struct Operation : WSAOVERLAPPED {
    WSABUF buffer;
};

int
methods()
{
    Peer p = Peer();
    char room[1];
    p.bind(1), p.connect("x"), p.send("x", 1), p.recv(room, 1), p.select(0);
    p.accept(), p.listen(1), p.socket(), p.shutdown(), p.gethostname();
    p.closesocket(), p.ioctlsocket(1, 2), p.WSASend(1);
    return p.calls == 13 ? 0 : 1;
}

int
sets()
{
    fd_set set;
    int bad = 0;
    FD_ZERO(&set);
    for (SOCKET s = 4; s < 4 + 70; s++)
        FD_SET(s, &set);
    FD_SET(4, &set);
    bad |= set.fd_count != FD_SETSIZE || FD_ISSET(80, &set);
    FD_CLR(5, &set);
    FD_CLR(5, &set);
    bad |= set.fd_count != FD_SETSIZE - 1 || FD_ISSET(5, &set);
    bad |= !FD_ISSET(4, &set) || set.fd_array[1] != 6;
    return bad;
}

#if __cplusplus >= 201103L
int
binds()
{
    using namespace std::placeholders;
    using std::bind; // would hide ours, had it been a macro
    auto call = bind(connect, 40, (const sockaddr *)0, _1);
    auto method = std::bind(&Peer::connect, Peer(), "x");
    std::vector<SOCKET> sockets(3, INVALID_SOCKET);
    std::sort(sockets.begin(), sockets.end());
    std::thread t([] {});
    t.join();
    static_assert(sizeof(u_long) == 4, "u_long");
    return call(2) == 42 && method() == 1 ? 0 : 1;
}
#else
int
binds()
{
    return 0;
}
#endif

} // namespace

int
main()
{
    int(WSAAPI * plain)(SOCKET, LONG, u_long *) = ioctlsocket;
    int(WSAAPI * call)(SOCKET, const struct sockaddr *, int) = connect;
    Operation op = Operation();
    GUID a = WSAID_ACCEPTEX, b = WSAID_CONNECTEX;
    EXPECT(plain && call && !op.hEvent);
    EXPECT(a != b && IsEqualGUID(a, a));
    EXPECT(methods() == 0);
    EXPECT(sets() == 0);
    EXPECT(binds() == 0);
    return ulong_test();
}
