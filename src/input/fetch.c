// SPDX-License-Identifier: Apache-2.0
#include "input/fetch.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/thread.h"
#include "base/vec.h"
#include "base/xalloc.h"
#include "input/headers.h"
#include "input/source.h"
#include "input/transfer.h"
#include "input/window.h"

#define NS_PER_S ((int64_t)1000000000)

enum {
    SILENCE_MAX = 30, // seconds between two pieces of a body
    LOOK_MS = 500,    // how often limits of time are looked at
    SHOW_MS = 200,    // and how often progress is told
    IDLE_MS = 60000,
};

struct fetcher {
    const struct libcurl *curl;
    struct fetch_options options;
    const struct job *job;
    struct arena arena; // the options'
    CURLM *multi;
    pthread_t thread;
    bool started;
    bool told_change; // that seconds ask for a change

    pthread_mutex_t lock;
    pthread_cond_t changed;
    VEC(struct transfer *) transfers; // in the order in which they were expected
    size_t first_open;                // those before it are closed
    bool stop;
};

struct fetched {
    struct stream base;
    struct window window;
    struct fetcher *f;
    struct transfer *t;
};

bool fetch_is_there(void)
{
    return true;
}

// ---- the thread

// How many run, or have bytes that wait for their reader.
static unsigned count_active(const struct fetcher *f)
{
    unsigned n = 0;
    for (size_t i = f->first_open; i < f->transfers.n; i++) {
        const struct transfer *t = f->transfers.at[i];
        n += t->state == TRANSFER_RUNS || (t->state == TRANSFER_ENDED && !t->closed && !t->posts);
    }
    return n;
}

// The next one whose turn it is, or NULL.
static struct transfer *next_to_begin(struct fetcher *f)
{
    struct transfer *next = NULL;
    pthread_mutex_lock(&f->lock);
    while (f->first_open < f->transfers.n && f->transfers.at[f->first_open]->closed &&
           f->transfers.at[f->first_open]->state == TRANSFER_ENDED)
        f->first_open++;
    bool room = count_active(f) < f->options.parallel;
    for (size_t i = f->first_open; i < f->transfers.n && !next; i++) {
        struct transfer *t = f->transfers.at[i];
        if (t->state == TRANSFER_WAITS && t->closed)
            t->state = TRANSFER_ENDED;
        else if (t->state == TRANSFER_WAITS && (room || t->posts))
            next = t;
    }
    if (next)
        next->state = TRANSFER_RUNS;
    pthread_mutex_unlock(&f->lock);
    return next;
}

static void mark_ended(struct fetcher *f, struct transfer *t)
{
    pthread_mutex_lock(&f->lock);
    t->state = TRANSFER_ENDED;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static void begin(struct fetcher *f, struct transfer *t)
{
    if (transfer_begin(t) || f->curl->multi_add_handle(f->multi, t->easy)) {
        transfer_fail(t, "libcurl cannot begin");
        transfer_end(t);
        mark_ended(f, t);
    }
}

static void drop(struct fetcher *f, struct transfer *t)
{
    f->curl->multi_remove_handle(f->multi, t->easy);
    transfer_end(t);
}

static void begin_all(struct fetcher *f)
{
    struct transfer *t;
    while ((t = next_to_begin(f))) {
        t->begun = job_now();
        t->deadline = t->begun + transfer_limit(t) * NS_PER_S;
        begin(f, t);
    }
}

static void finish_all(struct fetcher *f)
{
    int left;
    CURLMsg *message;
    while ((message = f->curl->multi_info_read(f->multi, &left))) {
        struct transfer *t = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        f->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        bool goes_on = transfer_finish(t, code);
        drop(f, t);
        if (goes_on)
            begin(f, t);
        else
            mark_ended(f, t);
    }
}

static void go_on(struct fetcher *f, struct transfer *t)
{
    int64_t now = job_now();
    t->deadline += now - t->paused_since;
    t->last_byte = now;
    t->paused_since = 0;
    f->curl->easy_pause(t->easy, CURLPAUSE_CONT);
}

// Whether a transfer that runs is to end, by its limits or because nobody wants it.
static bool is_over(struct transfer *t, bool closed)
{
    int64_t now = job_now();
    if (closed)
        transfer_fail(t, "given up");
    else if (t->paused_since)
        return false;
    else if (now >= t->deadline)
        transfer_lose(t, "took longer than %" PRId64 " s; -timeout=SECONDS allows more",
                      transfer_limit(t));
    else if (t->received && now - t->last_byte >= SILENCE_MAX * NS_PER_S)
        transfer_lose(t, "no byte has come for %d s, after %" PRIu64, SILENCE_MAX, t->received);
    else
        return false;
    return true;
}

static void look_after(struct fetcher *f, struct transfer *t)
{
    pthread_mutex_lock(&f->lock);
    bool runs = t->state == TRANSFER_RUNS, closed = t->closed, paused = t->paused;
    pthread_mutex_unlock(&f->lock);
    if (!runs)
        return;
    if (t->paused_since && !paused && !closed)
        go_on(f, t);
    if (is_over(t, closed)) {
        drop(f, t);
        mark_ended(f, t);
    }
}

static struct transfer *transfer_at(struct fetcher *f, size_t i)
{
    pthread_mutex_lock(&f->lock);
    struct transfer *t = i < f->transfers.n ? f->transfers.at[i] : NULL;
    pthread_mutex_unlock(&f->lock);
    return t;
}

static void look_after_all(struct fetcher *f)
{
    struct transfer *t;
    for (size_t i = f->first_open; (t = transfer_at(f, i)); i++)
        look_after(f, t);
}

// How long the first of those that run has been fetched, and how much has come of all.
static void tell_progress(struct fetcher *f)
{
    char what[64];
    int64_t seconds = 0, asked = 0;
    uint64_t received = 0;
    struct transfer *t;
    for (size_t i = f->first_open; (t = transfer_at(f, i)); i++) {
        bool first = seconds == 0 && t->easy;
        seconds = first ? (job_now() - t->begun) / NS_PER_S : seconds;
        asked = first ? t->first.seconds : asked;
        received += t->received;
    }
    snprintf(what, sizeof what, "s, %" PRIu64 " kB", received / 1000);
    if (seconds > 0)
        job_progress(f->job, &(struct job_progress){"fetching", (uint64_t)seconds,
                                                    seconds < asked ? (uint64_t)asked : 0, what});
}

static bool shows_progress(const struct fetcher *f)
{
    return f->job && f->job->progress;
}

static bool is_stopped(struct fetcher *f)
{
    pthread_mutex_lock(&f->lock);
    bool stop = f->stop;
    pthread_mutex_unlock(&f->lock);
    return stop || job_stopped(f->job);
}

static void end_all(struct fetcher *f)
{
    struct transfer *t;
    for (size_t i = 0; (t = transfer_at(f, i)); i++) {
        if (t->state == TRANSFER_ENDED)
            continue;
        transfer_fail(t, "interrupted");
        if (t->easy)
            drop(f, t);
        mark_ended(f, t);
    }
    if (shows_progress(f))
        job_progress(f->job, &(struct job_progress){"fetching", 0, 0, ""});
}

static int poll_time(const struct fetcher *f, int running)
{
    return running == 0 ? IDLE_MS : shows_progress(f) ? SHOW_MS : LOOK_MS;
}

static void *run(void *context)
{
    struct fetcher *f = context;
    struct curl_waitfd wake = {.fd = job_wake(f->job), .events = CURL_WAIT_POLLIN};
    unsigned n_wakes = wake.fd >= 0;
    while (!is_stopped(f)) {
        int running = 0;
        begin_all(f);
        look_after_all(f);
        f->curl->multi_perform(f->multi, &running);
        finish_all(f);
        if (running && shows_progress(f))
            tell_progress(f);
        pthread_mutex_lock(&f->lock);
        pthread_cond_broadcast(&f->changed); // bytes may have come
        pthread_mutex_unlock(&f->lock);
        f->curl->multi_poll(f->multi, &wake, n_wakes, poll_time(f, running), NULL);
    }
    end_all(f);
    return NULL;
}

// ---- who uses it

static const char *copy(struct fetcher *f, const char *text)
{
    return arena_cstr(&f->arena, span_of(text ? text : ""));
}

static int copy_options(struct fetcher *f, const struct fetch_options *o, struct err *err)
{
    struct buf headers = {0};
    f->options = *o;
    f->options.parallel = o->parallel ? o->parallel : 1;
    f->options.tls_cert = copy(f, o->tls_cert);
    f->options.tls_key = copy(f, o->tls_key);
    f->options.tls_ca = copy(f, o->tls_ca);
    int status = headers_read(o->headers ? o->headers : "", &headers, f->job, err);
    f->options.headers = copy(f, buf_cstr(&headers));
    buf_release(&headers);
    if (status == 0 && !*f->options.tls_cert != !*f->options.tls_key)
        status = err_set(err, "-tls_cert and -tls_key go together");
    return status;
}

struct fetcher *fetcher_new(const struct fetch_options *options, const struct job *job,
                            struct err *err)
{
    const struct libcurl *curl = libcurl_get(err);
    if (!curl)
        return NULL;
    struct fetcher *f = xcalloc(1, sizeof *f);
    f->curl = curl;
    f->job = job;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    if (copy_options(f, options, err) == 0)
        f->multi = curl->multi_init();
    if (!f->multi) {
        fetcher_free(f);
        return NULL;
    }
    curl->multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)f->options.parallel);
    return f;
}

static void wake_thread(struct fetcher *f)
{
    f->curl->multi_wakeup(f->multi);
}

void fetcher_free(struct fetcher *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    pthread_mutex_unlock(&f->lock);
    if (f->started) {
        wake_thread(f);
        pthread_join(f->thread, NULL);
    }
    for (size_t i = 0; i < f->transfers.n; i++)
        transfer_free(f->transfers.at[i]);
    if (f->multi)
        f->curl->multi_cleanup(f->multi);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->changed);
    arena_release(&f->arena);
    free(f);
}

uint64_t fetcher_max(const struct fetcher *f)
{
    return f->options.max_bytes;
}

static void add_transfer(struct fetcher *f, struct transfer *t)
{
    t->curl = f->curl;
    t->lock = &f->lock;
    pthread_mutex_lock(&f->lock);
    *vec_push(&f->arena, &f->transfers) = t;
    pthread_mutex_unlock(&f->lock);
    if (!f->started && !(f->started = thread_start(&f->thread, run, f))) {
        transfer_fail(t, "no thread can be started");
        t->state = TRANSFER_ENDED;
    }
    if (f->started)
        wake_thread(f);
}

void fetcher_expect(struct fetcher *f, const char *url)
{
    struct transfer *t = transfer_new(&f->options, url, f->options.seconds);
    if (!f->options.quiet && !t->failed)
        transfer_note(t, f->job, &f->told_change);
    add_transfer(f, t);
}

// Makes the first one of that name the caller's, or NULL.
static struct transfer *claim(struct fetcher *f, const char *url)
{
    struct transfer *found = NULL;
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->transfers.n && !found; i++) {
        struct transfer *t = f->transfers.at[i];
        if (!t->opened && !t->posts && strcmp(t->name, url) == 0)
            found = t;
    }
    if (found)
        found->opened = true;
    pthread_mutex_unlock(&f->lock);
    return found;
}

// Takes what has come; under the lock.
static void take(struct fetched *s, uint64_t want)
{
    struct transfer *t = s->t;
    size_t have = t->body.n - t->taken, room = window_room(&s->window, &s->base, want);
    size_t n = have < room ? have : room;
    memcpy(s->window.bytes + stream_have(&s->base), t->body.at + t->taken, n);
    s->base.end += n;
    t->taken += n;
    if (t->taken == t->body.n)
        t->taken = t->body.n = 0;
    if (t->paused) {
        t->paused = false;
        wake_thread(s->f);
    }
}

static int fetched_more(struct stream *r, uint64_t want, struct err *err)
{
    struct fetched *s = (struct fetched *)r;
    struct transfer *t = s->t;
    int status = 0;
    pthread_mutex_lock(&s->f->lock);
    while (stream_have(r) < want && status == 0) {
        if (t->body.n > t->taken) {
            take(s, want);
        } else if (t->failed) {
            *err = t->err;
            status = -1;
        } else if (t->state == TRANSFER_ENDED) {
            break;
        } else {
            pthread_cond_wait(&s->f->changed, &s->f->lock);
        }
    }
    pthread_mutex_unlock(&s->f->lock);
    return status;
}

static struct stream *open_transfer(struct fetcher *f, struct transfer *t)
{
    struct fetched *s = xcalloc(1, sizeof *s);
    s->base.more = fetched_more;
    s->f = f;
    s->t = t;
    return &s->base;
}

struct stream *fetcher_open(struct fetcher *f, const char *url, struct err *err)
{
    struct transfer *t;
    while (!(t = claim(f, url)))
        fetcher_expect(f, url);
    struct stream *s = open_transfer(f, t);
    if (stream_need(s, 1, err) == 0)
        return s;
    fetcher_close(s);
    return NULL;
}

void fetcher_close(struct stream *r)
{
    struct fetched *s = (struct fetched *)r;
    if (!s)
        return;
    pthread_mutex_lock(&s->f->lock);
    s->t->closed = true;
    buf_release(&s->t->body);
    s->t->taken = 0;
    pthread_mutex_unlock(&s->f->lock);
    wake_thread(s->f);
    window_release(&s->window);
    free(s);
}

static int read_whole(struct fetcher *f, struct transfer *t, size_t max, struct buf *out,
                      struct err *err)
{
    add_transfer(f, t);
    struct stream *s = open_transfer(f, t);
    int status = stream_read_all(s, max, out, err);
    fetcher_close(s);
    return status;
}

int fetcher_page(struct fetcher *f, const char *url, size_t max, struct buf *page, struct err *err)
{
    struct transfer *t = transfer_new(&f->options, url, 0);
    t->any_page = t->opened = true;
    return read_whole(f, t, max, page, err);
}

int fetcher_post(struct fetcher *f, const char *url, const char *path, struct span body, size_t max,
                 struct buf *answer, struct err *err)
{
    struct transfer *t = transfer_new(&f->options, url, 0);
    t->posts = t->opened = true;
    t->url.path = t->first.path = arena_cstr(&t->arena, span_of(path));
    t->url.query = t->first.query = "";
    t->body_to_send = arena_span(&t->arena, body);
    return read_whole(f, t, max, answer, err);
}
