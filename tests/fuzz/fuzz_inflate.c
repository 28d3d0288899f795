// SPDX-License-Identifier: Apache-2.0
// Input: a gzip stream. Its length tells how many bytes are read at a time.
#include "fuzz.h"
#include "inflaters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_CHECK(inflaters_agree(fuzz_span(data, size), size % 7 * 100));
    return 0;
}
