// SPDX-License-Identifier: Apache-2.0
#include "profile/intake.h"

#include <string.h>

enum { PAGE = 0x1000, FEW = 16 };

str_id intake_string(struct intake *s, str_id id)
{
    if (s->strings[id] == HASH_NONE)
        s->strings[id] = strtab_add_new(s->m->out.strings, s->p->strings, id);
    return s->strings[id];
}

struct mapping_key {
    uint64_t size, offset;
    str_id name; // the build id, else the file
};

static struct mapping_key mapping_key(const struct mapping *m)
{
    uint64_t size = m->limit - m->start + PAGE - 1;
    return (struct mapping_key){.size = size - size % PAGE,
                                .offset = m->offset,
                                .name = m->build_id ? m->build_id : m->file};
}

static uint64_t hash_mapping(const struct profile *p, const struct mapping *m)
{
    struct mapping_key key = mapping_key(m);
    return hash_u64(hash_u64(key.size) ^ hash_u64(key.offset + strtab_hash(p->strings, key.name)));
}

static bool same_mapping(const void *context, uint32_t entry, const void *key)
{
    const struct profile *p = context;
    const struct mapping_key *a = key;
    struct mapping_key b = mapping_key(&p->mappings[entry]);
    return a->size == b.size && a->offset == b.offset && a->name == b.name;
}

static struct mapping mapped_mapping(const struct intake *s, uint32_t index)
{
    struct mapping mapped = s->p->mappings[index];
    mapped.file = s->strings[mapped.file];
    mapped.build_id = s->strings[mapped.build_id];
    return mapped;
}

static uint32_t find_mapping(const struct intake *s, uint32_t index)
{
    struct mapping mapped = mapped_mapping(s, index);
    struct mapping_key key = mapping_key(&mapped);
    return hash_find(&s->m->mappings, s->mapping_hashes[index], same_mapping, &s->m->out, &key);
}

uint32_t intake_mapping(struct intake *s, uint32_t index)
{
    if (index == NO_INDEX || s->mappings[index] != NO_INDEX)
        return index == NO_INDEX ? NO_INDEX : s->mappings[index];
    struct merger *m = s->m;
    intake_string(s, s->p->mappings[index].file);
    intake_string(s, s->p->mappings[index].build_id);
    uint32_t found = find_mapping(s, index);
    if (found == HASH_NONE) {
        found = m->out.n_mappings++;
        ROOM(m, mappings, found, 1, cap_mappings);
        m->out.mappings[found] = mapped_mapping(s, index);
        m->out.mappings[found].id = found + 1;
        hash_add(&m->mappings, s->mapping_hashes[index], found);
    }
    return s->mappings[index] = found;
}

static uint64_t hash_function(const struct profile *p, const struct function *f)
{
    uint64_t hash = strtab_hash(p->strings, f->name) ^ (uint64_t)f->start_line;
    hash = hash_u64(hash) ^ strtab_hash(p->strings, f->system_name);
    return hash_u64(hash_u64(hash) ^ strtab_hash(p->strings, f->filename));
}

static bool same_function(const void *context, uint32_t entry, const void *key)
{
    const struct profile *p = context;
    const struct function *a = &p->functions[entry], *b = key;
    return a->name == b->name && a->system_name == b->system_name && a->filename == b->filename &&
           a->start_line == b->start_line;
}

static struct function mapped_function(const struct intake *s, uint32_t index)
{
    struct function mapped = s->p->functions[index];
    mapped.name = s->strings[mapped.name];
    mapped.system_name = s->strings[mapped.system_name];
    mapped.filename = s->strings[mapped.filename];
    return mapped;
}

static uint32_t intake_function(struct intake *s, uint32_t index)
{
    if (s->functions[index] != NO_INDEX)
        return s->functions[index];
    struct merger *m = s->m;
    intake_string(s, s->p->functions[index].name);
    intake_string(s, s->p->functions[index].system_name);
    intake_string(s, s->p->functions[index].filename);
    struct function mapped = mapped_function(s, index);
    uint64_t hash = s->function_hashes[index];
    uint32_t found = hash_find(&m->functions, hash, same_function, &m->out, &mapped);
    if (found == HASH_NONE) {
        found = m->out.n_functions++;
        mapped.id = found + 1;
        ROOM(m, functions, found, 1, cap_functions);
        m->out.functions[found] = mapped;
        hash_add(&m->functions, hash, found);
    }
    return s->functions[index] = found;
}

struct location_key {
    const struct profile *out;
    const struct location *loc; // of the profile taken in
    uint64_t offset;            // of the address in its mapping
    uint32_t mapping;           // of the sum
    const struct line *lines;   // of the profile taken in
    const uint32_t *functions;  // what they are in the sum
};

static uint64_t mapping_offset(const struct profile *p, const struct location *loc)
{
    return loc->address - (loc->mapping == NO_INDEX ? 0 : p->mappings[loc->mapping].start);
}

static struct location_key location_key(const struct intake *s, const struct location *loc)
{
    return (struct location_key){
        .out = &s->m->out,
        .loc = loc,
        .offset = mapping_offset(s->p, loc),
        .mapping = loc->mapping == NO_INDEX ? NO_INDEX : s->mappings[loc->mapping],
        .lines = s->p->lines + loc->line,
        .functions = s->functions,
    };
}

// As in the reference, only the outermost line's column tells locations apart.
static bool same_lines(const struct line *a, const struct location_key *k)
{
    const struct line *b = k->lines;
    uint32_t n = k->loc->n_lines;
    for (uint32_t i = 0; i < n; i++)
        if (a[i].function != k->functions[b[i].function] || a[i].line != b[i].line ||
            (i + 1 == n && a[i].column != b[i].column))
            return false;
    return true;
}

static bool same_location(const void *context, uint32_t entry, const void *key)
{
    const struct profile *out = context;
    const struct location_key *k = key;
    const struct location *loc = &out->locations[entry];
    return loc->mapping == k->mapping && loc->n_lines == k->loc->n_lines &&
           loc->folded == k->loc->folded && mapping_offset(out, loc) == k->offset &&
           same_lines(out->lines + loc->line, k);
}

static uint64_t hash_location(const struct intake *s, const struct location *loc)
{
    const struct line *lines = s->p->lines + loc->line;
    uint64_t mapping = loc->mapping == NO_INDEX ? 0 : s->mapping_hashes[loc->mapping];
    uint64_t hash = hash_u64(mapping_offset(s->p, loc) ^ mapping ^ loc->folded);
    for (uint32_t i = 0; i < loc->n_lines; i++)
        hash = hash_u64(hash ^ s->function_hashes[lines[i].function] ^ (uint64_t)lines[i].line);
    return hash;
}

static uint32_t add_location(struct intake *s, const struct location_key *k)
{
    struct merger *m = s->m;
    uint64_t start = k->mapping == NO_INDEX ? 0 : m->out.mappings[k->mapping].start;
    struct location loc = *k->loc;
    uint32_t index = m->out.n_locations++;
    loc.id = index + 1;
    loc.mapping = k->mapping;
    loc.address = k->offset + start;
    loc.line = m->out.n_lines;
    ROOM(m, locations, index, 1, cap_locations);
    ROOM(m, lines, m->out.n_lines, loc.n_lines, cap_lines);
    m->out.locations[index] = loc;
    for (uint32_t i = 0; i < loc.n_lines; i++) {
        m->out.lines[loc.line + i] = k->lines[i];
        m->out.lines[loc.line + i].function = k->functions[k->lines[i].function];
    }
    m->out.n_lines += loc.n_lines;
    return index;
}

uint32_t intake_location_slowly(struct intake *s, uint32_t index)
{
    struct merger *m = s->m;
    const struct location *loc = &s->p->locations[index];
    intake_mapping(s, loc->mapping);
    for (uint32_t i = 0; i < loc->n_lines; i++)
        intake_function(s, s->p->lines[loc->line + i].function);
    struct location_key key = location_key(s, loc);
    uint64_t hash = s->location_hashes[index];
    uint32_t found = hash_find(&m->locations, hash, same_location, &m->out, &key);
    if (found == HASH_NONE) {
        found = add_location(s, &key);
        hash_add(&m->locations, hash, found);
    }
    s->n_unknown--;
    return s->locations[index] = found;
}

// What may be in the sum already is looked up several at once, each step for all of them before the
// next step: see hash_guess.

static void find_functions(struct intake *s, uint32_t first, uint32_t n)
{
    const struct merger *m = s->m;
    uint32_t guesses[HASH_AT_ONCE];
    hash_guess(&m->functions, s->function_hashes + first, n, guesses);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&m->out.functions[guesses[i]]);
    for (uint32_t i = 0; i < n; i++) {
        struct function mapped = mapped_function(s, first + i);
        s->functions[first + i] = hash_find_guessed(&m->functions, s->function_hashes[first + i],
                                                    guesses[i], same_function, &m->out, &mapped);
    }
}

static void look_at_locations(const struct intake *s, const uint64_t *hashes, uint32_t n,
                              uint32_t *guesses)
{
    const struct merger *m = s->m;
    hash_guess(&m->locations, hashes, n, guesses);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&m->out.locations[guesses[i]]);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&m->out.lines[m->out.locations[guesses[i]].line]);
}

// The mappings and functions of a location that the sum has are known by now.
static void find_locations(struct intake *s, uint32_t first, uint32_t n)
{
    uint32_t guesses[HASH_AT_ONCE];
    look_at_locations(s, s->location_hashes + first, n, guesses);
    for (uint32_t i = 0; i < n; i++) {
        const struct location *loc = &s->p->locations[first + i];
        struct location_key key = location_key(s, loc);
        if (loc->mapping == NO_INDEX || key.mapping != NO_INDEX)
            s->locations[first + i] =
                hash_find_guessed(&s->m->locations, s->location_hashes[first + i], guesses[i],
                                  same_location, &s->m->out, &key);
        s->n_unknown += s->locations[first + i] == NO_INDEX;
    }
}

void intake_look_ahead(const struct intake *s, const uint32_t *frames, uint32_t n)
{
    if (s->n_unknown < s->p->n_locations / FEW)
        return;
    for (uint32_t i = 0; i < n; i++)
        if (s->locations[frames[i]] == NO_INDEX)
            hash_prefetch(&s->m->locations, s->location_hashes[frames[i]]);
}

void intake_find_known(struct intake *s)
{
    const struct profile *p = s->p;
    strtab_find_all(s->m->out.strings, p->strings, s->recalled ? p->strings->n_printed : 0,
                    s->strings);
    for (uint32_t i = 0; i < p->n_mappings; i++)
        s->mappings[i] = find_mapping(s, i);
    for (uint32_t i = 0; !s->recalled && i < p->n_functions; i += HASH_AT_ONCE)
        find_functions(s, i, p->n_functions - i < HASH_AT_ONCE ? p->n_functions - i : HASH_AT_ONCE);
    for (uint32_t i = 0; i < p->n_locations; i += HASH_AT_ONCE)
        find_locations(s, i, p->n_locations - i < HASH_AT_ONCE ? p->n_locations - i : HASH_AT_ONCE);
}

static void hash_entries(struct intake *s)
{
    const struct profile *p = s->p;
    s->mapping_hashes = arena_alloc(&s->arena, p->n_mappings * sizeof(uint64_t));
    s->location_hashes = arena_alloc(&s->arena, p->n_locations * sizeof(uint64_t));
    for (uint32_t i = 0; i < p->n_mappings; i++)
        s->mapping_hashes[i] = hash_mapping(p, &p->mappings[i]);
    for (uint32_t i = 0; !s->recalled && i < p->n_functions; i++)
        s->function_hashes[i] = hash_function(p, &p->functions[i]);
    for (uint32_t i = 0; i < p->n_locations; i++)
        s->location_hashes[i] = hash_location(s, &p->locations[i]);
}

static uint32_t *unmapped(struct arena *arena, size_t n)
{
    uint32_t *map = arena_alloc(arena, n * sizeof *map);
    return n ? memset(map, 0xff, n * sizeof *map) : map;
}

// Whether all functions have names of the file, not such as were added later.
static bool has_printed_names(const struct profile *p)
{
    str_id largest = 0;
    for (uint32_t i = 0; i < p->n_functions; i++) {
        const struct function *f = &p->functions[i];
        largest = f->name > largest ? f->name : largest;
        largest = f->system_name > largest ? f->system_name : largest;
        largest = f->filename > largest ? f->filename : largest;
    }
    return largest < p->strings->n_printed;
}

// The names of the last source, if this one has the same; else room for its own.
static void recall_names(struct intake *s)
{
    enum { MORE = 64 }; // strings that were added to those of the file
    struct merger_names *names = &s->m->names;
    const struct profile *p = s->p;
    uint32_t n_printed = has_printed_names(p) ? p->strings->n_printed : 0;
    uint32_t n_strings = strtab_count(p->strings);
    uint64_t functions_print = hash_bytes(p->functions, p->n_functions * sizeof *p->functions);
    s->recalled = n_printed > 0 && n_printed == names->n_printed &&
                  n_strings <= names->cap_strings && p->strings->print == names->strings_print &&
                  p->n_functions == names->n_functions && functions_print == names->functions_print;
    if (!s->recalled) {
        arena_release(&names->arena);
        *names = (struct merger_names){.strings_print = p->strings->print,
                                       .functions_print = functions_print,
                                       .n_printed = n_printed,
                                       .cap_strings = n_strings + MORE,
                                       .n_functions = p->n_functions};
        names->strings = unmapped(&names->arena, names->cap_strings);
        names->functions = unmapped(&names->arena, p->n_functions);
        names->function_hashes = arena_alloc(&names->arena, p->n_functions * sizeof(uint64_t));
    }
    s->strings = names->strings;
    s->functions = names->functions;
    s->function_hashes = names->function_hashes;
}

void intake_init(struct intake *s, struct merger *m, const struct profile *p)
{
    *s = (struct intake){.m = m, .p = p};
    recall_names(s);
    s->mappings = unmapped(&s->arena, p->n_mappings);
    s->locations = unmapped(&s->arena, p->n_locations);
    hash_entries(s);
}

void intake_release(struct intake *s)
{
    arena_release(&s->arena);
}
