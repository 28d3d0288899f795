// SPDX-License-Identifier: Apache-2.0
#include "profile/read/gohead.h"

#include "profile/read/scan.h"

static bool scan_word(struct span *s, struct span prefix)
{
    struct span rest = *s;
    if (!scan_text(&rest, prefix))
        return false;
    while (rest.n && *rest.at != ' ')
        rest = span_from(rest, 1);
    *s = rest;
    return true;
}

static bool cut_end(struct span *s, struct span end)
{
    if (!span_ends(*s, end))
        return false;
    s->n -= end.n;
    return true;
}

static void take_part(struct span part, struct gohead *h)
{
    struct span rest = part, digits;
    int64_t n;
    if (span_eq(part, SPAN("locked to thread")))
        h->locked = true;
    else if (scan_digits(&rest, &digits) && span_starts(rest, SPAN(" minute")) &&
             scan_i64(digits, &n))
        h->minutes = n;
}

static void take_state(struct span text, struct gohead *h)
{
    size_t comma = span_find(text, SPAN(", "));
    h->state = comma == SPAN_NOT_FOUND ? text : span_upto(text, comma);
    while (comma != SPAN_NOT_FOUND) {
        text = span_from(text, comma + 2);
        comma = span_find(text, SPAN(", "));
        take_part(comma == SPAN_NOT_FOUND ? text : span_upto(text, comma), h);
    }
    for (bool more = true; more;) {
        bool leaked = cut_end(&h->state, SPAN(" (leaked)"));
        h->leaked |= leaked;
        more =
            leaked || cut_end(&h->state, SPAN(" (scan)")) || cut_end(&h->state, SPAN(" (durable)"));
    }
}

// What stands after "goroutine ".
static bool parse_rest(struct span s, struct gohead *h)
{
    struct span digits, state;
    int64_t id;
    if (scan_digits(&s, &digits) == 0 || !scan_i64(digits, &id))
        return false;
    h->id = (uint64_t)id;
    scan_word(&s, SPAN(" gp="));
    scan_word(&s, SPAN(" m="));
    scan_word(&s, SPAN(" mp="));
    if (!scan_text(&s, SPAN(" [")) || !scan_upto(&s, ']', &state))
        return false;
    s = scan_trim(s);
    if (!cut_end(&s, SPAN(":")))
        return false;
    take_state(state, h);
    scan_text(&s, SPAN("labels:"));
    h->labels = s;
    return s.n == 0 || *s.at == '{';
}

bool gohead_parse(struct span line, struct gohead *h)
{
    static const struct span word = SPAN("goroutine ");
    size_t at;
    for (size_t from = 0; (at = span_find(span_from(line, from), word)) != SPAN_NOT_FOUND;) {
        *h = (struct gohead){.prefix = span_upto(line, from + at)};
        from += at + word.n;
        if (parse_rest(span_from(line, from), h))
            return true;
    }
    return false;
}

static bool is_solid(char c)
{
    return !scan_is_space(c);
}

// Whether two words are the same but for their numbers, such as times.
static bool is_alike(struct span a, struct span b)
{
    while (a.n && b.n) {
        bool numbers = scan_is_digit(*a.at) && scan_is_digit(*b.at);
        if (!numbers && *a.at != *b.at)
            return false;
        if (numbers) {
            scan_digits(&a, NULL);
            scan_digits(&b, NULL);
        } else {
            a = span_from(a, 1);
            b = span_from(b, 1);
        }
    }
    return a.n == b.n;
}

bool gohead_cut_prefix(struct span prefix, struct span *line)
{
    struct span rest = *line, want, have, blanks;
    while (prefix.n) {
        size_t n = scan_while(&prefix, scan_is_space, &blanks);
        if (rest.n == 0 && prefix.n == 0)
            break; // an empty line, whose last blank went
        if (n > rest.n || !span_eq(span_upto(rest, n), blanks))
            return false;
        rest = span_from(rest, n);
        scan_while(&prefix, is_solid, &want);
        if (prefix.n == 0) { // the word may go on with the text itself
            have = span_upto(rest, want.n < rest.n ? want.n : rest.n);
            rest = span_from(rest, have.n);
        } else {
            scan_while(&rest, is_solid, &have);
        }
        if (!is_alike(want, have))
            return false;
    }
    *line = rest;
    return true;
}
