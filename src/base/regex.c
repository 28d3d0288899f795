// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/re2.h"
#include "base/utf8.h"
#include "base/xalloc.h"

enum {
    MATCH_LIMIT = 2 << 20, // steps; far more than a sane pattern takes on a function's name
    HEAP_LIMIT_KIB = 16 << 10,
    NEST_LIMIT = 1000,
    PATTERN_MAX = 8 << 10,
};

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    char *pattern;
    size_t pattern_size;
    struct buf repaired; // the subject, where it was not UTF-8
    int fault;           // PCRE2's code of the first match that was given up
    bool matched;        // something
};

// Where in the pattern the translation gets as long as this: the longest start of the pattern that
// translates to no more.
static size_t source_offset(struct span pattern, size_t translated)
{
    size_t low = 0, high = pattern.n;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        struct buf out = {0};
        struct err ignored; // a start that is cut in a group or a class is not a pattern
        re2_translate(span_upto(pattern, middle), &out, &ignored);
        if (out.n <= translated)
            low = middle;
        else
            high = middle - 1;
        buf_release(&out);
    }
    return low;
}

static pcre2_code *compile(struct span translated, struct span pattern, uint32_t more_options,
                           struct err *err)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        abort();
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, NEST_LIMIT);
    uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX | more_options;
    int code = 0;
    size_t offset = 0;
    pcre2_code *re =
        pcre2_compile((PCRE2_SPTR)translated.at, translated.n, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!re) {
        char message[128] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof message);
        err_set(err, "bad regular expression '" SPAN_FMT "': %s at offset %zu",
                ERR_SUBJECT(pattern), message, source_offset(pattern, offset));
    }
    return re;
}

static struct regex *wrap(pcre2_code *code, struct span pattern)
{
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // where there is no JIT, matching interprets
    struct regex *re = xcalloc(1, sizeof *re);
    re->code = code;
    re->match = pcre2_match_data_create_from_pattern(code, NULL);
    re->limits = pcre2_match_context_create(NULL);
    if (!re->match || !re->limits)
        abort();
    pcre2_set_match_limit(re->limits, MATCH_LIMIT);
    pcre2_set_heap_limit(re->limits, HEAP_LIMIT_KIB);
    re->pattern = xmalloc(pattern.n);
    re->pattern_size = pattern.n;
    if (pattern.n)
        memcpy(re->pattern, pattern.at, pattern.n);
    return re;
}

struct regex *regex_new(struct span pattern, struct err *err)
{
    struct buf translated = {0};
    pcre2_code *code = NULL;
    if (pattern.n > PATTERN_MAX)
        err_set(err, "bad regular expression: it is longer than %d bytes", PATTERN_MAX);
    else if (re2_translate(pattern, &translated, err) == 0)
        code = compile((struct span){buf_cstr(&translated), translated.n}, pattern,
                       PCRE2_NO_AUTO_CAPTURE, err);
    buf_release(&translated);
    return code ? wrap(code, pattern) : NULL;
}

void regex_quote(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] && strchr("\\.+*?()|[]{}^$", text.at[i]))
            buf_addc(out, '\\');
        buf_addc(out, text.at[i]);
    }
}

struct regex *regex_new_plain(struct span text, struct err *err)
{
    struct buf quoted = {0};
    regex_quote(text, &quoted);
    struct regex *re = regex_new(buf_span(&quoted), err);
    buf_release(&quoted);
    if (!re)
        return NULL;
    if (text.n) // the quoted text is as long at least
        memcpy(re->pattern, text.at, text.n);
    re->pattern_size = text.n;
    return re;
}

struct regex *regex_new_builtin(const char *pattern)
{
    struct err err;
    pcre2_code *code = compile(span_of(pattern), span_of(pattern), 0, &err);
    if (!code)
        abort(); // the pattern is a constant
    return wrap(code, span_of(pattern));
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    pcre2_match_data_free(re->match);
    pcre2_match_context_free(re->limits);
    buf_release(&re->repaired);
    free(re->pattern);
    free(re);
}

// The number of groups that matched, 0 where nothing does.
static int match(struct regex *re, struct span text)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.at ? text.at : "");
    uint32_t options = PCRE2_NO_UTF_CHECK;
    int found = pcre2_match(re->code, subject, text.n, 0, options, re->match, re->limits);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(re->code, subject, text.n, 0, options | PCRE2_NO_JIT, re->match,
                            re->limits);
    if (found < 0 && found != PCRE2_ERROR_NOMATCH)
        re->fault = found;
    return found < 0 ? 0 : found;
}

bool regex_match(struct regex *re, struct span text)
{
    if (re->fault)
        return false;
    if (!utf8_valid(text)) {
        buf_clear(&re->repaired);
        utf8_add_valid(&re->repaired, text);
        text = buf_span(&re->repaired);
    }
    bool found = match(re, text) > 0;
    re->matched |= found;
    return found;
}

bool regex_groups(struct regex *re, struct span text, struct span *groups, unsigned n)
{
    if (!utf8_valid(text))
        return false;
    int found = match(re, text);
    const size_t *ends = pcre2_get_ovector_pointer(re->match);
    for (unsigned i = 0; found > 0 && i < n; i++) {
        bool matched = (int)i < found && ends[2 * i] != PCRE2_UNSET;
        groups[i] = matched ? (struct span){text.at + ends[2 * i], ends[2 * i + 1] - ends[2 * i]}
                            : SPAN("");
    }
    return found > 0;
}

int regex_check(const struct regex *re, struct err *err)
{
    if (!re || !re->fault)
        return 0;
    char message[128] = "";
    pcre2_get_error_message(re->fault, (PCRE2_UCHAR *)message, sizeof message);
    return err_set(err, "regular expression '" SPAN_FMT "' takes too long: %s",
                   ERR_SUBJECT(regex_pattern(re)), message);
}

struct span regex_pattern(const struct regex *re)
{
    return (struct span){re->pattern, re->pattern_size};
}

bool regex_has_matched(const struct regex *re)
{
    return re->matched;
}
