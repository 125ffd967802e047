/* SPDX-License-Identifier: MIT */
/* Who may hold SYNs: root, a user by the help of ws2-synd, and nobody else. The
 * helper runs in a child, as its own user with one capability; the programs
 * that ask are children with none. A child says by its code what went wrong. */
#include "gate_util.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The helper is tested as it is, but for the name of its start. */
int synd_main(void);
#define main synd_main
#include "../../tools/ws2-synd.c"
#undef main

enum { HELPER = 65510, FRIEND = 65511, STRANGER = 65512, CIRCLE = 65513 };

static void
become(unsigned uid, unsigned gid, bool raw)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {0, 0, 0},
        {0, 0, 0}
    };

    REQUIRE_EQ(prctl(PR_SET_KEEPCAPS, raw), 0);
    REQUIRE_EQ(setgroups(0, NULL), 0);
    REQUIRE_EQ(setresgid(gid, gid, gid), 0);
    REQUIRE_EQ(setresuid(uid, uid, uid), 0);
    if (raw)
        data[0].effective = data[0].permitted = 1U << CAP_NET_RAW;
    REQUIRE_EQ(syscall(SYS_capset, &head, data), 0);
}

static void
need_users(void)
{
    pid_t child = fork();
    int status = -1;

    if (!child)
        _exit(setgroups(0, NULL) || setresuid(STRANGER, STRANGER, STRANGER));
    REQUIRE_EQ(waitpid(child, &status, 0), child);
    if (status)
        SKIP("no right to become other users");
}

/* ---- the helper ---- */

struct office {
    pid_t helper;
    char directory[32], path[64];
};

static void
wait_for(const char *path)
{
    struct stat st;
    int64_t deadline = ws_deadline(GATE_SOON);

    while (stat(path, &st) && ws_now() < deadline)
        sched_yield();
    REQUIRE_EQ(stat(path, &st), 0);
}

static struct office
open_office(void)
{
    struct office o = {.directory = "/tmp/ws2-synd-XXXXXX"};

    need_users();
    REQUIRE(mkdtemp(o.directory) != NULL);
    REQUIRE_EQ(chmod(o.directory, 0755), 0);
    REQUIRE_EQ(chown(o.directory, HELPER, CIRCLE), 0);
    snprintf(o.path, sizeof o.path, "%s/s", o.directory);
    REQUIRE_EQ(setenv("WS2_SYND", o.path, 1), 0);
    o.helper = fork();
    if (!o.helper) {
        become(HELPER, CIRCLE, true);
        _exit(synd_main());
    }
    wait_for(o.path);
    return o;
}

static void
close_office(const struct office *o)
{
    kill(o->helper, SIGKILL);
    waitpid(o->helper, NULL, 0);
    unlink(o->path);
    rmdir(o->directory);
}

/* Runs 'body' as somebody without any capability. */
static void
as(unsigned uid, unsigned gid, void (*body)(void))
{
    pid_t child = fork();

    if (!child) {
        become(uid, gid, false);
        body();
        fflush(NULL);
        _exit(0);
    }
    join_child(child);
}

/* ---- who asks ---- */

static void
hold_by_help(void)
{
    char why[160];

    REQUIRE_EQ(ws_syngate_available(why, sizeof why), WS_SYNGATE_HELPER);
    REQUIRE(strstr(why, getenv("WS2_SYND")) != NULL);
    for (int i = 0; i < 2; i++) {
        struct post p = make_post(i ? WS_AF_INET6 : WS_AF_INET, 5);
        int client = knock(&p.name), server = -1;

        REQUIRE_EQ(ws_syngate_tap_tier(p.tap), WS_SYNGATE_HELPER);
        REQUIRE_EQ(admit(&p, next_request(p.tap), &server), 0);
        REQUIRE_EQ(outcome(client, GATE_SOON), 0);
        check_talk(client, server);
        ws_os_close(server);
        ws_os_close(client);
        client = knock(&p.name);
        ws_syngate_refuse(p.gate, next_request(p.tap));
        REQUIRE_EQ(outcome(client, GATE_SOON), WS_ECONNREFUSED);
        ws_os_close(client);
        close_post(&p);
    }
}

static void
be_refused(void)
{
    struct ws_syngate_tap *tap;
    struct ws_syngate *g = NULL;
    struct ws_addr name;
    int fd = make_bound(WS_AF_INET, WS_SOCK_STREAM, false, &name);
    char why[160] = "";

    REQUIRE_EQ(ws_syngate_available(why, sizeof why), WS_SYNGATE_NONE);
    REQUIRE(strstr(why, "CAP_NET_RAW") != NULL);
    REQUIRE_EQ(ws_syngate_available(NULL, 0), WS_SYNGATE_NONE);
    REQUIRE_EQ(ws_syngate_tap_open(&tap), 0);
    REQUIRE_EQ(ws_syngate_open(tap, fd, 5, NULL, &g), WS_EACCES);
    REQUIRE_EQ(ws_syngate_tap_tier(tap), WS_SYNGATE_NONE);
    REQUIRE_EQ(ws_os_listen(fd, 5), 0);
    ws_os_close(fd);
    ws_syngate_tap_close(tap);
}

static void
be_refused_elsewhere(void)
{
    be_refused();
}

/* What came from the helper hears no data, and no filter replaces its own. */
static void
try_to_hear_more(void)
{
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, 0xffff)};
    struct sock_fprog program = {1, all};
    int raw[2] = {-1, -1}, fd[2], off = 0;
    char c;

    REQUIRE_EQ(ws_synhelp_ask(0x00010001, raw, NULL, 0), 0);
    for (int i = 0; i < 2; i++) {
        REQUIRE_EQ(setsockopt(raw[i], SOL_SOCKET, SO_ATTACH_FILTER, &program,
                              sizeof program),
                   -1);
        REQUIRE_EQ(errno, EPERM);
        REQUIRE_EQ(
            setsockopt(raw[i], SOL_SOCKET, SO_DETACH_FILTER, &off, sizeof off),
            -1);
        REQUIRE_EQ(
            setsockopt(raw[i], SOL_SOCKET, SO_LOCK_FILTER, &off, sizeof off),
            -1);
        make_pair(i ? WS_AF_INET6 : WS_AF_INET, fd);
        while (recv(raw[i], &c, 1, MSG_DONTWAIT | MSG_TRUNC) > 0)
            ; /* the handshake's SYN */
        check_talk(fd[0], fd[1]);
        ws_os_close(fd[0]);
        ws_os_close(fd[1]);
        REQUIRE_EQ(recv(raw[i], &c, 1, MSG_DONTWAIT), -1);
        close(raw[i]);
    }
}

TEST(root_may_hold_for_himself)
{
    char why[160] = "";

    CHECK_EQ(ws_syngate_available(why, sizeof why), WS_SYNGATE_OWN);
    CHECK(strstr(why, "CAP_NET_RAW") != NULL);
    CHECK_EQ(ws_syngate_available(NULL, 0), WS_SYNGATE_OWN);
}

TEST(a_user_without_capabilities_holds_by_the_help_of_synd)
{
    struct office o = open_office();

    as(FRIEND, CIRCLE, hold_by_help); /* of its group */
    as(HELPER, FRIEND, hold_by_help); /* its own user */
    close_office(&o);
}

TEST(what_synd_gives_cannot_be_widened)
{
    struct office o = open_office();

    as(FRIEND, CIRCLE, try_to_hear_more);
    close_office(&o);
}

TEST(synd_helps_nobody_outside_its_group)
{
    struct office o = open_office();
    struct stat st;

    REQUIRE_EQ(stat(o.path, &st), 0);
    CHECK_EQ(st.st_mode & 0777, 0660);
    as(STRANGER, STRANGER, be_refused);
    /* Nor where the file system would let him ask. */
    REQUIRE_EQ(chmod(o.path, 0777), 0);
    as(STRANGER, STRANGER, be_refused);
    close_office(&o);
}

TEST(synd_helps_nobody_in_another_name_space)
{
    struct office o = open_office();

    enter_net();
    as(FRIEND, CIRCLE, be_refused_elsewhere);
    close_office(&o);
}

TEST(synd_goes_on_after_nonsense)
{
    struct office o = open_office();
    struct sockaddr_un sa = {.sun_family = AF_UNIX};

    memcpy(sa.sun_path, o.path, strlen(o.path));
    for (int i = 0; i < 20; i++) {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        char junk[64] = "junk";

        REQUIRE_EQ(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
        if (i)
            REQUIRE_EQ(send(fd, junk, (size_t)i * 3, MSG_NOSIGNAL), i * 3);
        close(fd);
    }
    as(FRIEND, CIRCLE, hold_by_help);
    close_office(&o);
}

TEST(nobody_holds_without_a_capability_and_a_helper)
{
    REQUIRE_EQ(setenv("WS2_SYND", "/nonexistent/synd", 1), 0);
    need_users();
    as(STRANGER, STRANGER, be_refused);
}

TEST(a_helper_that_is_none_is_not_believed)
{
    static const char path[] = "/nonexistent/a/path/that/is/longer/than/any/"
                               "name/of/a/socket/can/be/in/the/file/system/of/"
                               "any/machine/that/runs/this";
    char why[160];

    REQUIRE_EQ(setenv("WS2_SYND", path, 1), 0);
    need_users();
    as(STRANGER, STRANGER, be_refused);
    CHECK_EQ(ws_synhelp_ask(1, (int[2]){-1, -1}, why, sizeof why), WS_EACCES);
}
