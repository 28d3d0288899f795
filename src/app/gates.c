// SPDX-License-Identifier: Apache-2.0
#include "app/gates.h"

#include <sys/stat.h>

#include "app/options.h"
#include "format/format.h"
#include "input/source.h"
#include "input/srcfile.h"

#define POLICY_MAX ((size_t)1 << 20)

// Sets *line to the number of the line that is not a gate.
static int parse_lines(struct span text, gate_list *gates, size_t *line, struct arena *arena,
                       struct err *err)
{
    struct span one;
    for (*line = 1; text.n && span_cut(&text, '\n', &one); ++*line)
        if (!gate_line_is_blank(one) && gate_parse(vec_push(arena, gates), one, err))
            return -1;
    return 0;
}

static int read_policy(const char *path, gate_list *gates, struct arena *arena,
                       const struct job *job, struct err *err)
{
    struct buf text = {0};
    size_t line;
    int status = source_read_all(path, POLICY_MAX, &text, job, err);
    if (status == 0 && span_find(buf_span(&text), (struct span){"", 1}) != SPAN_NOT_FOUND)
        status = err_set(err, "a policy holds a zero byte");
    if (status)
        err_wrap(err, "cannot read '%s'", path);
    else if (parse_lines(arena_span(arena, buf_span(&text)), gates, &line, arena, err))
        status = err_wrap(err, "policy '%s', line %zu", path, line);
    buf_release(&text);
    return status;
}

int gates_read_policy(struct loaded *l, const struct config *c, const struct job *job,
                      struct err *err)
{
    if (!*c->policy)
        return 0;
    l->policy = arena_cstr(&l->arena, span_of(c->policy));
    return read_policy(c->policy, &l->gates, &l->arena, job, err);
}

// What was read with the profile is not read again: the file may be a pipe.
static int add_policy(const struct loaded *l, const struct config *c, gate_list *gates,
                      struct arena *arena, const struct job *job, struct err *err)
{
    if (!*c->policy)
        return 0;
    if (!l->policy || strcmp(l->policy, c->policy) != 0)
        return read_policy(c->policy, gates, arena, job, err);
    for (size_t i = 0; i < l->gates.n; i++)
        *vec_push(arena, gates) = l->gates.at[i];
    return 0;
}

static bool has_base(const struct config *c)
{
    return *c->base || *c->diff_base || *c->collect; // the first snapshot is one
}

static int check_bases(const struct config *c, const gate_list *gates, struct err *err)
{
    for (size_t i = 0; i < gates->n && !has_base(c); i++)
        if (gate_needs_base(&gates->at[i]))
            return err_set(err, "the gate '" SPAN_FMT "' needs -base or -diff_base",
                           ERR_SUBJECT(gates->at[i].text));
    return 0;
}

static int read_flags(const struct config *c, gate_list *gates, struct arena *arena,
                      struct err *err)
{
    size_t line;
    *gates = (gate_list){0};
    if (parse_lines(arena_span(arena, span_of(c->fail_if)), gates, &line, arena, err))
        return err_wrap(err, "option fail_if");
    return 0;
}

int gates_check_flags(const struct config *c, struct err *err)
{
    struct arena arena = {0};
    gate_list gates;
    int status = read_flags(c, &gates, &arena, err) || check_bases(c, &gates, err) ? -1 : 0;
    arena_release(&arena);
    return status;
}

static int read_gates(const struct loaded *l, const struct config *c, gate_list *gates,
                      struct arena *arena, const struct job *job, struct err *err)
{
    return read_flags(c, gates, arena, err) || add_policy(l, c, gates, arena, job, err) ? -1 : 0;
}

int gates_check(const struct loaded *l, const struct config *c, const struct job *job,
                struct err *err)
{
    struct arena arena = {0};
    gate_list gates;
    int status = read_gates(l, c, &gates, &arena, job, err) || check_bases(c, &gates, err) ? -1 : 0;
    arena_release(&arena);
    return status;
}

const struct loaded *app_reload_gates(const struct loaded *l, const struct config *c,
                                      const struct job *job, struct err *err)
{
    struct arena arena = {0};
    gate_list gates;
    struct loaded *fresh = loaded_share(l);
    int status =
        read_flags(c, &gates, &arena, err) || gates_read_policy(fresh, c, job, err) ? -1 : 0;
    arena_release(&arena);
    if (status == 0)
        return fresh;
    loaded_unref(fresh);
    return NULL;
}

// The gates of a policy that is a plain file, which may be read twice.
static void add_file(const char *path, gate_list *gates, struct arena *arena)
{
    struct stat st;
    struct err ignored;
    if (*path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
        read_policy(path, gates, arena, NULL, &ignored);
}

bool app_wants_series(const struct command_def *command, const struct config *c)
{
    struct arena arena = {0};
    struct err ignored;
    gate_list gates;
    bool wanted = command && command_wants(command, c).series;
    if (!command && read_flags(c, &gates, &arena, &ignored) == 0) {
        add_file(c->policy, &gates, &arena);
        for (size_t i = 0; i < gates.n; i++)
            wanted |= gate_is_of_series(&gates.at[i]);
    }
    arena_release(&arena);
    return wanted;
}

bool app_wants_memstats(const struct command_def *command, const struct config *c)
{
    struct arena arena = {0};
    struct err ignored;
    gate_list gates;
    if (command)
        return command_wants(command, c).memstats;
    bool wanted = read_flags(c, &gates, &arena, &ignored) == 0 && gates.n > 0 && !*c->policy;
    for (size_t i = 0; wanted && i < gates.n; i++)
        wanted = gates.at[i].subject == GATE_MEMSTATS;
    arena_release(&arena);
    return wanted;
}

static void set_text(struct config *c, const char *option, struct span value)
{
    struct err ignored; // the value was valid before
    option_set(option_find(span_of(option)), c, value, &ignored);
}

static bool needs_several(const struct gate *g)
{
    return gate_is_of_series(g) || gate_is_of_readings(g);
}

static void split_flags(const struct config *config, struct buf *texts)
{
    struct span rest = span_of(config->fail_if), line;
    struct gate gate;
    struct err ignored;
    while (span_cut(&rest, '\n', &line)) {
        if (gate_line_is_blank(line))
            continue;
        bool several = gate_parse(&gate, line, &ignored) == 0 && needs_several(&gate);
        buf_add(&texts[several], line);
        buf_addc(&texts[several], '\n');
    }
}

// True where the policy has gates of both kinds, or of series alone, so that it had to be split.
static bool split_policy(const struct config *config, struct buf *texts)
{
    struct arena arena = {0};
    gate_list gates = {0};
    bool splits = false;
    add_file(config->policy, &gates, &arena);
    for (size_t i = 0; i < gates.n; i++)
        splits |= needs_several(&gates.at[i]);
    for (size_t i = 0; splits && i < gates.n; i++) {
        struct buf *text = &texts[needs_several(&gates.at[i])];
        buf_add(text, gates.at[i].text);
        buf_addc(text, '\n');
    }
    arena_release(&arena);
    return splits;
}

void app_split_gates(const struct config *config, const char *more, struct config *single,
                     struct config *series)
{
    struct buf texts[2] = {{0}, {0}};
    split_flags(config, texts);
    bool split = split_policy(config, texts);
    buf_add(&texts[1], span_of(more));
    config_copy(single, config);
    config_copy(series, config);
    set_text(single, "fail_if", buf_span(&texts[0]));
    set_text(series, "fail_if", buf_span(&texts[1]));
    set_text(series, "policy", SPAN(""));
    if (split)
        set_text(single, "policy", SPAN(""));
    set_text(series, "collect", SPAN(""));
    buf_release(&texts[0]);
    buf_release(&texts[1]);
}

bool app_has_gates(const struct config *c)
{
    return *c->fail_if || *c->policy;
}

const struct command_def gates_command = {.name = "gates", .report = REPORT_GATES};

int gates_judge_view(struct view *v, const struct loaded *l, const struct request *request,
                     struct gate_results *results, struct err *err)
{
    const struct config *c = request->config;
    struct gate_options options = {c->allow_empty, c->confidence / 100};
    gate_list gates;
    if (view_build(v, l, request, err) || read_gates(l, c, &gates, &v->arena, request->job, err) ||
        check_bases(c, &gates, err))
        return -1;
    return gates_judge(&v->report, gates.at, (uint32_t)gates.n, &options, results, err);
}

void gates_note(struct view *v, const struct gate_results *results, bool all)
{
    const struct format *format = command_format(NULL, v->request->config);
    struct detail *detail = &v->report.options.detail;
    if (format->gates && detail->trim_path.n == 0)
        detail->trim_path = srcfiles_here(&v->arena); // they name files of the checkout
    label_lines lines = (format->gates ? format->gates : format_gates)(&v->report, results, all);
    for (size_t i = 0; i < lines.n; i++)
        job_note(v->request->job, arena_cstr(&v->arena, lines.at[i]));
}
