// SPDX-License-Identifier: Apache-2.0
#include "profile/builder.h"

enum { ENTRIES_MAX = INT32_MAX };

void builder_init(struct builder *b, struct profile *out)
{
    *b = (struct builder){.out = out};
    idmap_init(&b->addresses, 0);
    idmap_init(&b->modules, 0);
}

void builder_release(struct builder *b)
{
    hash_release(&b->function_index);
    hash_release(&b->location_index);
    idmap_release(&b->addresses);
    idmap_release(&b->modules);
}

int builder_finish(struct builder *b, struct err *err)
{
    if (b->full)
        return err_set(err, "the profile has too many entries");
    PROFILE_TAKE_TABLES(b->out, b);
    return 0;
}

// Whether a table that has so many entries may get so many more.
static bool has_room(struct builder *b, size_t have, size_t more)
{
    if (have > ENTRIES_MAX || more > ENTRIES_MAX - have)
        b->full = true;
    return !b->full;
}

str_id builder_string(struct builder *b, struct span text)
{
    return strtab_add(b->out->strings, text);
}

void builder_sample_type(struct builder *b, struct span type, struct span unit)
{
    *vec_push(b->out->arena, &b->sample_types) =
        (struct value_type){builder_string(b, type), builder_string(b, unit)};
}

void builder_comment(struct builder *b, struct span text)
{
    if (has_room(b, b->comments.n, 1))
        *vec_push(b->out->arena, &b->comments) = builder_string(b, text);
}

uint32_t builder_mapping(struct builder *b, const struct mapping *m)
{
    if (!has_room(b, b->mappings.n, 1))
        return 0;
    struct mapping *to = vec_push(b->out->arena, &b->mappings);
    *to = *m;
    to->id = b->mappings.n;
    return (uint32_t)b->mappings.n - 1;
}

static bool same_function(const void *context, uint32_t entry, const void *key)
{
    const struct builder *b = context;
    const struct function *have = &b->functions.at[entry], *want = key;
    return have->name == want->name && have->system_name == want->system_name &&
           have->filename == want->filename && have->start_line == want->start_line;
}

static uint64_t hash_pair(uint64_t a, uint64_t b)
{
    return hash_u64(a ^ hash_u64(b));
}

uint32_t builder_function(struct builder *b, const struct function *f)
{
    uint64_t hash = hash_pair((uint64_t)f->name << 32 | f->filename,
                              (uint64_t)f->system_name << 32 ^ (uint64_t)f->start_line);
    uint32_t found = hash_find(&b->function_index, hash, same_function, b, f);
    if (found != HASH_NONE || !has_room(b, b->functions.n, 1))
        return found != HASH_NONE ? found : 0;
    struct function *to = vec_push(b->out->arena, &b->functions);
    *to = *f;
    to->id = b->functions.n;
    found = (uint32_t)b->functions.n - 1;
    hash_add(&b->function_index, hash, found);
    return found;
}

uint32_t builder_location(struct builder *b, const struct location *l, const struct line *lines)
{
    struct arena *arena = b->out->arena;
    if (!has_room(b, b->locations.n, 1) || !has_room(b, b->lines.n, l->n_lines))
        return 0;
    struct location *to = vec_push(arena, &b->locations);
    *to = *l;
    to->id = b->locations.n;
    to->line = (uint32_t)b->lines.n;
    for (uint32_t i = 0; i < l->n_lines; i++)
        *vec_push(arena, &b->lines) = lines[i];
    return (uint32_t)b->locations.n - 1;
}

uint32_t builder_address(struct builder *b, uint64_t address)
{
    uint32_t found = idmap_get(&b->addresses, address);
    if (found == IDMAP_NONE) {
        found =
            builder_location(b, &(struct location){.address = address, .mapping = NO_INDEX}, NULL);
        idmap_add(&b->addresses, address, found);
    }
    return found;
}

void builder_set_lines(struct builder *b, uint32_t location, const struct line *lines, uint32_t n)
{
    struct location *l = &b->locations.at[location];
    if (l->n_lines || !has_room(b, b->lines.n, n))
        return;
    l->line = (uint32_t)b->lines.n;
    l->n_lines = n;
    for (uint32_t i = 0; i < n; i++)
        *vec_push(b->out->arena, &b->lines) = lines[i];
}

struct location_key {
    const struct location *location;
    const struct line *lines;
};

static bool same_line(const struct line *a, const struct line *b)
{
    return a->function == b->function && a->line == b->line && a->column == b->column;
}

static bool same_location(const void *context, uint32_t entry, const void *key)
{
    const struct builder *b = context;
    const struct location_key *k = key;
    const struct location *have = &b->locations.at[entry], *want = k->location;
    if (have->address != want->address || have->mapping != want->mapping ||
        have->n_lines != want->n_lines || have->folded != want->folded)
        return false;
    for (uint32_t i = 0; i < want->n_lines; i++)
        if (!same_line(&b->lines.at[have->line + i], &k->lines[i]))
            return false;
    return true;
}

static uint64_t hash_location(const struct location *l, const struct line *lines)
{
    uint64_t hash = hash_pair(l->address, (uint64_t)l->mapping << 32 ^ l->n_lines);
    for (uint32_t i = 0; i < l->n_lines; i++)
        hash = hash_pair(hash ^ lines[i].function,
                         hash_pair((uint64_t)lines[i].line, (uint64_t)lines[i].column));
    return hash;
}

uint32_t builder_location_once(struct builder *b, const struct location *l,
                               const struct line *lines)
{
    uint64_t hash = hash_location(l, lines);
    struct location_key key = {l, lines};
    uint32_t found = hash_find(&b->location_index, hash, same_location, b, &key);
    if (found == HASH_NONE) {
        found = builder_location(b, l, lines);
        if (!b->full)
            hash_add(&b->location_index, hash, found);
    }
    return found;
}

uint32_t builder_frame(struct builder *b, const struct line *line)
{
    return builder_location_once(b, &(struct location){.mapping = NO_INDEX, .n_lines = 1}, line);
}

uint32_t builder_named(struct builder *b, struct span name, struct span file, int64_t start_line)
{
    struct function f = {.name = builder_string(b, name), .start_line = start_line};
    f.system_name = f.name;
    f.filename = builder_string(b, file);
    return builder_function(b, &f);
}

uint32_t builder_module(struct builder *b, struct span file)
{
    str_id name = builder_string(b, file);
    uint32_t found = idmap_get(&b->modules, name);
    if (found == IDMAP_NONE) {
        found = builder_mapping(b, &(struct mapping){.file = name,
                                                     .has_functions = true,
                                                     .has_filenames = true,
                                                     .has_line_numbers = true});
        idmap_add(&b->modules, name, found);
    }
    return found;
}

void builder_name_mapping(struct builder *b)
{
    for (size_t i = 0; i < b->locations.n; i++)
        if (b->locations.at[i].mapping == NO_INDEX)
            b->locations.at[i].mapping = builder_module(b, SPAN(""));
}

static void add_label(struct builder *b, const struct label *label)
{
    if (has_room(b, b->labels.n, 1))
        *vec_push(b->out->arena, &b->labels) = *label;
}

void builder_label_text(struct builder *b, struct span key, struct span value)
{
    add_label(b, &(struct label){.key = builder_string(b, key),
                                 .value = builder_string(b, value),
                                 .kind = LABEL_STR});
}

void builder_label_number(struct builder *b, struct span key, int64_t number, struct span unit)
{
    add_label(b, &(struct label){.key = builder_string(b, key),
                                 .value = builder_string(b, unit),
                                 .num = number,
                                 .kind = unit.n ? LABEL_NUM_UNIT : LABEL_NUM});
}

void builder_sample(struct builder *b, const uint32_t *frames, uint32_t n, const int64_t *values)
{
    struct arena *arena = b->out->arena;
    size_t n_values = b->sample_types.n;
    if (!has_room(b, b->samples.n, 1) || !has_room(b, b->frames.n, n) ||
        !has_room(b, b->values.n, n_values))
        return;
    *vec_push(arena, &b->samples) = (struct sample){
        .frame = (uint32_t)b->frames.n,
        .n_frames = n,
        .label = (uint32_t)b->label,
        .n_labels = (uint32_t)(b->labels.n - b->label),
        .row = (uint32_t)b->samples.n - 1,
    };
    for (uint32_t i = 0; i < n; i++)
        *vec_push(arena, &b->frames) = frames[i];
    for (size_t i = 0; i < n_values; i++)
        *vec_push(arena, &b->values) = values[i];
    b->label = b->labels.n;
}
