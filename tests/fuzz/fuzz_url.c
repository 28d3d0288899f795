// SPDX-License-Identifier: Apache-2.0
// Input: the name of a source, where it is redirected to, the first line of the answer and its type
// of content, a line each; then the body. The first byte chooses the status. No network.
#include "app/listing.h"
#include "fuzz.h"
#include "input/url.h"
#include "input/verdict.h"

static struct span next_line(struct span *rest)
{
    struct span line = SPAN("");
    fuzz_next(rest, '\n', &line);
    return line;
}

static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return false;
    return true;
}

// What is written is one line without users, which can be read again and means the same.
static void check_url(const struct url *u, struct arena *arena)
{
    struct buf written = {0}, again = {0}, shown = {0};
    struct url second;
    struct err err;
    url_write(u, &written);
    FUZZ_CHECK(is_plain(buf_span(&written)));
    FUZZ_CHECK(!u->path || u->path[0] == '/' || u->path[0] == '\0');
    // A bare host would get the path of a profile.
    if (strcmp(u->path, "/") != 0 && url_parse(&second, buf_cstr(&written), 0, arena, &err) == 0) {
        url_write(&second, &again);
        FUZZ_CHECK(span_eq(buf_span(&written), buf_span(&again)));
        FUZZ_CHECK(!second.user);
    }
    url_show(u, &shown);
    FUZZ_CHECK(is_plain(buf_span(&shown)));
    url_is_local(u);
    url_is_list(u);
    url_last_part(u);
    url_symbol_path(u, arena);
    buf_release(&written);
    buf_release(&again);
    buf_release(&shown);
}

static void check_redirect(const struct url *from, const char *location, struct arena *arena)
{
    struct url to;
    struct err err;
    if (url_redirect(&to, from, location, arena, &err))
        return;
    FUZZ_CHECK(strcmp(to.scheme, "http") == 0 || strcmp(to.scheme, "https") == 0);
    if (!url_same_origin(from, &to))
        FUZZ_CHECK(!to.user && !to.password && !to.unix_socket && !to.insecure);
    check_url(&to, arena);
}

static void check_answer(unsigned char kind, struct span line, struct span type, struct span body)
{
    static const long statuses[] = {200, 301, 302, 307, 400, 401, 403,
                                    404, 405, 407, 429, 500, 503, 0};
    struct answer answer = {statuses[kind % (sizeof statuses / sizeof *statuses)], line, type,
                            span_upto(body, body.n < VERDICT_HEAD ? body.n : VERDICT_HEAD)};
    struct err err = {0};
    FUZZ_CHECK(verdict_on(&answer, &err) == 0 || err.text[0]);
}

static void check_list(struct span page)
{
    struct buf out = {0};
    listing_add(page, SPAN("http://h/debug/pprof/"), &out);
    struct span rest = buf_span(&out), line;
    while (fuzz_next(&rest, '\n', &line))
        FUZZ_CHECK(is_plain(line));
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_span(data, size);
    struct arena arena = {0};
    struct buf hidden = {0};
    struct url u;
    struct err err;
    if (size == 0)
        return 0;
    unsigned char kind = data[0];
    rest = span_from(rest, 1);
    const char *name = arena_cstr(&arena, next_line(&rest));
    const char *location = arena_cstr(&arena, next_line(&rest));
    url_is_one(name);
    url_hide_secrets(span_of(name), &hidden);
    if (url_parse(&u, name, kind & 16, &arena, &err) == 0) {
        check_url(&u, &arena);
        check_redirect(&u, location, &arena);
    }
    struct span line = next_line(&rest), type = next_line(&rest);
    check_answer(kind, line, type, rest);
    check_list(rest);
    buf_release(&hidden);
    arena_release(&arena);
    return 0;
}
