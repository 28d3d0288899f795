// SPDX-License-Identifier: Apache-2.0
#include "web/url.h"

#include <ctype.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// false where it would have a zero byte. What is not an escape stays as it is, as browsers do.
static bool decode(struct span in, bool plus, struct span *out, struct arena *arena)
{
    char *at = arena_alloc(arena, in.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        bool escape = in.at[i] == '%' && i + 2 < in.n && hex_digit(in.at[i + 1]) >= 0 &&
                      hex_digit(in.at[i + 2]) >= 0;
        if (escape) {
            at[n] = (char)(hex_digit(in.at[i + 1]) << 4 | hex_digit(in.at[i + 2]));
            i += 2;
        } else {
            at[n] = plus && in.at[i] == '+' ? ' ' : in.at[i];
        }
        if (at[n++] == '\0')
            return false;
    }
    at[n] = '\0';
    *out = (struct span){at, n};
    return true;
}

static bool add_param(struct web_url *url, struct span pair, struct arena *arena)
{
    struct span rest = pair, name;
    struct web_param param;
    span_cut(&rest, '=', &name);
    if (!decode(name, true, &param.name, arena) ||
        !decode(rest.at ? rest : SPAN(""), true, &param.value, arena))
        return false;
    *vec_push(arena, &url->params) = param;
    return true;
}

// As a target stands between blanks on a line of its own.
static bool is_one_word(struct span target)
{
    for (size_t i = 0; i < target.n; i++)
        if ((unsigned char)target.at[i] <= ' ' || target.at[i] == 0x7f)
            return false;
    return true;
}

bool web_url_parse(struct web_url *url, struct span target, struct arena *arena)
{
    struct span rest = target, path, pair;
    *url = (struct web_url){0};
    if (target.n == 0 || target.n > WEB_URL_MAX || target.at[0] != '/' || !is_one_word(target))
        return false;
    span_cut(&rest, '?', &path);
    url->query = rest.at ? rest : SPAN("");
    if (!decode(path, false, &url->path, arena))
        return false;
    while (span_cut(&rest, '&', &pair)) {
        if (pair.n == 0)
            continue;
        if (url->params.n == WEB_PARAMS_MAX || !add_param(url, pair, arena))
            return false;
    }
    return true;
}

struct span web_url_get(const struct web_url *url, const char *name)
{
    for (size_t i = 0; i < url->params.n; i++)
        if (span_eq(url->params.at[i].name, span_of(name)))
            return url->params.at[i].value;
    return SPAN("");
}

void web_url_quote(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
            buf_addc(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}
