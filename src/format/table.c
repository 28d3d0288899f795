// SPDX-License-Identifier: Apache-2.0
#include "format/table.h"

#include "format/emits.h"

#include <inttypes.h>
#include <string.h>

struct table table_of(const struct document *d, const struct shown *shown,
                      const struct noise_shown *noise, struct sink *out)
{
    const struct report *r = d->report;
    struct table t = {.document = d, .r = r, .format = d->format->table, .out = out};
    t.shown = shown;
    t.noise = r->options.noise ? noise : NULL;
    t.n_sides = report_sides(r);
    int64_t *totals = arena_alloc(r->arena, (t.n_sides + 1) * sizeof *totals);
    for (uint32_t i = 0; i < t.n_sides; i++)
        totals[i] = report_side_total(r, r->profile->sides[i].values);
    t.totals = totals;
    return t;
}

void table_add_column(struct table *t, const char *name)
{
    if (t->n_columns == t->cap_columns)
        t->columns = vec_grown(t->r->arena, t->columns, sizeof *t->columns, t->n_columns + 1,
                               &t->cap_columns);
    t->columns[t->n_columns++] = (struct table_column){.name = name};
}

// A node's printable name, and what it is made of.
static void add_node_columns(struct table *t)
{
    static const char *const parts[] = {"function", "file", "line", "column", "address", "binary"};
    table_add_column(t, "name");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        table_add_column(t, parts[i]);
        t->columns[t->n_columns - 1].in_name = true;
    }
}

void table_add_value(struct table *t, const char *name)
{
    table_add_column(t, name);
    t->columns[t->n_columns - 1].is_value = true;
    t->columns[t->n_columns - 1].unit = t->r->options.unit;
}

int64_t table_number(const struct table *t, size_t column, int64_t number)
{
    return column != NO_COLUMN && t->columns[column].is_value
               ? i64_scaled(number, t->r->options.ratio)
               : number;
}

double table_error(const struct table *t, double error)
{
    return t->r->options.ratio > 0 ? error * t->r->options.ratio : error;
}

void table_add_title(const struct table *t, size_t column, const struct escape_rules *rules,
                     struct buf *out)
{
    const struct table_column *c = &t->columns[column];
    escape_add(out, span_of(c->name), rules);
    if (c->unit.n) {
        buf_add(out, SPAN(" ("));
        escape_add(out, c->unit, rules);
        buf_add(out, SPAN(")"));
    }
}

static void add_label(const struct report *r, const struct label *l,
                      const struct escape_rules *rules, struct buf *out)
{
    const struct profile *p = r->profile;
    escape_add(out, profile_str(p, l->key), rules);
    buf_addc(out, '=');
    if (label_is_number(l)) {
        buf_printf(out, "%" PRId64, l->num);
        escape_add(out, label_unit(p, r->options.tag_units, l), rules);
    } else {
        escape_add(out, profile_str(p, l->value), rules);
    }
}

void table_add_cell(const struct table *t, size_t column, const struct cell *c,
                    const struct escape_rules *rules, const char *separator, struct buf *out)
{
    if (c->kind == CELL_TEXT)
        escape_add(out, c->text, rules);
    else if (c->kind == CELL_NUMBER)
        buf_printf(out, "%" PRId64, table_number(t, column, c->number));
    else if (c->kind == CELL_ERROR)
        buf_printf(out, "%.10g", table_error(t, c->error));
    if (c->kind == CELL_REAL)
        buf_printf(out, "%.10g", c->error);
    for (size_t i = 0; i < c->n; i++) {
        buf_add(out, span_of(!i ? "" : c->kind == CELL_REALS ? " " : separator));
        if (c->kind == CELL_REALS)
            buf_printf(out, "%.10g", c->reals[i]);
        else if (c->kind == CELL_FRAMES)
            escape_add(out, node_name(t->nodes, c->frames[i].node), rules);
        else
            add_label(t->r, &c->labels[i], rules, out);
    }
}

static bool has_errors(const struct table *t)
{
    return t->noise && t->noise->known;
}

void table_add_sided(struct table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_sides; i++) {
        const char *side = i == SIDE_BEFORE ? "before" : "after";
        table_add_value(t, *name ? arena_printf(t->r->arena, "%s_%s", name, side) : side);
    }
}

// The columns of values: what a comparison has of both sides, and errors, too.
static void add_values(struct table *t)
{
    static const char *const values[] = {"flat", "cum"};
    static const char *const errors[] = {"error_flat", "error_cum"};
    for (size_t i = 0; i < 2; i++)
        table_add_value(t, values[i]);
    for (size_t i = 0; i < 2; i++)
        table_add_sided(t, values[i]);
    for (size_t i = 0; has_errors(t) && i < 2; i++)
        table_add_value(t, errors[i]);
}

enum { NODE_COLUMNS = 7 };

static void set_node(const struct report *r, struct cell *cells, const struct top_row *row)
{
    cells[0] = cell_name(row->name);
    cells[1] = cell_text(row->function);
    cells[2] = cell_text(row->file);
    cells[3] = cell_place(row->line);
    cells[4] = cell_place(row->column);
    cells[5] = row->address ? cell_text(span_of(arena_printf(r->arena, "0x%" PRIx64, row->address)))
                            : (struct cell){0};
    cells[6] = cell_text(row->binary);
}

static size_t set_values(const struct table *t, struct cell *cells, const struct top_row *row)
{
    size_t n = 0;
    cells[n++] = cell_number(row->flat);
    cells[n++] = cell_number(row->cum);
    for (uint32_t i = 0; i < t->n_sides; i++)
        cells[n++] = cell_number(row->sides[i].flat);
    for (uint32_t i = 0; i < t->n_sides; i++)
        cells[n++] = cell_number(row->sides[i].cum);
    if (has_errors(t)) {
        cells[n++] = cell_error(row->errors.flat);
        cells[n++] = cell_error(row->errors.cum);
    }
    return n;
}

static struct cell inlining_cell(enum inlining inlining)
{
    static const char *const names[] = {"", "sometimes", "always"};
    return cell_text(span_of(names[inlining]));
}

void table_begin(struct table *t)
{
    t->cells = arena_alloc(t->r->arena, t->n_columns * sizeof *t->cells);
    t->format->begin(t);
}

// Cells with nothing to say, one for each column.
struct cell *table_new_row(struct table *t)
{
    return memset(t->cells, 0, t->n_columns * sizeof *t->cells);
}

void table_put_row(struct table *t)
{
    const struct row_window *rows = &t->document->rows;
    uint64_t at = t->n_seen++;
    if (rows->set && (at < rows->from || at - rows->from >= rows->n))
        return;
    t->format->row(t, t->cells);
    t->n_rows++;
}

void table_end(struct table *t)
{
    t->format->end(t);
}

// Of types of one name all but the first have their number, too.
static const char *type_column(const struct table *t, const struct top *top, uint32_t type)
{
    struct span name = top->columns[type].type;
    bool first = true;
    for (uint32_t i = 0; i < type && first; i++)
        first = !span_eq(top->columns[i].type, name);
    return first ? arena_printf(t->r->arena, "flat:" SPAN_FMT, SPAN_ARG(name))
                 : arena_printf(t->r->arena, "flat:" SPAN_FMT "#%u", SPAN_ARG(name), type);
}

// The flat values of all sample types, whose names differ.
static void add_types(struct table *t, const struct top *top)
{
    for (uint32_t i = 0; i < top->n_columns; i++) {
        table_add_column(t, type_column(t, top, i));
        t->columns[t->n_columns - 1].is_value = true;
        t->columns[t->n_columns - 1].unit = top->columns[i].unit;
    }
}

void table_top(const struct document *d, struct sink *out)
{
    const struct top *top = d->data.top;
    struct table table = table_of(d, &top->shown, &top->noise, out), *t = &table;
    if (t->n_sides && t->format->comparison) {
        t->format->comparison(t, top);
        return;
    }
    add_node_columns(t);
    add_values(t);
    table_add_column(t, "inlined");
    add_types(t, top);
    table_begin(t);
    for (uint32_t i = 0; i < top->n_rows; i++) {
        struct cell *cells = table_new_row(t);
        set_node(t->r, cells, &top->rows[i]);
        size_t n = NODE_COLUMNS + set_values(t, cells + NODE_COLUMNS, &top->rows[i]);
        cells[n++] = inlining_cell(top->rows[i].inlining);
        for (uint32_t type = 0; n < t->n_columns; type++)
            cells[n++] = cell_number(top->columns[type].flats[i]);
        table_put_row(t);
    }
    table_end(t);
}

// The calls from or to a node.
static void put_calls(struct table *t, struct graph_report *g, struct span entry,
                      const struct edge_list *list, uint32_t node, bool callers)
{
    struct calls calls = report_calls(g, list, node);
    for (uint32_t i = 0; i < calls.n; i++) {
        const struct edge *e = &g->graph.edges.at[calls.edges[i]];
        struct top_row row = report_node_row(t->r, g, callers ? e->src : e->dst);
        struct cell *cells = table_new_row(t);
        cells[0] = cell_name(entry);
        cells[1] = cell_text(callers ? SPAN("caller") : SPAN("callee"));
        set_node(t->r, cells + 2, &row);
        size_t n = 2 + NODE_COLUMNS;
        cells[n++] = cell_number(edge_weight(e));
        for (uint32_t side = 0; side < t->n_sides; side++)
            cells[n++] = cell_number(g->calls[side][calls.edges[i]]);
        cells[t->n_columns - 1] = inlining_cell(e->inlined ? INLINED_ALWAYS : INLINED_NEVER);
        table_put_row(t);
    }
}

static void add_tree_columns(struct table *t)
{
    table_add_column(t, "entry");
    table_add_column(t, "relation");
    add_node_columns(t);
    table_add_value(t, "calls");
    table_add_sided(t, "calls");
    add_values(t);
    table_add_column(t, "inlined");
}

void table_tree(const struct document *d, struct sink *out)
{
    struct graph_report *g = &d->data.tree->graph;
    const bool *wanted = d->data.tree->wanted;
    struct table table = table_of(d, &g->shown, &g->noise, out), *t = &table;
    size_t values = 2 + NODE_COLUMNS + 1 + t->n_sides;
    if (t->n_sides)
        report_sum_calls(t->r, g);
    add_tree_columns(t);
    table_begin(t);
    for (uint32_t i = 0; i < g->graph.n_shown; i++) {
        uint32_t node = g->graph.shown[i];
        if (wanted && !wanted[node])
            continue;
        struct top_row row = report_node_row(t->r, g, node);
        put_calls(t, g, row.name, &g->callers, node, true);
        struct cell *cells = table_new_row(t);
        cells[0] = cell_name(row.name);
        cells[1] = cell_text(SPAN("self"));
        set_node(t->r, cells + 2, &row);
        set_values(t, cells + values, &row);
        table_put_row(t);
        put_calls(t, g, row.name, &g->callees, node, false);
    }
    table_end(t);
}

static struct cell side_cell(const struct table *t, const int64_t *column, const struct sample *s)
{
    return cell_number(column[sample_value_at(t->r->profile, s, t->r->options.value_index)]);
}

// A sample's stack, the leaf first.
static void collect_stack(const struct report *r, struct node_table *nodes, const struct sample *s,
                          struct arena *arena, struct cell *cell)
{
    VEC(struct frame) frames = {0};
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t loc = r->profile->frames[s->frame + i];
        for (uint32_t at = nodes->first[loc]; at < nodes->first[loc + 1]; at++)
            *vec_push(arena, &frames) =
                (struct frame){nodes->nodes[at], node_is_inlined(nodes, r->profile, loc, at)};
    }
    *cell = (struct cell){.kind = CELL_FRAMES, .frames = frames.at, .n = frames.n};
}

void table_traces(const struct document *d, struct sink *out)
{
    struct node_table *nodes = d->data.stacks;
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    const struct profile *p = t->r->profile;
    struct arena arena = {0};
    t->nodes = nodes;
    table_add_value(t, "value");
    table_add_sided(t, "");
    table_add_column(t, "labels");
    table_add_column(t, "stack");
    table_begin(t);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct sample *s = &p->samples[i];
        struct cell *cells = table_new_row(t);
        size_t n = 0;
        arena_clear(&arena);
        cells[n++] = cell_number(report_sample_value(t->r, s));
        for (uint32_t side = 0; side < t->n_sides; side++)
            cells[n++] = side_cell(t, p->sides[side].values, s);
        cells[n++] =
            (struct cell){.kind = CELL_LABELS, .labels = p->labels + s->label, .n = s->n_labels};
        collect_stack(t->r, nodes, s, &arena, &cells[n++]);
        table_put_row(t);
    }
    table_end(t);
    arena_release(&arena);
}

static void put_tag(struct table *t, struct span key, const struct tag_value *value)
{
    struct cell *cells = table_new_row(t);
    size_t n = 0;
    cells[n++] = cell_name(key);
    cells[n++] = value->is_number ? (struct cell){0} : cell_name(value->name);
    cells[n++] = value->is_number ? cell_number(value->number) : (struct cell){0};
    cells[n++] = value->is_number ? cell_name(value->unit) : (struct cell){0};
    cells[n++] = cell_number(value->total);
    for (uint32_t i = 0; i < t->n_sides; i++)
        cells[n++] = cell_number(value->sides[i]);
    table_put_row(t);
}

void table_tags(const struct document *d, struct sink *out)
{
    const struct tags_report *tags = d->data.tags;
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    table_add_column(t, "key");
    table_add_column(t, "value");
    table_add_column(t, "number");
    table_add_column(t, "unit");
    table_add_value(t, "weight");
    table_add_sided(t, "");
    table_begin(t);
    for (uint32_t i = 0; i < tags->n_rows; i++) {
        const struct tag_row *row = &tags->rows[i];
        for (uint32_t j = 0; j < row->n_values; j++)
            put_tag(t, row->key, &row->values[j]);
    }
    table_end(t);
}

static void put_source_line(struct table *t, const struct list_routine *routine,
                            const struct text_file *file, const struct list_line *line)
{
    const struct span *source = text_line(file, line->line);
    struct top_row row = {.flat = line->flat, .cum = line->cum, .sides = line->sides};
    struct cell *cells = table_new_row(t);
    cells[0] = cell_name(routine->name);
    cells[1] = cell_text(routine->file);
    cells[2] = cell_place(line->line);
    size_t n = 3 + set_values(t, cells + 3, &row);
    cells[n] = source ? cell_text(*source) : (struct cell){0};
    table_put_row(t);
}

// Lines without weight, from one to before another, as far as the file has them.
static void put_context(struct table *t, const struct list_routine *routine,
                        const struct text_file *file, int64_t from, int64_t end)
{
    static const struct side_weights nothing[SIDE_AFTER + 1];
    for (int64_t at = from; at >= 1 && at < end && (size_t)at <= file->n; at++)
        put_source_line(t, routine, file, &(struct list_line){.line = at, .sides = nothing});
}

static void put_routine(struct table *t, const struct list_routine *routine,
                        const struct subject *subject)
{
    const struct text_file *file = text_files_get(&subject->files, routine->file);
    bool context = subject->context && file;
    int64_t at = routine->first;
    for (uint32_t i = 0; i < routine->n_lines; i++) {
        const struct list_line *line = &routine->lines[i];
        if (context)
            put_context(t, routine, file, at, line->line);
        put_source_line(t, routine, file, line);
        at = line->line >= at ? line->line + 1 : at;
    }
    if (context)
        put_context(t, routine, file, at, routine->last + 1);
}

void table_list(const struct document *d, struct sink *out)
{
    const struct list *list = d->data.list;
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    table_add_column(t, "function");
    table_add_column(t, "file");
    table_add_column(t, "line");
    add_values(t);
    table_add_column(t, "source");
    table_begin(t);
    for (uint32_t i = 0; i < list->n_routines; i++)
        put_routine(t, &list->routines[i], d->subject);
    table_end(t);
}

void table_comments(const struct document *d, struct sink *out)
{
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    const struct profile *p = t->r->profile;
    table_add_column(t, "comment");
    table_begin(t);
    for (uint32_t i = 0; i < p->n_comments; i++) {
        table_new_row(t)[0] = cell_name(profile_str(p, p->comments[i]));
        table_put_row(t);
    }
    table_end(t);
}
