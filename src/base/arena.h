// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_ARENA_H
#define CPROF_BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

// Memory that is freed together. Small requests share chunks; a large one has a block of its own,
// which the system can grow in place, so that columns may be built in an arena without copies.
// All zeros is an empty arena.
struct arena {
    struct arena_chunk *chunks;
    struct arena_block *blocks;
    struct populate *populate; // whom to ask for pages under blocks that grow; or NULL
};

void arena_release(struct arena *a);

// Has the system put pages under memory at once, which costs it less than one by one when they are
// written to. Changes nothing else: memory may even be gone.
void arena_populate(struct span memory);

// Has the threads of a job give the pages of large blocks back to the system, which takes it long:
// before arena_release. What they held is lost.
struct job;
void arena_give_back(struct arena *a, const struct job *job);

// Forgets all that was taken but keeps one chunk for the next round.
void arena_clear(struct arena *a);

// Sixteen-byte aligned and not cleared.
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t count, size_t size);

// Makes memory from this arena larger; the first old_size bytes are kept.
void *arena_grow(struct arena *a, void *old, size_t old_size, size_t new_size);

// A copy of count elements.
void *arena_copy(struct arena *a, const void *from, size_t count, size_t size);

struct span arena_span(struct arena *a, struct span text);

// A copy that ends with a zero byte.
char *arena_cstr(struct arena *a, struct span text);

char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
