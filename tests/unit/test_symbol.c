// SPDX-License-Identifier: Apache-2.0
#include <elf.h>

#include "symbol/base.h"
#include "symbol/binary.h"
#include "symbol/code.h"
#include "symbol/objdump.h"
#include "symbol/run.h"

#include "check.h"

static void text_of_objdump_is_read(void)
{
    static const struct span text = SPAN("\n"
                                         "a.out:     file format elf64-x86-64\n"
                                         "\n"
                                         "0000000000001139 <main>:\n"
                                         "main():\n"
                                         "/src/a.c:3\n"
                                         "    1139:\tpush   %rbp\n"
                                         "/src/b.h:14 (discriminator 2)\n"
                                         "    113a:\tlea    0x2(%rip),%r14        # 4060 <x>\n"
                                         "\n"
                                         "0000000000001140 <f>:\n"
                                         "    1140:\tret\n"
                                         "\t...\n"
                                         "; g(int):\n"
                                         ";/x.c:7\n"
                                         "1141: nop");
    static const struct {
        uint64_t address;
        const char *text, *function, *file;
        int64_t line;
    } rows[] = {
        {0x1139, "push   %rbp", "main", "/src/a.c", 3},
        {0x113a, "lea    0x2(%rip),%r14        # 4060 <x>", "main", "/src/b.h", 14},
        {0x1140, "ret", "<f>", "", 0},
        {0x1141, "nop", "; g(int)", "/x.c", 7},
    };
    struct arena arena = {0};
    struct instructions in = {0};
    objdump_parse(text, &arena, &in);
    if (CHECK_INT((int64_t)in.all.n, 4))
        for (size_t i = 0; i < 4; i++) {
            const struct instruction *got = &in.all.at[i];
            check_about("instruction %zu", i);
            CHECK_INT((int64_t)got->address, (int64_t)rows[i].address);
            CHECK_SPAN(got->text, span_of(rows[i].text));
            CHECK_SPAN(got->function, span_of(rows[i].function));
            CHECK_SPAN(got->file, span_of(rows[i].file));
            CHECK_INT(got->line, rows[i].line);
        }
    arena_release(&arena);
}

static void base_is_that_of_the_segment(void)
{
    static const struct elf_segment segments[] = {
        {.type = PT_LOAD, .flags = PF_R, .file_size = 0x800, .size = 0x800, .align = 0x1000},
        {.type = PT_LOAD,
         .flags = PF_R | PF_X,
         .offset = 0x800,
         .address = 0x1800,
         .file_size = 0x2000,
         .size = 0x2000,
         .align = 0x1000},
    };
    static const struct elf_section text = {
        .name = {".text", 5}, .type = SHT_PROGBITS, .address = 0x1900, .size = 0x100};
    static const struct {
        uint16_t type;
        struct mapped mapped;
        uint64_t address, base;
        bool fails;
    } rows[] = {
        {ET_DYN,
         {.start = 0x7f0000001000, .limit = 0x7f0000004000},
         0x7f0000001900,
         0x7f0000000000,
         false},
        {ET_EXEC, {.start = 0x1000, .limit = 0x4000}, 0x1900, 0, false},
        {ET_DYN, {.limit = UINT64_MAX}, 0x1900, 0, false},
        {ET_DYN, {.start = 0x10000, .limit = 0x11000, .offset = 0x90000}, 0x10010, 0, true},
        {ET_DYN, {.start = 0x10000, .limit = 0x11000}, 0x20000, 0, true},
        {ET_CORE, {.start = 0x1000, .limit = 0x4000}, 0x1900, 0, true},
        {ET_EXEC,
         {.start = 0xffffffff9d000198,
          .limit = 0xffffffff9e000000,
          .offset = 0xffffffff9d000198,
          .has_kernel_symbol = true,
          .kernel_symbol = 0xffffffff81000198},
         0xffffffff9d001024,
         0x1c000000,
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct elf elf = {.is_64 = true,
                          .type = rows[i].type,
                          .segments = segments,
                          .n_segments = 2,
                          .sections = &text,
                          .n_sections = 1};
        struct err err = {0};
        uint64_t base = 1;
        check_about("mapping %zu", i);
        int status = mapped_base(&rows[i].mapped, &elf, rows[i].address, &base, &err);
        CHECK_INT(status, rows[i].fails ? -1 : 0);
        if (!rows[i].fails)
            CHECK_INT((int64_t)base, (int64_t)rows[i].base);
    }
}

static void what_is_no_binary_is_refused(void)
{
    static const struct {
        const char *path, *why;
    } rows[] = {
        {"/dev/null", "not a regular file"},
        {"/nonexistent/program", "No such file"},
        {TESTDATA "/README.md", "not an ELF file"},
        {TESTDATA, "not a regular file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        check_about("%s", rows[i].path);
        CHECK(binary_open(rows[i].path, &err) == NULL);
        CHECK_HAS(err.text, rows[i].why);
    }
}

static void build_ids_are_read(void)
{
    struct err err = {0};
    struct binary *b = binary_open(TESTDATA "/binaries/lot.so", &err);
    if (!CHECK(b != NULL))
        return;
    CHECK_INT((int64_t)strlen(binary_build_id(b)), 40);
    binary_close(b);
}

static void code_is_found_by_shown_names(void)
{
    struct err err = {0};
    struct arena arena = {0};
    struct code_symbols code = {0};
    struct binary *b = binary_open(TESTDATA "/binaries/lot.so", &err);
    struct regex *name = regex_new(SPAN("^lot_run$|count"), &err);
    if (!CHECK(b && name))
        return;
    code_find(binary_elf(b), name, 0, &arena, &code);
    CHECK_INT((int64_t)code.all.n, 2);
    for (size_t i = 0; i < code.all.n; i++)
        CHECK(code.all.at[i].n_names == 1 && code.all.at[i].end > code.all.at[i].start);
    regex_free(name);
    binary_close(b);
    arena_release(&arena);
}

static void programs_are_bounded(void)
{
    struct err err = {0};
    struct buf out = {0};
    bool missing;
    char *echo[] = {"printenv", "LC_ALL", NULL}, *none[] = {"no-such-program-here", NULL};
    CHECK_INT(run_and_read(echo, &out, &missing, NULL, &err), 0);
    CHECK_SPAN(buf_span(&out), SPAN("C\n"));
    CHECK_INT(run_and_read(none, &out, &missing, NULL, &err), -1);
    CHECK(missing);
    buf_release(&out);
}

CHECK_MAIN(CASE(text_of_objdump_is_read), CASE(base_is_that_of_the_segment),
           CASE(what_is_no_binary_is_refused), CASE(build_ids_are_read),
           CASE(code_is_found_by_shown_names), CASE(programs_are_bounded))
