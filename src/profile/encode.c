// SPDX-License-Identifier: Apache-2.0
#include "profile/encode.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "profile.pb-c.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, VARINT_MAX = 10 };

struct encoder {
    const struct profile *p;
    double ratio;
    encode_put put;
    void *context;
    int64_t *indices; // by string: its place in the file's table, 0 where it has none yet
    VEC(struct span) strings;
    struct arena arena;
    struct arena scratch; // of the message at hand
    uint8_t *packed;
    size_t packed_cap;
};

static size_t add_varint(uint8_t *out, uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        out[n++] = (uint8_t)(value | 0x80);
    out[n++] = (uint8_t)value;
    return n;
}

static void put_bytes(struct encoder *e, unsigned field, struct span bytes)
{
    uint8_t head[2 * VARINT_MAX];
    size_t n = add_varint(head, (uint64_t)field << 3 | WIRE_BYTES);
    n += add_varint(head + n, bytes.n);
    e->put(e->context, (struct span){(char *)head, n});
    e->put(e->context, bytes);
}

static void put_element(struct encoder *e, unsigned field, int64_t value)
{
    uint8_t bytes[2 * VARINT_MAX];
    size_t n = add_varint(bytes, (uint64_t)field << 3 | WIRE_VARINT);
    n += add_varint(bytes + n, (uint64_t)value);
    e->put(e->context, (struct span){(char *)bytes, n});
}

// 0 is what a field has that is not written.
static void put_number(struct encoder *e, unsigned field, int64_t value)
{
    if (value)
        put_element(e, field, value);
}

static void put_message(struct encoder *e, unsigned field, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    if (size > e->packed_cap) {
        e->packed_cap = size * 2;
        e->packed = xrealloc(e->packed, e->packed_cap);
    }
    protobuf_c_message_pack(message, e->packed);
    put_bytes(e, field, (struct span){(char *)e->packed, size});
    arena_clear(&e->scratch);
}

// Strings get their places in the order in which they are asked for.
static int64_t string_index(struct encoder *e, str_id id)
{
    if (id == 0)
        return 0;
    if (e->indices[id] == 0) {
        *vec_push(&e->arena, &e->strings) = profile_str(e->p, id);
        e->indices[id] = (int64_t)e->strings.n;
    }
    return e->indices[id];
}

static void put_value_type(struct encoder *e, unsigned field, struct value_type type)
{
    Perftools__Profiles__ValueType m = PERFTOOLS__PROFILES__VALUE_TYPE__INIT;
    m.type = string_index(e, type.type);
    m.unit = string_index(e, type.unit);
    put_message(e, field, &m.base);
}

static void fill_label(struct encoder *e, const struct label *l, Perftools__Profiles__Label *m)
{
    perftools__profiles__label__init(m);
    m->key = string_index(e, l->key);
    m->num = l->num;
    if (l->kind == LABEL_STR)
        m->str = string_index(e, l->value);
    else if (l->kind == LABEL_NUM_UNIT)
        m->num_unit = string_index(e, l->value);
}

static void fill_labels(struct encoder *e, const struct sample *s, Perftools__Profiles__Sample *m)
{
    m->n_label = s->n_labels;
    m->label = arena_alloc(&e->scratch, s->n_labels * sizeof *m->label);
    Perftools__Profiles__Label *labels = arena_alloc(&e->scratch, s->n_labels * sizeof *labels);
    for (uint32_t i = 0; i < s->n_labels; i++) {
        fill_label(e, &e->p->labels[s->label + i], &labels[i]);
        m->label[i] = &labels[i];
    }
}

static int64_t scaled(const struct encoder *e, int64_t value)
{
    return e->ratio > 0 && e->ratio != 1 ? i64_of((double)value * e->ratio) : value;
}

static void put_sample(struct encoder *e, const struct sample *s)
{
    const struct profile *p = e->p;
    const int64_t *values = sample_values(p, s);
    Perftools__Profiles__Sample m = PERFTOOLS__PROFILES__SAMPLE__INIT;
    m.location_id = arena_alloc(&e->scratch, s->n_frames * sizeof *m.location_id);
    for (uint32_t i = 0; i < s->n_frames; i++) {
        const struct location *loc = &p->locations[p->frames[s->frame + i]];
        if (!loc->hidden)
            m.location_id[m.n_location_id++] = loc->id;
    }
    m.n_value = p->n_sample_types;
    m.value = arena_alloc(&e->scratch, m.n_value * sizeof *m.value);
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        m.value[i] = scaled(e, values[i]);
    fill_labels(e, s, &m);
    put_message(e, 2, &m.base);
}

static void put_mapping(struct encoder *e, const struct mapping *mapping)
{
    Perftools__Profiles__Mapping m = PERFTOOLS__PROFILES__MAPPING__INIT;
    m.id = mapping->id;
    m.memory_start = mapping->start;
    m.memory_limit = mapping->limit;
    m.file_offset = mapping->offset;
    m.filename = string_index(e, mapping->file);
    m.build_id = string_index(e, mapping->build_id);
    m.has_functions = mapping->has_functions;
    m.has_filenames = mapping->has_filenames;
    m.has_line_numbers = mapping->has_line_numbers;
    m.has_inline_frames = mapping->has_inline_frames;
    put_message(e, 3, &m.base);
}

static void put_location(struct encoder *e, const struct location *loc)
{
    const struct profile *p = e->p;
    Perftools__Profiles__Location m = PERFTOOLS__PROFILES__LOCATION__INIT;
    Perftools__Profiles__Line *lines = arena_alloc(&e->scratch, loc->n_lines * sizeof *lines);
    m.id = loc->id;
    m.mapping_id = loc->mapping == NO_INDEX ? 0 : p->mappings[loc->mapping].id;
    m.address = loc->address;
    m.is_folded = loc->folded;
    m.n_line = loc->n_lines;
    m.line = arena_alloc(&e->scratch, loc->n_lines * sizeof *m.line);
    for (uint32_t i = 0; i < loc->n_lines; i++) {
        const struct line *line = &p->lines[loc->line + i];
        perftools__profiles__line__init(&lines[i]);
        lines[i].function_id = p->functions[line->function].id;
        lines[i].line = line->line;
        lines[i].column = line->column;
        m.line[i] = &lines[i];
    }
    put_message(e, 4, &m.base);
}

static void put_function(struct encoder *e, const struct function *f)
{
    Perftools__Profiles__Function m = PERFTOOLS__PROFILES__FUNCTION__INIT;
    m.id = f->id;
    m.name = string_index(e, f->name);
    m.system_name = string_index(e, f->system_name);
    m.filename = string_index(e, f->filename);
    m.start_line = f->start_line;
    put_message(e, 5, &m.base);
}

static void put_strings(struct encoder *e)
{
    put_bytes(e, 6, SPAN(""));
    for (size_t i = 0; i < e->strings.n; i++)
        put_bytes(e, 6, e->strings.at[i]);
}

static void put_header(struct encoder *e)
{
    const struct profile *p = e->p;
    put_number(e, 7, string_index(e, p->drop_frames));
    put_number(e, 8, string_index(e, p->keep_frames));
    put_number(e, 9, p->time_nanos);
    put_number(e, 10, p->duration_nanos);
    if (p->period_type.type || p->period_type.unit)
        put_value_type(e, 11, p->period_type);
    put_number(e, 12, p->period);
    for (uint32_t i = 0; i < p->n_comments; i++)
        put_element(e, 13, string_index(e, p->comments[i]));
    put_number(e, 14, string_index(e, p->default_sample_type));
    put_number(e, 15, string_index(e, p->doc_url));
    put_strings(e); // last, when all are known
}

void profile_encode(const struct profile *p, double ratio, encode_put put, void *context)
{
    struct encoder e = {.p = p, .ratio = ratio, .put = put, .context = context};
    e.indices = arena_zalloc(&e.arena, strtab_count(p->strings), sizeof *e.indices);
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        put_value_type(&e, 1, p->sample_types[i]);
    for (uint32_t i = 0; i < p->n_samples; i++)
        put_sample(&e, &p->samples[i]);
    for (uint32_t i = 0; i < p->n_mappings; i++)
        put_mapping(&e, &p->mappings[i]);
    for (uint32_t i = 0; i < p->n_locations; i++)
        put_location(&e, &p->locations[i]);
    for (uint32_t i = 0; i < p->n_functions; i++)
        put_function(&e, &p->functions[i]);
    put_header(&e);
    arena_release(&e.scratch);
    arena_release(&e.arena);
    free(e.packed);
}
