// SPDX-License-Identifier: Apache-2.0
#include "profile/decode.h"

#include "profile.pb-c.h"
#include "profile/columns.h"

typedef Perftools__Profiles__Sample pb_sample;
typedef Perftools__Profiles__Label pb_label;
typedef Perftools__Profiles__Mapping pb_mapping;
typedef Perftools__Profiles__Location pb_location;
typedef Perftools__Profiles__Line pb_line;
typedef Perftools__Profiles__Function pb_function;
typedef Perftools__Profiles__ValueType pb_value_type;

// One field of the outermost message.
struct field {
    uint64_t number;
    unsigned wire;
    uint64_t value;    // of WIRE_VARINT
    struct span bytes; // of WIRE_BYTES; in the reader's window
};

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
enum { VARINT_MAX = 10, LABELS_MAX = 1024 }; // labels of one sample: real ones have a few
#define COUNT_MAX 0xe0000000u
#define WIDE_IDS_MAX (UINT32_MAX - WIDE_ID_FIRST)

// The indices of strings are checked when all strings are there; until then they are kept as they
// came, and what cannot be an index becomes this.
#define NO_STRING UINT32_MAX

struct decoder {
    struct columns columns;
    struct profile *profile;
    struct arena scratch; // of the message at hand
    ProtobufCAllocator allocator;
    struct err *err;
};

static int malformed(struct decoder *d, const char *what)
{
    return err_set(d->err, "malformed profile: %s", what);
}

static void *scratch_alloc(void *scratch, size_t size)
{
    return arena_alloc(scratch, size);
}

static void scratch_free(void *scratch, void *memory)
{
    (void)scratch;
    (void)memory;
}

// 0 or -1; advances *at.
static int take_varint(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    *value = 0;
    for (int i = 0; i < VARINT_MAX && *at + i < end; i++) {
        *value |= (uint64_t)((*at)[i] & 0x7f) << (7 * i);
        if ((*at)[i] < 0x80) {
            *at += i + 1;
            return 0;
        }
    }
    return -1;
}

static int take_bytes(struct decoder *d, struct reader *in, uint64_t n, struct field *f)
{
    if (reader_need(in, n, d->err))
        return -1;
    if (reader_have(in) < n)
        return malformed(d, "truncated protobuf");
    f->bytes = (struct span){(const char *)in->at, (size_t)n};
    in->at += n;
    return 0;
}

// 1 with *f filled, 0 at the end, -1 on a fault.
static int next_field(struct decoder *d, struct reader *in, struct field *f)
{
    if (reader_need(in, 2 * VARINT_MAX, d->err))
        return -1;
    if (reader_have(in) == 0)
        return 0;
    uint64_t tag, n;
    if (take_varint(&in->at, in->end, &tag))
        return malformed(d, "bad varint");
    *f = (struct field){.number = tag >> 3, .wire = tag & 7};
    if (f->number == 0)
        return malformed(d, "field number 0");
    switch (f->wire) {
    case WIRE_VARINT:
        return take_varint(&in->at, in->end, &f->value) ? malformed(d, "bad varint") : 1;
    case WIRE_FIXED64:
        return take_bytes(d, in, 8, f) ? -1 : 1;
    case WIRE_FIXED32:
        return take_bytes(d, in, 4, f) ? -1 : 1;
    case WIRE_BYTES:
        if (take_varint(&in->at, in->end, &n))
            return malformed(d, "bad varint");
        return take_bytes(d, in, n, f) ? -1 : 1;
    default:
        return malformed(d, "unknown wire type");
    }
}

static str_id raw_string(int64_t index)
{
    return index >= 0 && index < NO_STRING ? (str_id)index : NO_STRING;
}

static uint32_t raw_location(struct decoder *d, uint64_t id)
{
    if (id < WIDE_ID_FIRST)
        return (uint32_t)id;
    *vec_push(d->columns.arena, &d->columns.wide_ids) = id;
    return WIDE_ID_FIRST + (uint32_t)(d->columns.wide_ids.n - 1);
}

static int check_room(struct decoder *d, size_t have, size_t more)
{
    return have > COUNT_MAX || more > COUNT_MAX - have ? malformed(d, "too many entries") : 0;
}

static void add_labels(struct decoder *d, const pb_sample *m, struct sample *s)
{
    struct columns *c = &d->columns;
    s->label = (uint32_t)c->labels.n;
    for (size_t i = 0; i < m->n_label; i++) {
        const pb_label *l = m->label[i];
        if (!l->str && !l->num && !l->num_unit)
            continue;
        *vec_push(c->arena, &c->labels) = (struct label){
            .key = raw_string(l->key),
            .value = raw_string(l->str ? l->str : l->num_unit),
            .num = l->str ? 0 : l->num,
            .kind = l->str        ? LABEL_STR
                    : l->num_unit ? LABEL_NUM_UNIT
                                  : LABEL_NUM,
        };
    }
    s->n_labels = (uint32_t)c->labels.n - s->label;
}

static void add_values(struct decoder *d, const pb_sample *m, struct sample *s)
{
    struct columns *c = &d->columns;
    if (c->samples.n == 0)
        c->n_values = (uint32_t)m->n_value;
    if (m->n_value != c->n_values && !c->uneven) {
        c->uneven = true;
        c->uneven_sample = (uint32_t)c->samples.n;
        c->uneven_values = (uint32_t)m->n_value;
    }
    s->row = (uint32_t)c->samples.n;
    vec_room(c->arena, &c->values, m->n_value);
    if (m->n_value)
        memcpy(c->values.at + c->values.n, m->value, m->n_value * sizeof *m->value);
    c->values.n += m->n_value;
}

static int add_sample(struct decoder *d, const ProtobufCMessage *message)
{
    const pb_sample *m = (const pb_sample *)message;
    struct columns *c = &d->columns;
    if (m->n_value == 0)
        return malformed(d, "a sample without values");
    if (m->n_label > LABELS_MAX)
        return malformed(d, "a sample with more than 1024 labels");
    if (check_room(d, c->samples.n, 1) || check_room(d, c->labels.n, m->n_label) ||
        check_room(d, c->frames.n, m->n_location_id) || check_room(d, c->values.n, m->n_value) ||
        check_room(d, c->wide_ids.n + (COUNT_MAX - WIDE_IDS_MAX), m->n_location_id))
        return -1;
    struct sample s = {.frame = (uint32_t)c->frames.n, .n_frames = (uint32_t)m->n_location_id};
    vec_room(c->arena, &c->frames, m->n_location_id);
    for (size_t i = 0; i < m->n_location_id; i++)
        c->frames.at[c->frames.n++] = raw_location(d, m->location_id[i]);
    add_values(d, m, &s);
    add_labels(d, m, &s);
    *vec_push(c->arena, &c->samples) = s;
    return 0;
}

static int add_mapping(struct decoder *d, const ProtobufCMessage *message)
{
    const pb_mapping *m = (const pb_mapping *)message;
    struct columns *c = &d->columns;
    if (m->id == 0)
        return malformed(d, "a mapping has the reserved id 0");
    *vec_push(c->arena, &c->mappings) = (struct mapping){
        .id = m->id,
        .start = m->memory_start,
        .limit = m->memory_limit,
        .offset = m->file_offset,
        .file = raw_string(m->filename),
        .build_id = raw_string(m->build_id),
        .has_functions = m->has_functions,
        .has_filenames = m->has_filenames,
        .has_line_numbers = m->has_line_numbers,
        .has_inline_frames = m->has_inline_frames,
    };
    return check_room(d, c->mappings.n, 1);
}

static int add_location(struct decoder *d, const ProtobufCMessage *message)
{
    const pb_location *m = (const pb_location *)message;
    struct columns *c = &d->columns;
    if (m->id == 0)
        return malformed(d, "a location has the reserved id 0");
    if (check_room(d, c->locations.n, 1) || check_room(d, c->lines.n, m->n_line))
        return -1;
    *vec_push(c->arena, &c->locations) = (struct location){
        .id = m->id,
        .address = m->address,
        .line = (uint32_t)c->lines.n,
        .n_lines = (uint32_t)m->n_line,
        .folded = m->is_folded,
    };
    *vec_push(c->arena, &c->mapping_ids) = m->mapping_id;
    for (size_t i = 0; i < m->n_line; i++) {
        const pb_line *l = m->line[i];
        *vec_push(c->arena, &c->lines) = (struct line){.line = l->line, .column = l->column};
        *vec_push(c->arena, &c->function_ids) = l->function_id;
    }
    return 0;
}

static int add_function(struct decoder *d, const ProtobufCMessage *message)
{
    const pb_function *m = (const pb_function *)message;
    struct columns *c = &d->columns;
    if (m->id == 0)
        return malformed(d, "a function has the reserved id 0");
    *vec_push(c->arena, &c->functions) = (struct function){
        .id = m->id,
        .name = raw_string(m->name),
        .system_name = raw_string(m->system_name),
        .filename = raw_string(m->filename),
        .start_line = m->start_line,
    };
    return check_room(d, c->functions.n, 1);
}

static struct value_type raw_value_type(const ProtobufCMessage *message)
{
    const pb_value_type *m = (const pb_value_type *)message;
    return (struct value_type){raw_string(m->type), raw_string(m->unit)};
}

static int add_sample_type(struct decoder *d, const ProtobufCMessage *message)
{
    *vec_push(d->columns.arena, &d->columns.sample_types) = raw_value_type(message);
    return check_room(d, d->columns.sample_types.n, 1);
}

static int set_period_type(struct decoder *d, const ProtobufCMessage *message)
{
    d->profile->period_type = raw_value_type(message);
    return 0;
}

static int take_message(struct decoder *d, const struct field *f)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        int (*add)(struct decoder *, const ProtobufCMessage *);
    } messages[] = {
        [1] = {&perftools__profiles__value_type__descriptor, add_sample_type},
        [2] = {&perftools__profiles__sample__descriptor, add_sample},
        [3] = {&perftools__profiles__mapping__descriptor, add_mapping},
        [4] = {&perftools__profiles__location__descriptor, add_location},
        [5] = {&perftools__profiles__function__descriptor, add_function},
        [11] = {&perftools__profiles__value_type__descriptor, set_period_type},
    };
    if (f->wire != WIRE_BYTES)
        return malformed(d, "field of the wrong type");
    arena_clear(&d->scratch);
    const ProtobufCMessage *message = protobuf_c_message_unpack(
        messages[f->number].type, &d->allocator, f->bytes.n, (const uint8_t *)f->bytes.at);
    if (!message)
        return err_set(d->err, "malformed profile: bad %s message",
                       messages[f->number].type->short_name);
    return messages[f->number].add(d, message);
}

static int add_string(struct decoder *d, const struct field *f)
{
    struct columns *c = &d->columns;
    if (f->wire != WIRE_BYTES)
        return malformed(d, "field of the wrong type");
    if (c->strings.n == 0 && f->bytes.n)
        return malformed(d, "the first string is not empty");
    *vec_push(c->arena, &c->strings) = arena_span(c->arena, f->bytes);
    return check_room(d, c->strings.n, 1);
}

static int add_comments(struct decoder *d, const struct field *f)
{
    struct columns *c = &d->columns;
    if (f->wire == WIRE_VARINT) {
        *vec_push(c->arena, &c->comments) = raw_string((int64_t)f->value);
        return check_room(d, c->comments.n, 1);
    }
    if (f->wire != WIRE_BYTES)
        return malformed(d, "field of the wrong type");
    const unsigned char *at = (const unsigned char *)f->bytes.at, *end = at + f->bytes.n;
    for (uint64_t value; at < end;) {
        if (take_varint(&at, end, &value))
            return malformed(d, "bad varint");
        *vec_push(c->arena, &c->comments) = raw_string((int64_t)value);
    }
    return check_room(d, c->comments.n, 1);
}

static int set_number(struct decoder *d, const struct field *f)
{
    struct profile *p = d->profile;
    int64_t value = (int64_t)f->value;
    if (f->wire != WIRE_VARINT)
        return malformed(d, "field of the wrong type");
    switch (f->number) {
    case 7:
        p->drop_frames = raw_string(value);
        return 0;
    case 8:
        p->keep_frames = raw_string(value);
        return 0;
    case 9:
        if (p->time_nanos)
            return malformed(d, "several profiles in a row");
        p->time_nanos = value;
        return 0;
    case 10:
        p->duration_nanos = value;
        return 0;
    case 12:
        p->period = value;
        return 0;
    case 14:
        p->default_sample_type = raw_string(value);
        return 0;
    default:
        p->doc_url = raw_string(value);
        return 0;
    }
}

static int take_field(struct decoder *d, const struct field *f)
{
    switch (f->number) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 11:
        return take_message(d, f);
    case 6:
        return add_string(d, f);
    case 13:
        return add_comments(d, f);
    default:
        return f->number <= 15 ? set_number(d, f) : 0;
    }
}

int profile_decode(struct profile *out, struct reader *in, struct err *err)
{
    struct decoder d = {.profile = out, .err = err, .columns.arena = out->arena};
    d.allocator = (ProtobufCAllocator){scratch_alloc, scratch_free, &d.scratch};
    struct field f = {0};
    int status = reader_need(in, 1, err);
    if (status == 0 && reader_have(in) == 0)
        status = err_set(err, "empty file");
    if (status == 0)
        while ((status = next_field(&d, in, &f)) > 0)
            if ((status = take_field(&d, &f)))
                break;
    arena_release(&d.scratch);
    return status ? -1 : columns_resolve(&d.columns, out, err);
}
