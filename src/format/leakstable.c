// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "format/emits.h"
#include "format/instances.h"
#include "format/trendtable.h"
#include "report/leaks.h"

// The columns that come after those of a trend.
static const char *const columns[] = {"own_function", "own_file", "own_line", "source", "fills",
                                      "started",      "state",    "minutes",  "count",  "stack"};

static struct cell stack_cell(const struct report *r, const struct leak *leak)
{
    struct frame *frames = arena_zalloc(r->arena, leak->n_path + 1, sizeof *frames);
    for (uint32_t i = 0; i < leak->n_path; i++)
        frames[i].node = leak->path[i];
    return (struct cell){.kind = CELL_FRAMES, .frames = frames, .n = leak->n_path};
}

static void put_leak(struct table *t, const struct leaks *l, const struct leak *leak)
{
    struct cell *cells = table_new_row(t);
    size_t n = TREND_COLUMNS;
    trend_fill_cells(t, &l->trend, leak->item, cells);
    if (l->proven)
        cells[3] = cell_text(SPAN("leaked"));
    cells[n++] = cell_text(leak->function);
    cells[n++] = cell_text(leak->file);
    cells[n++] = cell_place(leak->line);
    cells[n++] = cell_text(leak->source);
    cells[n++] = leak->filled ? cell_text(span_of(leak->filled)) : (struct cell){0};
    cells[n++] = cell_text(leak->started);
    cells[n++] = leak->n_states ? cell_text(leak->states[0].name) : (struct cell){0};
    cells[n++] = leak->n_states ? cell_place(leak->states[0].minutes) : (struct cell){0};
    cells[n++] = l->goroutines ? cell_number(leak->count) : (struct cell){0};
    cells[n++] = stack_cell(t->r, leak);
    table_put_row(t);
}

// How many entries of the goroutines that were counted beside a heap grow.
static void add_goroutines(struct table *t, const struct leaks *l)
{
    size_t one = sizeof *t->facts;
    struct table_fact *facts = arena_alloc(t->r->arena, (t->n_facts + 1) * one);
    memcpy(facts, t->facts, t->n_facts * one);
    facts[t->n_facts++] = (struct table_fact){"goroutines_growing", cell_number(l->n_holders)};
    t->facts = facts;
}

void table_leaks(const struct document *d, struct sink *out)
{
    struct leaks *l = d->data.leaks;
    if (l->instances) {
        table_instances(d, l->instances, out);
        return;
    }
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    struct cell total[TREND_COLUMNS + sizeof columns / sizeof *columns] = {0};
    l->trend.total.row.name = SPAN("TOTAL");
    t->nodes = &l->lines;
    trend_add_columns(t, &l->trend);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_add_column(t, columns[i]);
    t->columns[TREND_COLUMNS].in_name = t->columns[t->n_columns - 1].in_name = true;
    trend_add_facts(t, &l->trend);
    if (l->beside)
        add_goroutines(t, l);
    trend_fill_cells(t, &l->trend, &l->trend.total, total);
    t->total = total;
    table_begin(t);
    for (uint32_t i = 0; i < l->n; i++)
        put_leak(t, l, &l->leaks[i]);
    table_end(t);
}
