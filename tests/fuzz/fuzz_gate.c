// SPDX-License-Identifier: Apache-2.0
// Input: lines of gates, as of the option fail_if.
#include <stdlib.h>

#include "app/loaded.h"
#include "app/options.h"
#include "fuzz.h"
#include "report/gate.h"

// A comparison with a weight on either side, on both and on none; CPU time, so that there is noise.
static const int64_t before[] = {100, 0, 700, 3000, 50}, after[] = {120, 400, 0, 3000, 49};
enum { N = sizeof before / sizeof *before };
static const char *const names[N] = {"main", "json.Marshal", "(*T).close", "a b:c>d", ""};

static void fill_functions(struct profile *p)
{
    p->locations = arena_zalloc(p->arena, N, sizeof *p->locations);
    p->lines = arena_zalloc(p->arena, N, sizeof *p->lines);
    p->functions = arena_zalloc(p->arena, N, sizeof *p->functions);
    p->frames = arena_zalloc(p->arena, 2 * N, sizeof *p->frames);
    p->samples = arena_zalloc(p->arena, N, sizeof *p->samples);
    for (uint32_t i = 0; i < N; i++) {
        p->functions[i] =
            (struct function){.id = i + 1, .name = strtab_add(p->strings, span_of(names[i]))};
        p->lines[i].function = i;
        p->locations[i] = (struct location){.id = i + 1, .line = i, .n_lines = 1};
        p->frames[2 * i] = i; // each is called by the first
        p->samples[i] = (struct sample){.frame = 2 * i, .n_frames = 2, .row = i};
    }
    p->n_samples = p->n_locations = p->n_lines = p->n_functions = N;
    p->changed = (struct table_counts){N, 1, N, N, N};
}

static void fill_values(struct profile *p)
{
    str_id ns = strtab_add(p->strings, SPAN("nanoseconds"));
    p->n_sample_types = 2;
    p->sample_types = arena_zalloc(p->arena, 2, sizeof *p->sample_types);
    p->sample_types[0] = (struct value_type){strtab_add(p->strings, SPAN("samples")),
                                             strtab_add(p->strings, SPAN("count"))};
    p->sample_types[1] = (struct value_type){strtab_add(p->strings, SPAN("cpu")), ns};
    p->period_type = p->sample_types[1];
    p->period = 10;
    p->values = arena_zalloc(p->arena, 2 * N, sizeof *p->values);
    p->sides = arena_zalloc(p->arena, 2, sizeof *p->sides);
    p->n_sides = 2;
    for (uint32_t i = 0; i < 2; i++)
        p->sides[i] = (struct side){
            .values = arena_zalloc(p->arena, 2 * N, sizeof *p->values), .n_rows = N, .period = 10};
    for (uint32_t i = 0; i < 2 * N; i++) {
        int64_t unit = i % 2 ? 10 : 1;
        p->sides[SIDE_BEFORE].values[i] = before[i / 2] * unit;
        p->sides[SIDE_AFTER].values[i] = after[i / 2] * unit;
        p->values[i] = (after[i / 2] - before[i / 2]) * unit;
    }
    p->mappings = arena_zalloc(p->arena, 1, sizeof *p->mappings);
    p->mappings[0].id = 1;
    p->n_mappings = 1;
}

static void count_line(void *context, const char *line)
{
    FUZZ_CHECK(*line);
    ++*(unsigned *)context;
}

// With a confidence less fires than without.
static uint32_t judge(const struct config *config, bool *judged)
{
    unsigned lines = 0;
    struct job job = {.note = count_line, .context = &lines, .wake = -1};
    struct request request = {.config = config, .job = &job};
    struct outcome outcome;
    struct loaded *l = loaded_new();
    struct profile p;
    struct err err = {0};
    profile_init(&p);
    fill_functions(&p);
    fill_values(&p);
    loaded_take(l, &p);
    *judged = app_run(l, &request, NULL, &outcome, &err) == 0;
    FUZZ_CHECK(*judged ? lines >= outcome.gates_fired : *err.text != '\0');
    loaded_unref(l);
    return outcome.gates_fired;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct option_def *fail_if = option_find(SPAN("fail_if"));
    struct config config;
    struct err err = {0};
    bool judged, again;
    config_init(&config);
    config.allow_empty = size && data[0] == 'a';
    if (option_set(fail_if, &config, size ? fuzz_span(data, size) : SPAN(""), &err) == 0) {
        struct config copy;
        config_copy(&copy, &config);
        free(copy.base);
        copy.base = strdup("base"); // so that the comparison may be one
        uint32_t fired = judge(&copy, &judged);
        copy.confidence = 95;
        FUZZ_CHECK(judge(&copy, &again) <= fired && judged == again);
        config_release(&copy);
    } else {
        FUZZ_CHECK(*err.text);
    }
    config_release(&config);
    return 0;
}
