// SPDX-License-Identifier: Apache-2.0
// Input: lines. Each is taken as "name=value", and all of them as the arguments of a command line.
#include "app/options.h"
#include "base/xalloc.h"
#include "cli/args.h"
#include "fuzz.h"

// What was set and printed can be set, and prints the same.
static void check_print(const struct option_def *o, const struct config *c)
{
    struct config again;
    struct buf first = {0}, second = {0};
    struct err err;
    config_init(&again);
    option_print(o, c, &first);
    FUZZ_CHECK(option_set(o, &again, buf_span(&first), &err) == 0);
    option_print(o, &again, &second);
    FUZZ_CHECK(span_eq(buf_span(&first), buf_span(&second)));
    buf_release(&first);
    buf_release(&second);
    config_release(&again);
}

static void check_all(const struct config *c)
{
    struct config copy;
    config_copy(&copy, c);
    for (const struct option_def *o = option_defs; o->name; o++)
        check_print(o, &copy);
    config_release(&copy);
}

static void set_lines(struct span rest)
{
    struct config config;
    struct span value;
    config_init(&config);
    while (fuzz_next(&rest, '\n', &value)) {
        struct span name = {0};
        fuzz_next(&value, '=', &name);
        const struct option_def *o = option_find(name);
        struct err err;
        if (o && option_set(o, &config, value, &err) == 0)
            check_print(o, &config);
    }
    check_all(&config);
    config_release(&config);
}

static size_t count_lines(struct span rest)
{
    size_t n = 0;
    for (struct span line; fuzz_next(&rest, '\n', &line); n++)
        continue;
    return n;
}

static char *copy_line(struct span line)
{
    char *copy = xmalloc(line.n + 1);
    memcpy(copy, line.at, line.n);
    copy[line.n] = '\0';
    return copy;
}

static void parse_args(struct span rest)
{
    char **argv = xcalloc(count_lines(rest) + 2, sizeof *argv);
    int argc = 0;
    struct args args;
    struct err err;
    argv[argc++] = xstrdup("cprof");
    for (struct span line; fuzz_next(&rest, '\n', &line);)
        argv[argc++] = copy_line(line);
    if (args_parse(&args, argc, argv, &err) == 0)
        check_all(&args.config);
    args_release(&args);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    free(argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    set_lines(fuzz_span(data, size));
    parse_args(fuzz_span(data, size));
    return 0;
}
