// SPDX-License-Identifier: Apache-2.0
#include "app/view.h"

#include "profile/filter.h"

enum { N_REGEXES = 8 };

// The config's filters, ready for use.
struct filters {
    struct view *v;
    struct err *err;
    struct regex *regexes[N_REGEXES]; // all of those below, to be freed
    size_t n;
    struct name_filter names;
    struct regex *show_from, *prune_from, *tag_show, *tag_hide;
    struct tag_filter *tag_focus, *tag_ignore;
};

static int compile_one(struct filters *f, const char *name, const char *pattern, struct regex **out)
{
    if (!*pattern)
        return 0;
    *out = regex_new(span_of(pattern), f->err);
    if (!*out)
        return err_wrap(f->err, "option %s", name);
    f->regexes[f->n++] = *out;
    return 0;
}

static void note_range(struct filters *f, const char *name, const char *text)
{
    view_note(f->v, arena_printf(&f->v->arena, "%s: '%s' is a range, not a regular expression",
                                 name, text));
}

static int compile_tags(struct filters *f, const char *name, const char *text,
                        struct tag_filter **out)
{
    struct view *v = f->v;
    if (!*text)
        return 0;
    *out = tag_filter_new(&v->profile, &v->units, span_of(text), &v->arena, f->err);
    if (!*out)
        return err_wrap(f->err, "option %s", name);
    if (tag_filter_is_range(*out))
        note_range(f, name, text);
    return 0;
}

static int compile(struct filters *f)
{
    const struct config *c = f->v->request->config;
    const struct {
        const char *name, *pattern;
        struct regex **out;
    } regexes[N_REGEXES] = {
        {"focus", c->focus, &f->names.focus},       {"ignore", c->ignore, &f->names.ignore},
        {"hide", c->hide, &f->names.hide},          {"show", c->show, &f->names.show},
        {"show_from", c->show_from, &f->show_from}, {"prune_from", c->prune_from, &f->prune_from},
        {"tagshow", c->tagshow, &f->tag_show},      {"taghide", c->taghide, &f->tag_hide},
    };
    for (size_t i = 0; i < N_REGEXES; i++)
        if (compile_one(f, regexes[i].name, regexes[i].pattern, regexes[i].out))
            return -1;
    return compile_tags(f, "tagfocus", c->tagfocus, &f->tag_focus) ||
                   compile_tags(f, "tagignore", c->tagignore, &f->tag_ignore)
               ? -1
               : 0;
}

static void warn(struct filters *f, const void *wanted, bool found, const char *name)
{
    if (wanted && !found)
        view_note(f->v, arena_printf(&f->v->arena, "%s matched no samples", name));
}

static void apply(struct filters *f)
{
    struct profile *p = &f->v->profile;
    struct arena *arena = &f->v->arena;
    struct name_filter_found names = filter_names(p, &f->names, f->v->request->job, arena);
    warn(f, f->names.focus, names.focus, "focus");
    warn(f, f->names.ignore, names.ignore, "ignore");
    warn(f, f->names.hide, names.hide, "hide");
    warn(f, f->names.show, names.show, "show");
    bool shown = filter_show_from(p, f->show_from, arena);
    warn(f, f->show_from, shown, "show_from");
    struct tag_filter_found tags = filter_tags(p, f->tag_focus, f->tag_ignore, arena);
    warn(f, f->tag_focus, tags.focus, "tagfocus");
    warn(f, f->tag_ignore, tags.ignore, "tagignore");
    struct tag_names_found keys = filter_tag_names(p, f->tag_show, f->tag_hide, arena);
    warn(f, f->tag_show, keys.show, "tagshow");
    warn(f, f->tag_hide, keys.hide, "taghide");
    filter_prune_from(p, f->prune_from, arena);
}

static int check(const struct filters *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (regex_check(f->regexes[i], f->err))
            return -1;
    return tag_filter_check(f->tag_focus, f->err) || tag_filter_check(f->tag_ignore, f->err) ? -1
                                                                                             : 0;
}

int view_filter(struct view *v, struct err *err)
{
    struct filters f = {.v = v, .err = err};
    int status = compile(&f);
    if (status == 0) {
        apply(&f);
        status = check(&f);
    }
    for (size_t i = 0; i < f.n; i++)
        regex_free(f.regexes[i]);
    tag_filter_release(f.tag_focus);
    tag_filter_release(f.tag_ignore);
    return status;
}

void view_list_filters(struct view *v)
{
    const struct config *c = v->request->config;
    const struct {
        const char *name, *value;
    } all[] = {
        {"focus", c->focus},         {"ignore", c->ignore},       {"hide", c->hide},
        {"show", c->show},           {"show_from", c->show_from}, {"tagfocus", c->tagfocus},
        {"tagignore", c->tagignore}, {"tagshow", c->tagshow},     {"taghide", c->taghide},
        {"min_flat", c->min_flat},   {"max_flat", c->max_flat},   {"min_cum", c->min_cum},
        {"max_cum", c->max_cum},
    };
    VEC(struct span) filters = {0};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (*all[i].value)
            *vec_push(&v->arena, &filters) =
                span_of(arena_printf(&v->arena, "%s=%s", all[i].name, all[i].value));
    v->report.options.filters = filters.at;
    v->report.options.n_filters = filters.n;
}

int app_check_tags(const struct loaded *l, const struct config *config, struct err *err)
{
    const char *const texts[][2] = {{"tagfocus", config->tagfocus},
                                    {"tagignore", config->tagignore}};
    struct arena arena = {0};
    int status = 0;
    for (size_t i = 0; status == 0 && i < 2; i++) {
        struct span text = span_of(texts[i][1]);
        struct tag_filter *filter =
            text.n ? tag_filter_new(&l->profile, &l->units, text, &arena, err) : NULL;
        status = text.n && !filter ? err_wrap(err, "option %s", texts[i][0]) : 0;
        tag_filter_release(filter);
    }
    arena_release(&arena);
    return status;
}
