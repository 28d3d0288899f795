// SPDX-License-Identifier: Apache-2.0
#include "profile/filter.h"

#include "profile/matcher.h"
#include "profile/parts.h"

// Copies of columns for a filter to change.
static void own_locations(struct profile *p, struct arena *arena)
{
    p->locations = arena_copy(arena, p->locations, p->n_locations, sizeof *p->locations);
}

static void own_samples(struct profile *p, struct arena *arena)
{
    p->samples = arena_copy(arena, p->samples, p->n_samples, sizeof *p->samples);
}

static void own_lines(struct profile *p, struct arena *arena)
{
    p->lines = arena_copy(arena, p->lines, p->n_lines, sizeof *p->lines);
}

// What a location is to the samples that have it.
enum verdict { FOCUSED, IGNORED, VISIBLE, VERDICTS };

struct name_pass {
    struct profile *p;
    struct matcher focus, ignore, hide, show;
    uint64_t *verdicts[VERDICTS]; // a bit of each location
    bool *kept;                   // of each sample
    unsigned n_parts;
    struct name_filter_found found;
    bool any_hidden;
};

// VERDICTS: neither.
static enum verdict judge(struct name_pass *pass, const struct location *loc)
{
    if (pass->ignore.regex && matcher_match_location(&pass->ignore, loc)) {
        pass->found.ignore = true;
        return IGNORED;
    }
    if (!pass->focus.regex || matcher_match_location(&pass->focus, loc)) {
        pass->found.focus = true;
        return FOCUSED;
    }
    return VERDICTS;
}

static void cut_location(struct profile *p, struct location *loc)
{
    loc->cut = true;
    p->cut_lines = true;
}

// Keeps the lines that match, or those that do not. They are moved to the front of the location's
// own stretch of the line column, which is this query's.
static void keep_lines(struct name_pass *pass, struct location *loc, struct matcher *m, bool want)
{
    uint32_t kept = 0;
    bool last = true;
    for (uint32_t i = 0; i < loc->n_lines; i++) {
        struct line *line = &pass->p->lines[loc->line + i];
        last = matcher_match_line(m, line) == want;
        if (last)
            pass->p->lines[loc->line + kept++] = *line;
    }
    loc->n_lines = kept;
    if (!last)
        cut_location(pass->p, loc);
}

static void hide_lines(struct name_pass *pass, struct location *loc)
{
    if (!matcher_match_location(&pass->hide, loc))
        return;
    pass->found.hide = true;
    if (matcher_match_mapping(&pass->hide, loc))
        loc->n_lines = 0;
    else
        keep_lines(pass, loc, &pass->hide, false);
    loc->hidden |= loc->n_lines == 0;
}

static void show_lines(struct name_pass *pass, struct location *loc)
{
    if (!matcher_match_mapping(&pass->show, loc))
        keep_lines(pass, loc, &pass->show, true);
    loc->hidden |= loc->n_lines == 0;
    pass->found.show |= loc->n_lines > 0;
}

static void judge_samples(void *context, unsigned part)
{
    const struct name_pass *pass = context;
    struct sample_range range = sample_range(pass->p, part, pass->n_parts);
    for (uint32_t i = range.first; i < range.end; i++) {
        const struct sample *s = &pass->p->samples[i];
        const uint32_t *frames = pass->p->frames + s->frame;
        pass->kept[i] = frames_any(pass->verdicts[FOCUSED], frames, s->n_frames);
        if (pass->found.ignore)
            pass->kept[i] &= !frames_any(pass->verdicts[IGNORED], frames, s->n_frames);
        if (pass->any_hidden)
            pass->kept[i] &= frames_any(pass->verdicts[VISIBLE], frames, s->n_frames);
    }
}

static void keep_samples(struct name_pass *pass, const struct job *job, struct arena *arena)
{
    struct profile *p = pass->p;
    uint32_t n = 0, kept = 0;
    pass->kept = arena_alloc(arena, p->n_samples);
    pass->n_parts = sample_parts(p, 0, job);
    parallel_run(job, pass->n_parts, judge_samples, pass);
    for (uint32_t i = 0; i < p->n_samples; i++)
        n += pass->kept[i];
    struct sample *samples = arena_alloc(arena, n * sizeof *samples);
    for (uint32_t i = 0; i < p->n_samples; i++)
        if (pass->kept[i])
            samples[kept++] = p->samples[i];
    p->samples = samples;
    p->n_samples = n;
}

static void mark(struct name_pass *pass, enum verdict verdict, uint32_t location)
{
    pass->verdicts[verdict][location / 64] |= UINT64_C(1) << location % 64;
}

struct name_filter_found filter_names(struct profile *p, const struct name_filter *f,
                                      const struct job *job, struct arena *arena)
{
    struct name_pass pass = {.p = p};
    if (!f->focus && !f->ignore && !f->hide && !f->show)
        return (struct name_filter_found){.focus = true};
    pass.focus = matcher_of(p, f->focus, arena);
    pass.ignore = matcher_of(p, f->ignore, arena);
    pass.hide = matcher_of(p, f->hide, arena);
    pass.show = matcher_of(p, f->show, arena);
    matcher_try_functions(&pass.focus);
    matcher_try_functions(&pass.ignore);
    for (unsigned i = 0; i < VERDICTS; i++)
        pass.verdicts[i] = arena_zalloc(arena, p->n_locations / 64 + 1, sizeof **pass.verdicts);
    if (f->hide || f->show) {
        own_locations(p, arena);
        own_lines(p, arena);
    }
    for (uint32_t i = 0; i < p->n_locations; i++) {
        enum verdict verdict = judge(&pass, &p->locations[i]);
        if (verdict != VERDICTS)
            mark(&pass, verdict, i);
        if (f->hide)
            hide_lines(&pass, &p->locations[i]);
        if (f->show)
            show_lines(&pass, &p->locations[i]);
        pass.any_hidden |= p->locations[i].hidden;
        if (!p->locations[i].hidden)
            mark(&pass, VISIBLE, i);
    }
    keep_samples(&pass, job, arena);
    return pass.found;
}

// Cuts the lines of a location after its last match; whether the location is in.
static bool cut_lines_above(struct profile *p, struct matcher *m, struct location *loc)
{
    if (loc->hidden)
        return false;
    if (matcher_match_mapping(m, loc))
        return true;
    for (uint32_t n = loc->n_lines; n > 0; n--) {
        if (matcher_match_line(m, &m->profile->lines[loc->line + n - 1])) {
            if (n < loc->n_lines)
                cut_location(p, loc);
            loc->n_lines = n;
            return true;
        }
    }
    return false;
}

bool filter_show_from(struct profile *p, struct regex *show_from, struct arena *arena)
{
    if (!show_from)
        return false;
    struct matcher m = matcher_of(p, show_from, arena);
    bool *in = arena_zalloc(arena, p->n_locations, sizeof *in);
    bool found = false;
    own_locations(p, arena);
    own_samples(p, arena);
    for (uint32_t i = 0; i < p->n_locations; i++)
        found |= in[i] = cut_lines_above(p, &m, &p->locations[i]);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        struct sample s = p->samples[i];
        while (s.n_frames && !in[p->frames[s.frame + s.n_frames - 1]])
            s.n_frames--;
        if (s.n_frames)
            p->samples[kept++] = s;
    }
    p->n_samples = kept;
    return found;
}

static void keep_from_frame(struct sample *s, uint32_t first)
{
    s->frame += first;
    s->n_frames -= first;
}

static bool matches_name(struct matcher *m, const struct line *line)
{
    str_id name = m->profile->functions[line->function].name;
    return name && matcher_match(m, name);
}

// Cuts the lines of a location before its first match; whether there is one.
static bool cut_lines_below(struct matcher *m, struct location *loc)
{
    for (uint32_t i = 0; i < loc->n_lines; i++) {
        if (matches_name(m, &m->profile->lines[loc->line + i])) {
            loc->line += i;
            loc->n_lines -= i;
            return true;
        }
    }
    return false;
}

void filter_prune_from(struct profile *p, struct regex *prune_from, struct arena *arena)
{
    if (!prune_from)
        return;
    struct matcher m = matcher_of(p, prune_from, arena);
    bool *matched = arena_zalloc(arena, p->n_locations, sizeof *matched);
    m.bare_names = true;
    own_locations(p, arena);
    own_samples(p, arena);
    for (uint32_t i = 0; i < p->n_locations; i++)
        matched[i] = cut_lines_below(&m, &p->locations[i]);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        struct sample *s = &p->samples[i];
        uint32_t first = 0;
        while (first < s->n_frames && !matched[p->frames[s->frame + first]])
            first++;
        if (first < s->n_frames)
            keep_from_frame(s, first);
    }
}

enum drop { DROP_NOTHING, DROP_BELOW, DROP_WHOLE };

// Looks for the outermost line to drop and cuts it off with all that is inlined into it.
static enum drop drop_lines(struct matcher *drop, struct matcher *keep, struct location *loc)
{
    for (uint32_t n = loc->n_lines; n > 0; n--) {
        const struct line *line = &drop->profile->lines[loc->line + n - 1];
        str_id name = drop->profile->functions[line->function].name;
        if (!matches_name(drop, line) || matcher_match(keep, name))
            continue;
        if (n == loc->n_lines)
            return DROP_WHOLE;
        loc->line += n;
        loc->n_lines -= n;
        return DROP_BELOW;
    }
    return DROP_NOTHING;
}

static void drop_frames_of(const struct profile *p, struct sample *s, const unsigned char *drops)
{
    bool kept_one = false;
    for (uint32_t i = s->n_frames; i-- > 0;) {
        enum drop drop = drops[p->frames[s->frame + i]];
        if (drop == DROP_NOTHING) {
            kept_one = true;
        } else if (kept_one) {
            keep_from_frame(s, drop == DROP_WHOLE ? i + 1 : i);
            return;
        }
    }
}

void filter_drop_frames(struct profile *p, struct regex *drop, struct regex *keep,
                        struct arena *arena)
{
    struct matcher drops = matcher_of(p, drop, arena), keeps = matcher_of(p, keep, arena);
    unsigned char *drop_of = arena_zalloc(arena, p->n_locations, sizeof *drop_of);
    drops.whole_names = keeps.whole_names = true;
    own_locations(p, arena);
    own_samples(p, arena);
    for (uint32_t i = 0; i < p->n_locations; i++)
        drop_of[i] = drop_lines(&drops, &keeps, &p->locations[i]);
    for (uint32_t i = 0; i < p->n_samples; i++)
        drop_frames_of(p, &p->samples[i], drop_of);
}

void filter_inlines(struct profile *p, bool keep_columns, struct arena *arena)
{
    own_locations(p, arena);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        struct location *loc = &p->locations[i];
        if (loc->n_lines > 1) {
            loc->line += loc->n_lines - 1;
            loc->n_lines = 1;
        }
    }
    if (keep_columns)
        return;
    own_lines(p, arena);
    for (uint32_t i = 0; i < p->n_lines; i++)
        p->lines[i].column = 0;
}
