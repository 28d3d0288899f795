// SPDX-License-Identifier: Apache-2.0
#include "report/instances.h"

#include <math.h>
#include <stdlib.h>

struct finder {
    const struct report *r;
    const struct profile *p;
    struct node_table lines;
    str_id state, minutes;
    VEC(struct blocked) found;
};

static bool starts_with(struct span name, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (span_starts(name, span_of(*prefixes)))
            return true;
    return false;
}

// What a goroutine waits for, by the run time's functions on its stack.
static const char *operation_of(struct span name)
{
    static const struct {
        const char *function, *operation;
    } waits[] = {{"runtime.chanrecv", "chan receive"},
                 {"runtime.chansend", "chan send"},
                 {"runtime.selectgo", "select"},
                 {"runtime.block", "select (no cases)"},
                 {"internal/poll.runtime_pollWait", "IO wait"},
                 {"sync.runtime_SemacquireMutex", "sync.Mutex.Lock"},
                 {"sync.runtime_SemacquireRWMutex", "sync.RWMutex.Lock"},
                 {"sync.runtime_Semacquire", "semacquire"},
                 {"sync.runtime_notifyListWait", "sync.Cond.Wait"},
                 {"time.Sleep", "sleep"}};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        if (span_starts(name, span_of(waits[i].function)))
            return waits[i].operation;
    return NULL;
}

static const struct label *label_of(const struct finder *f, const struct sample *s, str_id key)
{
    for (uint32_t i = 0; key != HASH_NONE && i < s->n_labels; i++)
        if (f->p->labels[s->label + i].key == key)
            return &f->p->labels[s->label + i];
    return NULL;
}

// The operation, and the node that waits: the first outside of the run time. NO_INDEX: it runs.
static uint32_t wait_of(const struct finder *f, const struct sample *s, struct span *operation)
{
    static const char *const inner[] = {"runtime.", "sync.",      "internal/",
                                        "sync/",    "time.Sleep", NULL};
    static const char *const running[] = {"running", "runnable", "syscall", NULL};
    const struct label *state = label_of(f, s, f->state);
    *operation = state ? profile_str(f->p, state->value) : SPAN("");
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t frame = f->p->frames[s->frame + i];
        for (uint32_t at = f->lines.first[frame]; at < f->lines.first[frame + 1]; at++) {
            uint32_t node = f->lines.nodes[at];
            struct span name = node_str(&f->lines, f->lines.infos.at[node].name);
            const char *by = operation_of(name);
            if (by && !operation->n)
                *operation = span_of(by);
            if (!starts_with(name, inner))
                return operation->n && !starts_with(*operation, running) ? node : NO_INDEX;
        }
    }
    return NO_INDEX;
}

static struct blocked *place_of(struct finder *f, struct span operation, uint32_t node)
{
    const struct node_info *info = &f->lines.infos.at[node];
    struct span function = node_str(&f->lines, info->name);
    struct span file = node_str(&f->lines, info->file);
    for (size_t i = 0; i < f->found.n; i++) {
        struct blocked *b = &f->found.at[i];
        if (b->line == info->line && span_eq(b->function, function) &&
            span_eq(b->operation, operation) && span_eq(b->file, file))
            return b;
    }
    struct blocked *b = vec_push(f->r->arena, &f->found);
    *b = (struct blocked){
        .operation = operation, .function = function, .file = file, .line = info->line};
    b->counts = arena_zalloc(f->r->arena, f->p->n_sides + 1, sizeof(double));
    return b;
}

static void add_wait(struct blocked *b, int64_t minutes, double n)
{
    enum { MOST = sizeof b->waited / sizeof *b->waited };
    uint32_t i = 0;
    b->minutes = minutes > b->minutes ? minutes : b->minutes;
    while (i < b->n_waited && b->waited[i].minutes != minutes)
        i++;
    if (i == MOST)
        return;
    b->waited[i].minutes = minutes;
    b->waited[i].n += n;
    b->n_waited += i == b->n_waited;
}

static void add_sample(struct finder *f, const struct sample *s)
{
    struct span operation;
    uint32_t node = wait_of(f, s, &operation);
    if (node == NO_INDEX)
        return;
    struct blocked *b = place_of(f, operation, node);
    const struct label *minutes = label_of(f, s, f->minutes);
    double sum = 0;
    for (uint32_t i = 0; i < f->p->n_sides; i++) {
        size_t at = (size_t)s->row * f->p->n_sample_types + f->r->options.value_index;
        ((double *)b->counts)[i] += (double)f->p->sides[i].values[at];
        sum += (double)f->p->sides[i].values[at];
    }
    if (minutes)
        add_wait(b, minutes->num, sum);
}

// Whether they came one after another: they have waited for many different times, and for none of
// these has even half of all. What is there by design has begun to wait at once, or waits shortly.
static bool grows_with_minutes(const struct blocked *b)
{
    double most = 0;
    for (uint32_t i = 0; i < b->n_waited; i++)
        most = fmax(most, b->waited[i].n);
    return b->n_waited >= 5 && most <= b->total / 2;
}

// Workers, tickers and listeners wait by design: for input or for time, or as many in each instance
// for something to do. Nobody means to wait for a lock, or for somebody who takes what is sent.
static bool is_meant(const struct blocked *b, uint32_t n)
{
    static const char *const kinds[] = {
        "chan receive", "select", "sync.Cond.Wait", "semacquire", "sync.WaitGroup.Wait", NULL};
    static const struct span never[] = {SPAN("chan receive (nil chan)"), SPAN("select (no cases)")};
    if (span_eq(b->operation, SPAN("IO wait")) || span_eq(b->operation, SPAN("sleep")))
        return true;
    if (!starts_with(b->operation, kinds) || span_eq(b->operation, never[0]) ||
        span_eq(b->operation, never[1]))
        return false;

    double least = INFINITY, most = 0;
    for (uint32_t i = 0; i < n; i++) {
        least = fmin(least, b->counts[i]);
        most = fmax(most, b->counts[i]);
    }
    bool alike = n > 1 && least > 0 && most <= 1.25 * least + 2;
    return alike && (most == least || !grows_with_minutes(b));
}

static void judge(const struct finder *f, struct blocked *b)
{
    uint32_t n = f->p->n_sides;
    double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        b->total += b->counts[i];
        squares += b->counts[i] * b->counts[i];
        b->n_with += b->counts[i] > 0;
        if (b->counts[i] > b->counts[b->worst])
            b->worst = i;
    }
    b->rms = n ? sqrt(squares / n) : 0;
    b->meant = is_meant(b, n);
    b->suspect = !b->meant && b->counts[b->worst] >= (double)f->r->options.suspect;
}

static int by_rank(const void *a, const void *b)
{
    const struct blocked *x = a, *y = b;
    if (x->suspect != y->suspect)
        return x->suspect ? -1 : 1;
    if (x->rms != y->rms)
        return x->rms > y->rms ? -1 : 1;
    int names = span_cmp(x->function, y->function);
    return names ? names : (x->line > y->line) - (x->line < y->line);
}

int report_instances(const struct report *r, struct instances *out, struct err *err)
{
    struct finder f = {.r = r, .p = r->profile};
    struct detail lines = r->options.detail;
    uint32_t *order = arena_alloc(r->arena, (f.p->n_sides + 1) * sizeof *order);
    if (!trend_is_of_goroutines(f.p, r->options.value_index))
        return err_set(err, "instances are told apart by profiles of goroutines");
    lines.function = lines.filename = lines.line = true;
    lines.address = lines.column = false;
    node_table_init(&f.lines, f.p, &lines, r->job, r->arena);
    f.state = strtab_find(f.p->strings, SPAN("state"));
    f.minutes = strtab_find(f.p->strings, SPAN("minutes"));
    for (uint32_t i = 0; i < f.p->n_samples && !job_stopped(r->job); i++)
        add_sample(&f, &f.p->samples[i]);
    *out = (struct instances){
        .n = f.p->n_sides, .order = order, .at = f.found.at, .n_places = (uint32_t)f.found.n};
    for (uint32_t i = 0; i < out->n; i++)
        order[i] = f.p->sides[i].order;
    for (uint32_t i = 0; i < out->n_places; i++) {
        judge(&f, &out->at[i]);
        out->n_suspects += out->at[i].suspect;
    }
    if (out->n_places)
        qsort(out->at, out->n_places, sizeof *out->at, by_rank);
    node_table_release(&f.lines);
    return 0;
}
