// SPDX-License-Identifier: Apache-2.0
#include "profile/read/proto.h"

#include "profile.pb-c.h"
#include "profile/read/messages.h"

typedef Perftools__Profiles__Mapping pb_mapping;
typedef Perftools__Profiles__ValueType pb_value_type;

// One field of the outermost message.
struct field {
    uint64_t number;
    unsigned wire;
    uint64_t value;    // of WIRE_VARINT
    struct wire bytes; // of WIRE_BYTES; in the stream's window
};

struct decoder {
    struct columns columns;
    struct profile *profile;
    struct arena scratch; // of the message at hand
    ProtobufCAllocator allocator;
    const struct job *job;
    struct err *err;
};

static int malformed(struct decoder *d, const char *what)
{
    return message_malformed(d->err, what);
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

static int take_bytes(struct decoder *d, struct stream *in, uint64_t n, struct field *f)
{
    if (stream_need(in, n, d->err))
        return -1;
    if (stream_have(in) < n)
        return malformed(d, "truncated protobuf");
    f->bytes = (struct wire){in->at, in->at + n, in->end};
    in->at += n;
    return 0;
}

static int take_varint(struct decoder *d, struct stream *in, uint64_t *value)
{
    struct wire w = {in->at, in->end, in->end};
    if (wire_varint(&w, value))
        return malformed(d, "bad varint");
    in->at = w.at;
    return 0;
}

// 1 with *f filled, 0 at the end, -1 on a fault.
static int next_field(struct decoder *d, struct stream *in, struct field *f)
{
    if (stream_need(in, 2 * VARINT_MAX, d->err))
        return -1;
    if (stream_have(in) == 0)
        return 0;
    uint64_t tag, n;
    if (take_varint(d, in, &tag))
        return -1;
    *f = (struct field){.number = tag >> 3, .wire = tag & 7};
    if (f->number == 0)
        return malformed(d, "field number 0");
    switch (f->wire) {
    case WIRE_VARINT:
        return take_varint(d, in, &f->value) ? -1 : 1;
    case WIRE_FIXED64:
        return take_bytes(d, in, 8, f) ? -1 : 1;
    case WIRE_FIXED32:
        return take_bytes(d, in, 4, f) ? -1 : 1;
    case WIRE_BYTES:
        return take_varint(d, in, &n) || take_bytes(d, in, n, f) ? -1 : 1;
    default:
        return malformed(d, "unknown wire type");
    }
}

static int check_room(struct decoder *d, size_t have, size_t more)
{
    return message_room(have, more, d->err);
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
        .file = message_string(m->filename),
        .build_id = message_string(m->build_id),
        .has_functions = m->has_functions,
        .has_filenames = m->has_filenames,
        .has_line_numbers = m->has_line_numbers,
        .has_inline_frames = m->has_inline_frames,
    };
    return check_room(d, c->mappings.n, 1);
}

static struct value_type raw_value_type(const ProtobufCMessage *message)
{
    const pb_value_type *m = (const pb_value_type *)message;
    return (struct value_type){message_string(m->type), message_string(m->unit)};
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

static int add_string(struct columns *c, struct wire *w, struct err *err)
{
    struct span text = {(const char *)w->at, (size_t)(w->end - w->at)};
    if (c->strings.n == 0 && text.n)
        return message_malformed(err, "the first string is not empty");
    *vec_push(&c->scratch, &c->strings) = arena_span(c->arena, text);
    return message_room(c->strings.n, 1, err);
}

// The messages that are many have decoders of their own.
static int take_message(struct decoder *d, struct field *f)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        int (*add)(struct decoder *, const ProtobufCMessage *);
        int (*fast)(struct columns *, struct wire *, struct err *);
    } messages[] = {
        [1] = {&perftools__profiles__value_type__descriptor, add_sample_type, NULL},
        [2] = {NULL, NULL, message_sample},
        [3] = {&perftools__profiles__mapping__descriptor, add_mapping, NULL},
        [4] = {NULL, NULL, message_location},
        [5] = {NULL, NULL, message_function},
        [6] = {NULL, NULL, add_string},
        [11] = {&perftools__profiles__value_type__descriptor, set_period_type, NULL},
    };
    if (f->wire != WIRE_BYTES)
        return malformed(d, "field of the wrong type");
    if (messages[f->number].fast)
        return messages[f->number].fast(&d->columns, &f->bytes, d->err);
    arena_clear(&d->scratch);
    const ProtobufCMessage *message = protobuf_c_message_unpack(
        messages[f->number].type, &d->allocator, (size_t)(f->bytes.end - f->bytes.at), f->bytes.at);
    if (!message)
        return err_set(d->err, "malformed profile: bad %s message",
                       messages[f->number].type->short_name);
    return messages[f->number].add(d, message);
}

static int add_comments(struct decoder *d, const struct field *f)
{
    struct columns *c = &d->columns;
    if (f->wire == WIRE_VARINT) {
        *vec_push(c->arena, &c->comments) = message_string((int64_t)f->value);
        return check_room(d, c->comments.n, 1);
    }
    if (f->wire != WIRE_BYTES)
        return malformed(d, "field of the wrong type");
    struct wire w = f->bytes;
    for (uint64_t value; w.at < w.end;) {
        if (wire_varint(&w, &value))
            return malformed(d, "bad varint");
        *vec_push(c->arena, &c->comments) = message_string((int64_t)value);
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
        p->drop_frames = message_string(value);
        return 0;
    case 8:
        p->keep_frames = message_string(value);
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
        p->default_sample_type = message_string(value);
        return 0;
    default:
        p->doc_url = message_string(value);
        return 0;
    }
}

static int take_field(struct decoder *d, struct field *f)
{
    switch (f->number) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 11:
        return take_message(d, f);
    case 13:
        return add_comments(d, f);
    default:
        return f->number <= 15 ? set_number(d, f) : 0;
    }
}

// Whether the bytes of a field that begins with this key go into a column at once.
static inline int (*taker_of(unsigned char key))(struct columns *, struct wire *, struct err *)
{
    switch (key) {
    case 2 << 3 | WIRE_BYTES:
        return message_sample;
    case 4 << 3 | WIRE_BYTES:
        return message_location;
    case 5 << 3 | WIRE_BYTES:
        return message_function;
    case 6 << 3 | WIRE_BYTES:
        return add_string;
    default:
        return NULL;
    }
}

// Takes the messages of these kinds that are whole in the window, which are nearly all of a
// profile.
static int take_messages(struct decoder *d, struct stream *in)
{
    struct wire w = {in->at, in->end, in->end}, message;
    while (w.at < w.end) {
        int (*take)(struct columns *, struct wire *, struct err *) = taker_of(*w.at);
        if (!take)
            break;
        w.at++;
        if (wire_bytes(&w, &message))
            break;
        in->at = w.at;
        if (take(&d->columns, &message, d->err))
            return -1;
    }
    columns_note_frames(&d->columns); // while they are in the cache
    return 0;
}

static int take_fields(struct decoder *d, struct stream *in)
{
    struct field f = {0};
    int status;
    do {
        if (job_check(d->job, d->err) || take_messages(d, in))
            return -1;
        status = next_field(d, in, &f);
    } while (status > 0 && (status = take_field(d, &f)) == 0);
    return status;
}

// What a short profile, of which n bytes are at hand, is likely to have. Memory that is not touched
// costs nothing, and tables that grow touch it several times.
static struct table_sizes likely_sizes(size_t n)
{
    enum { SHORT = 64 << 10 };
    return n > SHORT ? (struct table_sizes){0}
                     : (struct table_sizes){.strings = n / 32,
                                            .samples = n / 64,
                                            .values = n / 32,
                                            .frames = n / 4,
                                            .locations = n / 64,
                                            .lines = n / 64,
                                            .functions = n / 64};
}

static int decode(struct profile *out, const struct reading *r, struct table_sizes *sizes)
{
    struct decoder d = {.profile = out, .job = r->job, .err = r->err};
    d.columns = (struct columns){.arena = out->arena, .only = r->options->only_type};
    d.allocator = (ProtobufCAllocator){scratch_alloc, scratch_free, &d.scratch};
    int status = stream_need(r->in, 1, r->err);
    if (status == 0 && stream_have(r->in) == 0)
        status = err_set(r->err, "empty file");
    if (sizes->strings == 0)
        *sizes = likely_sizes(stream_have(r->in));
    columns_expect(&d.columns, sizes);
    out->arena->populate = d.columns.scratch.populate = r->in->populate;
    if (status == 0)
        status = take_fields(&d, r->in);
    out->arena->populate = d.columns.scratch.populate = NULL;
    arena_release(&d.scratch);
    if (status == 0) {
        *sizes = columns_sizes(&d.columns);
        status = columns_resolve(&d.columns, out, r->job, r->err);
    }
    arena_give_back(&d.columns.scratch, r->job);
    columns_release(&d.columns);
    return status ? -1 : 0;
}

int profile_decode(struct profile *out, struct stream *in, const char *only, const struct job *job,
                   struct err *err)
{
    struct table_sizes unknown = {0};
    struct read_options options = {.only_type = only};
    return decode(out, &(struct reading){in, &options, job, err}, &unknown);
}

// Whether a message may be a ValueType, which is two numbers.
static bool is_value_type(struct wire w)
{
    struct wire_field f;
    int status;
    while ((status = wire_next(&w, &f)) > 0)
        if (f.number <= 2 && f.type != WIRE_VARINT)
            return false;
    return status == 0;
}

// Whether a field of the outermost message has the wire type that profile.proto gives it.
static bool is_wire_type(const struct wire_field *f)
{
    switch (f->number) {
    case 1:
    case 11:
        return f->type == WIRE_BYTES && is_value_type(f->bytes);
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
        return f->type == WIRE_BYTES;
    case 13:
        return f->type == WIRE_BYTES || f->type == WIRE_VARINT;
    default:
        return f->number > 15 || f->type == WIRE_VARINT;
    }
}

// Whether a fault at this place may only be that not all bytes were seen.
static bool may_be_cut(const struct head *head, struct wire w)
{
    struct wire_field f;
    uint64_t key;
    if (head->whole)
        return false;
    if (w.end - w.at < 2 * VARINT_MAX)
        return true;
    if (wire_varint(&w, &key))
        return false;
    f = (struct wire_field){.number = (uint32_t)(key >> 3), .type = key & 7};
    return f.type == WIRE_BYTES && (f.number <= 6 || f.number == 11 || is_wire_type(&f));
}

// How many fields the bytes begin with, and whether a fault follows.
static unsigned count_fields(const struct head *head, bool *fault)
{
    enum { ENOUGH = 64 };
    const unsigned char *at = (const unsigned char *)head->bytes.at;
    struct wire w = {at, at + head->bytes.n, at + head->bytes.n}, before = w;
    struct wire_field f;
    unsigned n = 0;
    int status = 1;
    while (n < ENOUGH && (status = wire_next(&w, &f)) > 0 && is_wire_type(&f)) {
        before = w;
        n++;
    }
    *fault = n < ENOUGH && status != 0 && !may_be_cut(head, before);
    return n + (n == 0 && !*fault);
}

static bool is_text(struct span bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.at[i];
        if (c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f')
            return false;
    }
    return true;
}

// A profile has bytes that no text has: the numbers of its fields. What is neither a text nor
// anything else is called a malformed profile.
static unsigned proto_probe(const struct head *head)
{
    bool fault;
    unsigned n = count_fields(head, &fault);
    if (is_text(head->bytes))
        return 0;
    return n == 0 ? 1 : fault ? 30 : PROBE_CERTAIN;
}

static int proto_read(struct profile *out, const struct reading *r)
{
    struct table_sizes unknown = {0};
    return decode(out, r, r->options->sizes ? r->options->sizes : &unknown);
}

const struct reader reader_proto = {
    .name = "proto",
    .summary = "pprof's own protobuf, profile.proto",
    .probe_size = 1024,
    .probe = proto_probe,
    .read = proto_read,
};
