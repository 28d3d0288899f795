// SPDX-License-Identifier: Apache-2.0
#include "input/headers.h"

#include "input/source.h"

#define HEADERS_MAX ((size_t)1 << 20)

static int check_header(struct span line, struct err *err)
{
    size_t colon = span_find(line, SPAN(":"));
    bool plain = colon != SPAN_NOT_FOUND && colon > 0;
    for (size_t i = 0; i < line.n; i++)
        plain &= (unsigned char)line.at[i] >= ' ' || line.at[i] == '\t';
    return plain ? 0 : err_set(err, "a header has the form 'Name: value'");
}

static int add_header(struct span line, bool in_file, struct buf *out, const struct job *job,
                      struct err *err);

static int add_headers(struct span text, bool in_file, struct buf *out, const struct job *job,
                       struct err *err)
{
    struct span line;
    while (span_cut(&text, '\n', &line)) {
        while (line.n && line.at[line.n - 1] == '\r')
            line.n--;
        if (line.n && add_header(line, in_file, out, job, err))
            return -1;
    }
    return 0;
}

static int add_header(struct span line, bool in_file, struct buf *out, const struct job *job,
                      struct err *err)
{
    if (!in_file && span_eq(line, SPAN("full")))
        return 0; // is about the header of reports
    if (in_file || line.at[0] != '@') {
        if (check_header(line, err))
            return -1;
        buf_add(out, line);
        buf_addc(out, '\n');
        return 0;
    }
    struct buf text = {0}, path = {0};
    buf_add(&path, span_from(line, 1));
    int status = source_read_all(buf_cstr(&path), HEADERS_MAX, &text, job, err);
    if (status == 0)
        status = add_headers(buf_span(&text), true, out, job, err);
    if (status)
        err_wrap(err, "cannot read headers from '%s'", buf_cstr(&path));
    buf_release(&text);
    buf_release(&path);
    return status;
}

int headers_read(const char *lines, struct buf *out, const struct job *job, struct err *err)
{
    return add_headers(span_of(lines), false, out, job, err);
}
