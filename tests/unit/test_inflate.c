// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "../fuzz/inflaters.h"
#include "check.h"
#include "support.h"

enum { TRAILER = 8 };

static void gzip(struct buf *out, struct span content)
{
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    size_t bound = deflateBound(&z, content.n);
    z.next_in = (unsigned char *)content.at;
    z.avail_in = (uInt)content.n;
    z.next_out = (unsigned char *)buf_room(out, bound);
    z.avail_out = (uInt)bound;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    out->n += z.total_out;
    deflateEnd(&z);
}

static struct buf gzipped(struct span content)
{
    struct buf b = {0};
    gzip(&b, content);
    return b;
}

static int read_path(const char *path, struct buf *out, struct err *err)
{
    struct source *s = source_open(path, NULL, NULL, err);
    if (!s)
        return -1;
    int status = read_all(source_stream(s), out, err);
    source_close(s);
    return status;
}

// Through a file, as a user would.
static int read_file(struct span content, struct buf *out, struct err *err)
{
    struct temp_dir dir;
    temp_dir_init(&dir);
    const char *path = temp_path(&dir, "in");
    file_put(path, content);
    int status = read_path(path, out, err);
    temp_dir_release(&dir);
    return status;
}

static void check_accepted(struct span content, struct span expected)
{
    struct buf out = {0};
    struct err err = {0};
    CHECK_INT(read_file(content, &out, &err), 0);
    CHECK_STR(err.text, "");
    CHECK(span_eq(buf_span(&out), expected));
    buf_release(&out);
}

static void check_refused(struct span content, const char *why)
{
    struct buf out = {0};
    struct err err = {0};
    CHECK_INT(read_file(content, &out, &err), -1);
    CHECK_HAS(err.text, why);
    buf_release(&out);
}

// Bytes that do not compress well.
static struct buf noise(size_t n)
{
    struct buf b = {0};
    uint32_t state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525 + 1013904223;
        buf_addc(&b, (char)(state >> 24));
    }
    return b;
}

static void bare_bytes_pass(void)
{
    struct buf b = noise(300000);
    check_accepted(buf_span(&b), buf_span(&b));
    check_accepted(SPAN(""), SPAN(""));
    check_accepted(SPAN("\x1f"), SPAN("\x1f"));
    check_accepted(SPAN("\x1f\x8c"), SPAN("\x1f\x8c"));
    buf_release(&b);
}

static void gzip_is_inflated(void)
{
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf content = noise(sizes[i]);
        struct buf packed = gzipped(buf_span(&content));
        check_about("%zu bytes", sizes[i]);
        check_accepted(buf_span(&packed), buf_span(&content));
        buf_release(&packed);
        buf_release(&content);
    }
}

static void members_in_a_row_are_one_stream(void)
{
    struct buf packed = {0};
    gzip(&packed, SPAN("one, "));
    gzip(&packed, SPAN(""));
    gzip(&packed, SPAN("two"));
    check_accepted(buf_span(&packed), SPAN("one, two"));
    buf_release(&packed);
}

static void cut_anywhere_is_refused(void)
{
    struct buf packed = gzipped(SPAN("a text, a text, a text"));
    for (size_t n = 2; n < packed.n; n++) {
        check_about("cut after %zu of %zu bytes", n, packed.n);
        check_refused(span_upto(buf_span(&packed), n), "truncated gzip stream");
    }
    buf_release(&packed);
}

static void damage_is_refused(void)
{
    struct buf packed = gzipped(SPAN("a text, a text, a text"));
    packed.at[packed.n - TRAILER] ^= 1;
    check_refused(buf_span(&packed), "corrupt gzip stream"); // the checksum
    packed.at[packed.n - TRAILER] ^= 1;
    packed.at[packed.n - 1] ^= 1;
    check_refused(buf_span(&packed), "corrupt gzip stream"); // the length
    packed.at[packed.n - 1] ^= 1;
    packed.at[2] = 7;
    check_refused(buf_span(&packed), "corrupt gzip stream"); // the method
    buf_release(&packed);
}

static void garbage_after_it_is_refused(void)
{
    static const struct span tails[] = {SPAN("\0"), SPAN("garbage"), SPAN("\x1f"),
                                        SPAN("\x1f\x8c....")};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        struct buf packed = gzipped(SPAN("text"));
        buf_add(&packed, tails[i]);
        check_about("tail %zu", i);
        check_refused(buf_span(&packed), "garbage after the end");
        buf_release(&packed);
    }
    struct buf packed = gzipped(SPAN("text"));
    buf_add(&packed, SPAN("\x1f\x8b"));
    check_refused(buf_span(&packed), "truncated gzip stream");
    buf_release(&packed);
}

// Zeros shrink about a thousand times.
static struct buf zeros(unsigned mebibytes)
{
    struct buf one = {0}, packed = {0}, all = {0};
    buf_fill(&one, '\0', 1 << 20);
    gzip(&packed, buf_span(&one));
    for (unsigned i = 0; i < mebibytes; i++)
        buf_add(&all, buf_span(&packed));
    buf_release(&one);
    buf_release(&packed);
    return all;
}

static uint64_t count_bytes(struct span packed, struct err *err)
{
    struct memory_stream m;
    memory_stream_init(&m, packed, 10000);
    struct stream *r = inflate_stream_new(&m.base, inflater_best());
    uint64_t n = 0;
    int status;
    while ((status = stream_need(r, 1, err)) == 0 && stream_have(r)) {
        n += stream_have(r);
        r->at = r->end;
    }
    inflate_stream_free(r);
    memory_stream_release(&m);
    return status ? 0 : n;
}

static void bombs_are_refused(void)
{
    struct err err = {0};
    struct buf packed = zeros(12);
    CHECK_INT((int64_t)count_bytes(buf_span(&packed), &err), 12 << 20);
    buf_release(&packed);
    packed = zeros(50);
    CHECK_INT((int64_t)count_bytes(buf_span(&packed), &err), 0);
    CHECK_HAS(err.text, "refusing a gzip stream that inflates more than 100 times");
    buf_release(&packed);
}

static void pipes_are_read(void)
{
    struct buf packed = gzipped(SPAN("through a pipe")), out = {0};
    struct err err = {0};
    int ends[2], old = dup(STDIN_FILENO);
    CHECK_INT(pipe(ends), 0);
    CHECK_INT(write(ends[1], packed.at, packed.n), (int64_t)packed.n);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    CHECK_INT(read_path("-", &out, &err), 0);
    CHECK_SPAN(buf_span(&out), SPAN("through a pipe"));
    CHECK(fcntl(STDIN_FILENO, F_GETFD) != -1); // standard input stays open
    dup2(old, STDIN_FILENO);
    close(old);
    buf_release(&packed);
    buf_release(&out);
}

static void input_in_single_bytes(void)
{
    struct buf packed = gzipped(SPAN("in single bytes")), out = {0};
    struct memory_stream m;
    struct err err = {0};
    memory_stream_init(&m, buf_span(&packed), 0);
    struct stream *r = inflate_stream_new(&m.base, inflater_best());
    CHECK_INT(read_all(r, &out, &err), 0);
    CHECK_SPAN(buf_span(&out), SPAN("in single bytes"));
    inflate_stream_free(r);
    memory_stream_release(&m);
    buf_release(&packed);
    buf_release(&out);
}

// Reads a zstd stream in small pieces, where libzstd can be loaded: 0, or -1 with *err filled.
static int read_zstd(struct span packed, struct buf *out, struct err *err)
{
    struct memory_stream m;
    memory_stream_init(&m, packed, 0);
    struct stream *r = inflate_stream_new(&m.base, inflater_zstd());
    int status = read_all(r, out, err);
    inflate_stream_free(r);
    memory_stream_release(&m);
    return status;
}

static void zstd_is_read_too(void)
{
    static const struct span packed =
        SPAN("\x28\xb5\x2f\xfd\x04\x58\x65\0\0\x30\x68\x65\x6c\x6c\x6f\x20\1\0\xb9\x4b\x11"
             "\x2b\xe1\x68\xe7");
    struct buf out = {0};
    struct err err = {0};
    if (!inflater_zstd())
        return;
    CHECK(inflater_for((const unsigned char *)packed.at, packed.n) == inflater_zstd());
    CHECK_INT(read_zstd(packed, &out, &err), 0);
    CHECK_SPAN(buf_span(&out), SPAN("hello hello hello hello hello hello"));
    CHECK_INT(read_zstd(span_upto(packed, packed.n - 3), &out, &err), -1);
    CHECK_HAS(err.text, "truncated zstd stream");
    CHECK_INT(read_zstd(span_from(packed, 1), &out, &err), -1);
    CHECK_HAS(err.text, "corrupt zstd stream");
    buf_release(&out);
}

static void faults_below_are_passed_on(void)
{
    struct buf packed = gzipped(SPAN("text")), out = {0};
    struct memory_stream m;
    struct err err = {0};
    memory_stream_init(&m, span_upto(buf_span(&packed), packed.n - 3), 4);
    m.fault = "input/output error";
    struct stream *r = inflate_stream_new(&m.base, inflater_best());
    CHECK_INT(read_all(r, &out, &err), -1);
    CHECK_STR(err.text, "input/output error");
    inflate_stream_free(r);
    memory_stream_release(&m);
    buf_release(&packed);
    buf_release(&out);
}

static void what_cannot_be_opened(void)
{
    struct temp_dir dir;
    struct err err = {0};
    temp_dir_init(&dir);
    CHECK(!source_open(temp_path(&dir, "absent"), NULL, NULL, &err));
    CHECK_STR(err.text, "No such file or directory");
    CHECK(!source_open(dir.path, NULL, NULL, &err));
    CHECK_STR(err.text, "is a directory");
    temp_dir_release(&dir);
    source_close(NULL);
}

// Members with all that a header may have.
static void add_full_header(struct buf *out, unsigned flags)
{
    static const char fixed[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
    struct buf header = {0};
    buf_add(&header, (struct span){fixed, sizeof fixed - 1});
    header.at[3] = (char)flags;
    if (flags & 4)
        buf_add(&header, SPAN("\x03\0abc"));
    if (flags & 8)
        buf_add(&header, SPAN("a name\0"));
    if (flags & 16)
        buf_add(&header, SPAN("a comment\0"));
    unsigned long crc = crc32(0, (const unsigned char *)header.at, (unsigned)header.n);
    if (flags & 2) {
        buf_addc(&header, (char)crc);
        buf_addc(&header, (char)(crc >> 8));
    }
    buf_add(out, buf_span(&header));
    buf_release(&header);
}

static void all_inflaters_agree_on_headers(void)
{
    struct buf body = gzipped(SPAN("a text, a text, a text"));
    for (unsigned flags = 0; flags < 32; flags++) {
        struct buf b = {0};
        add_full_header(&b, flags);
        buf_add(&b, span_from(buf_span(&body), 10));
        for (size_t n = 2; n <= b.n; n++) {
            check_about("flags %u, %zu of %zu bytes", flags, n, b.n);
            CHECK(inflaters_agree(span_upto(buf_span(&b), n), n % 3));
        }
        buf_release(&b);
    }
    buf_release(&body);
}

static void all_inflaters_agree_on_damage(void)
{
    enum { ROUNDS = 3000 };
    struct buf content = noise(5000), whole = {0};
    uint32_t state = 1;
    buf_fill(&content, 'x', 40000);
    gzip(&whole, buf_span(&content));
    gzip(&whole, SPAN("the end"));
    CHECK(inflaters_agree(buf_span(&whole), 0));
    for (int i = 0; i < ROUNDS; i++) {
        struct buf b = {0};
        buf_add(&b, buf_span(&whole));
        state = state * 1664525 + 1013904223;
        size_t at = 2 + (state >> 8) % (b.n - 2);
        b.at[at] = (char)(b.at[at] ^ (1 << (i % 8)));
        check_about("round %d, byte %zu of %zu", i, at, b.n);
        CHECK(inflaters_agree(buf_span(&b), (size_t)i % 500));
        buf_release(&b);
    }
    buf_release(&content);
    buf_release(&whole);
}

CHECK_MAIN(CASE(all_inflaters_agree_on_headers), CASE(all_inflaters_agree_on_damage),
           CASE(bare_bytes_pass), CASE(gzip_is_inflated), CASE(members_in_a_row_are_one_stream),
           CASE(cut_anywhere_is_refused), CASE(damage_is_refused),
           CASE(garbage_after_it_is_refused), CASE(bombs_are_refused), CASE(pipes_are_read),
           CASE(input_in_single_bytes), CASE(zstd_is_read_too), CASE(faults_below_are_passed_on),
           CASE(what_cannot_be_opened))
