// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_TAG_H
#define CPROF_PROFILE_TAG_H

#include "base/err.h"
#include "base/regex.h"
#include "base/unit.h"
#include "profile/profile.h"

// Tags are the labels of samples. The filters here put changed columns, taken from the arena, in
// the place of the profile's, as those of filter.h do.
// Rules: google/pprof's internal/driver/driver_focus.go, tagroot.go and profile.NumLabelUnits.

// The unit of numeric tags that have none of their own: the first that any sample gives for the
// key, else "bytes" for alignment and request, else the key itself.
struct tag_units {
    str_id *by_key; // by string; HASH_NONE where no numeric tag has this key
    str_id count;
    str_id bytes; // "bytes"
};

// May add to the profile's strings.
struct tag_units tag_units_of(const struct profile *p, struct arena *arena);

static inline struct span tag_unit(const struct profile *p, const struct tag_units *units,
                                   str_id key)
{
    str_id unit = units->by_key[key];
    return unit == HASH_NONE ? SPAN("") : profile_str(p, unit);
}

// The unit of a number.
static inline struct span label_unit(const struct profile *p, const struct tag_units *units,
                                     const struct label *l)
{
    bool own = l->kind == LABEL_NUM_UNIT && l->value;
    return own ? profile_str(p, l->value) : tag_unit(p, units, l->key);
}

// A condition on a sample's tags, read from the value of tagfocus or tagignore.
struct tag_filter;

// NULL with *err filled where the text is not a condition. All memory but the regular expressions
// is the arena's; freed with tag_filter_release.
struct tag_filter *tag_filter_new(const struct profile *p, const struct tag_units *units,
                                  struct span text, struct arena *arena, struct err *err);
void tag_filter_release(struct tag_filter *f);
bool tag_filter_is_range(const struct tag_filter *f);
int tag_filter_check(const struct tag_filter *f, struct err *err);

struct tag_filter_found {
    bool focus, ignore; // that some sample was in
};

// Either filter may be NULL.
struct tag_filter_found filter_tags(struct profile *p, struct tag_filter *focus,
                                    struct tag_filter *ignore, struct arena *arena);

struct tag_names_found {
    bool show, hide;
};

// Forgets tags whose key does not match show, or matches hide.
struct tag_names_found filter_tag_names(struct profile *p, struct regex *show, struct regex *hide,
                                        struct arena *arena);

struct tag_frames_found {
    bool root, leaf;
};

// Adds a frame per key to each stack, named after the sample's values of that tag: at the root for
// the comma-separated keys of roots, the first outermost, and at the leaf for those of leaves, the
// last innermost. May add to the profile's strings.
struct tag_frames_found add_tag_frames(struct profile *p, struct span roots, struct span leaves,
                                       struct span output_unit, struct arena *arena);

// Marks every sample as one of a comparison's base, by the label that report_total looks for.
#define TAG_BASE_KEY SPAN("pprof::base")
#define TAG_BASE_VALUE SPAN("true")
void profile_mark_base(struct profile *p);

#endif
