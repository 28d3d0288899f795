// SPDX-License-Identifier: Apache-2.0
#include "folded.h"

#include <inttypes.h>

#include "base/buf.h"
#include "check.h"
#include "profile/read/reader.h"

void folded_read(struct profile *p, const char *text)
{
    struct err err = {0};
    struct read_options options = {0};
    struct stream in = stream_memory(span_of(text));
    profile_init(p);
    CHECK_INT(profile_read(p, &in, &options, NULL, &err), 0);
    CHECK_STR(err.text, "");
}

static void show_stack(const struct profile *p, const struct sample *s, struct buf *out)
{
    size_t begin = out->n;
    for (uint32_t i = s->n_frames; i-- > 0;) {
        const struct location *l = &p->locations[p->frames[s->frame + i]];
        for (uint32_t k = l->n_lines; k-- > 0;) {
            struct span name = profile_str(p, p->functions[p->lines[l->line + k].function].name);
            buf_printf(out, "%s" SPAN_FMT, out->n > begin ? ";" : "", SPAN_ARG(name));
        }
    }
}

const char *folded_show(const struct profile *p)
{
    static char text[4096];
    struct buf out = {0};
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct sample *s = &p->samples[i];
        show_stack(p, s, &out);
        for (uint32_t k = 0; k < s->n_labels; k++) {
            const struct label *l = &p->labels[s->label + k];
            if (l->kind == LABEL_STR)
                buf_printf(&out, " {" SPAN_FMT "=" SPAN_FMT "}", SPAN_ARG(profile_str(p, l->key)),
                           SPAN_ARG(profile_str(p, l->value)));
        }
        buf_printf(&out, " %" PRId64 "\n", sample_values(p, s)[0]);
    }
    CHECK(out.n < sizeof text);
    memcpy(text, buf_cstr(&out), out.n + 1);
    buf_release(&out);
    return text;
}
