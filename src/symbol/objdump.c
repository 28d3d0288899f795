// SPDX-License-Identifier: Apache-2.0
#include "symbol/objdump.h"

#include <ctype.h>
#include <inttypes.h>
#include <unistd.h>

#include "symbol/run.h"
#include "symbol/tool.h"

// Where the instructions come from that follow in the text.
struct origin {
    struct span function, file;
    int64_t line;
};

static size_t hex_digits(struct span s, uint64_t *value)
{
    size_t n = 0;
    *value = 0;
    for (; n < s.n && isxdigit((unsigned char)s.at[n]); n++) {
        char c = (char)tolower((unsigned char)s.at[n]);
        *value = *value << 4 | (uint64_t)(isdigit((unsigned char)c) ? c - '0' : c - 'a' + 10);
    }
    return n;
}

// "  401136:\tpush   %rbp"
static bool take_instruction(struct span s, const struct origin *from, struct instruction *in)
{
    uint64_t address;
    size_t n = hex_digits(s, &address);
    if (n == 0 || n > 16 || n + 1 >= s.n || s.at[n] != ':' || !isspace((unsigned char)s.at[n + 1]))
        return false;
    *in = (struct instruction){address, span_trim(span_from(s, n + 1), SPAN_SPACE), from->function,
                               from->file, from->line};
    return true;
}

// LLVM's objdump puts "; " before the lines that say where.
static struct span without_mark(struct span s)
{
    if (s.n && *s.at == ';')
        s = span_from(s, 1);
    if (s.n && isspace((unsigned char)*s.at))
        s = span_from(s, 1);
    return s;
}

// "/src/a.c:17", perhaps with " (discriminator 2)" after it
static bool take_place(struct span s, struct origin *to)
{
    enum { DIGITS_MAX = 9 };
    s = without_mark(s);
    for (size_t i = s.n; i-- > 0;) {
        if (s.at[i] != ':' || i + 1 >= s.n || !isdigit((unsigned char)s.at[i + 1]))
            continue;
        int64_t line = 0;
        size_t end = i + 1;
        for (; end < s.n && isdigit((unsigned char)s.at[end]) && end - i <= DIGITS_MAX; end++)
            line = line * 10 + (s.at[end] - '0');
        to->file = span_upto(s, i);
        to->line = line;
        return true;
    }
    return false;
}

// "main():"
static bool take_function(struct span s, struct origin *to)
{
    static const struct span mark = SPAN("():");
    s = without_mark(s);
    for (size_t i = s.n; i-- > 1;)
        if (span_starts(span_from(s, i), mark) && !isspace((unsigned char)*s.at)) {
            to->function = span_upto(s, i);
            return true;
        }
    return false;
}

// "0000000000401136 <main>:"
static bool take_symbol(struct span s, struct origin *to)
{
    uint64_t ignored;
    const char *colon = s.n ? memrchr(s.at, ':', s.n) : NULL;
    if (!colon)
        return false;
    s.n = (size_t)(colon - s.at);
    s = span_from(s, hex_digits(s, &ignored));
    if (s.n && isspace((unsigned char)*s.at))
        s = span_from(s, 1);
    to->function = s;
    return true;
}

void objdump_parse(struct span text, struct arena *arena, struct instructions *out)
{
    struct origin from = {0};
    struct span line;
    while (text.n && span_cut(&text, '\n', &line)) {
        struct instruction in;
        line = span_trim(line, SPAN_SPACE);
        if (take_instruction(line, &from, &in))
            *vec_push(arena, &out->all) = in;
        else if (!take_place(line, &from) && !take_function(line, &from) &&
                 !take_symbol(line, &from))
            from = (struct origin){0};
    }
}

static const char *number_argument(struct arena *arena, const char *name, uint64_t value)
{
    return arena_printf(arena, "--%s=0x%" PRIx64, name, value);
}

// Runs one of the programs; -1 with *missing where it is not there.
static int run_one(struct span name, const char *path, uint64_t start, uint64_t stop,
                   const struct objdump_options *o, const struct job *job, struct arena *arena,
                   struct buf *text, bool *missing, struct err *err)
{
    bool llvm = span_starts(name, SPAN("llvm")), only;
    const char *tool = tool_find(o->tools, name, arena, &only);
    const char *argv[12] = {tool ? tool : name.at, "--disassemble", "--demangle",
                            "--no-show-raw-insn", "--line-numbers"};
    size_t n = 5;
    *missing = only && !tool;
    if (*missing)
        return -1;
    argv[n++] = number_argument(arena, "start-address", start);
    argv[n++] = number_argument(arena, "stop-address", stop);
    if (o->intel && llvm)
        argv[n++] = "--x86-asm-syntax=intel";
    if (o->intel && !llvm) {
        argv[n++] = "-M";
        argv[n++] = "intel";
    }
    // A path may look like an option.
    argv[n++] = *path == '-' ? arena_printf(arena, "./%s", path) : path;
    return run_and_read((char *const *)argv, text, missing, job, err);
}

int objdump_run(const char *path, uint64_t start, uint64_t stop,
                const struct objdump_options *options, const struct job *job, struct arena *arena,
                struct instructions *out, struct err *err)
{
    static const struct span names[] = {SPAN("objdump"), SPAN("llvm-objdump")};
    struct buf text = {0};
    bool missing = true;
    int status = -1;
    for (size_t i = 0; i < sizeof names / sizeof *names && missing; i++)
        status = run_one(names[i], path, start, stop, options, job, arena, &text, &missing, err);
    if (missing)
        err_set(err, "objdump is not installed: it shows instructions (Debian: apt install "
                     "binutils)");
    if (status == 0)
        objdump_parse(arena_span(arena, buf_span(&text)), arena, out);
    buf_release(&text);
    return status;
}
