// SPDX-License-Identifier: Apache-2.0
#include "app/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"

// What may come after the name of a profile.
static bool is_named_profile(const char *path)
{
    static const char *const ends[] = {".pb.gz", ".pb", ".pprof", ".prof", ".gz", ".zst"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (span_ends(span_of(path), span_of(ends[i])))
            return true;
    return false;
}

static void keep_named(name_list *names)
{
    size_t kept = 0, n = 0;
    for (size_t i = 0; i < names->n; i++)
        n += is_named_profile(names->at[i]);
    for (size_t i = 0; n && i < names->n; i++)
        if (is_named_profile(names->at[i]))
            names->at[kept++] = names->at[i];
    names->n = n ? n : names->n;
}

struct aged {
    char *name;
    struct timespec changed;
    size_t place; // in the order of names
};

static int newest_first(const void *a, const void *b)
{
    const struct aged *x = a, *y = b;
    if (x->changed.tv_sec != y->changed.tv_sec)
        return x->changed.tv_sec > y->changed.tv_sec ? -1 : 1;
    if (x->changed.tv_nsec != y->changed.tv_nsec)
        return x->changed.tv_nsec > y->changed.tv_nsec ? -1 : 1;
    return x->place > y->place ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
    const struct aged *x = a, *y = b;
    return x->place < y->place ? -1 : 1;
}

static void keep_newest(name_list *names, size_t newest, struct arena *arena)
{
    struct aged *all = arena_zalloc(arena, names->n, sizeof *all);
    for (size_t i = 0; i < names->n; i++) {
        struct stat st;
        all[i] = (struct aged){.name = names->at[i], .place = i};
        if (stat(names->at[i], &st) == 0)
            all[i].changed = st.st_mtim;
    }
    qsort(all, names->n, sizeof *all, newest_first);
    names->n = newest < names->n ? newest : names->n;
    qsort(all, names->n, sizeof *all, by_place);
    for (size_t i = 0; i < names->n; i++)
        names->at[i] = all[i].name;
}

int folder_profiles(name_list *names, const char *place, int64_t newest, struct arena *arena,
                    struct err *err)
{
    struct stat st;
    name_list found = {0};
    if (stat(place, &st) != 0 || !S_ISDIR(st.st_mode)) {
        *vec_push(arena, names) = arena_cstr(arena, span_of(place));
        return 0;
    }
    if (filelist_expand(&found, place, arena, err))
        return -1;
    if (found.n == 0)
        return err_set(err, "there is no profile in the folder '%s'", place);
    keep_named(&found);
    if (newest)
        keep_newest(&found, (size_t)newest, arena);
    for (size_t i = 0; i < found.n; i++)
        *vec_push(arena, names) = found.at[i];
    return 0;
}

static bool same_file(const char *path, const struct stat *st)
{
    struct stat other;
    return stat(path, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

int app_check_output(const struct config *c, char *const *paths, size_t n_paths, struct err *err)
{
    struct arena arena = {0};
    struct stat st;
    name_list read = {0};
    const char *found = NULL;
    if (!*c->output || stat(c->output, &st) != 0 || !S_ISREG(st.st_mode))
        return 0;
    name_list bases = filelist_split(&arena, *c->diff_base ? c->diff_base : c->base);
    for (size_t i = 0; i < n_paths; i++)
        *vec_push(&arena, &read) = paths[i];
    for (size_t i = 0; i < bases.n; i++)
        *vec_push(&arena, &read) = bases.at[i];
    *vec_push(&arena, &read) = c->files_from;
    *vec_push(&arena, &read) = c->policy;
    for (size_t i = 0; i < read.n && !found; i++)
        found = same_file(read.at[i], &st) ? read.at[i] : NULL;
    int status =
        found ? err_set(err, "the output '%s' is one of the files that are read", found) : 0;
    arena_release(&arena);
    return status;
}
