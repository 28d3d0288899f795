// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "base/escape.h"
#include "base/path.h"
#include "format/emits.h"
#include "format/put.h"
#include "report/weblist.h"

// Source and instructions as a page of its own: without scripts, a line opens by itself.

enum { INDENT = 4, CODE_WIDTH = 80, TAB = 8 };

static const struct span style = SPAN(
    "body { margin: 0; padding: 1rem 1.5rem; background: #fbfaf8; color: #1b1f24;\n"
    "  font: 14px/1.4 system-ui, \"Segoe UI\", Roboto, \"DejaVu Sans\", sans-serif; }\n"
    ".legend, .filename { color: #565d69; }\n"
    "h2 { margin: 1.5rem 0 0; font-size: 1.1rem; overflow-wrap: anywhere; }\n"
    ".filename { margin: 0 0 .4rem; }\n"
    ".code { overflow-x: auto; padding: .4rem 0; border: 1px solid #e3e1dc; background: #fff;\n"
    "  font: 12px/1.45 ui-monospace, \"SF Mono\", Menlo, Consolas, \"DejaVu Sans Mono\", "
    "monospace; "
    "}\n"
    ".code > *, summary { display: block; white-space: pre; padding-right: 1rem; }\n"
    "details > summary { cursor: pointer; color: #175aa8; }\n"
    "details > summary:hover, details[open] > summary { background: #e9f0fa; }\n"
    ".asm { display: block; white-space: pre; background: #f6f5f1; color: #33383f; }\n"
    ".line, .unimportant { color: #646a74; }\n"
    ".inlinesrc { color: #7a4a00; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  body { background: #16171b; color: #eceef2; }\n"
    "  .code { background: #1c1e24; border-color: #30333c; }\n"
    "  .legend, .filename, .line, .unimportant { color: #a4aab6; }\n"
    "  details > summary { color: #82b4f5; }\n"
    "  details > summary:hover, details[open] > summary { background: #223049; }\n"
    "  .asm { background: #20232a; color: #d5d8de; } .inlinesrc { color: #e0b060; }\n"
    "}\n");

struct printer {
    const struct report *r;
    struct value_format values;
    const struct text_files *files;
    struct sink *out;
};

static void put_html(struct sink *out, struct span text)
{
    static const struct escape_rules rules = {"\t", "", false, false, false};
    put_marked_up(out, text, "<>&", &rules);
}

static void put_spaces(struct sink *out, size_t n)
{
    while (n-- > 0)
        sink_putc(out, ' ');
}

// With blanks for tabs, and on the right up to a width.
static void put_padded(struct sink *out, size_t indent, struct span text)
{
    struct buf line = {0};
    buf_fill(&line, ' ', indent);
    for (size_t i = 0; i < text.n; i++) {
        buf_addc(&line, text.at[i] == '\t' ? ' ' : text.at[i]);
        while (text.at[i] == '\t' && line.n % TAB)
            buf_addc(&line, ' ');
    }
    while (line.n < CODE_WIDTH)
        buf_addc(&line, ' ');
    put_html(out, buf_span(&line));
    buf_release(&line);
}

static void put_or_dot(struct printer *p, int64_t value)
{
    if (value)
        put_value(p->out, &p->values, value, 10);
    else
        put_right(p->out, SPAN("."), 10);
    sink_putc(p->out, ' ');
}

static size_t indentation(struct span text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.n && (text.at[i] == ' ' || text.at[i] == '\t'); i++)
        column = text.at[i] == '\t' ? (column / TAB + 1) * TAB : column + 1;
    return column;
}

static const struct span *source_line(const struct printer *p, struct span file, int64_t line)
{
    return text_line(text_files_get(p->files, file), line);
}

static void put_place(struct sink *out, struct span file, int64_t line)
{
    sink_write(out, SPAN("<span class=unimportant>"));
    if (file.n) {
        put_html(out, path_base(file));
        sink_printf(out, ":%" PRId64, line);
    }
    sink_write(out, SPAN("</span>\n"));
}

static bool same_call(const struct weblist_call *a, const struct weblist_call *b)
{
    return a->line == b->line && span_eq(a->file, b->file);
}

// The calls of an instruction that the one before it has not.
static void put_calls(struct printer *p, const struct weblist_instruction *in,
                      const struct weblist_instruction *before, size_t indent)
{
    bool same = before != NULL;
    for (size_t i = 0; i < in->n_calls; i++) {
        const struct weblist_call *c = &in->calls[i];
        same = same && i < before->n_calls && same_call(c, &before->calls[i]);
        if (same)
            continue;
        put_spaces(p->out, 43);
        sink_write(p->out, SPAN("<span class=inlinesrc>"));
        const struct span *source = source_line(p, c->file, c->line);
        put_padded(p->out, indent + INDENT + INDENT * i,
                   source ? span_trim(*source, SPAN(" \t\r")) : SPAN(""));
        sink_write(p->out, SPAN("</span> "));
        put_place(p->out, c->file, c->line);
    }
}

static void put_instruction(struct printer *p, const struct weblist_instruction *in, size_t indent)
{
    struct sink *out = p->out;
    if (in->text.n == 0)
        return;
    put_spaces(out, 10);
    put_or_dot(p, in->flat);
    put_or_dot(p, in->cum);
    sink_printf(out, "%8" PRIx64 ": ", in->address);
    put_padded(out, indent + INDENT + INDENT * in->n_calls, in->text);
    sink_putc(out, ' ');
    put_place(out, in->file, in->line);
}

static void put_source(struct printer *p, const struct weblist_line *line, struct span text)
{
    sink_printf(p->out, "<span class=line> %6" PRId64 "</span>   ", line->line);
    put_or_dot(p, line->flat);
    put_or_dot(p, line->cum);
    put_spaces(p->out, 10);
    put_html(p->out, text);
    sink_putc(p->out, ' ');
}

static bool has_code(const struct weblist_line *line)
{
    for (size_t i = 0; i < line->n_instructions; i++)
        if (line->instructions[i].text.n || line->instructions[i].n_calls)
            return true;
    return false;
}

static void put_code(struct printer *p, const struct weblist_line *line, size_t indent)
{
    sink_write(p->out, SPAN("<span class=asm>"));
    for (size_t i = 0; i < line->n_instructions; i++) {
        const struct weblist_instruction *in = &line->instructions[i];
        if (in->starts_block) {
            put_spaces(p->out, 37);
            sink_write(p->out, SPAN("\xe2\x8b\xae\n"));
        }
        put_calls(p, in, i ? in - 1 : NULL, indent);
        put_instruction(p, in, indent);
    }
    sink_write(p->out, SPAN("</span>"));
}

// A line that the source does not have is shown where it has instructions.
static void put_line(struct printer *p, struct span file, const struct weblist_line *line)
{
    const struct span *source = source_line(p, file, line->line);
    if (!source && line->n_instructions == 0)
        return;
    struct span text = source       ? *source
                       : line->line ? SPAN("???")
                                    : SPAN("<instructions with unknown line numbers>");
    sink_putc(p->out, '\n');
    if (!has_code(line)) {
        sink_write(p->out, SPAN("<div>"));
        put_source(p, line, text);
        sink_write(p->out, SPAN("</div>"));
        return;
    }
    sink_write(p->out, SPAN("<details><summary>"));
    put_source(p, line, text);
    sink_write(p->out, SPAN("</summary>"));
    put_code(p, line, indentation(text));
    sink_write(p->out, SPAN("</details>"));
}

static void put_part(struct printer *p, const struct weblist_part *part)
{
    struct sink *out = p->out;
    sink_write(out, SPAN("<h2>"));
    put_html(out, part->name);
    sink_write(out, SPAN("</h2><p class=filename>"));
    put_html(out, part->file);
    sink_write(out, SPAN("</p>\n<div class=code>\n<div>  Total:  "));
    put_value(out, &p->values, part->flat, 10);
    sink_putc(out, ' ');
    put_value(out, &p->values, part->cum, 10);
    sink_write(out, SPAN(" (flat, cum) "));
    put_percent(out, part->cum, p->r->total);
    sink_write(out, SPAN("</div>"));
    for (size_t i = 0; i < part->n_lines; i++)
        put_line(p, part->file, &part->lines[i]);
    sink_write(out, SPAN("\n</div>\n"));
}

static void put_head(struct printer *p)
{
    struct sink *out = p->out;
    label_lines lines = format_profile_labels(p->r, NULL);
    sink_write(out, SPAN("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                         "<meta name=viewport content=\"width=device-width\">\n<title>"));
    put_html(out, lines.n ? lines.at[0] : SPAN("cprof"));
    sink_write(out, SPAN("</title>\n<style>\n"));
    sink_write(out, style);
    sink_write(out, SPAN("</style>\n</head>\n<body>\n<div class=legend>"));
    for (size_t i = 0; i < lines.n; i++) {
        put_html(out, lines.at[i]);
        sink_write(out, i + 1 < lines.n ? SPAN("<br>\n") : SPAN("<br>"));
    }
    sink_write(out, SPAN("Total: "));
    put_value(out, &p->values, p->r->total, 0);
    sink_write(out, SPAN("</div>"));
}

void html_weblist(const struct document *d, struct sink *out)
{
    const struct weblist *list = d->data.weblist;
    struct printer p = {d->report, value_format_of(d->report, NULL), &d->subject->files, out};
    put_head(&p);
    for (size_t i = 0; i < list->n_parts; i++)
        put_part(&p, &list->parts[i]);
    sink_write(out, SPAN("</body>\n</html>\n"));
}
