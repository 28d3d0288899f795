// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/options.h"
#include "base/parallel.h"
#include "check.h"

// Many requests at once of one loaded profile: each gets the bytes that it gets alone.

#define AFTER TESTDATA "/cache_heap.3.pb.gz"
#define BEFORE TESTDATA "/cache_heap.1.pb.gz"

enum { N_THREADS = 16, CASES_MAX = 400 };

// One request and what came of it alone.
struct wanted {
    const struct command_def *command;
    const struct config *config;
    struct buf bytes;
    uint32_t gates_fired;
    int status;
};

struct all {
    const struct loaded *loaded;
    struct wanted wanted[CASES_MAX];
    unsigned n;
    atomic_uint n_wrong, n_stopped;
};

static char policy[] = "/tmp/cprof-test-policy-XXXXXX";

static void set(struct config *c, const char *name, const char *value)
{
    struct err err = {0};
    CHECK_INT(option_set(option_find(span_of(name)), c, span_of(value), &err), 0);
    CHECK_STR(err.text, "");
}

static void write_policy(void)
{
    static const char text[] = "total > 1kB\nany_flat > +90% # of the base\nflat(main) > 1GB\n";
    int fd = mkstemp(policy);
    CHECK(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1);
    close(fd);
}

// Whether a report of one profile can be had without other programs.
static bool is_plain(const struct command_def *c, const struct config *config)
{
    struct err ignored;
    struct wants wants = command_wants(c, config);
    if (wants.series || wants.memstats)
        return false;
    return c->report != REPORT_NONE && c->report != REPORT_DISASM && !c->viewers &&
           !command_format(c, config)->through && command_check_format(c, config, &ignored) == 0;
}

static int run(const struct loaded *l, const struct wanted *w, const struct job *job,
               struct buf *bytes, struct outcome *outcome)
{
    struct err err = {0};
    struct request request = {.command = w->command, .regex = ".", .config = w->config, .job = job};
    struct sink *sink = sink_to_buf(bytes);
    int status = app_run(l, &request, sink, outcome, &err);
    if (status || outcome->stopped)
        sink_abort(sink);
    else
        status = sink_finish(sink, &err);
    if (status)
        buf_clear(bytes);
    return status;
}

static void want_all(struct all *all, const struct config *config)
{
    for (const struct command_def *c = command_defs; c->name; c++) {
        if (!is_plain(c, config) || !CHECK(all->n < CASES_MAX))
            continue;
        struct wanted *w = &all->wanted[all->n++];
        struct outcome outcome;
        *w = (struct wanted){.command = c, .config = config};
        check_about("%s", c->name);
        w->status = run(all->loaded, w, NULL, &w->bytes, &outcome);
        w->gates_fired = outcome.gates_fired;
        CHECK(w->status == 0);
        CHECK(!outcome.stopped);
        CHECK(w->bytes.n > 0 || c->report == REPORT_COMMENTS);
    }
}

static struct all *begin(struct config *configs)
{
    struct all *all = calloc(1, sizeof *all);
    struct err err = {0};
    char *paths[] = {(char *)AFTER};
    write_policy();
    for (int i = 0; i < 4; i++)
        config_init(&configs[i]);
    for (int i = 0; i < 4; i++) {
        set(&configs[i], "diff_base", BEFORE);
        set(&configs[i], "policy", policy);
        set(&configs[i], "fail_if", "total > +1%\nalloc_space: any_cum > 10MB");
    }
    set(&configs[1], "focus", "main|json");
    set(&configs[1], "tagroot", "bytes");
    set(&configs[2], "format", "json");
    set(&configs[3], "noise", "true");
    set(&configs[3], "granularity", "lines");
    set(&configs[3], "sample_index", "alloc_space");
    all->loaded = app_load(paths, 1, &configs[0], KEEP_ALL, NULL, &err);
    CHECK_STR(err.text, "");
    for (int i = 0; i < 4; i++)
        want_all(all, &configs[i]);
    return all;
}

static void end(struct all *all, struct config *configs)
{
    for (unsigned i = 0; i < all->n; i++)
        buf_release(&all->wanted[i].bytes);
    loaded_unref(all->loaded);
    free(all);
    for (int i = 0; i < 4; i++)
        config_release(&configs[i]);
    unlink(policy);
    memset(policy + sizeof policy - 7, 'X', 6);
}

static void compare(struct all *all, unsigned i, const struct job *job)
{
    const struct wanted *w = &all->wanted[i];
    struct buf bytes = {0};
    struct outcome outcome;
    int status = run(all->loaded, w, job, &bytes, &outcome);
    if (status != w->status || outcome.gates_fired != w->gates_fired ||
        !span_eq(buf_span(&bytes), buf_span(&w->bytes)))
        atomic_fetch_add(&all->n_wrong, 1);
    buf_release(&bytes);
}

// Each thread begins elsewhere, so that all kinds meet.
static void run_all(void *context, unsigned part)
{
    struct all *all = context;
    for (unsigned i = 0; i < all->n; i++)
        compare(all, (i + part * 7) % all->n, NULL);
}

static void many_at_once_are_as_one_alone(void)
{
    struct config configs[4];
    struct job job = {.threads = N_THREADS, .wake = -1};
    struct all *all = begin(configs);
    CHECK(all->n > 40);
    parallel_run(&job, N_THREADS, run_all, all);
    CHECK_INT(all->n_wrong, 0);
    end(all, configs);
}

// Every other thread has its job stopped before or while it runs.
static void run_or_stop(void *context, unsigned part)
{
    struct all *all = context;
    for (unsigned i = 0; i < all->n; i++) {
        unsigned at = (i + part * 7) % all->n;
        struct job job;
        job_init(&job);
        job.threads = 2;
        if (part % 2) {
            compare(all, at, &job);
        } else {
            struct buf bytes = {0};
            struct outcome outcome;
            job_stop(&job);
            run(all->loaded, &all->wanted[at], &job, &bytes, &outcome);
            atomic_fetch_add(&all->n_stopped, outcome.stopped);
            buf_release(&bytes);
        }
        job_release(&job);
    }
}

static void stopping_half_of_them_changes_none_of_the_others(void)
{
    struct config configs[4];
    struct job job = {.threads = N_THREADS, .wake = -1};
    struct all *all = begin(configs);
    parallel_run(&job, N_THREADS, run_or_stop, all);
    CHECK_INT(all->n_wrong, 0);
    CHECK_INT(all->n_stopped, all->n * N_THREADS / 2);
    end(all, configs);
}

// Whoever still has the old profile goes on with it.
static void a_profile_outlives_its_successor(void)
{
    struct config config;
    struct err err = {0};
    char *paths[] = {(char *)AFTER};
    config_init(&config);
    const struct loaded *old = app_load(paths, 1, &config, KEEP_ALL, NULL, &err);
    set(&config, "fail_if", "total > 1kB");
    const struct loaded *fresh = app_reload_gates(old, &config, NULL, &err);
    CHECK(fresh != NULL && fresh != old);
    loaded_unref(old);
    struct request request = {.config = &config};
    struct outcome outcome;
    CHECK_INT(app_run(fresh, &request, NULL, &outcome, &err), 0);
    CHECK_INT(outcome.gates_fired, 1);
    const struct loaded *again = loaded_ref(fresh);
    loaded_unref(fresh);
    CHECK_INT(app_run(again, &request, NULL, &outcome, &err), 0);
    loaded_unref(again);
    config_release(&config);
}

CHECK_MAIN(CASE(many_at_once_are_as_one_alone),
           CASE(stopping_half_of_them_changes_none_of_the_others),
           CASE(a_profile_outlives_its_successor))
