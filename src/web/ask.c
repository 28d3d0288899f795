// SPDX-License-Identifier: Apache-2.0
#include "web/ask.h"

#include "app/options.h"
#include "base/num.h"

// Views of the page, and the commands whose reports they show.
static const struct {
    const char *view, *command;
} views[] = {
    {"flamegraph", "flame"}, {"top", "top"},     {"graph", "tree"},    {"source", "list"},
    {"peek", "peek"},        {"tags", "tags"},   {"traces", "traces"}, {"disasm", "disasm"},
    {"diff", "top"},         {"trend", "trend"}, {"leaks", "leaks"},   {"hints", "hints"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
    const char *name;
    enum ask_kind kind;
} parts[] = {
    {"style.css", ASK_STYLE},        {"app.js", ASK_SCRIPT},       {"boot.json", ASK_BOOT},
    {"progress.json", ASK_PROGRESS}, {"search.json", ASK_SEARCH},  {"export.html", ASK_EXPORT},
    {"saveconfig", ASK_SAVE},        {"deleteconfig", ASK_DELETE},
};

static void go_wrong(struct ask *ask, unsigned status)
{
    ask->kind = ASK_WRONG;
    ask->status = status;
}

static void go_away(struct ask *ask, unsigned status, const char *to)
{
    ask->kind = ASK_AWAY;
    ask->status = status;
    buf_add(&ask->location, span_of(to));
    if (ask->url.query.n) {
        buf_addc(&ask->location, '?');
        buf_add(&ask->location, ask->url.query);
    }
}

// The first value of a parameter counts.
static bool is_first(const struct web_url *url, const struct web_param *param)
{
    for (const struct web_param *p = url->params.at; p < param; p++)
        if (span_eq(p->name, param->name))
            return false;
    return true;
}

int ask_options(struct config *config, const struct web_url *url, struct err *err)
{
    for (size_t i = 0; i < url->params.n; i++) {
        const struct web_param *param = &url->params.at[i];
        const struct option_def *o = option_find_url(param->name);
        if (o && (o->where & WHERE_WEB) && param->value.n && is_first(url, param) &&
            option_set(o, config, param->value, err))
            return -1;
    }
    return 0;
}

static const char *find_view(struct span name)
{
    for (size_t i = 0; i < COUNT(views); i++)
        if (span_eq(span_of(views[i].view), name))
            return views[i].view;
    return NULL;
}

bool ask_is_view(struct span name)
{
    return find_view(name) != NULL;
}

// The report of a view, or any command by its own name.
static const struct command_def *command_of(struct span name)
{
    for (size_t i = 0; i < COUNT(views); i++)
        if (span_eq(span_of(views[i].view), name))
            return command_find(span_of(views[i].command));
    return command_find(name);
}

// The command's own, where it has one, is the first that a suffix may mean.
static const struct format *format_of(const struct command_def *command, struct span suffix)
{
    const struct format *own = command && command->format ? format_find(command->format) : NULL;
    if (own && span_eq(span_of(own->extension), suffix))
        return own;
    for (const struct format *f = formats; f->name; f++)
        if (span_eq(span_of(f->name), suffix) || span_eq(span_of(f->extension), suffix))
            return f;
    return NULL;
}

// "top.json", "graph.svg": a report and how it is written. The graph has formats that are commands.
static bool find_report(struct ask *ask, struct span name)
{
    const char *dot = name.n ? memrchr(name.at, '.', name.n) : NULL;
    if (!dot)
        return false;
    struct span base = span_upto(name, (size_t)(dot - name.at)),
                suffix = span_from(name, base.n + 1);
    const struct command_def *command = command_of(base);
    const struct format *format = format_of(command, suffix);
    if (span_eq(base, SPAN("graph")) && format && !format->table)
        command = command_find(suffix);
    if (!command || !format || command->report == REPORT_NONE)
        return false;
    ask->kind = ASK_REPORT;
    ask->format = format;
    ask->request.command = command;
    if (command->format && !(command->has_tables && format->table))
        return command_format(command, NULL) == format;
    return format->summary != NULL; // else it is another command's
}

static bool find_part(struct ask *ask, struct span name)
{
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (!span_eq(span_of(parts[i].name), name))
            continue;
        ask->kind = parts[i].kind;
        return true;
    }
    if (span_eq(name, SPAN("download"))) {
        ask->kind = ASK_REPORT;
        ask->whole = true;
        ask->request.command = command_find(SPAN("proto"));
        ask->format = command_format(ask->request.command, NULL);
        return true;
    }
    return false;
}

static void go_home(struct ask *ask, struct span name)
{
    ask->home = name.n == 0 && ask->url.query.n == 0;
    go_away(ask, 301, "flamegraph");
}

// What stands after "/ui/".
static void find_kind(struct ask *ask, struct span name)
{
    ask->view = find_view(name);
    if (ask->view)
        ask->kind = ASK_PAGE;
    else if (name.n == 0 || span_eq(name, SPAN("flamegraph2")) ||
             span_eq(name, SPAN("flamegraphold")))
        go_home(ask, name);
    else if (!find_part(ask, name) && !find_report(ask, name)) {
        go_wrong(ask, 404);
        err_set(&ask->err, "there is no '%.*s' here", ERR_SUBJECT(name));
    }
}

static int take_rows(struct ask *ask)
{
    struct span from = web_url_get(&ask->url, "from"), rows = web_url_get(&ask->url, "rows");
    int64_t first = 0, n = 0;
    if (rows.n == 0)
        return 0;
    if ((from.n && (!num_parse_i64(from, &first) || first < 0)) || !num_parse_i64(rows, &n) ||
        n < 0)
        return err_set(&ask->err, "bad value for from or rows: want numbers");
    ask->request.rows = (struct row_window){true, (uint64_t)first, (uint64_t)n};
    return 0;
}

static int take_options(struct ask *ask, const struct config *base)
{
    struct span f = web_url_get(&ask->url, "f");
    if (ask->whole)
        config_init(&ask->config);
    else
        config_copy(&ask->config, base);
    ask->has_config = true;
    ask->request.config = &ask->config;
    ask->request.regex = arena_cstr(&ask->arena, f);
    ask->request.fenced = true;
    ask->request.context = span_eq(web_url_get(&ask->url, "context"), SPAN("t"));
    if (!ask->whole && (ask_options(&ask->config, &ask->url, &ask->err) || take_rows(ask)))
        return -1;
    if (ask->kind != ASK_REPORT)
        return 0;
    if (!ask->request.command->format || ask->format->table)
        ask->config.format = (int)(ask->format - formats);
    return command_check_format(ask->request.command, &ask->config, &ask->err);
}

static bool wants_options(const struct ask *ask)
{
    return ask->kind == ASK_PAGE || ask->kind == ASK_REPORT || ask->kind == ASK_SEARCH ||
           ask->kind == ASK_EXPORT || ask->kind == ASK_SAVE;
}

static void find_place(struct ask *ask)
{
    struct span path = ask->url.path;
    if (span_eq(path, SPAN("/ui")))
        go_away(ask, 301, "/ui/");
    else if (span_starts(path, SPAN("/ui/")))
        find_kind(ask, span_from(path, strlen("/ui/")));
    else
        go_away(ask, 307, "/ui");
}

static void check_method(struct ask *ask, struct span method)
{
    bool changes = ask->kind == ASK_SAVE || ask->kind == ASK_DELETE;
    bool reads = span_eq(method, SPAN("GET")) || span_eq(method, SPAN("HEAD"));
    if (ask->kind == ASK_WRONG || (changes ? span_eq(method, SPAN("POST")) : reads))
        return;
    go_wrong(ask, 405);
    err_set(&ask->err, "this can only be asked for with %s", changes ? "POST" : "GET");
}

void ask_parse(struct ask *ask, struct span method, struct span target, const struct config *base)
{
    *ask = (struct ask){0};
    if (!web_url_parse(&ask->url, target, &ask->arena)) {
        go_wrong(ask, target.n > WEB_URL_MAX ? 414 : 400);
        err_set(&ask->err, "not an address that this server understands");
        return;
    }
    find_place(ask);
    check_method(ask, method);
    ask->words = web_url_get(&ask->url, ask->kind == ASK_SEARCH ? "q" : "config");
    if (wants_options(ask) && take_options(ask, base))
        go_wrong(ask, 400);
}

void ask_release(struct ask *ask)
{
    buf_release(&ask->location);
    if (ask->has_config)
        config_release(&ask->config);
    arena_release(&ask->arena);
}

bool ask_needs_profile(const struct ask *ask)
{
    return ask->kind == ASK_REPORT || ask->kind == ASK_SEARCH || ask->kind == ASK_EXPORT;
}
