// SPDX-License-Identifier: Apache-2.0
#include "symbol/locate.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/vec.h"
#include "symbol/mapping.h"

enum { FILES_MAX = 100 }; // of a build id's directory

struct locator {
    struct profile *p;
    const struct job *job;
    struct arena arena;
    VEC(const char *) candidates;
};

static void add(struct locator *l, const char *path)
{
    *vec_push(&l->arena, &l->candidates) =
        arena_cstr(&l->arena, path_clean(&l->arena, span_of(path)));
}

static int cmp_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// All files of a directory, sorted.
static void add_files(struct locator *l, const char *directory)
{
    size_t first = l->candidates.n;
    DIR *dir = opendir(directory);
    if (!dir)
        return;
    for (struct dirent *entry; l->candidates.n < first + FILES_MAX && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            add(l, arena_printf(&l->arena, "%s/%s", directory, entry->d_name));
    closedir(dir);
    if (l->candidates.n > first)
        qsort(l->candidates.at + first, l->candidates.n - first, sizeof *l->candidates.at,
              cmp_texts);
}

// A build id becomes a part of paths: it is to be one that cannot lead elsewhere.
static bool is_safe_id(struct span id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!isalnum((unsigned char)id.at[i]) && id.at[i] != '-' && id.at[i] != '_')
            return false;
    return id.n > 0;
}

struct names {
    struct span id, file, base, dir; // file is absolute
};

static void add_by_id(struct locator *l, struct span root, const struct names *n)
{
    const char *directory =
        arena_printf(&l->arena, SPAN_FMT "/" SPAN_FMT, SPAN_ARG(root), SPAN_ARG(n->id));
    if (n->base.n)
        add(l, arena_printf(&l->arena, "%s/" SPAN_FMT, directory, SPAN_ARG(n->base)));
    add_files(l, directory);
    if (n->base.n)
        add(l, arena_printf(&l->arena, SPAN_FMT SPAN_FMT "/" SPAN_FMT, SPAN_ARG(root),
                            SPAN_ARG(n->file), SPAN_ARG(n->id)));
    if (n->id.n > 2)
        add(l, arena_printf(&l->arena, SPAN_FMT "/%.2s/" SPAN_FMT ".debug", SPAN_ARG(root),
                            n->id.at, SPAN_ARG(span_from(n->id, 2))));
}

static void add_by_name(struct locator *l, struct span root, const struct names *n)
{
    struct arena *a = &l->arena;
    add(l, arena_printf(a, SPAN_FMT "/" SPAN_FMT, SPAN_ARG(root), SPAN_ARG(n->base)));
    add(l, arena_printf(a, SPAN_FMT SPAN_FMT, SPAN_ARG(root), SPAN_ARG(n->file)));
    add(l, arena_printf(a, SPAN_FMT SPAN_FMT ".debug", SPAN_ARG(root), SPAN_ARG(n->file)));
    add(l, arena_printf(a, SPAN_FMT SPAN_FMT "/.debug/" SPAN_FMT ".debug", SPAN_ARG(root),
                        SPAN_ARG(n->dir), SPAN_ARG(n->base)));
    add(l, arena_printf(a, SPAN_FMT "/usr/lib/debug" SPAN_FMT "/" SPAN_FMT ".debug", SPAN_ARG(root),
                        SPAN_ARG(n->dir), SPAN_ARG(n->base)));
}

static struct names names_of(struct locator *l, const struct mapping *m)
{
    struct names n = {0};
    struct span id = profile_str(l->p, m->build_id), file = profile_str(l->p, m->file);
    if (is_safe_id(id))
        n.id = id;
    if (file.n == 0 || memchr(file.at, '\0', file.n))
        return n;
    // Made absolute first, so that ".." cannot lead out of the directory that is searched.
    const char *absolute = arena_printf(&l->arena, "/" SPAN_FMT, SPAN_ARG(file));
    n.file = path_clean(&l->arena, span_of(absolute));
    n.base = path_base(n.file);
    n.dir = span_upto(n.file, n.file.n - n.base.n);
    if (n.file.n <= 1)
        n.file = n.base = n.dir = (struct span){NULL, 0};
    return n;
}

// Whether the file is what the mapping is of.
static bool is_it(struct locator *l, const struct mapping *m, const char *path)
{
    struct opened opened;
    struct err ignored;
    struct span id = profile_str(l->p, m->build_id);
    if (mapping_open(l->p, m, path, &opened, &ignored))
        return false;
    struct span found = span_of(binary_build_id(opened.binary));
    bool same = id.n == 0 || span_eq(id, found);
    if (!same)
        job_note(l->job, arena_printf(&l->arena,
                                      "ignoring local file '%s': its build id is " SPAN_FMT
                                      ", not " SPAN_FMT,
                                      path, SPAN_ARG(found), SPAN_ARG(id)));
    binary_close(opened.binary);
    return same;
}

static void locate(struct locator *l, struct mapping *m, struct span search_path)
{
    struct names names = names_of(l, m);
    struct span root;
    while (path_list_next(&search_path, &root)) {
        l->candidates.n = 0;
        root = root.n ? root : SPAN(".");
        if (names.id.n)
            add_by_id(l, root, &names);
        if (names.base.n)
            add_by_name(l, root, &names);
        for (size_t i = 0; i < l->candidates.n; i++)
            if (is_it(l, m, l->candidates.at[i])) {
                m->file = strtab_add(l->p->strings, span_of(l->candidates.at[i]));
                return;
            }
    }
}

static bool exists(struct arena *arena, struct span directory)
{
    struct stat st;
    return stat(directory.n ? arena_cstr(arena, directory) : ".", &st) == 0 && S_ISDIR(st.st_mode);
}

void locate_binaries(struct profile *p, struct span search_path, const struct job *job)
{
    struct locator l = {.p = p, .job = job};
    struct span rest = search_path, root;
    bool any = false;
    while (!any && path_list_next(&rest, &root))
        any = exists(&l.arena, root);
    for (uint32_t i = 0; any && i < p->n_mappings && !job_stopped(job); i++)
        locate(&l, &p->mappings[i], search_path);
    arena_release(&l.arena);
}
