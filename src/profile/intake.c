// SPDX-License-Identifier: Apache-2.0
#include "profile/intake.h"

#include <string.h>

enum { PAGE = 0x1000 };

str_id intake_string(struct intake *s, str_id id)
{
    if (s->strings[id] == HASH_NONE)
        s->strings[id] = strtab_add(s->m->out.strings, profile_str(s->p, id));
    return s->strings[id];
}

struct mapping_key {
    uint64_t size, offset;
    uint64_t name; // the build id, else the file
};

static struct mapping_key mapping_key(const struct mapping *m)
{
    uint64_t size = m->limit - m->start + PAGE - 1;
    return (struct mapping_key){.size = size - size % PAGE,
                                .offset = m->offset,
                                .name = m->build_id ? m->build_id : m->file};
}

static bool same_mapping(const void *context, uint32_t entry, const void *key)
{
    const struct profile *p = context;
    struct mapping_key k = mapping_key(&p->mappings[entry]);
    return memcmp(&k, key, sizeof k) == 0;
}

static struct mapping mapped_mapping(const struct intake *s, uint32_t index)
{
    struct mapping mapped = s->p->mappings[index];
    mapped.file = s->strings[mapped.file];
    mapped.build_id = s->strings[mapped.build_id];
    return mapped;
}

static uint32_t find_mapping(const struct intake *s, const struct mapping *mapped, uint64_t *hash)
{
    struct mapping_key key = mapping_key(mapped);
    *hash = hash_bytes(&key, sizeof key);
    return hash_find(&s->m->mappings, *hash, same_mapping, &s->m->out, &key);
}

uint32_t intake_mapping(struct intake *s, uint32_t index)
{
    if (index == NO_INDEX || s->mappings[index] != NO_INDEX)
        return index == NO_INDEX ? NO_INDEX : s->mappings[index];
    struct merger *m = s->m;
    intake_string(s, s->p->mappings[index].file);
    intake_string(s, s->p->mappings[index].build_id);
    struct mapping mapped = mapped_mapping(s, index);
    uint64_t hash;
    uint32_t found = find_mapping(s, &mapped, &hash);
    if (found == HASH_NONE) {
        found = m->out.n_mappings++;
        mapped.id = found + 1;
        ROOM(m, mappings, found, 1, cap_mappings);
        m->out.mappings[found] = mapped;
        hash_add(&m->mappings, hash, found);
    }
    return s->mappings[index] = found;
}

struct function_key {
    int64_t start_line;
    str_id name, system_name, filename, zero;
};

static struct function_key function_key(const struct function *f)
{
    return (struct function_key){f->start_line, f->name, f->system_name, f->filename, 0};
}

static bool same_function(const void *context, uint32_t entry, const void *key)
{
    const struct profile *p = context;
    struct function_key k = function_key(&p->functions[entry]);
    return memcmp(&k, key, sizeof k) == 0;
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
    struct function_key key = function_key(&mapped);
    uint64_t hash = hash_bytes(&key, sizeof key);
    uint32_t found = hash_find(&m->functions, hash, same_function, &m->out, &key);
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

static uint64_t hash_location(const struct location_key *k)
{
    uint64_t hash = hash_u64(k->offset ^ ((uint64_t)k->mapping << 40) ^ k->loc->folded);
    for (uint32_t i = 0; i < k->loc->n_lines; i++)
        hash = hash_u64(hash ^ hash_u64((uint64_t)k->functions[k->lines[i].function] << 32 ^
                                        (uint64_t)k->lines[i].line));
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
    uint64_t hash = hash_location(&key);
    uint32_t found = hash_find(&m->locations, hash, same_location, &m->out, &key);
    if (found == HASH_NONE) {
        found = add_location(s, &key);
        hash_add(&m->locations, hash, found);
    }
    return s->locations[index] = found;
}

// Most of a source is in the sum already, so that its entries are looked up several at once, each
// step for all of them before the next step: see hash_guess.

static void find_functions(struct intake *s, uint32_t first, uint32_t n)
{
    const struct merger *m = s->m;
    struct function_key keys[HASH_AT_ONCE];
    uint64_t hashes[HASH_AT_ONCE];
    uint32_t guesses[HASH_AT_ONCE];
    for (uint32_t i = 0; i < n; i++) {
        struct function mapped = mapped_function(s, first + i);
        keys[i] = function_key(&mapped);
        hashes[i] = hash_bytes(&keys[i], sizeof keys[i]);
    }
    hash_guess(&m->functions, hashes, n, guesses);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&m->out.functions[guesses[i]]);
    for (uint32_t i = 0; i < n; i++)
        s->functions[first + i] =
            hash_find(&m->functions, hashes[i], same_function, &m->out, &keys[i]);
}

static void find_locations(struct intake *s, uint32_t first, uint32_t n)
{
    const struct merger *m = s->m;
    struct location_key keys[HASH_AT_ONCE];
    uint64_t hashes[HASH_AT_ONCE];
    uint32_t guesses[HASH_AT_ONCE];
    for (uint32_t i = 0; i < n; i++) {
        keys[i] = location_key(s, &s->p->locations[first + i]);
        hashes[i] = hash_location(&keys[i]);
    }
    hash_guess(&m->locations, hashes, n, guesses);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&m->out.locations[guesses[i]]);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&m->out.lines[m->out.locations[guesses[i]].line]);
    for (uint32_t i = 0; i < n; i++) {
        bool placed = keys[i].mapping != NO_INDEX || keys[i].loc->mapping == NO_INDEX;
        s->locations[first + i] =
            placed ? hash_find(&m->locations, hashes[i], same_location, &m->out, &keys[i])
                   : NO_INDEX;
    }
}

void intake_find_known(struct intake *s)
{
    const struct profile *p = s->p;
    if (s->m->out.n_locations == 0)
        return;
    strtab_find_all(s->m->out.strings, p->strings, s->strings);
    for (uint32_t i = 0; i < p->n_mappings; i++) {
        struct mapping mapped = mapped_mapping(s, i);
        uint64_t hash;
        s->mappings[i] = find_mapping(s, &mapped, &hash);
    }
    for (uint32_t i = 0; i < p->n_functions; i += HASH_AT_ONCE)
        find_functions(s, i, p->n_functions - i < HASH_AT_ONCE ? p->n_functions - i : HASH_AT_ONCE);
    for (uint32_t i = 0; i < p->n_locations; i += HASH_AT_ONCE)
        find_locations(s, i, p->n_locations - i < HASH_AT_ONCE ? p->n_locations - i : HASH_AT_ONCE);
}

static uint32_t *unmapped(struct arena *arena, size_t n)
{
    uint32_t *map = arena_alloc(arena, n * sizeof *map);
    return n ? memset(map, 0xff, n * sizeof *map) : map;
}

void intake_init(struct intake *s, struct merger *m, const struct profile *p)
{
    *s = (struct intake){.m = m, .p = p};
    s->strings = unmapped(&s->arena, strtab_count(p->strings));
    s->mappings = unmapped(&s->arena, p->n_mappings);
    s->locations = unmapped(&s->arena, p->n_locations);
    s->functions = unmapped(&s->arena, p->n_functions);
}

void intake_release(struct intake *s)
{
    arena_release(&s->arena);
}
