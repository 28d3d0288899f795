// SPDX-License-Identifier: Apache-2.0
#include "profile/batch.h"

#include "profile/labels.h"

void batch_release(struct batch *b)
{
    arena_release(&b->arena);
}

void batch_look_ahead(const struct batch *b, const struct intake *s)
{
    for (uint32_t i = 0; i < b->n; i++)
        intake_look_ahead(s, s->p->frames + b->samples[i]->frame, b->samples[i]->n_frames);
}

void batch_make_known(const struct batch *b, struct intake *s)
{
    for (uint32_t i = 0; i < b->n; i++) {
        const struct sample *sample = b->samples[i];
        for (uint32_t k = 0; k < sample->n_frames; k++)
            intake_location(s, s->p->frames[sample->frame + k]);
        for (uint32_t k = 0; k < sample->n_labels; k++) {
            intake_string(s, s->p->labels[sample->label + k].key);
            intake_string(s, s->p->labels[sample->label + k].value);
        }
    }
}

static void map_frames(struct batch *b, struct intake *s, const struct sample *sample)
{
    uint32_t n = sample->n_frames;
    vec_room(&b->arena, &b->frames, n + 1ul); // so that there is some
    const uint32_t *from = s->p->frames + sample->frame, *locations = s->locations;
    uint32_t *to = b->frames.at + b->frames.n;
    bool unknown = false;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = locations[from[i]];
        unknown |= to[i] == NO_INDEX;
    }
    for (uint32_t i = 0; unknown && i < n; i++)
        to[i] = intake_location(s, from[i]);
    b->frames.n += n;
}

static void map_labels(struct batch *b, struct intake *s, const struct sample *sample)
{
    uint32_t n = sample->n_labels;
    vec_room(&b->arena, &b->labels, n + 1ul);
    struct label *labels = b->labels.at + b->labels.n;
    for (uint32_t i = 0; i < n; i++) {
        labels[i] = s->p->labels[sample->label + i];
        labels[i].key = intake_string(s, labels[i].key);
        labels[i].value = intake_string(s, labels[i].value);
    }
    labels_order(labels, n);
    b->labels.n += n;
}

static uint64_t hash_sample(const struct sample_key *k)
{
    return hash_u64(hash_bytes(k->frames, k->n_frames * sizeof *k->frames) ^ k->labels_hash);
}

void batch_map(struct batch *b, struct intake *s)
{
    b->frames.n = b->labels.n = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        map_frames(b, s, b->samples[i]);
        map_labels(b, s, b->samples[i]);
    }
    const uint32_t *frames = b->frames.at;
    const struct label *labels = b->labels.at;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t n_frames = b->samples[i]->n_frames, n_labels = b->samples[i]->n_labels;
        b->keys[i] =
            (struct sample_key){frames, n_frames, n_labels, labels, labels_hash(labels, n_labels)};
        b->hashes[i] = hash_sample(&b->keys[i]);
        frames += n_frames;
        labels += n_labels;
    }
}
