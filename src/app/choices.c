// SPDX-License-Identifier: Apache-2.0
#include "app/view.h"

// By string: whether a function of this name has a source file.
static bool *sourced_names(const struct profile *p, struct arena *arena)
{
    bool *sourced = arena_zalloc(arena, strtab_count(p->strings), sizeof *sourced);
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (p->functions[i].filename)
            sourced[p->functions[i].name] = true;
    return sourced;
}

struct app_functions app_functions(const struct loaded *l, const struct job *job,
                                   struct arena *arena)
{
    struct config config;
    struct request request = {
        .config = &config, .command = command_find(SPAN("top")), .job = job, .quiet = true};
    struct view v;
    struct err err;
    VEC(struct app_function) functions = {0};
    config_init(&config);
    config.trim = false;
    config.sort = SORT_CUM;
    if (view_build(&v, l, &request, &err) == 0) {
        struct top top = report_top(&v.report);
        const bool *sourced = sourced_names(&l->profile, &v.arena);
        for (uint32_t i = 0; i < top.n_rows; i++) {
            str_id id = strtab_find(l->profile.strings, top.rows[i].name);
            *vec_push(arena, &functions) = (struct app_function){
                arena_span(arena, top.rows[i].name), id != HASH_NONE && sourced[id]};
        }
    }
    view_release(&v);
    config_release(&config);
    return (struct app_functions){functions.at, functions.n};
}

struct app_names app_sample_types(const struct loaded *l, struct arena *arena)
{
    const struct profile *p = &l->profile;
    struct span *names = arena_alloc(arena, p->n_sample_types * sizeof *names);
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        names[i] = profile_str(p, p->sample_types[i].type);
    return (struct app_names){names, p->n_sample_types};
}

typedef VEC(struct app_tag) tag_list;

struct tag_finder {
    const struct profile *p;
    struct arena *arena;
    bool *seen;           // by string: the key was found
    struct strtab values; // "key=value" of those that were
    tag_list tags;
};

static void find_value(struct tag_finder *f, const struct label *l)
{
    enum { VALUES_MAX = 10000 };
    str_id n = strtab_count(&f->values);
    struct span key = profile_str(f->p, l->key), value = profile_str(f->p, l->value);
    if (l->kind != LABEL_STR || n > VALUES_MAX)
        return;
    const char *pair =
        arena_printf(f->arena, SPAN_FMT "=" SPAN_FMT, SPAN_ARG(key), SPAN_ARG(value));
    if (strtab_add_borrowed(&f->values, span_of(pair)) == n)
        *vec_push(f->arena, &f->tags) = (struct app_tag){key, value};
}

struct app_tags app_tags(const struct loaded *l, bool values, struct arena *arena)
{
    const struct profile *p = &l->profile;
    struct tag_finder f = {.p = p, .arena = arena};
    f.seen = arena_zalloc(arena, strtab_count(p->strings), sizeof *f.seen);
    strtab_init(&f.values, arena, NULL);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct label *labels = p->labels + p->samples[i].label;
        for (uint32_t j = 0; j < p->samples[i].n_labels; j++) {
            if (!f.seen[labels[j].key])
                *vec_push(arena, &f.tags) =
                    (struct app_tag){profile_str(p, labels[j].key), SPAN("")};
            f.seen[labels[j].key] = true;
            if (values)
                find_value(&f, &labels[j]);
        }
    }
    strtab_release(&f.values);
    return (struct app_tags){f.tags.at, f.tags.n};
}
