// SPDX-License-Identifier: Apache-2.0
#include "graph/node.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/path.h"

static bool same_info(const void *context, uint32_t entry, const void *key)
{
    const struct node_table *t = context;
    return memcmp(&t->infos.at[entry], key, sizeof(struct node_info)) == 0;
}

static uint32_t add(struct node_table *t, const struct node_info *info)
{
    *vec_push(t->arena, &t->infos) = *info;
    return (uint32_t)t->infos.n - 1;
}

static uint32_t intern(struct node_table *t, struct hash_index *index, const struct node_info *info,
                       uint64_t hash)
{
    uint32_t node = hash_find(index, hash, same_info, t, info);
    if (node != HASH_NONE)
        return node;
    hash_add(index, hash, (uint32_t)t->infos.n);
    return add(t, info);
}

// Cleared whole, since infos are compared by their bytes.
static void clear_info(struct node_info *info)
{
    memset(info, 0, sizeof *info);
}

// A place of the table's that waits for its node, so that memory is asked for that of several.
enum { WAITING_MAX = 32 };
struct waiting {
    struct node_info info;
    uint64_t hash;
    uint32_t *node, *known; // known: where else to put it, or NULL
};

struct builder {
    struct node_table *t;
    struct hash_index index; // of the nodes
    const struct profile *p;
    const struct detail *d;
    str_id *files; // by function: the clean file name, or HASH_NONE: not yet
    uint32_t
        *nodes;   // by function or by its name: its node, or NO_INDEX: not yet, or it has several
    bool by_name; // a name is a node
    struct waiting waiting[WAITING_MAX];
    unsigned n_waiting;
};

static void find_waiting(struct builder *b)
{
    for (unsigned i = 0; i < b->n_waiting; i++) {
        const struct waiting *w = &b->waiting[i];
        *w->node = intern(b->t, &b->index, &w->info, w->hash);
        if (w->known)
            *w->known = *w->node;
    }
    b->n_waiting = 0;
}

static void put_node(struct builder *b, const struct node_info *info, uint32_t *node,
                     uint32_t *known)
{
    uint64_t hash = hash_bytes(info, sizeof *info);
    hash_prefetch(&b->index, hash);
    b->waiting[b->n_waiting++] = (struct waiting){*info, hash, node, known};
    if (b->n_waiting == WAITING_MAX)
        find_waiting(b);
}

static str_id clean_file(struct builder *b, uint32_t function)
{
    if (b->files[function] != HASH_NONE)
        return b->files[function];
    struct span file = profile_str(b->p, b->p->functions[function].filename);
    if (b->d->clean_paths)
        file = path_trim(file, b->d->trim_path, b->d->source_path);
    if (file.n)
        file = path_clean(b->t->arena, file);
    return b->files[function] = strtab_add_borrowed(&b->t->strings, file);
}

static str_id objfile_of(const struct builder *b, const struct location *loc)
{
    return loc->mapping == NO_INDEX ? 0 : b->p->mappings[loc->mapping].file;
}

static void put_bare_node(struct builder *b, const struct location *loc, uint32_t *node)
{
    struct node_info info;
    clear_info(&info);
    info.address = b->d->address ? loc->address : 0;
    info.objfile = objfile_of(b, loc);
    put_node(b, &info, node, NULL);
}

static void put_line_node(struct builder *b, const struct location *loc, const struct line *line,
                          uint32_t *node)
{
    const struct detail *d = b->d;
    const struct function *f = &b->p->functions[line->function];
    bool whole = d->function && f->name && !d->address && !d->line && !d->obj_names;
    uint32_t *known = &b->nodes[b->by_name ? f->name : line->function];
    if (whole && *known != NO_INDEX) {
        *node = *known;
        return;
    }
    struct node_info info;
    clear_info(&info);
    info.address = d->address ? loc->address : 0;
    info.line = d->line ? line->line : 0;
    info.column = info.line && d->column ? line->column : 0;
    info.name = d->function ? f->name : 0;
    info.file = d->filename ? clean_file(b, line->function) : 0;
    // Entries are told apart by what their names show, and not by more.
    if (d->obj_names || (info.name == 0 && info.file == 0 && info.line == 0))
        info.objfile = objfile_of(b, loc);
    if (d->obj_names)
        info.start_line = f->start_line;
    if (whole && b->by_name) {
        find_waiting(b); // they come first
        *node = *known = add(b->t, &info);
    } else {
        put_node(b, &info, node, whole ? known : NULL);
    }
}

static size_t count_nodes(const struct profile *p)
{
    size_t n = 0;
    for (uint32_t i = 0; i < p->n_locations; i++)
        n += p->locations[i].n_lines ? p->locations[i].n_lines : 1;
    return n;
}

// The functions of lines that come soon.
static inline __attribute__((always_inline)) void prefetch_functions(const struct builder *b,
                                                                     const struct location *loc)
{
    enum { AHEAD = 24 };
    const struct profile *p = b->p;
    uint32_t end = loc->line + AHEAD + loc->n_lines;
    for (uint32_t i = loc->line + AHEAD; i < end && i < p->n_lines; i++)
        __builtin_prefetch(&p->functions[p->lines[i].function]);
}

static uint32_t add_location(struct builder *b, const struct location *loc, uint32_t at)
{
    const struct line *lines = b->p->lines + loc->line;
    uint32_t first = b->d->no_inlines && loc->n_lines ? loc->n_lines - 1 : 0;
    if (loc->n_lines == 0 && !loc->hidden)
        put_bare_node(b, loc, &b->t->nodes[at++]);
    for (uint32_t i = first; i < loc->n_lines; i++)
        put_line_node(b, loc, &lines[i], &b->t->nodes[at++]);
    prefetch_functions(b, loc);
    return at;
}

void node_table_init(struct node_table *t, const struct profile *p, const struct detail *d,
                     const struct job *job, struct arena *arena)
{
    *t = (struct node_table){.arena = arena, .job = job, .cut = p->cut_lines && !d->no_inlines};
    strtab_init(&t->strings, arena, p->strings);
    t->first = arena_alloc(arena, ((size_t)p->n_locations + 1) * sizeof *t->first);
    t->nodes = arena_zalloc(arena, count_nodes(p) + NODES_AT_ONCE, sizeof *t->nodes);
    struct builder b = {.t = t, .p = p, .d = d, .by_name = d->function && !d->filename};
    size_t n = b.by_name ? strtab_count(p->strings) : p->n_functions;
    b.files = arena_alloc(arena, p->n_functions * sizeof *b.files);
    b.nodes = arena_alloc(arena, n * sizeof *b.nodes);
    memset(b.files, 0xff, p->n_functions * sizeof *b.files);
    memset(b.nodes, 0xff, n * sizeof *b.nodes);
    if (!d->address && !d->line) // there are not many more nodes than functions
        vec_room(arena, &t->infos, p->n_functions);
    uint32_t at = 0;
    t->apart = true;
    for (uint32_t i = 0; i < p->n_locations; i++) {
        t->first[i] = at;
        at = add_location(&b, &p->locations[i], at);
        t->apart &= at > t->first[i];
    }
    find_waiting(&b);
    hash_release(&b.index);
    t->first[p->n_locations] = at;
    t->apart &= t->infos.n == at;
}

void node_table_release(struct node_table *t)
{
    strtab_release(&t->strings);
}

static void add_place(const struct node_table *t, const struct node_info *info, struct buf *out)
{
    struct span file = node_str(t, info->file);
    struct span objfile = node_str(t, info->objfile);
    bool begun = out->n > 0;
    if (begun && (info->line || file.n))
        buf_addc(out, ' ');
    if (info->line) {
        buf_add(out, file);
        buf_printf(out, ":%" PRId64, info->line);
        if (info->column)
            buf_printf(out, ":%" PRId64, info->column);
    } else if (file.n) {
        buf_add(out, file);
    } else if (info->name == 0) {
        struct span base = path_base(objfile);
        buf_add(out, begun ? SPAN(" ") : SPAN(""));
        if (objfile.n)
            buf_printf(out, "[" SPAN_FMT "]", SPAN_ARG(base));
        else
            buf_add(out, SPAN("<unknown>"));
    }
}

struct span node_name(struct node_table *t, uint32_t node)
{
    if (!t->names)
        t->names = arena_zalloc(t->arena, t->infos.n, sizeof *t->names);
    if (t->names[node].at)
        return t->names[node];
    const struct node_info *info = &t->infos.at[node];
    bool name_only = info->name && !info->address && !info->line && !info->file;
    if (name_only)
        return t->names[node] = node_str(t, info->name);
    struct buf name = {0};
    if (info->address)
        buf_printf(&name, "%016" PRIx64, info->address);
    if (info->address && info->name)
        buf_addc(&name, ' ');
    buf_add(&name, node_str(t, info->name));
    add_place(t, info, &name);
    t->names[node] = arena_span(t->arena, buf_span(&name));
    buf_release(&name);
    return t->names[node];
}

static int three_way(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

// Orders what stands at the same place of two names; 0 where what follows may tell.
static int cmp_parts(const struct node_table *t, str_id a, str_id b)
{
    struct span x = node_str(t, a), y = node_str(t, b);
    size_t n = x.n < y.n ? x.n : y.n;
    return a == b || n == 0 ? 0 : memcmp(x.at, y.at, n);
}

int node_cmp_names(struct node_table *t, uint32_t a, uint32_t b)
{
    const struct node_info *x = &t->infos.at[a], *y = &t->infos.at[b];
    if (a == b)
        return 0;
    if (x->address && y->address && x->address != y->address)
        return three_way(x->address, y->address);
    // Most names are told apart without making them.
    int order = 0;
    if (x->address == y->address && x->name && y->name)
        order = cmp_parts(t, x->name, y->name);
    if (order == 0 && x->address == y->address && x->name == y->name && x->line && y->line)
        order = cmp_parts(t, x->file, y->file);
    return order ? order : span_cmp(node_name(t, a), node_name(t, b));
}

int node_cmp_rest(const struct node_table *t, uint32_t a, uint32_t b)
{
    const struct node_info *x = &t->infos.at[a], *y = &t->infos.at[b];
    int order = three_way((uint64_t)x->start_line, (uint64_t)y->start_line);
    return order ? order : span_cmp(node_str(t, x->objfile), node_str(t, y->objfile));
}
