// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_GATE_H
#define CPROF_REPORT_GATE_H

#include "report/place.h"
#include "report/report.h"

// Conditions on a profile or on a comparison, for programs that are to notice when one is met:
//
//     [sample_type:] total | flat(RE) | cum(RE) | any_flat | any_cum   > | >= | < | <=
//     [+] number [unit | %]
//
// or on a series
//
//     growing(RE)   slope(RE) > 10MB/h   time_to(2GiB) < 24h
//
// or on Go's runtime.MemStats: memstats.NAME > 500MB, > +10/min, or memstats.NAME: growing.
//
// With "+" it is about what was added since the base, else about the profile itself. A percentage
// is one of the base's value of the same thing. flat(RE) is the sum of all functions that match,
// cum(RE) that of all samples on whose stack one of them is; any_flat and any_cum are about every
// function by itself.

struct trend;
struct trend_item;

enum gate_subject {
    GATE_TOTAL,
    GATE_FLAT,
    GATE_CUM,
    GATE_ANY_FLAT,
    GATE_ANY_CUM,
    GATE_GROWING, // of a series
    GATE_SLOPE,
    GATE_TIME_TO,
    GATE_MEMSTATS,
};
enum gate_relation { GATE_ABOVE, GATE_AT_LEAST, GATE_BELOW, GATE_AT_MOST };

struct gate {
    struct span text;        // without blanks and a comment around it
    struct span sample_type; // "": the report's
    enum gate_subject subject;
    struct span pattern; // of subjects that have one, never empty; of GATE_MEMSTATS a name
    double amount;       // of GATE_TIME_TO: what is not to be reached, in bytes or as it counts
    bool growing;        // there is no limit: the verdict counts
    enum gate_relation relation;
    bool growth, percent;
    double limit;     // not negative
    struct span unit; // "": the sample type's own
    double per;       // limits of slopes: they are per so many hours; else 0
};

// Borrows the text, after which a comment may stand that begins with #. 0, or -1 with *err filled,
// which does not quote the whole text.
int gate_parse(struct gate *g, struct span text, struct err *err);

static inline bool gate_needs_base(const struct gate *g)
{
    return g->subject != GATE_MEMSTATS && (g->growth || g->percent);
}

static inline bool gate_is_of_series(const struct gate *g)
{
    return g->subject >= GATE_GROWING && g->subject <= GATE_TIME_TO;
}

// Whether it is on what MemStats say more than once.
static inline bool gate_is_of_readings(const struct gate *g)
{
    return g->subject == GATE_MEMSTATS && (g->growing || g->per > 0);
}

// Whether a line of several gates has none: blanks and a comment at most.
bool gate_line_is_blank(struct span line);

enum gate_verdict {
    GATE_PASSED,
    GATE_FIRED,
    GATE_OVERFLOW,     // its sums do not fit 64 bits: it counts as one that fired
    GATE_WITHIN_NOISE, // beyond the limit, but not with the confidence that was asked for
};

// What a gate is about: the whole or a function. Values are in the sample type's unit.
struct gate_item {
    struct span name; // "" where it is not a single function
    uint32_t node;    // of the judgement's table; and where it is heaviest, of one to blame
    struct place place;
    double before, after; // before is 0 where there is no base
    double margin;        // what value has to be beyond the limit by; 0 without confidence
    double value;         // that is compared with the limit: in the unit, or in percent
    double beyond;        // by how much the condition is met, in the unit; not above 0: it is not
    const struct trend_item *trend; // of a gate on a series: the entry or the total
    bool is_new;                    // a percentage of nothing: beyond all limits
    enum gate_verdict verdict;
};

struct gate_result {
    const struct gate *gate;
    struct span type, unit; // of the sample type
    double limit;           // in the unit, or in percent
    enum gate_verdict verdict;
    bool noise_asked;        // a confidence was
    enum noise_kind noise;   // and what is known of it
    bool at_most;            // margins are upper bounds, as snapshots of one process share samples
    struct gate_item worst;  // of any_…: the worst function; else the whole
    struct gate_item *items; // of a gate that fired: functions to blame, the worst first
    uint32_t n_items;
    uint32_t n_beyond;         // of any_…: functions beyond the limit
    const struct trend *trend; // that a gate on a series was judged by
};

enum { GATE_ITEMS = 5 };

static inline bool gate_is_any(const struct gate *g)
{
    return g->subject == GATE_ANY_FLAT || g->subject == GATE_ANY_CUM ||
           g->subject == GATE_GROWING || g->subject == GATE_SLOPE;
}

// Whether a value is on the side of the limit on which the gate fires.
bool gate_is_beyond(const struct gate *g, double value, double limit);

// Judges a gate on a series by its trend: growth fires where the rule's verdict is growth, a slope
// where its interval is beyond the limit, a time where growth is sure to lead there.
int gate_judge_trend(const struct report *r, const struct trend *t, struct gate_result *result,
                     struct err *err);

struct gate_options {
    bool allow_empty;  // patterns may match nothing
    double confidence; // 0: noise is not looked at; else below 1
};

struct gate_results {
    struct gate_result *at;
    uint32_t n;
    uint32_t n_fired;
};

// Judges the report's profile as it is, without trimming. Results are the report's arena's. 0, or
// -1 with *err filled where a gate does not fit the profile.
int gates_judge(const struct report *r, const struct gate *gates, uint32_t n,
                const struct gate_options *options, struct gate_results *out, struct err *err);

#endif
