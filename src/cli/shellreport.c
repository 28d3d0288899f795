// SPDX-License-Identifier: Apache-2.0
#include "cli/shellreport.h"

#include <ctype.h>
#include <stdlib.h>

#include "app/options.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "cli/flameview.h"
#include "cli/nearest.h"
#include "cli/output.h"
#include "cli/tty.h"
#include "cli/watch.h"

enum { ROWS = 10 }; // of top, where nothing else is said

struct parser {
    struct arena arena;
    const word_list *words;
    size_t at;
    struct config config; // a copy for this report alone
    struct request request;
    struct output output;
    struct buf focus, ignore;
    bool alive; // the flame graph obeys keys
    struct err *err;
};

static struct span without_digits(struct span word)
{
    size_t n = word.n;
    while (n && isdigit((unsigned char)word.at[n - 1]))
        n--;
    return span_upto(word, n);
}

static int unknown_command(struct span name, struct span argument, struct err *err)
{
    const char *near = nearest_command(without_digits(name)); // tpo5 is near top5
    if (option_find(name))
        return err_set(err, "did you mean: " SPAN_FMT "=" SPAN_FMT, SPAN_ARG(name),
                       SPAN_ARG(argument.n ? argument : SPAN("<val>")));
    if (near)
        return err_set(err, "unrecognized command: '" SPAN_FMT "'; did you mean %s?",
                       SPAN_ARG(name), near);
    return err_set(err, "unrecognized command: '" SPAN_FMT "'", SPAN_ARG(name));
}

static int set(struct parser *p, const char *option, struct span value)
{
    return option_set(option_find(span_of(option)), &p->config, value, p->err);
}

// top10 is top 10.
static int take_command(struct parser *p)
{
    struct span word = p->words->at[0].text, name = without_digits(word);
    p->at = 1;
    p->request.command = command_find(word);
    if (!p->request.command && name.n < word.n) {
        p->request.command = command_find(name);
        if (p->request.command && set(p, "nodecount", span_from(word, name.n)))
            return -1;
    }
    if (p->request.command)
        return 0;
    return unknown_command(word, p->words->n > 1 ? p->words->at[1].text : SPAN(""), p->err);
}

static int take_regex(struct parser *p)
{
    if (!p->request.command->argument)
        return 0;
    if (p->at >= p->words->n)
        return err_set(p->err, "command %s needs an argument", p->request.command->name);
    p->request.regex = arena_cstr(&p->arena, p->words->at[p->at++].text);
    return 0;
}

static void add_regex(struct buf *all, struct span regex)
{
    if (all->n && regex.n)
        buf_addc(all, '|');
    buf_add(all, regex);
}

static int take_redirect(struct parser *p, struct span word)
{
    struct span file = span_from(word, 1);
    if (file.n == 0) {
        if (p->at >= p->words->n)
            return err_set(p->err, "please name a file after >");
        file = p->words->at[p->at++].text;
    }
    return set(p, "output", file);
}

// All that follows is the other program's.
static int take_pipe(struct parser *p, size_t at, struct span line)
{
    struct span rest = span_trim(span_from(line, at + 1), SPAN_SPACE);
    if (rest.n == 0)
        return err_set(p->err, "please name a command after |");
    p->output.command = arena_cstr(&p->arena, rest);
    p->at = p->words->n;
    return 0;
}

static int take_word(struct parser *p, struct span line)
{
    const struct word *typed = &p->words->at[p->at++];
    struct span word = typed->text;
    int64_t number;
    if (typed->quoted) {
        add_regex(&p->focus, word);
        return 0;
    }
    if (num_parse_i64(word, &number) && number >= INT32_MIN && number <= INT32_MAX) {
        p->config.nodecount = number;
        return 0;
    }
    switch (word.at[0]) {
    case '>':
        return take_redirect(p, word);
    case '|':
        return take_pipe(p, typed->at, line);
    case '-':
        if (p->request.command->report == REPORT_FLAME && span_eq(word, SPAN("-i")))
            p->alive = true;
        else if (span_eq(word, SPAN("-cum")) || span_eq(word, SPAN("--cum")))
            p->config.sort = SORT_CUM;
        else
            add_regex(&p->ignore, span_from(word, 1));
        return 0;
    default:
        add_regex(&p->focus, word);
        return 0;
    }
}

static int apply_regexes(struct parser *p)
{
    bool tags = p->request.command->report == REPORT_TAGS;
    if (p->focus.n && set(p, tags ? "tagfocus" : "focus", buf_span(&p->focus)))
        return -1;
    return p->ignore.n ? set(p, tags ? "tagignore" : "ignore", buf_span(&p->ignore)) : 0;
}

static int parse(struct parser *p, struct span line)
{
    if (take_command(p) || take_regex(p))
        return -1;
    while (p->at < p->words->n)
        if (take_word(p, line))
            return -1;
    bool rows = p->request.command->report == REPORT_TOP && !p->request.command->format;
    if (p->config.nodecount == -1 && rows)
        p->config.nodecount = ROWS;
    return apply_regexes(p);
}

// The page on the session as it is now.
static int serve(struct shell *sh, const struct config *config, struct err *err)
{
    struct serving serving = {.address = "localhost:0",
                              .browser = true,
                              .config = config,
                              .loaded = sh->loaded,
                              .job = &sh->job};
    struct server *server = sh->server_ops->start(&serving, err);
    if (!server)
        return -1;
    if (sh->server)
        sh->server_ops->stop(sh->server);
    sh->server = server;
    struct buf text = {0};
    buf_printf(&text, "serving web UI on %s until this session ends", sh->server_ops->url(server));
    output_message("", buf_cstr(&text));
    buf_release(&text);
    return 0;
}

static bool is_page(const struct shell *sh, const struct parser *p)
{
    return sh->server_ops && !p->output.command && !*p->config.output && p->request.command->page;
}

// ^C leaves the flame graph, not the shell.
static int walk_flame(const struct shell *sh, const struct request *request, struct err *err)
{
    int status = flameview_run(sh->loaded, request, err);
    tty_forget_interrupt();
    tty_pass_on();
    return status;
}

static void begin(struct parser *p, struct shell *sh, const word_list *words, struct err *err)
{
    *p = (struct parser){
        .words = words, .err = err, .output = {.paged = sh->terminal, .interactive = true}};
    config_copy(&p->config, &sh->config);
    p->request.config = &p->config;
    p->request.job = &sh->job;
}

static void release(struct parser *p)
{
    config_release(&p->config);
    buf_release(&p->focus);
    buf_release(&p->ignore);
    arena_release(&p->arena);
}

int shell_report(struct shell *sh, const word_list *words, struct span line, struct err *err)
{
    struct parser p;
    struct outcome outcome;
    begin(&p, sh, words, err);
    int status = parse(&p, line);
    if (status == 0)
        status = app_check_output(&p.config, sh->paths, sh->n_paths, err);
    if (status == 0 && is_page(sh, &p))
        status = serve(sh, &p.config, err);
    else if (status == 0 && p.alive)
        status = walk_flame(sh, &p.request, err);
    else if (status == 0)
        status = output_report(sh->loaded, &p.request, &p.output, &outcome, err);
    release(&p);
    return status;
}

int shell_watch(struct shell *sh, int64_t interval, const word_list *words, struct span line,
                struct err *err)
{
    struct parser p;
    if (!sh->terminal)
        return err_set(err, "watch is for a terminal: the flag -watch is for others");
    begin(&p, sh, words, err);
    p.config.watch = interval;
    int status = parse(&p, line);
    struct watch w = {.paths = sh->paths,
                      .n_paths = sh->n_paths,
                      .config = &p.config,
                      .command = p.request.command,
                      .regex = p.request.regex,
                      .in_shell = true};
    if (status == 0)
        status = watch_check(&w, err);
    if (status == 0)
        watch_run(&w);
    release(&p);
    return status;
}
