// SPDX-License-Identifier: Apache-2.0
#include "app/view.h"

#include <math.h>

#include "app/options.h"
#include "base/num.h"

static void pick_detail(const struct view *v, struct detail *d)
{
    const struct config *c = v->request->config;
    enum granularity forced = v->wants.granularity;
    bool no_inlines = c->noinlines || v->wants.no_inlines;
    enum granularity g = forced ? forced : (enum granularity)c->granularity;
    *d = (struct detail){
        .function = g != GRANULARITY_FILES,
        .filename = g != GRANULARITY_DEFAULT && g != GRANULARITY_FUNCTIONS,
        .line = g == GRANULARITY_LINES || g == GRANULARITY_ADDRESSES,
        .address = g == GRANULARITY_ADDRESSES,
        // Addresses keep the columns there are, unless inlined calls are merged.
        .column = c->showcolumns || (g == GRANULARITY_ADDRESSES && !no_inlines),
        .no_inlines = no_inlines,
        .obj_names = v->wants.obj_names,
        .clean_paths = true,
        .trim_path = span_of(c->trim_path),
        .source_path = span_of(c->source_path),
    };
}

static void pick_trim(const struct view *v, struct trim_options *t)
{
    const struct config *c = v->request->config;
    *t = (struct trim_options){.cum_sort = c->sort == SORT_CUM, .visual = v->wants.visual};
    if (!c->trim || v->wants.untrimmed)
        return;
    t->node_count = c->nodecount == -1 ? v->wants.node_count : c->nodecount;
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

static void note_shared_name(struct view *v)
{
    const struct profile *p = &v->profile;
    uint32_t chosen = v->report.options.value_index, n = 0;
    struct buf numbers = {0};
    for (uint32_t i = 0; i < p->n_sample_types && numbers.n < 100; i++)
        if (p->sample_types[i].type == p->sample_types[chosen].type)
            buf_printf(&numbers, "%s%u", n++ ? ", " : "", i);
    if (n > 1)
        view_note(v, arena_printf(&v->arena,
                                  "the sample types %s are all called " SPAN_FMT
                                  ": this is %u, choose others by number",
                                  buf_cstr(&numbers),
                                  SPAN_ARG(profile_str(p, p->sample_types[chosen].type)), chosen));
    buf_release(&numbers);
}

static int pick_sample_type(struct view *v, struct err *err)
{
    const struct config *c = v->request->config;
    const struct profile *p = &v->profile;
    struct report_options *o = &v->report.options;
    struct span index = span_of(c->sample_index);
    o->all_types = is_all_types(p, index);
    if (o->all_types && !v->wants.all_types)
        return err_set(err, "sample_index=all is for top: choose a type for %s",
                       v->request->command->name);
    // The type of a series was chosen when it was loaded, which left others out.
    int64_t number;
    bool chosen = v->loaded->series.n_read && num_parse_i64(index, &number);
    o->value_index = profile_sample_index(p, o->all_types || chosen ? SPAN("") : index, err);
    if (o->value_index == NO_INDEX)
        return -1;
    note_shared_name(v);
    struct value_type type = p->sample_types[o->value_index];
    o->mean = c->mean;
    o->unit = profile_str(p, type.unit);
    o->type = profile_str(p, type.type);
    if (c->mean)
        o->type = span_of(arena_printf(&v->arena, "mean_" SPAN_FMT, SPAN_ARG(o->type)));
    return 0;
}

// A share of the total or a value, in the sample type's unit.
static int pick_weight(const struct view *v, const char *name, const char *text, double *weight,
                       struct err *err)
{
    const struct report_options *o = &v->report.options;
    struct span unit;
    double number;
    bool percent;
    if (!option_share(span_of(text), &number, &unit, &percent))
        return 0;
    if (percent) {
        *weight = number / 100 * (double)v->report.total;
        return 0;
    }
    if (unit.n && !unit_compatible(unit, o->unit))
        return err_set(err, "option %s: the unit '" SPAN_FMT "' does not fit " SPAN_FMT, name,
                       ERR_SUBJECT(unit), SPAN_ARG(o->type));
    *weight = number * (unit.n ? unit_scale(1, unit, o->unit).value : 1);
    *weight /= o->ratio > 0 ? o->ratio : 1;
    return 0;
}

static int pick_range(const struct view *v, struct weight_range *r, const char *const names[2],
                      const char *min, const char *max, struct err *err)
{
    *r = (struct weight_range){0, INFINITY, *min || *max};
    return pick_weight(v, names[0], min, &r->min, err) ||
                   pick_weight(v, names[1], max, &r->max, err)
               ? -1
               : 0;
}

static int pick_ranges(struct view *v, struct err *err)
{
    static const char *const flats[] = {"min_flat", "max_flat"}, *const cums[] = {"min_cum",
                                                                                  "max_cum"};
    const struct config *c = v->request->config;
    struct trim_options *t = &v->report.options.trim;
    if (!c->trim || v->wants.untrimmed)
        return 0;
    return pick_range(v, &t->flat, flats, c->min_flat, c->max_flat, err) ||
                   pick_range(v, &t->cum, cums, c->min_cum, c->max_cum, err)
               ? -1
               : 0;
}

static bool wants_full_header(const struct config *c)
{
    struct span rest = span_of(c->header), line;
    while (rest.n && span_cut(&rest, '\n', &line))
        if (span_eq(line, SPAN("full")))
            return true;
    return false;
}

static int pick_options(struct view *v, struct err *err)
{
    const struct config *c = v->request->config;
    struct report_options *o = &v->report.options;
    if (pick_sample_type(v, err))
        return -1;
    o->ratio = 1 / c->divide_by;
    o->output_unit = span_of(c->unit);
    o->compact_labels = c->compact_labels;
    o->full_header = wants_full_header(c);
    o->comparison = *c->base || *c->diff_base;
    o->snapshots = *c->base != '\0';
    o->noise = v->wants.noise;
    o->plain_numbers = v->wants.plain_numbers;
    o->whole_numbers = v->wants.whole_numbers;
    o->sides = v->wants.sides;
    o->drop_negative = c->drop_negative;
    o->all_entries = !c->trim;
    o->instances = c->instances;
    o->suspect = c->suspect;
    o->type_is_chosen = *c->sample_index != '\0';
    o->alpha = c->confidence > 0 ? 1 - c->confidence / 100 : 0;
    o->limit = (double)c->limit;
    o->call_tree = c->call_tree && v->wants.call_tree;
    o->tag_units = &v->units;
    pick_trim(v, &o->trim);
    pick_detail(v, &o->detail);
    v->report.profile = &v->profile;
    v->report.arena = &v->arena;
    v->report.job = v->request->job;
    v->report.series = v->loaded->series.n_read ? &v->loaded->series : NULL;
    v->report.memstats = v->loaded->memstats.n ? &v->loaded->memstats : NULL;
    if (v->loaded->beside) {
        v->report.beside = &v->loaded->beside->profile;
        v->report.beside_series = &v->loaded->beside->series;
    }
    v->report.memo = &v->memo;
    v->report.total =
        report_weigh(&v->profile, o->value_index, o->mean, v->report.job, &v->report.overflow);
    if (v->report.series && v->profile.n_sides) {
        struct profile last = v->profile;
        last.values = last.sides[last.n_sides - 1].values;
        v->report.total = report_total(&last, o->value_index, o->mean, v->report.job);
    }
    if (v->report.overflow)
        view_note(v, arena_printf(&v->arena, "overflow: sums of " SPAN_FMT " do not fit 64 bits",
                                  SPAN_ARG(o->type)));
    return pick_ranges(v, err);
}

void view_note(const struct view *v, const char *line)
{
    if (!v->request->quiet)
        job_note(v->request->job, line);
}

static void add_comment(struct view *v)
{
    struct profile *p = &v->profile;
    const char *comment = v->request->config->add_comment;
    if (!*comment)
        return;
    profile_add_comment(p, &v->arena, span_of(comment));
}

static void add_tag_nodes(struct view *v)
{
    const struct config *c = v->request->config;
    struct tag_frames_found found = add_tag_frames(
        &v->profile, span_of(c->tagroot), span_of(c->tagleaf), span_of(c->unit), &v->arena);
    if (*c->tagroot && !found.root)
        view_note(v, "tagroot matched no samples");
    if (*c->tagleaf && !found.leaf)
        view_note(v, "tagleaf matched no samples");
}

// What of the options changes the view's profile, so that reports of the same can share numbers.
static struct span subject_of_memo(struct view *v, bool sides)
{
    const struct config *c = v->request->config;
    struct buf key = {0};
    buf_printf(&key, "%d%s", sides, c->unit);
    buf_add(&key, (struct span){"", 1});
    buf_add(&key, span_of(c->add_comment));
    for (const struct option_def *o = option_defs; o->name; o++) {
        if (o->dirties != DIRTIES_FILTER)
            continue;
        buf_addc(&key, '\0');
        option_print(o, c, &key);
    }
    buf_addc(&key, '\0');
    struct span subject = arena_span(&v->arena, buf_span(&key));
    buf_release(&key);
    return subject;
}

static void begin(struct view *v, const struct loaded *l, const struct request *request)
{
    *v = (struct view){.loaded = l, .request = request, .profile = l->profile};
    v->wants = command_wants(request->command, request->config);
    // Rows that are the same before and after have nothing to say, unless both sides are shown.
    bool sides = v->wants.sides || v->wants.noise;
    strtab_init(&v->strings, &v->arena, l->profile.strings);
    v->profile.strings = &v->strings;
    v->profile.arena = NULL;
    if (!sides)
        profile_drop_unchanged(&v->profile);
    v->units = sides ? l->units : l->plain_units;
    v->memo.cache = l->cache;
    if (l->cache)
        v->memo.subject = subject_of_memo(v, sides);
}

static bool some_name_has(const struct profile *p, struct span text)
{
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (span_find(profile_str(p, p->functions[i].name), text) != SPAN_NOT_FOUND)
            return true;
    return false;
}

int view_take_as_text(struct view *v, const char *why)
{
    const char *text = v->request->regex;
    struct err again; // the first fault counts
    struct regex *plain = NULL;
    if (some_name_has(&v->loaded->profile, span_of(text)))
        plain = regex_new_plain(span_of(text), &again);
    if (!plain)
        return -1;
    regex_free(v->regex);
    v->regex = plain;
    v->is_text = true;
    view_note(v, arena_printf(&v->arena, "'%s' %s: it is taken as plain text", text, why));
    return 0;
}

int view_build(struct view *v, const struct loaded *l, const struct request *request,
               struct err *err)
{
    bool relative = request->config->relative_percentages;
    begin(v, l, request);
    job_step(request->job, "filtering");
    if (request->command && request->command->argument == ARGUMENT_REGEX) {
        v->regex = regex_new(span_of(request->regex), err);
        if (!v->regex && view_take_as_text(v, "is not a regular expression")) {
            job_step(request->job, NULL);
            return -1;
        }
    }
    add_comment(v);
    add_tag_nodes(v);
    view_list_filters(v);
    int status = (relative && view_filter(v, err)) || pick_options(v, err) ||
                         (!relative && view_filter(v, err))
                     ? -1
                     : 0;
    job_step(request->job, NULL);
    return status;
}

void view_release(struct view *v)
{
    regex_free(v->regex);
    strtab_release(&v->strings);
    arena_release(&v->arena);
}
