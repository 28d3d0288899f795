// SPDX-License-Identifier: Apache-2.0
#include "web/call.h"

#include <stdlib.h>
#include <strings.h>

#include "web/guard.h"
#include "web/server_parts.h"

static struct span header_of(const struct call *c, const char *name)
{
    const char *value = c->server->httpd->lookup_value(c->connection, MHD_HEADER_KIND, name);
    return value ? span_of(value) : (struct span){0};
}

static enum MHD_Result count_host(void *count, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind, (void)value;
    *(unsigned *)count += strcasecmp(name, "Host") == 0;
    return MHD_YES;
}

// Of several it is not known which one a proxy has looked at.
static bool has_one_host(const struct call *c)
{
    unsigned n = 0;
    c->server->httpd->get_values(c->connection, MHD_HEADER_KIND, count_host, &n);
    return n == 1;
}

static void refuse(struct call *c, unsigned status, const char *why)
{
    answer_error(&c->answer, status, why);
}

// Whether there is the sample type that a page is asked for with, and its conditions on tags can be
// read, once the profile is known.
static bool fits_profile(const struct call *c, struct err *err)
{
    const struct config *config = &c->ask.config;
    struct server *s = c->server;
    struct span name;
    if (c->ask.kind != ASK_PAGE)
        return true;
    pthread_mutex_lock(&s->lock);
    const struct loaded *l = s->loaded ? loaded_ref(s->loaded) : NULL;
    pthread_mutex_unlock(&s->lock);
    bool fits = !l || (app_sample_type(l, span_of(config->sample_index), &name, err) == 0 &&
                       app_check_tags(l, config, err) == 0);
    loaded_unref(l);
    return fits;
}

bool call_begin(struct call *c, const char *method)
{
    struct err err;
    struct server *s = c->server;
    struct web_facts facts = server_facts(s);
    struct web_sender sender = {header_of(c, "Host"), header_of(c, "Origin"),
                                header_of(c, "X-Cprof-Token")};
    ask_parse(&c->ask, span_of(method), span_of(c->target ? c->target : ""), facts.config);
    struct span accepted = header_of(c, "Accept-Encoding");
    c->packs = span_find(accepted, SPAN("gzip")) != SPAN_NOT_FOUND &&
               span_find(accepted, SPAN("q=0")) == SPAN_NOT_FOUND;
    c->parsed = c->answered = true;
    if (!has_one_host(c) || !web_host_is_ours(sender.host, span_of(s->address.host)))
        refuse(c, 421, "this server does not answer under this name");
    else if ((c->ask.kind == ASK_SAVE || c->ask.kind == ASK_DELETE) &&
             !web_may_change(&sender, facts.token))
        refuse(c, 403, "only the page itself may change settings");
    else if (ask_needs_profile(&c->ask))
        c->answered = false;
    else if (!fits_profile(c, &err))
        answer_page(&c->answer, &facts, 400, err.text);
    else
        answer_plain(&c->answer, &c->ask, &facts);
    return c->answered;
}

static void add_headers(const struct call *c, struct MHD_Response *response)
{
    static const char page[] =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    static const char styled[] = "default-src 'none'; style-src 'unsafe-inline'; "
                                 "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    static const char *const headers[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cache-Control", "no-store"},
    };
    const struct httpd_library *h = c->server->httpd;
    h->add_response_header(response, "Content-Security-Policy", c->answer.styled ? styled : page);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        h->add_response_header(response, headers[i][0], headers[i][1]);
    h->add_response_header(response, "Content-Type", c->answer.mime);
    for (size_t i = 0; i < c->answer.n_headers; i++)
        h->add_response_header(response, c->answer.headers[i].name, c->answer.headers[i].value);
}

enum MHD_Result call_reply(struct call *c)
{
    const struct httpd_library *h = c->server->httpd;
    struct buf *body = &c->answer.body;
    struct span fixed = c->answer.fixed.at ? c->answer.fixed : SPAN("");
    bool own = !c->answer.fixed.at && body->at;
    struct MHD_Response *response =
        own ? h->create_response(body->n, body->at, MHD_RESPMEM_MUST_FREE)
            : h->create_response(fixed.n, (void *)(uintptr_t)fixed.at, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    if (own)
        *body = (struct buf){0}; // the response frees it
    add_headers(c, response);
    enum MHD_Result result = h->queue_response(c->connection, c->answer.status, response);
    h->destroy_response(response);
    return result;
}

void call_free(struct call *c)
{
    if (c->has_job)
        job_release(&c->job);
    if (c->parsed)
        ask_release(&c->ask);
    answer_release(&c->answer);
    buf_release(&c->notes);
    free(c->target);
    free(c);
}
