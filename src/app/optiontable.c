// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <math.h>
#include <pthread.h>

#include "format/formats.h"
#include "profile/read/reader.h"
#include "report/reports.h"
#include "symbol/mode.h"

const char *const option_group_titles[GROUP_COUNT] = {
    [GROUP_FILTER] = "Which samples and frames count",
    [GROUP_DISPLAY] = "What is shown of them",
    [GROUP_TRIM] = "How much is shown",
    [GROUP_DETAIL] = "How far lines of code are told apart",
    [GROUP_GATE] = "What is noise, and when to fail",
    [GROUP_SOURCE] = "What is read",
    [GROUP_FETCH] = "How URLs are fetched",
    [GROUP_SERVE] = "How the browser's page is served",
    [GROUP_COLLECT] = "Taking snapshots",
};

static const struct choice sort_choices[] = {
    [SORT_FLAT] = {"flat", "sort by what each entry weighs itself"},
    [SORT_CUM] = {"cum", "sort by what each entry weighs with all that it calls"},
    {NULL, NULL},
};

static const struct choice granularity_choices[] = {
    [GRANULARITY_DEFAULT] = {"", ""},
    [GRANULARITY_FUNCTIONS] = {"functions", "one entry per function name"},
    [GRANULARITY_FILEFUNCTIONS] = {"filefunctions", "one entry per function and source file"},
    [GRANULARITY_FILES] = {"files", "one entry per source file"},
    [GRANULARITY_LINES] = {"lines", "one entry per source line"},
    [GRANULARITY_ADDRESSES] = {"addresses", "one entry per instruction address"},
    {NULL, NULL},
};

enum { FORMATS_MAX = 63 };
static struct choice format_rows[FORMATS_MAX + 1];

static void list_formats(void)
{
    for (int i = 0; i < FORMATS_MAX && formats[i].name; i++)
        format_rows[i] = (struct choice){formats[i].summary ? formats[i].name : "",
                                         formats[i].summary ? formats[i].summary : ""};
}

// The formats that the option can name; a report of another one is a command of its own.
static const struct choice *format_choices(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, list_formats);
    return format_rows;
}

enum { SYMBOLIZE_MAX = 15 };
static struct choice symbolize_rows[SYMBOLIZE_MAX + 1];

static void list_symbolize_words(void)
{
    for (int i = 0; i < SYMBOLIZE_MAX && symbolize_words[i].name; i++)
        symbolize_rows[i] = (struct choice){symbolize_words[i].name, symbolize_words[i].summary};
}

static const struct choice *symbolize_choices(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, list_symbolize_words);
    return symbolize_rows;
}

static const struct choice created_by_choices[] = {
    [CREATED_BY_ROOT] = {"root", "the outermost frame, created by F"},
    [CREATED_BY_LABEL] = {"label", "a tag, created by"},
    [CREATED_BY_DROP] = {"drop", "left out"},
    {NULL, NULL},
};

static const struct choice color_choices[] = {
    [WHEN_AUTO] = {"auto", "on a terminal, unless NO_COLOR is set or TERM is dumb"},
    [WHEN_ALWAYS] = {"always", "also into files and pipes"},
    [WHEN_NEVER] = {"never", "nowhere"},
    {NULL, NULL},
};

static const struct choice pager_choices[] = {
    [WHEN_AUTO] = {"auto", "where a report is longer than the screen"},
    [WHEN_ALWAYS] = {"", ""},
    [WHEN_NEVER] = {"off", "never"},
    {NULL, NULL},
};

#define BASE_DETAIL                                                                             \
    "Several files, separated by commas, are added up first; of several such options the last " \
    "counts."
#define FRAME_DETAIL                                                                           \
    "The regular expression is matched with the name, the source file and the binary of each " \
    "function."
#define TAG_DETAIL                                                                           \
    "A number with a unit selects numeric tags: 32kb is that value, :64kb at most, 4mb: at " \
    "least, "                                                                                \
    "12kb:64mb both. Anything else is a comma-separated list of regular expressions for "    \
    "key:value. "                                                                            \
    "key=… looks at that tag alone."

#define GATE_DETAIL                                                                              \
    "May be given several times. A gate is [TYPE:] total, flat(REGEX), cum(REGEX), any_flat or " \
    "any_cum, then >, >=, < or <=, then [+]NUMBER[UNIT or %]; + is growth against the base. "    \
    "On a series: growing(REGEX), slope(REGEX) > 10MB/h, time_to(2GiB) < 24h. "                  \
    "Without a report the gates alone are judged."

// What the member of each type of option is; the compiler checks that it is so.
#define MEMBER_BOOL bool
#define MEMBER_INT int64_t
#define MEMBER_FLOAT double
#define MEMBER_STRING char *
#define MEMBER_REGEX char *
#define MEMBER_CHOICE int
#define MEMBER_WORD int
#define MEMBER_WORDS char *
#define MEMBER_DURATION int64_t
#define MEMBER_SIZE int64_t
#define MEMBER_LINES char *
#define MEMBER_SHARE char *
#define MEMBER_GATES char *

// The first part of a row: the name is that of the member of struct config.
#define OPTION(member, option_type, option_group)                                 \
    .name = #member, .type = OPTION_##option_type, .group = GROUP_##option_group, \
    .offset = offsetof(struct config, member) +                                   \
              0 * sizeof((MEMBER_##option_type *)0 == &((struct config *)0)->member)

enum {
    LOCAL = WHERE_CLI | WHERE_SHELL,
    SHARED = LOCAL | WHERE_WEB,
    SAVED = SHARED | WHERE_SAVED,
};

static const struct option_range not_negative = {.min = 0, .max = INFINITY, .want = "0 or more"};
static const struct option_range from_one = {.min = 1, .max = 1000, .want = "1 to 1000"};
static const struct option_range widths = {.min = -1, .max = 100000, .want = "-1 to 100000"};
static const struct option_range not_zero = {
    .min = -INFINITY, .max = INFINITY, .no_zero = true, .want = "another number than 0"};
static const struct option_range confidences = {
    .min = 50, .max = 100, .below_max = true, .or_zero = true, .want = "0, or 50 to less than 100"};

const struct option_def option_defs[] = {
    {OPTION(add_comment, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_RENDER, .initial = "",
     .argument = "TEXT", .summary = "add a comment to the profile"},
    {OPTION(all_frames, BOOL, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD, .initial = "false",
     .summary = "keep the frames that the profile asks to drop",
     .detail = "A profile may name functions, mostly an allocator's own, below which its stacks "
               "are cut."},
    {OPTION(allow_empty, BOOL, GATE), .url = "allow_empty", .where = SHARED,
     .dirties = DIRTIES_RENDER, .initial = "false",
     .summary = "let patterns of gates match nothing", .detail = "Otherwise that is an error."},
    {OPTION(base, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD,
     .complete = COMPLETE_FILES, .separator = ',', .initial = "", .argument = "FILE",
     .summary = "subtract this profile", .detail = BASE_DETAIL},
    {OPTION(buildid, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD, .initial = "",
     .argument = "ID", .summary = "the build id of the main binary, where the profile has none"},
    {OPTION(call_tree, BOOL, DISPLAY), .url = "calltree", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "false", .summary = "tell apart calls of a function along different paths",
     .detail = "Acts on dot and callgrind."},
    {OPTION(collect, STRING, COLLECT), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING,
     .complete = COMPLETE_DIRS, .initial = "", .argument = "DIR",
     .summary = "take snapshots of the URLs into this folder",
     .detail = "Each is a file whose name tells type, host and time. Gates are judged at each; "
               "growth is against the base, or else the first snapshot."},
    {OPTION(color, WORD, DISPLAY), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .choices = color_choices, .initial = "auto", .argument = "WHEN",
     .summary = "colour numbers by weight and names by package"},
    {OPTION(compact_labels, BOOL, DISPLAY), .url = "compact", .where = SAVED,
     .dirties = DIRTIES_RENDER, .initial = "false",
     .summary = "leave out the header's lines about the profile"},
    {OPTION(confidence, FLOAT, GATE), .url = "confidence", .where = SHARED,
     .dirties = DIRTIES_RENDER, .range = &confidences, .initial = "0", .argument = "PERCENT",
     .summary = "let a gate fire only with this confidence that it is not noise",
     .detail =
         "One-sided: 95 lets in one false alarm of twenty at most. 0 takes values as they are."},
    {OPTION(count, INT, COLLECT), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING,
     .range = &not_negative, .initial = "0", .argument = "NUMBER",
     .summary = "how many snapshots to take", .detail = "0 goes on until a signal comes."},
    {OPTION(created_by, WORD, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD,
     .choices = created_by_choices, .initial = "root", .argument = "WHAT",
     .summary = "what the function that started a goroutine becomes",
     .detail = "In stacks of goroutines that are texts (debug=2, panics, SIGQUIT)."},
    {OPTION(depth, INT, DISPLAY), .url = "d", .where = SHARED, .dirties = DIRTIES_GRAPH,
     .range = &not_negative, .initial = "0", .argument = "NUMBER",
     .summary = "how many rows of a flame graph to show", .detail = "0 is all."},
    {OPTION(diff_base, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD,
     .complete = COMPLETE_FILES, .separator = ',', .initial = "", .argument = "FILE",
     .summary = "compare with this profile",
     .detail = "Like base, but percentages are of the base's total. " BASE_DETAIL},
    {OPTION(divide_by, FLOAT, DISPLAY), .url = "divide_by", .where = SHARED,
     .dirties = DIRTIES_RENDER, .range = &not_zero, .initial = "1", .argument = "NUMBER",
     .summary = "divide all values, say by the number of requests"},
    {OPTION(drop_negative, BOOL, TRIM), .url = "dropneg", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "false", .summary = "leave out what shrank in a comparison"},
    {OPTION(durable, BOOL, DISPLAY), .where = LOCAL, .dirties = DIRTIES_NOTHING, .initial = "false",
     .summary = "have the file of output on its disk before its name is"},
    {OPTION(edgefraction, FLOAT, TRIM), .url = "ef", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "0.001", .argument = "FRACTION",
     .summary = "leave out calls below this share of the total"},
    {OPTION(exec, STRING, COLLECT), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING, .initial = "",
     .argument = "COMMAND", .summary = "run a command line when a gate fires",
     .detail = "CPROF_GATE, CPROF_VALUE, CPROF_LIMIT and CPROF_SNAPSHOT in its environment tell "
               "which. One runs at a time, for 60 seconds at most."},
    {OPTION(fail_if, GATES, GATE), .url = "fail_if", .where = SHARED, .dirties = DIRTIES_GATES,
     .initial = "", .argument = "GATE",
     .summary = "exit with status 3 where this is so, say total > +5%", .detail = GATE_DETAIL},
    {OPTION(fetch_parallel, INT, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .range = &from_one, .initial = "16", .argument = "NUMBER",
     .summary = "how many URLs are fetched at once"},
    {OPTION(files_from, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD,
     .complete = COMPLETE_FILES, .initial = "", .argument = "LIST",
     .summary = "also read the profiles that a list names",
     .detail =
         "One per line, or each with a zero byte after it, as find -print0 has it; - is "
         "standard input. There may be more than a command line has room for. cat:FILE and "
         "tar:FILE are not lists but hold the profiles: one after the other, or in an archive."},
    {OPTION(flipped, BOOL, DISPLAY), .url = "flip", .where = SHARED, .dirties = DIRTIES_GRAPH,
     .initial = "false", .summary = "begin flame graphs at the leaves",
     .detail = "Each function then stands above those that called it."},
    {OPTION(focus, REGEX, FILTER), .url = "f", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_FUNCTIONS, .initial = "", .argument = "REGEX",
     .summary = "only samples with a matching frame", .detail = FRAME_DETAIL},
    {OPTION(format, WORD, DISPLAY), .url = "format", .where = SHARED, .dirties = DIRTIES_RENDER,
     .list = format_choices, .initial = "text", .argument = "FORMAT",
     .summary = "how reports are written",
     .detail = "Of top, tree, peek, list, traces, tags and comments. Outside text, values are "
               "whole numbers in the profile's own unit, except in Markdown."},
    {OPTION(granularity, CHOICE, DETAIL), .url = "g", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .choices = granularity_choices, .initial = "", .argument = "KIND",
     .summary = "what makes one entry",
     .detail = "Each kind is also a flag of its own: -lines is -granularity=lines."},
    {OPTION(header, LINES, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING, .initial = "",
     .argument = "HEADER", .summary = "send a header, 'Name: value', with each request",
     .detail =
         "The value full is something else: it has reports tell the period and the rate of "
         "sampling. May be given several times. @FILE reads headers from a file, a line each: "
         "arguments can be seen by all users of a machine."},
    {OPTION(hide, REGEX, FILTER), .url = "h", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_FUNCTIONS, .initial = "", .argument = "REGEX",
     .summary = "cut matching frames out of the stacks", .detail = FRAME_DETAIL},
    {OPTION(http, STRING, SERVE), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING, .initial = "",
     .argument = "HOST:PORT", .summary = "serve the browser's page at this address",
     .detail =
         "Until it is interrupted. :8080 and 8080 are this machine alone; port 0, or none, is "
         "a free one. cprof-web(7) tells more."},
    {OPTION(ignore, REGEX, FILTER), .url = "i", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_FUNCTIONS, .initial = "", .argument = "REGEX",
     .summary = "no samples with a matching frame", .detail = FRAME_DETAIL},
    {OPTION(instances, BOOL, GATE), .where = LOCAL, .dirties = DIRTIES_RENDER, .initial = "false",
     .summary = "let leaks compare goroutines of many instances at one moment",
     .detail = "Each file is an instance, not a snapshot; what is blocked is ranked by the root "
               "mean square of its counts."},
    {OPTION(intel_syntax, BOOL, DISPLAY), .url = "intel", .where = SAVED, .dirties = DIRTIES_RENDER,
     .initial = "false", .summary = "show instructions as Intel writes them",
     .detail = "Acts on disasm and weblist."},
    {OPTION(interval, DURATION, COLLECT), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING,
     .initial = "30s", .argument = "TIME", .summary = "the time from one snapshot to the next"},
    {OPTION(keep, INT, COLLECT), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING,
     .range = &not_negative, .initial = "0", .argument = "NUMBER",
     .summary = "keep so many of the last snapshots of each URL", .detail = "0 keeps all."},
    {OPTION(keep_going, BOOL, SOURCE), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .initial = "false", .summary = "go on without the files that cannot be read",
     .detail = "Each is reported on standard error. Without this option the first ends the run."},
    {OPTION(limit, SIZE, GATE), .url = "limit", .where = SHARED, .dirties = DIRTIES_RENDER,
     .initial = "0B", .argument = "SIZE",
     .summary = "tell when a trend reaches this much, say 2GiB",
     .detail = "Acts on trend and leaks. Of what is counted, such as goroutines, it is a number."},
    {OPTION(max_cum, SHARE, TRIM), .url = "max_cum", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "", .argument = "SHARE",
     .summary = "leave out entries that weigh more with what they call"},
    {OPTION(max_flat, SHARE, TRIM), .url = "max_flat", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "", .argument = "SHARE", .summary = "leave out entries that weigh more themselves"},
    {OPTION(max_memory, SIZE, SOURCE), .where = LOCAL, .dirties = DIRTIES_NOTHING, .initial = "0B",
     .argument = "SIZE", .summary = "end a merge that takes more memory than this",
     .detail = "The message says how many profiles fit, which is a size for batches: see "
               "cprof-merge(7). 0: no limit."},
    {OPTION(max_profile, SIZE, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .initial = "4GiB", .argument = "SIZE",
     .summary = "the most that a fetched profile may unpack to"},
    {OPTION(mean, BOOL, DISPLAY), .url = "mean", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "false", .summary = "divide values by each sample's first value, the count"},
    {OPTION(min_cum, SHARE, TRIM), .url = "min_cum", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "", .argument = "SHARE",
     .summary = "leave out entries that weigh less with what they call",
     .detail = "1% is of the total, 10MB a value."},
    {OPTION(min_flat, SHARE, TRIM), .url = "min_flat", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "", .argument = "SHARE", .summary = "leave out entries that weigh less themselves",
     .detail = "1% is of the total, 10MB a value."},
    {OPTION(newest, INT, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD, .range = &not_negative,
     .initial = "0", .argument = "NUMBER",
     .summary = "of a folder, read but so many of the profiles that are newest",
     .detail = "By when they were last changed. 0 is all."},
    {OPTION(no_browser, BOOL, SERVE), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING,
     .initial = "false", .summary = "open no browser on the page"},
    {OPTION(no_save, BOOL, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING, .initial = "false",
     .summary = "keep no copy of what is fetched",
     .detail = "CPROF_SAVE=off in the environment says so for good."},
    {OPTION(nodecount, INT, TRIM), .url = "n", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "-1", .argument = "NUMBER", .summary = "show at most so many entries",
     .detail = "-1 is the report's own limit, 0 none."},
    {OPTION(nodefraction, FLOAT, TRIM), .url = "nf", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "0.005", .argument = "FRACTION",
     .summary = "leave out entries below this share of the total"},
    {OPTION(noinlines, BOOL, DETAIL), .url = "noinlines", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "false", .summary = "count inlined calls as their callers"},
    {OPTION(noise, BOOL, GATE), .url = "noise", .where = SAVED, .dirties = DIRTIES_RENDER,
     .initial = "false", .summary = "show how far sampling may have values off",
     .detail =
         "Acts on top, tree and peek. ± is 95 %, two-sided; JSON and CSV have standard errors."},
    {OPTION(normalize, BOOL, SOURCE), .url = "norm", .where = SAVED, .dirties = DIRTIES_LOAD,
     .initial = "false", .summary = "scale the profile to the base's total before comparing"},
    {OPTION(output, STRING, DISPLAY), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .complete = COMPLETE_FILES, .initial = "", .argument = "FILE",
     .summary = "write the report to a file",
     .detail = "The file changes only when the whole report is written."},
    {OPTION(own, REGEX, DISPLAY), .url = "own", .where = SHARED, .dirties = DIRTIES_RENDER,
     .initial = "", .argument = "REGEX", .summary = "what is this program's own code",
     .detail = "Matched with functions, files and binaries, for the colours of flame graphs. "
               "Otherwise packages and paths tell."},
    {OPTION(pager, WORD, DISPLAY), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .choices = pager_choices, .initial = "auto", .argument = "WHEN",
     .summary = "show what is longer than the screen in a pager",
     .detail = "$PAGER, or else less -FRX."},
    {OPTION(pivot, REGEX, DISPLAY), .url = "p", .where = SHARED, .dirties = DIRTIES_GRAPH,
     .complete = COMPLETE_FUNCTIONS, .initial = "", .argument = "REGEX",
     .summary = "have flame graphs show the callers and callees of matching functions"},
    {OPTION(policy, STRING, GATE), .where = LOCAL, .dirties = DIRTIES_GATES,
     .complete = COMPLETE_FILES, .initial = "", .argument = "FILE",
     .summary = "read gates from a file",
     .detail = "One a line, as of fail_if; what follows # is a comment."},
    {OPTION(prune_from, REGEX, FILTER), .url = "prunefrom", .where = SAVED,
     .dirties = DIRTIES_FILTER, .complete = COMPLETE_FUNCTIONS, .initial = "", .argument = "REGEX",
     .summary = "cut off what matching functions call",
     .detail = "The regular expression is matched with function names without their arguments."},
    {OPTION(relative_percentages, BOOL, DISPLAY), .url = "rel", .where = SAVED,
     .dirties = DIRTIES_GRAPH, .initial = "false",
     .summary = "percentages of what the filters leave, not of the whole profile"},
    {OPTION(rename_type, LINES, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD, .initial = "",
     .argument = "FROM=TO",
     .summary = "give a sample type another name before profiles are added up",
     .detail = "May be given several times. Profiles of several producers may call the same by two "
               "names: objects=inuse_objects.",
     .example = "objects=inuse_objects"},
    {OPTION(sample_index, STRING, DISPLAY), .url = "si", .where = SHARED, .dirties = DIRTIES_GRAPH,
     .complete = COMPLETE_TYPES, .initial = "", .argument = "TYPE",
     .summary = "the sample type to report, by name or by number from 0",
     .detail = "The profile's default, mostly the last, where none is given."},
    {OPTION(seconds, INT, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .range = &not_negative, .initial = "0", .argument = "SECONDS",
     .summary = "ask for a profile of so many seconds",
     .detail = "As seconds=… in the URL does. Of the heap and the like, which are states, that is "
               "what changes meanwhile. 0 leaves it to the service."},
    {OPTION(show, REGEX, FILTER), .url = "s", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_FUNCTIONS, .initial = "", .argument = "REGEX",
     .summary = "keep only matching frames in the stacks", .detail = FRAME_DETAIL},
    {OPTION(show_from, REGEX, FILTER), .url = "sf", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_FUNCTIONS, .initial = "", .argument = "REGEX",
     .summary = "cut off the callers above the topmost matching frame", .detail = FRAME_DETAIL},
    {OPTION(showcolumns, BOOL, DETAIL), .url = "showcolumns", .where = SAVED,
     .dirties = DIRTIES_GRAPH, .initial = "false",
     .summary = "tell columns of a source line apart"},
    {OPTION(skipped, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .complete = COMPLETE_FILES, .initial = "", .argument = "FILE",
     .summary = "list what keep_going left out, and why, a line each"},
    {OPTION(sort, CHOICE, DISPLAY), .url = "sort", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .choices = sort_choices, .initial = "flat", .argument = "ORDER",
     .summary = "what to sort entries by",
     .detail = "Each order is also a flag of its own: -cum is -sort=cum."},
    {OPTION(source_path, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_RENDER,
     .complete = COMPLETE_DIRS, .separator = ':', .initial = "", .argument = "DIRS",
     .summary = "where to look for source files", .detail = "Directories separated by colons."},
    {OPTION(stop_on_error, BOOL, SOURCE), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .initial = "false", .summary = "end a batch of commands at the first that fails",
     .detail = "The exit status is then 1. In a terminal the shell goes on."},
    {OPTION(stop_on_fail, BOOL, COLLECT), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING,
     .initial = "false", .summary = "end when a gate fires"},
    {OPTION(suspect, INT, GATE), .where = LOCAL, .dirties = DIRTIES_RENDER, .range = &not_negative,
     .initial = "1000", .argument = "NUMBER",
     .summary = "with instances: so many goroutines blocked at one place are worth a line"},
    {OPTION(symbolize, WORDS, SOURCE), .where = LOCAL, .dirties = DIRTIES_LOAD, .separator = ':',
     .list = symbolize_choices, .initial = "", .argument = "MODE",
     .summary = "where names come from, and how much of them is shown",
     .detail = "Any demangle but default implies force. Names of other languages than C++ and Rust "
               "stay as they are."},
    {OPTION(tagfocus, STRING, FILTER), .url = "tf", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_TAGS, .initial = "", .argument = "TAGS",
     .summary = "only samples with a matching tag", .detail = TAG_DETAIL},
    {OPTION(taghide, REGEX, FILTER), .url = "th", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_TAG_KEYS, .initial = "", .argument = "REGEX",
     .summary = "forget tags with a matching key"},
    {OPTION(tagignore, STRING, FILTER), .url = "ti", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_TAGS, .initial = "", .argument = "TAGS",
     .summary = "no samples with a matching tag", .detail = TAG_DETAIL},
    {OPTION(tagleaf, STRING, FILTER), .url = "tagleaf", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_TAG_KEYS, .separator = ',', .initial = "", .argument = "KEYS",
     .summary = "add the values of these tags as frames at the leaves",
     .detail = "Keys separated by commas; the last is the leaf."},
    {OPTION(tagroot, STRING, FILTER), .url = "tagroot", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_TAG_KEYS, .separator = ',', .initial = "", .argument = "KEYS",
     .summary = "add the values of these tags as frames at the roots",
     .detail = "Keys separated by commas; the first is the root."},
    {OPTION(tagshow, REGEX, FILTER), .url = "ts", .where = SAVED, .dirties = DIRTIES_FILTER,
     .complete = COMPLETE_TAG_KEYS, .initial = "", .argument = "REGEX",
     .summary = "forget tags with no matching key"},
    {OPTION(threads, INT, SOURCE), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .range = &not_negative, .initial = "0", .argument = "NUMBER",
     .summary = "work on so many threads at once",
     .detail = "0 is one for each processor. Reports are the same."},
    {OPTION(timeout, INT, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .range = &not_negative, .initial = "0", .argument = "SECONDS",
     .summary = "how long one fetch may take, and 5 seconds more",
     .detail = "0 is 60, or half as much again as the seconds that are asked for."},
    {OPTION(tls_ca, STRING, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .complete = COMPLETE_FILES, .initial = "", .argument = "FILE",
     .summary = "certificates (PEM) of who vouches for servers"},
    {OPTION(tls_cert, STRING, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .complete = COMPLETE_FILES, .initial = "", .argument = "FILE",
     .summary = "the certificate (PEM) to show to servers; goes with tls_key"},
    {OPTION(tls_key, STRING, FETCH), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .complete = COMPLETE_FILES, .initial = "", .argument = "FILE",
     .summary = "the key (PEM) of tls_cert"},
    {OPTION(tools, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_NOTHING,
     .complete = COMPLETE_DIRS, .separator = ',', .initial = "", .argument = "DIRS",
     .summary = "where objdump is",
     .detail = "Directories separated by commas; objdump:DIR is for that program alone. Without "
               "this, $PPROF_TOOLS says it, or else $PATH. Where llvm-symbolizer is there, what "
               "binaries say comes with columns and the lines that functions begin at, as it has "
               "them; it is not run."},
    {OPTION(trim, BOOL, TRIM), .url = "trim", .where = SAVED, .dirties = DIRTIES_GRAPH,
     .initial = "true", .summary = "obey nodecount, nodefraction and edgefraction"},
    {OPTION(trim_path, STRING, SOURCE), .where = LOCAL, .dirties = DIRTIES_GRAPH,
     .complete = COMPLETE_DIRS, .separator = ':', .initial = "", .argument = "DIRS",
     .summary = "prefixes to cut off source file names",
     .detail = "Directories separated by colons."},
    {OPTION(unit, STRING, DISPLAY), .url = "unit", .where = SAVED, .dirties = DIRTIES_RENDER,
     .initial = "minimum", .argument = "UNIT", .summary = "the unit to show values in",
     .detail = "Say bytes, kB, MB, GB or ns, us, ms, s, hours; minimum picks one for all values, "
               "auto the best for each."},
    {OPTION(watch, DURATION, FETCH), .where = WHERE_CLI, .dirties = DIRTIES_NOTHING,
     .initial = "0s", .bare = "2s", .argument = "TIME",
     .summary = "read and report again and again, so often",
     .detail = "Each 2 s where no time is given. In a terminal the report is redrawn in place, "
               "with what changed; elsewhere each "
               "stands below the one before, with the time on top. A service's profile of some "
               "seconds takes the time that is given."},
    {OPTION(width, INT, DISPLAY), .url = "px", .where = SHARED, .dirties = DIRTIES_GRAPH,
     .range = &widths, .initial = "-1", .argument = "NUMBER",
     .summary = "how wide flame graphs and names are, in columns of text or pixels",
     .detail = "-1 is the window, or 100 columns, or 1200 pixels. What is narrower than one is "
               "left out of a flame graph. In a terminal the path of a long name's package is cut "
               "in its middle, and nothing else of the name; 0 never cuts."},
    {OPTION(zoom, STRING, DISPLAY), .url = "z", .where = SHARED, .dirties = DIRTIES_GRAPH,
     .initial = "", .argument = "PATH", .summary = "show the part of a flame graph below this path",
     .detail = "Names from the root with semicolons between them, as folded writes them; as far "
               "as there is such a path."},
    {.name = NULL},
};

const struct shortcut_def shortcut_defs[] = {
    {"alloc_objects", "alloc_objects", false, "same as -sample_index=alloc_objects"},
    {"alloc_space", "alloc_space", false, "same as -sample_index=alloc_space"},
    {"contentions", "contentions", false, "same as -sample_index=contentions"},
    {"inuse_objects", "inuse_objects", false, "same as -sample_index=inuse_objects"},
    {"inuse_space", "inuse_space", false, "same as -sample_index=inuse_space"},
    {"mean_delay", "delay", true, "same as -mean -sample_index=delay"},
    {"total_delay", "delay", false, "same as -sample_index=delay"},
    {.name = NULL},
};
