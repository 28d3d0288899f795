// SPDX-License-Identifier: Apache-2.0
#include "cli/gendocs.h"

#include <stdio.h>

// Run while cprof is built: copies a template from standard input to standard output, with parts
// made from the tables in the place of lines such as @MAN_OPTIONS@.

static const struct {
    const char *line;
    void (*add)(struct buf *);
} parts[] = {
    {"@MAN_TITLE@", gendocs_man_title},     {"@MAN_REPORTS@", gendocs_man_reports},
    {"@MAN_OPTIONS@", gendocs_man_options}, {"@MAN_SHORTCUTS@", gendocs_man_shortcuts},
    {"@MAN_SHELL@", gendocs_man_shell},     {"@BASH_VALUES@", gendocs_bash_values},
    {"@BASH_FLAGS@", gendocs_bash_flags},   {"@ZSH_CHOICES@", gendocs_zsh_choices},
    {"@ZSH_REPORTS@", gendocs_zsh_reports}, {"@ZSH_FLAGS@", gendocs_zsh_flags},
    {"@FISH_FLAGS@", gendocs_fish_flags},
};

static bool add_part(struct buf *out, struct span line)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (span_eq(line, span_of(parts[i].line))) {
            parts[i].add(out);
            return true;
        }
    }
    return false;
}

static bool expand(struct buf *out, struct span template)
{
    while (template.n) {
        size_t end = span_find(template, SPAN("\n"));
        if (end == SPAN_NOT_FOUND)
            end = template.n - 1;
        struct span line = span_upto(template, end);
        if (!span_starts(line, SPAN("@")))
            buf_add(out, span_upto(template, end + 1));
        else if (!add_part(out, line))
            return false;
        template = span_from(template, end + 1);
    }
    return true;
}

static bool read_all(struct buf *text, FILE *in)
{
    enum { STEP = 4096 };
    size_t n;
    do {
        n = fread(buf_room(text, STEP), 1, STEP, in);
        text->n += n;
    } while (n);
    return !ferror(in);
}

int main(void)
{
    struct buf template = {0}, out = {0};
    bool ok = read_all(&template, stdin) && expand(&out, buf_span(&template)) &&
              fwrite(out.at, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    if (!ok)
        fputs("gendocs: cannot make the document from its template\n", stderr);
    buf_release(&template);
    buf_release(&out);
    return ok ? 0 : 1;
}
