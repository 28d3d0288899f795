// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

#include "app/export.h"

#define ROWS_DETAIL                                                                                \
    "flat is an entry's own weight, cum its weight with all that it calls, sum% the flat weights " \
    "so far."
#define PICTURE_DETAIL                                                                            \
    "Boxes are functions, sized by their own weight; arrows are calls. Graphviz's dot draws the " \
    "picture."
#define PICTURE .report = REPORT_GRAPH, .detail = PICTURE_DETAIL

static const char *const browsers[] = {"$BROWSER", "xdg-open",         "chromium", "google-chrome",
                                       "firefox",  "sensible-browser", NULL};
static const char *const eog[] = {"eog", NULL};
static const char *const evince[] = {"evince", NULL};
static const char *const gv[] = {"gv", NULL};
static const char *const kcachegrind[] = {"kcachegrind", "qcachegrind", NULL};

const struct command_def command_defs[] = {
    {.name = "callgrind",
     .report = REPORT_GRAPH,
     .format = "callgrind",
     .summary = "the call graph for KCachegrind"},
    {.name = "comments", .report = REPORT_COMMENTS, .summary = "the comments in the profile"},
    {.name = "disasm",
     .report = REPORT_DISASM,
     .argument = ARGUMENT_REGEX,
     .summary = "machine instructions of matching functions with their weights",
     .detail = "Needs the program's binary, and objdump of GNU binutils. Instead of an expression, "
               "an address of the binary finds the function that is there."},
    {.name = "dot", .format = "dot", .summary = "the call graph in Graphviz's language", PICTURE},
    {.name = "eog",
     .format = "svg",
     .viewers = eog,
     .summary = "the call graph as a picture, shown by eog",
     PICTURE},
    {.name = "evince",
     .format = "pdf",
     .viewers = evince,
     .summary = "the call graph as a picture, shown by evince",
     PICTURE},
    {.name = "flame",
     .report = REPORT_FLAME,
     .summary = "the flame graph: all paths of calls, as wide as they weigh",
     .detail =
         "Each row is a level of calls, callers above. Frames narrower than a column are left out. "
         "The options width, depth, flipped, zoom, pivot and own are for flame graphs alone; "
         "-format=svg draws a picture. -flame -i on a terminal, and flame -i in the shell, "
         "obey keys and the mouse: ? lists them."},
    {.name = "folded",
     .report = REPORT_STACKS,
     .format = "folded",
     .summary = "a line per stack, for flame graph programs",
     .detail =
         "The names from the root to the leaf with semicolons between them, then the value; of a "
         "comparison, the value before and that after. In a name a semicolon becomes a colon."},
    {.name = "gif", .format = "gif", .summary = "the call graph as a GIF picture", PICTURE},
    {.name = "gv",
     .format = "ps",
     .viewers = gv,
     .summary = "the call graph as a picture, shown by gv",
     PICTURE},
    {.name = "hints",
     .report = REPORT_HINTS,
     .summary = "what to change about what a Go profile shows, by known patterns",
     .detail = "Of a heap allocations are looked at, unless sample_index says otherwise. Where the "
               "source is found it is looked at, too: see source_path."},
    {.name = "html",
     .format = "html",
     .run = app_export,
     .summary = "the browser's page with the data in it: one file to send",
     .detail =
         "It opens from disk, asks nothing of any network, and has at most 1.5 MB; what is too "
         "small to be seen is left out of it. cprof-web(7) tells more."},
    {.name = "kcachegrind",
     .report = REPORT_GRAPH,
     .format = "callgrind",
     .viewers = kcachegrind,
     .summary = "the call graph, shown by KCachegrind"},
    {.name = "leaks",
     .report = REPORT_LEAKS,
     .summary = "what grows over a series of profiles, where it is made, and what holds it",
     .detail = "Of heap profiles, of goroutines, or of both in a folder that collect has filled. "
               "A profile of goroutines that can never run again needs no series."},
    {.name = "list",
     .report = REPORT_LIST,
     .argument = ARGUMENT_REGEX,
     .summary = "source lines of matching functions with their weights",
     .detail = "Source files are looked for on source_path and, for Go programs, in GOROOT, the "
               "module cache, a vendor folder and the current module."},
    {.name = "memstats",
     .report = REPORT_MEMSTATS,
     .summary = "what Go's runtime says of its memory, once or over time",
     .detail = "Sources are heaps as text (debug=1), or JSON of expvar (/debug/vars)."},
    {.name = "pdf", .format = "pdf", .summary = "the call graph as a PDF picture", PICTURE},
    {.name = "peek",
     .report = REPORT_TREE,
     .argument = ARGUMENT_REGEX,
     .summary = "callers and callees of matching functions",
     .detail = "Laid out as tree."},
    {.name = "png", .format = "png", .summary = "the call graph as a PNG picture", PICTURE},
    {.name = "proto",
     .report = REPORT_PROFILE,
     .format = "proto",
     .summary = "the profile, merged and filtered, in pprof's format"},
    {.name = "ps", .format = "ps", .summary = "the call graph as a PostScript picture", PICTURE},
    {.name = "raw",
     .report = REPORT_PROFILE,
     .format = "raw",
     .summary = "everything in the profile as text"},
    {.name = "svg",
     .format = "svg",
     .summary = "the call graph as an SVG picture that zooms in a browser",
     PICTURE},
    {.name = "tags",
     .report = REPORT_TAGS,
     .summary = "the samples' tags with the weight of each value"},
    {.name = "text",
     .report = REPORT_TOP,
     .summary = "the entries that weigh most, one a line",
     .detail = "The same as top."},
    {.name = "top",
     .report = REPORT_TOP,
     .summary = "the entries that weigh most, one a line",
     .detail = ROWS_DETAIL},
    {.name = "topproto",
     .report = REPORT_TOP,
     .format = "proto",
     .summary = "the entries of top, in pprof's format"},
    {.name = "traces", .report = REPORT_TRACES, .summary = "every sample with its stack"},
    {.name = "tree",
     .report = REPORT_TREE,
     .summary = "the entries that weigh most, with their callers and callees",
     .detail = "Above each entry stand its callers, below it what it calls, with the weight of the "
               "calls. " ROWS_DETAIL},
    {.name = "trend",
     .report = REPORT_TREND,
     .summary = "what grows over a series of profiles, and how sure that is",
     .detail = "Needs three profiles of one service or more, or a folder that collect has filled. "
               "Each function has its first and last value, the growth per hour with its 95 % "
               "interval, and a verdict. " ROWS_DETAIL},
    {.name = "web",
     .format = "svg",
     .viewers = browsers,
     .page = true,
     .summary = "the call graph as a picture, shown by a browser",
     PICTURE},
    {.name = "weblist",
     .report = REPORT_WEBLIST,
     .format = "weblist",
     .has_tables = true,
     .argument = ARGUMENT_REGEX,
     .viewers = browsers,
     .summary = "source lines and instructions with their weights, shown by a browser",
     .detail = "Needs the program's binary, objdump and the source files, and shows what it finds "
               "of them. -output writes the page to a file; -format=json and others write tables."},
    {.name = NULL},
};

const struct command_def *command_find(struct span name)
{
    for (const struct command_def *c = command_defs; c->name; c++)
        if (span_eq(span_of(c->name), name))
            return c;
    return NULL;
}

static bool chooses_table(const struct command_def *command, const struct config *config)
{
    return command->has_tables && config && config->format;
}

const struct format *command_format(const struct command_def *command, const struct config *config)
{
    bool own = command && command->format && !chooses_table(command, config);
    return own ? format_find(command->format) : &formats[config->format];
}

struct wants command_wants(const struct command_def *command, const struct config *config)
{
    struct wants nothing = {0};
    if (!command)
        return nothing;
    struct wants wants =
        wants_of_both(&report_defs[command->report].wants, &command_format(command, config)->wants);
    // What is asked for by name is shown whole.
    wants.untrimmed |= command->argument == ARGUMENT_REGEX;
    wants.noise = wants.noise && config->noise;
    return wants;
}

bool command_runs_programs(const struct command_def *command)
{
    return command->viewers || command->report == REPORT_DISASM ||
           command->report == REPORT_WEBLIST ||
           (command->format && format_find(command->format)->through);
}

bool command_is_binary(const struct command_def *command)
{
    return command->format && format_find(command->format)->binary;
}

int command_check_format(const struct command_def *command, const struct config *config,
                         struct err *err)
{
    const struct format *asked = &formats[config->format];
    if (config->format && command->format && !command->has_tables)
        return err_set(err, "%s knows no other format than its own", command->name);
    if (config->format && !format_has(asked, command->report))
        return err_set(err, "%s cannot be written as %s", command->name, asked->name);
    return 0;
}
