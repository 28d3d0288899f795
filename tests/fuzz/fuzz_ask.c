// SPDX-License-Identifier: Apache-2.0
// Input: lines of a request: its method, target, Host, Origin and X-Cprof-Token. What is asked for
// is worked out, and answered where that needs no profile and changes nothing.
#include "app/options.h"
#include "fuzz.h"
#include "web/answer.h"
#include "web/guard.h"

#define TOKEN SPAN("0123456789abcdef")

// Options that came by a URL are as good as any.
static void check_config(const struct config *c)
{
    for (const struct option_def *o = option_defs; o->name; o++) {
        struct config copy;
        struct buf text = {0};
        struct err err;
        config_copy(&copy, c);
        option_print(o, c, &text);
        FUZZ_CHECK(option_set(o, &copy, buf_span(&text), &err) == 0);
        buf_release(&text);
        config_release(&copy);
    }
}

static void check_ask(const struct ask *ask)
{
    FUZZ_CHECK((ask->kind == ASK_WRONG || ask->kind == ASK_AWAY) == (ask->status != 0));
    FUZZ_CHECK(ask->kind != ASK_PAGE || ask->view);
    FUZZ_CHECK(ask->kind != ASK_REPORT || (ask->request.command && ask->format));
    FUZZ_CHECK(!ask->has_config || ask->request.fenced);
    for (size_t i = 0; i < ask->location.n; i++)
        FUZZ_CHECK((unsigned char)ask->location.at[i] > ' ');
    if (ask->has_config)
        check_config(&ask->config);
}

// Text of the request that stands in HTML is only text.
static void check_answer(const struct ask *ask, const struct web_facts *facts)
{
    struct answer answer = {0};
    answer_plain(&answer, ask, facts);
    FUZZ_CHECK(answer.status >= 200 && answer.mime);
    if (ask->kind == ASK_WRONG && ask->view)
        FUZZ_CHECK(span_find(buf_span(&answer.body), SPAN("<script>")) == SPAN_NOT_FOUND);
    answer_release(&answer);
}

static void check_guard(const struct web_sender *sender)
{
    bool ours = web_host_is_ours(sender->host, SPAN("box.example"));
    FUZZ_CHECK(!ours || sender->host.n > 0);
    if (web_may_change(sender, TOKEN))
        FUZZ_CHECK(span_eq(sender->token, TOKEN));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size}, lines[5] = {{0}};
    struct config base;
    struct ask ask;
    for (size_t i = 0; i < 5 && fuzz_next(&rest, '\n', &lines[i]); i++)
        continue;
    struct web_sender sender = {lines[2], lines[3], lines[4]};
    config_init(&base);
    struct web_facts facts = {.config = &base, .token = TOKEN, .loading = size % 2};
    ask_parse(&ask, lines[0], lines[1], &base);
    check_ask(&ask);
    if (!ask_needs_profile(&ask) && ask.kind != ASK_SAVE && ask.kind != ASK_DELETE)
        check_answer(&ask, &facts);
    check_guard(&sender);
    ask_release(&ask);
    config_release(&base);
    return 0;
}
