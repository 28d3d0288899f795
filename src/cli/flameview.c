// SPDX-License-Identifier: Apache-2.0
#include "cli/flameview.h"

#include "app/options.h"
#include "cli/flamestate.h"
#include "cli/output.h"
#include "cli/tty.h"

// Each answer of the one door is drawn and walked until something else is wanted: then the config
// is another one, and the next answer is asked for.

static int show(void *context, const struct document *d, struct err *err)
{
    struct flamestate *s = context;
    const struct flame *f = d->data.flame;
    struct arena *arena = d->report->arena;
    (void)err;
    s->d = d;
    s->above = (struct flame_layout){0};
    flame_layout_init(&s->below, &f->tree, s->columns, arena);
    if (f->callers.n)
        flame_layout_init(&s->above, &f->callers, s->columns, arena);
    flamestate_settle(s);
    s->next = FLAME_STAY;
    while (s->next == FLAME_STAY) {
        int key = 0;
        flamestate_draw(s);
        enum tty_event event = tty_wait(-1, -1, &key);
        if (event == TTY_KEY)
            flamestate_obey(s, key);
        else if (event == TTY_REDRAW)
            s->next = FLAME_AGAIN;
        else if (event == TTY_END)
            s->next = FLAME_QUIT;
    }
    s->d = NULL;
    s->matches = NULL;
    return 0;
}

static int ask(struct flamestate *s, struct err *err)
{
    struct buf nothing = {0};
    struct outcome outcome;
    struct err ignored;
    struct sink *out = sink_to_buf(&nothing);
    output_screen(&s->columns, &s->rows);
    struct config config;
    config_copy(&config, &s->config);
    config.width = s->columns;
    s->request.config = &config;
    int status = app_run(s->l, &s->request, out, &outcome, err);
    s->request.config = &s->config;
    config_release(&config);
    sink_finish(out, &ignored);
    buf_release(&nothing);
    return status;
}

// Goes back to what there was before a change that leaves nothing to show.
static bool undo(struct flamestate *s, const struct err *err)
{
    if (s->n_history == 0)
        return false;
    config_release(&s->config);
    s->config = s->history[--s->n_history];
    buf_clear(&s->message);
    buf_add(&s->message, span_of(err->text));
    return true;
}

// The source of the function in focus, in the pager, which waits for whoever reads.
static void show_source(struct flamestate *s)
{
    struct request request = s->request;
    struct outcome outcome;
    struct err err;
    struct buf regex = {0};
    flamestate_quote(s, &regex);
    request.show = NULL;
    request.command = command_find(SPAN("list"));
    request.regex = buf_cstr(&regex);
    tty_leave();
    if (output_report(s->l, &request, &(struct output){.paged = true, .waits = true}, &outcome,
                      &err)) {
        buf_clear(&s->message);
        buf_add(&s->message, span_of(err.text));
    }
    if (tty_enter())
        tty_use_mouse();
    else
        s->next = FLAME_QUIT;
    buf_release(&regex);
}

static void release(struct flamestate *s)
{
    config_release(&s->config);
    while (s->n_history)
        config_release(&s->history[--s->n_history]);
    regex_free(s->search);
    buf_release(&s->focus);
    buf_release(&s->name);
    buf_release(&s->prompt);
    buf_release(&s->found);
    buf_release(&s->message);
}

int flameview_run(const struct loaded *l, const struct request *request, struct err *err)
{
    struct flamestate s = {.l = l, .request = *request};
    int status = 0;
    config_copy(&s.config, request->config);
    option_set(option_find(SPAN("fail_if")), &s.config, SPAN(""), err); // no gates: they would talk
    option_set(option_find(SPAN("policy")), &s.config, SPAN(""), err);
    s.request.config = &s.config;
    s.request.quiet = true;
    s.request.show = show;
    s.request.show_context = &s;
    if (!tty_is_there() || !tty_enter()) {
        release(&s);
        return err_set(err, "a live flame graph needs a terminal");
    }
    tty_use_mouse();
    do {
        status = ask(&s, err);
        if (status && undo(&s, err))
            s.next = FLAME_AGAIN;
        else if (status == 0 && s.next == FLAME_SOURCE)
            show_source(&s);
    } while (s.next != FLAME_QUIT && (status == 0 || s.next == FLAME_AGAIN) &&
             !job_stopped(request->job));
    tty_leave();
    release(&s);
    return status;
}
