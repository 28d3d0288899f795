// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/parallel.h"
#include "base/populate.h"
#include "base/xalloc.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE MADV_WILLNEED // the nearest that others have
#endif

enum {
    ALIGN = 16,
    CHUNK_MIN = 8 << 10,
    CHUNK_MAX = 256 << 10,
    LARGE = 64 << 10, // from here on a request gets a block of its own
};

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    _Alignas(ALIGN) char bytes[];
};

// Where malloc maps a large block, its bytes begin a cache line: the header takes what malloc's own
// leaves of one.
struct arena_block {
    struct arena_block *next, *prev;
    size_t size, unused[3];
    _Alignas(ALIGN) char bytes[];
};

static void free_blocks(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
}

void arena_release(struct arena *a)
{
    free_blocks(a);
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
}

struct giving_back {
    struct arena *arena;
    unsigned n_parts;
};

// A part of each block, but for its ends.
static void give_back_part(void *context, unsigned part)
{
    enum { PAGE = 4096, LEAST = 1 << 20 };
    const struct giving_back *g = context;
    for (struct arena_block *block = g->arena->blocks; block; block = block->next) {
        size_t skip = -(uintptr_t)block->bytes % PAGE, pages = (block->size - skip) / PAGE;
        size_t first = parallel_begin(pages, part, g->n_parts);
        size_t end = parallel_begin(pages, part + 1, g->n_parts);
        if (block->size >= LEAST)
            madvise(block->bytes + skip + first * PAGE, (end - first) * PAGE, MADV_DONTNEED);
    }
}

void arena_give_back(struct arena *a, const struct job *job)
{
    enum { MUCH = 8 << 20 }; // to ask another thread for help
    struct giving_back g = {a, parallel_threads(job)};
    size_t size = 0;
    for (const struct arena_block *block = a->blocks; block; block = block->next)
        size += block->size;
    if (size >= MUCH)
        parallel_run(job, g.n_parts, give_back_part, &g);
}

void arena_clear(struct arena *a)
{
    free_blocks(a);
    while (a->chunks && a->chunks->next) {
        struct arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
    if (a->chunks)
        a->chunks->used = 0;
}

static struct arena_chunk *add_chunk(struct arena *a, size_t need)
{
    size_t size = a->chunks ? a->chunks->size * 2 : CHUNK_MIN;
    size = size > CHUNK_MAX ? CHUNK_MAX : size;
    size = size < need ? need : size;
    struct arena_chunk *chunk = xmalloc(sizeof *chunk + size);
    *chunk = (struct arena_chunk){.next = a->chunks, .size = size};
    a->chunks = chunk;
    return chunk;
}

static void link_block(struct arena *a, struct arena_block *block)
{
    if (block->prev)
        block->prev->next = block;
    else
        a->blocks = block;
    if (block->next)
        block->next->prev = block;
}

static size_t block_size(size_t size)
{
    if (size > SIZE_MAX / 2)
        return xmul(size, 2); // ends the program
    return sizeof(struct arena_block) + size;
}

static void *add_block(struct arena *a, struct arena_block *block, size_t size)
{
    block->prev = NULL;
    block->next = a->blocks;
    block->size = size;
    link_block(a, block);
    return block->bytes;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size >= LARGE)
        return add_block(a, xmalloc(block_size(size)), size);
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct arena_chunk *chunk = a->chunks;
    if (!chunk || chunk->size - chunk->used < size)
        chunk = add_chunk(a, size);
    void *memory = chunk->bytes + chunk->used;
    chunk->used += size;
    return memory;
}

void *arena_zalloc(struct arena *a, size_t count, size_t size)
{
    size_t total = xmul(count, size);
    if (total >= LARGE) {
        // Fresh pages are clear already.
        void *block = add_block(a, xcalloc(1, block_size(total)), total);
        arena_populate((struct span){block, total});
        return block;
    }
    void *memory = arena_alloc(a, total);
    return total ? memset(memory, 0, total) : memory;
}

void arena_populate(struct span memory)
{
    enum { PAGE = 4096 };
    size_t skip = -(uintptr_t)memory.at % PAGE;
    if (memory.n > skip + PAGE)
        madvise((char *)memory.at + skip, (memory.n - skip) / PAGE * PAGE, MADV_POPULATE_WRITE);
}

// The next step is likely to be as long.
static void populate_step(struct arena *a, const struct arena_block *block, size_t old_size,
                          size_t new_size)
{
    size_t step = new_size - old_size, room = block->size - new_size;
    struct span now = {block->bytes + old_size, step};
    struct span next = {block->bytes + new_size, step < room ? step : room};
    if (!a->populate || !populate_ask(a->populate, now, next))
        arena_populate(now);
}

static void *grow_block(struct arena *a, struct arena_block *block, size_t old_size,
                        size_t new_size)
{
    if (new_size > block->size) {
        size_t size = 2 * new_size;
        block = xrealloc(block, block_size(size));
        block->size = size;
        link_block(a, block);
    }
    populate_step(a, block, old_size, new_size);
    return block->bytes;
}

void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size)
{
    if (old_size >= LARGE && new_size >= LARGE)
        return grow_block(a, (struct arena_block *)((char *)old - sizeof(struct arena_block)),
                          old_size, new_size);
    void *memory = arena_alloc(a, new_size);
    if (old_size)
        memcpy(memory, old, old_size < new_size ? old_size : new_size);
    return memory;
}

void *arena_copy(struct arena *a, const void *from, size_t count, size_t size)
{
    size_t total = xmul(count, size);
    void *memory = arena_alloc(a, total);
    return total ? memcpy(memory, from, total) : memory;
}

struct span arena_span(struct arena *a, struct span text)
{
    return (struct span){arena_cstr(a, text), text.n};
}

char *arena_cstr(struct arena *a, struct span text)
{
    char *copy = arena_alloc(a, text.n + 1);
    if (text.n)
        memcpy(copy, text.at, text.n);
    copy[text.n] = '\0';
    return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = n < 0 ? 1 : (size_t)n + 1;
    char *text = arena_alloc(a, size);
    text[0] = '\0';
    if (n > 0)
        vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}
