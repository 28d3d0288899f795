// SPDX-License-Identifier: Apache-2.0
#include "wellformed.h"

#include "fuzz.h"

static void check_id(const struct profile *p, str_id id)
{
    FUZZ_CHECK(id < strtab_count(p->strings));
}

static void check_samples(const struct profile *p)
{
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        check_id(p, p->sample_types[i].type);
        check_id(p, p->sample_types[i].unit);
    }
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct sample *s = &p->samples[i];
        for (uint32_t j = 0; j < s->n_frames; j++)
            FUZZ_CHECK(p->frames[s->frame + j] < p->n_locations);
        for (uint32_t j = 0; j < s->n_labels; j++) {
            check_id(p, p->labels[s->label + j].key);
            check_id(p, p->labels[s->label + j].value);
        }
        for (uint32_t j = 0; j < p->n_sample_types; j++)
            (void)*(const volatile int64_t *)&sample_values(p, s)[j];
    }
}

static void check_tables(const struct profile *p)
{
    for (uint32_t i = 0; i < p->n_mappings; i++) {
        check_id(p, p->mappings[i].file);
        check_id(p, p->mappings[i].build_id);
    }
    for (uint32_t i = 0; i < p->n_locations; i++) {
        const struct location *l = &p->locations[i];
        FUZZ_CHECK(l->mapping < p->n_mappings || l->mapping == NO_INDEX);
        FUZZ_CHECK(l->line <= p->n_lines && l->n_lines <= p->n_lines - l->line);
    }
    for (uint32_t i = 0; i < p->n_lines; i++)
        FUZZ_CHECK(p->lines[i].function < p->n_functions);
    for (uint32_t i = 0; i < p->n_functions; i++) {
        check_id(p, p->functions[i].name);
        check_id(p, p->functions[i].system_name);
        check_id(p, p->functions[i].filename);
    }
    for (uint32_t i = 0; i < p->n_comments; i++)
        check_id(p, p->comments[i]);
}

void check_wellformed(const struct profile *p)
{
    check_samples(p);
    check_tables(p);
}
