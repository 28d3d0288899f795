// SPDX-License-Identifier: Apache-2.0
#include "cli/watchscreen.h"

#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "cli/cli.h"
#include "cli/loading.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/tty.h"
#include "cli/watchpicture.h"

enum { ENTER = '\r', NEW_LINE = '\n', BACKSPACE = 0x7f, CTRL_H = 8, CTRL_L = 12, CTRL_U = 21 };

struct screen {
    struct picture picture;
    struct loading loading;
    struct arena arena; // of the totals' and types' texts
    int64_t next;       // when to read again, by the monotonic clock
    bool leave, dirty;
    int status;
};

static void say(struct screen *s, const char *text)
{
    buf_clear(&s->picture.message);
    buf_add(&s->picture.message, span_of(text));
    s->dirty = true;
}

static void put_down(struct snapshot *s)
{
    loaded_unref(s->loaded);
    *s = (struct snapshot){0};
}

static struct snapshot share(const struct snapshot *s)
{
    return (struct snapshot){loaded_ref(s->loaded), s->time};
}

// Adds what the profile at hand weighs to the history.
static void note_totals(struct screen *s)
{
    struct picture *p = &s->picture;
    struct app_weights w;
    struct arena arena = {0};
    struct err ignored;
    if (app_weights(p->now.loaded, &p->config, true, NULL, &arena, &w, &ignored) == 0) {
        if (p->n_totals == HISTORY_MAX)
            memmove(p->totals, p->totals + 1, --p->n_totals * sizeof *p->totals);
        p->totals[p->n_totals++] = arena_copy(&s->arena, w.totals, p->types.n, sizeof *w.totals);
    }
    arena_release(&arena);
}

// A history is of one kind of profile and of one filter.
static void forget_totals(struct screen *s)
{
    s->picture.n_totals = 0;
    arena_release(&s->arena);
    s->picture.types = app_sample_types(s->picture.now.loaded, &s->arena);
}

static bool same_types(const struct screen *s, const struct loaded *fresh)
{
    const struct app_names *old = &s->picture.types;
    struct arena arena = {0};
    struct app_names types = app_sample_types(fresh, &arena);
    bool same = types.n == old->n;
    for (size_t i = 0; same && i < types.n; i++)
        same = span_eq(types.at[i], old->at[i]);
    arena_release(&arena);
    return same;
}

static void take_profile(struct screen *s, const struct loaded *fresh)
{
    struct picture *p = &s->picture;
    bool same = p->now.loaded && same_types(s, fresh);
    if (!same) {
        put_down(&p->first);
        put_down(&p->now);
    }
    put_down(&p->last);
    p->last = p->now;
    p->now = (struct snapshot){fresh, time(NULL)};
    if (!same)
        forget_totals(s);
    if (!p->first.loaded)
        p->first = share(&p->now);
    note_totals(s);
    p->failing = false;
    s->dirty = true;
}

static void begin_loading(struct screen *s)
{
    const struct watch *w = s->picture.watch;
    s->next = job_now() + w->config->watch;
    if (!loading_start(&s->loading, w->paths, w->n_paths, w->config, watch_keep(w)))
        say(s, "the system gives no thread to read with");
}

static void end_loading(struct screen *s)
{
    struct err err;
    const struct loaded *fresh = loading_finish(&s->loading, &err);
    if (fresh) {
        if (s->picture.failing)
            say(s, "");
        take_profile(s, fresh);
    } else {
        s->picture.failing = true;
        say(s, err.text);
    }
}

static void draw(struct screen *s)
{
    struct picture *p = &s->picture;
    struct buf out = {0};
    output_screen(&p->columns, &p->rows);
    p->columns = p->columns ? p->columns : 80;
    p->rows = p->rows ? p->rows : 24;
    picture_draw(p, &out);
    tty_write(buf_span(&out));
    buf_release(&out);
    if (p->gates_fired)
        s->status = EXIT_GATED;
    s->dirty = false;
}

static void next_type(struct screen *s)
{
    struct picture *p = &s->picture;
    struct span name;
    struct err err;
    size_t at = 0;
    struct arena arena = {0};
    struct app_weights w;
    if (app_weights(p->now.loaded, &p->config, true, NULL, &arena, &w, &err) == 0)
        at = (w.type + 1) % p->types.n;
    arena_release(&arena);
    name = p->types.at[at];
    if (option_set(option_find(SPAN("sample_index")), &p->config, name, &err))
        say(s, err.text);
}

// A file of the current directory with what is shown now, unfiltered.
static void save(struct screen *s)
{
    struct config config;
    struct err err;
    struct outcome outcome;
    struct buf path = {0}, note = {0};
    struct sink *out = sink_to_numbered_file("profile", ".pb.gz", &path, &err);
    config_init(&config);
    struct request request = {.command = command_find(SPAN("proto")), .config = &config};
    int status = -1;
    if (out && app_run(s->picture.now.loaded, &request, out, &outcome, &err))
        sink_abort(out);
    else if (out)
        status = sink_finish(out, &err);
    if (status == 0)
        buf_printf(&note, "saved as " SPAN_FMT, SPAN_ARG(buf_span(&path)));
    say(s, status ? err.text : buf_cstr(&note));
    config_release(&config);
    buf_release(&path);
    buf_release(&note);
}

static void finish_typing(struct screen *s)
{
    struct picture *p = &s->picture;
    struct err err;
    p->typing = false;
    say(s, "");
    if (option_set(option_find(SPAN("focus")), &p->config, buf_span(&p->typed), &err)) {
        say(s, err.text);
        return;
    }
    forget_totals(s);
    note_totals(s);
}

static void type_key(struct screen *s, int key)
{
    struct buf *typed = &s->picture.typed;
    if (key == ENTER || key == NEW_LINE)
        finish_typing(s);
    else if (key == TTY_ESCAPE)
        s->picture.typing = false;
    else if (key == CTRL_U)
        buf_clear(typed);
    else if (key == BACKSPACE || key == CTRL_H)
        while (typed->n && (typed->at[--typed->n] & 0xc0) == 0x80)
            continue;
    else if (key >= ' ' && key < 0x100)
        buf_addc(typed, (char)key);
}

static void scroll(struct screen *s, int lines)
{
    size_t *at = &s->picture.scroll;
    *at = lines < 0 && *at < (size_t)-lines ? 0 : *at + (size_t)(ptrdiff_t)lines;
    *at = *at > 100000 ? 100000 : *at;
}

static void begin_typing(struct screen *s)
{
    struct picture *p = &s->picture;
    p->typing = true;
    buf_clear(&p->typed);
    buf_add(&p->typed, span_of(p->config.focus));
}

static void obey_key(struct screen *s, int key)
{
    struct picture *p = &s->picture;
    say(s, "");
    switch (key) {
    case 'q':
    case 'Q':
        s->leave = true;
        break;
    case ' ':
        p->paused = !p->paused;
        break;
    case 't':
        next_type(s);
        break;
    case '/':
        begin_typing(s);
        break;
    case 'b':
        put_down(&p->first);
        p->first = share(&p->now);
        say(s, "changes are told from now on");
        break;
    case 'w':
        save(s);
        break;
    case TTY_UP:
    case 'k':
        scroll(s, -1);
        break;
    case TTY_DOWN:
    case 'j':
        scroll(s, 1);
        break;
    case TTY_PAGE_UP:
        scroll(s, -(int)(p->rows / 2));
        break;
    case TTY_PAGE_DOWN:
        scroll(s, (int)(p->rows / 2));
        break;
    default:
        break;
    }
}

static int time_left(const struct screen *s)
{
    if (s->picture.paused || s->loading.running)
        return -1;
    int64_t left = (s->next - job_now() + 999999) / 1000000;
    return left < 0 ? 0 : left > 1000000 ? 1000000 : (int)left;
}

static void run(struct screen *s)
{
    struct picture *p = &s->picture;
    while (!s->leave) {
        int key = 0;
        if (s->dirty)
            draw(s);
        int wake = s->loading.running ? s->loading.done[0] : -1;
        switch (tty_wait(wake, time_left(s), &key)) {
        case TTY_KEY:
            s->dirty = true;
            if (p->typing)
                type_key(s, key);
            else
                obey_key(s, key);
            break;
        case TTY_WAKE:
            end_loading(s);
            break;
        case TTY_REDRAW:
            s->dirty = true;
            break;
        case TTY_END:
            s->leave = true;
            break;
        case TTY_NOTHING:
            break;
        }
        if (!p->paused && !s->loading.running && !s->leave && job_now() >= s->next)
            begin_loading(s);
    }
}

// The first reading is waited for in front of the terminal as it is: it may fail.
static int read_first(struct screen *s)
{
    const struct watch *w = s->picture.watch;
    struct err err;
    struct job job;
    job_init(&job);
    job.note = output_note;
    job.progress = progress_show;
    job.threads = app_threads(w->config);
    s->next = job_now() + w->config->watch;
    const struct loaded *l = app_load(w->paths, w->n_paths, w->config, watch_keep(w), &job, &err);
    job_release(&job);
    if (!l) {
        output_message("cprof: ", err.text);
        return -1;
    }
    take_profile(s, l);
    return 0;
}

static void release(struct screen *s)
{
    struct picture *p = &s->picture;
    put_down(&p->first);
    put_down(&p->last);
    put_down(&p->now);
    config_release(&p->config);
    buf_release(&p->message);
    buf_release(&p->typed);
    arena_release(&s->arena);
}

int watchscreen_run(const struct watch *w)
{
    struct screen s = {.picture.watch = w, .status = EXIT_DONE};
    config_copy(&s.picture.config, w->config);
    if (read_first(&s)) {
        s.status = EXIT_FAILED;
    } else if (!tty_enter()) {
        output_message("cprof: ", "the terminal cannot be taken over");
        s.status = EXIT_FAILED;
    } else {
        run(&s);
        loading_stop(&s.loading);
        tty_leave();
    }
    release(&s);
    return s.status;
}
