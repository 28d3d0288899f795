// SPDX-License-Identifier: Apache-2.0
// Input: the value of tagfocus, tagignore and the other options for tags.
#include "app/options.h"
#include "app/view.h"
#include "fuzz.h"
#include "snapshot.h"

// "key=text", "key#number" or "key#number:unit"; each sample has those that stand together.
static const char *const samples[][6] = {
    {"bytes#0:bytes", "bytes#1024:bytes", "bytes#65536:bytes", "bytes#1:kb"},
    {"bytes#2:mb", "request#4096", "alignment#8", "request#-1"},
    {"latency#5:ms", "latency#3000:us", "latency#1:hour", "latency#2:bytes"},
    {"count#7", "count#9223372036854775807", "count#-9223372036854775808:ns", "count#1:widgets"},
    {"thread=main", "thread=worker", "handler=/api/v1?v=1,2", "k=v"},
    {"thread=", "a:b=c:d", "k=v=w", "x=32kb", "x=:64kb"},
    {"\xc3\xa4=\xc3\xb6", "\xff=\xfe", "K=V", "line=one\ntwo", "pprof::base=true"},
    {"bytes=text", "bytes#64:kb", "k#3", "k=v", "gcu#1:m*gcu", "gcu#1000:gcu"},
    {"k=v", "k=v", "k#1", "k#1", "k#1:kb"},
    {NULL},
};

enum {
    N_SAMPLES = sizeof samples / sizeof *samples,
    LABELS_MAX = sizeof *samples / sizeof **samples
};

static struct label label_of(struct profile *p, const char *text)
{
    size_t key = strcspn(text, "=#");
    struct label l = {.key = strtab_add(p->strings, (struct span){text, key})};
    const char *value = text + key + 1, *unit = strchr(value, ':');
    if (text[key] == '#') {
        l.num = strtoll(value, NULL, 10);
        l.kind = unit ? LABEL_NUM_UNIT : LABEL_NUM;
        l.value = unit ? strtab_add(p->strings, span_of(unit + 1)) : 0;
    } else {
        l.value = strtab_add(p->strings, span_of(value));
    }
    return l;
}

static void fill_samples(struct profile *p)
{
    struct label *labels = arena_zalloc(p->arena, N_SAMPLES * LABELS_MAX, sizeof *labels);
    p->samples = arena_zalloc(p->arena, N_SAMPLES, sizeof *p->samples);
    p->values = arena_zalloc(p->arena, N_SAMPLES, sizeof *p->values);
    p->frames = arena_zalloc(p->arena, 1, sizeof *p->frames);
    p->labels = labels;
    p->n_samples = N_SAMPLES;
    for (uint32_t i = 0, n = 0; i < N_SAMPLES; i++) {
        p->samples[i] = (struct sample){.n_frames = 1, .label = n, .row = i};
        p->values[i] = 1 << i;
        for (size_t j = 0; j < LABELS_MAX && samples[i][j]; j++)
            labels[n++] = label_of(p, samples[i][j]);
        p->samples[i].n_labels = n - p->samples[i].label;
    }
}

static void fill_tables(struct profile *p)
{
    str_id name = strtab_add(p->strings, SPAN("main"));
    p->sample_types = arena_zalloc(p->arena, 1, sizeof *p->sample_types);
    p->sample_types[0] = (struct value_type){name, strtab_add(p->strings, SPAN("bytes"))};
    p->mappings = arena_zalloc(p->arena, 1, sizeof *p->mappings);
    p->mappings[0].id = 1;
    p->locations = arena_zalloc(p->arena, 1, sizeof *p->locations);
    p->locations[0] = (struct location){.id = 1, .n_lines = 1};
    p->lines = arena_zalloc(p->arena, 1, sizeof *p->lines);
    p->functions = arena_zalloc(p->arena, 1, sizeof *p->functions);
    p->functions[0] = (struct function){.id = 1, .name = name};
    p->n_sample_types = p->n_mappings = p->n_locations = p->n_lines = p->n_functions = 1;
}

static const struct loaded *loaded(void)
{
    static struct loaded *l;
    struct profile p;
    if (l)
        return l;
    profile_init(&p);
    fill_tables(&p);
    fill_samples(&p);
    l = loaded_new();
    loaded_take(l, &p);
    return l;
}

// How many samples the two conditions leave; a match that was given up is no answer.
static bool count(const struct view *v, struct span focus, struct span ignore, uint32_t *left)
{
    struct profile view = v->profile;
    struct arena arena = {0};
    struct err err = {0};
    struct tag_filter *in = NULL, *out = NULL;
    bool valid = true;
    if (focus.at)
        valid = (in = tag_filter_new(&view, &v->units, focus, &arena, &err)) != NULL;
    if (valid && ignore.at)
        valid = (out = tag_filter_new(&view, &v->units, ignore, &arena, &err)) != NULL;
    FUZZ_CHECK(valid || *err.text);
    if (valid) {
        struct tag_filter_found found = filter_tags(&view, in, out, &arena);
        FUZZ_CHECK(found.focus || view.n_samples == 0);
        FUZZ_CHECK(out ? found.ignore || in || view.n_samples == N_SAMPLES : !found.ignore);
        valid = tag_filter_check(in, &err) == 0 && tag_filter_check(out, &err) == 0;
        *left = view.n_samples;
    }
    tag_filter_release(in);
    tag_filter_release(out);
    arena_release(&arena);
    return valid;
}

// Each sample is either in or out.
static void check_halves(const struct loaded *l, struct span text)
{
    struct config config;
    struct err err;
    struct request request = {.config = &config};
    struct view v;
    uint32_t in = 0, out = 0, both = 0;
    config_init(&config);
    FUZZ_CHECK(view_build(&v, l, &request, &err) == 0);
    bool valid = count(&v, text, (struct span){NULL, 0}, &in) &&
                 count(&v, (struct span){NULL, 0}, text, &out) && count(&v, text, text, &both);
    FUZZ_CHECK(!valid || (in + out == N_SAMPLES && both == 0));
    view_release(&v);
    config_release(&config);
}

static void run(const struct loaded *l, const struct config *config, const char *name)
{
    struct request request = {
        .command = command_find(span_of(name)), .regex = "", .config = config};
    struct outcome outcome;
    struct buf text = {0};
    struct err err = {0};
    struct sink *out = sink_to_buf(&text);
    if (app_run(l, &request, out, &outcome, &err)) {
        FUZZ_CHECK(*err.text);
        sink_abort(out);
    } else {
        FUZZ_CHECK(sink_finish(out, &err) == 0);
    }
    buf_release(&text);
}

static void check_option(const struct loaded *l, const char *name, struct span value,
                         const char *report)
{
    struct config config;
    struct err err;
    config_init(&config);
    if (option_set(option_find(span_of(name)), &config, value, &err) == 0)
        run(l, &config, report);
    config_release(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct loaded *l = loaded();
    struct span text = size ? fuzz_span(data, size) : SPAN("");
    uint64_t before = snapshot_of(&l->profile);
    check_halves(l, text);
    check_option(l, "tagfocus", text, "tags");
    check_option(l, "tagignore", text, "raw");
    check_option(l, "tagshow", text, "tags");
    check_option(l, "taghide", text, "traces");
    check_option(l, "tagroot", text, "top");
    check_option(l, "tagleaf", text, "raw");
    check_option(l, "unit", text, "tags");
    FUZZ_CHECK(snapshot_of(&l->profile) == before);
    return 0;
}
