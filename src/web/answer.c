// SPDX-License-Identifier: Apache-2.0
#include "web/answer.h"

#include <inttypes.h>
#include <stdlib.h>

#include "app/export.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "format/assets.h"
#include "web/page.h"
#include "web/settings.h"

void answer_release(struct answer *a)
{
    buf_release(&a->body);
    for (size_t i = 0; i < a->n_headers; i++)
        free(a->headers[i].value);
}

void answer_add_header(struct answer *a, const char *name, const char *value)
{
    if (a->n_headers < ANSWER_HEADERS_MAX)
        a->headers[a->n_headers++] = (struct answer_header){name, xstrdup(value)};
}

static void add_number(struct answer *a, const char *name, int64_t value)
{
    struct buf text = {0};
    buf_printf(&text, "%" PRId64, value);
    answer_add_header(a, name, buf_cstr(&text));
    buf_release(&text);
}

void answer_error(struct answer *a, unsigned status, const char *text)
{
    buf_clear(&a->body);
    a->fixed = (struct span){0};
    a->status = status;
    a->mime = "text/plain; charset=utf-8";
    escape_add(&a->body, span_of(text), &escape_message);
    buf_addc(&a->body, '\n');
}

// The page itself, as it can take the error's cause away.
void answer_page(struct answer *a, const struct web_facts *facts, unsigned status,
                 const char *error)
{
    a->status = status;
    a->mime = "text/html; charset=utf-8";
    page_add(&a->body, facts, error);
}

static void set_fixed(struct answer *a, const char *mime, struct span bytes)
{
    a->mime = mime;
    a->fixed = bytes;
}

// Where the page opens, if that is saved.
static void add_home(struct buf *location)
{
    struct buf view = {0}, query = {0};
    settings_default(&view, &query);
    bool known = ask_is_view(buf_span(&view));
    if (known || query.n)
        buf_add(location, known ? buf_span(&view) : SPAN("flamegraph"));
    if (query.n) {
        buf_addc(location, '?');
        buf_add(location, buf_span(&query));
    }
    buf_release(&view);
    buf_release(&query);
}

static void send_away(struct answer *a, const struct ask *ask)
{
    struct buf location = {0};
    if (ask->home)
        add_home(&location);
    if (location.n == 0)
        buf_add(&location, buf_span(&ask->location));
    a->status = ask->status;
    a->mime = "text/plain; charset=utf-8";
    answer_add_header(a, "Location", buf_cstr(&location));
    buf_release(&location);
}

static void change_settings(struct answer *a, const struct ask *ask)
{
    struct err err;
    struct span view = web_url_get(&ask->url, "view");
    view = ask_is_view(view) ? view : SPAN("");
    int status = ask->kind == ASK_SAVE ? settings_save(ask->words, view, &ask->config, &err)
                                       : settings_delete(ask->words, &err);
    a->mime = "text/plain; charset=utf-8";
    if (status)
        answer_error(a, 400, err.text);
}

void answer_plain(struct answer *a, const struct ask *ask, const struct web_facts *facts)
{
    a->status = 200;
    a->mime = "application/json";
    switch (ask->kind) {
    case ASK_PAGE:
        answer_page(a, facts, 200, NULL);
        break;
    case ASK_STYLE:
        set_fixed(a, "text/css; charset=utf-8", page_style);
        break;
    case ASK_SCRIPT:
        set_fixed(a, "text/javascript; charset=utf-8", page_script);
        break;
    case ASK_BOOT:
        page_add_boot(&a->body, facts);
        break;
    case ASK_PROGRESS:
        buf_printf(&a->body, "{\"ready\":%s,\"done\":%" PRIu64 ",\"n\":%" PRIu64 "}\n",
                   facts->loading ? "false" : "true", facts->progress.done, facts->progress.n);
        break;
    case ASK_SAVE:
    case ASK_DELETE:
        change_settings(a, ask);
        break;
    case ASK_AWAY:
        send_away(a, ask);
        break;
    default:
        if (ask->view && ask->status == 400)
            answer_page(a, facts, 400, ask->err.text);
        else
            answer_error(a, ask->status, ask->err.text);
        if (ask->status == 405)
            answer_add_header(a, "Allow", span_eq(ask->words, SPAN("")) ? "GET, HEAD" : "POST");
        break;
    }
}

// 501 is for what this machine could do with another program.
static unsigned status_of(const struct ask *ask, const struct err *err)
{
    bool runs = (ask->format && ask->format->through) ||
                (ask->request.command && command_runs_programs(ask->request.command));
    return runs && strstr(err->text, "not installed") ? 501 : 400;
}

static void write_report(struct answer *a, const struct ask *ask, const struct loaded *l,
                         const struct job *job)
{
    struct request request = ask->request;
    struct outcome outcome;
    struct err err;
    struct sink *out = sink_to_buf(&a->body);
    request.job = job;
    if (app_run(l, &request, out, &outcome, &err)) {
        sink_abort(out);
        answer_error(a, status_of(ask, &err), err.text);
        return;
    }
    sink_finish(out, &err);
    a->styled = !ask->whole && span_starts(span_of(ask->format->mime), SPAN("text/html"));
    a->mime = ask->whole ? "application/vnd.google.protobuf+gzip" : ask->format->mime;
    if (ask->whole)
        answer_add_header(a, "Content-Disposition", "attachment;filename=profile.pb.gz");
    add_number(a, "X-Cprof-Total", outcome.total);
    add_number(a, "X-Cprof-Shown", outcome.left);
    answer_add_header(a, "X-Cprof-Unit", outcome.unit);
}

static void write_search(struct answer *a, const struct ask *ask, const struct loaded *l,
                         const struct job *job)
{
    enum { NAMES_MAX = 600 << 10 }; // bytes: answers stay below 1 MB
    struct request request = ask->request;
    struct app_matches found;
    struct arena arena = {0};
    struct err err;
    request.job = job;
    request.command = command_find(SPAN("top"));
    if (app_search(l, &request, ask->words, &arena, &found, &err)) {
        answer_error(a, 400, err.text);
    } else {
        buf_printf(&a->body, "{\"count\":%zu,\"value\":%" PRId64 ",\"names\":[", found.n,
                   found.value);
        for (size_t i = 0; i < found.n && a->body.n < NAMES_MAX; i++) {
            buf_add(&a->body, i ? SPAN(",") : SPAN(""));
            page_add_string(&a->body, found.names[i]);
        }
        buf_add(&a->body, SPAN("]}\n"));
    }
    arena_release(&arena);
}

static void write_export(struct answer *a, const struct ask *ask, const struct loaded *l,
                         const struct job *job)
{
    struct err err;
    struct sink *out = sink_to_buf(&a->body);
    if (app_export(l, &ask->config, job, out, &err)) {
        sink_abort(out);
        answer_error(a, 400, err.text);
        return;
    }
    sink_finish(out, &err);
    a->mime = "text/html; charset=utf-8";
    answer_add_header(a, "Content-Disposition", "attachment;filename=cprof.html");
}

void answer_add_notes(struct answer *a, struct span notes)
{
    struct buf text = {0};
    struct span line;
    if (notes.n == 0)
        return;
    if (a->status < 400) {
        web_url_quote(&text, notes);
        answer_add_header(a, "X-Cprof-Notes", buf_cstr(&text));
    }
    while (a->status >= 400 && span_cut(&notes, '\n', &line)) {
        escape_add(&a->body, line, &escape_message);
        buf_addc(&a->body, '\n');
    }
    buf_release(&text);
}

void answer_pack(struct answer *a)
{
    enum { WORTH_PACKING = 64 << 10 };
    struct buf packed = {0};
    struct err ignored;
    if (a->body.n < WORTH_PACKING || strstr(a->mime, "gzip") || strncmp(a->mime, "image/p", 7) == 0)
        return;
    struct sink *out = sink_to_buf(&packed);
    sink_begin_gzip(out);
    sink_write(out, buf_span(&a->body));
    sink_end_gzip(out);
    if (sink_finish(out, &ignored)) {
        buf_release(&packed);
        return;
    }
    buf_release(&a->body);
    a->body = packed;
    answer_add_header(a, "Content-Encoding", "gzip");
    answer_add_header(a, "Vary", "Accept-Encoding");
}

void answer_report(struct answer *a, const struct ask *ask, const struct loaded *l,
                   const struct job *job)
{
    a->status = 200;
    a->mime = "application/json";
    if (ask->kind == ASK_SEARCH)
        write_search(a, ask, l, job);
    else if (ask->kind == ASK_EXPORT)
        write_export(a, ask, l, job);
    else
        write_report(a, ask, l, job);
}
