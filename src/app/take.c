// SPDX-License-Identifier: Apache-2.0
#include "app/take.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "app/fetching.h"
#include "app/gates.h"
#include "app/loaded.h"
#include "app/snapshot.h"
#include "base/quantity.h"
#include "base/xalloc.h"
#include "input/source.h"
#include "profile/encode.h"
#include "sink/sink.h"

#define NS_PER_MS ((int64_t)1000000)

static void add_time(struct buf *out)
{
    char text[32];
    struct tm tm;
    time_t now = time(NULL);
    localtime_r(&now, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
    buf_add(out, span_of(text));
}

void service_note(const struct service *s, const char *text)
{
    struct buf line = {0};
    add_time(&line);
    buf_printf(&line, " %s: %s", s->stem, text);
    pthread_mutex_lock(&s->collection->lock);
    job_note(s->collection->job, buf_cstr(&line));
    pthread_mutex_unlock(&s->collection->lock);
    buf_release(&line);
}

static void note_gate(void *context, const char *line)
{
    service_note(context, line);
}

static void say(const struct service *s, const struct buf *line)
{
    struct buf copy = {0};
    buf_add(&copy, buf_span(line));
    pthread_mutex_lock(&s->collection->lock);
    s->collection->c->say(s->collection->c->context, buf_cstr(&copy));
    pthread_mutex_unlock(&s->collection->lock);
    buf_release(&copy);
}

// ---- files that nobody else sees, and that are there for as long as they are needed

static int memory_file(struct err *err)
{
#ifdef __linux__
    int fd = memfd_create("snapshot", MFD_CLOEXEC);
#else
    char name[] = "/tmp/cprof.XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
#endif
    return fd < 0 ? err_set(err, "%s", strerror(errno)) : fd;
}

static char *path_of(int fd)
{
    struct buf path = {0};
#ifdef __linux__
    buf_printf(&path, "/proc/self/fd/%d", fd);
#else
    lseek(fd, 0, SEEK_SET); // opened again it goes on where it was
    buf_printf(&path, "/dev/fd/%d", fd);
#endif
    char *copy = xstrdup(buf_cstr(&path));
    buf_release(&path);
    return copy;
}

static void put(void *sink, struct span bytes)
{
    sink_write(sink, bytes);
}

static int memory_copy(const struct loaded *l, struct err *err)
{
    int fd = memory_file(err);
    if (fd < 0)
        return -1;
    struct sink *out = sink_to_fd(fd);
    profile_encode(&l->profile, 1, put, out);
    if (sink_finish(out, err) == 0)
        return fd;
    close(fd);
    return -1;
}

// ---- loading what was taken

static void replace(char **text, char *with)
{
    free(*text);
    *text = with;
}

// The config for a file: with no base, and nothing to be fetched or collected.
static void plain_config(struct config *to, const struct config *from)
{
    config_copy(to, from);
    replace(&to->base, xstrdup(""));
    replace(&to->diff_base, xstrdup(""));
    replace(&to->collect, xstrdup(""));
    to->normalize = false;
    to->no_save = true;
}

int collection_read_base(struct collection *all, struct err *err)
{
    const struct config *c = all->c->config;
    const char *names = *c->diff_base ? c->diff_base : c->base;
    struct arena arena = {0};
    struct config config;
    if (!*names)
        return 0;
    plain_config(&config, c);
    replace(&config.fail_if, xstrdup(""));
    replace(&config.policy, xstrdup(""));
    name_list bases = filelist_split(&arena, names);
    const struct loaded *l = app_load(bases.at, bases.n, &config, 0, all->job, err);
    all->base_fd = l ? memory_copy(l, err) : -1;
    loaded_unref(l);
    config_release(&config);
    arena_release(&arena);
    return all->base_fd < 0 ? -1 : 0;
}

// ---- the total

static int64_t total_of(struct service *s, const struct profile *p)
{
    const struct config *c = s->collection->c->config;
    struct err ignored;
    uint32_t type = profile_sample_index(p, span_of(c->sample_index), &ignored);
    if (type == NO_INDEX)
        type = profile_sample_index(p, SPAN(""), &ignored);
    if (type == NO_INDEX)
        return 0;
    snprintf(s->type, sizeof s->type, SPAN_FMT,
             SPAN_ARG(profile_str(p, p->sample_types[type].type)));
    snprintf(s->unit, sizeof s->unit, SPAN_FMT,
             SPAN_ARG(profile_str(p, p->sample_types[type].unit)));
    return report_total(p, type, c->mean, s->collection->job);
}

static void add_value(const struct service *s, int64_t value, bool sign, struct buf *out)
{
    const char *unit = s->collection->c->config->unit;
    char text[UNIT_LABEL_MAX];
    struct unit_conv conv =
        unit_conv_of(span_of(s->unit), strcmp(unit, "minimum") == 0 ? SPAN("auto") : span_of(unit));
    size_t n = unit_format(text, &conv, value);
    buf_printf(out, "%s%.*s", sign && value >= 0 ? "+" : "", (int)n, text);
}

static void take_total(struct service *s, int64_t total)
{
    int64_t before = s->n_taken ? s->last : total;
    s->first = s->n_taken ? s->first : total;
    s->lowest = s->n_taken && s->lowest < total ? s->lowest : total;
    s->highest = s->n_taken && s->highest > total ? s->highest : total;
    s->last = total;
    buf_clear(&s->line);
    add_time(&s->line);
    buf_printf(&s->line, " %s: %s ", s->stem, s->type);
    add_value(s, total, false, &s->line);
    if (s->n_taken) {
        buf_add(&s->line, SPAN(", "));
        add_value(s, total - before, true, &s->line);
        buf_add(&s->line, SPAN(" since the last, "));
        add_value(s, total - s->first, true, &s->line);
        buf_add(&s->line, SPAN(" since the first"));
    }
    if (s->collection->c->tells)
        say(s, &s->line);
}

// ---- gates

static void add_amount(const struct gate_result *r, double value, struct buf *out)
{
    const struct gate *g = r->gate;
    char text[UNIT_LABEL_MAX];
    if (g->percent) {
        buf_printf(out, "%.6g%%", value);
    } else if (g->unit.n) {
        struct unit_conv conv = unit_conv_of(r->unit, g->unit);
        buf_add(out, (struct span){text, unit_format(text, &conv, (int64_t)value)});
    } else {
        buf_printf(out, "%.17g", value);
    }
}

static void run_command(struct service *s, const struct gate_result *r, const char *path)
{
    struct buf value = {0}, limit = {0};
    add_amount(r, r->worst.value, &value);
    add_amount(r, r->limit, &limit);
    struct runner_facts facts = {r->gate->text, buf_span(&value), buf_span(&limit), span_of(path)};
    runner_add(s->collection->runner, &facts);
    buf_release(&value);
    buf_release(&limit);
}

static void tell_fired(struct service *s)
{
    struct collection *all = s->collection;
    pthread_mutex_lock(&all->lock);
    all->gate_fired = true;
    all->stopped_by_gate |= all->c->config->stop_on_fail;
    pthread_mutex_unlock(&all->lock);
    if (all->c->config->stop_on_fail)
        job_stop(all->job);
}

static int judge_loaded(struct service *s, const struct loaded *l, const struct config *config,
                        const char *path, struct err *err)
{
    struct job job = {.wake = -1, .threads = 1, .note = note_gate, .context = s};
    struct request request = {
        .command = &gates_command, .config = config, .job = &job, .quiet = true};
    struct gate_results results;
    struct view v;
    int status = gates_judge_view(&v, l, &request, &results, err);
    if (status == 0) {
        gates_note(&v, &results, false);
        for (uint32_t i = 0; i < results.n; i++)
            if (results.at[i].verdict == GATE_FIRED)
                run_command(s, &results.at[i], path);
        if (results.n_fired)
            tell_fired(s);
    }
    view_release(&v);
    return status;
}

// Growth is against the base that was named, or else the first snapshot.
static int judge(struct service *s, const struct config *plain, const char *path, struct err *err)
{
    const struct config *c = s->collection->c->config;
    int fd = s->collection->base_fd >= 0 ? s->collection->base_fd : s->first_fd;
    struct config config;
    struct job quiet = {.wake = -1, .threads = 1};
    char *paths[] = {(char *)path};
    config_copy(&config, plain);
    replace(*c->diff_base ? &config.diff_base : &config.base, path_of(fd));
    config.normalize = c->normalize;
    const struct loaded *l = app_load(paths, 1, &config, KEEP_SIDES, &quiet, err);
    int status = l ? judge_loaded(s, l, &config, path, err) : -1;
    loaded_unref(l);
    config_release(&config);
    return status;
}

// What MemStats say; their limits need no other snapshot.
static int look_at_memstats(struct service *s, const char *path, const struct config *config,
                            struct err *err)
{
    struct job quiet = {.wake = -1, .threads = 1};
    char *paths[] = {(char *)path};
    const struct loaded *l = app_load(paths, 1, config, KEEP_MEMSTATS, &quiet, err);
    int status = l ? 0 : -1;
    if (l) {
        snprintf(s->type, sizeof s->type, "HeapAlloc");
        snprintf(s->unit, sizeof s->unit, "bytes");
        take_total(s, l->memstats.at[0].stats.heap_alloc);
        if (app_has_gates(config))
            status = judge_loaded(s, l, config, path, err);
    }
    loaded_unref(l);
    return status;
}

// Looks at a profile that was taken.
static int look_at_profile(struct service *s, const char *path, const struct config *plain,
                           struct err *err)
{
    const struct config *c = s->collection->c->config;
    struct job quiet = {.wake = -1, .threads = 1};
    struct config ungated;
    char *paths[] = {(char *)path};
    int status = 0;
    config_copy(&ungated, plain);
    replace(&ungated.fail_if, xstrdup(""));
    replace(&ungated.policy, xstrdup(""));
    const struct loaded *l = app_load(paths, 1, &ungated, 0, &quiet, err);
    if (!l)
        status = -1;
    else
        take_total(s, total_of(s, &l->profile));
    if (status == 0 && s->first_fd < 0 && app_has_gates(c))
        status = (s->first_fd = memory_copy(l, err)) < 0 ? -1 : 0;
    if (status == 0 && app_has_gates(c))
        status = judge(s, plain, path, err);
    loaded_unref(l);
    config_release(&ungated);
    return status;
}

// Looks at a file that was taken.
static int look_at(struct service *s, const char *path, struct err *err)
{
    struct config plain;
    plain_config(&plain, s->collection->c->config);
    int status = s->collection->c->memstats ? look_at_memstats(s, path, &plain, err)
                                            : look_at_profile(s, path, &plain, err);
    config_release(&plain);
    return status;
}

// ---- one slot

static bool begin_fetch(struct collection *all)
{
    pthread_mutex_lock(&all->lock);
    while (all->slots_left == 0 && !job_stopped(all->job))
        pthread_cond_wait(&all->changed, &all->lock);
    bool goes_on = !job_stopped(all->job);
    all->slots_left -= goes_on;
    pthread_mutex_unlock(&all->lock);
    return goes_on;
}

static void end_fetch(struct collection *all)
{
    pthread_mutex_lock(&all->lock);
    all->slots_left++;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
}

static int fetch(struct service *s, struct buf *path, struct err *err)
{
    const struct config *c = s->collection->c->config;
    struct fetch_options options = fetching_options(c);
    options.quiet = options.as_is = true;
    struct fetcher *fetcher = fetcher_new(&options, s->collection->job, err);
    struct snapshot_place place = {s->url, c->collect, s->stem, s->collection->c->memstats};
    int status = fetcher ? snapshot_take(fetcher, &place, s->collection->job, path, err) : -1;
    fetcher_free(fetcher);
    return status;
}

static void tell_away(struct service *s, const struct err *err)
{
    struct buf text = {0};
    if (err && !s->away) {
        buf_printf(&text, "no snapshot: %s", err->text);
        service_note(s, buf_cstr(&text));
    } else if (!err && s->away) {
        service_note(s, "there again");
    }
    s->away = err != NULL;
    buf_release(&text);
}

// Once the files of a service are too many, the oldest go.
static int tidy(const struct service *s, struct err *err)
{
    const struct config *c = s->collection->c->config;
    return c->keep ? snapshot_keep(c->collect, s->stem, c->keep, err) : 0;
}

void service_take(struct service *s)
{
    struct buf path = {0};
    struct err err;
    if (!begin_fetch(s->collection))
        return;
    int64_t began = job_now();
    int status = fetch(s, &path, &err);
    end_fetch(s->collection);
    if (status && job_stopped(s->collection->job)) {
        buf_release(&path);
        return;
    }
    tell_away(s, status ? &err : NULL);
    if (status == 0) {
        if (look_at(s, buf_cstr(&path), &err) || tidy(s, &err)) {
            service_note(s, err.text);
            status = -1;
        }
        s->first_time = s->n_taken ? s->first_time : began;
        s->last_time = began;
        s->n_taken++;
    } else {
        s->n_failed++;
    }
    s->failed = status != 0;
    buf_release(&path);
}

static void add_count(int64_t n, const char *one, const char *many, struct buf *out)
{
    buf_printf(out, "%" PRId64 " %s", n, n == 1 ? one : many);
}

void service_sum_up(struct service *s)
{
    struct buf text = {0};
    if (s->line.n && !s->collection->c->tells)
        say(s, &s->line);
    buf_printf(&text, "%s: ", s->stem);
    add_count(s->n_taken, "snapshot", "snapshots", &text);
    if (s->n_taken > 1) {
        int64_t span = s->last_time - s->first_time;
        buf_add(&text, SPAN(" in "));
        duration_print(span - span % (span < 10000 * NS_PER_MS ? NS_PER_MS : 1000 * NS_PER_MS),
                       &text);
    }
    if (s->n_failed)
        buf_printf(&text, ", %" PRId64 " failed", s->n_failed);
    if (s->n_missed)
        buf_printf(&text, ", %" PRId64 " missed", s->n_missed);
    if (s->n_taken > 1) {
        buf_printf(&text, "; %s from ", s->type);
        add_value(s, s->first, false, &text);
        buf_add(&text, SPAN(" to "));
        add_value(s, s->last, false, &text);
        buf_add(&text, SPAN(", lowest "));
        add_value(s, s->lowest, false, &text);
        buf_add(&text, SPAN(", highest "));
        add_value(s, s->highest, false, &text);
    }
    say(s, &text);
    buf_release(&text);
}

void service_release(struct service *s)
{
    if (s->first_fd >= 0)
        close(s->first_fd);
    buf_release(&s->line);
    free(s->stem);
}
