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
// With "+" it is about what was added since the base, else about the profile itself. A percentage
// is one of the base's value of the same thing. flat(RE) is the sum of all functions that match,
// cum(RE) that of all samples on whose stack one of them is; any_flat and any_cum are about every
// function by itself.

enum gate_subject { GATE_TOTAL, GATE_FLAT, GATE_CUM, GATE_ANY_FLAT, GATE_ANY_CUM };
enum gate_relation { GATE_ABOVE, GATE_AT_LEAST, GATE_BELOW, GATE_AT_MOST };

struct gate {
    struct span text;        // without blanks and a comment around it
    struct span sample_type; // "": the report's
    enum gate_subject subject;
    struct span pattern; // of GATE_FLAT and GATE_CUM; never empty
    enum gate_relation relation;
    bool growth, percent;
    double limit;     // not negative
    struct span unit; // "": the sample type's own
};

// Borrows the text, behind which a comment may stand that begins with #. 0, or -1 with *err filled,
// which does not quote the whole text.
int gate_parse(struct gate *g, struct span text, struct err *err);

static inline bool gate_needs_base(const struct gate *g)
{
    return g->growth || g->percent;
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
    struct span name; // "" where it is no single function
    uint32_t node;    // of the judgement's table; and where it is heaviest, of one to blame
    struct place place;
    double before, after; // before is 0 where there is no base
    double margin;        // what value has to be beyond the limit by; 0 without confidence
    double value;         // that is compared with the limit: in the unit, or in percent
    double beyond;        // by how much the condition is met, in the unit; not above 0: it is not
    bool is_new;          // a percentage of nothing: beyond all limits
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
    uint32_t n_beyond; // of any_…: functions beyond the limit
};

enum { GATE_ITEMS = 5 };

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
