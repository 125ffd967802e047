/* SPDX-License-Identifier: MIT */
/* Regular files behind handles: opened, read, written, measured, deleted. With
 * an OVERLAPPED a file transfers at once, at the place that it names, and tells
 * like any operation: status, event, packet. Nothing here is ever in flight, so
 * there is nothing to cancel and nothing to wait for. */
#include "w32/file.h"
#include "w32/error.h"
#include "w32/event.h"
#include "w32/handle.h"
#include "w32/overlap.h"
#include "w32/port.h"
#include "w32/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who holds a reference: the handle table; each call. */
struct file {
    struct ws_object object;
    int fd;
    bool ours;       /* the descriptor is to be closed at the end */
    bool seekable;   /* it has places; else a stream: a terminal, a pipe */
    bool overlapped; /* it has no position of its own */
    char *doomed;    /* the path to be deleted on closing, or NULL */

    /* Set once, under the dispatcher lock. */
    struct ws_port *port;
    ULONG_PTR key;
    UCHAR modes;
};

static struct file *
file_of(struct ws_object *o)
{
    return WS_CONTAINER_OF(o, struct file, object);
}

/* ---- errors ---- */

static const struct code {
    int number, err;
} codes[] = {
    {EPERM,        ERROR_ACCESS_DENIED       },
    {ENOENT,       ERROR_FILE_NOT_FOUND      },
    {EIO,          ERROR_IO_DEVICE           },
    {EBADF,        ERROR_ACCESS_DENIED       },
    {EAGAIN,       ERROR_NOT_READY           },
    {ENOMEM,       ERROR_NOT_ENOUGH_MEMORY   },
    {EACCES,       ERROR_ACCESS_DENIED       },
    {EFAULT,       ERROR_NOACCESS            },
    {EBUSY,        ERROR_SHARING_VIOLATION   },
    {EEXIST,       ERROR_FILE_EXISTS         },
    {ENODEV,       ERROR_NOT_SUPPORTED       },
    {ENOTDIR,      ERROR_PATH_NOT_FOUND      },
    {EISDIR,       ERROR_ACCESS_DENIED       },
    {EINVAL,       ERROR_INVALID_PARAMETER   },
    {ENFILE,       ERROR_TOO_MANY_OPEN_FILES },
    {EMFILE,       ERROR_TOO_MANY_OPEN_FILES },
    {ETXTBSY,      ERROR_SHARING_VIOLATION   },
    {EFBIG,        ERROR_DISK_FULL           },
    {ENOSPC,       ERROR_DISK_FULL           },
    {ESPIPE,       ERROR_SEEK_ON_DEVICE      },
    {EROFS,        ERROR_WRITE_PROTECT       },
    {EPIPE,        ERROR_NO_DATA             },
    {ENAMETOOLONG, ERROR_FILENAME_EXCED_RANGE},
    {ELOOP,        ERROR_PATH_NOT_FOUND      },
    {EOVERFLOW,    ERROR_NOT_SUPPORTED       },
    {EDQUOT,       ERROR_DISK_FULL           },
};

/* What the system call that just failed means. */
static int
failed(void)
{
    int number = errno;

    for (size_t i = 0; i < WS_ARRAY_LEN(codes); i++)
        if (codes[i].number == number)
            return codes[i].err;
    return ERROR_GEN_FAILURE;
}

/* The same for a call with a path: a directory on the way may be missing. */
static int
failed_at(const char *path)
{
    int err = failed();
    const char *slash = strrchr(path, '/');
    char *parent;

    if (err != ERROR_FILE_NOT_FOUND || !slash || slash == path)
        return err;
    parent = strndup(path, (size_t)(slash - path));
    if (parent && access(parent, F_OK))
        err = ERROR_PATH_NOT_FOUND;
    free(parent);
    return err;
}

/* ---- moving bytes ---- */

static ssize_t
step(struct file *f, bool out, char *buf, size_t size, off_t at)
{
    ssize_t n;

    do {
        if (at < 0)
            n = out ? write(f->fd, buf, size) : read(f->fd, buf, size);
        else
            n = out ? pwrite(f->fd, buf, size, at)
                    : pread(f->fd, buf, size, at);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* At 'at', or at the position if that is negative. A stream gives what it has;
 * everything else moves all, or up to the end. */
static int
move(struct file *f, bool out, void *buf, uint32_t size, off_t at,
     uint32_t *moved)
{
    while (*moved < size) {
        ssize_t n = step(f, out, (char *)buf + *moved, size - *moved,
                         at < 0 ? at : at + *moved);

        if (n < 0)
            return failed();
        *moved += (uint32_t)n;
        if (!n || (!out && !f->seekable))
            break;
    }
    return 0;
}

/* What telling an end needs, gathered before the start so that it cannot fail;
 * read from the OVERLAPPED before that is given back. */
struct ending {
    struct ws_event *event;
    struct ws_port *port;
    struct ws_packet *packet;
};

static void
packet_release(struct ws_packet *packet)
{
    free(packet);
}

static int
ending_begin(struct file *f, const OVERLAPPED *ov, struct ending *e)
{
    ULONG_PTR event = (ULONG_PTR)ov->hEvent;
    int err = 0;

    *e = (struct ending){NULL, NULL, NULL};
    if (event & ~(ULONG_PTR)1)
        err = ws_event_ref((HANDLE)(event & ~(ULONG_PTR)1), &e->event);
    if (err)
        return err;
    ws_lock(&ws_dispatcher);
    if (!(event & 1) && !(f->modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS))
        e->port = f->port;
    ws_unlock(&ws_dispatcher);
    if (e->port) {
        e->packet = malloc(sizeof(*e->packet));
        err = e->packet ? 0 : ERROR_NOT_ENOUGH_MEMORY;
    }
    if (err)
        ws_event_unref(e->event);
    else if (e->event)
        ws_event_reset(e->event);
    return err;
}

/* An operation that failed at once is told by its return value alone. */
static void
ending_tell(struct file *f, OVERLAPPED *ov, int err, uint32_t moved,
            struct ending *e)
{
    if (!err)
        ov->InternalHigh = moved;
    ws_overlap_publish(ov, ws_status_of(err));
    if (!err && e->event)
        ws_event_set(e->event);
    if (!err && e->packet) {
        *e->packet = (struct ws_packet){.key = f->key,
                                        .user = ov,
                                        .moved = moved,
                                        .release = packet_release};
        ws_port_post(e->port, e->packet);
    } else {
        free(e->packet);
    }
    ws_event_unref(e->event);
}

static int
move_overlapped(struct file *f, bool out, void *buf, uint32_t size,
                uint32_t *moved, OVERLAPPED *ov)
{
    off_t at = (off_t)((uint64_t)ov->OffsetHigh << 32 | ov->Offset);
    struct ending e;
    int err = ending_begin(f, ov, &e);

    if (err)
        return err;
    if (f->seekable && at < 0)
        err = ERROR_NEGATIVE_SEEK;
    else
        err = move(f, out, buf, size, f->seekable ? at : -1, moved);
    if (!err && !out && size && !*moved)
        err = ERROR_HANDLE_EOF;
    if (!err && f->seekable && !f->overlapped)
        lseek(f->fd, at + *moved, SEEK_SET);
    ending_tell(f, ov, err, *moved, &e);
    return err;
}

static int
transfer(struct ws_object *o, bool out, void *buf, uint32_t size,
         uint32_t *moved, OVERLAPPED *ov)
{
    struct file *f = file_of(o);

    if (ov)
        return move_overlapped(f, out, buf, size, moved, ov);
    return f->overlapped ? ERROR_INVALID_PARAMETER
                         : move(f, out, buf, size, -1, moved);
}

static int
file_read(struct ws_object *o, void *buf, uint32_t size, uint32_t *moved,
          OVERLAPPED *ov)
{
    return transfer(o, false, buf, size, moved, ov);
}

static int
file_write(struct ws_object *o, const void *buf, uint32_t size, uint32_t *moved,
           OVERLAPPED *ov)
{
    return transfer(o, true, (void *)(ULONG_PTR)buf, size, moved, ov);
}

/* ---- the object ---- */

static void
file_closing(struct ws_object *o)
{
    if (file_of(o)->doomed)
        unlink(file_of(o)->doomed);
}

static void
file_free(struct ws_object *o)
{
    struct file *f = file_of(o);

    if (f->ours)
        close(f->fd);
    ws_port_unref(f->port);
    free(f->doomed);
    free(f);
}

static int
file_attach(struct ws_object *o, struct ws_port *port, ULONG_PTR key)
{
    struct file *f = file_of(o);
    int err = ERROR_INVALID_PARAMETER;

    ws_lock(&ws_dispatcher);
    if (f->overlapped && !f->port) {
        ws_port_ref_more(port);
        f->port = port;
        f->key = key;
        err = 0;
    }
    ws_unlock(&ws_dispatcher);
    return err;
}

static int
file_modes(struct ws_object *o, UCHAR modes)
{
    struct file *f = file_of(o);

    if (!f->overlapped)
        return ERROR_INVALID_PARAMETER;
    ws_lock(&ws_dispatcher);
    f->modes |= modes;
    ws_unlock(&ws_dispatcher);
    return 0;
}

static const struct ws_object_ops file_ops = {
    .kind = WS_KIND_FILE,
    .closing = file_closing,
    .free = file_free,
    .read = file_read,
    .write = file_write,
    .attach = file_attach,
    .modes = file_modes,
};

static int
file_new(int fd, struct file **out)
{
    struct file *f = calloc(1, sizeof(*f));

    if (!f)
        return ERROR_NOT_ENOUGH_MEMORY;
    ws_object_init(&f->object, &file_ops);
    f->fd = fd;
    f->seekable = lseek(fd, 0, SEEK_CUR) >= 0;
    *out = f;
    return 0;
}

int
ws_file_wrap(int fd, struct ws_object **out)
{
    struct file *f;
    int err = file_new(fd, &f);

    if (!err)
        *out = &f->object;
    return err;
}

int
ws_file_ref(HANDLE h, int *fd, struct ws_object **out)
{
    int err = ws_handle_ref(h, WS_KIND_FILE, out);

    if (!err)
        *fd = file_of(*out)->fd;
    return err;
}

/* ---- opening ---- */

/* A path as the system wants it, to be freed. */
static int
path_of(const char *name, char **out)
{
    char *path;

    if (!name || !*name)
        return ERROR_PATH_NOT_FOUND;
    path = strdup(strcasecmp(name, "NUL") ? name : "/dev/null");
    if (!path)
        return ERROR_NOT_ENOUGH_MEMORY;
    for (char *c = path; *c; c++)
        if (*c == '\\')
            *c = '/';
    *out = path;
    return 0;
}

/* How each way to open begins, and goes on if the file is there already. */
static const struct disposition {
    int first, then;
} dispositions[] = {
    [CREATE_NEW] = {O_CREAT | O_EXCL, -1     },
    [CREATE_ALWAYS] = {O_CREAT | O_EXCL, O_TRUNC},
    [OPEN_EXISTING] = {0,                -1     },
    [OPEN_ALWAYS] = {O_CREAT | O_EXCL, 0      },
    [TRUNCATE_EXISTING] = {O_TRUNC,          -1     },
};

#define READS (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA)
#define WRITES (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)

static int
access_flags(DWORD access)
{
    bool reads = access & READS;
    bool writes = access & (WRITES | FILE_APPEND_DATA);
    int flags = O_PATH;

    if (reads || writes)
        flags = reads && writes ? O_RDWR : writes ? O_WRONLY : O_RDONLY;
    if (writes && !(access & WRITES))
        flags |= O_APPEND;
    return flags;
}

struct request {
    const char *path;
    DWORD access, disposition, flags;
    bool existed;
};

static int
check(const struct request *r)
{
    if (r->disposition < CREATE_NEW || r->disposition > TRUNCATE_EXISTING)
        return ERROR_INVALID_PARAMETER;
    if (r->disposition == TRUNCATE_EXISTING && !(r->access & WRITES))
        return ERROR_INVALID_PARAMETER;
    return 0;
}

static int
open_descriptor(struct request *r, int *out)
{
    const struct disposition *d = &dispositions[r->disposition];
    int flags = access_flags(r->access) | O_CLOEXEC | O_NOCTTY;
    mode_t mode = r->flags & FILE_ATTRIBUTE_READONLY ? 0444 : 0666;
    struct stat info;
    int fd;

    if (r->flags & FILE_FLAG_WRITE_THROUGH)
        flags |= O_DSYNC;
    if (d->first & O_CREAT)
        flags &= ~O_PATH; /* which makes nothing */
    fd = open(r->path, flags | d->first, mode);
    if (fd < 0 && errno == EEXIST && d->then >= 0) {
        r->existed = true;
        fd = open(r->path, flags | d->then);
    }
    if (fd < 0)
        return failed_at(r->path);
    if (fstat(fd, &info) || S_ISDIR(info.st_mode)) {
        close(fd);
        return ERROR_ACCESS_DENIED;
    }
    *out = fd;
    return 0;
}

static int
open_file(struct request *r, HANDLE *out)
{
    bool dies = r->flags & FILE_FLAG_DELETE_ON_CLOSE;
    struct file *f;
    int fd = -1, err = check(r);

    if (!err)
        err = open_descriptor(r, &fd);
    if (err)
        return err;
    err = file_new(fd, &f);
    if (err) {
        close(fd);
        return err;
    }
    f->ours = true;
    f->overlapped = r->flags & FILE_FLAG_OVERLAPPED;
    f->doomed = dies ? strdup(r->path) : NULL;
    err = dies && !f->doomed ? ERROR_NOT_ENOUGH_MEMORY
                             : ws_handle_open(&f->object, out);
    ws_object_unref(&f->object);
    return err;
}

HANDLE WINAPI
CreateFileA(LPCSTR name, DWORD access, DWORD share,
            LPSECURITY_ATTRIBUTES attributes, DWORD disposition, DWORD flags,
            HANDLE template)
{
    struct request r = {
        .access = access, .disposition = disposition, .flags = flags};
    HANDLE h = INVALID_HANDLE_VALUE;
    char *path = NULL;
    int err = path_of(name, &path);

    (void)share;
    (void)attributes;
    (void)template;
    r.path = path;
    if (!err)
        err = open_file(&r, &h);
    free(path);
    if (ws_w32_bool(err) &&
        (disposition == CREATE_ALWAYS || disposition == OPEN_ALWAYS))
        ws_error_last = r.existed ? ERROR_ALREADY_EXISTS : 0;
    return h;
}

BOOL WINAPI
DeleteFileA(LPCSTR name)
{
    char *path = NULL;
    int err = path_of(name, &path);

    if (!err && unlink(path))
        err = failed_at(path);
    free(path);
    return ws_w32_bool(err);
}

/* ---- size and position ---- */

static int
size_of(HANDLE h, int64_t *out)
{
    struct ws_object *o;
    struct stat info;
    int fd, err = ws_file_ref(h, &fd, &o);

    if (err)
        return err;
    if (fstat(fd, &info))
        err = failed();
    else if (!S_ISREG(info.st_mode))
        err = ERROR_INVALID_FUNCTION;
    else
        *out = info.st_size;
    ws_object_unref(o);
    return err;
}

/* The 32-bit results: the low half, which may look like a failure. */
static DWORD
low_half(int err, int64_t value)
{
    if (!ws_w32_bool(err))
        return INVALID_FILE_SIZE;
    if ((DWORD)value == INVALID_FILE_SIZE)
        ws_error_last = NO_ERROR;
    return (DWORD)value;
}

DWORD WINAPI
GetFileSize(HANDLE h, LPDWORD high)
{
    int64_t size = 0;
    int err = size_of(h, &size);

    if (!err && high)
        *high = (DWORD)(size >> 32);
    return low_half(err, size);
}

BOOL WINAPI
GetFileSizeEx(HANDLE h, LARGE_INTEGER *out)
{
    int64_t size = 0;
    int err = out ? size_of(h, &size) : ERROR_INVALID_PARAMETER;

    if (!err)
        out->QuadPart = size;
    return ws_w32_bool(err);
}

static int
seek(HANDLE h, int64_t distance, DWORD method, int64_t *out)
{
    static const int whence[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    struct ws_object *o;
    off_t at;
    int fd, err;

    if (method >= WS_ARRAY_LEN(whence))
        return ERROR_INVALID_PARAMETER;
    err = ws_file_ref(h, &fd, &o);
    if (err)
        return err;
    at = lseek(fd, distance, whence[method]);
    if (at < 0)
        err = errno == EINVAL ? ERROR_NEGATIVE_SEEK : failed();
    else
        *out = at;
    ws_object_unref(o);
    return err;
}

BOOL WINAPI
SetFilePointerEx(HANDLE h, LARGE_INTEGER distance, LARGE_INTEGER *out,
                 DWORD method)
{
    int64_t at = 0;
    int err = seek(h, distance.QuadPart, method, &at);

    if (!err && out)
        out->QuadPart = at;
    return ws_w32_bool(err);
}

DWORD WINAPI
SetFilePointer(HANDLE h, LONG low, PLONG high, DWORD method)
{
    int64_t distance =
        high ? (int64_t)((uint64_t)(uint32_t)*high << 32 | (uint32_t)low) : low;
    int64_t at = 0;
    int err = seek(h, distance, method, &at);

    if (!err && high)
        *high = (LONG)(at >> 32);
    else if (!err && at > (int64_t)UINT32_MAX)
        err = ERROR_INVALID_PARAMETER;
    return low_half(err, at);
}

BOOL WINAPI
SetEndOfFile(HANDLE h)
{
    struct ws_object *o;
    off_t at;
    int fd, err = ws_file_ref(h, &fd, &o);

    if (err)
        return ws_w32_bool(err);
    at = lseek(fd, 0, SEEK_CUR);
    if (at < 0 || ftruncate(fd, at))
        err = failed();
    ws_object_unref(o);
    return ws_w32_bool(err);
}

BOOL WINAPI
FlushFileBuffers(HANDLE h)
{
    struct ws_object *o;
    int fd, err = ws_file_ref(h, &fd, &o);

    if (err)
        return ws_w32_bool(err);
    if (fsync(fd) && errno != EINVAL) /* a terminal, a pipe: nothing to flush */
        err = failed();
    ws_object_unref(o);
    return ws_w32_bool(err);
}
