// SPDX-License-Identifier: Apache-2.0
#include "profile/tag.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/idmap.h"
#include "base/num.h"
#include "profile/matcher.h"

static void note_unit(struct tag_units *u, const struct label *l)
{
    str_id *unit = &u->by_key[l->key];
    if (l->kind == LABEL_STR)
        return;
    str_id given = l->kind == LABEL_NUM_UNIT ? l->value : 0;
    if (*unit == HASH_NONE || *unit == 0)
        *unit = given;
    else if (given && given != *unit)
        u->mixed[l->key] = true;
}

struct tag_units tag_units_of(const struct profile *p, struct arena *arena)
{
    str_id bytes = strtab_add(p->strings, SPAN("bytes"));
    struct tag_units u = {.count = strtab_count(p->strings), .bytes = bytes};
    u.by_key = arena_alloc(arena, u.count * sizeof *u.by_key);
    u.mixed = arena_zalloc(arena, u.count, sizeof *u.mixed);
    memset(u.by_key, 0xff, u.count * sizeof *u.by_key);
    for (uint32_t i = 0; i < p->n_samples; i++)
        for (uint32_t j = 0; j < p->samples[i].n_labels; j++)
            note_unit(&u, &p->labels[p->samples[i].label + j]);
    for (str_id key = 0; key < u.count; key++) {
        if (u.by_key[key] != 0)
            continue;
        struct span name = profile_str(p, key);
        bool memory = span_eq(name, SPAN("alignment")) || span_eq(name, SPAN("request"));
        u.by_key[key] = memory ? bytes : key;
    }
    return u;
}

enum range_ends { RANGE_EXACT, RANGE_FROM, RANGE_TO, RANGE_BETWEEN };

struct tag_filter {
    const struct profile *p;
    const struct tag_units *units;
    bool has_key;
    struct span key;

    bool is_range;
    enum range_ends ends;
    double low, high;
    struct span unit;

    VEC(struct regex *) regexes;
    struct idmap known; // of each pair of key and value: bit i: regexes[i] matches
};

struct bound {
    int64_t value;
    struct span unit;
};

// 1 with the bound taken off *text, 0 where there is none.
static int take_bound(struct span *text, struct bound *b, struct err *err)
{
    size_t i = text->n && (text->at[0] == '+' || text->at[0] == '-');
    size_t digits = i;
    while (i < text->n && isdigit((unsigned char)text->at[i]))
        i++;
    if (i == digits)
        return 0;
    size_t unit = i;
    while (i < text->n && isalpha((unsigned char)text->at[i]))
        i++;
    if (!num_parse_i64(span_upto(*text, unit), &b->value))
        return err_set(err, "number out of range: '" SPAN_FMT "'", SPAN_ARG(*text));
    b->unit = (struct span){text->at + unit, i - unit};
    *text = span_from(*text, i);
    return 1;
}

static bool take_colon(struct span *text)
{
    if (text->n == 0 || text->at[0] != ':')
        return false;
    *text = span_from(*text, 1);
    return true;
}

// 1 where the text is a range: 32kb, :64kb, 4mb: or 12kb:64mb; 0 where it is something else.
static int parse_range(struct tag_filter *f, struct span text, struct err *err)
{
    struct bound low, high;
    bool open = take_colon(&text);
    int taken = take_bound(&text, &low, err);
    if (taken <= 0)
        return taken;
    struct measure m = unit_scale(low.value, low.unit, low.unit);
    f->low = f->high = m.value;
    f->unit = m.unit;
    f->ends = open ? RANGE_TO : RANGE_EXACT;
    if (open || text.n == 0)
        return text.n == 0;
    f->ends = RANGE_FROM;
    if (!take_colon(&text) || text.n == 0)
        return text.n == 0;
    taken = take_bound(&text, &high, err);
    if (taken <= 0 || text.n)
        return taken < 0 ? -1 : 0;
    m = unit_scale(high.value, high.unit, f->unit);
    f->ends = RANGE_BETWEEN;
    f->high = m.value;
    return span_eq(m.unit, f->unit);
}

static bool in_range(const struct tag_filter *f, int64_t value, struct span unit)
{
    struct measure m = unit_scale(value, unit, f->unit);
    if (!span_eq(m.unit, f->unit))
        return false;
    switch (f->ends) {
    case RANGE_EXACT:
        return m.value == f->low;
    case RANGE_FROM:
        return m.value >= f->low;
    case RANGE_TO:
        return m.value <= f->high;
    default:
        return m.value >= f->low && m.value <= f->high;
    }
}

enum { REGEXES_MAX = 31 };

static int parse_regexes(struct tag_filter *f, struct span text, struct arena *arena,
                         struct err *err)
{
    for (bool more = true; more;) {
        size_t comma = span_find(text, SPAN(","));
        more = comma != SPAN_NOT_FOUND;
        struct regex *re = regex_new(more ? span_upto(text, comma) : text, err);
        if (!re)
            return -1;
        *vec_push(arena, &f->regexes) = re;
        if (f->regexes.n > REGEXES_MAX)
            return err_set(err, "more than %d tag expressions", REGEXES_MAX);
        text = more ? span_from(text, comma + 1) : text;
    }
    return 0;
}

struct tag_filter *tag_filter_new(const struct profile *p, const struct tag_units *units,
                                  struct span text, struct arena *arena, struct err *err)
{
    struct tag_filter *f = arena_zalloc(arena, 1, sizeof *f);
    size_t equals = span_find(text, SPAN("="));
    f->p = p;
    f->units = units;
    idmap_init(&f->known, 0);
    if (equals != SPAN_NOT_FOUND) {
        f->has_key = equals > 0;
        f->key = span_upto(text, equals);
        text = span_from(text, equals + 1);
    }
    int range = parse_range(f, text, err);
    f->is_range = range > 0;
    if (range < 0 || (range == 0 && parse_regexes(f, text, arena, err))) {
        tag_filter_release(f);
        return NULL;
    }
    return f;
}

void tag_filter_release(struct tag_filter *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->regexes.n; i++)
        regex_free(f->regexes.at[i]);
    f->regexes.n = 0;
    idmap_release(&f->known);
}

bool tag_filter_is_range(const struct tag_filter *f)
{
    return f->is_range;
}

int tag_filter_check(const struct tag_filter *f, struct err *err)
{
    for (size_t i = 0; f && i < f->regexes.n; i++)
        if (regex_check(f->regexes.at[i], err))
            return -1;
    return 0;
}

// Which expressions match the tag: with a key its value, else "key:value".
static uint32_t matches_of(struct tag_filter *f, const struct label *l)
{
    uint64_t pair = (uint64_t)l->key << 32 | l->value;
    uint32_t bits = idmap_get(&f->known, pair);
    if (bits != IDMAP_NONE)
        return bits;
    struct buf text = {0};
    if (!f->has_key) {
        buf_add(&text, profile_str(f->p, l->key));
        buf_addc(&text, ':');
    }
    buf_add(&text, profile_str(f->p, l->value));
    bits = 0;
    for (size_t i = 0; i < f->regexes.n; i++)
        bits |= (uint32_t)regex_match(f->regexes.at[i], buf_span(&text)) << i;
    buf_release(&text);
    idmap_add(&f->known, pair, bits);
    return bits;
}

static bool key_fits(const struct tag_filter *f, const struct label *l)
{
    return !f->has_key || span_eq(profile_str(f->p, l->key), f->key);
}

static bool matches_sample(struct tag_filter *f, const struct sample *s)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct label *l = &f->p->labels[s->label + i];
        if ((l->kind == LABEL_STR) == f->is_range || !key_fits(f, l))
            continue;
        if (!f->is_range)
            bits |= matches_of(f, l);
        else if (in_range(f, l->num, tag_unit(f->p, f->units, l->key)))
            return true;
    }
    uint32_t all = (uint32_t)((1u << f->regexes.n) - 1);
    return !f->is_range && (f->has_key ? bits != 0 : bits == all);
}

struct tag_filter_found filter_tags(struct profile *p, struct tag_filter *focus,
                                    struct tag_filter *ignore, struct arena *arena)
{
    struct tag_filter_found found = {0};
    if (!focus && !ignore)
        return (struct tag_filter_found){.focus = true};
    struct sample *kept = arena_alloc(arena, p->n_samples * sizeof *kept);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        bool in = !focus || matches_sample(focus, &p->samples[i]);
        bool out = ignore && matches_sample(ignore, &p->samples[i]);
        found.focus |= in;
        found.ignore |= out;
        if (in && !out)
            kept[n++] = p->samples[i];
    }
    p->samples = kept;
    p->n_samples = n;
    return found;
}

struct tag_names_found filter_tag_names(struct profile *p, struct regex *show, struct regex *hide,
                                        struct arena *arena)
{
    struct tag_names_found found = {0};
    if (!show && !hide)
        return found;
    struct matcher shows = matcher_of(p, show, arena), hides = matcher_of(p, hide, arena);
    struct sample *samples = arena_alloc(arena, p->n_samples * sizeof *samples);
    VEC(struct label) labels = {0};
    for (uint32_t i = 0; i < p->n_samples; i++) {
        const struct label *old = &p->labels[p->samples[i].label];
        samples[i] = p->samples[i];
        samples[i].label = (uint32_t)labels.n;
        for (uint32_t j = 0; j < p->samples[i].n_labels; j++) {
            bool shown = !show || matcher_match(&shows, old[j].key);
            bool hidden = hide && matcher_match(&hides, old[j].key);
            found.show |= shown;
            found.hide |= hidden;
            if (shown && !hidden)
                *vec_push(arena, &labels) = old[j];
        }
        samples[i].n_labels = (uint32_t)labels.n - samples[i].label;
    }
    p->samples = samples;
    p->labels = labels.at;
    return found;
}

void profile_mark_base(struct profile *p)
{
    str_id key = strtab_add(p->strings, TAG_BASE_KEY);
    struct label mark = {.key = key, .value = strtab_add(p->strings, TAG_BASE_VALUE)};
    VEC(struct label) labels = {0};
    for (uint32_t i = 0; i < p->n_samples; i++) {
        struct sample *s = &p->samples[i];
        const struct label *old = p->labels + s->label;
        s->label = (uint32_t)labels.n;
        for (uint32_t j = 0; j < s->n_labels; j++)
            if (old[j].key != key || old[j].kind != LABEL_STR)
                *vec_push(p->arena, &labels) = old[j];
        *vec_push(p->arena, &labels) = mark;
        s->n_labels = (uint32_t)labels.n - s->label;
    }
    p->labels = labels.at;
}
