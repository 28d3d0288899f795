// SPDX-License-Identifier: Apache-2.0
#include "profile/read/goquote.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "profile/read/scan.h"

static void add_code_point(struct buf *out, uint64_t c)
{
    char bytes[4];
    size_t n = 0;
    if (c < 0x80) {
        bytes[n++] = (char)c;
    } else {
        unsigned shift = c < 0x800 ? 6 : c < 0x10000 ? 12 : 18;
        bytes[n++] = (char)((shift == 6 ? 0xc0 : shift == 12 ? 0xe0 : 0xf0) | c >> shift);
        while (shift) {
            shift -= 6;
            bytes[n++] = (char)(0x80 | (c >> shift & 0x3f));
        }
    }
    buf_add(out, (struct span){bytes, n});
}

// What follows a backslash: a letter, or x, u or U and 2, 4 or 8 digits.
static bool take_escape(struct span *s, struct buf *out)
{
    static const char letters[] = "abfnrtv\\\"'", meant[] = "\a\b\f\n\r\t\v\\\"'";
    if (s->n == 0)
        return false;
    char c = *s->at;
    const char *letter = memchr(letters, c, sizeof letters - 1);
    *s = span_from(*s, 1);
    if (letter) {
        buf_addc(out, meant[letter - letters]);
        return true;
    }
    size_t n = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    uint64_t value;
    if (n == 0 || s->n < n || !scan_hex_u64(span_upto(*s, n), &value) || value > 0x10ffff)
        return false;
    *s = span_from(*s, n);
    if (n == 2)
        buf_addc(out, (char)value);
    else
        add_code_point(out, value);
    return true;
}

// A quoted text, or one up to a byte that ends it.
static bool take_word(struct span *s, const char *ends, struct buf *out)
{
    buf_clear(out);
    if (!scan_text(s, SPAN("\""))) {
        for (; s->n && !strchr(ends, *s->at); *s = span_from(*s, 1))
            buf_addc(out, *s->at);
        return out->n > 0;
    }
    while (s->n) {
        char c = *s->at;
        *s = span_from(*s, 1);
        if (c == '"')
            return true;
        if (c != '\\')
            buf_addc(out, c);
        else if (!take_escape(s, out))
            return false;
    }
    return false;
}

static bool take_pair(struct builder *b, struct span *s, struct buf *key, struct buf *value)
{
    if (!take_word(s, ":,}", key) || !scan_text(s, SPAN(":")))
        return false;
    scan_blanks(s);
    if (!take_word(s, ",}", value))
        return false;
    builder_label_text(b, buf_span(key), buf_span(value));
    return true;
}

bool goquote_take_labels(struct builder *b, struct span *s)
{
    struct buf key = {0}, value = {0};
    bool good = scan_text(s, SPAN("{"));
    while (good && !scan_text(s, SPAN("}"))) {
        good = take_pair(b, s, &key, &value);
        scan_text(s, SPAN(","));
        scan_blanks(s);
    }
    buf_release(&key);
    buf_release(&value);
    return good;
}
