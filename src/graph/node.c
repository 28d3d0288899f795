// SPDX-License-Identifier: Apache-2.0
#include "graph/node.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/parallel.h"
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
    str_id *files; // by file name: the clean one, or HASH_NONE: not yet
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

static void clean_file(struct builder *b, str_id filename)
{
    struct span file = profile_str(b->p, filename);
    if (b->files[filename] != HASH_NONE)
        return;
    if (b->d->clean_paths)
        file = path_trim(file, b->d->trim_path, b->d->source_path);
    if (file.n)
        file = path_clean(b->t->arena, file);
    b->files[filename] = strtab_add_borrowed(&b->t->strings, file);
}

static str_id objfile_of(const struct builder *b, const struct location *loc)
{
    return loc->mapping == NO_INDEX ? 0 : b->p->mappings[loc->mapping].file;
}

static void fill_bare(const struct builder *b, const struct location *loc, struct node_info *info)
{
    clear_info(info);
    info->address = b->d->address ? loc->address : 0;
    info->objfile = objfile_of(b, loc);
}

// The function's file has to be clean already, where it is a part of nodes.
static void fill_line(const struct builder *b, const struct location *loc, const struct line *line,
                      struct node_info *info)
{
    const struct detail *d = b->d;
    const struct function *f = &b->p->functions[line->function];
    clear_info(info);
    info->address = d->address ? loc->address : 0;
    info->line = d->line ? line->line : 0;
    info->column = info->line && d->column ? line->column : 0;
    info->name = d->function ? f->name : 0;
    info->file = d->filename ? b->files[f->filename] : 0;
    // Entries are told apart by what their names show, and not by more.
    if (d->obj_names || (info->name == 0 && info->file == 0 && info->line == 0))
        info->objfile = objfile_of(b, loc);
    if (d->obj_names)
        info->start_line = f->start_line;
}

static void put_bare_node(struct builder *b, const struct location *loc, uint32_t *node)
{
    struct node_info info;
    fill_bare(b, loc, &info);
    put_node(b, &info, node, NULL);
}

static void put_line_node(struct builder *b, const struct location *loc, const struct line *line,
                          uint32_t *node)
{
    const struct detail *d = b->d;
    const struct function *f = &b->p->functions[line->function];
    bool whole = d->function && f->name && !d->obj_names;
    uint32_t *known = &b->nodes[b->by_name ? f->name : line->function];
    struct node_info info;
    if (whole && *known != NO_INDEX) {
        *node = *known;
        return;
    }
    if (d->filename)
        clean_file(b, f->filename);
    fill_line(b, loc, line, &info);
    if (whole && b->by_name) {
        find_waiting(b); // they come first
        *node = *known = add(b->t, &info);
    } else {
        put_node(b, &info, node, whole ? known : NULL);
    }
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

static void add_location(struct builder *b, const struct location *loc, uint32_t at)
{
    const struct line *lines = b->p->lines + loc->line;
    uint32_t first = b->d->no_inlines && loc->n_lines ? loc->n_lines - 1 : 0;
    if (loc->n_lines == 0 && !loc->hidden)
        put_bare_node(b, loc, &b->t->nodes[at]);
    for (uint32_t i = first; i < loc->n_lines; i++)
        put_line_node(b, loc, &lines[i], &b->t->nodes[at++]);
    prefetch_functions(b, loc);
}

static void add_locations(struct builder *b)
{
    const struct profile *p = b->p;
    size_t n = b->by_name ? strtab_count(p->strings) : p->n_functions;
    vec_room(b->t->arena, &b->t->infos, p->n_functions); // there are not many more nodes
    b->nodes = arena_alloc(b->t->arena, n * sizeof *b->nodes);
    memset(b->nodes, 0xff, n * sizeof *b->nodes);
    for (uint32_t i = 0; i < p->n_locations; i++)
        add_location(b, &p->locations[i], b->t->first[i]);
    find_waiting(b);
}

// Where nearly every place has a node of its own, as lines and addresses do: places are filled in
// blocks, on all threads, and then looked up.
struct block {
    struct builder *b;
    uint32_t first, end; // of locations
    unsigned n_parts;
    VEC(uint64_t) hashes; // of its places, which come after the nodes
};

enum { BLOCK_PLACES = 65536, PART_PLACES = 2048 };

static void fill_part(void *context, unsigned part)
{
    const struct block *block = context;
    const struct builder *b = block->b;
    const struct node_table *t = b->t;
    uint32_t n = block->end - block->first;
    uint32_t i = block->first + (uint32_t)parallel_begin(n, part, block->n_parts);
    uint32_t end = block->first + (uint32_t)parallel_begin(n, part + 1, block->n_parts);
    for (; i < end; i++) {
        const struct location *loc = &b->p->locations[i];
        const struct line *lines = b->p->lines + loc->line + loc->n_lines;
        uint32_t n_places = t->first[i + 1] - t->first[i];
        uint32_t at = t->first[i] - t->first[block->first];
        struct node_info *info = t->infos.at + t->infos.n + at;
        for (uint32_t k = 0; k < n_places; k++, info++) {
            if (loc->n_lines)
                fill_line(b, loc, lines - n_places + k, info);
            else
                fill_bare(b, loc, info);
            block->hashes.at[at + k] = hash_bytes(info, sizeof *info);
        }
        prefetch_functions(b, loc);
    }
}

// Those that are new move up to the nodes.
static void find_places(struct block *block, uint32_t n_places)
{
    enum { AHEAD = 16 };
    struct node_table *t = block->b->t;
    struct hash_index *index = &block->b->index;
    const struct node_info *info = t->infos.at + t->infos.n;
    uint32_t *nodes = t->nodes + t->first[block->first];
    for (uint32_t i = 0; i < n_places; i++, info++) {
        uint64_t hash = block->hashes.at[i];
        if (i + AHEAD < n_places)
            hash_prefetch(index, block->hashes.at[i + AHEAD]);
        nodes[i] = hash_find(index, hash, same_info, t, info);
        if (nodes[i] != HASH_NONE)
            continue;
        nodes[i] = (uint32_t)t->infos.n++;
        hash_add(index, hash, nodes[i]);
        if (&t->infos.at[nodes[i]] != info)
            t->infos.at[nodes[i]] = *info;
    }
}

static void add_blocks(struct builder *b)
{
    const struct node_table *t = b->t;
    struct arena own = {0};
    struct block block = {.b = b};
    hash_reserve(&b->index, t->first[b->p->n_locations]);
    for (uint32_t i = 0; b->d->filename && i < b->p->n_functions; i++)
        clean_file(b, b->p->functions[i].filename);
    for (; block.first < b->p->n_locations; block.first = block.end) {
        uint32_t first = t->first[block.first];
        for (block.end = block.first + 1;
             block.end < b->p->n_locations && t->first[block.end + 1] - first <= BLOCK_PLACES;)
            block.end++;
        uint32_t n_places = t->first[block.end] - first;
        unsigned threads = parallel_threads(t->job);
        block.n_parts = n_places / PART_PLACES + 1;
        block.n_parts = block.n_parts < threads ? block.n_parts : threads;
        vec_room(b->t->arena, &b->t->infos, n_places);
        vec_room(&own, &block.hashes, n_places);
        parallel_run(t->job, block.n_parts, fill_part, &block);
        find_places(&block, n_places);
    }
    arena_release(&own);
}

// Where the places of each location begin.
static void lay_out(struct node_table *t, const struct profile *p, const struct detail *d)
{
    uint32_t at = 0;
    bool any = true;
    t->first = arena_alloc(t->arena, ((size_t)p->n_locations + 1) * sizeof *t->first);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        const struct location *loc = &p->locations[i];
        t->first[i] = at;
        at += loc->n_lines == 0 ? !loc->hidden : d->no_inlines ? 1 : loc->n_lines;
        any &= at > t->first[i];
    }
    t->first[p->n_locations] = at;
    t->apart = any;
    t->nodes = arena_zalloc(t->arena, at + (size_t)NODES_AT_ONCE, sizeof *t->nodes);
}

void node_table_init(struct node_table *t, const struct profile *p, const struct detail *d,
                     const struct job *job, struct arena *arena)
{
    *t = (struct node_table){.arena = arena, .job = job, .cut = p->cut_lines && !d->no_inlines};
    strtab_init(&t->strings, arena, p->strings);
    lay_out(t, p, d);
    struct builder b = {.t = t, .p = p, .d = d, .by_name = d->function && !d->filename};
    size_t n = d->filename ? strtab_count(p->strings) : 0;
    b.files = arena_alloc(arena, n * sizeof *b.files);
    memset(b.files, 0xff, n * sizeof *b.files);
    if (d->address || d->line)
        add_blocks(&b);
    else
        add_locations(&b);
    hash_release(&b.index);
    t->apart &= t->infos.n == t->first[p->n_locations];
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
