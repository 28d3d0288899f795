// SPDX-License-Identifier: Apache-2.0
#include "profile/tag.h"

#include <ctype.h>
#include <math.h>

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
}

// Samples share labels, and first have them in the order in which they stand.
static void note_units(struct tag_units *u, const struct profile *p)
{
    uint32_t noted = 0; // all before this one are
    for (uint32_t i = 0; i < p->n_samples; i++) {
        uint32_t at = p->samples[i].label, end = at + p->samples[i].n_labels;
        if (end <= noted)
            continue;
        bool gap = at > noted;
        for (at = gap ? at : noted; at < end; at++)
            note_unit(u, &p->labels[at]);
        noted = gap ? noted : end;
        if (noted == p->n_labels)
            break;
    }
}

struct tag_units tag_units_of(const struct profile *p, struct arena *arena)
{
    str_id bytes = strtab_add(p->strings, SPAN("bytes"));
    struct tag_units u = {.count = strtab_count(p->strings), .bytes = bytes};
    u.by_key = arena_alloc(arena, u.count * sizeof *u.by_key);
    memset(u.by_key, 0xff, u.count * sizeof *u.by_key);
    note_units(&u, p);
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

// A number as it is written, with its unit: "" where there is none.
struct amount {
    double value;
    struct span unit;
    bool exact; // a whole number
};

struct tag_filter {
    const struct profile *p;
    const struct tag_units *units;
    bool has_key;
    struct span key;

    bool is_range;
    enum range_ends ends;
    struct amount low, high;

    VEC(struct regex *) regexes;
    struct idmap known; // of each pair of key and value: bit i: regexes[i] matches
};

static size_t skip_digits(struct span text, size_t i)
{
    while (i < text.n && isdigit((unsigned char)text.at[i]))
        i++;
    return i;
}

static int parse_number(struct span number, struct amount *a, struct err *err)
{
    int64_t whole;
    a->exact = span_find(number, SPAN(".")) == SPAN_NOT_FOUND;
    if (!a->exact && num_parse_f64(number, &a->value))
        return 0;
    if (!a->exact || !num_parse_i64(number, &whole))
        return err_set(err, "number out of range: '" SPAN_FMT "'", ERR_SUBJECT(number));
    a->value = (double)whole;
    return 0;
}

// 1 with a number and its unit taken off *text, 0 where there is none.
static int take_amount(struct span *text, struct amount *a, struct err *err)
{
    size_t sign = text->n && (text->at[0] == '+' || text->at[0] == '-');
    size_t whole = skip_digits(*text, sign), end = whole;
    if (end < text->n && text->at[end] == '.')
        end = skip_digits(*text, end + 1);
    if (end == sign || (end == sign + 1 && end > whole))
        return 0; // no digit, or a point alone
    if (parse_number(span_upto(*text, end), a, err))
        return -1;
    size_t unit = end;
    while (end < text->n && isalpha((unsigned char)text->at[end]))
        end++;
    a->unit = (struct span){text->at + unit, end - unit};
    // In the spelling of the tables of units: what a value in this unit is converted to.
    struct measure one = unit_scale(1, a->unit, a->unit);
    if (a->unit.n && one.value == 1)
        a->unit = one.unit;
    *text = span_from(*text, end);
    return 1;
}

static bool take_colon(struct span *text)
{
    if (text->n == 0 || text->at[0] != ':')
        return false;
    *text = span_from(*text, 1);
    return true;
}

// Brings the upper end into the unit of the lower one. 0 is the same in every unit; other numbers
// have a unit at both ends, or at neither.
static bool align_units(struct amount *low, struct amount *high)
{
    if (low->unit.n == 0 && low->value == 0)
        low->unit = high->unit;
    if (high->unit.n == 0 && high->value == 0)
        high->unit = low->unit;
    if (span_eq(low->unit, high->unit))
        return true;
    struct measure one = unit_scale(1, high->unit, low->unit);
    high->value *= one.value;
    high->exact = false;
    high->unit = low->unit;
    return low->unit.n > 0 && span_eq(one.unit, low->unit);
}

// 1 where the text is a range: 32kb, :64kb, 4mb: or 12kb:64mb; 0 where it is something else.
static int parse_range(struct tag_filter *f, struct span text, struct err *err)
{
    bool open = take_colon(&text);
    int taken = take_amount(&text, &f->low, err);
    if (taken <= 0)
        return taken;
    f->high = f->low;
    f->ends = open ? RANGE_TO : RANGE_EXACT;
    if (open || text.n == 0)
        return text.n == 0;
    f->ends = RANGE_FROM;
    if (!take_colon(&text) || text.n == 0)
        return text.n == 0;
    f->ends = RANGE_BETWEEN;
    taken = take_amount(&text, &f->high, err);
    if (taken <= 0 || text.n)
        return taken < 0 ? -1 : 0;
    return align_units(&f->low, &f->high);
}

// What was written with a point may have been rounded on the way to another unit.
static int compare(double value, const struct amount *bound)
{
    double slack = bound->exact ? 0 : 1e-9 * fabs(bound->value);
    if (fabs(value - bound->value) <= slack)
        return 0;
    return value < bound->value ? -1 : 1;
}

static bool between_ends(const struct tag_filter *f, double value)
{
    bool from = f->ends == RANGE_TO || compare(value, &f->low) >= 0;
    bool to = f->ends == RANGE_FROM || compare(value, &f->high) <= 0;
    return from && to;
}

// A range with no unit is in the tag's own.
static bool in_range(const struct tag_filter *f, int64_t value, struct span unit)
{
    if (f->low.unit.n == 0)
        return between_ends(f, (double)value);
    struct measure m = unit_scale(value, unit, f->low.unit);
    return span_eq(m.unit, f->low.unit) && between_ends(f, m.value);
}

// Go's labels are all texts: one that says a number is one.
static bool text_in_range(const struct tag_filter *f, struct span text)
{
    struct amount a;
    struct err ignored;
    if (take_amount(&text, &a, &ignored) <= 0 || text.n || (a.unit.n == 0) != (f->low.unit.n == 0))
        return false;
    struct measure one = unit_scale(1, a.unit, f->low.unit);
    if (a.unit.n && !span_eq(one.unit, f->low.unit))
        return false;
    return between_ends(f, a.unit.n ? a.value * one.value : a.value);
}

enum { REGEXES_MAX = 31, VERDICTS = 256 };

static int parse_regexes(struct tag_filter *f, struct span text, struct arena *arena,
                         struct err *err)
{
    struct span part;
    if (!text.at)
        text = SPAN("");
    while (span_cut(&text, ',', &part)) {
        struct regex *re = regex_new(part, err);
        if (!re)
            return -1;
        *vec_push(arena, &f->regexes) = re;
        if (f->regexes.n > REGEXES_MAX)
            return err_set(err, "more than %d tag expressions", REGEXES_MAX);
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
        bool text = l->kind == LABEL_STR;
        if ((!text && !f->is_range) || !key_fits(f, l))
            continue;
        if (!f->is_range)
            bits |= matches_of(f, l);
        else if (text ? text_in_range(f, profile_str(f->p, l->value))
                      : in_range(f, l->num, label_unit(f->p, f->units, l)))
            return true;
    }
    uint32_t all = (uint32_t)((1u << f->regexes.n) - 1);
    return !f->is_range && (f->has_key ? bits != 0 : bits == all);
}

// Verdicts on labels, by where they stand: samples share them.
struct verdicts {
    struct tag_filter *filter;
    struct {
        uint32_t label, n_labels;
        bool known, match;
    } of[VERDICTS];
};

static bool judge_sample(struct verdicts *v, const struct sample *s)
{
    uint32_t i = s->label % VERDICTS;
    if (v->of[i].known && v->of[i].label == s->label && v->of[i].n_labels == s->n_labels)
        return v->of[i].match;
    bool match = matches_sample(v->filter, s);
    v->of[i].label = s->label;
    v->of[i].n_labels = s->n_labels;
    v->of[i].known = true;
    return v->of[i].match = match;
}

struct tag_filter_found filter_tags(struct profile *p, struct tag_filter *focus,
                                    struct tag_filter *ignore, struct arena *arena)
{
    struct tag_filter_found found = {0};
    if (!focus && !ignore)
        return (struct tag_filter_found){.focus = true};
    struct sample *kept = arena_alloc(arena, p->n_samples * sizeof *kept);
    struct verdicts *focused = arena_zalloc(arena, 1, sizeof *focused);
    struct verdicts *ignored = arena_zalloc(arena, 1, sizeof *ignored);
    uint32_t n = 0;
    focused->filter = focus;
    ignored->filter = ignore;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        bool in = !focus || judge_sample(focused, &p->samples[i]);
        bool out = ignore && judge_sample(ignored, &p->samples[i]);
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
    p->n_labels = (uint32_t)labels.n;
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
    p->n_labels = (uint32_t)labels.n;
}
