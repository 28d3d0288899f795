// SPDX-License-Identifier: Apache-2.0
#include "format/dottags.h"

#include <stdlib.h>

#include "base/escape.h"

struct printer {
    const struct report *r;
    const struct graph_report *g;
    struct value_format values;
    bool flat; // show what samples have at the node itself: there are calls below
    struct sink *out;
};

// A box: a tag, or several numbers from the least to the most.
struct box {
    struct span name;
    int64_t flat, cum;
};

const char *dot_escape(struct arena *arena, struct span text)
{
    static const struct escape_rules quoted = {"\t", "\\\"", false, false, true};
    struct buf out = {0};
    bool cut = text.n > DOT_TEXT_MAX;
    struct span rest = cut ? span_upto(text, DOT_TEXT_MAX) : text, line;
    for (bool first = true; span_cut(&rest, '\n', &line); first = false) {
        buf_add(&out, first ? SPAN("") : SPAN("\\l"));
        escape_add(&out, line, &quoted);
    }
    buf_add(&out, cut ? SPAN("…") : SPAN(""));
    const char *copy = arena_cstr(arena, buf_span(&out));
    buf_release(&out);
    return copy;
}

static int64_t mean_of(int64_t value, int64_t div)
{
    return div ? i64_div(value, div) : value;
}

static struct span tag_name(const struct printer *p, const struct node_tag *t)
{
    return node_str(&p->g->table, t->name);
}

static int by_weight(int64_t a, int64_t b)
{
    return i64_abs(a) == i64_abs(b) ? 0 : i64_abs(a) > i64_abs(b) ? -1 : 1;
}

static int cmp_tags(const void *a, const void *b, void *context)
{
    const struct printer *p = context;
    const struct node_tag *x = a, *y = b;
    int order = p->flat ? 0 : by_weight(x->cum, y->cum);
    if (order == 0)
        order = by_weight(x->flat, y->flat);
    return order ? order : span_cmp(tag_name(p, x), tag_name(p, y));
}

static int cmp_boxes(const void *a, const void *b, void *context)
{
    const struct printer *p = context;
    const struct box *x = a, *y = b;
    int order = p->flat ? 0 : by_weight(x->cum, y->cum);
    if (order == 0)
        order = by_weight(x->flat, y->flat);
    return order ? order : span_cmp(x->name, y->name);
}

// Tags of one kind and group at a node.
static struct node_tag *pick_tags(struct printer *p, uint32_t node, bool numbers, str_id group,
                                  size_t *n)
{
    const struct tag_list *list = &p->g->tags;
    uint32_t first = list->first[node], end = list->first[node + 1];
    struct node_tag *tags = arena_alloc(p->r->arena, (end - first) * sizeof *tags);
    *n = 0;
    for (uint32_t i = first; i < end; i++)
        if (list->tags[i].is_number == numbers && list->tags[i].group == group)
            tags[(*n)++] = list->tags[i];
    if (*n)
        qsort_r(tags, *n, sizeof *tags, cmp_tags, p);
    return tags;
}

static struct span number_unit(const struct printer *p)
{
    str_id bytes = strtab_find(p->r->profile->strings, SPAN("bytes"));
    return tag_unit(p->r->profile, p->r->options.tag_units, bytes);
}

static struct span number_label(const struct printer *p, int64_t value)
{
    char text[UNIT_LABEL_MAX];
    struct unit_conv conv = unit_conv_of(number_unit(p), SPAN("auto"));
    return arena_span(p->r->arena, (struct span){text, unit_format(text, &conv, value)});
}

static double scaled(const struct printer *p, int64_t value)
{
    return unit_scale(value, number_unit(p), number_unit(p)).value;
}

// Which of the first tags is nearest to this one.
static size_t nearest(const struct printer *p, const struct node_tag *first, size_t n,
                      int64_t value)
{
    size_t best = 0;
    double least = 0;
    for (size_t i = 0; i < n; i++) {
        double distance = scaled(p, first[i].value) - (double)value;
        distance = distance < 0 ? -distance : distance;
        if (i == 0 || distance < least) {
            best = i;
            least = distance;
        }
    }
    return best;
}

// Puts all numbers into as many boxes as are shown: each goes to the nearest of the heaviest.
static struct box *group_numbers(struct printer *p, const struct node_tag *tags, size_t n,
                                 size_t *n_boxes)
{
    struct box *boxes = arena_alloc(p->r->arena, (n + 1) * sizeof *boxes);
    struct node_tag sums[TAGS_SHOWN];
    int64_t low[TAGS_SHOWN], high[TAGS_SHOWN];
    *n_boxes = n <= TAGS_SHOWN ? n : TAGS_SHOWN;
    for (size_t i = 0; i < n; i++) {
        const struct node_tag *t = &tags[i];
        if (n <= TAGS_SHOWN) {
            boxes[i] = (struct box){tag_name(p, t), mean_of(t->flat, t->flat_div),
                                    mean_of(t->cum, t->cum_div)};
            continue;
        }
        size_t at = i < TAGS_SHOWN ? i : nearest(p, tags, TAGS_SHOWN, t->value);
        if (i < TAGS_SHOWN) {
            sums[at] = *t;
            low[at] = high[at] = t->value;
            continue;
        }
        sums[at].flat += t->flat;
        sums[at].flat_div += t->flat_div;
        sums[at].cum += t->cum;
        sums[at].cum_div += t->cum_div;
        low[at] = i64_of(scaled(p, t->value)) < low[at] ? t->value : low[at];
        high[at] = i64_of(scaled(p, t->value)) > high[at] ? t->value : high[at];
    }
    for (size_t i = 0; n > TAGS_SHOWN && i < TAGS_SHOWN; i++) {
        struct span from = number_label(p, low[i]), to = number_label(p, high[i]);
        bool one = low[i] == high[i];
        boxes[i] = (struct box){.flat = mean_of(sums[i].flat, sums[i].flat_div),
                                .cum = mean_of(sums[i].cum, sums[i].cum_div)};
        boxes[i].name = one ? from
                            : span_of(arena_printf(p->r->arena, SPAN_FMT ".." SPAN_FMT,
                                                   SPAN_ARG(from), SPAN_ARG(to)));
    }
    if (n > TAGS_SHOWN)
        qsort_r(boxes, *n_boxes, sizeof *boxes, cmp_boxes, p);
    return boxes;
}

static const char *value_str(struct printer *p, int64_t value)
{
    char text[UNIT_LABEL_MAX];
    return dot_escape(p->r->arena, (struct span){text, value_print(text, &p->values, value)});
}

static void put_box(struct printer *p, const char *from, const char *id, const char *label,
                    int64_t weight, const char *style)
{
    const char *text = value_str(p, weight);
    sink_printf(p->out, "%s [label = \"%s\" id=\"%s\" fontsize=8 shape=box3d tooltip=\"%s\"]\n", id,
                label, id, text);
    sink_printf(p->out,
                "%s -> %s [label=\" %s\" weight=100 tooltip=\"%s\" labeltooltip=\"%s\"%s]\n", from,
                id, text, text, text, style);
}

static bool put_numbers(struct printer *p, uint32_t node, str_id group, const char *from)
{
    size_t n, n_boxes;
    const struct node_tag *tags = pick_tags(p, node, true, group, &n);
    const struct box *boxes = group_numbers(p, tags, n, &n_boxes);
    bool any = false;
    for (size_t i = 0; i < n_boxes; i++) {
        bool flat = p->flat || boxes[i].flat == boxes[i].cum;
        int64_t weight = flat ? boxes[i].flat : boxes[i].cum;
        if (weight == 0)
            continue;
        put_box(p, from, arena_printf(p->r->arena, "N%s_%zu", from, i),
                dot_escape(p->r->arena, boxes[i].name), weight, flat ? "" : " style=\"dotted\"");
        any = true;
    }
    return any;
}

// The labels that were joined by line breaks stand on lines of their own.
static const char *joined_label(struct printer *p, struct span name)
{
    struct buf label = {0};
    struct span line;
    for (bool first = true; label.n < DOT_LABEL_MAX && span_cut(&name, '\n', &line); first = false)
        buf_printf(&label, "%s%s", first ? "" : "\\n", dot_escape(p->r->arena, line));
    if (name.at)
        buf_printf(&label, "\\n%s", dot_escape(p->r->arena, name));
    const char *copy = arena_cstr(p->r->arena, buf_span(&label));
    buf_release(&label);
    return copy;
}

bool format_dot_tags(const struct report *r, const struct graph_report *g, uint32_t node,
                     uint32_t id, struct sink *out)
{
    struct printer p = {.r = r, .g = g, .values = value_format_of(r, &g->shown), .out = out};
    p.flat = g->callees.first[node] < g->callees.first[node + 1];
    size_t n;
    const struct node_tag *tags = pick_tags(&p, node, false, 0, &n);
    const char *from = arena_printf(r->arena, "N%u", id);
    bool any = false;
    for (size_t i = 0; i < n && i < TAGS_SHOWN; i++) {
        const struct node_tag *t = &tags[i];
        int64_t weight = p.flat ? mean_of(t->flat, t->flat_div) : mean_of(t->cum, t->cum_div);
        if (weight == 0)
            continue;
        const char *box = arena_printf(r->arena, "N%u_%zu", id, i);
        put_box(&p, from, box, joined_label(&p, tag_name(&p, t)), weight, "");
        put_numbers(&p, node, t->name, box);
        any = true;
    }
    return put_numbers(&p, node, 0, from) || any;
}
