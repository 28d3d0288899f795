// SPDX-License-Identifier: Apache-2.0
#include "app/export.h"

#include <inttypes.h>

#include "app/options.h"
#include "format/assets.h"

// The page takes this much of a file.
static size_t page_size(void)
{
    return page_html.n + page_style.n + page_script.n + 4096;
}

// An answer as the server would give it, in HTML: "<" must not end the element that it stands in.
static void add_escaped(struct buf *out, struct span json)
{
    for (size_t i = 0; i < json.n; i++) {
        if (json.at[i] == '<')
            buf_add(out, SPAN("\\u003c"));
        else
            buf_addc(out, json.at[i]);
    }
}

static int add_report(struct buf *out, const struct loaded *l, const char *command,
                      const struct config *config, const struct job *job, uint64_t rows,
                      struct err *err)
{
    struct request request = {.command = command_find(span_of(command)),
                              .config = config,
                              .job = job,
                              .quiet = true,
                              .rows = {rows > 0, 0, rows}};
    struct outcome outcome;
    struct buf json = {0};
    struct sink *sink = sink_to_buf(&json);
    int status = app_run(l, &request, sink, &outcome, err);
    if (status)
        sink_abort(sink);
    else
        status = sink_finish(sink, err);
    if (status == 0) {
        buf_add(out, SPAN("{\"answer\":"));
        add_escaped(out, buf_span(&json));
        buf_printf(out, ",\"total\":%" PRId64 ",\"left\":%" PRId64 ",\"unit\":\"%s\"}",
                   outcome.total, outcome.left, outcome.unit);
    }
    buf_release(&json);
    return status;
}

// How much of each sample type is written.
struct export_size {
    int64_t width, depth; // 0: as the config has it
    uint64_t rows;
};

static int add_types(struct buf *out, const struct loaded *l, struct config *config,
                     const char *command, const struct export_size *m, const struct job *job,
                     struct err *err)
{
    struct arena arena = {0};
    struct app_names types = app_sample_types(l, &arena);
    const struct option_def *si = option_find(SPAN("sample_index"));
    bool table = strcmp(command, "top") == 0;
    int status = 0;
    config->width = m->width;
    if (m->depth && (config->depth == 0 || config->depth > m->depth))
        config->depth = m->depth;
    buf_addc(out, '[');
    for (size_t i = 0; i < types.n && status == 0; i++) {
        buf_add(out, i ? SPAN(",\n") : SPAN(""));
        status = option_set(si, config, types.at[i], err) ||
                         add_report(out, l, command, config, job, table ? m->rows : 0, err)
                     ? -1
                     : 0;
    }
    buf_addc(out, ']');
    arena_release(&arena);
    return status;
}

// The sample type that the config chooses, as a number.
static size_t type_index(const struct loaded *l, const struct config *config)
{
    struct arena arena = {0};
    struct app_names types = app_sample_types(l, &arena);
    struct span chosen;
    struct err ignored;
    size_t index = 0;
    if (app_sample_type(l, span_of(config->sample_index), &chosen, &ignored) == 0)
        for (size_t i = 0; i < types.n; i++)
            index = span_eq(types.at[i], chosen) ? i : index;
    arena_release(&arena);
    return index;
}

static int add_data(struct buf *out, const struct loaded *l, const struct config *config,
                    const struct export_size *m, const struct job *job, struct err *err)
{
    struct config copy;
    size_t type = type_index(l, config);
    config_copy(&copy, config);
    copy.noise |= *copy.base || *copy.diff_base;
    option_set(option_find(SPAN("format")), &copy, SPAN("json"), err);
    buf_printf(out, "{\"boot\":{},\"type\":%zu,\"answers\":{\"flamegraph\":", type);
    int status = add_types(out, l, &copy, "flame", m, job, err);
    buf_add(out, SPAN(",\"top\":"));
    if (status == 0)
        status = add_types(out, l, &copy, "top", m, job, err);
    buf_add(out, SPAN("}}"));
    config_release(&copy);
    return status;
}

static void put_upto(struct sink *out, struct span *rest, struct span mark)
{
    size_t at = span_find(*rest, mark);
    at = at == SPAN_NOT_FOUND ? rest->n : at;
    sink_write(out, span_upto(*rest, at));
    *rest = span_from(*rest, at + (at < rest->n ? mark.n : 0));
}

static void put_page(struct sink *out, struct span data)
{
    struct span rest = page_html;
    put_upto(out, &rest, SPAN("<!--HEAD-->"));
    sink_printf(out,
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'\">\n"
                "<link rel=\"icon\" href=\"data:,\">\n<style>",
                page_script_digest, page_style_digest);
    sink_write(out, page_style);
    sink_write(out, SPAN("</style>"));
    put_upto(out, &rest, SPAN("<!--VIEW-->"));
    put_upto(out, &rest, SPAN("<!--DATA-->"));
    sink_write(out, SPAN("<script type=\"application/json\" id=\"data\">"));
    sink_write(out, data);
    sink_write(out, SPAN("</script>\n<script type=\"module\">"));
    sink_write(out, page_script);
    sink_write(out, SPAN("</script>"));
    sink_write(out, rest);
}

enum { N_SIZES = 11 };

static const struct export_size sizes[N_SIZES] = {
    {2000, 0, 2000}, {1200, 0, 1000}, {800, 0, 500}, {500, 0, 300}, {250, 0, 150}, {120, 0, 60},
    {60, 0, 20},     {20, 500, 5},    {5, 200, 1},   {5, 30, 1},    {2, 3, 1}};

// The size to try after one that took so many bytes; those that would take too many by far are
// passed over.
static size_t next_size(size_t i, size_t bytes)
{
    double most = (double)sizes[i].width * 1.25 * EXPORT_MAX / (double)bytes;
    for (i++; i + 1 < N_SIZES && !sizes[i].depth && (double)sizes[i].width > most; i++)
        continue;
    return i;
}

int app_export(const struct loaded *l, const struct config *config, const struct job *job,
               struct sink *out, struct err *err)
{
    struct buf data = {0};
    int status = -1;
    for (size_t i = 0; i < N_SIZES; i = next_size(i, data.n)) {
        buf_clear(&data);
        status = add_data(&data, l, config, &sizes[i], job, err);
        if (status || data.n + page_size() <= EXPORT_MAX || job_stopped(job))
            break;
    }
    if (status == 0)
        put_page(out, buf_span(&data));
    buf_release(&data);
    return status;
}
