// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

struct writer {
    struct report *r;
    struct graph_report *g;
    struct profile *out;
    struct hash_index functions;
};

static bool same_function(const void *context, uint32_t entry, const void *key)
{
    const struct profile *out = context;
    const struct function *a = &out->functions[entry], *b = key;
    return a->name == b->name && a->filename == b->filename && a->start_line == b->start_line;
}

static uint32_t add_function(struct writer *w, const struct node_info *info)
{
    struct profile *out = w->out;
    struct function f = {
        .id = out->n_functions + 1,
        .name = strtab_add(out->strings, node_str(&w->g->table, info->name)),
        .filename = strtab_add(out->strings, node_str(&w->g->table, info->file)),
        .start_line = info->start_line,
    };
    uint64_t hash =
        hash_u64(((uint64_t)f.name << 32 | f.filename) ^ hash_u64((uint64_t)f.start_line));
    uint32_t found = hash_find(&w->functions, hash, same_function, out, &f);
    if (found == HASH_NONE) {
        found = out->n_functions++;
        out->functions[found] = f;
        hash_add(&w->functions, hash, found);
    }
    return found;
}

static void add_entry(struct writer *w, const struct node *n, uint32_t i)
{
    const struct report_options *o = &w->r->options;
    struct profile *out = w->out;
    const struct node_info *info = &w->g->table.infos.at[n->info];
    struct unit_conv conv = unit_conv_of(o->unit, o->output_unit);
    out->lines[i] = (struct line){add_function(w, info), info->line, info->column};
    out->locations[i] = (struct location){
        .id = i + 1, .address = info->address, .mapping = NO_INDEX, .line = i, .n_lines = 1};
    out->frames[i] = i;
    out->samples[i] = (struct sample){.frame = i, .n_frames = 1, .row = i};
    out->values[2 * (size_t)i] = i64_of(unit_convert(&conv, node_cum(n)).value);
    out->values[2 * (size_t)i + 1] = i64_of(unit_convert(&conv, node_flat(n)).value);
}

static void make_tables(struct profile *out, uint32_t n)
{
    out->sample_types = arena_zalloc(out->arena, 2, sizeof *out->sample_types);
    out->samples = arena_alloc(out->arena, n * sizeof *out->samples);
    out->values = arena_alloc(out->arena, 2 * (size_t)n * sizeof *out->values);
    out->frames = arena_alloc(out->arena, n * sizeof *out->frames);
    out->locations = arena_alloc(out->arena, n * sizeof *out->locations);
    out->lines = arena_alloc(out->arena, n * sizeof *out->lines);
    out->functions = arena_alloc(out->arena, n * sizeof *out->functions);
    out->n_sample_types = 2;
    out->n_samples = out->n_locations = out->n_lines = n;
}

static void copy_header(const struct profile *p, struct span unit, struct profile *out)
{
    str_id unit_id = strtab_add(out->strings, unit);
    out->sample_types[0] = (struct value_type){strtab_add(out->strings, SPAN("cum")), unit_id};
    out->sample_types[1] = (struct value_type){strtab_add(out->strings, SPAN("flat")), unit_id};
    out->time_nanos = p->time_nanos;
    out->duration_nanos = p->duration_nanos;
    out->period_type.type = strtab_add(out->strings, profile_str(p, p->period_type.type));
    out->period_type.unit = strtab_add(out->strings, profile_str(p, p->period_type.unit));
    out->period = p->period;
}

void report_top_profile(struct report *r, struct profile *out)
{
    struct graph_report g;
    struct writer w = {r, &g, out, {0}};
    report_graph(r, EDGES_NONE, NULL, &g);
    profile_init(out);
    make_tables(out, g.graph.n_shown);
    copy_header(r->profile, r->options.output_unit, out);
    for (uint32_t i = 0; i < g.graph.n_shown; i++)
        add_entry(&w, &g.graph.nodes[g.graph.shown[i]], i);
    hash_release(&w.functions);
    graph_report_release(&g);
}
