// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_PARTS_H
#define CPROF_FORMAT_PARTS_H

#include "format/format.h"

// A long text that is printed in parts, several at once on threads of their own, and written in the
// order of the parts.

struct part {
    struct sink *out;   // to text, in the style of the report's sink
    struct buf text;    // what was printed and not passed on yet
    struct buf scratch; // for whoever prints, as is the arena; both are empty at first
    struct arena arena;
    struct parts *parts;
    unsigned slot;
    uint32_t index;
};

// Calls print for each part below n. The context is the same for all threads.
void parts_print(struct sink *out, uint32_t n, void (*print)(void *context, struct part *part),
                 void *context);

// To be called now and then, for a part's text not to take too much memory.
void part_pass_on(struct part *part);

static inline void part_limit(struct part *part)
{
    enum { PART_MAX = 1 << 20 };
    if (part->text.n >= PART_MAX)
        part_pass_on(part);
}

// The samples of a part.
enum { PART_SAMPLES = 256 };

struct part_samples {
    uint32_t first, end;
};

static inline uint32_t parts_of_samples(const struct profile *p)
{
    return p->n_samples / PART_SAMPLES + (p->n_samples % PART_SAMPLES != 0);
}

static inline struct part_samples part_samples(const struct profile *p, const struct part *part)
{
    uint32_t first = part->index * PART_SAMPLES, left = p->n_samples - first;
    return (struct part_samples){first, first + (left < PART_SAMPLES ? left : PART_SAMPLES)};
}

#endif
