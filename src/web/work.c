// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/xalloc.h"
#include "web/server_parts.h"

// Those who work out reports, and the one who watches over them.

enum {
    WATCH_MS = 50,
    READ_SECONDS = 20,  // for a whole request
    WRITE_SECONDS = 120 // for a whole answer
};

// May be called by any thread that works on the call.
static void keep_note(void *call, const char *line)
{
    enum { NOTES_MAX = 2 << 10 };
    struct call *c = call;
    size_t n = strlen(line);
    pthread_mutex_lock(&c->server->lock);
    if (c->notes.n + n < NOTES_MAX) {
        buf_add(&c->notes, span_of(line));
        buf_addc(&c->notes, '\n');
    }
    pthread_mutex_unlock(&c->server->lock);
}

bool server_queue(struct server *s, struct call *c)
{
    const union MHD_ConnectionInfo *info =
        s->httpd->connection_info(c->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    c->fd = info ? info->connect_fd : -1;
    job_init(&c->job);
    c->has_job = true;
    c->job.threads = app_threads(&s->config);
    c->job.note = keep_note;
    c->job.context = c;
    pthread_mutex_lock(&s->lock);
    if (s->ending) {
        pthread_mutex_unlock(&s->lock);
        return false;
    }
    c->next = NULL;
    *s->queue_end = c;
    s->queue_end = &c->next;
    c->back = &s->active;
    c->next_active = s->active;
    if (s->active)
        s->active->back = &c->next_active;
    s->active = c;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return true;
}

static bool is_heavy(const struct call *c)
{
    return c->ask.kind == ASK_REPORT && command_runs_programs(c->ask.request.command);
}

// The next call that may be worked on: those that run other programs leave one worker to the
// others.
static struct call **find_call(struct server *s)
{
    unsigned most = s->n_workers > 1 ? s->n_workers - 1 : 1;
    struct call **at = &s->queue;
    while (*at && !s->ending && is_heavy(*at) && s->n_heavy >= most)
        at = &(*at)->next;
    return at;
}

// The next call, once there is one and its profile is there; NULL at the end.
static struct call *take_call(struct server *s)
{
    struct call **at;
    pthread_mutex_lock(&s->lock);
    while (at = find_call(s), !s->ending && (!*at || !(s->loaded || s->failed)))
        pthread_cond_wait(&s->changed, &s->lock);
    struct call *c = *at;
    if (c) {
        *at = c->next;
        if (!c->next)
            s->queue_end = at;
        s->n_heavy += is_heavy(c);
    }
    pthread_mutex_unlock(&s->lock);
    return c;
}

static void work_out(struct server *s, struct call *c)
{
    pthread_mutex_lock(&s->lock);
    const struct loaded *l = s->loaded ? loaded_ref(s->loaded) : NULL;
    struct err failure = s->failure;
    bool ending = s->ending || c->gone;
    pthread_mutex_unlock(&s->lock);
    if (ending || !l)
        answer_error(&c->answer, 503, ending ? "cprof is ending" : failure.text);
    else
        answer_report(&c->answer, &c->ask, l, &c->job);
    answer_add_notes(&c->answer, buf_span(&c->notes));
    if (c->packs)
        answer_pack(&c->answer);
    loaded_unref(l);
}

void *server_work(void *server)
{
    struct server *s = server;
    for (struct call *c; (c = take_call(s));) {
        work_out(s, c);
        pthread_mutex_lock(&s->lock);
        *c->back = c->next_active;
        if (c->next_active)
            c->next_active->back = c->back;
        c->answered = true;
        s->n_heavy -= is_heavy(c);
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
        s->httpd->resume_connection(c->connection);
    }
    return NULL;
}

void server_note_peer(void *server, struct MHD_Connection *connection, void **context,
                      enum MHD_ConnectionNotificationCode what)
{
    struct server *s = server;
    pthread_mutex_lock(&s->lock);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            s->httpd->connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct peer *p = xcalloc(1, sizeof *p);
        *p = (struct peer){info ? info->connect_fd : -1, job_now(), s->peers, &s->peers};
        if (s->peers)
            s->peers->back = &p->next;
        s->peers = p;
        s->n_peers++;
        *context = p;
    } else if (*context) {
        struct peer *p = *context;
        *p->back = p->next;
        if (p->next)
            p->next->back = p->back;
        s->n_peers--;
        *context = NULL;
        free(p);
    }
    pthread_mutex_unlock(&s->lock);
}

void server_mark_peer(struct server *s, struct MHD_Connection *connection, bool busy)
{
    const union MHD_ConnectionInfo *info =
        s->httpd->connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct peer *p = info ? info->socket_context : NULL;
    pthread_mutex_lock(&s->lock);
    if (p)
        p->since = busy ? 0 : job_now();
    pthread_mutex_unlock(&s->lock);
}

// Whoever has gone needs no answer.
static void stop_for_the_gone(struct server *s)
{
    for (struct call *c = s->active; c; c = c->next_active) {
        struct pollfd p = {c->fd, POLLRDHUP, 0};
        if (!c->gone && c->fd >= 0 && poll(&p, 1, 0) > 0 &&
            (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL))) {
            c->gone = true;
            job_stop(&c->job);
        }
    }
}

// Ends connections that take too long; when there are many, those that have come to nothing for a
// second, so that others get in.
static void end_slow_peers(struct server *s)
{
    int64_t now = job_now(), second = 1000000000;
    bool many = s->n_peers > s->peers_max * 3 / 4;
    int64_t limit = many ? second : READ_SECONDS * second;
    for (struct peer *p = s->peers; p; p = p->next)
        if (p->since && now - p->since > limit)
            shutdown(p->fd, many || now - p->since > WRITE_SECONDS * second ? SHUT_RDWR : SHUT_RD);
}

void *server_watch(void *server)
{
    struct server *s = server;
    pthread_mutex_lock(&s->lock);
    while (!s->ending) {
        struct timespec until;
        stop_for_the_gone(s);
        end_slow_peers(s);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (s->active ? WATCH_MS : 10 * WATCH_MS) * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&s->changed, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}
