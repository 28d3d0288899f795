// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/put.h"

#include "base/idmap.h"

// Layout: https://valgrind.org/docs/manual/cl-format.html, with names and addresses compressed as
// google/pprof does.

// Names that were written already: the second time a number does.
struct names {
    uint32_t *numbers; // by string, from 1; 0: not written yet
    uint32_t n;
};

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
    struct sink *out;
    struct names objects, files, functions;
    struct strtab strings;  // of function names that were made unique
    struct callee *callees; // by node
    const struct node_info *last;
    str_id last_name;
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

static void put_known_name(struct printer *p, struct names *names, str_id id)
{
    bool known = id && names->numbers[id];
    if (id == 0)
        return;
    if (!known)
        names->numbers[id] = ++names->n;
    sink_putc(p->out, '(');
    put_unsigned(p->out, names->numbers[id]);
    sink_putc(p->out, ')');
    if (known)
        return;
    sink_putc(p->out, ' ');
    put_record_text(p->out, strtab_get(&p->strings, id));
}

static void put_record(struct printer *p, const char *key, struct names *names, str_id id)
{
    sink_write(p->out, span_of(key));
    sink_putc(p->out, '=');
    put_known_name(p, names, id);
    sink_putc(p->out, '\n');
}

static unsigned digits(uint64_t value, unsigned base)
{
    unsigned n = 1;
    for (; value >= base; value /= base)
        n++;
    return n;
}

// As the distance from the last one where that is shorter.
static void put_address(struct printer *p, uint64_t address)
{
    if (p->last && p->last->address == address) {
        sink_putc(p->out, '*');
        return;
    }
    int64_t distance = p->last ? (int64_t)(address - p->last->address) : 0;
    uint64_t length = distance < 0 ? -(uint64_t)distance : (uint64_t)distance;
    if (!p->last || digits(length, 10) + 1 >= digits(address, 16) + 2) {
        put_hex(p->out, address);
        return;
    }
    sink_putc(p->out, distance < 0 ? '-' : '+');
    put_unsigned(p->out, length);
}

static int64_t converted(const struct printer *p, int64_t value)
{
    return i64_cut(unit_convert(&p->conv, value).value);
}

static void put_call(struct printer *p, const struct edge *e)
{
    const struct callee *callee = &p->callees[e->dst];
    put_record(p, "cfl", &p->files, callee->file);
    put_record(p, "cfn", &p->functions, callee->function);
    sink_write(p->out, SPAN("calls=0 "));
    put_address(p, callee->address);
    sink_putc(p->out, ' ');
    put_number(p->out, callee->line, 0);
    sink_write(p->out, SPAN("\n* * "));
    put_number(p->out, converted(p, edge_weight(e)), 0);
    sink_putc(p->out, '\n');
}

static void put_node(struct printer *p, uint32_t node)
{
    const struct graph *g = &p->g->graph;
    const struct node *n = &g->nodes[node];
    const struct node_info *info = &p->g->table.infos.at[n->info];
    const struct node_info *last = p->last;
    str_id name = info->name ? p->callees[node].function : 0;
    if (!last || info->objfile != last->objfile || info->file != last->file ||
        name != p->last_name) {
        sink_putc(p->out, '\n');
        put_record(p, "ob", &p->objects, info->objfile);
        put_record(p, "fl", &p->files, info->file);
        put_record(p, "fn", &p->functions, name);
    }
    put_address(p, info->address);
    sink_putc(p->out, ' ');
    put_number(p->out, info->line, 0);
    sink_putc(p->out, ' ');
    put_number(p->out, converted(p, node_flat(n)), 0);
    sink_putc(p->out, '\n');
    struct calls calls = report_calls(p->g, &p->g->callees, node);
    for (uint32_t i = 0; i < calls.n; i++)
        put_call(p, &g->edges.at[calls.edges[i]]);
    p->last = info;
    p->last_name = name;
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
    struct printer p = {.r = r, .g = g, .out = out};
    p.conv = unit_conv_of(r->options.unit, g->shown.unit);
    strtab_init(&p.strings, r->arena, &g->table.strings);
    find_callees(&p);
    str_id n_strings = strtab_count(&p.strings);
    p.objects.numbers = arena_zalloc(r->arena, n_strings, sizeof(uint32_t));
    p.files.numbers = arena_zalloc(r->arena, n_strings, sizeof(uint32_t));
    p.functions.numbers = arena_zalloc(r->arena, n_strings, sizeof(uint32_t));
    sink_write(out, SPAN("positions: instr line\nevents: "));
    put_record_text(out, r->options.type);
    sink_putc(out, '(');
    put_record_text(out, g->shown.unit);
    sink_write(out, SPAN(")\n"));
    for (uint32_t i = 0; i < g->graph.n_shown; i++)
        put_node(&p, g->graph.shown[i]);
    strtab_release(&p.strings);
}
