// SPDX-License-Identifier: Apache-2.0
#include "web/page.h"

#include "app/options.h"
#include "base/utf8.h"
#include "format/assets.h"
#include "web/settings.h"

void page_add_string(struct buf *out, struct span text)
{
    struct buf valid = {0};
    utf8_add_valid(&valid, text);
    buf_addc(out, '"');
    for (size_t i = 0; i < valid.n; i++) {
        unsigned char c = (unsigned char)valid.at[i];
        if (c < 0x20 || c == 0x7f || strchr("\"\\<>&'", c))
            buf_printf(out, "\\u%04x", c);
        else
            buf_addc(out, (char)c);
    }
    buf_addc(out, '"');
    buf_release(&valid);
}

static bool can(const char *command)
{
    const struct command_def *c = command_find(span_of(command));
    return c && c->report != REPORT_NONE;
}

static void add_views(struct buf *out, const struct web_facts *facts)
{
    bool compared = *facts->config->base || *facts->config->diff_base;
    buf_add(out, SPAN("[\"flamegraph\",\"top\",\"graph\",\"source\",\"peek\",\"tags\",\"traces\""));
    buf_add(out, can("disasm") ? SPAN(",\"disasm\"") : SPAN(""));
    buf_add(out, compared ? SPAN(",\"diff\"") : SPAN(""));
    buf_add(out, facts->series ? SPAN(",\"trend\",\"leaks\"") : SPAN(""));
    buf_add(out, can("hints") ? SPAN(",\"hints\"") : SPAN(""));
    buf_addc(out, ']');
}

static void add_saved_names(struct buf *out)
{
    bool first = true;
    buf_addc(out, '[');
    for (const struct option_def *o = option_defs; o->name; o++) {
        if (!(o->where & WHERE_SAVED) || !o->url)
            continue;
        buf_add(out, first ? SPAN("") : SPAN(","));
        page_add_string(out, span_of(o->url));
        first = false;
    }
    buf_addc(out, ']');
}

void page_add_boot(struct buf *out, const struct web_facts *facts)
{
    buf_printf(out, "{\"loading\":%s,\"version\":", facts->loading ? "true" : "false");
    page_add_string(out, span_of(CPROF_VERSION));
    buf_add(out, SPAN(",\"views\":"));
    add_views(out, facts);
    buf_add(out, SPAN(",\"saved\":"));
    add_saved_names(out);
    buf_add(out, SPAN(",\"configs\":"));
    settings_add_json(out);
    buf_addc(out, '}');
}

// Adds the page up to a mark and passes it.
static void add_upto(struct buf *out, struct span *rest, struct span mark)
{
    size_t at = span_find(*rest, mark);
    at = at == SPAN_NOT_FOUND ? rest->n : at;
    buf_add(out, span_upto(*rest, at));
    *rest = span_from(*rest, at + (at < rest->n ? mark.n : 0));
}

static void add_html(struct buf *out, struct span text)
{
    struct buf valid = {0};
    utf8_add_valid(&valid, text);
    for (size_t i = 0; i < valid.n; i++) {
        unsigned char c = (unsigned char)valid.at[i];
        if (strchr("&<>\"'", c) || c < 0x20)
            buf_printf(out, "&#%u;", c < 0x20 ? ' ' : c);
        else
            buf_addc(out, (char)c);
    }
    buf_release(&valid);
}

static void add_error(struct buf *out, struct span text)
{
    buf_add(out, SPAN("<div class=\"empty\" id=\"error\"><b>This cannot be shown</b><pre>"));
    add_html(out, text);
    buf_add(out, SPAN("</pre><p><a href=\"flamegraph\">Show everything</a></p></div>"));
}

void page_add(struct buf *out, const struct web_facts *facts, const char *error)
{
    struct span rest = page_html;
    add_upto(out, &rest, SPAN("<!--HEAD-->"));
    buf_printf(out, "<meta name=\"cprof-token\" content=\"" SPAN_FMT "\">\n",
               SPAN_ARG(facts->token));
    buf_add(out, SPAN("<link rel=\"stylesheet\" href=\"style.css\">\n"
                      "<link rel=\"icon\" href=\"data:,\">\n"
                      "<script type=\"module\" src=\"app.js\"></script>"));
    add_upto(out, &rest, SPAN("<!--VIEW-->"));
    if (error)
        add_error(out, span_of(error));
    add_upto(out, &rest, SPAN("<!--DATA-->"));
    buf_add(out, SPAN("<script type=\"application/json\" id=\"boot\">"));
    page_add_boot(out, facts);
    buf_add(out, SPAN("</script>"));
    buf_add(out, rest);
}
