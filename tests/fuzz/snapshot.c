// SPDX-License-Identifier: Apache-2.0
#include "snapshot.h"

static void add(uint64_t *hash, const void *bytes, size_t n)
{
    uint64_t both[2] = {*hash, n ? hash_bytes(bytes, n) : 0};
    *hash = hash_bytes(both, sizeof both);
}

static void add_sample(uint64_t *hash, const struct profile *p, const struct sample *s)
{
    add(hash, p->frames + s->frame, s->n_frames * sizeof *p->frames);
    add(hash, p->labels + s->label, s->n_labels * sizeof *p->labels);
    add(hash, sample_values(p, s), p->n_sample_types * sizeof *p->values);
}

uint64_t snapshot_of(const struct profile *p)
{
    uint64_t hash = 0;
    add(&hash, p, sizeof *p);
    add(&hash, p->sample_types, p->n_sample_types * sizeof *p->sample_types);
    add(&hash, p->samples, p->n_samples * sizeof *p->samples);
    add(&hash, p->mappings, p->n_mappings * sizeof *p->mappings);
    add(&hash, p->locations, p->n_locations * sizeof *p->locations);
    add(&hash, p->lines, p->n_lines * sizeof *p->lines);
    add(&hash, p->functions, p->n_functions * sizeof *p->functions);
    add(&hash, p->comments, p->n_comments * sizeof *p->comments);
    for (uint32_t i = 0; i < p->n_samples; i++)
        add_sample(&hash, p, &p->samples[i]);
    for (str_id id = 0; id < strtab_count(p->strings); id++)
        add(&hash, profile_str(p, id).at, profile_str(p, id).n);
    return hash;
}

uint64_t snapshot_size(const struct profile *p)
{
    uint64_t size = (uint64_t)p->n_samples * p->n_sample_types + p->n_mappings + p->n_locations;
    for (uint32_t i = 0; i < p->n_samples; i++)
        size += (uint64_t)p->samples[i].n_frames + p->samples[i].n_labels;
    return size + p->n_lines + p->n_functions + p->n_comments + strtab_count(p->strings);
}
