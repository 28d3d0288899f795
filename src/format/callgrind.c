// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

#include "base/idmap.h"

// Layout: https://valgrind.org/docs/manual/cl-format.html, with names and addresses compressed as
// google/pprof does.

// Names that were written already, by string: the second time a number does.
struct names {
    struct idmap numbers;
    uint32_t n;
};

struct printer {
    const struct report *r;
    struct graph_report *g;
    struct unit_conv conv;
    struct sink *out;
    struct names objects, files, functions;
    struct strtab strings; // of function names that were made unique
    str_id *unique;        // by node: its function's name, unlike that of any other function
    const struct node_info *last;
};

// A line break would end the record.
static void put_record_text(struct sink *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c == 0x7f)
            sink_printf(out, "\\x%02x", c);
        else
            sink_putc(out, (char)c);
    }
}

static void put_known_name(struct printer *p, struct names *names, str_id id)
{
    uint32_t number = idmap_get(&names->numbers, id);
    if (id == 0)
        return;
    if (number != IDMAP_NONE) {
        sink_putc(p->out, '(');
        put_unsigned(p->out, number);
        sink_putc(p->out, ')');
        return;
    }
    idmap_add(&names->numbers, id, ++names->n);
    sink_printf(p->out, "(%u) ", names->n);
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
    return i64_of(unit_convert(&p->conv, value).value);
}

static void put_call(struct printer *p, const struct edge *e)
{
    const struct graph *g = &p->g->graph;
    const struct node_info *callee = &p->g->table.infos.at[g->nodes[e->dst].info];
    put_record(p, "cfl", &p->files, callee->file);
    put_record(p, "cfn", &p->functions, p->unique[e->dst]);
    sink_write(p->out, SPAN("calls=0 "));
    put_address(p, callee->address);
    sink_putc(p->out, ' ');
    put_number(p->out, callee->line, 0);
    sink_write(p->out, SPAN("\n* * "));
    put_number(p->out, converted(p, e->weight), 0);
    sink_putc(p->out, '\n');
}

static void put_node(struct printer *p, uint32_t node)
{
    const struct graph *g = &p->g->graph;
    const struct node *n = &g->nodes[node];
    const struct node_info *info = &p->g->table.infos.at[n->info];
    const struct node_info *last = p->last;
    if (!last || info->objfile != last->objfile || info->file != last->file ||
        info->name != last->name) {
        sink_putc(p->out, '\n');
        put_record(p, "ob", &p->objects, info->objfile);
        put_record(p, "fl", &p->files, info->file);
        put_record(p, "fn", &p->functions, info->name);
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
}

// Functions of one name and file: told apart by a number.
struct family {
    struct idmap members; // from a function's node and its caller to its number
    uint32_t n;
};

static uint64_t function_key(struct printer *p, uint32_t node)
{
    const struct node *n = &p->g->graph.nodes[node];
    return (uint64_t)n->parent << 32 | node_function(&p->g->table, n->info);
}

static uint64_t family_key(const struct printer *p, uint32_t node)
{
    const struct node_info *info = &p->g->table.infos.at[p->g->graph.nodes[node].info];
    return (uint64_t)info->file << 32 | info->name;
}

static str_id unique_name(struct printer *p, const struct family *family, uint32_t node)
{
    str_id name = p->g->table.infos.at[p->g->graph.nodes[node].info].name;
    if (family->n <= 1)
        return name;
    uint32_t number = idmap_get(&family->members, function_key(p, node));
    char *text = arena_printf(p->r->arena, SPAN_FMT " [%u/%u]",
                              SPAN_ARG(strtab_get(&p->strings, name)), number + 1, family->n);
    return strtab_add(&p->strings, span_of(text));
}

static void make_unique(struct printer *p)
{
    const struct graph *g = &p->g->graph;
    VEC(struct family) families = {0};
    struct idmap index;
    idmap_init(&index, 0);
    for (uint32_t i = 0; i < g->n_shown; i++) {
        uint64_t key = family_key(p, g->shown[i]), member = function_key(p, g->shown[i]);
        uint32_t at = idmap_get(&index, key);
        if (at == IDMAP_NONE) {
            at = (uint32_t)families.n;
            idmap_add(&index, key, at);
            struct family *fresh = vec_push(p->r->arena, &families);
            fresh->n = 0;
            idmap_init(&fresh->members, 0);
        }
        struct family *family = &families.at[at];
        if (idmap_get(&family->members, member) == IDMAP_NONE)
            idmap_add(&family->members, member, family->n++);
    }
    // A callee that is not shown itself has no name, as in the reference.
    p->unique = arena_zalloc(p->r->arena, g->n_nodes, sizeof *p->unique);
    for (uint32_t i = 0; i < g->n_shown; i++)
        p->unique[g->shown[i]] = unique_name(
            p, &families.at[idmap_get(&index, family_key(p, g->shown[i]))], g->shown[i]);
    for (size_t i = 0; i < families.n; i++)
        idmap_release(&families.at[i].members);
    idmap_release(&index);
}

void format_callgrind(const struct report *r, struct graph_report *g, struct sink *out)
{
    struct printer p = {.r = r, .g = g, .out = out};
    p.conv = unit_conv_of(r->options.unit, r->options.output_unit);
    idmap_init(&p.objects.numbers, 0);
    idmap_init(&p.files.numbers, 0);
    idmap_init(&p.functions.numbers, 0);
    strtab_init(&p.strings, r->arena, &g->table.strings);
    make_unique(&p);
    sink_write(out, SPAN("positions: instr line\nevents: "));
    put_record_text(out, r->options.type);
    sink_putc(out, '(');
    put_record_text(out, r->options.output_unit);
    sink_write(out, SPAN(")\n"));
    for (uint32_t i = 0; i < g->graph.n_shown; i++)
        put_node(&p, g->graph.shown[i]);
    idmap_release(&p.objects.numbers);
    idmap_release(&p.files.numbers);
    idmap_release(&p.functions.numbers);
    strtab_release(&p.strings);
}
