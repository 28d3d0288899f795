// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "profile/read/java.h"
#include "profile/read/maps.h"

// gperftools' CPU profiles, of C++ and of Java programs: words of 32 or 64 bits in either order.
//
//     0 3 LANGUAGE PERIOD 0    0: C++, 1: Java; microseconds
//     COUNT N ADDRESS…         each sample
//     0 1 0                    the last
//
// and a text, which is the memory map, or the names of Java's addresses.
// Source: gperftools' docs/cpuprofile-fileformat.html.

struct layout {
    unsigned size; // of a word, in bytes
    bool big;      // the first byte is the uppermost
};

static const struct layout layouts[] = {{4, false}, {4, true}, {8, false}, {8, true}};

enum { HEAD_WORDS = 5, MAGIC = 3, CPP = 0, JAVA = 1 };

struct cpu {
    struct legacy l;
    const struct layout *layout;
    struct span rest;
    bool ended; // a word was asked for that is not there
};

static uint64_t word_at(const char *at, const struct layout *layout)
{
    uint64_t word = 0;
    for (unsigned i = 0; i < layout->size; i++) {
        unsigned from = layout->big ? i : layout->size - 1 - i;
        word = word << 8 | (unsigned char)at[from];
    }
    return word;
}

static uint64_t take_word(struct cpu *c)
{
    if (c->rest.n < c->layout->size) {
        c->rest.n = 0;
        c->ended = true;
        return 0;
    }
    uint64_t word = word_at(c->rest.at, c->layout);
    c->rest = span_from(c->rest, c->layout->size);
    return word;
}

static bool is_head(struct span bytes, const struct layout *layout)
{
    uint64_t words[HEAD_WORDS];
    if (bytes.n < HEAD_WORDS * (size_t)layout->size)
        return false;
    for (size_t i = 0; i < HEAD_WORDS; i++)
        words[i] = word_at(bytes.at + i * layout->size, layout);
    return words[0] == 0 && words[1] == MAGIC && words[2] <= JAVA && words[3] > 0 && words[4] == 0;
}

static const struct layout *find_layout(struct span bytes)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (is_head(bytes, &layouts[i]))
            return &layouts[i];
    return NULL;
}

static int take_sample(struct cpu *c, enum legacy_leaf leaf, bool *last)
{
    int64_t period = c->l.b.out->period;
    uint64_t count = take_word(c), n = take_word(c);
    enum { SHORTEST = 4 };
    if (c->ended || n > c->rest.n / SHORTEST)
        return err_set(c->l.r->err, "a stack is longer than the file: is it cut off?");
    for (uint64_t i = 0; i < n; i++)
        *vec_push(c->l.b.out->arena, &c->l.addresses) = take_word(c);
    *last = count == 0 && n == 1 && c->l.addresses.at[0] == 0;
    if (*last)
        return 0;
    legacy_make_frames(&c->l, leaf);
    legacy_add_sample(&c->l, (int64_t[]){(int64_t)count, (int64_t)count * period});
    return 0;
}

static int take_samples(struct cpu *c, enum legacy_leaf leaf)
{
    for (bool last = false; c->rest.n && !last;)
        if (take_sample(c, leaf, &last))
            return -1;
    return 0;
}

// The second frame that all but one in 32 samples have, or NO_INDEX.
static uint32_t find_common(const struct builder *b)
{
    enum { SIMILAR = 32 };
    size_t least = b->samples.n - b->samples.n / SIMILAR;
    struct arena scratch = {0};
    uint32_t *counts = arena_zalloc(&scratch, b->locations.n, sizeof *counts);
    uint32_t common = NO_INDEX;
    for (size_t i = 0; i < b->samples.n; i++) {
        const struct sample *s = &b->samples.at[i];
        uint32_t second = s->n_frames > 1 ? b->frames.at[s->frame + 1] : NO_INDEX;
        if (second != NO_INDEX && ++counts[second] >= least)
            common = second;
    }
    arena_release(&scratch);
    return common;
}

// The frames that the signal handler leaves below the leaf, at most two, are in nearly all stacks.
static void drop_handlers(struct builder *b)
{
    enum { FRAMES_MAX = 2 };
    for (int i = 0; i < FRAMES_MAX; i++) {
        uint32_t common = find_common(b);
        for (size_t j = 0; common != NO_INDEX && j < b->samples.n; j++) {
            struct sample *s = &b->samples.at[j];
            uint32_t *frames = b->frames.at + s->frame;
            if (s->n_frames < 2 || frames[1] != common)
                continue;
            frames[1] = frames[0];
            s->frame++;
            s->n_frames--;
        }
    }
}

static int read_cpp(struct cpu *c, struct stream *text)
{
    if (take_samples(c, LEAF_IS_NOT_CALL))
        return -1;
    drop_handlers(&c->l.b);
    *text = stream_memory(c->rest);
    if (maps_read(&c->l.b, &c->l.lines, c->l.r->err) || maps_assign(&c->l.b, c->l.r->err))
        return -1;
    legacy_drop_twins(&c->l);
    return 0;
}

static int read_java(struct cpu *c, struct stream *text)
{
    if (take_samples(c, NO_CALLS))
        return -1;
    *text = stream_memory(c->rest);
    return java_read_names(&c->l);
}

static void set_types(struct builder *b, uint64_t microseconds)
{
    builder_sample_type(b, SPAN("samples"), SPAN("count"));
    builder_sample_type(b, SPAN("cpu"), SPAN("nanoseconds"));
    b->out->period_type = b->sample_types.at[1];
    b->out->period = (int64_t)microseconds * 1000;
}

static int read_cpu(struct cpu *c)
{
    struct stream text;
    uint64_t language = word_at(c->rest.at + 2 * (size_t)c->layout->size, c->layout);
    set_types(&c->l.b, word_at(c->rest.at + 3 * (size_t)c->layout->size, c->layout));
    c->rest = span_from(c->rest, HEAD_WORDS * (size_t)c->layout->size);
    c->l.lines.in = &text;
    return language == CPP ? read_cpp(c, &text) : read_java(c, &text);
}

static int cpu_read(struct profile *out, const struct reading *r)
{
    struct cpu c = {0};
    struct buf bytes = {0};
    int status = stream_read_all(r->in, LINES_WHOLE_MAX, &bytes, r->err);
    legacy_init(&c.l, r, out);
    c.rest = buf_span(&bytes);
    c.layout = status ? NULL : find_layout(c.rest);
    if (c.layout)
        status = read_cpu(&c);
    status = legacy_finish(&c.l, status);
    buf_release(&bytes);
    return status;
}

static unsigned cpu_probe(const struct head *head)
{
    return find_layout(head->bytes) ? PROBE_CERTAIN : 0;
}

const struct reader reader_cpu = {
    .name = "cpu",
    .summary = "CPU profiles of gperftools, for C++ and Java, 32 and 64 bits, either byte order",
    .probe_size = 64,
    .probe = cpu_probe,
    .read = cpu_read,
};
