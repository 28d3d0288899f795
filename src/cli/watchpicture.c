// SPDX-License-Identifier: Apache-2.0
#include "cli/watchpicture.h"

#include "app/options.h"
#include "base/escape.h"
#include "base/strtab.h"
#include "base/utf8.h"
#include "cli/output.h"

enum {
    CHANGE_WIDTH = 12, // of a column of changes
    BAR_LINES = 3,     // above the report
    KEY_LINES = 1,     // below it
    HEAD_LINES = 5,    // of a top, above its rows
    SPARKS = 40,
};

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define REVERSE "\033[7m"
#define GREW "\033[31m"
#define SHRANK "\033[32m"
#define PLAIN "\033[0m"

// What is at hand while one picture is drawn.
struct drawing {
    struct picture *p;
    struct arena arena;
    struct buf *out;
    bool color;
    struct app_weights now, last, first; // the first: of the entries that are shown
    bool has_last, has_first;
};

static const char *color(const struct drawing *d, const char *sequence)
{
    return d->color ? sequence : "";
}

static void end_line(struct drawing *d)
{
    buf_add(d->out, SPAN("\033[K\r\n"));
}

static void add_time(struct buf *out, time_t time)
{
    char text[20];
    struct tm tm;
    localtime_r(&time, &tm);
    strftime(text, sizeof text, "%H:%M:%S", &tm);
    buf_add(out, span_of(text));
}

// "▲1.50MB", with a colour around it, in so many columns; nothing of what did not change.
static void add_change(struct drawing *d, int64_t change, unsigned width)
{
    struct buf text = {0};
    if (change) {
        buf_add(&text, change > 0 ? SPAN("▲") : SPAN("▼"));
        app_print_value(&d->now, change > 0 ? change : -change, &text);
    }
    size_t n = utf8_count(buf_span(&text));
    buf_fill(d->out, ' ', n < width ? width - n : 0);
    buf_printf(d->out, "%s" SPAN_FMT "%s", color(d, change > 0 ? GREW : SHRANK),
               SPAN_ARG(buf_span(&text)), color(d, PLAIN));
    buf_release(&text);
}

static void add_bar(struct drawing *d)
{
    const struct picture *p = d->p;
    struct buf interval = {0};
    option_print(option_find(SPAN("watch")), &p->config, &interval);
    buf_printf(d->out, "%s %s%s%s  ", color(d, REVERSE), p->watch->command->name,
               p->watch->regex ? " " : "", p->watch->regex ? p->watch->regex : "");
    char *const *places = p->watch->places ? p->watch->places : p->watch->paths;
    size_t n_places = p->watch->places ? p->watch->n_places : p->watch->n_paths;
    for (size_t i = 0; i < n_places; i++) {
        struct buf shown = {0};
        app_show_place(places[i], &shown);
        escape_add(d->out, buf_span(&shown), &escape_message);
        buf_release(&shown);
        buf_addc(d->out, ' ');
    }
    buf_addc(d->out, ' ');
    add_time(d->out, p->now.time);
    buf_printf(d->out, "  every %s%s%s %s", buf_cstr(&interval), p->paused ? "  paused" : "",
               p->failing ? "  cannot be read" : "", color(d, PLAIN));
    buf_release(&interval);
    end_line(d);
}

// How the total went.
static void add_sparks(struct drawing *d)
{
    static const char *const sparks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const struct picture *p = d->p;
    uint32_t type = d->now.type;
    size_t first = p->n_totals > SPARKS ? p->n_totals - SPARKS : 0;
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (size_t i = first; i < p->n_totals; i++) {
        int64_t v = p->totals[i][type];
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    for (size_t i = first; i < p->n_totals; i++) {
        double range = (double)most - (double)least;
        double height = range > 0 ? ((double)p->totals[i][type] - (double)least) / range : 0;
        buf_add(d->out, span_of(sparks[(int)(height * 7.999)]));
    }
}

// "▲1.50MB since 15:04:05"; nothing of what did not change.
static void add_since(struct drawing *d, int64_t change, time_t time)
{
    if (!change)
        return;
    buf_add(d->out, SPAN("  "));
    add_change(d, change, 0);
    buf_add(d->out, SPAN(" since "));
    add_time(d->out, time);
}

static void add_total(struct drawing *d)
{
    const struct picture *p = d->p;
    uint32_t type = d->now.type;
    int64_t total = d->now.totals[type];
    buf_printf(d->out, " %s" SPAN_FMT "  ", color(d, BOLD), SPAN_ARG(p->types.at[type]));
    app_print_value(&d->now, total, d->out);
    buf_add(d->out, span_of(color(d, PLAIN)));
    if (d->has_last)
        add_since(d, total - d->last.totals[type], p->last.time);
    if (d->has_first)
        add_since(d, total - d->first.totals[type], p->first.time);
    buf_add(d->out, SPAN("  "));
    add_sparks(d);
    end_line(d);
}

static void add_keys(struct drawing *d)
{
    const struct picture *p = d->p;
    if (p->typing)
        buf_printf(d->out, " focus: " SPAN_FMT "\033[7m \033[0m", SPAN_ARG(buf_span(&p->typed)));
    else if (p->message.n)
        buf_printf(d->out, " " SPAN_FMT, SPAN_ARG(buf_span(&p->message)));
    else
        buf_printf(d->out, "%s q leave  space %s  t type  / focus  b base  w save  ↑↓ scroll%s",
                   color(d, DIM), p->paused ? "go on" : "pause", color(d, PLAIN));
    buf_add(d->out, SPAN("\033[K"));
}

// Finds entries by name.
struct lookup {
    struct strtab names;
    const struct app_weights *weights;
    const struct app_entry **entries; // by id of name
};

static struct lookup lookup_of(struct drawing *d, const struct app_weights *w)
{
    struct lookup l = {.weights = w};
    strtab_init(&l.names, &d->arena, NULL);
    l.entries = arena_zalloc(&d->arena, w->n + 1, sizeof(void *));
    for (size_t i = 0; i < w->n; i++) {
        str_id id = strtab_add_borrowed(&l.names, w->entries[i].name);
        l.entries[id] = &w->entries[i];
    }
    return l;
}

static int64_t weight_of(const struct app_entry *e, bool cum)
{
    return !e ? 0 : cum ? e->cum : e->flat;
}

static void add_entry_change(struct drawing *d, const struct lookup *before, bool known,
                             const struct app_entry *e)
{
    bool cum = d->p->config.sort == SORT_CUM;
    str_id id = known ? strtab_find(&before->names, e->name) : HASH_NONE;
    const struct app_entry *old = id == HASH_NONE ? NULL : before->entries[id];
    add_change(d, known ? weight_of(e, cum) - weight_of(old, cum) : 0, CHANGE_WIDTH);
}

// The rows of a top, each after what it changed by.
static void add_rows(struct drawing *d, struct span text, unsigned room)
{
    struct lookup last = lookup_of(d, &d->last), first = lookup_of(d, &d->first);
    bool rows = false;
    size_t row = 0, skip = d->p->scroll;
    struct span line;
    while (room && text.n && span_cut(&text, '\n', &line)) {
        bool head = !rows && span_find(line, SPAN("  flat%")) != SPAN_NOT_FOUND;
        if (rows && row < d->now.n) {
            const struct app_entry *e = &d->now.entries[row++];
            if (skip && skip--)
                continue;
            add_entry_change(d, &last, d->has_last, e);
            add_entry_change(d, &first, d->has_first, e);
        } else if (head) {
            buf_printf(d->out, "%*s%*s", CHANGE_WIDTH, "since last", CHANGE_WIDTH, "since first");
        }
        rows |= head;
        buf_add(d->out, line);
        end_line(d);
        room--;
    }
    strtab_release(&last.names);
    strtab_release(&first.names);
}

static void add_lines(struct drawing *d, struct span text, unsigned room)
{
    struct span line;
    for (size_t i = 0; room && text.n && span_cut(&text, '\n', &line); i++) {
        if (i < d->p->scroll)
            continue;
        buf_add(d->out, line);
        end_line(d);
        room--;
    }
}

static bool has_changes(const struct picture *p)
{
    const struct command_def *c = p->watch->command;
    return c->report == REPORT_TOP && !c->format && p->config.format == 0 &&
           strcmp(p->config.sample_index, "all") != 0;
}

static int run_report(struct drawing *d, const struct config *config, bool changes,
                      struct buf *text, struct err *err)
{
    struct picture *p = d->p;
    unsigned taken = changes ? 2 * CHANGE_WIDTH : 0;
    struct request request = {
        .command = p->watch->command, .regex = p->watch->regex, .config = config, .quiet = true};
    unsigned columns = p->columns > taken + 20 ? p->columns - taken : p->columns;
    struct outcome outcome = {0};
    struct sink *sink = sink_to_buf(text);
    sink_set_style(sink, (struct sink_style){.visible = true,
                                             .color = d->color,
                                             .columns = output_columns(config, columns)});
    int status = app_run(p->now.loaded, &request, sink, &outcome, err);
    p->gates_fired = outcome.gates_fired;
    if (status == 0)
        return sink_finish(sink, err);
    sink_abort(sink);
    return -1;
}

static int weigh(struct drawing *d, const struct config *config, struct err *err)
{
    struct picture *p = d->p;
    d->has_last = p->last.loaded != NULL;
    d->has_first = p->first.loaded && p->first.loaded != p->now.loaded;
    if (app_weights(p->now.loaded, config, true, NULL, &d->arena, &d->now, err))
        return -1;
    if (d->has_last && app_weights(p->last.loaded, config, false, NULL, &d->arena, &d->last, err))
        d->has_last = false;
    if (d->has_first &&
        app_weights(p->first.loaded, config, false, NULL, &d->arena, &d->first, err))
        d->has_first = false;
    return 0;
}

static void add_report(struct drawing *d, const struct config *config, unsigned room)
{
    struct buf text = {0};
    struct err err;
    bool changes = has_changes(d->p);
    if (run_report(d, config, changes, &text, &err)) {
        escape_add(d->out, span_of(err.text), &escape_message);
        end_line(d);
    } else if (changes) {
        add_rows(d, buf_span(&text), room);
    } else {
        add_lines(d, buf_span(&text), room);
    }
    buf_release(&text);
}

void picture_draw(struct picture *p, struct buf *out)
{
    struct drawing d = {.p = p, .out = out, .color = output_colored(&p->config)};
    struct config config;
    struct err err;
    unsigned room = p->rows > BAR_LINES + KEY_LINES ? p->rows - BAR_LINES - KEY_LINES : 1;
    config_copy(&config, &p->config);
    if (config.nodecount == -1 && p->watch->command->report == REPORT_TOP)
        config.nodecount = (room > HEAD_LINES ? room - HEAD_LINES : 1) + (int64_t)p->scroll;
    buf_add(out, SPAN("\033[H"));
    add_bar(&d);
    if (watch_keep(p->watch) & (KEEP_SERIES | KEEP_MEMSTATS)) {
        end_line(&d); // it tells itself how the total went
    } else if (weigh(&d, &config, &err)) {
        escape_add(out, span_of(err.text), &escape_message);
        end_line(&d);
    } else {
        add_total(&d);
    }
    end_line(&d);
    add_report(&d, &config, room);
    buf_printf(out, "\033[J\033[%u;1H", p->rows);
    add_keys(&d);
    config_release(&config);
    arena_release(&d.arena);
}
