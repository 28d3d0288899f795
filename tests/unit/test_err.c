// SPDX-License-Identifier: Apache-2.0
#include "base/err.h"

#include "check.h"

static void set_formats(void)
{
    struct err err;
    CHECK_INT(err_set(&err, "bad value '%s' for %d", "x", 5), -1);
    CHECK_STR(err.text, "bad value 'x' for 5");
}

static void wrap_prefixes(void)
{
    struct err err;
    err_set(&err, "truncated gzip stream");
    CHECK_INT(err_wrap(&err, "cannot read '%s'", "cpu.pb.gz"), -1);
    CHECK_STR(err.text, "cannot read 'cpu.pb.gz': truncated gzip stream");
}

static void long_texts_are_cut(void)
{
    struct err err;
    err_set(&err, "%*d", 2000, 1);
    CHECK_INT((int64_t)strlen(err.text), sizeof err.text - 1);
    err_wrap(&err, "context");
    CHECK(span_starts(span_of(err.text), SPAN("context:     ")));
    CHECK_INT((int64_t)strlen(err.text), sizeof err.text - 1);
    err_set(&err, "inner");
    for (int n = (int)sizeof err.text - 5; n < (int)sizeof err.text + 5; n++) {
        err_wrap(&err, "%*d", n, 1);
        check_about("a context of %d bytes", n);
        CHECK_INT((int64_t)strlen(err.text), sizeof err.text - 1);
    }
}

CHECK_MAIN(CASE(set_formats), CASE(wrap_prefixes), CASE(long_texts_are_cut))
