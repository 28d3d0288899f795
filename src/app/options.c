// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/regex.h"
#include "base/xalloc.h"
#include "report/gate.h"

const char *const option_group_titles[GROUP_COUNT] = {
    [GROUP_FILTER] = "Which samples and frames count",
    [GROUP_DISPLAY] = "What is shown of them",
    [GROUP_TRIM] = "How much is shown",
    [GROUP_DETAIL] = "How far lines of code are told apart",
    [GROUP_GATE] = "What is noise, and when to fail",
    [GROUP_SOURCE] = "What is read",
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

static const struct choice format_choices[] = {
    [FORMAT_TEXT] = {"text", "for people"},
    [FORMAT_JSON] = {"json", "one JSON document"},
    [FORMAT_CSV] = {"csv", "for spreadsheets"},
    [FORMAT_MARKDOWN] = {"markdown", "for a comment on a pull request"},
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
    "Without a report the gates alone are judged."

#define AT(member) offsetof(struct config, member)

const struct option_def option_defs[] = {
    {"add_comment", OPTION_STRING, GROUP_SOURCE, AT(add_comment), NULL, "", "TEXT",
     "add a comment to the profile", NULL, false},
    {"all_frames", OPTION_BOOL, GROUP_SOURCE, AT(all_frames), NULL, "false", NULL,
     "keep the frames that the profile asks to drop",
     "A profile may name functions, mostly an allocator's own, below which its stacks are cut.",
     false},
    {"allow_empty", OPTION_BOOL, GROUP_GATE, AT(allow_empty), NULL, "false", NULL,
     "let patterns of gates match nothing", "Otherwise that is an error.", false},
    {"base", OPTION_STRING, GROUP_SOURCE, AT(base), NULL, "", "FILE", "subtract this profile",
     BASE_DETAIL, false},
    {"buildid", OPTION_STRING, GROUP_SOURCE, AT(buildid), NULL, "", "ID",
     "the build id of the main binary, where the profile has none", NULL, false},
    {"call_tree", OPTION_BOOL, GROUP_DISPLAY, AT(call_tree), NULL, "false", NULL,
     "tell apart calls of a function along different paths", "Acts on dot and callgrind.", false},
    {"color", OPTION_WORD, GROUP_DISPLAY, AT(color), color_choices, "auto", "WHEN",
     "colour numbers by weight and names by package", NULL, false},
    {"compact_labels", OPTION_BOOL, GROUP_DISPLAY, AT(compact_labels), NULL, "false", NULL,
     "leave out the header's lines about the profile", NULL, false},
    {"confidence", OPTION_FLOAT, GROUP_GATE, AT(confidence), NULL, "0", "PERCENT",
     "let a gate fire only with this confidence that it is no noise",
     "One-sided: 95 lets in one false alarm of twenty at most. 0 takes values as they are.", false},
    {"diff_base", OPTION_STRING, GROUP_SOURCE, AT(diff_base), NULL, "", "FILE",
     "compare with this profile",
     "Like base, but percentages are of the base's total. " BASE_DETAIL, false},
    {"divide_by", OPTION_FLOAT, GROUP_DISPLAY, AT(divide_by), NULL, "1", "NUMBER",
     "divide all values, say by the number of requests", NULL, false},
    {"drop_negative", OPTION_BOOL, GROUP_TRIM, AT(drop_negative), NULL, "false", NULL,
     "leave out what shrank in a comparison", NULL, false},
    {"edgefraction", OPTION_FLOAT, GROUP_TRIM, AT(edgefraction), NULL, "0.001", "FRACTION",
     "leave out calls below this share of the total", NULL, false},
    {"fail_if", OPTION_GATES, GROUP_GATE, AT(fail_if), NULL, "", "GATE",
     "exit with status 3 where this is so, say total > +5%", GATE_DETAIL, false},
    {"files_from", OPTION_STRING, GROUP_SOURCE, AT(files_from), NULL, "", "LIST",
     "also read the profiles that a list names",
     "One per line, or each with a zero byte behind it, as find -print0 has it; - is standard "
     "input. There may be more than a command line has room for.",
     false},
    {"focus", OPTION_STRING, GROUP_FILTER, AT(focus), NULL, "", "REGEX",
     "only samples with a matching frame", FRAME_DETAIL, true},
    {"format", OPTION_WORD, GROUP_DISPLAY, AT(format), format_choices, "text", "FORMAT",
     "how reports are written",
     "Of top, tree, peek, list, traces, tags and comments. Outside text, values are whole numbers "
     "in the profile's own unit, except in Markdown.",
     false},
    {"granularity", OPTION_CHOICE, GROUP_DETAIL, AT(granularity), granularity_choices, "", "KIND",
     "what makes one entry", "Each kind is also a flag of its own: -lines is -granularity=lines.",
     false},
    {"hide", OPTION_STRING, GROUP_FILTER, AT(hide), NULL, "", "REGEX",
     "cut matching frames out of the stacks", FRAME_DETAIL, true},
    {"ignore", OPTION_STRING, GROUP_FILTER, AT(ignore), NULL, "", "REGEX",
     "no samples with a matching frame", FRAME_DETAIL, true},
    {"keep_going", OPTION_BOOL, GROUP_SOURCE, AT(keep_going), NULL, "false", NULL,
     "go on without the files that cannot be read",
     "Each is reported on standard error. Without this option the first ends the run.", false},
    {"mean", OPTION_BOOL, GROUP_DISPLAY, AT(mean), NULL, "false", NULL,
     "divide values by each sample's first value, the count", NULL, false},
    {"nodecount", OPTION_INT, GROUP_TRIM, AT(nodecount), NULL, "-1", "NUMBER",
     "show at most so many entries", "-1 is the report's own limit, 0 none.", false},
    {"nodefraction", OPTION_FLOAT, GROUP_TRIM, AT(nodefraction), NULL, "0.005", "FRACTION",
     "leave out entries below this share of the total", NULL, false},
    {"noinlines", OPTION_BOOL, GROUP_DETAIL, AT(noinlines), NULL, "false", NULL,
     "count inlined calls as their callers", NULL, false},
    {"noise", OPTION_BOOL, GROUP_GATE, AT(noise), NULL, "false", NULL,
     "show how far sampling may have values off",
     "Acts on top, tree and peek. ± is 95 %, two-sided; JSON and CSV have standard errors.", false},
    {"normalize", OPTION_BOOL, GROUP_SOURCE, AT(normalize), NULL, "false", NULL,
     "scale the profile to the base's total before comparing", NULL, false},
    {"output", OPTION_STRING, GROUP_DISPLAY, AT(output), NULL, "", "FILE",
     "write the report to a file", "The file changes only when the whole report is written.",
     false},
    {"pager", OPTION_WORD, GROUP_DISPLAY, AT(pager), pager_choices, "auto", "WHEN",
     "show long reports of the shell in a pager", "$PAGER, or else less -FRX.", false},
    {"policy", OPTION_STRING, GROUP_GATE, AT(policy), NULL, "", "FILE", "read gates from a file",
     "One a line, as of fail_if; what follows # is a comment.", false},
    {"prune_from", OPTION_STRING, GROUP_FILTER, AT(prune_from), NULL, "", "REGEX",
     "cut off what matching functions call",
     "The regular expression is matched with function names without their arguments.", true},
    {"relative_percentages", OPTION_BOOL, GROUP_DISPLAY, AT(relative_percentages), NULL, "false",
     NULL, "percentages of what the filters leave, not of the whole profile", NULL, false},
    {"sample_index", OPTION_STRING, GROUP_DISPLAY, AT(sample_index), NULL, "", "TYPE",
     "the sample type to report, by name or by number from 0",
     "The profile's default, mostly the last, where none is given.", false},
    {"show", OPTION_STRING, GROUP_FILTER, AT(show), NULL, "", "REGEX",
     "keep only matching frames in the stacks", FRAME_DETAIL, true},
    {"show_from", OPTION_STRING, GROUP_FILTER, AT(show_from), NULL, "", "REGEX",
     "cut off the callers above the topmost matching frame", FRAME_DETAIL, true},
    {"showcolumns", OPTION_BOOL, GROUP_DETAIL, AT(showcolumns), NULL, "false", NULL,
     "tell columns of a source line apart", NULL, false},
    {"sort", OPTION_CHOICE, GROUP_DISPLAY, AT(sort), sort_choices, "flat", "ORDER",
     "what to sort entries by", "Each order is also a flag of its own: -cum is -sort=cum.", false},
    {"source_path", OPTION_STRING, GROUP_SOURCE, AT(source_path), NULL, "", "DIRS",
     "where to look for source files", "Directories separated by colons.", false},
    {"symbolize", OPTION_STRING, GROUP_SOURCE, AT(symbolize), NULL, "", "MODE",
     "none leaves C++ names as they are in the profile",
     "Otherwise arguments and template parameters are left out. Other modes of pprof are accepted; "
     "binaries are not read.",
     false},
    {"tagfocus", OPTION_STRING, GROUP_FILTER, AT(tagfocus), NULL, "", "TAGS",
     "only samples with a matching tag", TAG_DETAIL, false},
    {"taghide", OPTION_STRING, GROUP_FILTER, AT(taghide), NULL, "", "REGEX",
     "forget tags with a matching key", NULL, true},
    {"tagignore", OPTION_STRING, GROUP_FILTER, AT(tagignore), NULL, "", "TAGS",
     "no samples with a matching tag", TAG_DETAIL, false},
    {"tagleaf", OPTION_STRING, GROUP_FILTER, AT(tagleaf), NULL, "", "KEYS",
     "add the values of these tags as frames at the leaves",
     "Keys separated by commas; the last is the leaf.", false},
    {"tagroot", OPTION_STRING, GROUP_FILTER, AT(tagroot), NULL, "", "KEYS",
     "add the values of these tags as frames at the roots",
     "Keys separated by commas; the first is the root.", false},
    {"tagshow", OPTION_STRING, GROUP_FILTER, AT(tagshow), NULL, "", "REGEX",
     "forget tags with no matching key", NULL, true},
    {"threads", OPTION_INT, GROUP_SOURCE, AT(threads), NULL, "0", "NUMBER",
     "work on so many threads at once", "0 is one for each processor. Reports are the same.",
     false},
    {"trim", OPTION_BOOL, GROUP_TRIM, AT(trim), NULL, "true", NULL,
     "obey nodecount, nodefraction and edgefraction", NULL, false},
    {"trim_path", OPTION_STRING, GROUP_SOURCE, AT(trim_path), NULL, "", "DIRS",
     "prefixes to cut off source file names", "Directories separated by colons.", false},
    {"unit", OPTION_STRING, GROUP_DISPLAY, AT(unit), NULL, "minimum", "UNIT",
     "the unit to show values in",
     "Say bytes, kB, MB, GB or ns, us, ms, s, hours; minimum picks one for all values, auto the "
     "best "
     "for each.",
     false},
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

const struct option_def *option_find(struct span name)
{
    for (const struct option_def *o = option_defs; o->name; o++)
        if (span_eq(span_of(o->name), name))
            return o;
    return NULL;
}

static int choice_value(const struct option_def *o, struct span name)
{
    if (name.n == 0 && *o->initial)
        return -1;
    for (int i = 0; o->choices[i].name; i++)
        if (span_eq(span_of(o->choices[i].name), name))
            return i;
    return -1;
}

const struct option_def *option_find_choice(struct span name, int *value)
{
    for (const struct option_def *o = option_defs; name.n && o->name; o++) {
        if (o->type == OPTION_CHOICE && (*value = choice_value(o, name)) >= 0)
            return o;
    }
    return NULL;
}

const struct choice *option_flags(const struct option_def *o)
{
    static const struct choice none = {NULL, NULL};
    return o->type == OPTION_CHOICE ? o->choices : &none;
}

const struct shortcut_def *shortcut_find(struct span name)
{
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++)
        if (span_eq(span_of(s->name), name))
            return s;
    return NULL;
}

static void *member(const struct option_def *o, const struct config *c)
{
    return (char *)c + o->offset;
}

static char *copy_text(struct span text)
{
    char *copy = xmalloc(text.n + 1);
    if (text.n)
        memcpy(copy, text.at, text.n);
    copy[text.n] = '\0';
    return copy;
}

static int bad_value(const struct option_def *o, struct span text, const char *want,
                     struct err *err)
{
    return err_set(err, "bad value '" SPAN_FMT "' for %s: want %s", SPAN_ARG(text), o->name, want);
}

static int set_choice(const struct option_def *o, struct config *c, struct span text,
                      struct err *err)
{
    int value = choice_value(o, text);
    if (value >= 0) {
        *(int *)member(o, c) = value;
        return 0;
    }
    struct buf names = {0};
    for (const struct choice *choice = o->choices; choice->name; choice++)
        if (*choice->name)
            buf_printf(&names, "%s%s", names.n ? ", " : "", choice->name);
    bad_value(o, text, buf_cstr(&names), err);
    buf_release(&names);
    return -1;
}

static int set_string(const struct option_def *o, struct config *c, struct span text,
                      struct err *err)
{
    if (o->is_regex && text.n) {
        struct regex *re = regex_new(text, err);
        if (!re)
            return err_wrap(err, "option %s", o->name);
        regex_free(re);
    }
    char **value = member(o, c);
    char *copy = copy_text(text);
    free(*value);
    *value = copy;
    return 0;
}

// Whether each line that is not blank is a gate.
static int check_gates(const struct option_def *o, struct span text, struct err *err)
{
    while (text.n) {
        size_t end = span_find(text, SPAN("\n"));
        struct span line = end == SPAN_NOT_FOUND ? text : span_upto(text, end);
        struct gate gate;
        if (!gate_line_is_blank(line) && gate_parse(&gate, line, err))
            return err_wrap(err, "bad value '" SPAN_FMT "' for %s", ERR_SUBJECT(line), o->name);
        text = span_from(text, end == SPAN_NOT_FOUND ? text.n : end + 1);
    }
    return 0;
}

int option_set(const struct option_def *o, struct config *c, struct span text, struct err *err)
{
    // A value is kept as a C string: what follows a zero byte would be checked and then lost.
    if (span_find(text, (struct span){"", 1}) != SPAN_NOT_FOUND)
        return err_set(err, "bad value for %s: it holds a zero byte", o->name);
    switch (o->type) {
    case OPTION_BOOL:
        return num_parse_bool(text, member(o, c)) ? 0 : bad_value(o, text, "true or false", err);
    case OPTION_INT:
        return num_parse_i64(text, member(o, c)) ? 0 : bad_value(o, text, "a whole number", err);
    case OPTION_FLOAT:
        return num_parse_f64(text, member(o, c)) ? 0 : bad_value(o, text, "a number", err);
    case OPTION_CHOICE:
    case OPTION_WORD:
        return set_choice(o, c, text, err);
    case OPTION_GATES:
        if (check_gates(o, text, err))
            return -1;
        break;
    case OPTION_STRING:
        break;
    }
    return set_string(o, c, text, err);
}

int option_add(const struct option_def *o, struct config *c, struct span text, struct err *err)
{
    char **value = o->type == OPTION_GATES ? member(o, c) : NULL;
    struct buf lines = {0};
    if (!value || !**value)
        return option_set(o, c, text, err);
    buf_printf(&lines, "%s\n" SPAN_FMT, *value, SPAN_ARG(text));
    int status = option_set(o, c, buf_span(&lines), err);
    buf_release(&lines);
    return status;
}

static bool is_text(const struct option_def *o)
{
    return o->type == OPTION_STRING || o->type == OPTION_GATES;
}

void option_print(const struct option_def *o, const struct config *c, struct buf *out)
{
    const void *value = member(o, c);
    switch (o->type) {
    case OPTION_BOOL:
        buf_printf(out, "%s", *(const bool *)value ? "true" : "false");
        break;
    case OPTION_INT:
        buf_printf(out, "%" PRId64, *(const int64_t *)value);
        break;
    case OPTION_FLOAT:
        buf_printf(out, "%.17g", *(const double *)value);
        break;
    case OPTION_STRING:
    case OPTION_GATES:
        buf_add(out, span_of(*(char *const *)value));
        break;
    case OPTION_CHOICE:
    case OPTION_WORD:
        buf_add(out, span_of(o->choices[*(const int *)value].name));
        break;
    }
}

void config_init(struct config *c)
{
    struct err err;
    memset(c, 0, sizeof *c);
    for (const struct option_def *o = option_defs; o->name; o++)
        if (option_set(o, c, span_of(o->initial), &err))
            abort(); // a test walks the table
}

void config_copy(struct config *to, const struct config *from)
{
    *to = *from;
    for (const struct option_def *o = option_defs; o->name; o++)
        if (is_text(o))
            *(char **)member(o, to) = xstrdup(*(char **)member(o, from));
}

void config_release(struct config *c)
{
    for (const struct option_def *o = option_defs; o->name; o++)
        if (is_text(o))
            free(*(char **)member(o, c));
    memset(c, 0, sizeof *c);
}
