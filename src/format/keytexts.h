// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_KEYTEXTS_H
#define CPROF_FORMAT_KEYTEXTS_H

#include "format/parts.h"

// A text for each key of a sample's text labels, or of its numbers, sorted. add appends the text of
// all labels with the key of labels[first], which is the first of them. The texts are in the part's
// memory until the next call.
struct key_texts {
    struct span *at;
    uint32_t n;
};

struct key_texts key_texts_of(struct part *part, const struct profile *p, const struct sample *s,
                              bool numbers,
                              void (*add)(void *context, struct buf *text, const struct sample *s,
                                          const struct label *first),
                              void *context);

#endif
