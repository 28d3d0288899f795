// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

#include <math.h>

#include "base/utf8.h"
#include "format/shorten.h"

// Escape sequences of ECMA-48. Names are coloured with these, by their packages.
static const char *const name_colors[] = {"34", "35", "36", "32", "33"};
enum { N_COLORS = sizeof name_colors / sizeof *name_colors, NAME_MIN = 16 };

static const char *weight_color(const struct report *r, int64_t value)
{
    double share = r->total ? fabs((double)value / (double)r->total) : 0;
    if (r->options.comparison)
        return value > 0 ? "31" : value < 0 ? "32" : "2";
    if (share >= 0.2)
        return "1;31";
    if (share >= 0.05)
        return "33";
    return share >= 0.01 ? NULL : "2";
}

void put_weight(struct sink *out, const struct report *r, const struct value_format *f,
                int64_t value, size_t width)
{
    const char *color = sink_style(out)->color ? weight_color(r, value) : NULL;
    if (color)
        sink_printf(out, "\x1b[%sm", color);
    put_value(out, f, value, width);
    if (color)
        sink_write(out, SPAN("\x1b[0m"));
}

static const char *package_color(struct span package)
{
    return name_colors[name_shade(package) % N_COLORS];
}

static size_t bytes_of(struct span text, size_t characters)
{
    size_t i = 0;
    uint32_t point;
    for (; characters > 0 && i < text.n; characters--)
        i += utf8_next(span_from(text, i), &point);
    return i;
}

// Where to leave out: from the head's end to the tail's start; both are the name's end where it
// fits. Only the path of a package is cut, in its middle: what follows can still be searched for.
static void find_gap(struct span name, size_t room, size_t *head, size_t *tail)
{
    enum { PATH_MIN = 4 };
    size_t count = utf8_count(name);
    struct span package = name_package(name);
    *head = *tail = name.n;
    if (count <= room || package.n == 0 || !memchr(package.at, '/', package.n))
        return;
    size_t path = utf8_count(package), rest = count - path;
    size_t kept = room > rest + 1 + PATH_MIN ? room - rest - 1 : PATH_MIN;
    if (kept >= path)
        return;
    *head = bytes_of(package, kept / 2);
    *tail = bytes_of(package, path - (kept - kept / 2));
}

void put_name(struct sink *out, struct span name, size_t used)
{
    const struct sink_style *style = sink_style(out);
    size_t head = name.n, tail = name.n;
    if (style->columns)
        find_gap(name, style->columns > used + NAME_MIN ? style->columns - used : NAME_MIN, &head,
                 &tail);
    size_t package = style->color ? name_package(name).n : 0;
    package = package < head ? package : head;
    if (package) {
        sink_printf(out, "\x1b[%sm", package_color(span_upto(name, package)));
        put_text(out, span_upto(name, package));
        sink_write(out, SPAN("\x1b[0m"));
    }
    put_text(out, span_from(span_upto(name, head), package));
    if (tail < name.n || head < name.n)
        sink_write(out, SPAN("…"));
    put_text(out, span_from(name, tail));
}
