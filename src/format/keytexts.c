// SPDX-License-Identifier: Apache-2.0
#include "format/keytexts.h"

#include <stdlib.h>

static int cmp_texts(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

struct key_texts key_texts_of(struct part *part, const struct profile *p, const struct sample *s,
                              bool numbers,
                              void (*add)(void *context, struct buf *text, const struct sample *s,
                                          const struct label *first),
                              void *context)
{
    const struct label *labels = p->labels + s->label;
    struct key_texts texts = {0};
    if (s->n_labels == 0)
        return texts;
    arena_clear(&part->arena);
    buf_clear(&part->scratch);
    texts.at = arena_alloc(&part->arena, s->n_labels * sizeof *texts.at);
    for (uint32_t i = 0; i < s->n_labels; i++) {
        if (label_is_number(&labels[i]) != numbers || !label_is_first(labels, i))
            continue;
        size_t start = part->scratch.n;
        add(context, &part->scratch, s, &labels[i]);
        texts.at[texts.n++].n = part->scratch.n - start;
    }
    const char *at = part->scratch.at; // which does not move any more
    for (uint32_t i = 0; i < texts.n; at += texts.at[i++].n)
        texts.at[i].at = at;
    if (texts.n > 1)
        qsort(texts.at, texts.n, sizeof *texts.at, cmp_texts);
    return texts;
}
