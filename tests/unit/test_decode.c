// SPDX-License-Identifier: Apache-2.0
#include "profile/read/proto.h"

#include "check.h"
#include "input/source.h"
#include "pb.h"
#include "support.h"

enum { SAMPLE_TYPE = 1, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING };

static int decode(struct profile *p, struct span bytes, size_t step, struct err *err)
{
    struct memory_stream m;
    memory_stream_init(&m, bytes, step);
    profile_init(p);
    int status = profile_decode(p, &m.base, NULL, NULL, err);
    memory_stream_release(&m);
    return status;
}

static void add_strings(struct buf *b)
{
    static const char *const strings[] = {"",     "samples",   "count", "main.main", "main.work",
                                          "a.go", "/app/demo", "key",   "value",     "bytes"};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        pb_bytes(b, STRING, span_of(strings[i]));
}

static void add_sample(struct buf *b)
{
    struct buf s = {0};
    PB_PACKED(&s, 1, 7, 9);
    PB_PACKED(&s, 2, 5);
    PB_MESSAGE(&s, 3, 7, 8);        // key=value
    PB_MESSAGE(&s, 3, 7, 0, 64, 9); // key=64 bytes
    PB_MESSAGE(&s, 3, 7, 0, 12);    // key=12
    PB_MESSAGE(&s, 3, 7);           // says nothing
    pb_bytes(b, SAMPLE, buf_span(&s));
    buf_release(&s);
}

static void add_tables(struct buf *b)
{
    struct buf l = {0};
    PB_MESSAGE(b, MAPPING, 3, 0x1000, 0x2000, 0x10, 6, 8, 1, 0, 1);
    pb_num(&l, 1, 7);
    pb_num(&l, 2, 3);
    pb_num(&l, 3, 0x1100);
    PB_MESSAGE(&l, 4, 2, 30, 4);
    PB_MESSAGE(&l, 4, 1, 10);
    pb_num(&l, 5, 1);
    pb_bytes(b, LOCATION, buf_span(&l));
    PB_MESSAGE(b, LOCATION, 9);
    PB_MESSAGE(b, FUNCTION, 1, 3, 3, 5, 8);
    PB_MESSAGE(b, FUNCTION, 2, 4);
    buf_release(&l);
}

static struct buf small_profile(void)
{
    struct buf b = {0};
    PB_MESSAGE(&b, SAMPLE_TYPE, 1, 2);
    add_sample(&b);
    add_tables(&b);
    add_strings(&b);
    return b;
}

static void check_tables(const struct profile *p)
{
    CHECK_INT(p->n_mappings, 1);
    const struct mapping *m = &p->mappings[0];
    CHECK(m->id == 3 && m->start == 0x1000 && m->limit == 0x2000 && m->offset == 0x10);
    CHECK_SPAN(profile_str(p, m->file), SPAN("/app/demo"));
    CHECK_SPAN(profile_str(p, m->build_id), SPAN("value"));
    CHECK(m->has_functions && !m->has_filenames && m->has_line_numbers && !m->has_inline_frames);
    CHECK_INT(p->n_locations, 2);
    const struct location *l = p->locations;
    CHECK(l[0].id == 7 && l[0].address == 0x1100 && l[0].folded && l[0].mapping == 0);
    CHECK(l[0].n_lines == 2 && l[1].n_lines == 0 && l[1].id == 9 && !l[1].folded);
    CHECK(l[1].mapping == NO_INDEX);
    CHECK_INT(p->n_lines, 2);
    const struct line *lines = p->lines + l[0].line;
    CHECK(lines[0].function == 1 && lines[0].line == 30 && lines[0].column == 4);
    CHECK(lines[1].function == 0 && lines[1].line == 10 && lines[1].column == 0);
    CHECK_INT(p->n_functions, 2);
    CHECK_SPAN(profile_str(p, p->functions[0].name), SPAN("main.main"));
    CHECK_SPAN(profile_str(p, p->functions[0].filename), SPAN("a.go"));
    CHECK_INT(p->functions[0].start_line, 8);
    CHECK_SPAN(profile_str(p, p->functions[1].name), SPAN("main.work"));
    CHECK_SPAN(profile_str(p, p->functions[1].system_name), SPAN(""));
}

static void check_samples(const struct profile *p)
{
    CHECK_INT(p->n_sample_types, 1);
    CHECK_SPAN(profile_str(p, p->sample_types[0].type), SPAN("samples"));
    CHECK_SPAN(profile_str(p, p->sample_types[0].unit), SPAN("count"));
    CHECK_INT(p->n_samples, 1);
    const struct sample *s = &p->samples[0];
    CHECK_INT(sample_values(p, s)[0], 5);
    CHECK_INT(s->n_frames, 2);
    CHECK(p->frames[s->frame] == 0 && p->frames[s->frame + 1] == 1);
    if (!CHECK_INT(s->n_labels, 3))
        return;
    const struct label *l = p->labels + s->label;
    CHECK_SPAN(profile_str(p, l[0].key), SPAN("key"));
    CHECK_INT(l[0].kind, LABEL_STR);
    CHECK_SPAN(profile_str(p, l[0].value), SPAN("value"));
    CHECK(l[1].kind == LABEL_NUM_UNIT && l[1].num == 64);
    CHECK_SPAN(profile_str(p, l[1].value), SPAN("bytes"));
    CHECK(l[2].kind == LABEL_NUM && l[2].num == 12);
}

static void columns_are_filled(void)
{
    struct buf b = small_profile();
    for (size_t step = 0; step < 40; step += 13) { // however the bytes arrive
        struct profile p;
        struct err err = {0};
        check_about("%zu bytes beyond what is asked for", step);
        if (CHECK_INT(decode(&p, buf_span(&b), step, &err), 0)) {
            check_tables(&p);
            check_samples(&p);
        }
        CHECK_STR(err.text, "");
        profile_release(&p);
    }
    buf_release(&b);
}

static void headers_are_filled(void)
{
    struct buf b = small_profile();
    struct profile p;
    struct err err = {0};
    pb_num(&b, 7, 3);
    pb_num(&b, 8, 4);
    pb_num(&b, 9, 1700000000000000000);
    pb_num(&b, 10, 2500);
    PB_MESSAGE(&b, 11, 1, 2);
    pb_num(&b, 12, (uint64_t)-5);
    pb_num(&b, 13, 5);
    PB_PACKED(&b, 13, 7, 8);
    pb_num(&b, 14, 1);
    pb_num(&b, 15, 6);
    pb_num(&b, 99, 1); // of a later version
    CHECK_INT(decode(&p, buf_span(&b), 5, &err), 0);
    CHECK_SPAN(profile_str(&p, p.drop_frames), SPAN("main.main"));
    CHECK_SPAN(profile_str(&p, p.keep_frames), SPAN("main.work"));
    CHECK_INT(p.time_nanos, 1700000000000000000);
    CHECK_INT(p.duration_nanos, 2500);
    CHECK_SPAN(profile_str(&p, p.period_type.type), SPAN("samples"));
    CHECK_SPAN(profile_str(&p, p.period_type.unit), SPAN("count"));
    CHECK_INT(p.period, -5);
    if (CHECK_INT(p.n_comments, 3))
        CHECK_SPAN(profile_str(&p, p.comments[2]), SPAN("value"));
    CHECK_SPAN(profile_str(&p, p.default_sample_type), SPAN("samples"));
    CHECK_SPAN(profile_str(&p, p.doc_url), SPAN("/app/demo"));
    profile_release(&p);
    buf_release(&b);
}

static void check_refused(struct span bytes, const char *why)
{
    struct profile p;
    struct err err = {0};
    CHECK_INT(decode(&p, bytes, 10, &err), -1);
    CHECK_HAS(err.text, why);
    profile_release(&p);
}

// Cut between two fields it is a profile still, or one that refers to what is gone; cut in the
// middle of one it is none. Wherever it is cut, no read goes astray.
static void cut_profiles_are_survived(void)
{
    struct buf b = small_profile();
    size_t refused = 0;
    for (size_t n = 0; n < b.n; n++) {
        struct profile p;
        struct err err = {0};
        int status = decode(&p, span_upto(buf_span(&b), n), 3, &err);
        check_about("the first %zu of %zu bytes", n, b.n);
        CHECK((status == 0) == (err.text[0] == '\0'));
        refused += status != 0;
        profile_release(&p);
    }
    CHECK(refused > b.n * 9 / 10);
    buf_release(&b);
}

static void damaged_profiles_are_survived(void)
{
    struct buf b = small_profile();
    for (size_t bit = 0; bit < b.n * 8; bit++) {
        struct profile p;
        struct err err = {0};
        b.at[bit / 8] ^= (char)(1 << bit % 8);
        int status = decode(&p, buf_span(&b), 3, &err);
        b.at[bit / 8] ^= (char)(1 << bit % 8);
        check_about("bit %zu flipped", bit);
        CHECK((status == 0) == (err.text[0] == '\0'));
        profile_release(&p);
    }
    buf_release(&b);
}

static void malformed_fields_are_refused(void)
{
    static const struct {
        struct span bytes;
        const char *why;
    } rows[] = {
        {SPAN(""), "empty file"},
        {SPAN("\x02\x00"), "field number 0"},
        {SPAN("\x0a\x05xy"), "truncated"},
        {SPAN("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "truncated"},
        {SPAN("\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "bad varint"},
        {SPAN("\x48\x80"), "bad varint"},
        {SPAN("\x4b\x01"), "unknown wire type"},
        {SPAN("\x4a\x01\x31"), "wrong type"},
        {SPAN("\x08\x01"), "wrong type"},
        {SPAN("\x30\x01"), "wrong type"},
        {SPAN("\x32\x01x"), "the first string is not empty"},
        {SPAN("\x12\x02\x0f\x01"), "bad Sample message"},
        {SPAN("\x48\x01\x48\x02"), "several profiles in a row"},
        {SPAN("\x12\x02\x10\x01"), "samples but no sample types"},
        {SPAN("\x70\x01"), "string index out of range"},
        {SPAN("\x70\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "string index out of range"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_about("row %zu", i);
        check_refused(rows[i].bytes, rows[i].why);
    }
}

// A length that promises more than there is takes no memory for it.
static void false_lengths_take_no_memory(void)
{
    struct profile p;
    struct err err = {0};
    struct temp_dir dir;
    temp_dir_init(&dir);
    const char *path = temp_path(&dir, "in");
    file_put(path, SPAN("\x0a\x80\x80\x80\x80\x80\x80\x80\x10"));
    struct source *s = source_open(path, NULL, NULL, &err);
    profile_init(&p);
    CHECK_INT(profile_decode(&p, source_stream(s), NULL, NULL, &err), -1);
    CHECK_HAS(err.text, "truncated");
    profile_release(&p);
    source_close(s);
    temp_dir_release(&dir);
}

static void faults_of_the_stream_are_passed_on(void)
{
    struct buf b = small_profile();
    struct memory_stream m;
    struct profile p;
    struct err err = {0};
    memory_stream_init(&m, buf_span(&b), 0);
    m.fault = "input/output error";
    profile_init(&p);
    CHECK_INT(profile_decode(&p, &m.base, NULL, NULL, &err), -1);
    CHECK_STR(err.text, "input/output error");
    profile_release(&p);
    memory_stream_release(&m);
    buf_release(&b);
}

// A sample of some kind: labels of texts and numbers, none or many, at its end or before other
// fields.
enum { SAMPLE_KINDS = 9 };

static void add_kind(struct buf *b, unsigned kind)
{
    struct buf s = {0};
    PB_PACKED(&s, 1, 7);
    if (kind != 1)
        PB_PACKED(&s, 2, kind + 1);
    switch (kind) {
    case 1: // the values come last
        PB_MESSAGE(&s, 3, 7, 8);
        PB_PACKED(&s, 2, kind + 1);
        break;
    case 2:
        PB_MESSAGE(&s, 3, 7, 8);
        break;
    case 3: // the same, and something unknown
        PB_MESSAGE(&s, 3, 7, 8);
        pb_num(&s, 9, 1);
        break;
    case 4:
        PB_MESSAGE(&s, 3, 7, 0, 64);
        PB_MESSAGE(&s, 3, 7, 8);
        break;
    case 5: // more frames after the labels
        PB_MESSAGE(&s, 3, 7, 0, 64);
        PB_PACKED(&s, 1, 9);
        break;
    case 6:
        for (int i = 0; i < 40; i++)
            PB_MESSAGE(&s, 3, 7, 0, 1000);
        break;
    case 7: // says nothing
        PB_MESSAGE(&s, 3, 7);
        break;
    case 8:
        PB_MESSAGE(&s, 3, 7, 0, 65);
        break;
    default: // no label
        break;
    }
    pb_bytes(b, SAMPLE, buf_span(&s));
    buf_release(&s);
}

static void decode_kinds(struct profile *p, const unsigned *kinds, size_t n, size_t step)
{
    struct buf b = {0};
    struct err err;
    PB_MESSAGE(&b, SAMPLE_TYPE, 1, 2);
    for (size_t i = 0; i < n; i++)
        add_kind(&b, kinds[i]);
    add_tables(&b);
    add_strings(&b);
    CHECK_INT(decode(p, buf_span(&b), step, &err), 0);
    CHECK_INT(p->n_samples, n);
    buf_release(&b);
}

static bool same_labels(const struct profile *p, uint32_t i, const struct profile *q, uint32_t j)
{
    const struct sample *s = &p->samples[i], *t = &q->samples[j];
    bool same = s->n_labels == t->n_labels && s->n_frames == t->n_frames;
    for (uint32_t k = 0; same && k < s->n_labels; k++) {
        const struct label *a = &p->labels[s->label + k], *b = &q->labels[t->label + k];
        same = a->key == b->key && a->value == b->value && a->num == b->num && a->kind == b->kind;
    }
    return same;
}

// A sample has the labels that it has alone, whatever others have.
static void equal_labels_are_taken_over(void)
{
    enum { N = 200 };
    unsigned kinds[N];
    for (unsigned i = 0; i < N; i++)
        kinds[i] = i * i * 7 % 11 % SAMPLE_KINDS;
    for (size_t step = 1; step < 4000; step += 333) {
        struct profile all, alone;
        decode_kinds(&all, kinds, N, step);
        for (unsigned i = 0; i < N; i++) {
            decode_kinds(&alone, &kinds[i], 1, 1 << 20);
            check_about("sample %u of kind %u", i, kinds[i]);
            CHECK(same_labels(&all, i, &alone, 0));
            profile_release(&alone);
        }
        profile_release(&all);
    }
}

CHECK_MAIN(CASE(columns_are_filled), CASE(headers_are_filled), CASE(cut_profiles_are_survived),
           CASE(damaged_profiles_are_survived), CASE(malformed_fields_are_refused),
           CASE(false_lengths_take_no_memory), CASE(faults_of_the_stream_are_passed_on),
           CASE(equal_labels_are_taken_over))
