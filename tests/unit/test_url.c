// SPDX-License-Identifier: Apache-2.0
#include "input/url.h"

#include "check.h"
#include "input/verdict.h"

static void names_that_are_urls(void)
{
    static const char *const yes[] = {
        "http://x", "HTTPS://x/y",  "localhost:6060",  "localhost:80/x", "[::1]:6060/x",
        "ftp://x",  "unix:///a:/b", "u:p@host:1/heap", "file:///x",      "10.0.0.1:1?x"};
    static const char *const no[] = {"",     "-",         "localhost", "heap.pb.gz",   "a:b",
                                     "a:",   ":80",       "a:0",       "a:65536",      "a:80x/y",
                                     "://x", "1http://x", "C:/x",      "./a:80/x/y:z", "/a:80"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        check_about("%s", yes[i]);
        CHECK(url_is_one(yes[i]));
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        check_about("%s", no[i]);
        CHECK(!url_is_one(no[i]));
    }
}

static void urls_are_taken_apart(void)
{
    static const struct {
        const char *name;
        int64_t seconds;
        const char *written, *shown;
    } rows[] = {
        {"localhost:6060", 0, "http://localhost:6060/debug/pprof/profile", NULL},
        {"http://h/", 0, "http://h/debug/pprof/profile", NULL},
        {"http://h?x=1", 5, "http://h/debug/pprof/profile?x=1&seconds=5", NULL},
        {"http://h/p?seconds=3&x=1&seconds=4#there", 5, "http://h/p?x=1&seconds=5", NULL},
        {"https+insecure://h:1/a b/\"c\"?d= ", 0, "https://h:1/a%20b/%22c%22?d=%20", NULL},
        {"[::1]:6060/heap", 0, "http://[::1]:6060/heap", NULL},
        {"http://me:p%40ss@h/heap", 0, "http://h/heap", NULL},
        {"http://h/x?token=a&b=c&Api_Key=d", 0, "http://h/x?token=a&b=c&Api_Key=d",
         "http://h/x?token=***&b=c&Api_Key=***"},
        {"unix:///run/a.sock:/debug/pprof/heap?x", 0, "http://localhost/debug/pprof/heap?x",
         "unix:///run/a.sock:/debug/pprof/heap?x"},
        {"unix:///run/a.sock", 0, "http://localhost/debug/pprof/profile",
         "unix:///run/a.sock:/debug/pprof/profile"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct buf out = {0};
        struct url u;
        struct err err;
        check_about("%s", rows[i].name);
        CHECK_INT(url_parse(&u, rows[i].name, rows[i].seconds, &arena, &err), 0);
        url_write(&u, &out);
        CHECK_STR(buf_cstr(&out), rows[i].written);
        buf_clear(&out);
        url_show(&u, &out);
        CHECK_STR(buf_cstr(&out), rows[i].shown ? rows[i].shown : rows[i].written);
        buf_release(&out);
        arena_release(&arena);
    }
}

static void parts_of_urls(void)
{
    struct arena arena = {0};
    struct url u;
    struct err err;
    CHECK_INT(
        url_parse(&u, "https+insecure://me:p%40%3a@h/debug/pprof/heap?seconds=7", 0, &arena, &err),
        0);
    CHECK_STR(u.user, "me");
    CHECK_STR(u.password, "p@:");
    CHECK(u.insecure);
    CHECK_INT(u.seconds, 7);
    CHECK_SPAN(url_last_part(&u), SPAN("heap"));
    CHECK_STR(url_symbol_path(&u, &arena), "/debug/pprof/symbol");
    CHECK_INT(url_parse(&u, "h:1/pprof/growth", 0, &arena, &err), 0);
    CHECK_STR(url_symbol_path(&u, &arena), "/pprof/symbol");
    CHECK_INT(url_parse(&u, "h:1/prefix/profilez", 0, &arena, &err), 0);
    CHECK_STR(url_symbol_path(&u, &arena), "/prefix/symbolz");
    CHECK(!url_is_list(&u));
    CHECK_INT(url_parse(&u, "h:1/x/debug/pprof", 0, &arena, &err), 0);
    CHECK(url_is_list(&u));
    arena_release(&arena);
}

static void secrets_stay_inside(void)
{
    static const char *const rows[][2] = {
        {"open http://me:hush@h/heap", "open http://h/heap"},
        {"base=http://me:hush@h/x,http://b/y?sig=hush&z=1",
         "base=http://h/x,http://b/y?sig=***&z=1"},
        {"me:hush@h:60/heap?A-TOKEN=hush", "h:60/heap?A-TOKEN=***"},
        {"top me@home", "top me@home"},
        {"focus=a?b=c", "focus=a?b=c"},
        {"http://h/x?token=a,b", "http://h/x?token=***"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        url_hide_secrets(span_of(rows[i][0]), &out);
        CHECK_STR(buf_cstr(&out), rows[i][1]);
        buf_release(&out);
    }
}

static void redirects_are_judged(void)
{
    struct arena arena = {0};
    struct url from, to;
    struct err err;
    CHECK_INT(url_parse(&from, "https+insecure://me:pw@H:443/a", 0, &arena, &err), 0);
    CHECK_INT(url_redirect(&to, &from, "https://h/b", &arena, &err), 0);
    CHECK(url_same_origin(&from, &to));
    CHECK_STR(to.user, "me");
    CHECK(to.insecure);
    CHECK_INT(url_redirect(&to, &from, "http://h/b", &arena, &err), 0);
    CHECK(!url_same_origin(&from, &to));
    CHECK(!to.user && !to.insecure);
    CHECK_INT(url_redirect(&to, &from, "https://x:y@h:444/", &arena, &err), 0);
    CHECK(!to.user);
    CHECK_INT(url_redirect(&to, &from, "file:///etc/passwd", &arena, &err), -1);
    CHECK_INT(url_redirect(&to, &from, "unix:///a:/b", &arena, &err), -1);
    CHECK_INT(url_redirect(&to, &from, "nonsense", &arena, &err), -1);
    arena_release(&arena);
}

static void answers_are_judged(void)
{
    static const struct {
        struct answer answer;
        const char *says; // NULL: it may be a profile
    } rows[] = {
        {{200, SPAN(""), SPAN("text/html"), SPAN("\x1f\x8b")}, NULL},
        {{200, SPAN(""), SPAN(""), SPAN("\xef\xbb\xbf\n <HTML>")}, "is an HTML page: a login?"},
        {{200, SPAN(""), SPAN("text/html; charset=x"), SPAN(" <p>")}, "is an HTML page: a login?"},
        {{404, SPAN("HTTP/1.1 404 Not Found"), SPAN(""), SPAN("Unknown profile\n")},
         "404 Not Found: Unknown profile"},
        {{404, SPAN("HTTP/2 404 "), SPAN(""), SPAN("")},
         "404: does the service import net/http/pprof?"},
        {{401, SPAN("HTTP/1.1 401 Unauthorized"), SPAN(""), SPAN("secret words")},
         "401 Unauthorized: needs a user and password, or -header"},
        {{500, SPAN("HTTP/1.0 500 Oops"), SPAN(""), SPAN("{\"json\": 1}")}, "500 Oops"},
        {{418, SPAN(""), SPAN(""), SPAN("\x1b[31m")}, "HTTP status 418"},
        {{302, SPAN(""), SPAN(""), SPAN("")},
         "is redirected, but does not say where to (status 302)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        check_about("row %zu", i);
        CHECK_INT(verdict_on(&rows[i].answer, &err), rows[i].says ? -1 : 0);
        CHECK_STR(err.text, rows[i].says ? rows[i].says : "");
    }
}

CHECK_MAIN(CASE(names_that_are_urls), CASE(urls_are_taken_apart), CASE(parts_of_urls),
           CASE(secrets_stay_inside), CASE(redirects_are_judged), CASE(answers_are_judged))
