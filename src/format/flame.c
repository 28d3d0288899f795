// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"
#include "format/put.h"
#include "report/flame.h"

void text_flame(const struct document *d, struct sink *out)
{
    const struct flame *f = d->data.flame;
    for (uint32_t i = 0; i < f->tree.n; i++) {
        sink_fill(out, ' ', f->tree.frames[i].depth);
        put_text(out, f->tree.frames[i].name == NO_INDEX ? SPAN("all")
                                                         : f->names[f->tree.frames[i].name].name);
        put_number(out, f->tree.frames[i].cum, 20);
        sink_putc(out, '\n');
    }
}
