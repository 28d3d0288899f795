// SPDX-License-Identifier: Apache-2.0
#include "input/url.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include "base/num.h"

#define GO_CPU_PROFILE "/debug/pprof/profile"
#define GO_PROFILES "/debug/pprof"
#define HIDDEN SPAN("***")

enum { NAME_MAX_SIZE = 8192 };

static size_t scheme_length(struct span name)
{
    size_t n = 0;
    while (n < name.n &&
           (isalnum((unsigned char)name.at[n]) || (n && memchr("+-.", name.at[n], 3))))
        n++;
    bool is_scheme =
        n && isalpha((unsigned char)name.at[0]) && span_starts(span_from(name, n), SPAN("://"));
    return is_scheme ? n : 0;
}

// Where any of the characters stands first, or the end.
static size_t find_any(struct span text, const char *set)
{
    size_t n = 0;
    while (n < text.n && !strchr(set, text.at[n]))
        n++;
    return n;
}

static size_t find_last(struct span text, char c)
{
    const char *hit = text.at && text.n ? memrchr(text.at, c, text.n) : NULL;
    return hit ? (size_t)(hit - text.at) : SPAN_NOT_FOUND;
}

struct authority {
    struct span user, host, port;
    bool has_user, has_port;
};

static struct authority split_authority(struct span text)
{
    struct authority a = {.host = text};
    size_t at = find_last(text, '@');
    if (at != SPAN_NOT_FOUND) {
        a.user = span_upto(text, at);
        a.has_user = true;
        a.host = span_from(text, at + 1);
    }
    size_t bracket = find_last(a.host, ']'), colon = find_last(a.host, ':');
    if (colon != SPAN_NOT_FOUND && (bracket == SPAN_NOT_FOUND || colon > bracket)) {
        a.port = span_from(a.host, colon + 1);
        a.has_port = true;
        a.host = span_upto(a.host, colon);
    }
    return a;
}

static bool is_port(struct span text)
{
    int64_t port;
    for (size_t i = 0; i < text.n; i++)
        if (!isdigit((unsigned char)text.at[i]))
            return false;
    return num_parse_i64(text, &port) && port >= 1 && port <= 65535;
}

bool url_is_one(const char *name)
{
    struct span text = span_of(name);
    if (scheme_length(text))
        return true;
    struct authority a = split_authority(span_upto(text, find_any(text, "/?#")));
    return a.host.n && is_port(a.port);
}

static int hex_of(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10
                                        : -1;
}

static char *percent_decoded(struct arena *arena, struct span text)
{
    char *out = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool coded = text.at[i] == '%' && i + 2 < text.n && hex_of(text.at[i + 1]) >= 0 &&
                     hex_of(text.at[i + 2]) >= 0;
        out[n++] =
            coded ? (char)(hex_of(text.at[i + 1]) << 4 | hex_of(text.at[i + 2])) : text.at[i];
        i += coded ? 2 : 0;
    }
    out[n] = '\0';
    return out;
}

// What may not stand in a request line as it is.
static const char *percent_encoded(struct arena *arena, struct span text)
{
    struct buf out = {0};
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c))
            buf_printf(&out, "%%%02X", c);
        else
            buf_addc(&out, (char)c);
    }
    const char *copy = arena_cstr(arena, buf_span(&out));
    buf_release(&out);
    return copy;
}

static bool next_pair(struct span *rest, struct span *pair)
{
    if (rest->n == 0)
        return false;
    size_t end = find_any(*rest, "&");
    *pair = span_upto(*rest, end);
    *rest = span_from(*rest, end < rest->n ? end + 1 : end);
    return true;
}

// Asks for so many seconds in the place of those that stand in the query.
static const char *query_with(struct arena *arena, struct span query, int64_t seconds)
{
    struct buf out = {0};
    struct span pair;
    while (next_pair(&query, &pair))
        if (!span_eq(span_upto(pair, find_any(pair, "=")), SPAN("seconds")))
            buf_printf(&out, "%s" SPAN_FMT, out.n ? "&" : "", SPAN_ARG(pair));
    buf_printf(&out, "%sseconds=%" PRId64, out.n ? "&" : "", seconds);
    const char *copy = arena_cstr(arena, buf_span(&out));
    buf_release(&out);
    return copy;
}

static int64_t seconds_of(struct span query)
{
    struct span pair;
    int64_t seconds;
    while (next_pair(&query, &pair))
        if (span_starts(pair, SPAN("seconds=")) && num_parse_i64(span_from(pair, 8), &seconds) &&
            seconds > 0 && seconds <= INT32_MAX)
            return seconds;
    return 0;
}

static void take_place(struct url *u, struct span rest, struct arena *arena)
{
    rest = span_upto(rest, find_any(rest, "#"));
    size_t question = find_any(rest, "?");
    struct span query = span_from(rest, question < rest.n ? question + 1 : question);
    u->path = percent_encoded(arena, span_upto(rest, question));
    u->query = percent_encoded(arena, query);
    u->seconds = seconds_of(query);
}

static int take_user(struct url *u, struct span user, struct arena *arena)
{
    size_t colon = find_any(user, ":");
    u->user = percent_decoded(arena, span_upto(user, colon));
    u->password = percent_decoded(arena, span_from(user, colon < user.n ? colon + 1 : colon));
    return 0;
}

// A name, an address, or one of version 6 in brackets.
static bool is_host(struct span host)
{
    bool six = host.n > 2 && host.at[0] == '[' && host.at[host.n - 1] == ']';
    const char *others = six ? ":.%" : "-._~%";
    for (size_t i = six; i + six < host.n; i++)
        if (!isalnum((unsigned char)host.at[i]) && !memchr(others, host.at[i], strlen(others)) &&
            (six || (signed char)host.at[i] >= 0))
            return false;
    return host.n > 0;
}

static int take_authority(struct url *u, struct span text, struct arena *arena, struct err *err)
{
    struct authority a = split_authority(text);
    if (a.host.n == 0)
        return err_set(err, "names no host");
    if (a.has_port && a.port.n && !is_port(a.port))
        return err_set(err, "'" SPAN_FMT "' is not a port", ERR_SUBJECT(a.port));
    if (!is_host(a.host))
        return err_set(err, "'" SPAN_FMT "' is not a host", ERR_SUBJECT(a.host));
    u->host = arena_cstr(arena, a.host);
    u->port = arena_cstr(arena, a.port);
    return a.has_user ? take_user(u, a.user, arena) : 0;
}

// /path/of/socket:/path/in/it
static int take_socket(struct url *u, struct span rest, struct arena *arena, struct err *err)
{
    size_t colon = span_find(rest, SPAN(":/"));
    struct span socket = colon == SPAN_NOT_FOUND ? rest : span_upto(rest, colon);
    u->scheme = "http";
    u->host = "localhost";
    u->port = "";
    u->unix_socket = arena_cstr(arena, socket);
    if (socket.n == 0 || socket.at[0] != '/')
        return err_set(err, "want unix:///path/of/the/socket:/debug/pprof/heap");
    take_place(u, colon == SPAN_NOT_FOUND ? SPAN("/") : span_from(rest, colon + 1), arena);
    return 0;
}

static int take_scheme(struct url *u, struct span scheme, struct err *err)
{
    u->insecure = scheme.n == 14 && strncasecmp(scheme.at, "https+insecure", 14) == 0;
    bool https = u->insecure || (scheme.n == 5 && strncasecmp(scheme.at, "https", 5) == 0);
    u->scheme = https ? "https" : "http";
    if (https || (scheme.n == 4 && strncasecmp(scheme.at, "http", 4) == 0))
        return 0;
    return err_set(err,
                   "'" SPAN_FMT "' is a scheme that is not fetched: http, https, https+insecure, "
                   "unix and file are",
                   ERR_SUBJECT(scheme));
}

static int parse(struct url *u, struct span text, struct arena *arena, struct err *err)
{
    size_t n = scheme_length(text);
    struct span scheme = n ? span_upto(text, n) : SPAN("http");
    struct span rest = n ? span_from(text, n + 3) : text;
    if (n == 4 && strncasecmp(scheme.at, "unix", 4) == 0)
        return take_socket(u, rest, arena, err);
    size_t end = find_any(rest, "/?#");
    if (take_scheme(u, scheme, err) || take_authority(u, span_upto(rest, end), arena, err))
        return -1;
    take_place(u, span_from(rest, end), arena);
    return 0;
}

static int check_text(struct span text, struct err *err)
{
    if (text.n > NAME_MAX_SIZE)
        return err_set(err, "the URL is too long");
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return err_set(err, "the URL has control characters in it");
    return 0;
}

int url_parse(struct url *u, const char *name, int64_t seconds, struct arena *arena,
              struct err *err)
{
    struct span text = span_of(name);
    *u = (struct url){0};
    if (check_text(text, err) || parse(u, text, arena, err))
        return -1;
    if (*u->path == '\0' || strcmp(u->path, "/") == 0)
        u->path = GO_CPU_PROFILE;
    if (seconds > 0) {
        u->query = query_with(arena, span_of(u->query), seconds);
        u->seconds = seconds;
    }
    return 0;
}

int url_redirect(struct url *to, const struct url *from, const char *location, struct arena *arena,
                 struct err *err)
{
    struct span text = span_of(location);
    *to = (struct url){0};
    if (check_text(text, err))
        return err_wrap(err, "is redirected");
    size_t n = scheme_length(text);
    if (n && strncasecmp(location, "http://", 7) != 0 && strncasecmp(location, "https://", 8) != 0)
        return err_set(err, "is redirected to '" SPAN_FMT "://…', which is not followed",
                       ERR_SUBJECT(span_upto(text, n)));
    if (n == 0 || parse(to, text, arena, err))
        return err_set(err, "is redirected to something that is not a URL");
    to->user = to->password = NULL;
    if (*to->path == '\0')
        to->path = "/";
    to->unix_socket = from->unix_socket;
    if (url_same_origin(to, from)) {
        to->user = from->user;
        to->password = from->password;
        to->insecure = from->insecure;
    } else {
        to->unix_socket = NULL;
    }
    return 0;
}

static const char *port_of(const struct url *u)
{
    return *u->port ? u->port : strcmp(u->scheme, "https") == 0 ? "443" : "80";
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    const char *socket_a = a->unix_socket ? a->unix_socket : "";
    const char *socket_b = b->unix_socket ? b->unix_socket : "";
    return strcmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 &&
           strcmp(port_of(a), port_of(b)) == 0 && strcmp(socket_a, socket_b) == 0;
}

// Rules: symbolz of google/pprof's internal/symbolz/symbolz.go.
const char *url_symbol_path(const struct url *u, struct arena *arena)
{
    static const char *const suffixes[] = {"/pprof/heap", "/pprof/growth", "/pprof/profile",
                                           "/pprof/pmuprofile", "/pprof/contention"};
    struct span path = span_of(u->path);
    bool known = span_find(path, SPAN(GO_PROFILES "/")) != SPAN_NOT_FOUND;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        known |= span_ends(path, span_of(suffixes[i]));
    while (path.n > 1 && path.at[path.n - 1] == '/')
        path.n--;
    size_t slash = find_last(path, '/');
    if (slash == SPAN_NOT_FOUND)
        return NULL;
    return arena_printf(arena, SPAN_FMT "/%s", SPAN_ARG(span_upto(path, slash)),
                        known ? "symbol" : "symbolz");
}

static void put_place(const struct url *u, struct buf *out)
{
    buf_printf(out, "%s%s%s", u->path, *u->query ? "?" : "", u->query);
}

void url_write(const struct url *u, struct buf *out)
{
    buf_printf(out, "%s://%s%s%s", u->scheme, u->host, *u->port ? ":" : "", u->port);
    put_place(u, out);
}

void url_show(const struct url *u, struct buf *out)
{
    struct buf whole = {0};
    if (u->unix_socket) {
        buf_printf(&whole, "unix://%s:", u->unix_socket);
        put_place(u, &whole);
    } else {
        url_write(u, &whole);
    }
    url_hide_secrets(buf_span(&whole), out);
    buf_release(&whole);
}

static bool is_secret(struct span name)
{
    static const char *const words[] = {"token",  "key", "secret", "password",
                                        "passwd", "sig", "auth"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (size_t at = 0; at + strlen(words[i]) <= name.n; at++)
            if (strncasecmp(name.at + at, words[i], strlen(words[i])) == 0)
                return true;
    return false;
}

static void hide_in_query(struct span query, struct buf *out)
{
    struct span pair;
    for (bool first = true; next_pair(&query, &pair); first = false) {
        size_t equals = find_any(pair, "=");
        bool secret = equals < pair.n && is_secret(span_upto(pair, equals));
        buf_printf(out, "%s", first ? "" : "&");
        buf_add(out, secret ? span_upto(pair, equals + 1) : pair);
        buf_add(out, secret ? HIDDEN : SPAN(""));
    }
}

// A word without blanks that may be a URL, or have one in it, as base=http://… does.
static void hide_in_word(struct span word, struct buf *out)
{
    size_t sign = span_find(word, SPAN("://"));
    size_t start = sign == SPAN_NOT_FOUND ? 0 : sign + 3;
    size_t end = start + find_any(span_from(word, start), "/?#");
    struct span authority = {word.at + start, end - start};
    size_t at = find_last(authority, '@');
    bool has_user = at != SPAN_NOT_FOUND && (start || find_any(authority, ":") < authority.n);
    buf_add(out, span_upto(word, start));
    buf_add(out, has_user ? span_from(authority, at + 1) : authority);
    struct span rest = span_from(word, end);
    size_t question = find_any(rest, "?");
    bool has_query = question < rest.n;
    buf_add(out, has_query ? span_upto(rest, question + 1) : rest);
    if (has_query)
        hide_in_query(span_from(rest, question + 1), out);
}

// Where a word ends: at a blank, or at a comma with another URL after it.
static size_t word_end(struct span text)
{
    size_t n = find_any(text, " \t");
    for (size_t i = find_any(text, ","); i < n; i++)
        if (text.at[i] == ',' && scheme_length(span_upto(span_from(text, i + 1), n - i - 1)))
            return i;
    return n;
}

void url_hide_secrets(struct span text, struct buf *out)
{
    while (text.n) {
        size_t blank = word_end(text);
        hide_in_word(span_upto(text, blank), out);
        if (blank < text.n)
            buf_addc(out, text.at[blank]);
        text = span_from(text, blank < text.n ? blank + 1 : blank);
    }
}

struct span url_last_part(const struct url *u)
{
    struct span path = span_of(u->path);
    return span_from(path, find_last(path, '/') + 1);
}

bool url_is_list(const struct url *u)
{
    struct span path = span_of(u->path);
    return span_ends(path, SPAN(GO_PROFILES)) || span_ends(path, SPAN(GO_PROFILES "/"));
}

bool url_is_local(const struct url *u)
{
    struct span host = span_of(u->host);
    return u->unix_socket || strcasecmp(u->host, "localhost") == 0 ||
           (span_ends(host, SPAN(".localhost"))) || span_starts(host, SPAN("127.")) ||
           strcmp(u->host, "[::1]") == 0;
}
