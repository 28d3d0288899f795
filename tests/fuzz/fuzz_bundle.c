// SPDX-License-Identifier: Apache-2.0
// Input: a stream of profiles one after the other, or an archive. What comes out is at most what
// went in, and all of a concatenation comes out but for what is not a profile.
#include "app/bundle.h"
#include "fuzz.h"
#include "profile/read/lines.h"

static void take_all(struct span input, bool tar)
{
    struct stream in = stream_memory(input);
    struct bundle *b = bundle_over(&in, tar, "input", NULL);
    struct buf bytes = {0}, name = {0};
    struct err err;
    size_t n = 0;
    int status;
    while ((status = bundle_next(b, &bytes, &name, &err)) > 0)
        n += bytes.n;
    FUZZ_CHECK(n <= input.n);
    FUZZ_CHECK(tar || status < 0 || n == input.n);
    buf_release(&bytes);
    buf_release(&name);
    bundle_close(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    take_all((struct span){(const char *)data, size}, false);
    take_all((struct span){(const char *)data, size}, true);
    return 0;
}
