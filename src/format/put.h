// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_PUT_H
#define CPROF_FORMAT_PUT_H

#include "base/escape.h"
#include "format/format.h"

// Pieces that the text formats share.

enum { WEIGHT_WIDTH = 10, NOISE_WIDTH = 2 * (WEIGHT_WIDTH + 1) };

// Text from a profile: a terminal gets it with nothing in it that it would obey.
void put_text(struct sink *out, struct span text);

// The same into a buffer of what goes to another sink.
void put_text_for(const struct sink *reader, struct sink *out, struct span text);

// The same for a line of a file, whose tabs stay.
void put_text_line(struct sink *out, struct span text);

// With blanks on the left up to width characters.
void put_right(struct sink *out, struct span text, size_t width);

void put_value(struct sink *out, const struct value_format *f, int64_t value, size_t width);

// A name at the end of a line of which so many columns are used: coloured by its package, and with
// its middle left out where the terminal has no room for it.
void put_name(struct sink *out, struct span name, size_t used);

// A value in the colour of its share of the total, or of growing and shrinking in a comparison.
void put_weight(struct sink *out, const struct report *r, const struct value_format *f,
                int64_t value, size_t width);

// The same of a line's weight in its column, a dot where it has none; and the line with what a
// routine weighs, for listings.
void put_weight_or_dot(struct sink *out, const struct report *r, const struct value_format *f,
                       int64_t value);
void put_routine_sums(struct sink *out, const struct report *r, const struct value_format *f,
                      int64_t flat, int64_t cum);

// The same as put_weight, where noise is known with a ± after it, which is left out where there are
// no samples. Within noise it is dim. NOISE_WIDTH is what the ± of flat and cum take.
void put_noisy(struct sink *out, const struct report *r, const struct noise_shown *noise,
               const struct value_format *f, int64_t value, double error);

// The line that says what the ± are, where they were asked for.
void put_noise(struct sink *out, const struct report *r, const struct shown *shown,
               const struct noise_shown *noise);

void put_percent(struct sink *out, int64_t value, int64_t total);
void put_number(struct sink *out, int64_t value, size_t width);
void put_unsigned(struct sink *out, uint64_t value);
void put_hex(struct sink *out, uint64_t value); // 0x…
void put_lines(struct sink *out, const label_lines *lines);

// Text of a document in XML or HTML, where these of <>&" stand for something.
void put_marked_up(struct sink *out, struct span text, const char *signs,
                   const struct escape_rules *rules);

// In the unit that suits it.
void put_measure(struct sink *out, int64_t value, struct span unit);

#endif
