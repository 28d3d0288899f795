// SPDX-License-Identifier: Apache-2.0
#include "twins.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "profile.pb-c.h"
#include "profile/read/messages.h"

typedef Perftools__Profiles__Sample pb_sample;
typedef Perftools__Profiles__Location pb_location;
typedef Perftools__Profiles__Function pb_function;

#define EXPECT(condition)                                                   \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            return false;                                                   \
        }                                                                   \
    } while (0)

enum { LABELS_MAX = 1024 };

static uint64_t frame_of(const struct columns *c, size_t i)
{
    uint32_t raw = c->frames.at[i];
    if (raw == ID_ZERO)
        return 0;
    return raw < WIDE_ID_FIRST ? raw + UINT64_C(1) : c->wide_ids.at[raw - WIDE_ID_FIRST];
}

static bool same_labels(const struct columns *c, const pb_sample *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_label; i++) {
        const Perftools__Profiles__Label *l = m->label[i];
        if (!l->str && !l->num && !l->num_unit)
            continue;
        EXPECT(n < c->labels.n);
        const struct label *label = &c->labels.at[n++];
        EXPECT(label->key == message_string(l->key));
        EXPECT(label->value == message_string(l->str ? l->str : l->num_unit));
        EXPECT(label->num == (l->str ? 0 : l->num));
        EXPECT(label->kind == (l->str ? LABEL_STR : l->num_unit ? LABEL_NUM_UNIT : LABEL_NUM));
    }
    EXPECT(n == c->labels.n);
    return true;
}

static bool same_values(const struct columns *c, const pb_sample *m)
{
    EXPECT(c->values.n == m->n_value);
    for (size_t i = 0; i < m->n_value; i++)
        EXPECT(c->values.at[i] == m->value[i]);
    return true;
}

// Numbers are made of the values of all types at once, or of one.
static bool same_packed(const struct columns *c, const pb_sample *m)
{
    int64_t *all = xmalloc(m->n_value * sizeof *all), one;
    bool same = c->packed.n == m->n_value;
    if (same)
        values_of_all(&c->packed, all);
    for (size_t i = 0; same && i < m->n_value; i++) {
        values_of_type(&c->packed, 1, (uint32_t)m->n_value, (uint32_t)i, NULL, &one);
        same = all[i] == m->value[i] && one == m->value[i];
    }
    free(all);
    EXPECT(same);
    return true;
}

static bool same_sample(const struct columns *c, const void *message, bool decoded)
{
    const pb_sample *m = message;
    EXPECT(decoded == (m && m->n_value > 0 && m->n_label <= LABELS_MAX));
    if (!decoded)
        return true;
    EXPECT(c->samples.n == 1 && c->samples.at[0].n_frames == m->n_location_id);
    EXPECT(c->frames.n == m->n_location_id);
    for (size_t i = 0; i < m->n_location_id; i++)
        EXPECT(frame_of(c, i) == m->location_id[i]);
    EXPECT(c->n_values == m->n_value);
    EXPECT(c->only ? same_packed(c, m) : same_values(c, m));
    EXPECT(c->samples.at[0].n_labels == c->labels.n);
    return same_labels(c, m);
}

static bool same_location(const struct columns *c, const void *message, bool decoded)
{
    const pb_location *m = message;
    EXPECT(decoded == (m && m->id != 0));
    if (!decoded)
        return true;
    const struct location *loc = &c->locations.at[0];
    EXPECT(c->locations.n == 1 && loc->id == m->id && loc->address == m->address);
    EXPECT(c->mapping_ids.at[0] == m->mapping_id && loc->folded == !!m->is_folded);
    EXPECT(loc->n_lines == m->n_line && c->lines.n == m->n_line);
    for (size_t i = 0; i < m->n_line; i++) {
        EXPECT(c->function_ids.at[i] == m->line[i]->function_id);
        EXPECT(c->lines.at[i].line == m->line[i]->line);
        EXPECT(c->lines.at[i].column == m->line[i]->column);
    }
    return true;
}

static bool same_function(const struct columns *c, const void *message, bool decoded)
{
    const pb_function *m = message;
    EXPECT(decoded == (m && m->id != 0));
    if (!decoded)
        return true;
    const struct function *f = &c->functions.at[0];
    EXPECT(c->functions.n == 1 && f->id == m->id && f->start_line == m->start_line);
    EXPECT(f->name == message_string(m->name));
    EXPECT(f->system_name == message_string(m->system_name));
    EXPECT(f->filename == message_string(m->filename));
    return true;
}

// The one deliberate difference: protobuf-c takes anything for a truth value.
static bool has_odd_fold(struct span bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    struct wire w = {at, at + bytes.n, at + bytes.n};
    struct wire_field f;
    while (wire_next(&w, &f) > 0)
        if (f.number == 5 && f.type != WIRE_VARINT)
            return true;
    return false;
}

static const struct {
    const ProtobufCMessageDescriptor *type;
    int (*decode)(struct columns *, struct wire *, struct err *);
    bool (*same)(const struct columns *, const void *, bool);
    const char *only; // sample type
} twins[TWINS] = {
    {&perftools__profiles__sample__descriptor, message_sample, same_sample, NULL},
    {&perftools__profiles__sample__descriptor, message_sample, same_sample, ""},
    {&perftools__profiles__location__descriptor, message_location, same_location, NULL},
    {&perftools__profiles__function__descriptor, message_function, same_function, NULL},
};

// The bytes stand alone, or before others that may be read but are not the message's.
static bool agrees(enum twin twin, struct span bytes, const ProtobufCMessage *message,
                   size_t n_behind, int behind)
{
    struct arena arena = {0};
    struct columns c = {.arena = &arena, .only = twins[twin].only};
    struct err err;
    unsigned char *copy = xmalloc(bytes.n + n_behind);
    if (bytes.n)
        memcpy(copy, bytes.at, bytes.n);
    memset(copy + bytes.n, behind, n_behind);
    struct wire w = {copy, copy + bytes.n, copy + bytes.n + n_behind};
    bool decoded = twins[twin].decode(&c, &w, &err) == 0;
    bool same = twins[twin].same(&c, message, decoded);
    free(copy);
    columns_release(&c);
    arena_release(&arena);
    return same;
}

bool twins_agree(enum twin twin, struct span bytes)
{
    if (twin == TWIN_LOCATION && has_odd_fold(bytes))
        return true;
    ProtobufCMessage *message =
        protobuf_c_message_unpack(twins[twin].type, NULL, bytes.n, (const uint8_t *)bytes.at);
    bool same = agrees(twin, bytes, message, 0, 0) && agrees(twin, bytes, message, 40, 0) &&
                agrees(twin, bytes, message, 17, 0xff) && agrees(twin, bytes, message, 25, 0x81) &&
                agrees(twin, bytes, message, 90, 0) && agrees(twin, bytes, message, 90, 0x81) &&
                agrees(twin, bytes, message, 77, 0xff);
    if (message)
        protobuf_c_message_free_unpacked(message, NULL);
    return same;
}
