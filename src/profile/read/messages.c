// SPDX-License-Identifier: Apache-2.0
#include "profile/read/messages.h"

#include "profile/read/packed.h"

enum { LABELS_MAX = 1024 }; // of one sample: real ones have a few
enum { LABEL_MEMO_BITS = 9, LABELS_END_MAX = 48 };
#define WIDE_IDS_MAX (UINT32_MAX - WIDE_ID_FIRST)

int message_malformed(struct err *err, const char *what)
{
    return err_set(err, "malformed profile: %s", what);
}

str_id message_string(int64_t index)
{
    return index >= 0 && index < NO_STRING ? (str_id)index : NO_STRING;
}

static size_t count_values(const struct columns *c)
{
    return c->only ? c->packed.n : c->values.n;
}

// Whether all columns have room for what comes of a sample of n bytes. No entry is shorter than a
// byte, and there are fewer samples than values.
static int check_room(const struct columns *c, size_t n, struct err *err)
{
    return message_room(c->frames.n, n, err) || message_room(count_values(c), n, err) ||
                   message_room(c->labels.n, n, err) ||
                   message_room(c->wide_ids.n + (MESSAGE_COUNT_MAX - WIDE_IDS_MAX), n, err)
               ? -1
               : 0;
}

static int bad(struct err *err, const char *message)
{
    return err_set(err, "malformed profile: bad %s message", message);
}

// Reads a message that has nothing but numbers: fields 1 to n to values[1] to values[n].
static int take_numbers(struct wire *w, int64_t *values, unsigned n)
{
    struct wire_field f;
    int status;
    while ((status = wire_next(w, &f)) > 0) {
        if (f.number == 0 || f.number > n)
            continue;
        if (f.type != WIRE_VARINT)
            return -1;
        values[f.number] = (int64_t)f.value;
    }
    return status;
}

static uint32_t raw_location(struct columns *c, uint64_t id)
{
    if (id <= WIDE_ID_FIRST)
        return (uint32_t)id - 1;
    *vec_push(&c->scratch, &c->wide_ids) = id;
    return WIDE_ID_FIRST + (uint32_t)(c->wide_ids.n - 1);
}

static int add_frames(struct columns *c, struct wire *w)
{
    uint64_t id;
    vec_room(c->arena, &c->frames,
             (size_t)(w->end - w->at) + PACKED_AT_ONCE); // a byte each at least
    uint32_t *frames = c->frames.at + c->frames.n;
    while (w->at < w->end) {
        frames = packed_take(w, frames);
        if (w->at == w->end)
            break;
        if (wire_varint(w, &id))
            return -1;
        *frames++ = raw_location(c, id);
    }
    c->frames.n = (size_t)(frames - c->frames.at);
    return 0;
}

static int add_values(struct columns *c, struct wire *w)
{
    if (c->only)
        return values_add(&c->packed, &c->scratch, w);
    struct wire rest = *w; // a copy stays in registers
    uint64_t value;
    vec_room(c->arena, &c->values, (size_t)(w->end - w->at));
    int64_t *values = c->values.at + c->values.n;
    while (rest.at < rest.end) {
        if (wire_mixed(&rest, &value))
            return -1;
        *values++ = (int64_t)value;
    }
    c->values.n = (size_t)(values - c->values.at);
    w->at = rest.at;
    return 0;
}

static int add_label(struct columns *c, struct wire *w)
{
    enum { KEY = 1, STR, NUM, NUM_UNIT, END };
    int64_t of[END] = {0};
    if (take_numbers(w, of, NUM_UNIT))
        return -1;
    if (!of[STR] && !of[NUM] && !of[NUM_UNIT])
        return 0;
    *vec_push(c->arena, &c->labels) = (struct label){
        .key = message_string(of[KEY]),
        .value = message_string(of[STR] ? of[STR] : of[NUM_UNIT]),
        .num = of[STR] ? 0 : of[NUM],
        .kind = of[STR]        ? LABEL_STR
                : of[NUM_UNIT] ? LABEL_NUM_UNIT
                               : LABEL_NUM,
    };
    return 0;
}

// Repeated numbers come packed, or each as a field of its own.
static int add_sample_field(struct columns *c, struct wire_field *f)
{
    if (f->type == WIRE_BYTES)
        return f->number == 1 ? add_frames(c, &f->bytes) : add_values(c, &f->bytes);
    if (f->type != WIRE_VARINT)
        return -1;
    if (f->number == 1)
        *vec_push(c->arena, &c->frames) = raw_location(c, f->value);
    else if (c->only)
        values_add_one(&c->packed, &c->scratch, f->value);
    else
        *vec_push(c->arena, &c->values) = (int64_t)f->value;
    return 0;
}

// Samples mostly end in their labels, and those of one are those of many others, which then share
// them.
struct labels_end {
    unsigned char bytes[LABELS_END_MAX];
    size_t n;
    uint32_t label, n_labels; // what became of it
};

enum { LABEL_MEMO_SIZE = 1 << LABEL_MEMO_BITS };

// Most profiles have few, for which little memory is to be touched.
struct label_memo {
    uint16_t places[LABEL_MEMO_SIZE]; // by what the bytes tell: one of ends, or 0: none yet
    uint16_t n;
    struct labels_end ends[1 + LABEL_MEMO_SIZE];
};

static struct label_memo *memo_new(struct arena *arena)
{
    struct label_memo *memo = arena_alloc(arena, sizeof *memo);
    memset(memo, 0, offsetof(struct label_memo, ends));
    return memo;
}

// Where the end of a message has its place; NULL where it is too long, or too near the end of what
// is at hand.
static struct labels_end *labels_place(struct columns *c, const struct wire *end)
{
    size_t n = (size_t)(end->end - end->at);
    if (n == 0 || n > LABELS_END_MAX || end->limit - end->at < 8)
        return NULL;
    if (!c->memo)
        c->memo = memo_new(&c->scratch);
    uint64_t mask = n < 8 ? (UINT64_C(1) << 8 * n) - 1 : UINT64_MAX;
    uint64_t hash = (wire_word(end->at) & mask) * 0x9e3779b97f4a7c15u;
    if (n > 8)
        hash = (hash ^ wire_word(end->end - 8)) * 0x9e3779b97f4a7c15u;
    uint16_t *place = &c->memo->places[hash >> (64 - LABEL_MEMO_BITS)];
    if (*place == 0) {
        *place = ++c->memo->n;
        c->memo->ends[*place].n = 0;
    }
    return &c->memo->ends[*place];
}

// As memcmp has it, but most are short. There are eight bytes of both.
static bool same_bytes(const unsigned char *a, const unsigned char *b, size_t n)
{
    if (n < 8)
        return ((wire_word(a) ^ wire_word(b)) & ((UINT64_C(1) << 8 * n) - 1)) == 0;
    uint64_t differs = wire_word(a + n - 8) ^ wire_word(b + n - 8);
    for (size_t i = 0; i + 8 < n; i += 8)
        differs |= wire_word(a + i) ^ wire_word(b + i);
    return differs == 0;
}

static bool recall_labels(const struct labels_end *place, const struct wire *end, struct sample *s)
{
    size_t n = (size_t)(end->end - end->at);
    if (!place || place->n != n || !same_bytes(place->bytes, end->at, n))
        return false;
    s->label = place->label;
    s->n_labels = place->n_labels;
    return true;
}

static void keep_labels(struct labels_end *place, const struct wire *end, const struct sample *s)
{
    *place = (struct labels_end){
        .n = (size_t)(end->end - end->at), .label = s->label, .n_labels = s->n_labels};
    memcpy(place->bytes, end->at, place->n);
}

// From the first label of a sample to its end.
static int add_sample_end(struct columns *c, struct wire *w, struct sample *s, uint32_t *n_labels)
{
    struct wire end = *w;
    struct labels_end *place = labels_place(c, &end);
    struct wire_field f;
    bool only_labels = true;
    int status;
    if (recall_labels(place, &end, s))
        return 0;
    s->label = (uint32_t)c->labels.n;
    while ((status = wire_next(w, &f)) > 0) {
        only_labels &= f.number == 3;
        if (f.number == 1 || f.number == 2)
            status = add_sample_field(c, &f);
        else if (f.number == 3)
            status = f.type == WIRE_BYTES ? add_label(c, &f.bytes) : -1;
        *n_labels += f.number == 3;
        if (status < 0)
            return -1;
    }
    s->n_labels = (uint32_t)c->labels.n - s->label;
    if (status == 0 && place && only_labels)
        keep_labels(place, &end, s);
    return status;
}

// Frames and values that come packed, as they mostly do.
static int add_packed_fields(struct columns *c, struct wire *w)
{
    enum { FRAMES_KEY = 1 << 3 | WIRE_BYTES, VALUES_KEY = 2 << 3 | WIRE_BYTES };
    struct wire bytes;
    while (w->at < w->end && (*w->at == FRAMES_KEY || *w->at == VALUES_KEY)) {
        bool frames = *w->at++ == FRAMES_KEY;
        if (wire_bytes(w, &bytes) || (frames ? add_frames(c, &bytes) : add_values(c, &bytes)))
            return -1;
    }
    return 0;
}

static int add_sample_fields(struct columns *c, struct wire *w, struct sample *s,
                             uint32_t *n_labels)
{
    enum { LABEL_KEY = 3 << 3 | WIRE_BYTES };
    struct wire_field f;
    int status = 1;
    if (add_packed_fields(c, w))
        return -1;
    while (w->at < w->end && *w->at != LABEL_KEY && (status = wire_next(w, &f)) > 0) {
        if (f.number == 3)
            return -1;
        if ((f.number == 1 || f.number == 2) && add_sample_field(c, &f))
            return -1;
    }
    return status < 0 ? status : add_sample_end(c, w, s, n_labels);
}

static int check_sample(struct columns *c, size_t n_values, uint32_t n_labels, struct err *err)
{
    if (n_values == 0)
        return message_malformed(err, "a sample without values");
    if (n_labels > LABELS_MAX)
        return message_malformed(err, "a sample with more than 1024 labels");
    if (c->samples.n == 0)
        c->n_values = (uint32_t)n_values;
    if (n_values != c->n_values && !c->uneven) {
        c->uneven = true;
        c->uneven_sample = (uint32_t)c->samples.n;
        c->uneven_values = (uint32_t)n_values;
    }
    return 0;
}

int message_sample(struct columns *c, struct wire *w, struct err *err)
{
    size_t n = (size_t)(w->end - w->at), values = count_values(c);
    uint32_t n_labels = 0;
    if (check_room(c, n, err))
        return -1;
    vec_room(c->arena, &c->samples, 1);
    struct sample *s = &c->samples.at[c->samples.n];
    *s = (struct sample){.frame = (uint32_t)c->frames.n, .row = (uint32_t)c->samples.n};
    if (c->only)
        values_begin_sample(&c->packed, &c->scratch, c->samples.n);
    if (add_sample_fields(c, w, s, &n_labels))
        return bad(err, "Sample");
    if (check_sample(c, count_values(c) - values, n_labels, err))
        return -1;
    s->n_frames = (uint32_t)c->frames.n - s->frame;
    c->samples.n++;
    return 0;
}

// Numbers go straight to where they stay: what is gathered first and then copied many bytes at a
// time has the processor wait for the stores.
static int add_line(struct columns *c, struct wire *w)
{
    enum { FUNCTION = 1, LINE, COLUMN };
    struct line *line = vec_push(c->arena, &c->lines);
    uint64_t *function = vec_push(&c->scratch, &c->function_ids);
    struct wire_field f;
    int status;
    *line = (struct line){.line = 0};
    *function = 0;
    while ((status = wire_next(w, &f)) > 0) {
        if (f.number == 0 || f.number > COLUMN)
            continue;
        if (f.type != WIRE_VARINT)
            return -1;
        if (f.number == FUNCTION)
            *function = f.value;
        else if (f.number == LINE)
            line->line = (int64_t)f.value;
        else
            line->column = (int64_t)f.value;
    }
    return status;
}

static int add_location_field(struct columns *c, struct location *loc, uint64_t *mapping,
                              struct wire_field *f)
{
    enum { ID = 1, MAPPING, ADDRESS, LINES, FOLDED };
    if (f->number == LINES)
        return f->type == WIRE_BYTES ? add_line(c, &f->bytes) : -1;
    if (f->number == 0 || f->number > FOLDED)
        return 0;
    if (f->type != WIRE_VARINT)
        return -1;
    if (f->number == ID)
        loc->id = f->value;
    else if (f->number == MAPPING)
        *mapping = f->value;
    else if (f->number == ADDRESS)
        loc->address = f->value;
    else
        loc->folded = f->value != 0;
    return 0;
}

int message_location(struct columns *c, struct wire *w, struct err *err)
{
    struct wire_field f;
    int status;
    if (message_room(c->locations.n, 1, err) ||
        message_room(c->lines.n, (size_t)(w->end - w->at), err))
        return -1;
    struct location *loc = vec_push(c->arena, &c->locations);
    uint64_t *mapping = vec_push(&c->scratch, &c->mapping_ids);
    *loc = (struct location){.line = (uint32_t)c->lines.n};
    *mapping = 0;
    while ((status = wire_next(w, &f)) > 0)
        if ((status = add_location_field(c, loc, mapping, &f)))
            break;
    if (status)
        return bad(err, "Location");
    if (loc->id == 0)
        return message_malformed(err, "a location has the reserved id 0");
    loc->n_lines = (uint32_t)c->lines.n - loc->line;
    return 0;
}

static void set_function_field(struct function *f, const struct wire_field *field)
{
    enum { ID = 1, NAME, SYSTEM_NAME, FILENAME };
    str_id string = message_string((int64_t)field->value);
    if (field->number == ID)
        f->id = field->value;
    else if (field->number == NAME)
        f->name = string;
    else if (field->number == SYSTEM_NAME)
        f->system_name = string;
    else if (field->number == FILENAME)
        f->filename = string;
    else
        f->start_line = (int64_t)field->value;
}

int message_function(struct columns *c, struct wire *w, struct err *err)
{
    enum { START_LINE = 5 };
    struct function *function = vec_push(c->arena, &c->functions);
    struct wire_field f;
    int status;
    *function = (struct function){0};
    while ((status = wire_next(w, &f)) > 0) {
        if (f.number == 0 || f.number > START_LINE)
            continue;
        if (f.type != WIRE_VARINT)
            return bad(err, "Function");
        set_function_field(function, &f);
    }
    if (status)
        return bad(err, "Function");
    if (function->id == 0)
        return message_malformed(err, "a function has the reserved id 0");
    return message_room(c->functions.n, 1, err);
}
