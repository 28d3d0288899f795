// SPDX-License-Identifier: Apache-2.0
// Input: lines of a session. Those that would start a program, write a file or read one that is not
// the session's own profile are passed over. The profile can be named: base=/dev/fd/100.
#include <ctype.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/pb.h"
#include "app/options.h"
#include "cli/shell.h"
#include "cli/shellwords.h"
#include "fuzz.h"

enum { PROFILE_FD = 100, LINES_MAX = 50, LINE_MAX_SIZE = 300 };
static char profile_path[] = "/dev/fd/100";

enum { SAMPLES = 1, COUNT, SPACE, BYTES, MAIN, LEAF, METHOD, KEY, VALUE, SOURCE };
static const char *const strings[] = {"",
                                      "samples",
                                      "count",
                                      "space",
                                      "bytes",
                                      "main.main",
                                      "example.com/leaf.do",
                                      "example.com/pkg.(*Type).Method",
                                      "key",
                                      "value",
                                      "/nonexistent/main.go",
                                      NULL};

static void add_sample(struct buf *out, uint64_t leaf, uint64_t weight, uint64_t text)
{
    struct buf s = {0};
    PB_PACKED(&s, 1, leaf, 2, 1);
    PB_PACKED(&s, 2, weight, weight * 4096);
    PB_MESSAGE(&s, 3, KEY, text);
    PB_MESSAGE(&s, 3, BYTES, 0, weight * 64, BYTES);
    pb_bytes(out, 2, buf_span(&s));
    buf_release(&s);
}

static void add_function(struct buf *out, uint64_t id, uint64_t name)
{
    struct buf l = {0};
    pb_num(&l, 1, id);
    pb_num(&l, 2, 1);
    pb_num(&l, 3, id * 4096);
    PB_MESSAGE(&l, 4, id, 10 * id);
    pb_bytes(out, 4, buf_span(&l));
    PB_MESSAGE(out, 5, id, name, name, SOURCE, 1);
    buf_release(&l);
}

static void make_profile(struct buf *out)
{
    PB_MESSAGE(out, 1, SAMPLES, COUNT);
    PB_MESSAGE(out, 1, SPACE, BYTES);
    for (uint64_t i = 1; i <= 3; i++)
        add_sample(out, i, i * i, i % 2 ? VALUE : MAIN);
    PB_MESSAGE(out, 3, 1, 0x1000, 0x9000, 0, LEAF, KEY);
    add_function(out, 1, MAIN);
    add_function(out, 2, METHOD);
    add_function(out, 3, LEAF);
    for (size_t i = 0; strings[i]; i++)
        pb_bytes(out, 6, span_of(strings[i]));
}

// Reports and messages go nowhere.
static void prepare(void)
{
    struct buf content = {0};
    make_profile(&content);
    int fd = memfd_create("profile", MFD_CLOEXEC), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && null >= 0 && dup2(fd, PROFILE_FD) == PROFILE_FD);
    FUZZ_CHECK(write(PROFILE_FD, content.at, content.n) == (ssize_t)content.n);
    FUZZ_CHECK(dup2(null, STDOUT_FILENO) == STDOUT_FILENO);
    close(fd);
    close(null);
    FILE *nowhere = fopen("/dev/null", "we");
    FUZZ_CHECK(nowhere);
    stderr = nowhere;
    buf_release(&content);
}

static struct span without_digits(struct span word)
{
    while (word.n && isdigit((unsigned char)word.at[word.n - 1]))
        word.n--;
    return word;
}

static bool names_file(const char *option)
{
    return strcmp(option, "output") == 0 || strcmp(option, "base") == 0 ||
           strcmp(option, "diff_base") == 0;
}

static bool is_harmless(struct span line)
{
    struct arena arena = {0};
    size_t equals = span_find(line, SPAN("="));
    struct span name =
        span_trim(equals == SPAN_NOT_FOUND ? SPAN("") : span_upto(line, equals), SPAN_SPACE);
    const struct option_def *o = option_find(name);
    struct span value = o ? span_trim(span_from(line, equals + 1), SPAN_SPACE) : SPAN("");
    word_list words = split_words(&arena, line);
    bool good = !o || !names_file(o->name) || value.n == 0 ||
                (span_eq(value, span_of(profile_path)) && strcmp(o->name, "output") != 0);
    for (size_t i = 0; i < words.n && good; i++)
        good = words.at[i].text.n == 0 || !strchr("|>", words.at[i].text.at[0]);
    if (good && words.n) {
        const struct command_def *c = command_find(without_digits(words.at[0].text));
        good = !span_eq(words.at[0].text, SPAN("open")) &&
               (!c || (!command_runs_programs(c) && !command_is_binary(c)));
    }
    arena_release(&arena);
    return good;
}

static void obey_lines(struct shell *sh, struct span rest)
{
    struct span line;
    for (int n = 0; n < LINES_MAX && fuzz_next(&rest, '\n', &line); n++) {
        line.n = line.n < LINE_MAX_SIZE ? line.n : LINE_MAX_SIZE;
        if (is_harmless(line) && !shell_line(sh, line))
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    char *paths[] = {profile_path, NULL};
    struct args args = {.paths = paths, .n_paths = 1};
    struct shell sh;
    struct err err;
    if (!ready)
        prepare();
    ready = true;
    config_init(&args.config);
    FUZZ_CHECK(shell_init(&sh, &args, &err) == 0);
    obey_lines(&sh, fuzz_span(data, size));
    FUZZ_CHECK(*sh.config.output == '\0');
    shell_release(&sh);
    config_release(&args.config);
    return 0;
}
