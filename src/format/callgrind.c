// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/parallel.h"
#include "format/emits.h"
#include "format/parts.h"
#include "format/put.h"
#include "format/samenames.h"

// Layout: https://valgrind.org/docs/manual/cl-format.html, with names and addresses compressed as
// google/pprof does.
//
// What is to be written is gathered in the order of the file first: where it comes from it lies
// about in memory, and most of the time would go into waiting for it.

// A name is written where it stands first, and has a number there that does the next time. All are
// numbered before anything is written, so that parts of the file can be written at once.
struct names {
    uint32_t *numbers; // by string; from 1; 0: none yet
    uint32_t n;
};

// What is told of a node wherever it is called.
struct callee {
    uint64_t address;
    int64_t line;
    str_id file;
    str_id function; // as in the reference, a callee that is not shown itself has no name
    uint32_t file_number, function_number; // once it was called
};

struct call {
    int64_t weight; // by which calls are sorted
    int64_t value;  // that is written
    uint32_t callee;
    bool names_file, names_function; // which stand here first
};

// A node that is shown.
struct entry {
    uint64_t address;
    int64_t line, value;
    str_id objfile, file;
    str_id function;
    uint32_t node, call, n_calls;
    uint32_t edge; // the first of its calls in the list
    bool tied;     // it has calls of the same weight
    bool named;    // it names its function, which the one before it did not
    bool names_object, names_file, names_function;
};

enum { GATHER_PARTS = 64 };

struct printer {
    const struct report *r;
    struct graph_report *g;
    struct unit_conv conv;
    struct names objects, files, functions;
    struct strtab strings;  // of function names that were made unique
    str_id *function_names; // by node: that of no other function; 0 of a node that is not shown
    struct callee *callees; // by node
    struct entry *entries;  // of the nodes shown, in their order
    struct call *calls;     // of all of them, one after the other
    uint32_t calls_before[GATHER_PARTS + 1]; // of each part of the entries
};

// Part of the file. What it has at hand is added to its text now and then.
enum { LINE_MAX = 256, LINES_MAX = 4096 };

struct writer {
    const struct printer *p;
    struct sink *out;
    const struct entry *last; // that is written with all of its calls
    size_t n;
    char lines[LINES_MAX];
};

static void flush(struct writer *w)
{
    sink_write(w->out, (struct span){w->lines, w->n});
    w->n = 0;
}

static void add(struct writer *w, struct span text)
{
    memcpy(w->lines + w->n, text.at, text.n);
    w->n += text.n;
}

static void add_number(struct writer *w, int64_t value)
{
    w->n += num_signed(w->lines + w->n, value);
}

// What would end a record, or the text of a record for a reader in C. Other control characters
// stay: this is for a program.
static bool ends_record(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

static void put_record_text(struct sink *out, struct span text)
{
    while (text.n) {
        size_t n = 0;
        while (n < text.n && !ends_record(text.at[n]))
            n++;
        sink_write(out, span_upto(text, n));
        if (n < text.n)
            sink_printf(out, "\\x%02x", (unsigned char)text.at[n++]);
        text = span_from(text, n);
    }
}

// The name itself only where it stands first.
static void put_record(struct writer *w, struct span key, uint32_t number, str_id name)
{
    add(w, key);
    if (number) {
        add(w, SPAN("("));
        add_number(w, number);
        add(w, SPAN(")"));
    }
    if (name) {
        add(w, SPAN(" "));
        flush(w);
        put_record_text(w->out, strtab_get(&w->p->strings, name));
    }
    add(w, SPAN("\n"));
}

static size_t hex_digits(uint64_t value)
{
    return value ? (67 - (size_t)__builtin_clzll(value)) / 4 : 1;
}

static void add_hex(struct writer *w, uint64_t value)
{
    size_t n = hex_digits(value);
    add(w, SPAN("0x"));
    for (size_t i = n; i-- > 0; value /= 16)
        w->lines[w->n + i] = "0123456789abcdef"[value % 16];
    w->n += n;
}

// As the distance from the last one where that is shorter.
static void put_address(struct writer *w, uint64_t address)
{
    if (w->last && w->last->address == address) {
        add(w, SPAN("*"));
        return;
    }
    int64_t distance = w->last ? (int64_t)(address - w->last->address) : 0;
    char digits[NUM_DIGITS_MAX];
    size_t n = num_digits(digits, distance < 0 ? -(uint64_t)distance : (uint64_t)distance);
    if (!w->last || n + 1 >= hex_digits(address) + 2) {
        add_hex(w, address);
        return;
    }
    add(w, distance < 0 ? SPAN("-") : SPAN("+"));
    add(w, (struct span){digits, n});
}

static void put_call(struct writer *w, const struct call *call)
{
    const struct callee *callee = &w->p->callees[call->callee];
    if (w->n > LINES_MAX - LINE_MAX)
        flush(w);
    put_record(w, SPAN("cfl="), callee->file_number, call->names_file ? callee->file : 0);
    put_record(w, SPAN("cfn="), callee->function_number,
               call->names_function ? callee->function : 0);
    add(w, SPAN("calls=0 "));
    put_address(w, callee->address);
    add(w, SPAN(" "));
    add_number(w, callee->line);
    add(w, SPAN("\n* * "));
    add_number(w, call->value);
    add(w, SPAN("\n"));
}

static void put_entry(struct writer *w, const struct entry *e)
{
    const struct printer *p = w->p;
    if (w->n > LINES_MAX - LINE_MAX)
        flush(w);
    if (e->named) {
        add(w, SPAN("\n"));
        put_record(w, SPAN("ob="), p->objects.numbers[e->objfile],
                   e->names_object ? e->objfile : 0);
        put_record(w, SPAN("fl="), p->files.numbers[e->file], e->names_file ? e->file : 0);
        put_record(w, SPAN("fn="), p->functions.numbers[e->function],
                   e->names_function ? e->function : 0);
    }
    put_address(w, e->address);
    add(w, SPAN(" "));
    add_number(w, e->line);
    add(w, SPAN(" "));
    add_number(w, e->value);
    add(w, SPAN("\n"));
}

enum { NODES_EACH = 256, AHEAD = 16 };

// Calls have AHEAD entries more than there are, for those ahead to be looked at.
static void put_part(void *context, struct part *part)
{
    const struct printer *p = context;
    uint32_t first = part->index * NODES_EACH, left = p->g->graph.n_shown - first;
    uint32_t end = first + (left < NODES_EACH ? left : NODES_EACH);
    struct writer w = {.p = p, .out = part->out, .last = first ? &p->entries[first - 1] : NULL};
    for (uint32_t i = first; i < end; i++) {
        const struct entry *e = &p->entries[i];
        put_entry(&w, e);
        for (uint32_t k = e->call; k < e->call + e->n_calls; k++) {
            __builtin_prefetch(&p->callees[p->calls[k + AHEAD].callee]);
            put_call(&w, &p->calls[k]);
        }
        w.last = e;
        flush(&w);
        part_limit(part);
    }
}

static int64_t converted(const struct printer *p, int64_t value)
{
    return i64_cut(unit_convert(&p->conv, value).value);
}

static int cmp_weights(const void *a, const void *b)
{
    int64_t x = i64_abs(((const struct call *)a)->weight);
    int64_t y = i64_abs(((const struct call *)b)->weight);
    return (x < y) - (x > y);
}

// There are few, mostly.
static void sort_calls(struct call *calls, uint32_t n)
{
    enum { FEW = 16 };
    if (n > FEW) {
        qsort(calls, n, sizeof *calls, cmp_weights);
        return;
    }
    for (uint32_t i = 1; i < n; i++) {
        struct call moving = calls[i];
        uint32_t at = i;
        for (; at > 0 && cmp_weights(&calls[at - 1], &moving) > 0; at--)
            calls[at] = calls[at - 1];
        calls[at] = moving;
    }
}

// In the order in which the list has them.
static void gather_calls(struct printer *p, const struct entry *e)
{
    const uint32_t *edges = p->g->callees.edges + e->edge;
    for (uint32_t i = 0; i < e->n_calls; i++) {
        const struct edge *edge = &p->g->graph.edges.at[edges[i]];
        p->calls[e->call + i] = (struct call){
            .weight = edge->weight, .value = converted(p, edge_weight(edge)), .callee = edge->dst};
    }
}

static void gather_entry(struct printer *p, struct entry *e)
{
    const struct node *node = &p->g->graph.nodes[e->node];
    const struct node_info *info = &p->g->table.infos.at[node->info];
    e->address = info->address;
    e->line = info->line;
    e->value = converted(p, node_flat(node));
    e->objfile = info->objfile;
    e->file = info->file;
    e->function = info->name ? p->function_names[e->node] : 0;
    gather_calls(p, e);
    struct call *calls = p->calls + e->call;
    sort_calls(calls, e->n_calls);
    for (uint32_t i = 1; i < e->n_calls; i++)
        e->tied |= i64_abs(calls[i].weight) == i64_abs(calls[i - 1].weight);
}

// Brings near what will be gathered soon, and then what that leads to.
static void look_ahead(const struct printer *p, uint32_t i, uint32_t end)
{
    const struct graph *g = &p->g->graph;
    const struct edge_list *list = &p->g->callees;
    if (i + 2 * AHEAD < end) {
        const struct entry *e = &p->entries[i + 2 * AHEAD];
        uint32_t node = e->node;
        __builtin_prefetch(&g->nodes[node].flat);
        __builtin_prefetch(&g->nodes[node].info);
        __builtin_prefetch(&p->function_names[node]);
        __builtin_prefetch(&list->edges[e->edge]);
    }
    if (i + AHEAD >= end)
        return;
    const struct entry *e = &p->entries[i + AHEAD];
    const struct node_info *info = &p->g->table.infos.at[g->nodes[e->node].info];
    __builtin_prefetch(&info->address);
    __builtin_prefetch(&info->objfile);
    for (uint32_t k = 0; k < e->n_calls && k < AHEAD; k++)
        __builtin_prefetch(&g->edges.at[list->edges[e->edge + k]]);
}

struct range {
    uint32_t first, end;
};

static struct range range_of(uint32_t n, unsigned part)
{
    return (struct range){(uint32_t)parallel_begin(n, part, GATHER_PARTS),
                          (uint32_t)parallel_begin(n, part + 1, GATHER_PARTS)};
}

static void count_part(void *context, unsigned part)
{
    struct printer *p = context;
    struct range shown = range_of(p->g->graph.n_shown, part);
    const uint32_t *first = p->g->callees.first;
    uint32_t n_calls = 0;
    for (uint32_t i = shown.first; i < shown.end; i++) {
        uint32_t node = p->g->graph.shown[i];
        n_calls += first[node + 1] - first[node];
    }
    p->calls_before[part + 1] = n_calls;
}

static void gather_part(void *context, unsigned part)
{
    struct printer *p = context;
    const struct graph *g = &p->g->graph;
    const uint32_t *first = p->g->callees.first;
    struct range nodes = range_of(g->n_nodes, part), shown = range_of(g->n_shown, part);
    uint32_t call = p->calls_before[part];
    for (uint32_t i = nodes.first; i < nodes.end; i++) {
        const struct node_info *info = &p->g->table.infos.at[g->nodes[i].info];
        p->callees[i] =
            (struct callee){info->address, info->line, info->file, p->function_names[i], 0, 0};
    }
    for (uint32_t i = shown.first; i < shown.end; i++) {
        uint32_t node = g->shown[i], n = first[node + 1] - first[node];
        p->entries[i] =
            (struct entry){.node = node, .call = call, .n_calls = n, .edge = first[node]};
        call += n;
    }
    for (uint32_t i = shown.first; i < shown.end; i++) {
        look_ahead(p, i, shown.end);
        gather_entry(p, &p->entries[i]);
    }
}

// Calls of the same weight are told apart by names, which only one thread may make.
static void gather(struct printer *p)
{
    const struct graph *g = &p->g->graph;
    parallel_run(p->r->job, GATHER_PARTS, count_part, p);
    for (unsigned i = 0; i < GATHER_PARTS; i++)
        p->calls_before[i + 1] += p->calls_before[i];
    uint32_t n_calls = p->calls_before[GATHER_PARTS];
    p->entries = arena_alloc(p->r->arena, g->n_shown * sizeof *p->entries);
    p->callees = arena_alloc(p->r->arena, g->n_nodes * sizeof *p->callees);
    p->calls = arena_alloc(p->r->arena, (n_calls + (size_t)AHEAD) * sizeof *p->calls);
    memset(p->calls + n_calls, 0, AHEAD * sizeof *p->calls);
    parallel_run(p->r->job, GATHER_PARTS, gather_part, p);
    for (uint32_t i = 0; i < g->n_shown; i++)
        if (p->entries[i].tied) {
            report_calls(p->g, &p->g->callees, p->entries[i].node);
            gather_calls(p, &p->entries[i]);
        }
}

// Whether the name stands here first.
static bool number(struct names *names, str_id id)
{
    if (!id || names->numbers[id])
        return false;
    names->numbers[id] = ++names->n;
    return true;
}

static void number_entry(struct printer *p, struct entry *e, const struct entry *before)
{
    e->named = !before || before->objfile != e->objfile || before->file != e->file ||
               before->function != e->function;
    if (!e->named)
        return;
    e->names_object = number(&p->objects, e->objfile);
    e->names_file = number(&p->files, e->file);
    e->names_function = number(&p->functions, e->function);
}

// What is told of a callee is the same everywhere.
static void number_call(struct printer *p, struct call *call, bool *called)
{
    struct callee *callee = &p->callees[call->callee];
    if (*called)
        return;
    *called = true;
    call->names_file = number(&p->files, callee->file);
    call->names_function = number(&p->functions, callee->function);
    callee->file_number = p->files.numbers[callee->file];
    callee->function_number = p->functions.numbers[callee->function];
}

// In the order in which they will be written.
static void number_names(struct printer *p)
{
    const struct graph *g = &p->g->graph;
    bool *called = arena_zalloc(p->r->arena, g->n_nodes, sizeof *called);
    str_id n = strtab_count(&p->strings);
    p->objects.numbers = arena_zalloc(p->r->arena, n, sizeof *p->objects.numbers);
    p->files.numbers = arena_zalloc(p->r->arena, n, sizeof *p->files.numbers);
    p->functions.numbers = arena_zalloc(p->r->arena, n, sizeof *p->functions.numbers);
    for (uint32_t i = 0; i < g->n_shown; i++) {
        struct entry *e = &p->entries[i];
        number_entry(p, e, i ? e - 1 : NULL);
        for (uint32_t k = e->call; k < e->call + e->n_calls; k++) {
            __builtin_prefetch(&p->callees[p->calls[k + AHEAD].callee]);
            number_call(p, &p->calls[k], &called[p->calls[k].callee]);
        }
    }
}

void callgrind_graph(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    struct graph_report *g = d->data.graph;
    struct printer p = {.r = r, .g = g};
    uint32_t n = g->graph.n_shown;
    p.conv = unit_conv_of(r->options.unit, g->shown.unit);
    strtab_init(&p.strings, r->arena, &g->table.strings);
    p.function_names = samenames_told_apart(g, &p.strings, r->arena);
    gather(&p);
    number_names(&p);
    sink_write(out, SPAN("positions: instr line\nevents: "));
    put_record_text(out, r->options.type);
    sink_putc(out, '(');
    put_record_text(out, g->shown.unit);
    sink_write(out, SPAN(")\n"));
    parts_print(out, n / NODES_EACH + (n % NODES_EACH != 0), put_part, &p);
    strtab_release(&p.strings);
}
