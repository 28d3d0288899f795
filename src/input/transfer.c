// SPDX-License-Identifier: Apache-2.0
#include "input/transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "input/source.h"
#include "input/verdict.h"

enum {
    BUFFERED_MAX = 1 << 20, // bytes that wait for their reader, until no more are asked for
    JUDGED_AFTER = 64,      // bytes of a body that came with status 200
    REDIRECTS_MAX = 10,
    DEFAULT_SECONDS = 60,
    MORE_SECONDS = 5,
    RECEIVE_SIZE = 128 << 10,
};

struct transfer *transfer_new(const struct fetch_options *options, const char *name,
                              int64_t seconds)
{
    struct transfer *t = xcalloc(1, sizeof *t);
    t->options = options;
    t->name = xstrdup(name);
    if (url_parse(&t->first, name, seconds, &t->arena, &t->err)) {
        t->failed = true;
        t->state = TRANSFER_ENDED;
    }
    t->url = t->first;
    return t;
}

void transfer_free(struct transfer *t)
{
    buf_release(&t->status_line);
    buf_release(&t->content_type);
    buf_release(&t->head);
    buf_release(&t->body);
    arena_release(&t->arena);
    free(t->name);
    free(t);
}

// Rules: adjustURL and fetchURL of google/pprof's internal/driver/fetch.go.
int64_t transfer_limit(const struct transfer *t)
{
    int64_t asked = t->first.seconds, limit = t->options->timeout;
    if (limit <= 0)
        limit = asked ? asked + asked / 2 : DEFAULT_SECONDS;
    return limit + MORE_SECONDS;
}

static void fail(struct transfer *t, const struct err *err)
{
    pthread_mutex_lock(t->lock);
    if (!t->failed)
        t->err = *err;
    t->failed = true;
    pthread_mutex_unlock(t->lock);
}

static void fail_as(struct transfer *t, enum err_kind kind, const char *format, va_list args)
{
    struct buf text = {0};
    struct err err;
    buf_vprintf(&text, format, args);
    err_set(&err, SPAN_FMT, SPAN_ARG(buf_span(&text)));
    err.kind = kind;
    buf_release(&text);
    fail(t, &err);
}

void transfer_fail(struct transfer *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_as(t, ERR_FAULT, format, args);
    va_end(args);
}

void transfer_lose(struct transfer *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_as(t, ERR_LOST, format, args);
    va_end(args);
}

static size_t on_header(char *at, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    struct span line = span_trim_end((struct span){at, size * n}, SPAN_SPACE);
    static const char type[] = "content-type:";
    if (span_starts(line, SPAN("HTTP/"))) {
        buf_clear(&t->status_line);
        buf_clear(&t->content_type);
        buf_add(&t->status_line, line);
    } else if (line.n >= sizeof type && strncasecmp(line.at, type, sizeof type - 1) == 0) {
        line = span_from(line, sizeof type - 1);
        while (line.n && line.at[0] == ' ')
            line = span_from(line, 1);
        buf_clear(&t->content_type);
        buf_add(&t->content_type, line);
    }
    return size * n;
}

static long status_of(const struct transfer *t)
{
    long status = 0;
    t->curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static void add_body(struct transfer *t, struct span bytes)
{
    pthread_mutex_lock(t->lock);
    if (t->taken && t->taken >= t->body.n / 2) {
        memmove(t->body.at, t->body.at + t->taken, t->body.n - t->taken);
        t->body.n -= t->taken;
        t->taken = 0;
    }
    if (!t->closed)
        buf_add(&t->body, bytes);
    t->judged = true;
    pthread_mutex_unlock(t->lock);
}

// Judges the answer by its status and the start of its body.
static bool judge(struct transfer *t)
{
    struct err err;
    struct answer answer = {status_of(t), buf_span(&t->status_line), buf_span(&t->content_type),
                            buf_span(&t->head)};
    bool page = t->any_page && answer.status == 200;
    if (!page && verdict_on(&answer, &err)) {
        fail(t, &err);
        return false;
    }
    add_body(t, buf_span(&t->head));
    buf_clear(&t->head);
    return true;
}

static bool has_room(struct transfer *t)
{
    pthread_mutex_lock(t->lock);
    bool room = t->body.n - t->taken < BUFFERED_MAX || t->closed;
    t->paused = !room;
    pthread_mutex_unlock(t->lock);
    return room;
}

// A body that is not judged yet; false where nothing more of it is wanted.
static bool take_head(struct transfer *t, struct span bytes, long status)
{
    if (verdict_is_redirect(status))
        return true;
    size_t wanted = status == 200 ? JUDGED_AFTER : VERDICT_HEAD;
    size_t room = VERDICT_HEAD - t->head.n;
    struct span more = span_upto(bytes, bytes.n < room ? bytes.n : room);
    buf_add(&t->head, more);
    if (t->head.n < wanted)
        return true;
    if (!judge(t))
        return false;
    add_body(t, span_from(bytes, more.n));
    return true;
}

static size_t on_body(char *at, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    struct span bytes = {at, size * n};
    if (!has_room(t)) {
        t->paused_since = job_now();
        return CURL_WRITEFUNC_PAUSE;
    }
    t->last_byte = job_now();
    t->received += bytes.n;
    if (t->options->max_bytes && t->received > t->options->max_bytes) {
        struct err err;
        inflate_too_much(t->options->max_bytes, &err);
        fail(t, &err);
        return 0;
    }
    if (!t->judged)
        return take_head(t, bytes, status_of(t)) ? bytes.n : 0;
    add_body(t, bytes);
    return bytes.n;
}

// libcurl reads http_proxy in small letters only.
static const char *proxy_for(const struct url *u)
{
    if (url_is_local(u))
        return "";
    const char *small = getenv("http_proxy"), *large = getenv("HTTP_PROXY");
    bool http = strcmp(u->scheme, "http") == 0;
    return http && !(small && *small) && large && *large ? large : NULL;
}

static const char *ca_file(const struct fetch_options *o)
{
    const char *named = getenv("SSL_CERT_FILE");
    if (*o->tls_ca)
        return o->tls_ca;
    if (named && *named)
        return named;
#ifdef CPROF_STATIC
    static const char *const usual[] = {"/etc/ssl/certs/ca-certificates.crt",
                                        "/etc/pki/tls/certs/ca-bundle.crt",
                                        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
                                        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (access(usual[i], R_OK) == 0)
            return usual[i];
#endif
    return NULL;
}

static void add_headers(struct transfer *t, const char *lines)
{
    struct span rest = span_of(lines), line;
    while (span_cut(&rest, '\n', &line))
        if (line.n)
            t->headers = t->curl->slist_append(t->headers, arena_cstr(&t->arena, line));
}

#define SET(option, value) t->curl->easy_setopt(t->easy, CURLOPT_##option, (value))

// What only the first host is to see.
static void set_secrets(struct transfer *t)
{
    const struct fetch_options *o = t->options;
    if (!url_same_origin(&t->url, &t->first))
        return;
    add_headers(t, o->headers);
    if (t->url.user) {
        SET(USERNAME, t->url.user);
        SET(PASSWORD, t->url.password);
    }
    if (*o->tls_cert)
        SET(SSLCERT, o->tls_cert);
    if (*o->tls_key)
        SET(SSLKEY, o->tls_key);
}

static void set_security(struct transfer *t)
{
    const char *ca = ca_file(t->options);
    if (ca)
        SET(CAINFO, ca);
    if (t->url.insecure) {
        SET(SSL_VERIFYPEER, 0L);
        SET(SSL_VERIFYHOST, 0L);
    }
}

static void set_post(struct transfer *t)
{
    SET(POST, 1L);
    SET(POSTFIELDS, t->body_to_send.at);
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)t->body_to_send.n);
    add_headers(t, "Content-Type: application/octet-stream\nExpect:");
}

static void set_place(struct transfer *t)
{
    const char *proxy = proxy_for(&t->url);
    struct buf text = {0};
    url_write(&t->url, &text);
    SET(URL, buf_cstr(&text));
    buf_release(&text);
    SET(PATH_AS_IS, 1L);
    SET(NETRC, (long)CURL_NETRC_OPTIONAL);
    if (proxy)
        SET(PROXY, proxy);
    if (t->url.unix_socket)
        SET(UNIX_SOCKET_PATH, t->url.unix_socket);
}

int transfer_begin(struct transfer *t)
{
    t->easy = t->curl->easy_init();
    if (!t->easy) {
        transfer_fail(t, "libcurl has no memory left");
        return -1;
    }
    *t->error = '\0';
    set_place(t);
    set_security(t);
    set_secrets(t);
    if (t->posts)
        set_post(t);
    else if (!t->any_page &&
             !t->options->as_is) // it is unpacked where files are, and bounded as there
        add_headers(t, "Accept-Encoding: gzip");
    SET(HTTPHEADER, t->headers);
    SET(USERAGENT, "cprof/" CPROF_VERSION);
    SET(NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(QUICK_EXIT, 1L); // does not wait for a name server once nobody wants the answer
#endif
    SET(BUFFERSIZE, (long)RECEIVE_SIZE);
    SET(ERRORBUFFER, t->error);
    SET(HEADERFUNCTION, on_header);
    SET(HEADERDATA, t);
    SET(WRITEFUNCTION, on_body);
    SET(WRITEDATA, t);
    SET(PRIVATE, t);
    return 0;
}

void transfer_end(struct transfer *t)
{
    if (t->easy)
        t->curl->easy_cleanup(t->easy);
    t->curl->slist_free_all(t->headers);
    t->easy = NULL;
    t->headers = NULL;
}

// True where the answer sends on; t->url is the next one then.
static bool follow(struct transfer *t)
{
    char *location = NULL;
    struct err err;
    struct url next;
    t->curl->easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &location);
    if (!verdict_is_redirect(status_of(t)) || !location)
        return false;
    if (t->posts)
        transfer_fail(t, "is redirected");
    else if (++t->redirects > REDIRECTS_MAX)
        transfer_fail(t, "is redirected more than %d times", REDIRECTS_MAX);
    else if (url_redirect(&next, &t->url, location, &t->arena, &err))
        fail(t, &err);
    else
        t->url = next;
    return !t->failed;
}

static void explain_connection(struct transfer *t)
{
    long number = 0;
    t->curl->easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    if (t->url.unix_socket && number == 0)
        number = access(t->url.unix_socket, F_OK) ? errno : ECONNREFUSED;
    if (number == ECONNREFUSED)
        transfer_lose(t, "connection refused: is the service running, and does it import "
                         "net/http/pprof?");
    else if (number)
        transfer_lose(t, "cannot connect: %s", strerror((int)number));
    else
        transfer_lose(t, "cannot connect: %s", t->error);
}

static void explain_certificate(struct transfer *t)
{
    transfer_fail(t,
                  "its certificate is not trusted (%s): -tls_ca=FILE names who vouches for it, "
                  "-tls_cert and -tls_key say who asks, https+insecure:// trusts anybody",
                  t->error);
}

static void explain(struct transfer *t, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        explain_connection(t);
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        transfer_lose(t, "unknown host '%.200s'", t->url.host);
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        transfer_lose(t, "the host of the proxy is unknown");
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        explain_certificate(t);
        break;
    case CURLE_SSL_CERTPROBLEM:
        transfer_fail(t, "-tls_cert and -tls_key cannot be used: %s", t->error);
        break;
    case CURLE_SSL_CONNECT_ERROR:
        transfer_fail(t, "no TLS connection (%s): is it http://, or does it want -tls_cert?",
                      t->error);
        break;
    case CURLE_GOT_NOTHING:
        transfer_lose(t, "the server closed the connection without an answer");
        break;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        transfer_fail(t, "what answers there does not speak HTTP");
        break;
    default:
        if (t->received)
            transfer_lose(t, "the answer ended early, after %" PRIu64 " bytes", t->received);
        else
            transfer_lose(t, "%s", *t->error ? t->error : t->curl->easy_strerror(code));
    }
}

bool transfer_finish(struct transfer *t, CURLcode code)
{
    if (code == CURLE_OK && !t->failed) {
        if (follow(t)) {
            buf_clear(&t->head);
            return true;
        }
        if (!t->judged && !t->failed)
            judge(t);
    } else if (code != CURLE_OK) {
        explain(t, code);
    }
    return false;
}
