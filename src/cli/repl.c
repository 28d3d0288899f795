// SPDX-License-Identifier: Apache-2.0
#include "cli/repl.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/escape.h"
#include "base/strtab.h"
#include "base/utf8.h"
#include "cli/complete.h"
#include "cli/history.h"
#include "cli/interrupt.h"
#include "cli/libedit.h"
#include "cli/output.h"
#include "cli/shellhelp.h"
#include "cli/shellwords.h"

enum { CTRL_C = 3, COLUMN_GAP = 2, WIDTH_DEFAULT = 80, HEIGHT_DEFAULT = 24 };

struct repl {
    struct completer completer;
    EditLine *el;
    History *history;
    char *history_path; // or NULL
    bool cleared;       // the line at hand was given up
    struct buf listed;  // the line that choices were last listed for
    size_t next_listed; // and the first that were not shown
};

static const struct libedit *edit; // set before the first line

static const char *prompt(EditLine *el)
{
    (void)el;
    return "(cprof) ";
}

static struct repl *repl_of(EditLine *el)
{
    void *repl = NULL;
    edit->el_get(el, EL_CLIENTDATA, &repl);
    return repl;
}

static void put_choice(const char *text, size_t n, unsigned width)
{
    struct span rest = {text, n};
    unsigned used = 0;
    for (; rest.n; used++) {
        uint32_t point;
        size_t step = utf8_next(rest, &point);
        bool plain = point != UTF8_BAD && !escape_is_control(point) && !escape_is_layout(point);
        printf("%.*s", plain ? (int)step : 1, plain ? rest.at : "?");
        rest = span_from(rest, step);
    }
    printf("%*s", used < width ? (int)(width - used) : 0, "");
}

// The package of a function, by the expression for it; "" where it has none.
static struct span package_of(struct span expression)
{
    size_t start = 0;
    for (size_t i = 0; i < expression.n && !strchr("([ ", expression.at[i]); i++)
        start = expression.at[i] == '/' ? i + 1 : start;
    for (size_t i = start; i < expression.n; i++)
        if (strchr("\\.:([", expression.at[i]))
            return span_upto(expression, i);
    return SPAN("");
}

// How many choices are left, and of which packages, as far as a line has room.
static void say_rest(const struct completion *found, size_t first, unsigned columns)
{
    struct arena arena = {0};
    struct strtab packages;
    struct buf line = {0}, names = {0};
    buf_printf(&line, "%zu more: Tab shows them", found->choices.n - first);
    strtab_init(&packages, &arena, NULL);
    for (size_t i = first; i < found->choices.n; i++) {
        str_id n = strtab_count(&packages);
        struct span package = package_of(found->choices.at[i]);
        if (!package.n || strtab_add_borrowed(&packages, package) != n)
            continue;
        if (line.n + names.n + package.n + 10 > columns) {
            buf_add(&names, SPAN(", \xe2\x80\xa6"));
            break;
        }
        buf_add(&names, n == 1 ? SPAN("; of ") : SPAN(", "));
        for (size_t k = 0; k < package.n; k++)
            if (package.at[k] != '\\')
                buf_addc(&names, package.at[k]);
    }
    if (strtab_count(&packages) > 2) // and ""
        buf_add(&line, buf_span(&names));
    buf_release(&names);
    struct buf shown = {0};
    escape_add(&shown, buf_span(&line), &escape_terminal);
    printf("%s\n", buf_cstr(&shown));
    buf_release(&shown);
    strtab_release(&packages);
    buf_release(&line);
    arena_release(&arena);
}

// Lists as many choices as fit the screen, in columns; Tab again lists the next ones.
static void list_choices(struct repl *r, const struct completion *found, struct span line)
{
    unsigned columns, lines, width = 0;
    bool same = span_eq(buf_span(&r->listed), line);
    output_screen(&columns, &lines);
    columns = columns ? columns : WIDTH_DEFAULT;
    lines = lines > 4 ? lines : HEIGHT_DEFAULT;
    for (size_t i = 0; i < found->choices.n; i++) {
        unsigned w = (unsigned)utf8_count(found->choices.at[i]) + COLUMN_GAP;
        width = w > width ? w : width;
    }
    width = width > columns ? columns : width;
    size_t per_line = columns / width ? columns / width : 1;
    size_t first = same && r->next_listed < found->choices.n ? r->next_listed : 0;
    size_t end = first + per_line * (lines - 2);
    end = end < found->choices.n ? end : found->choices.n;
    putchar('\n');
    for (size_t i = first; i < end; i++) {
        bool last = (i - first + 1) % per_line == 0 || i + 1 == end;
        put_choice(found->choices.at[i].at, found->choices.at[i].n, last ? 0 : width);
        if (last)
            putchar('\n');
    }
    if (end < found->choices.n)
        say_rest(found, end, columns);
    fflush(stdout);
    r->next_listed = end;
    buf_clear(&r->listed);
    buf_add(&r->listed, line);
}

// The editor counts characters of the locale.
static int count_chars(struct span text)
{
    struct buf copy = {0};
    buf_add(&copy, text);
    size_t n = mbstowcs(NULL, buf_cstr(&copy), 0);
    buf_release(&copy);
    return (int)(n == (size_t)-1 ? text.n : n);
}

static unsigned char on_tab(EditLine *el, int key)
{
    struct repl *r = repl_of(el);
    const LineInfo *info = edit->el_line(el);
    struct span line = {info->buffer, (size_t)(info->cursor - info->buffer)};
    struct arena arena = {0};
    unsigned char result = CC_REFRESH;
    (void)key;
    struct completion found = complete(&r->completer, line, &arena);
    size_t typed = line.n - found.start;
    bool longer = found.common.n > typed || !span_eq(found.common, span_from(line, found.start));
    if (found.choices.n == 0) {
        result = CC_ERROR;
    } else if (found.choices.n == 1 || (found.common.n >= typed && longer)) {
        char *text = arena_printf(&arena, SPAN_FMT "%s", SPAN_ARG(found.common),
                                  found.choices.n == 1 ? found.after : "");
        edit->el_deletestr(el, count_chars(span_from(line, found.start)));
        edit->el_insertstr(el, text);
    } else {
        list_choices(r, &found, line);
        result = CC_REDISPLAY;
    }
    arena_release(&arena);
    return result;
}

// Gives the line up.
static unsigned char on_ctrl_c(EditLine *el, int key)
{
    (void)key;
    repl_of(el)->cleared = true;
    puts("^C");
    return CC_NEWLINE;
}

static void add_history(void *context, const char *line)
{
    struct repl *r = context;
    HistEvent event;
    edit->history(r->history, &event, H_ENTER, line);
}

static void init_history(struct repl *r)
{
    HistEvent event;
    r->history = edit->history_init();
    edit->history(r->history, &event, H_SETSIZE, HISTORY_LINES);
    edit->history(r->history, &event, H_SETUNIQUE, 1);
    r->history_path = history_path();
    if (r->history_path)
        history_load(r->history_path, add_history, r);
    edit->el_set(r->el, EL_HIST, edit->history, r->history);
}

static void init_editor(struct repl *r)
{
    r->el = edit->el_init("cprof", stdin, stdout, stderr);
    edit->el_set(r->el, EL_CLIENTDATA, r);
    edit->el_set(r->el, EL_PROMPT, prompt);
    edit->el_set(r->el, EL_EDITOR, "emacs");
    edit->el_set(r->el, EL_SIGNAL, 1);
    edit->el_set(r->el, EL_ADDFN, "cprof-complete", "complete what could stand here", on_tab);
    edit->el_set(r->el, EL_ADDFN, "cprof-give-up", "give the line up", on_ctrl_c);
    init_history(r);
    edit->el_source(r->el, NULL); // ~/.editrc
    edit->el_set(r->el, EL_BIND, "^I", "cprof-complete", NULL);
    edit->el_set(r->el, EL_BIND, "-a", "^I", "cprof-complete", NULL);
    edit->el_set(r->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    // While a line is edited ^C is a key; while a report runs it is a signal.
    edit->el_set(r->el, EL_SETTY, "-d", "-isig", NULL);
    edit->el_set(r->el, EL_BIND, "^C", "cprof-give-up", NULL);
    edit->el_set(r->el, EL_BIND, "-a", "^C", "cprof-give-up", NULL);
}

// The file of lines gets none of the secrets in them.
static void append_history(const struct repl *r, struct span line)
{
    struct buf copy = {0}, shown = {0};
    size_t equals = span_find(line, SPAN("="));
    struct span name = span_upto(line, equals == SPAN_NOT_FOUND ? 0 : equals);
    bool header = span_eq(span_trim(name, SPAN_SPACE), SPAN("header"));
    buf_add(&copy, header ? SPAN("header=***") : line);
    app_show_place(buf_cstr(&copy), &shown);
    history_append(r->history_path, buf_cstr(&shown));
    buf_release(&copy);
    buf_release(&shown);
}

// False at the end of the session.
static bool obey(struct repl *r, const char *input, int n)
{
    struct span line = span_trim((struct span){input, (size_t)n}, SPAN_SPACE);
    struct buf copy = {0};
    bool go_on = true;
    if (r->cleared || line.n == 0)
        return true;
    buf_add(&copy, line);
    add_history(r, buf_cstr(&copy));
    if (r->history_path)
        append_history(r, line);
    go_on = shell_line(r->completer.shell, buf_span(&copy));
    buf_release(&copy);
    return go_on;
}

int repl_run(struct shell *sh, struct err *err)
{
    struct repl r = {.completer.shell = sh};
    int n;
    edit = libedit_load(err);
    if (!edit)
        return -1;
    setlocale(LC_CTYPE, "");
    interrupt_catch(&sh->job, false);
    init_editor(&r);
    shell_greet(sh);
    for (bool go_on = true; go_on;) {
        r.cleared = false;
        job_renew(&sh->job);
        buf_clear(&r.listed);
        const char *input = edit->el_gets(r.el, &n);
        bool ended = !r.cleared && (!input || n <= 0);
        if (ended)
            putchar('\n');
        if (!ended ||
            !job_stopped(&sh->job)) // else a signal, before the editor had the keys to itself
            go_on = !ended && obey(&r, input, n);
    }
    edit->history_end(r.history);
    edit->el_end(r.el);
    completer_release(&r.completer);
    buf_release(&r.listed);
    free(r.history_path);
    return 0;
}
