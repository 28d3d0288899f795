// SPDX-License-Identifier: Apache-2.0
#include "app/bundle.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "input/source.h"
#include "profile/read/lines.h"
#include "profile/read/reader.h"
#include "profile/read/wire.h"

#define MEMBER_MAX ((uint64_t)4 << 30)

struct bundle {
    const char *place;
    bool tar;
    struct source *source;
    struct stream *in;
    const struct job *job;
    uint64_t n; // profiles so far
};

const char *bundle_place(const char *list)
{
    return strncmp(list, "cat:", 4) == 0 || strncmp(list, "tar:", 4) == 0 ? list + 4 : NULL;
}

struct bundle *bundle_open(const char *list, struct fetcher *fetcher, const struct job *job,
                           struct err *err)
{
    const char *place = bundle_place(list);
    struct source *source = source_open(place, fetcher, job, err);
    if (!source)
        return NULL;
    struct bundle *b = bundle_over(source_stream(source), *list == 't', place, job);
    b->source = source;
    return b;
}

struct bundle *bundle_over(struct stream *in, bool tar, const char *place, const struct job *job)
{
    struct bundle *b = xcalloc(1, sizeof *b);
    *b = (struct bundle){.place = place, .tar = tar, .in = in, .job = job};
    return b;
}

void bundle_close(struct bundle *b)
{
    if (!b)
        return;
    source_close(b->source);
    free(b);
}

// Moves so many bytes of the stream to the end of *bytes; fewer where it ends early.
static int take(struct bundle *b, uint64_t n, struct buf *bytes, struct err *err)
{
    while (n) {
        if (stream_need(b->in, 1, err))
            return -1;
        uint64_t have = stream_have(b->in), part = n < have ? n : have;
        if (part == 0)
            return err_set(err, "ends early");
        if (bytes)
            buf_add(bytes, (struct span){(const char *)b->in->at, part});
        b->in->at += part;
        n -= part;
    }
    return 0;
}

// Profiles one after the other.

// What is known of the profile that is being taken.
struct fields {
    uint32_t first, last; // field's numbers; 0: none yet
    uint32_t seen;        // a bit for each
    unsigned failures;    // to read what there was at what might have been an end
};

enum { FIELD_SAMPLE_TYPE = 1, FIELD_STRING = 6, SEEN_MAX = 16, FAILURES_MAX = 8 };

// drop_frames to period, default_sample_type and doc_url: proto/profile.proto.
#define SINGLE_FIELDS 0xdf80u

// The field that begins at hand, and how many bytes it has, of which as many as are needed to know
// that are at hand. 1, 0 at the end, -1 on a fault.
static int peek_field(struct bundle *b, uint32_t *number, uint64_t *size, struct err *err)
{
    uint64_t key, length = 0;
    if (stream_need(b->in, 2 * VARINT_MAX, err))
        return -1;
    struct wire w = {b->in->at, b->in->end, b->in->end};
    if (w.at == w.end)
        return 0;
    if (wire_varint(&w, &key) || key >> 3 == 0 || key >> 3 > UINT32_MAX)
        return err_set(err, "is not a profile in protobuf form");
    *number = (uint32_t)(key >> 3);
    bool sized = (key & 7) == WIRE_BYTES || (key & 7) == WIRE_VARINT;
    if (sized && wire_varint(&w, &length))
        return err_set(err, "ends early");
    *size = (uint64_t)(w.at - b->in->at) + ((key & 7) == WIRE_BYTES ? length : 0);
    if ((key & 7) == WIRE_FIXED64 || (key & 7) == WIRE_FIXED32)
        *size += (key & 7) == WIRE_FIXED64 ? 8 : 4;
    else if (!sized)
        return err_set(err, "is not a profile in protobuf form");
    return 1;
}

static bool is_whole(struct bundle *b, struct fields *f, const struct buf *bytes)
{
    struct profile p;
    struct err ignored;
    struct read_options options = {0};
    struct stream in = stream_memory(buf_span(bytes));
    if (f->failures >= FAILURES_MAX)
        return false;
    profile_init(&p);
    bool whole = profile_read(&p, &in, &options, b->job, &ignored) == 0;
    profile_release(&p);
    f->failures += !whole;
    return whole;
}

// Of what stands once in a profile, and is not a table.
static bool is_single(uint32_t number)
{
    return number < SEEN_MAX && (SINGLE_FIELDS >> number & 1);
}

static bool begins_anew(const struct fields *f, uint32_t number, const struct stream *in)
{
    bool seen = number < SEEN_MAX && (f->seen >> number & 1), first = number == f->first;
    if (!(f->seen >> FIELD_SAMPLE_TYPE & 1) || !(f->seen >> FIELD_STRING & 1))
        return false;
    if (number == FIELD_STRING)
        return in->at[1] == 0; // the first string is the empty one
    return seen &&
           (is_single(number) || (number != f->last && (first || number == FIELD_SAMPLE_TYPE)));
}

static void note_field(struct fields *f, uint32_t number)
{
    f->first = f->first ? f->first : number;
    f->last = number;
    if (number < SEEN_MAX)
        f->seen |= 1u << number;
}

static int next_concatenated(struct bundle *b, struct buf *bytes, struct err *err)
{
    struct fields f = {0};
    uint32_t number = 0;
    uint64_t size = 0;
    int status;
    while ((status = peek_field(b, &number, &size, err)) > 0) {
        if (begins_anew(&f, number, b->in) && is_whole(b, &f, bytes))
            return 1;
        if (size > MEMBER_MAX || bytes->n > MEMBER_MAX - size)
            return err_set(err, "is larger than 4 GiB");
        if (take(b, size, bytes, err))
            return -1;
        note_field(&f, number);
    }
    return status < 0 ? -1 : bytes->n > 0;
}

// Archives: POSIX.1-2001's pax interchange format, ustar, and GNU's long names.

enum { BLOCK = 512 };

struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
    char link[100], magic[8], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};

static bool parse_octal(const char *at, size_t n, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    if ((unsigned char)at[0] == 0x80) { // GNU: the rest is a binary number
        for (i = 1; i < n; i++)
            *value = *value << 8 | (unsigned char)at[i];
        return true;
    }
    while (i < n && at[i] == ' ')
        i++;
    for (; i < n && at[i] >= '0' && at[i] <= '7'; i++)
        *value = *value << 3 | (uint64_t)(at[i] - '0');
    return i == n || at[i] == ' ' || at[i] == '\0';
}

static bool checksum_fits(const struct header *h)
{
    const unsigned char *at = (const unsigned char *)h;
    uint64_t sum = 0, told;
    for (size_t i = 0; i < BLOCK; i++) {
        bool own = i >= offsetof(struct header, checksum) && i < offsetof(struct header, type);
        sum += own ? ' ' : at[i];
    }
    return parse_octal(h->checksum, sizeof h->checksum, &told) && told == sum;
}

static void add_field(struct buf *out, const char *at, size_t n)
{
    buf_add(out, (struct span){at, strnlen(at, n)});
}

// 1, 0 at the end of the archive, -1 on a fault.
static int read_header(struct bundle *b, struct header *h, uint64_t *size, struct err *err)
{
    static const struct header zeros;
    struct buf block = {0};
    if (stream_need(b->in, 1, err))
        return -1;
    if (stream_have(b->in) == 0)
        return 0;
    int status = take(b, BLOCK, &block, err);
    if (status == 0) {
        memcpy(h, block.at, BLOCK);
        status = memcmp(h, &zeros, BLOCK) == 0 ? 0 : 1;
    }
    buf_release(&block);
    if (status == 1 && (!checksum_fits(h) || !parse_octal(h->size, sizeof h->size, size)))
        return err_set(err, "is not a tar archive");
    return status;
}

// The path of a pax header's records, "NN path=…\n", if one is there.
static void find_path(struct span records, struct buf *name)
{
    struct span record;
    while (span_cut(&records, '\n', &record)) {
        size_t blank = span_find(record, SPAN(" path="));
        if (blank == SPAN_NOT_FOUND)
            continue;
        name->n = 0;
        buf_add(name, span_from(record, blank + strlen(" path=")));
    }
}

static int skip(struct bundle *b, uint64_t n, struct err *err)
{
    return take(b, n, NULL, err);
}

static uint64_t padding(uint64_t size)
{
    return (BLOCK - size % BLOCK) % BLOCK;
}

// Takes what says the next file's name and is not a file itself.
static int take_name(struct bundle *b, char type, uint64_t size, struct buf *name, struct err *err)
{
    enum { NAME_MAX_BYTES = 1 << 20 };
    struct buf text = {0};
    if (size > NAME_MAX_BYTES)
        return err_set(err, "is not a tar archive");
    int status = take(b, size, &text, err) || skip(b, padding(size), err) ? -1 : 0;
    if (status == 0 && type == 'x')
        find_path(buf_span(&text), name);
    else if (status == 0)
        name->n = 0, add_field(name, text.at ? text.at : "", text.n);
    buf_release(&text);
    return status;
}

static void set_name(struct buf *name, const struct header *h)
{
    if (name->n)
        return;
    if (memcmp(h->magic, "ustar", 6) == 0 && *h->prefix) {
        add_field(name, h->prefix, sizeof h->prefix);
        buf_addc(name, '/');
    }
    add_field(name, h->name, sizeof h->name);
}

static int next_file(struct bundle *b, struct buf *bytes, struct buf *name, struct err *err)
{
    struct header h;
    uint64_t size = 0;
    int status;
    while ((status = read_header(b, &h, &size, err)) > 0) {
        if (size > MEMBER_MAX)
            return err_set(err, "holds a file of more than 4 GiB");
        if (h.type == 'L' || h.type == 'x') {
            if (take_name(b, h.type, size, name, err))
                return -1;
        } else if (h.type == '0' || h.type == '\0' || h.type == '7') {
            set_name(name, &h);
            return take(b, size, bytes, err) || skip(b, padding(size), err) ? -1 : 1;
        } else {
            name->n = 0;
            if (skip(b, size + padding(size), err))
                return -1;
        }
    }
    return status;
}

int bundle_next(struct bundle *b, struct buf *bytes, struct buf *name, struct err *err)
{
    buf_clear(bytes);
    buf_clear(name);
    b->n++;
    int status = b->tar ? next_file(b, bytes, name, err) : next_concatenated(b, bytes, err);
    struct buf where = {0};
    source_show(b->place, &where);
    if (b->tar)
        buf_printf(&where, ": ");
    else
        buf_printf(&where, ", profile %" PRIu64, b->n);
    buf_add(&where, buf_span(name));
    buf_clear(name);
    buf_add(name, buf_span(&where));
    buf_release(&where);
    return status;
}
