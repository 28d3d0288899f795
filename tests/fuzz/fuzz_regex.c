// SPDX-License-Identifier: Apache-2.0
// Input: a pattern, a zero byte, a subject. Both are untrusted, so each step must end quickly.
#include "base/regex.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span subject = fuzz_span(data, size), pattern = {0};
    struct err err;
    fuzz_next(&subject, '\0', &pattern);
    struct regex *re = regex_new(pattern, &err);
    if (!re)
        return 0;
    FUZZ_CHECK(span_eq(regex_pattern(re), pattern));
    bool found = regex_match(re, subject);
    if (regex_check(re, &err) == 0)
        FUZZ_CHECK(regex_match(re, subject) == found || regex_check(re, &err));
    else
        FUZZ_CHECK(!found && !regex_match(re, SPAN("")));
    regex_free(re);
    return 0;
}
