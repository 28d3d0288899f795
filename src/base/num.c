// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { NUMBER_MAX = 64 }; // no sensible number is longer

static size_t count_digits(uint64_t value)
{
    size_t n = 1;
    for (; value >= 10000; value /= 10000)
        n += 4;
    return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

size_t num_digits(char out[NUM_DIGITS_MAX], uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    size_t n = count_digits(value);
    char *at = out + n;
    for (; value >= 10; value /= 100)
        memcpy(at -= 2, pairs + value % 100 * 2, 2);
    if (at != out)
        *out = (char)('0' + value);
    return n;
}

static bool copy_number(struct span text, char copy[NUMBER_MAX])
{
    if (text.n == 0 || text.n >= NUMBER_MAX || isspace((unsigned char)text.at[0]))
        return false;
    memcpy(copy, text.at, text.n);
    copy[text.n] = '\0';
    return strlen(copy) == text.n;
}

bool num_parse_i64(struct span text, int64_t *out)
{
    char copy[NUMBER_MAX];
    if (!copy_number(text, copy))
        return false;
    const char *digits = copy + (copy[0] == '-' || copy[0] == '+');
    bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    char *end;
    errno = 0;
    long long v = strtoll(copy, &end, hex ? 16 : 10);
    if (errno || *end || !isxdigit((unsigned char)digits[hex ? 2 : 0]))
        return false;
    *out = v;
    return true;
}

bool num_parse_f64(struct span text, double *out)
{
    char copy[NUMBER_MAX];
    if (!copy_number(text, copy))
        return false;
    char *end;
    double v = strtod(copy, &end);
    if (*end || !isfinite(v))
        return false;
    *out = v;
    return true;
}

bool num_parse_bool(struct span text, bool *out)
{
    static const char *const words[2][5] = {{"false", "f", "no", "n", "0"},
                                            {"true", "t", "yes", "y", "1"}};
    for (int value = 0; value < 2; value++) {
        for (size_t i = 0; i < 5; i++) {
            const char *word = words[value][i];
            if (text.n == strlen(word) && strncasecmp(text.at, word, text.n) == 0) {
                *out = value;
                return true;
            }
        }
    }
    return false;
}

void num_print_f64(double value, struct buf *out)
{
    enum { PLACES = 17, PLAIN_MAX = 6, PLAIN_MIN = -4 };
    char text[NUMBER_MAX];
    int digits = 1;
    do
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
    while (strtod(text, NULL) != value && digits++ < PLACES);
    const char *e = strchr(text, 'e');
    int exponent = e ? (int)strtol(e + 1, NULL, 10) : 0;
    if (e && exponent >= PLAIN_MIN && exponent < PLAIN_MAX)
        snprintf(text, sizeof text, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0,
                 value);
    buf_add(out, span_of(text));
}
