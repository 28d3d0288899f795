// SPDX-License-Identifier: Apache-2.0
// Input: see sections.h. The lines of the script are taken one by one: "name=value" sets an option,
// "report" or "report REGEX" writes one. All options are set once more before the profiles are
// read. "files" is of this target alone: "1" and "2" stand for the profiles here and in base and
// diff_base.
#include <sys/mman.h>
#include <unistd.h>

#include "app/loaded.h"
#include "app/options.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "fuzz.h"
#include "sections.h"
#include "snapshot.h"

enum { REPORTS_MAX = 12, SIZE_MAX_ALL = 1 << 16, SIZE_MAX_ONE = 1 << 12, PATHS_MAX = 4 };

// A source file that any profile may name.
#define SOURCE_DIR "/proc/self/fd"
enum { SOURCE_FD = 99 };

static const char everything[] = "top\ntree\npeek .\nlist .\ntraces\ntags\nraw\ncomments\ndot\n"
                                 "callgrind\nproto\ntopproto";

struct files {
    int fds[PROFILES_MAX];
    char paths[PROFILES_MAX][32];
    size_t n;
};

struct script {
    const struct files *files;
    struct config config;
    struct sink_style style;
    char *paths[PATHS_MAX]; // to read
    size_t n_paths;
};

static int file_of(struct span content)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && write(fd, content.at, content.n) == (ssize_t)content.n);
    return fd;
}

static void files_init(struct files *f, const struct span *contents, size_t n)
{
    f->n = n;
    for (size_t i = 0; i < n; i++) {
        f->fds[i] = file_of(contents[i]);
        snprintf(f->paths[i], sizeof f->paths[i], "/proc/self/fd/%d", f->fds[i]);
    }
}

static void files_release(struct files *f)
{
    for (size_t i = 0; i < f->n; i++)
        close(f->fds[i]);
}

// Nothing but the input and the one source file is to matter.
static void set_up(void)
{
    static const char *const places[] = {"HOME", "GOROOT", "GOMODCACHE"};
    static bool done;
    if (done)
        return;
    done = true;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        unsetenv(places[i]);
    setenv("GOPATH", "/nonexistent", 1);
    setenv("TZ", "UTC", 1);
    int fd = file_of(SPAN("one\n\ttwo\r\n\xff\xfe three\x1b[m\n\nfive"));
    FUZZ_CHECK(dup2(fd, SOURCE_FD) == SOURCE_FD);
    close(fd);
}

static void take_style(struct sink_style *style, struct span value)
{
    int64_t columns;
    if (span_eq(value, SPAN("visible")))
        style->visible = true;
    else if (span_eq(value, SPAN("color")))
        style->color = true;
    else if (num_parse_i64(value, &columns) && columns >= 0 && columns <= 1000)
        style->columns = (unsigned)columns;
}

static void take_files(struct script *s, struct span digits)
{
    s->n_paths = 0;
    for (size_t i = 0; i < digits.n && s->n_paths < PATHS_MAX; i++) {
        size_t file = (size_t)(unsigned char)digits.at[i] - '1';
        if (file < s->files->n)
            s->paths[s->n_paths++] = (char *)s->files->paths[file];
    }
}

static void take_base(struct script *s, const struct option_def *o, struct span digits)
{
    struct buf names = {0};
    struct err err;
    for (size_t i = 0; i < digits.n && i < PATHS_MAX; i++) {
        size_t file = (size_t)(unsigned char)digits.at[i] - '1';
        if (file < s->files->n)
            buf_printf(&names, "%s%s", names.n ? "," : "", s->files->paths[file]);
    }
    FUZZ_CHECK(option_set(o, &s->config, buf_span(&names), &err) == 0);
    buf_release(&names);
}

static void take_option(struct script *s, struct span name, struct span value)
{
    const struct option_def *o = option_find(name);
    struct err err;
    if (span_eq(name, SPAN("files")))
        take_files(s, value);
    else if (span_eq(name, SPAN("style")))
        take_style(&s->style, value);
    else if (span_eq(name, SPAN("base")) || span_eq(name, SPAN("diff_base")))
        take_base(s, o, value);
    else if (o && !span_eq(name, SPAN("source_path")) && option_set(o, &s->config, value, &err))
        FUZZ_CHECK(*err.text);
}

// The report that the line asks for, if it starts no program; its argument is left.
static const struct command_def *take_report(struct span line, struct span *argument)
{
    struct span name;
    if (!fuzz_next(&line, ' ', &name))
        return NULL;
    const struct command_def *c = command_find(name);
    *argument = line;
    return c && !command_runs_programs(c) ? c : NULL;
}

static void script_begin(struct script *s, const struct files *files)
{
    struct err err;
    *s = (struct script){.files = files};
    config_init(&s->config);
    FUZZ_CHECK(option_set(option_find(SPAN("source_path")), &s->config, SPAN(SOURCE_DIR), &err) ==
               0);
    take_files(s, SPAN("1"));
}

static bool script_next(struct script *s, struct span *rest, const struct command_def **report,
                        struct span *argument)
{
    for (struct span line; fuzz_next(rest, '\n', &line);) {
        struct span value = line, name;
        *report = take_report(line, argument);
        if (*report)
            return true;
        if (fuzz_next(&value, '=', &name))
            take_option(s, name, value);
    }
    return false;
}

static void ignore_note(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static const struct job job = {.note = ignore_note, .wake = -1};

// Writes the report, or what is wrong, into the buffer; the status is app_run's.
static int write_report(const struct loaded *l, const struct request *request,
                        const struct sink_style *style, struct buf *text)
{
    struct err err = {0};
    struct sink *out = sink_to_buf(text);
    sink_set_style(out, *style);
    struct outcome outcome;
    struct request noted = *request;
    noted.job = &job;
    int status = app_run(l, &noted, out, &outcome, &err);
    if (status)
        sink_abort(out);
    else
        FUZZ_CHECK(sink_finish(out, &err) == 0);
    if (status) {
        FUZZ_CHECK(*err.text);
        buf_clear(text);
        buf_add(text, span_of(err.text));
    }
    return status;
}

// The profile that was written can be read, and its raw report is this one, unless that is NULL.
static void check_written(struct span written, const struct buf *raw)
{
    struct files file;
    struct config config;
    struct err err;
    struct buf again = {0};
    char *path = file.paths[0];
    config_init(&config);
    config.all_frames = true;
    free(config.symbolize);
    config.symbolize = xstrdup("none");
    files_init(&file, &written, 1);
    const struct loaded *l = app_load(&path, 1, &config, false, &job, &err);
    FUZZ_CHECK(l != NULL);
    struct request request = {.command = command_find(SPAN("raw")), .regex = "", .config = &config};
    FUZZ_CHECK(write_report(l, &request, &(struct sink_style){0}, &again) == 0);
    if (raw)
        FUZZ_CHECK(span_eq(buf_span(&again), buf_span(raw)));
    loaded_unref(l);
    files_release(&file);
    buf_release(&again);
    config_release(&config);
}

// What is written with all values as they are says what the raw report says.
static void check_round_trip(const struct loaded *l, const struct config *config)
{
    struct config same;
    struct buf proto = {0}, raw = {0};
    struct sink_style plain = {0};
    config_copy(&same, config);
    same.divide_by = 1;
    struct request request = {.command = command_find(SPAN("proto")), .regex = "", .config = &same};
    if (write_report(l, &request, &plain, &proto) == 0) {
        request.command = command_find(SPAN("raw"));
        FUZZ_CHECK(write_report(l, &request, &plain, &raw) == 0);
        // Texts have labels of the number 0 without a unit, which no protobuf can tell from none.
        bool has_zero = memmem(raw.at, raw.n, ":[0]", 4);
        check_written(buf_span(&proto), has_zero ? NULL : &raw);
    }
    buf_release(&proto);
    buf_release(&raw);
    config_release(&same);
}

static void run_report(const struct loaded *l, const struct script *script,
                       const struct command_def *command, struct span argument)
{
    struct buf first = {0}, second = {0}, regex = {0};
    buf_add(&regex, argument);
    struct request request = {
        .command = command, .regex = buf_cstr(&regex), .config = &script->config};
    int status = write_report(l, &request, &script->style, &first);
    FUZZ_CHECK(write_report(l, &request, &script->style, &second) == status);
    FUZZ_CHECK(span_eq(buf_span(&first), buf_span(&second)));
    if (span_eq(span_of(command->name), SPAN("proto")))
        check_round_trip(l, &script->config);
    else if (status == 0 && span_eq(span_of(command->name), SPAN("topproto")))
        check_written(buf_span(&first), NULL);
    buf_release(&first);
    buf_release(&second);
    buf_release(&regex);
}

static void run_rest(const struct loaded *l, const struct config *config)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct err err;
    if (app_describe(l, config, &job, &text, &err) == 0)
        app_share(l, config, &job, &text, &err);
    app_functions(l, &job, &arena);
    buf_release(&text);
    arena_release(&arena);
}

static void run_reports(const struct loaded *l, const struct files *files, struct span rest)
{
    uint64_t size = snapshot_size(&l->profile), before = snapshot_of(&l->profile);
    struct script script;
    struct span argument;
    const struct command_def *command;
    if (size > SIZE_MAX_ALL)
        return;
    int left = size > SIZE_MAX_ONE ? REPORTS_MAX / 4 : REPORTS_MAX;
    script_begin(&script, files);
    while (left-- && script_next(&script, &rest, &command, &argument)) {
        run_report(l, &script, command, argument);
        FUZZ_CHECK(snapshot_of(&l->profile) == before);
    }
    run_rest(l, &script.config);
    FUZZ_CHECK(snapshot_of(&l->profile) == before);
    config_release(&script.config);
}

// With what all options are at the end of the script.
static const struct loaded *load(const struct files *files, struct span rest)
{
    struct script script;
    struct span argument;
    const struct command_def *command;
    struct err err = {0};
    script_begin(&script, files);
    while (script_next(&script, &rest, &command, &argument))
        continue;
    const struct loaded *l = NULL;
    if (script.n_paths)
        l = app_load(script.paths, script.n_paths, &script.config, false, &job, &err);
    FUZZ_CHECK(l || script.n_paths == 0 || *err.text);
    config_release(&script.config);
    return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sections sections = sections_of(fuzz_span(data, size));
    struct span script = sections.script.n ? sections.script : span_of(everything);
    struct files files;
    set_up();
    files_init(&files, sections.profiles, sections.n_profiles);
    const struct loaded *l = load(&files, script);
    if (l) {
        run_reports(l, &files, script);
        loaded_unref(l);
    }
    files_release(&files);
    return 0;
}
