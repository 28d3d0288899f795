// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "base/idmap.h"
#include "base/parallel.h"
#include "format/emits.h"
#include "format/parts.h"
#include "format/put.h"

// Layout: https://valgrind.org/docs/manual/cl-format.html, with names and addresses compressed as
// google/pprof does.

// A name is written where it stands first, and has a number there that does the next time. All are
// numbered before anything is written, so that parts of the file can be written at once.
struct name_use {
    uint32_t number;       // from 1; 0: none yet
    uint32_t node, record; // where it stands first: which of the nodes shown, and of its records
};

struct names {
    struct name_use *uses; // by string
    uint32_t n;
};

// The records of a node that name something: first those of itself, then two for each call.
enum { SORT_PARTS = 64 };
enum { RECORD_OBJECT, RECORD_FILE, RECORD_FUNCTION, RECORD_CALLS };

// What is told of a node wherever it is called, all in one place.
struct callee {
    uint64_t address;
    int64_t line;
    str_id file;
    str_id function; // its name, unlike that of any other function; 0 of a node that is not shown
};

struct printer {
    const struct report *r;
    struct graph_report *g;
    struct unit_conv conv;
    struct names objects, files, functions;
    struct strtab strings;  // of function names that were made unique
    struct callee *callees; // by node
    bool *tied;             // by node: it has calls of the same weight
};

// Part of the file.
struct writer {
    const struct printer *p;
    struct sink *out;
    uint32_t node; // which of the nodes shown
    const struct node_info *last;
};

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

static void put_record(const struct writer *w, const char *key, const struct names *names,
                       str_id id, uint32_t record)
{
    const struct name_use *use = &names->uses[id];
    sink_write(w->out, span_of(key));
    if (id) {
        sink_putc(w->out, '(');
        put_unsigned(w->out, use->number);
        sink_putc(w->out, ')');
    }
    if (id && use->node == w->node && use->record == record) {
        sink_putc(w->out, ' ');
        put_record_text(w->out, strtab_get(&w->p->strings, id));
    }
    sink_putc(w->out, '\n');
}

static unsigned digits(uint64_t value, unsigned base)
{
    unsigned n = 1;
    for (; value >= base; value /= base)
        n++;
    return n;
}

// As the distance from the last one where that is shorter.
static void put_address(const struct writer *w, uint64_t address)
{
    if (w->last && w->last->address == address) {
        sink_putc(w->out, '*');
        return;
    }
    int64_t distance = w->last ? (int64_t)(address - w->last->address) : 0;
    uint64_t length = distance < 0 ? -(uint64_t)distance : (uint64_t)distance;
    if (!w->last || digits(length, 10) + 1 >= digits(address, 16) + 2) {
        put_hex(w->out, address);
        return;
    }
    sink_putc(w->out, distance < 0 ? '-' : '+');
    put_unsigned(w->out, length);
}

static int64_t converted(const struct writer *w, int64_t value)
{
    return i64_cut(unit_convert(&w->p->conv, value).value);
}

static void put_call(const struct writer *w, const struct edge *e, uint32_t record)
{
    const struct callee *callee = &w->p->callees[e->dst];
    put_record(w, "cfl=", &w->p->files, callee->file, record);
    put_record(w, "cfn=", &w->p->functions, callee->function, record + 1);
    sink_write(w->out, SPAN("calls=0 "));
    put_address(w, callee->address);
    sink_putc(w->out, ' ');
    put_number(w->out, callee->line, 0);
    sink_write(w->out, SPAN("\n* * "));
    put_number(w->out, converted(w, edge_weight(e)), 0);
    sink_putc(w->out, '\n');
}

static const struct node_info *info_of(const struct printer *p, uint32_t i)
{
    return &p->g->table.infos.at[p->g->graph.nodes[p->g->graph.shown[i]].info];
}

static str_id name_of(const struct printer *p, uint32_t i)
{
    return info_of(p, i)->name ? p->callees[p->g->graph.shown[i]].function : 0;
}

// Whether a node names its function, which the one before it did not.
static bool is_named(const struct printer *p, uint32_t i)
{
    const struct node_info *info = info_of(p, i), *last = i ? info_of(p, i - 1) : NULL;
    return !last || info->objfile != last->objfile || info->file != last->file ||
           name_of(p, i) != name_of(p, i - 1);
}

// The calls of a node, sorted by now.
static struct calls calls_of(const struct printer *p, uint32_t node)
{
    const struct edge_list *list = &p->g->callees;
    return (struct calls){list->edges + list->first[node],
                          list->first[node + 1] - list->first[node]};
}

static void put_node(struct writer *w)
{
    const struct printer *p = w->p;
    uint32_t node = p->g->graph.shown[w->node];
    const struct node_info *info = info_of(p, w->node);
    if (is_named(p, w->node)) {
        sink_putc(w->out, '\n');
        put_record(w, "ob=", &p->objects, info->objfile, RECORD_OBJECT);
        put_record(w, "fl=", &p->files, info->file, RECORD_FILE);
        put_record(w, "fn=", &p->functions, name_of(p, w->node), RECORD_FUNCTION);
    }
    put_address(w, info->address);
    sink_putc(w->out, ' ');
    put_number(w->out, info->line, 0);
    sink_putc(w->out, ' ');
    put_number(w->out, converted(w, node_flat(&p->g->graph.nodes[node])), 0);
    sink_putc(w->out, '\n');
    struct calls calls = calls_of(p, node);
    for (uint32_t i = 0; i < calls.n; i++)
        put_call(w, &p->g->graph.edges.at[calls.edges[i]], RECORD_CALLS + 2 * i);
    w->last = info;
}

enum { NODES_EACH = 256 };

static void put_part(void *context, struct part *part)
{
    const struct printer *p = context;
    uint32_t first = part->index * NODES_EACH, left = p->g->graph.n_shown - first;
    struct writer w = {p, part->out, first, first ? info_of(p, first - 1) : NULL};
    for (uint32_t end = first + (left < NODES_EACH ? left : NODES_EACH); w.node < end; w.node++) {
        put_node(&w);
        part_limit(part);
    }
}

static int cmp_weights(const void *a, const void *b, void *context)
{
    const struct edge *edges = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int64_t wx = i64_abs(edges[x].weight), wy = i64_abs(edges[y].weight);
    return wx != wy ? (wx > wy ? -1 : 1) : (x > y) - (x < y);
}

// Calls of the same weight are told apart by names, which only one thread may make.
static void sort_part(void *context, unsigned part)
{
    struct printer *p = context;
    const struct graph *g = &p->g->graph;
    uint64_t n = g->n_shown;
    for (uint32_t i = (uint32_t)(n * part / SORT_PARTS); i < n * (part + 1) / SORT_PARTS; i++) {
        struct calls calls = calls_of(p, g->shown[i]);
        if (calls.n > 1)
            qsort_r(calls.edges, calls.n, sizeof *calls.edges, cmp_weights, g->edges.at);
        for (uint32_t k = 1; k < calls.n; k++)
            p->tied[g->shown[i]] |= i64_abs(g->edges.at[calls.edges[k]].weight) ==
                                    i64_abs(g->edges.at[calls.edges[k - 1]].weight);
    }
}

static void sort_calls(struct printer *p)
{
    const struct graph *g = &p->g->graph;
    p->tied = arena_zalloc(p->r->arena, g->n_nodes, sizeof *p->tied);
    parallel_run(p->r->job, SORT_PARTS, sort_part, p);
    for (uint32_t i = 0; i < g->n_shown; i++)
        if (p->tied[g->shown[i]])
            report_calls(p->g, &p->g->callees, g->shown[i]);
}

static void number(struct names *names, str_id id, uint32_t node, uint32_t record)
{
    struct name_use *use = &names->uses[id];
    if (id && !use->number)
        *use = (struct name_use){++names->n, node, record};
}

// In the order in which they will be written. What is told of a callee is the same everywhere.
static void number_names(struct printer *p)
{
    const struct graph *g = &p->g->graph;
    bool *called = arena_zalloc(p->r->arena, g->n_nodes, sizeof *called);
    str_id n = strtab_count(&p->strings);
    p->objects.uses = arena_zalloc(p->r->arena, n, sizeof *p->objects.uses);
    p->files.uses = arena_zalloc(p->r->arena, n, sizeof *p->files.uses);
    p->functions.uses = arena_zalloc(p->r->arena, n, sizeof *p->functions.uses);
    for (uint32_t i = 0; i < g->n_shown; i++) {
        if (is_named(p, i)) {
            number(&p->objects, info_of(p, i)->objfile, i, RECORD_OBJECT);
            number(&p->files, info_of(p, i)->file, i, RECORD_FILE);
            number(&p->functions, name_of(p, i), i, RECORD_FUNCTION);
        }
        struct calls calls = calls_of(p, g->shown[i]);
        for (uint32_t k = 0; k < calls.n; k++) {
            uint32_t callee = g->edges.at[calls.edges[k]].dst;
            if (called[callee])
                continue;
            called[callee] = true;
            number(&p->files, p->callees[callee].file, i, RECORD_CALLS + 2 * k);
            number(&p->functions, p->callees[callee].function, i, RECORD_CALLS + 2 * k + 1);
        }
    }
}

// Functions of one name and file have numbers to tell them apart, in the order of their first
// nodes; those of a call tree also by their callers.
struct families {
    struct idmap by_name; // from a file and a name to the family
    VEC(uint32_t) sizes;  // of each family
    uint32_t *family;     // by function's node; UINT32_MAX: not looked up yet
    struct idmap numbers; // from a function and its caller to its number
    uint32_t *functions;  // by node that is shown: the function's node
};

static uint32_t family_of(struct printer *p, struct families *f, uint32_t function)
{
    const struct node_info *info = &p->g->table.infos.at[function];
    uint64_t key = (uint64_t)info->file << 32 | info->name;
    uint32_t *family = &f->family[function];
    if (*family == UINT32_MAX)
        *family = idmap_get(&f->by_name, key);
    if (*family == IDMAP_NONE) {
        *family = (uint32_t)f->sizes.n;
        idmap_add(&f->by_name, key, *family);
        *vec_push(p->r->arena, &f->sizes) = 0;
    }
    return *family;
}

// Of nodes without a caller the function alone, which is small.
static uint64_t member_key(const struct printer *p, uint32_t node, uint32_t function)
{
    uint32_t caller = p->g->graph.nodes[node].parent;
    return (uint64_t)(caller == NO_INDEX ? 0 : caller + 1) << 32 | function;
}

static void find_families(struct printer *p, struct families *f)
{
    const struct graph *g = &p->g->graph;
    struct node_table *t = &p->g->table;
    f->functions = arena_alloc(p->r->arena, g->n_shown * sizeof *f->functions);
    for (uint32_t i = 0; i < g->n_shown; i++)
        f->functions[i] = node_function(t, g->nodes[g->shown[i]].info);
    size_t size = t->infos.n * sizeof *f->family; // there may be more nodes than before
    f->family = memset(arena_alloc(p->r->arena, size), 0xff, size);
    idmap_init(&f->by_name, 0);
    idmap_init(&f->numbers, t->infos.n);
    for (uint32_t i = 0; i < g->n_shown; i++) {
        uint64_t key = member_key(p, g->shown[i], f->functions[i]);
        uint32_t family = family_of(p, f, f->functions[i]);
        if (idmap_get(&f->numbers, key) == IDMAP_NONE)
            idmap_add(&f->numbers, key, f->sizes.at[family]++);
    }
}

static str_id unique_name(struct printer *p, const struct families *f, uint32_t i)
{
    const struct graph *g = &p->g->graph;
    uint32_t node = g->shown[i], size = f->sizes.at[f->family[f->functions[i]]];
    str_id name = p->g->table.infos.at[g->nodes[node].info].name;
    if (size <= 1)
        return name;
    uint32_t number = idmap_get(&f->numbers, member_key(p, node, f->functions[i]));
    char *text = arena_printf(p->r->arena, SPAN_FMT " [%u/%u]",
                              SPAN_ARG(strtab_get(&p->strings, name)), number + 1, size);
    return strtab_add(&p->strings, span_of(text));
}

// A callee that is not shown itself has no name, as in the reference.
static void find_callees(struct printer *p)
{
    const struct graph *g = &p->g->graph;
    struct families f = {0};
    find_families(p, &f);
    p->callees = arena_alloc(p->r->arena, g->n_nodes * sizeof *p->callees);
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        const struct node_info *info = &p->g->table.infos.at[g->nodes[i].info];
        p->callees[i] = (struct callee){info->address, info->line, info->file, 0};
    }
    for (uint32_t i = 0; i < g->n_shown; i++)
        p->callees[g->shown[i]].function = unique_name(p, &f, i);
    idmap_release(&f.by_name);
    idmap_release(&f.numbers);
}

void callgrind_graph(const struct document *d, struct sink *out)
{
    const struct report *r = d->report;
    struct graph_report *g = d->data.graph;
    struct printer p = {.r = r, .g = g};
    uint32_t n = g->graph.n_shown;
    p.conv = unit_conv_of(r->options.unit, g->shown.unit);
    strtab_init(&p.strings, r->arena, &g->table.strings);
    find_callees(&p);
    sort_calls(&p);
    number_names(&p);
    sink_write(out, SPAN("positions: instr line\nevents: "));
    put_record_text(out, r->options.type);
    sink_putc(out, '(');
    put_record_text(out, g->shown.unit);
    sink_write(out, SPAN(")\n"));
    parts_print(out, n / NODES_EACH + (n % NODES_EACH != 0), put_part, &p);
    strtab_release(&p.strings);
}
