// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "base/utf8.h"
#include "format/table.h"

// Names must not end a frame or a line.
static void add_name(struct buf *line, struct span name)
{
    struct buf valid = {0};
    utf8_add_valid(&valid, name);
    for (size_t i = 0; i < valid.n; i++) {
        unsigned char c = (unsigned char)valid.at[i];
        buf_addc(line, c == ';' ? ':' : c < 0x20 || c == 0x7f ? ' ' : (char)c);
    }
    buf_release(&valid);
}

// From the root to the leaf.
static void add_stack(const struct report *r, struct node_table *t, const struct sample *s,
                      struct buf *line)
{
    buf_clear(line);
    for (uint32_t i = s->n_frames; i-- > 0;) {
        uint32_t loc = r->profile->frames[s->frame + i];
        for (uint32_t at = t->first[loc + 1]; at-- > t->first[loc];) {
            if (line->n)
                buf_addc(line, ';');
            add_name(line, node_name(t, t->nodes[at]));
        }
    }
}

void format_folded(const struct report *r, struct node_table *t, struct sink *out)
{
    const struct profile *p = r->profile;
    struct strtab lines;
    struct buf line = {0};
    VEC(int64_t) sums = {0};
    strtab_init(&lines, r->arena, NULL);
    *vec_push(r->arena, &sums) = 0; // of the empty stack, which is no line
    for (uint32_t i = 0; i < p->n_samples; i++) {
        add_stack(r, t, &p->samples[i], &line);
        str_id id = strtab_add(&lines, buf_span(&line));
        if (id == sums.n)
            *vec_push(r->arena, &sums) = 0;
        sums.at[id] += report_sample_value(r, &p->samples[i]);
    }
    for (str_id id = 1; id < sums.n; id++) {
        if (sums.at[id] == 0)
            continue;
        sink_write(out, strtab_get(&lines, id));
        sink_printf(out, " %" PRId64 "\n", sums.at[id]);
    }
    buf_release(&line);
    strtab_release(&lines);
}
