// SPDX-License-Identifier: Apache-2.0
#include "app/listing.h"

#include <ctype.h>

enum { NAME_SIZE_MAX = 80, NAMES_MAX = 1000, CELL_MAX = 100 };

static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!isalnum((unsigned char)name.at[i]) && !memchr("._-/", name.at[i], 4))
            return false;
    return name.n > 0 && name.n <= NAME_SIZE_MAX;
}

// The number in the cell before a link, or "".
static struct span count_before(struct span page, size_t link)
{
    size_t end = link, least = link > CELL_MAX ? link - CELL_MAX : 0;
    while (end > least && page.at[end - 1] != '/')
        end--; // at the slash of </td>
    end = end >= 2 && page.at[end - 2] == '<' ? end - 2 : 0;
    size_t start = end;
    while (start > least && isdigit((unsigned char)page.at[start - 1]))
        start--;
    return span_upto(span_from(page, start), end - start);
}

static void add_row(struct span count, struct span name, struct span base, struct buf *out)
{
    struct span plain = base;
    if (span_eq(name, SPAN("cmdline")) || span_eq(name, SPAN("symbol")))
        return; // pages that are not profiles
    while (plain.n && plain.at[plain.n - 1] == '/')
        plain.n--;
    buf_printf(out, "%8.*s  %-14.*s ", SPAN_ARG(count), SPAN_ARG(name));
    if (span_eq(name, SPAN("trace")))
        buf_add(out, SPAN("for go tool trace"));
    else
        buf_printf(out, "cprof %s" SPAN_FMT "/" SPAN_FMT,
                   span_eq(name, SPAN("profile")) ? "-seconds=30 " : "", SPAN_ARG(plain),
                   SPAN_ARG(name));
    buf_addc(out, '\n');
}

void listing_add(struct span page, struct span base, struct buf *out)
{
    static const struct span link = SPAN("<a href='"), query = SPAN("?debug=");
    size_t at = 0;
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        size_t next = span_find(span_from(page, at), link);
        if (next == SPAN_NOT_FOUND)
            break;
        at += next + link.n;
        struct span rest = span_from(page, at);
        size_t quote = span_find(rest, SPAN("'"));
        struct span target = span_upto(rest, quote == SPAN_NOT_FOUND ? 0 : quote);
        size_t end = span_find(target, query);
        struct span name = span_upto(target, end == SPAN_NOT_FOUND ? target.n : end);
        if (is_name(name))
            add_row(count_before(page, at - link.n), name, base, out);
    }
}
