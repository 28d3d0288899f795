// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_BATCH_H
#define CPROF_PROFILE_BATCH_H

#include "profile/intake.h"

// A few samples of a profile that is taken into a sum, as the sum has them or will have them. Each
// step is done for all of them before the next: one by one, most of the time would go into waiting
// for memory.

struct sample_key {
    const uint32_t *frames;
    uint32_t n_frames, n_labels;
    const struct label *labels;
    uint64_t labels_hash;
};

// All zeros is an empty one.
struct batch {
    uint32_t n;
    const struct sample *samples[HASH_AT_ONCE]; // of the profile
    struct sample_key keys[HASH_AT_ONCE];
    uint64_t hashes[HASH_AT_ONCE];
    struct arena arena; // of what follows, which the keys point to
    VEC(uint32_t) frames;
    VEC(struct label) labels;
};

void batch_release(struct batch *b);

// Brings near what is looked at for frames that are not known yet.
void batch_look_ahead(const struct batch *b, const struct intake *s);

// Has the sum know all frames and labels of the samples.
void batch_make_known(const struct batch *b, struct intake *s);

// Makes the keys and hashes. Where all is known, that changes nothing but the batch.
void batch_map(struct batch *b, struct intake *s);

#endif
