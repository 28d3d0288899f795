// SPDX-License-Identifier: Apache-2.0
#include "report/own.h"

#include "check.h"
#include "profile/builder.h"

static struct arena memory;

struct row {
    const char *binary, *name, *file;
    int64_t line;
    enum code_class class;
};

// The class of one function of one binary; the first mapping is the program's own.
static enum code_class class_of(const struct row *row, const char *own, bool go)
{
    struct profile p;
    struct builder b;
    struct node_table t;
    struct own o;
    struct err err;
    profile_init(&p);
    builder_init(&b, &p);
    struct mapping program = {.file = builder_string(&b, SPAN("/app/service"))};
    uint32_t mapping = builder_mapping(&b, &program);
    if (row->binary) {
        struct mapping other = {.file = builder_string(&b, span_of(row->binary)), .start = 1};
        mapping = builder_mapping(&b, &other);
    }
    if (go)
        builder_string(&b, SPAN("runtime.main"));
    struct function f = {.name = builder_string(&b, span_of(row->name)),
                         .filename = builder_string(&b, span_of(row->file))};
    struct line line = {builder_function(&b, &f), row->line, 0};
    struct location l = {.mapping = row->line ? mapping : NO_INDEX, .n_lines = 1};
    builder_location(&b, &l, &line);
    CHECK_INT(builder_finish(&b, &err), 0);
    builder_release(&b);
    struct regex *regex = own ? regex_new(span_of(own), &err) : NULL;
    node_table_init(&t, &p, &(struct detail){.function = true}, NULL, &memory);
    own_init(&o, &p, &t, regex, &memory);
    enum code_class class = own_node_class(&o, 0);
    CHECK_INT(own_class(&o, 0, 0), class);
    regex_free(regex);
    node_table_release(&t);
    profile_release(&p);
    arena_release(&memory);
    return class;
}

static void check_rows(const struct row *rows, size_t n, bool go)
{
    for (size_t i = 0; i < n; i++) {
        check_about("%s %s", rows[i].name, rows[i].file);
        CHECK_INT(class_of(&rows[i], NULL, go), rows[i].class);
    }
}

static void go_tells_by_packages_and_files(void)
{
    static const struct row rows[] = {
        {NULL, "main.main", "example.com/service/main.go", 1, CODE_OWN},
        {NULL, "example.com/service/render.Page", "/src/service/render/render.go", 1, CODE_OWN},
        {NULL, "service/render.Page", "service/render/render.go", 1, CODE_OWN},
        {NULL, "github.com/a/b.F", "/root/go/pkg/mod/github.com/a/b@v1.2.3/f.go", 1, CODE_LIBRARY},
        {NULL, "github.com/a/b.F", "github.com/a/b@v1.2.3/f.go", 1, CODE_LIBRARY},
        {NULL, "github.com/a/b.F", "/src/service/vendor/github.com/a/b/f.go", 1, CODE_LIBRARY},
        {NULL, "net/http.(*conn).serve", "net/http/server.go", 1, CODE_LIBRARY},
        {NULL, "runtime/pprof.Do", "runtime/pprof/runtime.go", 1, CODE_LIBRARY},
        {NULL, "runtime.mallocgc", "runtime/malloc.go", 1, CODE_RUNTIME},
        {NULL, "internal/abi.F", "internal/abi/a.go", 1, CODE_RUNTIME},
        {NULL, "memeqbody", "internal/bytealg/equal_amd64.s", 1, CODE_RUNTIME},
        {NULL, "sqlite3_step", "sqlite3.c", 1, CODE_RUNTIME},
        {NULL, "main.F[github.com/a/b.T]", "example.com/service/main.go", 1, CODE_OWN},
    };
    check_rows(rows, sizeof rows / sizeof *rows, true);
}

static void others_tell_by_binaries_and_folders(void)
{
    static const struct row rows[] = {
        {NULL, "serve", "/src/server.c", 1, CODE_OWN},
        {NULL, "std::sort", "/usr/include/c++/12/algorithm", 1, CODE_LIBRARY},
        {"/usr/lib/libz.so.1", "inflate", "inflate.c", 1, CODE_LIBRARY},
        {"/lib/x86_64-linux-gnu/libc.so.6", "malloc", "malloc.c", 1, CODE_RUNTIME},
        {"[vdso]", "clock_gettime", "", 1, CODE_RUNTIME},
        {NULL, "handle", "/app/site-packages/flask/app.py", 1, CODE_LIBRARY},
        {NULL, "handle", "/usr/lib/python3.11/json/decoder.py", 1, CODE_RUNTIME},
        {NULL, "emit", "node:events", 1, CODE_RUNTIME},
        {NULL, "(garbage collector)", "", 1, CODE_RUNTIME},
        {NULL, "(anonymous)", "/app/main.js", 1, CODE_OWN},
        {NULL, "(anonymous namespace)::run(int)", "", 1, CODE_OWN},
        {NULL, "java.util.HashMap.get", "", 1, CODE_RUNTIME},
        {NULL, "red", "tenant", 0, CODE_TAG},
    };
    check_rows(rows, sizeof rows / sizeof *rows, false);
}

static void an_expression_says_it_otherwise(void)
{
    static const struct row library = {NULL, "net/http.Get", "net/http/client.go", 1, CODE_LIBRARY};
    static const struct row own = {NULL, "main.main", "main.go", 1, CODE_OWN};
    static const struct row runtime = {NULL, "runtime.main", "runtime/proc.go", 1, CODE_RUNTIME};
    CHECK_INT(class_of(&library, "^net/", true), CODE_OWN);
    CHECK_INT(class_of(&library, "client[.]go$", true), CODE_OWN);
    CHECK_INT(class_of(&own, "^net/", true), CODE_LIBRARY);
    CHECK_INT(class_of(&own, "/app/service", true), CODE_OWN);
    CHECK_INT(class_of(&runtime, "^net/", true), CODE_RUNTIME);
}

CHECK_MAIN(CASE(go_tells_by_packages_and_files), CASE(others_tell_by_binaries_and_folders),
           CASE(an_expression_says_it_otherwise))
