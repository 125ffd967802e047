/* SPDX-License-Identifier: MIT */
/* The heaps: malloc with a header in front of each block, which knows the size
 * asked for and the heap. The blocks of a heap from HeapCreate are listed, so
 * that HeapDestroy can free them; those of the process heap are not. Local and
 * Global blocks are blocks of the process heap, as on Windows. */
#include "w32/error.h"

#include "base/list.h"
#include "base/lock.h"

#include <ws2/winbase.h>

#include <stdlib.h>
#include <string.h>

struct heap {
    struct ws_lock lock;
    struct ws_list blocks; /* unused in the process heap */
    DWORD options;
};

/* A multiple of 16 bytes, so that what follows is aligned as malloc's. */
struct block {
    struct ws_list node;
    struct heap *heap;
    SIZE_T size;
};

static struct heap process_heap;

static bool
is_private(const struct heap *heap)
{
    return heap != &process_heap;
}

HANDLE WINAPI
GetProcessHeap(void)
{
    return &process_heap;
}

HANDLE WINAPI
HeapCreate(DWORD options, SIZE_T initial, SIZE_T most)
{
    struct heap *heap = malloc(sizeof(*heap));

    (void)initial;
    (void)most;
    if (!heap)
        return ws_w32_handle(ERROR_NOT_ENOUGH_MEMORY, NULL);
    ws_lock_init(&heap->lock, WS_RANK_LEAF);
    ws_list_init(&heap->blocks);
    heap->options = options;
    return heap;
}

BOOL WINAPI
HeapDestroy(HANDLE h)
{
    struct heap *heap = h;

    if (!heap || !is_private(heap))
        return ws_w32_bool(ERROR_INVALID_HANDLE);
    WS_LIST_EACH (it, &heap->blocks)
        free(WS_CONTAINER_OF(it, struct block, node));
    ws_lock_destroy(&heap->lock);
    free(heap);
    return TRUE;
}

static struct block *
block_of(LPCVOID memory)
{
    return (struct block *)memory - 1;
}

static void
enter(struct heap *heap, struct block *b)
{
    ws_list_init(&b->node);
    b->heap = heap;
    if (!is_private(heap))
        return;
    ws_lock(&heap->lock);
    ws_list_append(&heap->blocks, &b->node);
    ws_unlock(&heap->lock);
}

static void
leave(struct heap *heap, struct block *b)
{
    if (!is_private(heap))
        return;
    ws_lock(&heap->lock);
    ws_list_remove(&b->node);
    ws_unlock(&heap->lock);
}

/* Windows leaves the last error alone when HeapAlloc fails. */
LPVOID WINAPI
HeapAlloc(HANDLE h, DWORD flags, SIZE_T size)
{
    struct heap *heap = h;
    struct block *b;

    if (!heap || size > SIZE_MAX - sizeof(*b))
        return NULL;
    flags |= heap->options;
    b = flags & HEAP_ZERO_MEMORY ? calloc(1, sizeof(*b) + size)
                                 : malloc(sizeof(*b) + size);
    if (!b)
        return NULL;
    b->size = size;
    enter(heap, b);
    return b + 1;
}

LPVOID WINAPI
HeapReAlloc(HANDLE h, DWORD flags, LPVOID memory, SIZE_T size)
{
    struct heap *heap = h;
    struct block *b, *moved;
    SIZE_T old;

    if (!heap || !memory || size > SIZE_MAX - sizeof(*b))
        return NULL;
    b = block_of(memory);
    old = b->size;
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY && size > old)
        return NULL;
    leave(heap, b);
    moved =
        flags & HEAP_REALLOC_IN_PLACE_ONLY ? b : realloc(b, sizeof(*b) + size);
    if (moved) {
        moved->size = size;
        b = moved;
    }
    enter(heap, b);
    if (moved && flags & HEAP_ZERO_MEMORY && size > old)
        memset((char *)(b + 1) + old, 0, size - old);
    return moved ? b + 1 : NULL;
}

BOOL WINAPI
HeapFree(HANDLE h, DWORD flags, LPVOID memory)
{
    struct block *b;

    (void)flags;
    if (!memory)
        return TRUE;
    b = block_of(memory);
    if (b->heap != h)
        return ws_w32_bool(ERROR_INVALID_PARAMETER);
    leave(b->heap, b);
    free(b);
    return TRUE;
}

SIZE_T WINAPI
HeapSize(HANDLE h, DWORD flags, LPCVOID memory)
{
    (void)flags;
    if (!memory || block_of(memory)->heap != h)
        return (SIZE_T)-1;
    return block_of(memory)->size;
}

HLOCAL WINAPI
LocalAlloc(UINT flags, SIZE_T size)
{
    HLOCAL block = HeapAlloc(
        &process_heap, flags & LMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0, size);

    return ws_w32_handle(block ? 0 : ERROR_NOT_ENOUGH_MEMORY, block);
}

HLOCAL WINAPI
LocalFree(HLOCAL block)
{
    if (HeapFree(&process_heap, 0, block))
        return NULL;
    ws_error_last = ERROR_INVALID_HANDLE;
    return block;
}

HGLOBAL WINAPI
GlobalAlloc(UINT flags, SIZE_T size)
{
    return LocalAlloc(flags, size);
}

HGLOBAL WINAPI
GlobalFree(HGLOBAL block)
{
    return LocalFree(block);
}
