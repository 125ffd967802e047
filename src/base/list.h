/* SPDX-License-Identifier: MIT */
/* Intrusive, circular, doubly linked lists. A node lives inside the thing that
 * is listed, so that nothing here allocates and removing needs no search. A
 * node that is on no list points at itself: removing it twice is harmless. */
#ifndef WS_BASE_LIST_H
#define WS_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define WS_CONTAINER_OF(ptr, type, member)                                     \
    ((type *)((char *)(ptr)-offsetof(type, member)))

#define WS_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

struct ws_list {
    struct ws_list *next, *prev;
};

#define WS_LIST_INIT(name)                                                     \
    {                                                                          \
        &(name), &(name)                                                       \
    }

static inline void
ws_list_init(struct ws_list *l)
{
    l->next = l->prev = l;
}

static inline bool
ws_list_empty(const struct ws_list *l)
{
    return l->next == l;
}

/* Puts 'node' before 'at'; with a list head as 'at' that is the tail. */
static inline void
ws_list_insert(struct ws_list *at, struct ws_list *node)
{
    node->next = at;
    node->prev = at->prev;
    at->prev->next = node;
    at->prev = node;
}

static inline void
ws_list_append(struct ws_list *list, struct ws_list *node)
{
    ws_list_insert(list, node);
}

static inline void
ws_list_prepend(struct ws_list *list, struct ws_list *node)
{
    ws_list_insert(list->next, node);
}

static inline void
ws_list_remove(struct ws_list *node)
{
    node->next->prev = node->prev;
    node->prev->next = node->next;
    ws_list_init(node);
}

/* The first node taken off the list, or NULL. */
static inline struct ws_list *
ws_list_pop(struct ws_list *list)
{
    struct ws_list *node = list->next;

    if (node == list)
        return NULL;
    ws_list_remove(node);
    return node;
}

/* The loop's body may remove 'it', but no other node. */
#define WS_LIST_EACH(it, list)                                                 \
    for (struct ws_list *it = (list)->next, *it##_next = it->next;             \
         it != (list); it = it##_next, it##_next = it->next)

#endif
