// SPDX-License-Identifier: Apache-2.0
#include "input/verdict.h"

#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"

enum { WORDS_MAX = 160 }; // of a server, that fit a line

bool verdict_is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool has_prefix(struct span text, const char *prefix)
{
    return text.n >= strlen(prefix) && strncasecmp(text.at, prefix, strlen(prefix)) == 0;
}

static bool is_html(const struct answer *a)
{
    struct span head = a->head;
    if (span_starts(head, SPAN("\xef\xbb\xbf")))
        head = span_from(head, 3);
    head = span_trim(head, SPAN_SPACE);
    return has_prefix(head, "<!doctype html") || has_prefix(head, "<html") ||
           (has_prefix(a->content_type, "text/html") && has_prefix(head, "<"));
}

static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.at[i] < ' ' && text.at[i] != '\t')
            return false;
    return true;
}

// "404 Not Found" of "HTTP/1.1 404 Not Found".
static struct span reason_of(const struct answer *a)
{
    struct span line = span_trim(a->status_line, SPAN_SPACE);
    size_t blank = span_find(line, SPAN(" "));
    if (blank == SPAN_NOT_FOUND || !is_plain(line))
        return SPAN("");
    return span_trim(span_from(line, blank), SPAN_SPACE);
}

// The server's own words: the first line, where the body is short text.
static struct span words_of(const struct answer *a)
{
    struct span text = span_trim(a->head, SPAN_SPACE);
    size_t end = span_find(text, SPAN("\n"));
    if (is_html(a) || a->head.n >= VERDICT_HEAD)
        return SPAN("");
    text = span_trim(span_upto(text, end == SPAN_NOT_FOUND ? text.n : end), SPAN_SPACE);
    if (!is_plain(text))
        return SPAN("");
    return text.n && text.at[0] != '{' && text.n <= WORDS_MAX ? text : SPAN("");
}

static const char *advice_on(long status, struct span words)
{
    if (status == 401)
        return "needs a user and password, or -header";
    if (status == 403)
        return "is not allowed: is a user and password, or -header, missing?";
    if (status == 407)
        return "the proxy needs a user and password";
    if (status == 404)
        return words.n ? NULL : "does the service import net/http/pprof?";
    if (status == 405)
        return "does not answer GET";
    if (status == 429)
        return "asked too often: try again later";
    if (span_find(words, SPAN("cpu profiling already in use")) != SPAN_NOT_FOUND)
        return "somebody else is taking a CPU profile: try again when that is done";
    if (status == 502 || status == 503 || status == 504)
        return "the service is away, or busy: try again later";
    return NULL;
}

static int refuse(const struct answer *a, struct err *err)
{
    struct buf text = {0};
    struct span reason = reason_of(a), words = words_of(a);
    const char *advice = advice_on(a->status, words);
    if (a->status == 401)
        words = SPAN("");
    if (reason.n && reason.n <= WORDS_MAX)
        utf8_add_valid(&text, reason);
    else
        buf_printf(&text, "HTTP status %ld", a->status);
    if (words.n) {
        buf_add(&text, SPAN(": "));
        utf8_add_valid(&text, words);
    }
    if (advice)
        buf_printf(&text, ": %s", advice);
    err_set(err, SPAN_FMT, SPAN_ARG(buf_span(&text)));
    if (a->status >= 500 || a->status == 429 || a->status == 408)
        err->kind = ERR_LOST; // too busy, too slow, or on the way up
    buf_release(&text);
    return -1;
}

int verdict_on(const struct answer *a, struct err *err)
{
    if (verdict_is_redirect(a->status))
        return err_set(err, "is redirected, but does not say where to (status %ld)", a->status);
    if (a->status == 204 || a->status == 205)
        return err_set(err, "the answer is empty (status %ld)", a->status);
    if (a->status != 200 && a->status != 203)
        return refuse(a, err);
    if (is_html(a))
        return err_set(err, "is an HTML page: a login?");
    return 0;
}
