// SPDX-License-Identifier: Apache-2.0
#include "base/quantity.h"

#include "check.h"

static void check_duration(const char *text, int64_t expected, const char *printed)
{
    int64_t value = -1;
    struct buf out = {0};
    check_about("%s", text);
    CHECK(duration_parse(span_of(text), &value));
    CHECK_INT(value, expected);
    duration_print(value, &out);
    CHECK_SPAN(buf_span(&out), span_of(printed));
    buf_release(&out);
}

static void durations(void)
{
    check_duration("5s", 5000000000, "5s");
    check_duration("30", 30000000000, "30s");
    check_duration("1m30s", 90000000000, "1m30s");
    check_duration("90s", 90000000000, "1m30s");
    check_duration("1.5s", 1500000000, "1s500ms");
    check_duration("250 ms", 250000000, "250ms");
    check_duration("3us", 3000, "3us");
    check_duration("3µs", 3000, "3us");
    check_duration("0", 0, "0s");
    check_duration("1H", 3600000000000, "1h");
}

static void check_size(const char *text, int64_t expected, const char *printed)
{
    int64_t value = -1;
    struct buf out = {0};
    check_about("%s", text);
    CHECK(size_parse(span_of(text), &value));
    CHECK_INT(value, expected);
    size_print(value, &out);
    CHECK_SPAN(buf_span(&out), span_of(printed));
    buf_release(&out);
}

static void sizes(void)
{
    check_size("2GiB", (int64_t)2 << 30, "2GiB");
    check_size("2gb", (int64_t)2 << 30, "2GiB");
    check_size("1536", 1536, "1536B");
    check_size("1.5k", 1536, "1536B");
    check_size("512 MB", 512 << 20, "512MiB");
    check_size("0", 0, "0B");
}

static void nonsense_is_refused(void)
{
    static const char *const texts[] = {"",      "s",   "-5s",   "5x",    "5s5",
                                        "1e3s",  " 5s", "5 s x", "1..2s", "9999999999h",
                                        "0x10s", ".",   NULL};
    int64_t value;
    for (size_t i = 0; texts[i]; i++) {
        check_about("'%s'", texts[i]);
        CHECK(!duration_parse(span_of(texts[i]), &value));
    }
    CHECK(!size_parse(SPAN("2GiB3"), &value) && !size_parse(SPAN("9999999TiB"), &value));
    CHECK(!size_parse(SPAN(""), &value) && !size_parse(SPAN("1s"), &value));
}

CHECK_MAIN(CASE(durations), CASE(sizes), CASE(nonsense_is_refused))
