// SPDX-License-Identifier: Apache-2.0
// Input: a byte that tells which message, then the message.
#include "fuzz.h"
#include "twins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size)
        FUZZ_CHECK(twins_agree((enum twin)(data[0] % TWINS), fuzz_span(data + 1, size - 1)));
    return 0;
}
