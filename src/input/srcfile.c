// SPDX-License-Identifier: Apache-2.0
#include "input/srcfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "base/strtab.h"

enum { FILE_MAX = 16 << 20, GO_MOD_MAX = 1 << 20 };

struct entry {
    struct text_file file;
    bool found;
    struct err err;
};

struct srcfiles {
    struct arena *arena;
    struct span search_path, trim_path;
    struct strtab names;
    VEC(struct entry) entries;                       // of names 1, 2, …
    VEC(struct span) go_roots, mod_caches, go_paths; // see need_go
    bool has_go;
    struct span version;    // of the Go that the file at hand was found in, or ""
    VEC(struct span) fence; // directories that files have to be below
    bool fenced, missed;
};

static struct span env(const char *name)
{
    const char *value = getenv(name);
    return value ? span_of(value) : SPAN("");
}

static struct span join(struct srcfiles *s, struct span dir, struct span rest)
{
    return span_of(arena_printf(s->arena, SPAN_FMT "%s" SPAN_FMT, SPAN_ARG(dir),
                                span_ends(dir, SPAN("/")) ? "" : "/", SPAN_ARG(rest)));
}

static void add_usual_go_roots(struct srcfiles *s)
{
    static const char *const patterns[] = {"/usr/local/go", "/usr/lib/go", "/usr/lib/go-*",
                                           "/usr/share/go-*", "/opt/go"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        glob_t found = {0};
        if (glob(patterns[i], 0, NULL, &found) == 0)
            for (size_t j = 0; j < found.gl_pathc; j++)
                *vec_push(s->arena, &s->go_roots) =
                    arena_span(s->arena, span_of(found.gl_pathv[j]));
        globfree(&found);
    }
}

// Looked for when they are first needed, since most reports show no source.
static void need_go(struct srcfiles *s)
{
    if (s->has_go)
        return;
    s->has_go = true;
    struct span paths = env("GOPATH"), path, home = env("HOME");
    if (env("GOROOT").n)
        *vec_push(s->arena, &s->go_roots) = env("GOROOT");
    add_usual_go_roots(s);
    if (env("GOMODCACHE").n)
        *vec_push(s->arena, &s->mod_caches) = env("GOMODCACHE");
    if (paths.n == 0 && home.n)
        paths = join(s, home, SPAN("go"));
    while (paths.n && path_list_next(&paths, &path)) {
        *vec_push(s->arena, &s->go_paths) = path;
        *vec_push(s->arena, &s->mod_caches) = join(s, path, SPAN("pkg/mod"));
    }
}

static struct span current_directory(struct arena *arena)
{
    char *dir = getcwd(NULL, 0);
    struct span copy = arena_span(arena, dir ? span_of(dir) : SPAN("."));
    free(dir);
    return copy;
}

struct srcfiles *srcfiles_new(struct arena *arena, struct span search_path, struct span trim_path)
{
    struct srcfiles *s = arena_zalloc(arena, 1, sizeof *s);
    s->arena = arena;
    s->search_path = search_path.n ? search_path : current_directory(arena);
    s->trim_path = trim_path;
    strtab_init(&s->names, arena, NULL);
    return s;
}

void srcfiles_release(struct srcfiles *s)
{
    strtab_release(&s->names);
}

static void add_root(struct srcfiles *s, struct span dir, struct span below)
{
    char *path = realpath(arena_cstr(s->arena, below.n ? join(s, dir, below) : dir), NULL);
    if (path)
        *vec_push(s->arena, &s->fence) = arena_span(s->arena, span_of(path));
    free(path);
}

void srcfiles_fence(struct srcfiles *s)
{
    struct span list = s->search_path, dir;
    struct span here = current_directory(s->arena), home = env("HOME");
    bool wide = span_eq(here, SPAN("/")) || span_eq(here, home);
    s->fenced = true;
    need_go(s);
    while (path_list_next(&list, &dir))
        if (!wide || !span_eq(dir, here))
            add_root(s, dir, SPAN(""));
    if (!wide)
        add_root(s, here, SPAN(""));
    for (size_t i = 0; i < s->go_roots.n; i++)
        add_root(s, s->go_roots.at[i], SPAN("src"));
    for (size_t i = 0; i < s->mod_caches.n; i++)
        add_root(s, s->mod_caches.at[i], SPAN(""));
    for (size_t i = 0; i < s->go_paths.n; i++)
        add_root(s, s->go_paths.at[i], SPAN("src"));
}

static bool is_below(struct span path, struct span root)
{
    return span_eq(root, SPAN("/")) ||
           (span_starts(path, root) && path.n > root.n && path.at[root.n] == '/');
}

// The path without symbolic links, in the arena; NULL where it is not there or not within the
// fence.
static const char *within_fence(struct srcfiles *s, struct span path)
{
    char *real = realpath(arena_cstr(s->arena, path), NULL);
    const char *copy = NULL;
    for (size_t i = 0; real && !copy && i < s->fence.n; i++)
        if (is_below(span_of(real), s->fence.at[i]))
            copy = arena_cstr(s->arena, span_of(real));
    free(real);
    return copy;
}

static int read_fd(struct srcfiles *s, int fd, size_t max, struct span *content, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return err_set(err, "%s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, "is not a regular file");
    if ((uint64_t)st.st_size > max)
        return err_set(err, "is larger than %zu MiB", max >> 20);
    char *bytes = arena_alloc(s->arena, (size_t)st.st_size + 1);
    size_t have = 0;
    for (ssize_t n = 1; n && have < (size_t)st.st_size;) {
        n = read(fd, bytes + have, (size_t)st.st_size - have);
        if (n < 0 && errno != EINTR)
            return err_set(err, "%s", strerror(errno));
        have += n > 0 ? (size_t)n : 0;
    }
    *content = (struct span){bytes, have};
    return 0;
}

// 1 with the content, 0 where there is no such file, -1 where it cannot be used.
static int read_file(struct srcfiles *s, struct span path, size_t max, struct span *content,
                     struct err *err)
{
    // Opening must not wait for the other end of a pipe.
    const char *name = s->fenced ? within_fence(s, path) : arena_cstr(s->arena, path);
    if (!name)
        return 0;
    int fd =
        open(name, (s->fenced ? O_NOFOLLOW : 0) | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return 0;
    int status = read_fd(s, fd, max, content, err);
    close(fd);
    return status ? err_wrap(err, "'" SPAN_FMT "'", SPAN_ARG(path)) : 1;
}

typedef int (*try_fn)(struct srcfiles *s, struct span dir, struct span name, struct span *content,
                      struct err *err);

static int try_plain(struct srcfiles *s, struct span dir, struct span name, struct span *content,
                     struct err *err)
{
    return read_file(s, join(s, dir, name), FILE_MAX, content, err);
}

static int try_vendor(struct srcfiles *s, struct span dir, struct span name, struct span *content,
                      struct err *err)
{
    size_t at = span_find(name, SPAN("@"));
    struct span bare = name;
    if (at != SPAN_NOT_FOUND) { // example.com/mod@v1.2.3/file.go is vendor/example.com/mod/file.go
        struct span version = span_from(name, at);
        size_t slash = span_find(version, SPAN("/"));
        if (slash == SPAN_NOT_FOUND)
            return 0;
        bare = join(s, span_upto(name, at), span_from(version, slash + 1));
    }
    return try_plain(s, join(s, dir, SPAN("vendor")), bare, content, err);
}

// The module's name in a go.mod.
static bool module_name(struct span go_mod, struct span *name)
{
    struct span line;
    while (span_cut(&go_mod, '\n', &line)) {
        if (!span_starts(line, SPAN("module ")))
            continue;
        *name = span_trim_end(span_from(line, strlen("module ")), SPAN_SPACE);
        return name->n > 0;
    }
    return false;
}

static int try_module(struct srcfiles *s, struct span dir, struct span name, struct span *content,
                      struct err *err)
{
    struct span go_mod, module;
    struct err ignored; // as if there were no go.mod
    if (read_file(s, join(s, dir, SPAN("go.mod")), GO_MOD_MAX, &go_mod, &ignored) <= 0 ||
        !module_name(go_mod, &module) || !span_starts(name, module) || name.n <= module.n ||
        name.at[module.n] != '/')
        return 0;
    return try_plain(s, dir, span_from(name, module.n + 1), content, err);
}

static struct span parent_of(struct span dir)
{
    while (dir.n > 1 && dir.at[dir.n - 1] == '/')
        dir.n--;
    const char *slash = dir.at ? memrchr(dir.at, '/', dir.n) : NULL;
    if (!slash)
        return span_eq(dir, SPAN(".")) ? SPAN("") : SPAN(".");
    return slash == dir.at ? span_upto(dir, dir.n > 1 ? 1 : 0)
                           : span_upto(dir, (size_t)(slash - dir.at));
}

// In every directory of the search path and in all above it.
static int try_upwards(struct srcfiles *s, struct span name, try_fn try, struct span *content,
                       struct err *err)
{
    struct span list = s->search_path, dir;
    while (path_list_next(&list, &dir)) {
        for (; dir.n; dir = parent_of(dir)) {
            int found = try(s, dir, name, content, err);
            if (found)
                return found;
        }
    }
    return 0;
}

// What follows a marker, such as "/src/" of the build machine's GOROOT, or the whole name.
static struct span after(struct span name, struct span marker)
{
    size_t at = span_find(name, marker);
    return at == SPAN_NOT_FOUND ? name : span_from(name, at + marker.n);
}

// Module paths in the cache have "!a" for "A".
static struct span cache_name(struct srcfiles *s, struct span name)
{
    struct buf out = {0};
    size_t version = span_find(name, SPAN("@"));
    for (size_t i = 0; i < name.n; i++) {
        bool upper = i < version && isupper((unsigned char)name.at[i]);
        if (upper)
            buf_addc(&out, '!');
        buf_addc(&out, upper ? (char)tolower((unsigned char)name.at[i]) : name.at[i]);
    }
    struct span copy = arena_span(s->arena, buf_span(&out));
    buf_release(&out);
    return copy;
}

// The first line of GOROOT's file VERSION: "go1.21.3".
static struct span version_of(struct srcfiles *s, struct span root)
{
    enum { VERSION_MAX = 1000 };
    struct span text, line;
    struct err ignored; // Debian's has it elsewhere
    if (read_file(s, join(s, root, SPAN("VERSION")), VERSION_MAX, &text, &ignored) <= 0 ||
        !span_cut(&text, '\n', &line) || !span_starts(line, SPAN("go1.")))
        return SPAN("");
    return line;
}

static int try_go(struct srcfiles *s, struct span name, struct span *content, struct err *err)
{
    int found = 0;
    struct span in_root = after(name, SPAN("/src/"));
    struct span in_cache = after(name, SPAN("/pkg/mod/"));
    need_go(s);
    for (size_t i = 0; !found && i < s->go_roots.n; i++) {
        found = try_plain(s, join(s, s->go_roots.at[i], SPAN("src")), in_root, content, err);
        if (found > 0)
            s->version = version_of(s, s->go_roots.at[i]);
    }
    bool versioned = span_find(in_cache, SPAN("@")) != SPAN_NOT_FOUND;
    for (size_t i = 0; !found && versioned && i < s->mod_caches.n; i++) {
        found = try_plain(s, s->mod_caches.at[i], in_cache, content, err);
        if (!found)
            found = try_plain(s, s->mod_caches.at[i], cache_name(s, in_cache), content, err);
    }
    for (size_t i = 0; !found && i < s->go_paths.n; i++)
        found = try_plain(s, join(s, s->go_paths.at[i], SPAN("src")), in_root, content, err);
    if (!found)
        found = try_upwards(s, in_cache, try_vendor, content, err);
    return found ? found : try_upwards(s, name, try_module, content, err);
}

// A path of Windows names a directory of another machine: what of its end is here is found.
static int try_foreign(struct srcfiles *s, struct span path, struct span *content, struct err *err)
{
    struct span rest = path_with_slashes(s->arena, path), part;
    int found = 0;
    if (path_has_drive(rest))
        rest = span_from(rest, 3);
    while (!found && rest.at) {
        found = rest.n ? try_upwards(s, rest, try_plain, content, err) : 0;
        span_cut(&rest, '/', &part);
    }
    return found;
}

static int locate(struct srcfiles *s, struct span name, struct span *content, struct err *err)
{
    struct span path = path_trim(name, s->trim_path, s->search_path);
    s->version = SPAN("");
    bool absolute = span_starts(path, SPAN("/"));
    int found = absolute                ? read_file(s, path, FILE_MAX, content, err)
                : path_is_foreign(path) ? try_foreign(s, path, content, err)
                                        : try_upwards(s, path, try_plain, content, err);
    if (!found)
        found = try_go(s, name, content, err);
    if (!found) {
        s->missed = true;
        if (absolute)
            return err_set(err, "open " SPAN_FMT ": no such file or directory", SPAN_ARG(path));
        return err_set(err, "could not find file " SPAN_FMT " on path " SPAN_FMT, SPAN_ARG(path),
                       SPAN_ARG(s->search_path));
    }
    return found < 0 ? -1 : 0;
}

static int split_lines(struct srcfiles *s, struct span content, struct text_file *file,
                       struct err *err)
{
    VEC(struct span) lines = {0};
    if (content.n && memchr(content.at, '\0', content.n))
        return err_set(err, "is not a text file");
    struct span line;
    while (content.n && span_cut(&content, '\n', &line)) {
        if (line.n && line.at[line.n - 1] == '\r')
            line.n--;
        *vec_push(s->arena, &lines) = line;
    }
    *file = (struct text_file){lines.at, lines.n, s->version};
    return 0;
}

const struct text_file *srcfiles_find(struct srcfiles *s, struct span name, struct err *err)
{
    str_id id = strtab_add(&s->names, name);
    if (id == 0) {
        err_set(err, "a source file without a name");
        return NULL;
    }
    if (id > s->entries.n) {
        struct entry *fresh = vec_push(s->arena, &s->entries);
        struct span content;
        *fresh = (struct entry){0};
        fresh->found = locate(s, name, &content, &fresh->err) == 0;
        if (fresh->found && split_lines(s, content, &fresh->file, &fresh->err)) {
            fresh->found = false;
            err_wrap(&fresh->err, "'" SPAN_FMT "'", SPAN_ARG(name));
        }
    }
    struct entry *entry = &s->entries.at[id - 1];
    *err = entry->err;
    return entry->found ? &entry->file : NULL;
}

static void add_places(struct buf *out, const char *what, const struct span *places, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s" SPAN_FMT, i ? ", " : what, SPAN_ARG(places[i]));
}

const char *srcfiles_searched(const struct srcfiles *s)
{
    struct buf out = {0};
    if (!s->missed)
        return NULL;
    buf_printf(&out, "source files were looked for on " SPAN_FMT " and above",
               SPAN_ARG(s->search_path));
    add_places(&out, ", in GOROOT ", s->go_roots.at, s->go_roots.n);
    add_places(&out, ", in the module cache ", s->mod_caches.at, s->mod_caches.n);
    add_places(&out, ", in GOPATH ", s->go_paths.at, s->go_paths.n);
    const char *copy = arena_cstr(s->arena, buf_span(&out));
    buf_release(&out);
    return copy;
}

struct span srcfiles_here(struct arena *arena)
{
    struct srcfiles s = {.arena = arena};
    struct span go_mod, module = SPAN("");
    struct err ignored;
    char *here = getcwd(NULL, 0);
    if (read_file(&s, SPAN("go.mod"), GO_MOD_MAX, &go_mod, &ignored) > 0)
        module_name(go_mod, &module);
    struct span list = span_of(arena_printf(arena, "%s%s" SPAN_FMT, here ? here : "",
                                            module.n ? ":" : "", SPAN_ARG(module)));
    free(here);
    return list;
}
