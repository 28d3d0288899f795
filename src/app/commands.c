// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

#include "app/query.h"

const struct command_def command_defs[] = {
    {.name = "text",
     .summary = "the entries that weigh most, one a line",
     .detail = "The same as top.",
     .emit = emit_top},
    {.name = "top",
     .summary = "the entries that weigh most, one a line",
     .detail = "flat is an entry's own weight, cum its weight with all that it calls, sum the flat "
               "weights so far.",
     .emit = emit_top},
    {.name = NULL},
};

const struct command_def *command_find(struct span name)
{
    for (const struct command_def *c = command_defs; c->name; c++)
        if (span_eq(span_of(c->name), name))
            return c;
    return NULL;
}
