// SPDX-License-Identifier: Apache-2.0
#include "app/query.h"

static void pick_detail(const struct query *q, struct detail *d)
{
    const struct config *c = q->request->config;
    enum granularity forced = q->wants.granularity;
    enum granularity g = forced ? forced : (enum granularity)c->granularity;
    *d = (struct detail){
        .function = g != GRANULARITY_FILES,
        .filename = g != GRANULARITY_DEFAULT && g != GRANULARITY_FUNCTIONS,
        .line = g == GRANULARITY_LINES || g == GRANULARITY_ADDRESSES,
        .address = g == GRANULARITY_ADDRESSES,
        // Addresses keep the columns there are, unless inlined calls are merged.
        .column = c->showcolumns || (g == GRANULARITY_ADDRESSES && !c->noinlines),
        .no_inlines = c->noinlines,
        .obj_names = q->wants.obj_names,
        .clean_paths = true,
        .trim_path = span_of(c->trim_path),
        .source_path = span_of(c->source_path),
    };
}

static void pick_trim(const struct query *q, struct trim_options *t)
{
    const struct config *c = q->request->config;
    *t = (struct trim_options){.cum_sort = c->sort == SORT_CUM, .visual = q->wants.visual};
    if (!c->trim || q->wants.untrimmed)
        return;
    t->node_count = c->nodecount == -1 ? q->wants.node_count : c->nodecount;
    t->node_fraction = c->nodefraction;
    t->edge_fraction = c->edgefraction;
}

static bool is_all_types(const struct profile *p, struct span sample_index)
{
    struct err ignored;
    return span_eq(sample_index, SPAN("all")) &&
           profile_sample_index(p, sample_index, &ignored) == NO_INDEX;
}

int app_sample_type(const struct loaded *l, struct span sample_index, struct span *name,
                    struct err *err)
{
    const struct profile *p = &l->profile;
    *name = sample_index;
    if (is_all_types(p, sample_index))
        return 0;
    uint32_t index = profile_sample_index(p, sample_index, err);
    if (index == NO_INDEX)
        return -1;
    *name = profile_str(p, p->sample_types[index].type);
    return 0;
}

static int pick_sample_type(struct query *q, struct err *err)
{
    const struct config *c = q->request->config;
    const struct profile *p = &q->profile;
    struct report_options *o = &q->report.options;
    struct span index = span_of(c->sample_index);
    o->all_types = is_all_types(p, index);
    if (o->all_types && !q->wants.all_types)
        return err_set(err, "sample_index=all is for top: choose a type for %s",
                       q->request->command->name);
    o->value_index = profile_sample_index(p, o->all_types ? SPAN("") : index, err);
    if (o->value_index == NO_INDEX)
        return -1;
    struct value_type type = p->sample_types[o->value_index];
    o->mean = c->mean;
    o->unit = profile_str(p, type.unit);
    o->type = profile_str(p, type.type);
    if (c->mean)
        o->type = span_of(arena_printf(&q->arena, "mean_" SPAN_FMT, SPAN_ARG(o->type)));
    return 0;
}

int query_report(struct query *q, struct err *err)
{
    const struct config *c = q->request->config;
    struct report_options *o = &q->report.options;
    if (pick_sample_type(q, err))
        return -1;
    o->ratio = 1 / c->divide_by;
    o->output_unit = span_of(c->unit);
    o->compact_labels = c->compact_labels;
    o->comparison = *c->base || *c->diff_base;
    o->snapshots = *c->base != '\0';
    o->noise = q->wants.noise;
    o->plain_numbers = q->wants.plain_numbers;
    o->whole_numbers = q->wants.whole_numbers;
    o->sides = q->wants.sides;
    o->drop_negative = c->drop_negative;
    o->call_tree = c->call_tree && q->wants.call_tree;
    o->tag_units = &q->units;
    pick_trim(q, &o->trim);
    pick_detail(q, &o->detail);
    q->report.profile = &q->profile;
    q->report.arena = &q->arena;
    q->report.job = q->request->job;
    q->report.total = report_total(&q->profile, o->value_index, o->mean);
    return 0;
}

void query_note(const struct query *q, const char *line)
{
    if (!q->request->quiet)
        job_note(q->request->job, line);
}

static void add_comment(struct query *q)
{
    struct profile *p = &q->profile;
    const char *comment = q->request->config ? q->request->config->add_comment : "";
    if (!*comment)
        return;
    str_id *comments = arena_alloc(&q->arena, (p->n_comments + 1) * sizeof *comments);
    if (p->n_comments)
        memcpy(comments, p->comments, p->n_comments * sizeof *comments);
    comments[p->n_comments++] = strtab_add(p->strings, span_of(comment));
    p->comments = comments;
}

void query_begin(struct query *q, const struct loaded *l, const struct request *request)
{
    *q = (struct query){.loaded = l, .request = request, .profile = l->profile};
    q->wants = command_wants(request->command, request->config);
    // Rows that are the same before and after have nothing to say, unless both sides are shown.
    bool sides = q->wants.sides || q->wants.noise;
    strtab_init(&q->strings, &q->arena, l->profile.strings);
    q->profile.strings = &q->strings;
    q->profile.arena = NULL;
    if (!sides)
        profile_leave_changed(&q->profile);
    q->units = sides ? l->units : l->plain_units;
    add_comment(q);
}

void query_end(struct query *q)
{
    regex_free(q->regex);
    strtab_release(&q->strings);
    arena_release(&q->arena);
}
