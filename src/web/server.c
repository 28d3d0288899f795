// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "web/browser.h"
#include "web/server_parts.h"

enum {
    MEMORY_PER_CONNECTION = 96 << 10, // of a request's head; longer ones are refused
    BODY_MAX = 64 << 10,
    IDLE_SECONDS = 30,
    PEERS_MAX = 2000,
};

struct web_facts server_facts(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    bool loading = !s->loaded && !s->failed;
    pthread_mutex_unlock(&s->lock);
    return (struct web_facts){
        .config = &s->config,
        .token = {s->token, WEB_TOKEN_SIZE},
        .progress = {.done = atomic_load(&s->done), .n = atomic_load(&s->n)},
        .loading = loading,
        .series = s->n_paths >= 3,
    };
}

// --- what the library calls, on its own thread ---

static void *begin_target(void *server, const char *target, struct MHD_Connection *connection)
{
    struct call *c = xcalloc(1, sizeof *c);
    c->server = server;
    c->connection = connection;
    c->target = xstrdup(target);
    return c;
}

static void end_target(void *server, struct MHD_Connection *connection, void **context,
                       enum MHD_RequestTerminationCode why)
{
    (void)server, (void)connection, (void)why;
    if (*context)
        call_free(*context);
    *context = NULL;
}

// Called when the head of a request is there, for each piece of its body, at its end, and again
// when it was worked out.
static enum MHD_Result handle(void *server, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body, size_t *n,
                              void **context)
{
    struct server *s = server;
    struct call *c = *context;
    (void)url, (void)version, (void)body;
    if (!c)
        return MHD_NO;
    if (*n) {
        c->body += *n;
        *n = 0;
        return c->body > BODY_MAX ? MHD_NO : MHD_YES;
    }
    if (!c->parsed && c->body == 0 && !c->head) {
        c->head = true; // a body may follow
        return MHD_YES;
    }
    if (!c->parsed && !call_begin(c, method)) {
        server_mark_peer(s, connection, true);
        s->httpd->suspend_connection(connection);
        if (!server_queue(s, c)) {
            answer_error(&c->answer, 503, "cprof is ending");
            s->httpd->resume_connection(connection);
        }
        return MHD_YES;
    }
    server_mark_peer(s, connection, false);
    return call_reply(c);
}

// --- loading ---

static void note_progress(void *server, const struct job_progress *progress)
{
    struct server *s = server;
    atomic_store(&s->done, progress->done);
    atomic_store(&s->n, progress->n);
    job_progress(s->job, progress);
}

static void pass_note(void *server, const char *line)
{
    struct server *s = server;
    job_note(s->job, line);
}

static void *load(void *server)
{
    struct server *s = server;
    struct err err;
    const struct loaded *l =
        app_load(s->paths, s->n_paths, &s->config, KEEP_ALL, &s->loading, &err);
    pthread_mutex_lock(&s->lock);
    s->loaded = l;
    s->failed = !l;
    if (!l)
        s->failure = err;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (!l)
        job_stop(&s->loading); // wakes who waits for the end
    return NULL;
}

// --- starting and stopping ---

static int make_token(struct server *s, struct err *err)
{
    unsigned char secret[WEB_TOKEN_SIZE / 2];
    if (getentropy(secret, sizeof secret))
        return err_set(err, "the system has no random numbers");
    for (size_t i = 0; i < sizeof secret; i++)
        snprintf(s->token + 2 * i, 3, "%02x", secret[i]);
    return 0;
}

static unsigned room_for_peers(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files))
        return 200;
    files.rlim_cur = files.rlim_max < 4 * PEERS_MAX ? files.rlim_max : 4 * PEERS_MAX;
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
    rlim_t room = files.rlim_cur / 2;
    return room < PEERS_MAX ? (unsigned)room : PEERS_MAX;
}

static int start_daemon(struct server *s, struct err *err)
{
    int fd = web_address_listen(&s->address, err);
    if (fd < 0)
        return -1;
    s->peers_max = room_for_peers();
    s->daemon = s->httpd->start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, s,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, begin_target, s,
        MHD_OPTION_NOTIFY_COMPLETED, end_target, s, MHD_OPTION_NOTIFY_CONNECTION, server_note_peer,
        s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
        MHD_OPTION_CONNECTION_LIMIT, s->peers_max, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_END);
    if (s->daemon)
        return 0;
    close(fd);
    return err_set(err, "cannot start the server");
}

static void start_threads(struct server *s)
{
    unsigned wanted = app_threads(&s->config);
    s->n_workers = wanted < 2 ? 2 : wanted > WEB_WORKERS_MAX ? WEB_WORKERS_MAX : wanted;
    for (unsigned i = 0; i < s->n_workers; i++)
        if (pthread_create(&s->workers[i], NULL, server_work, s)) {
            s->n_workers = i;
            break;
        }
    if (pthread_create(&s->watcher, NULL, server_watch, s))
        abort();
    if (!s->loaded)
        s->has_loader = pthread_create(&s->loader, NULL, load, s) == 0;
}

static struct server *new_server(const struct serving *serving)
{
    struct server *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    config_copy(&s->config, serving->config);
    s->paths = serving->paths;
    s->n_paths = serving->n_paths;
    s->loaded = serving->loaded ? loaded_ref(serving->loaded) : NULL;
    s->job = serving->job;
    s->queue_end = &s->queue;
    job_init(&s->loading);
    s->loading.threads = app_threads(&s->config);
    s->loading.progress = note_progress;
    s->loading.note = pass_note;
    s->loading.context = s;
    return s;
}

static void free_server(struct server *s)
{
    job_release(&s->loading);
    loaded_unref(s->loaded);
    config_release(&s->config);
    buf_release(&s->url);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static struct server *server_start(const struct serving *serving, struct err *err)
{
    struct server *s = new_server(serving);
    s->httpd = httpd_library(err);
    if (!s->httpd || make_token(s, err) ||
        web_address_parse(&s->address, span_of(serving->address), err) || start_daemon(s, err)) {
        free_server(s);
        return NULL;
    }
    web_address_url(&s->address, &s->url);
    start_threads(s);
    if (serving->browser)
        web_browse(buf_cstr(&s->url));
    return s;
}

static const char *server_url(const struct server *s)
{
    return s->url.at;
}

static void server_show(struct server *s)
{
    web_browse(buf_cstr(&s->url));
}

static int server_wait(struct server *s, struct err *err)
{
    struct pollfd ends[] = {{job_wake(s->job), POLLIN, 0}, {job_wake(&s->loading), POLLIN, 0}};
    while (!job_stopped(s->job)) {
        poll(ends, 2, job_wake(s->job) < 0 || job_wake(&s->loading) < 0 ? 200 : -1);
        pthread_mutex_lock(&s->lock);
        bool failed = s->failed;
        *err = s->failure;
        pthread_mutex_unlock(&s->lock);
        if (failed)
            return job_stopped(s->job) ? 0 : -1;
    }
    return 0;
}

static void server_stop(struct server *s)
{
    job_stop(&s->loading);
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    for (struct call *c = s->active; c; c = c->next_active)
        job_stop(&c->job);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (s->has_loader)
        pthread_join(s->loader, NULL);
    for (unsigned i = 0; i < s->n_workers; i++)
        pthread_join(s->workers[i], NULL);
    pthread_join(s->watcher, NULL);
    s->httpd->stop_daemon(s->daemon);
    free_server(s);
}

const struct server_ops web_server = {server_start, server_url, server_show, server_wait,
                                      server_stop};
