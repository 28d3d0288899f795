// SPDX-License-Identifier: Apache-2.0
#include "profile/tag.h"

#include "base/buf.h"
#include "base/idmap.h"

struct keys {
    VEC(str_id) at; // HASH_NONE where no tag can have the key
    VEC(struct span) names;
};

// Ids that nothing has.
struct free_ids {
    uint64_t next;
    struct idmap used; // of those from next on
};

struct adder {
    struct profile *p;
    struct arena *arena;
    struct span output_unit;
    struct idmap frames; // from a pair of name and key to the location
    VEC(uint32_t) out;   // the new column of frames
    struct buf text;
    struct free_ids location_ids, function_ids;
    VEC(struct location) locations;
    VEC(struct function) functions;
    VEC(struct line) lines;
};

static void add_value(struct adder *a, struct span value)
{
    if (a->text.n)
        buf_addc(&a->text, ',');
    buf_add(&a->text, value);
}

// The sample's values of the tag, joined by commas: texts first, then numbers in the output unit.
// False where it has none.
static bool join_values(struct adder *a, const struct sample *s, str_id key)
{
    const struct label *labels = &a->p->labels[s->label];
    bool units = labels_have_units(labels, s->n_labels, key), found = false;
    buf_clear(&a->text);
    for (uint32_t i = 0; i < s->n_labels; i++) {
        if (labels[i].key != key || labels[i].kind != LABEL_STR)
            continue;
        add_value(a, profile_str(a->p, labels[i].value));
        found = true;
    }
    for (uint32_t i = 0; i < s->n_labels; i++) {
        if (labels[i].key != key || labels[i].kind == LABEL_STR)
            continue;
        char text[UNIT_LABEL_MAX];
        struct span unit =
            labels[i].kind == LABEL_NUM_UNIT ? profile_str(a->p, labels[i].value) : SPAN("");
        struct unit_conv conv = unit_conv_of(unit, units ? a->output_unit : SPAN(""));
        add_value(a, (struct span){text, unit_format(text, &conv, labels[i].num)});
        found = true;
    }
    return found;
}

static uint64_t take_id(struct free_ids *ids)
{
    while (idmap_get(&ids->used, ids->next) != IDMAP_NONE)
        ids->next++;
    return ids->next++;
}

static uint32_t add_location(struct adder *a, str_id name, str_id file)
{
    *vec_push(a->arena, &a->functions) =
        (struct function){.id = take_id(&a->function_ids), .name = name, .filename = file};
    *vec_push(a->arena, &a->lines) = (struct line){.function = (uint32_t)a->functions.n - 1};
    *vec_push(a->arena, &a->locations) = (struct location){.id = take_id(&a->location_ids),
                                                           .mapping = NO_INDEX,
                                                           .line = (uint32_t)a->lines.n - 1,
                                                           .n_lines = 1};
    return (uint32_t)a->locations.n - 1;
}

static bool make_frame(struct adder *a, const struct sample *s, str_id key, struct span key_name,
                       uint32_t *frame)
{
    bool found = join_values(a, s, key);
    str_id name = strtab_add(a->p->strings, buf_span(&a->text));
    str_id file = strtab_add(a->p->strings, key_name);
    uint64_t pair = (uint64_t)name << 32 | file;
    uint32_t location = idmap_get(&a->frames, pair);
    if (location == IDMAP_NONE) {
        location = add_location(a, name, file);
        idmap_add(&a->frames, pair, location);
    }
    *frame = location;
    return found;
}

// The frames of one sample, the innermost first: as many as there are keys.
static bool make_frames(struct adder *a, const struct sample *s, const struct keys *keys,
                        uint32_t *frames)
{
    bool found = false;
    for (size_t i = keys->at.n; i-- > 0;)
        found |= make_frame(a, s, keys->at.at[i], keys->names.at[i], frames++);
    return found;
}

static void add_frames(struct adder *a, const uint32_t *frames, size_t n)
{
    vec_room(a->arena, &a->out, n);
    if (n)
        memcpy(a->out.at + a->out.n, frames, n * sizeof *frames);
    a->out.n += n;
}

static void split_keys(struct adder *a, struct span list, struct keys *keys)
{
    struct span key;
    while (span_cut(&list, ',', &key)) {
        if (key.n == 0)
            continue;
        *vec_push(a->arena, &keys->at) = strtab_find(a->p->strings, key);
        *vec_push(a->arena, &keys->names) = key;
    }
}

// They follow the largest there is, or fill the gaps where that leaves too few: then true.
static bool begin_ids(struct free_ids *ids, uint64_t largest)
{
    bool gaps = largest >= UINT64_MAX - UINT32_MAX;
    idmap_init(&ids->used, 0);
    ids->next = gaps ? 1 : largest + 1;
    return gaps;
}

// The table's entries begin with their ids.
static void find_ids(struct free_ids *ids, const void *table, uint32_t n, size_t size)
{
    uint64_t largest = 0;
    const char *end = (const char *)table + n * size;
    for (const char *at = table; at < end; at += size)
        largest = *(const uint64_t *)at > largest ? *(const uint64_t *)at : largest;
    bool gaps = begin_ids(ids, largest);
    for (uint32_t i = 0; gaps && i < n; i++)
        idmap_add(&ids->used, *(const uint64_t *)((const char *)table + i * size), i);
}

// The profile's tables, copied for the new frames to be added: the old ones are not this query's.
static void copy_tables(struct adder *a)
{
    const struct profile *p = a->p;
    vec_copy(a->arena, &a->locations, p->locations, p->n_locations);
    vec_copy(a->arena, &a->functions, p->functions, p->n_functions);
    vec_copy(a->arena, &a->lines, p->lines, p->n_lines);
}

struct tag_frames_found add_tag_frames(struct profile *p, struct span roots, struct span leaves,
                                       struct span output_unit, struct arena *arena)
{
    struct adder a = {.p = p, .arena = arena, .output_unit = output_unit};
    struct keys root_keys = {0}, leaf_keys = {0};
    struct tag_frames_found found = {0};
    split_keys(&a, roots, &root_keys);
    split_keys(&a, leaves, &leaf_keys);
    if (root_keys.at.n + leaf_keys.at.n == 0)
        return found;
    find_ids(&a.location_ids, p->locations, p->n_locations, sizeof *p->locations);
    find_ids(&a.function_ids, p->functions, p->n_functions, sizeof *p->functions);
    copy_tables(&a);
    idmap_init(&a.frames, 0);
    struct sample *samples = arena_alloc(arena, p->n_samples * sizeof *samples);
    uint32_t *roots_made = arena_alloc(arena, root_keys.at.n * sizeof *roots_made);
    uint32_t *leaves_made = arena_alloc(arena, leaf_keys.at.n * sizeof *leaves_made);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct sample *s = &p->samples[i];
        samples[i] = *s;
        samples[i].frame = (uint32_t)a.out.n;
        found.root |= make_frames(&a, s, &root_keys, roots_made);
        found.leaf |= make_frames(&a, s, &leaf_keys, leaves_made);
        add_frames(&a, leaves_made, leaf_keys.at.n);
        add_frames(&a, p->frames + s->frame, s->n_frames);
        add_frames(&a, roots_made, root_keys.at.n);
        samples[i].n_frames = (uint32_t)a.out.n - samples[i].frame;
    }
    PROFILE_TAKE_COUNTED(p, &a, locations);
    PROFILE_TAKE_COUNTED(p, &a, functions);
    PROFILE_TAKE_COUNTED(p, &a, lines);
    p->samples = samples;
    p->frames = a.out.at;
    idmap_release(&a.frames);
    idmap_release(&a.location_ids.used);
    idmap_release(&a.function_ids.used);
    buf_release(&a.text);
    return found;
}
