// SPDX-License-Identifier: Apache-2.0
#include "report/own.h"

#include "base/path.h"

const char *const code_class_names[N_CODE_CLASSES] = {
    [CODE_OWN] = "own", [CODE_LIBRARY] = "library", [CODE_RUNTIME] = "runtime", [CODE_TAG] = "tag"};

struct names {
    const char *const *at;
    size_t n;
};

#define NAMES(list)                         \
    (struct names)                          \
    {                                       \
        list, sizeof(list) / sizeof *(list) \
    }

// First elements of the paths of Go's own packages.
static const char *const go_packages[] = {
    "archive", "arena",   "bufio",   "builtin", "bytes",    "cmp",      "compress", "container",
    "context", "crypto",  "debug",   "embed",   "database", "encoding", "errors",   "expvar",
    "flag",    "fmt",     "go",      "hash",    "html",     "image",    "index",    "io",
    "iter",    "log",     "maps",    "math",    "mime",     "net",      "os",       "path",
    "plugin",  "reflect", "regexp",  "runtime", "slices",   "sort",     "strconv",  "strings",
    "structs", "sync",    "testing", "text",    "time",     "unicode",  "unique",   "unsafe",
    "vendor",  "weak",
};

static const char *const go_runtime[] = {
    "runtime/pprof",
    "runtime/trace",
    "runtime/debug",
    "runtime/metrics",
};

// Beginnings of the names of binaries.
static const char *const runtime_binaries[] = {
    "[",          "libc.",  "libc-",     "ld-",    "ld.",    "libpthread",
    "libm.",      "libm-",  "libstdc++", "libc++", "libgcc", "vmlinux",
    "linux-vdso", "libjvm", "libpython", "libdl",  "librt",
};

static const char *const runtime_names[] = {
    "java.", "javax.", "jdk.", "sun.", "com.sun.", "java/", "javax/", "jdk/", "sun/", "com/sun/",
};

static const char *const library_names[] = {
    "std::", "core::", "alloc::", "__gnu_cxx::", "<std::", "<core::", "<alloc::",
};

// Parts of the paths of files.
static const char *const library_files[] = {
    "/site-packages/", "/dist-packages/", "node_modules/",     "/vendor/",   "/pkg/mod/",
    "/usr/include/",   "/rustc/",         "/.cargo/registry/", "/external/", "@v",
};

static const char *const runtime_files[] = {
    "/lib/python",
    "<frozen ",
    "node:",
    "<built-in>",
};

static bool starts_with_any(struct span text, struct names names)
{
    for (size_t i = 0; i < names.n; i++)
        if (span_starts(text, span_of(names.at[i])))
            return true;
    return false;
}

static bool has_any(struct span text, struct names parts)
{
    for (size_t i = 0; i < parts.n; i++)
        if (span_find(text, span_of(parts.at[i])) != SPAN_NOT_FOUND)
            return true;
    return false;
}

static size_t find_first(struct span text, const char *bytes)
{
    size_t n = 0;
    while (n < text.n && !(text.at[n] && strchr(bytes, text.at[n])))
        n++;
    return n;
}

// "example.com/service/render.Simple.Page" is of the package "example.com/service/render"; type
// arguments and receivers may have paths, too. Empty where there is no package.
static struct span go_package(struct span name)
{
    struct span head = span_upto(name, find_first(name, "[("));
    size_t slash = head.n;
    while (slash && head.at[slash - 1] != '/')
        slash--;
    size_t dot = slash + find_first(span_from(head, slash), ".");
    return dot < name.n && name.at[dot] == '.' ? span_upto(name, dot) : SPAN("");
}

static bool is_go_package(struct span first)
{
    for (size_t i = 0; i < NAMES(go_packages).n; i++)
        if (span_eq(first, span_of(go_packages[i])))
            return true;
    return false;
}

// Assembly has no package, as C has none.
static enum code_class go_class(struct span name, struct span file)
{
    struct span package = go_package(name);
    struct span first = span_upto(package, find_first(package, "/"));
    if (package.n == 0 || span_starts(name, SPAN("type:")) || span_starts(name, SPAN("go:")))
        return CODE_RUNTIME;
    if (span_eq(package, SPAN("main")))
        return CODE_OWN;
    if (span_eq(first, SPAN("internal")) || span_eq(first, SPAN("syscall")))
        return CODE_RUNTIME;
    if (span_eq(first, SPAN("runtime")))
        return starts_with_any(package, NAMES(go_runtime)) ? CODE_LIBRARY : CODE_RUNTIME;
    if (is_go_package(first) || has_any(file, NAMES(library_files)))
        return CODE_LIBRARY;
    return CODE_OWN;
}

// What engines name that is not a function: "(garbage collector)", "(program)", "(idle)".
static bool is_engine(struct span name, struct span file)
{
    return file.n == 0 && span_starts(name, SPAN("(")) && span_ends(name, SPAN(")")) &&
           span_find(name, SPAN("::")) == SPAN_NOT_FOUND;
}

static enum code_class other_class(struct span name, struct span file, struct span binary,
                                   bool is_main)
{
    if (starts_with_any(path_base(binary), NAMES(runtime_binaries)) ||
        starts_with_any(name, NAMES(runtime_names)) || is_engine(name, file))
        return CODE_RUNTIME;
    if (starts_with_any(name, NAMES(library_names)) || has_any(file, NAMES(library_files)))
        return CODE_LIBRARY;
    if (has_any(file, NAMES(runtime_files)))
        return CODE_RUNTIME;
    return is_main || !binary.n ? CODE_OWN : CODE_LIBRARY;
}

// As the tags' frames are made: see profile/tagframe.c.
static bool is_tag(const struct location *loc, const struct line *line, struct span file)
{
    return loc->mapping == NO_INDEX && !loc->address && !line->line && file.n &&
           find_first(file, "/.") == file.n;
}

static enum code_class known_class(const struct own *o, const struct location *loc, uint32_t line,
                                   struct span binary)
{
    const struct profile *p = o->p;
    bool is_main = loc->mapping == 0;
    if (line == NO_INDEX)
        return other_class(SPAN(""), SPAN(""), binary, is_main);
    const struct function *f = &p->functions[p->lines[line].function];
    struct span name = profile_str(p, f->name), file = profile_str(p, f->filename);
    if (is_tag(loc, &p->lines[line], file))
        return CODE_TAG;
    bool in_main = is_main || loc->mapping == NO_INDEX;
    if (span_ends(file, SPAN(".go")) || (o->is_go && in_main))
        return go_class(name, file);
    return other_class(name, file, binary, is_main);
}

static bool is_claimed(const struct own *o, uint32_t line, struct span binary)
{
    if (regex_match(o->regex, binary))
        return true;
    if (line == NO_INDEX)
        return false;
    const struct function *f = &o->p->functions[o->p->lines[line].function];
    return regex_match(o->regex, profile_str(o->p, f->name)) ||
           regex_match(o->regex, profile_str(o->p, f->filename));
}

enum code_class own_class(const struct own *o, uint32_t location, uint32_t line)
{
    const struct location *loc = &o->p->locations[location];
    struct span binary =
        loc->mapping == NO_INDEX ? SPAN("") : profile_str(o->p, o->p->mappings[loc->mapping].file);
    enum code_class class = known_class(o, loc, line, binary);
    if (!o->regex || class == CODE_TAG)
        return class;
    if (is_claimed(o, line, binary))
        return CODE_OWN;
    return class == CODE_OWN ? CODE_LIBRARY : class;
}

static bool is_go(const struct profile *p)
{
    static const char *const names[] = {"runtime.main", "runtime.goexit", "runtime.mcall",
                                        "runtime.mallocgc", "runtime.mstart"};
    for (size_t i = 0; i < NAMES(names).n; i++)
        if (strtab_find(p->strings, span_of(names[i])) != HASH_NONE)
            return true;
    return false;
}

void own_init(struct own *o, const struct profile *p, const struct node_table *t,
              struct regex *regex, struct arena *arena)
{
    *o = (struct own){p, t, regex, NULL, NULL, is_go(p)};
    size_t size = t->infos.n * sizeof *o->lines;
    o->locations = memset(arena_alloc(arena, size), 0xff, size);
    o->lines = memset(arena_alloc(arena, size), 0xff, size);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        const struct location *loc = &p->locations[i];
        uint32_t n = t->first[i + 1] - t->first[i];
        for (uint32_t k = 0; k < n; k++) {
            uint32_t node = t->nodes[t->first[i] + k];
            if (o->locations[node] != NO_INDEX)
                continue;
            o->locations[node] = i;
            if (loc->n_lines)
                o->lines[node] = loc->line + loc->n_lines - n + k;
        }
    }
}

enum code_class own_node_class(const struct own *o, uint32_t node)
{
    return o->locations[node] == NO_INDEX ? CODE_OWN
                                          : own_class(o, o->locations[node], o->lines[node]);
}

const struct function *own_node_function(const struct own *o, uint32_t node)
{
    return o->lines[node] == NO_INDEX ? NULL
                                      : &o->p->functions[o->p->lines[o->lines[node]].function];
}
