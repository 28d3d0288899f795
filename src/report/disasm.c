// SPDX-License-Identifier: Apache-2.0
#include "report/disasm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/radix.h"
#include "symbol/code.h"
#include "symbol/mapping.h"

// A stretch of code, with the nodes that are in it.
struct stretch {
    struct code_symbol symbol;
    struct span path;
    uint64_t base; // of the mapping
    VEC(uint32_t) nodes;
};

struct disassembler {
    const struct report *r;
    struct regex *symbol;
    const struct objdump_options *options;
    struct graph_report g;
    struct radix_item *nodes; // that are shown, by address
    uint64_t address;         // that the expression is, where has_address
    bool has_address;
    VEC(struct stretch) stretches;
    size_t n_found; // symbols, with or without nodes
};

static const struct node_info *info_of(const struct disassembler *d, uint32_t node)
{
    return &d->g.table.infos.at[d->g.graph.nodes[node].info];
}

bool disasm_parse_address(struct span pattern, uint64_t *address)
{
    char text[72], *end;
    if (pattern.n == 0 || pattern.n >= sizeof text || *pattern.at < '0' || *pattern.at > '9')
        return false;
    memcpy(text, pattern.at, pattern.n);
    text[pattern.n] = '\0';
    bool binary = text[0] == '0' && (text[1] == 'b' || text[1] == 'B');
    bool octal = text[0] == '0' && (text[1] == 'o' || text[1] == 'O');
    errno = 0;
    *address = strtoull(text + (binary || octal ? 2 : 0), &end, binary ? 2 : octal ? 8 : 0);
    return *end == '\0' && errno == 0;
}

// By file of a binary: whether a node in it matches.
static bool *match_files(struct disassembler *d)
{
    bool *matched = arena_zalloc(d->r->arena, strtab_count(&d->g.table.strings), sizeof *matched);
    for (uint32_t i = 0; i < d->g.graph.n_shown; i++) {
        uint32_t node = d->g.graph.shown[i];
        const struct node_info *info = info_of(d, node);
        if (info->objfile && !matched[info->objfile])
            matched[info->objfile] =
                regex_match(d->symbol, node_name(&d->g.table, d->g.graph.nodes[node].info));
    }
    return matched;
}

static bool is_in(const struct mapping *m, uint64_t address)
{
    return address >= m->start && address < m->limit;
}

// The base by the first node of the mapping; false where there is none.
static bool find_base(const struct disassembler *d, const struct mapping *m,
                      const struct opened *opened, uint64_t *base)
{
    struct err ignored;
    for (uint32_t i = 0; i < d->g.graph.n_shown; i++) {
        uint64_t address = info_of(d, d->g.graph.shown[i])->address;
        if (is_in(m, address) &&
            mapped_base(&opened->mapped, binary_elf(opened->binary), address, base, &ignored) == 0)
            return true;
    }
    return false;
}

static void sort_nodes(struct disassembler *d)
{
    uint32_t n = d->g.graph.n_shown;
    d->nodes = arena_alloc(d->r->arena, n * sizeof *d->nodes);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t node = d->g.graph.shown[i];
        d->nodes[i] = (struct radix_item){.high = info_of(d, node)->address, .index = node};
    }
    radix_sort(d->nodes, arena_alloc(d->r->arena, n * sizeof *d->nodes), n);
}

// The first of the sorted nodes that is not before an address.
static uint32_t node_from(const struct disassembler *d, uint64_t address)
{
    uint32_t first = 0, n = d->g.graph.n_shown;
    while (n) {
        uint32_t half = n / 2;
        bool before = d->nodes[first + half].high < address;
        first += before ? half + 1 : 0;
        n = before ? n - half - 1 : half;
    }
    return first;
}

static void take_symbols(struct disassembler *d, const struct mapping *m,
                         const struct code_symbols *symbols, struct span path, uint64_t base)
{
    struct arena *arena = d->r->arena;
    for (size_t i = 0; i < symbols->all.n; i++) {
        struct stretch s = {.symbol = symbols->all.at[i], .path = path, .base = base};
        uint32_t k = node_from(d, base + s.symbol.start);
        for (; k < d->g.graph.n_shown && d->nodes[k].high - base < s.symbol.end; k++)
            if (is_in(m, d->nodes[k].high))
                *vec_push(arena, &s.nodes) = d->nodes[k].index;
        if (s.nodes.n)
            *vec_push(arena, &d->stretches) = s;
    }
}

// Symbols borrow the file's bytes: copies of their names stay.
static void keep_names(struct code_symbols *symbols, struct arena *arena)
{
    for (size_t i = 0; i < symbols->all.n; i++) {
        struct code_symbol *s = &symbols->all.at[i];
        struct span *names = arena_alloc(arena, s->n_names * sizeof *names);
        for (size_t k = 0; k < s->n_names; k++)
            names[k] = arena_span(arena, s->names[k]);
        s->names = names;
    }
}

static void look_into(struct disassembler *d, const struct mapping *m)
{
    struct arena *arena = d->r->arena;
    const char *path = arena_cstr(arena, profile_str(d->r->profile, m->file));
    struct code_symbols symbols = {0};
    struct opened opened;
    struct err err;
    uint64_t base;
    if (d->options->shut)
        err_set(&err, "the option symbolize says that binaries are not read");
    if (d->options->shut || mapping_open_same(d->r->profile, m, path, &opened, &err)) {
        job_note(d->r->job, arena_printf(arena, "cannot disassemble '%s': %s", path, err.text));
        return;
    }
    code_find(binary_elf(opened.binary), d->symbol, d->has_address ? d->address : 0, arena,
              &symbols);
    keep_names(&symbols, arena);
    d->n_found += symbols.all.n;
    if (find_base(d, m, &opened, &base))
        take_symbols(d, m, &symbols, span_of(path), base);
    binary_close(opened.binary);
}

static void find_stretches(struct disassembler *d)
{
    const struct profile *p = d->r->profile;
    bool *matched = match_files(d);
    for (uint32_t i = 0; i < p->n_mappings && !job_stopped(d->r->job); i++) {
        const struct mapping *m = &p->mappings[i];
        bool has_address = d->has_address && m->start <= d->address && d->address <= m->limit;
        if (m->file && (matched[m->file] || has_address))
            look_into(d, m);
    }
}

static int cmp_stretches(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    int order = span_cmp(x->symbol.names[0], y->symbol.names[0]);
    return order ? order
                 : (x->symbol.start > y->symbol.start) - (x->symbol.start < y->symbol.start);
}

static int cmp_nodes(const void *a, const void *b, void *context)
{
    const struct disassembler *d = context;
    uint64_t x = info_of(d, *(const uint32_t *)a)->address;
    uint64_t y = info_of(d, *(const uint32_t *)b)->address;
    return x != y ? (x > y) - (x < y)
                  : (*(const uint32_t *)a > *(const uint32_t *)b) -
                        (*(const uint32_t *)a < *(const uint32_t *)b);
}

// The weights of the nodes from *next on that are before an address.
static void sum_line(const struct disassembler *d, const struct stretch *s, size_t *next,
                     uint64_t before, struct disasm_line *line)
{
    struct node sum = {0};
    for (; *next < s->nodes.n; ++*next) {
        const struct node *n = &d->g.graph.nodes[s->nodes.at[*next]];
        const struct node_info *info = info_of(d, s->nodes.at[*next]);
        if (info->address - s->base >= before)
            break;
        sum.flat += n->flat;
        sum.flat_div += n->flat_div;
        sum.cum += n->cum;
        sum.cum_div += n->cum_div;
        if (line->file.n == 0 && info->file)
            line->file = path_base(node_str(&d->g.table, info->file));
        if (line->line == 0)
            line->line = info->line;
        if (line->function.n == 0)
            line->function = node_str(&d->g.table, info->name);
    }
    line->flat = node_flat(&sum);
    line->cum = node_cum(&sum);
}

static int disassemble(struct disassembler *d, struct stretch *s, struct disasm_routine *routine,
                       struct err *err)
{
    struct arena *arena = d->r->arena;
    struct instructions in = {0};
    const char *path = arena_cstr(arena, s->path);
    *routine = (struct disasm_routine){
        .names = s->symbol.names, .n_names = s->symbol.n_names, .binary = s->path};
    if (objdump_run(path, s->symbol.start, s->symbol.end, d->options, d->r->job, arena, &in, err))
        return -1;
    qsort_r(s->nodes.at, s->nodes.n, sizeof *s->nodes.at, cmp_nodes, d);
    for (size_t i = 0; i < s->nodes.n; i++) {
        routine->flat += node_flat(&d->g.graph.nodes[s->nodes.at[i]]);
        routine->cum += node_cum(&d->g.graph.nodes[s->nodes.at[i]]);
    }
    routine->lines = arena_alloc(arena, (in.all.n + 1) * sizeof *routine->lines);
    size_t next = 0;
    for (size_t i = 0; i < in.all.n; i++) {
        const struct instruction *at = &in.all.at[i];
        struct disasm_line *line = &routine->lines[routine->n_lines++];
        uint64_t before = i + 1 < in.all.n ? in.all.at[i + 1].address : UINT64_MAX;
        *line = (struct disasm_line){
            .address = at->address, .text = at->text, .function = at->function, .line = at->line};
        if (at->file.n)
            line->file = path_base(at->file);
        sum_line(d, s, &next, before, line);
    }
    return 0;
}

static int nothing_found(const struct disassembler *d, struct err *err)
{
    if (regex_check(d->symbol, err))
        return -1;
    if (!d->has_address)
        return err_set(err, "no matches found for regexp: " SPAN_FMT,
                       SPAN_ARG(regex_pattern(d->symbol)));
    if (d->n_found == 0)
        return err_set(err, "no matches found for address 0x%" PRIx64, d->address);
    return err_set(err,
                   "address 0x%" PRIx64 " is in a binary, but what is there has no samples in the "
                   "profile",
                   d->address);
}

static int disassemble_all(struct disassembler *d, struct disasm *out, struct err *err)
{
    find_stretches(d);
    if (d->stretches.n == 0)
        return nothing_found(d, err);
    qsort(d->stretches.at, d->stretches.n, sizeof *d->stretches.at, cmp_stretches);
    out->routines = arena_alloc(d->r->arena, d->stretches.n * sizeof *out->routines);
    for (size_t i = 0; i < d->stretches.n; i++)
        if (disassemble(d, &d->stretches.at[i], &out->routines[out->n_routines++], err))
            return -1;
    return 0;
}

int report_disasm(const struct report *r, struct regex *symbol,
                  const struct objdump_options *options, struct disasm *out, struct err *err)
{
    struct disassembler d = {.r = r, .symbol = symbol, .options = options};
    *out = (struct disasm){0};
    d.has_address = disasm_parse_address(regex_pattern(symbol), &d.address);
    report_graph(r, EDGES_NONE, NULL, &d.g);
    sort_nodes(&d);
    int status = disassemble_all(&d, out, err);
    graph_report_release(&d.g);
    return status;
}
