// SPDX-License-Identifier: Apache-2.0
#include "profile/read/reader.h"

#include "check.h"
#include "profile/read/lines.h"
#include "profile/read/memstats.h"
#include "profile/read/scan.h"
#include "support.h"

static int read_text(struct profile *p, struct span text, bool comments, struct err *err)
{
    struct memory_stream m;
    struct read_options options = {.comments = comments};
    memory_stream_init(&m, text, 7);
    profile_init(p);
    int status = profile_read(p, &m.base, &options, NULL, err);
    memory_stream_release(&m);
    return status;
}

// What is wrong with a text that is not a profile.
static void check_fault(struct span text, const char *part)
{
    struct profile p;
    struct err err = {0};
    CHECK_INT(read_text(&p, text, true, &err), -1);
    CHECK_HAS(err.text, part);
    profile_release(&p);
}

static void table_is_sound(void)
{
    for (size_t i = 0; readers[i]; i++) {
        CHECK(*readers[i]->name && *readers[i]->summary && readers[i]->probe_size);
        CHECK(!readers[i + 1] || strcmp(readers[i]->name, readers[i + 1]->name) < 0);
        CHECK_INT(readers[i]->probe(&(struct head){SPAN(""), true}), 0);
    }
}

static void other_files_are_named(void)
{
    static const struct {
        struct span bytes;
        const char *part;
    } files[] = {
        {SPAN(""), "empty file"},
        {SPAN("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0"), "a program or a library"},
        {SPAN("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\x3e\0"), "core file"},
        {SPAN("\x1f\x8b\x08"), "gunzip"},
        {SPAN("\xfd\x37zXZ\0\0\4"), "unxz"},
        {SPAN("BZh91AY&SY"), "bunzip2"},
        {SPAN("PK\3\4\x14\0"), "unzip"},
        {SPAN("  <!DOCTYPE HTML><html>"), "HTML"},
        {SPAN("HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\n\x1f\x8b"), "curl without -i"},
        {SPAN("PERFILE2\x68\0\0\0"), "perf script"},
        {SPAN("FLR\0\0\2\0\0"), "JFR"},
        {SPAN("go 1.22 trace\0\0\0"), "go tool trace"},
        {SPAN("mode: atomic\na.go:1.2,3.4 1 1\n"), "go tool cover"},
        {SPAN("{\"memstats\": {}}"), "expvar"},
        {SPAN("{\"a\": 1}"), "JSON"},
        {SPAN("{\"$schema\": \"https://www.speedscope.app/file-format-schema.json\"}"),
         "speedscope"},
        {SPAN("{\"nodes\": []}"), "no nodes"},
        {SPAN("hello, this is no profile\n"), "is a text"},
        {SPAN("\1\2\3\4"), "not a profile of any kind"},
        {SPAN("\xfe\xed\xfa\xcf\1\0\0\7"), "Mach-O"},
        {SPAN("\x0a\5hello\x12\3abc\x18\1"), "not a profile of any kind"}, // another protobuf
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        check_fault(files[i].bytes, files[i].part);
}

static void bad_lines_are_named_with_their_number(void)
{
    check_fault(SPAN("heap profile: 1: 2 [3: 4] @ heap_v2/512\n1: 2 [1: 2] @ 0x1\nfoo\n"),
                "line 3 'foo'");
    check_fault(SPAN("heap profile: 1: 2 [3: 4] @ heap_v2/512\n1: 2 [-1: 2] @ 0x1\n"),
                "overflowed");
    check_fault(SPAN("heap profile: -1: 2 [3: 4] @ heap_v2/512\n"), "overflowed");
    check_fault(SPAN("goroutine profile: total 2\n2 @ 0x1\nx @ 0x2\n"), "line 3 'x @ 0x2'");
    check_fault(SPAN("--- contention:\ncycles/second=5\n7 @\nzz\n"), "line 3 '7 @'");
    check_fault(SPAN("heap_v2/512\n t*: 1: 2 [0: 0]\nfoo\n"), "line 3 'foo'");
    check_fault(SPAN("a;b 1\na;c x\n"), "line 2 'a;c x'");
    check_fault(SPAN("p 1 1.5: 9 cycles: \n\t1 a (b)\n\nfoo\n"), "line 4 'foo'");
}

static void names_in_comments_are_optional(void)
{
    static const struct span text = SPAN("goroutine profile: total 3\n"
                                         "2 @ 0x4378b6 0x4b505b\n"
                                         "# labels: {\"a\\\"b\":\"c\"}\n"
                                         "#\t0x4b505a\tmain.parked+0x1a\tapp/main.go:32\n\n"
                                         "1 @ 0x4378b6\n");
    struct profile p;
    struct err err;
    CHECK_INT(read_text(&p, text, true, &err), 0);
    CHECK_INT(p.n_samples, 2);
    CHECK_INT(p.samples[0].n_frames, 1);
    CHECK_INT(p.samples[0].n_labels, 1);
    CHECK_SPAN(profile_str(&p, p.labels[0].key), SPAN("a\"b"));
    CHECK_SPAN(profile_str(&p, p.functions[0].name), SPAN("main.parked"));
    CHECK_INT(p.lines[0].line, 32);
    CHECK(p.mappings[0].has_functions);
    profile_release(&p);
    CHECK_INT(read_text(&p, text, false, &err), 0);
    CHECK_INT(p.samples[0].n_frames, 2);
    CHECK_INT(p.n_functions, 0);
    CHECK_INT((int64_t)p.locations[0].address, 0x4378b5);
    profile_release(&p);
}

// The names of the first sample's frames, the leaf first, with "<" between them.
static void name_frames(const struct profile *p, struct buf *out)
{
    for (uint32_t i = 0; p->n_samples && i < p->samples[0].n_frames; i++) {
        const struct location *l = &p->locations[p->frames[p->samples[0].frame + i]];
        buf_printf(out, "%s" SPAN_FMT, i ? "<" : "",
                   SPAN_ARG(profile_str(p, p->functions[p->lines[l->line].function].name)));
    }
}

static void goroutines_are_found_in_logs(void)
{
    static const struct span texts[] = {
        SPAN("Nov 25 21:05:24 host app[123]: goroutine 7 [running]:\n"
             "Nov 25 21:05:24 host app[123]: main.f(0x1)\n"
             "Nov 25 21:05:25 host other[5]: hello (x)\n"
             "Nov 25 21:05:25 host app[123]:         /app/main.go:3 +0x1a\n"
             "Nov 25 21:05:25 host app[123]: created by main.start in goroutine 1\n"
             "Nov 25 21:05:25 host app[123]:         /app/main.go:30 +0x1a\n"),
        SPAN("web_1  | goroutine 7 [running]:\nweb_1  | main.f(...)\ndb_1   | main.other()\n"
             "web_1  | \t/a b/x.go:3\ndb_1   | \t/other.go:1\n"
             "web_1  | created by main.start\nweb_1  | \tx.go:4 +0x1\n"),
        SPAN("level=error msg=panic goroutine 7 [running]:\r\nmain.f(...)\r\n\tC:/x.go:3\r\n"
             "created by main.start\r\n\tC:/x.go:4\r\n\r\nmain.rest()\r\n\tx.go:9\r\n"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct profile p;
        struct err err;
        struct buf names = {0};
        CHECK_INT(read_text(&p, texts[i], true, &err), 0);
        CHECK_INT(p.n_samples, 1);
        name_frames(&p, &names);
        CHECK_SPAN(buf_span(&names), SPAN("main.f<created by main.start"));
        buf_release(&names);
        profile_release(&p);
    }
}

static void memstats_are_read(void)
{
    static const struct span text = SPAN("heap profile: 0: 0 [0: 0] @ heap/1048576\n\n"
                                         "# runtime.MemStats\n# Alloc = 2618568\n"
                                         "# Stack = 327680 / 400000\n# PauseNs = [5 900 7 0]\n"
                                         "# NumGC = 3\n# GCCPUFraction = 0.25\n# MaxRSS = 9\n");
    static const struct span json =
        SPAN("{\"cmdline\": [], \"memstats\": {\"Alloc\": 2618568, \"TotalAlloc\": 1, "
             "\"StackSys\": 400000, \"StackInuse\": 327680, \"PauseNs\": [5, 900, 7, 0], "
             "\"NumGC\": 3, \"GCCPUFraction\": 0.25}}");
    struct memstats m;
    struct err err;
    for (int i = 0; i < 2; i++) {
        struct memory_stream in;
        memory_stream_init(&in, i ? json : text, 9);
        CHECK_INT(memstats_read(&m, &in.base, NULL, &err), 0);
        CHECK_INT(m.alloc, 2618568);
        CHECK_INT(m.stack_inuse, 327680);
        CHECK_INT(m.stack_sys, 400000);
        CHECK_INT(m.pause_last, 7);
        CHECK_INT(m.pause_worst, 900);
        CHECK_F64(m.gc_cpu_fraction, 0.25);
        CHECK_INT(m.max_rss, i ? 0 : 9);
        memory_stream_release(&in);
    }
    struct stream none = stream_memory(SPAN("heap profile: 0: 0 [0: 0] @ heap/1048576\n"));
    CHECK_INT(memstats_read(&m, &none, NULL, &err), -1);
    CHECK_HAS(err.text, "no runtime.MemStats");
}

static void numbers_are_those_of_go(void)
{
    int64_t n;
    uint64_t u;
    CHECK(scan_any_i64(SPAN("0x10"), &n) && n == 16);
    CHECK(scan_any_i64(SPAN("010"), &n) && n == 8);
    CHECK(scan_any_i64(SPAN("-0b11"), &n) && n == -3);
    CHECK(!scan_any_i64(SPAN("08"), &n));
    CHECK(scan_i64(SPAN("-9223372036854775808"), &n) && n == INT64_MIN);
    CHECK(!scan_i64(SPAN("9223372036854775808"), &n));
    CHECK(scan_hex_u64(SPAN("FFFFffffFFFFffff"), &u) && u == UINT64_MAX);
    CHECK(!scan_hex_u64(SPAN("1ffffffffffffffff"), &u));
}

CHECK_MAIN(CASE(table_is_sound), CASE(other_files_are_named),
           CASE(bad_lines_are_named_with_their_number), CASE(names_in_comments_are_optional),
           CASE(goroutines_are_found_in_logs), CASE(memstats_are_read),
           CASE(numbers_are_those_of_go))
