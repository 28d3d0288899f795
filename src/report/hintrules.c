// SPDX-License-Identifier: Apache-2.0
#include "report/hintrules.h"

#include <ctype.h>
#include <string.h>

#define ONCE                                                         \
    {                                                                \
        "runtime.doInit", "sync.(*Once)", "=main.init", "main.init." \
    }

const struct rule rules[] = {
    {.hint = {"sprintf", "fmt formats a text",
              "to write a number use strconv (Itoa, AppendInt), to join texts use + or "
              "strings.Join"},
     .kind = RULE_CALLS,
     .cpu = true,
     .heap = true,
     .functions = {"=fmt.Sprintf", "=fmt.Sprint", "=fmt.Sprintln"},
     .not_text = {"%x", "%X", "%f", "%g", "%e", "%+v", "%0", "%#"}},
    {.hint = {"regexp-compile", "a regular expression is compiled again and again",
              "compile it once, into a package variable with regexp.MustCompile"},
     .kind = RULE_CALLS,
     .cpu = true,
     .heap = true,
     .functions = {"regexp.MustCompile", "regexp.Compile", "regexp.compile", "=regexp.MatchString",
                   "=regexp.Match"},
     .not_within = ONCE,
     .least_value = 256 << 10},
    {.hint = {"template-parse", "a template is parsed again and again",
              "parse it once, into a package variable with template.Must"},
     .kind = RULE_CALLS,
     .cpu = true,
     .heap = true,
     .functions = {"text/template.(*Template).Parse", "html/template.(*Template).Parse",
                   "html/template.ParseFiles", "text/template.ParseFiles"},
     .not_within = ONCE,
     .least_value = 256 << 10},
    {.hint = {"bufio-each", "a buffer is made for each reader or writer",
              "keep one and Reset it, or take it from a sync.Pool; what is read as a whole needs "
              "none"},
     .kind = RULE_CALLS,
     .heap = true,
     .functions = {"=bufio.NewReader", "=bufio.NewReaderSize", "=bufio.NewWriter",
                   "=bufio.NewWriterSize", "=bufio.(*Scanner).Scan"},
     .not_within = ONCE,
     .least_objects = 200},
    {.hint = {"builder-growth", "a Builder or Buffer grows piece by piece",
              "call Grow with the size that it will have before writing"},
     .kind = RULE_CALLS,
     .cpu = true,
     .heap = true,
     .functions = {"strings.(*Builder).W", "bytes.(*Buffer).W", "bytes.(*Buffer).grow",
                   "strings.(*Builder).grow"},
     .through = {"=fmt.Fprintf", "=fmt.Fprint", "=fmt.Fprintln", "=io.WriteString", "=io.Copy",
                 "=io.CopyN", "=io.copyBuffer"},
     .below = {"runtime.growslice", "bytes.(*Buffer).grow", "strings.(*Builder).grow"},
     .not_within = {"=strings.(*Builder).Grow", "=bytes.(*Buffer).Grow"}},
    {.hint = {"read-all", "all of a stream is read into memory",
              "work on the stream itself, or bound it with io.LimitReader"},
     .kind = RULE_CALLS,
     .heap = true,
     .functions = {"=io.ReadAll", "=io/ioutil.ReadAll"}},
    {.hint = {"json-whole", "JSON is made or read in memory as a whole",
              "write it with json.NewEncoder, read it piece by piece with json.NewDecoder"},
     .kind = RULE_CALLS,
     .heap = true,
     .functions = {"=encoding/json.Marshal", "=encoding/json.MarshalIndent",
                   "=encoding/json.Unmarshal"},
     .least = .1,
     .least_size = 4096},
    {.hint = {"time-after",
              "each time.After makes a timer, which before Go 1.23 lives until it fires",
              "make one time.NewTimer before the loop, and Reset it"},
     .kind = RULE_CALLS,
     .heap = true,
     .functions = {"=time.After"}},
    {.hint = {"append-growth", "a slice outgrows its room again and again",
              "make it with the capacity that it will need: make([]T, 0, n)"},
     .kind = RULE_SIZES,
     .heap = true,
     .text = {"append("},
     .not_text = {"append([]", "append(nil"},
     .pattern = SIZES_GROWING,
     .needs_text = true},
    {.hint = {"append-growth", "a slice outgrows its room again and again",
              "make it with the capacity that it will need: make([]T, 0, n)"},
     .kind = RULE_CALLS,
     .cpu = true,
     .functions = {"=runtime.growslice"},
     .not_text = {"append([]", "append(nil"}},
    {.hint = {"map-growth", "a map outgrows its room again and again",
              "make it with a hint of its size: make(map[K]V, n)"},
     .kind = RULE_SIZES,
     .heap = true,
     .text = {"] = ", "]++", "] += "},
     .not_text = {"append(", "make(", "new(", "[]byte(", "string(", "&", "Sprint", " + "},
     .pattern = SIZES_GROWING,
     .needs_text = true},
    {.hint = {"map-growth", "a map outgrows its room again and again",
              "make it with a hint of its size: make(map[K]V, n)"},
     .kind = RULE_CALLS,
     .cpu = true,
     .functions = {"runtime.mapassign"},
     .below = {"runtime.hashGrow", "runtime.growWork", "runtime.evacuate",
               "internal/runtime/maps.(*table).rehash", "internal/runtime/maps.(*table).grow",
               "internal/runtime/maps.(*table).split", "internal/runtime/maps.(*Map).grow"}},
    {.hint = {"concatenation", "each + makes a new text, and copies the ones before",
              "collect the pieces in a strings.Builder, and Grow it first"},
     .kind = RULE_SIZES,
     .heap = true,
     .text = {" += ", RULE_OF_ITSELF},
     .not_text = {"] += ", "append(", "make(", "new(", "len(", "&"},
     .pattern = SIZES_MANY,
     .needs_text = true},
    {.hint = {"concatenation", "each + makes a new text, and copies what it joins",
              "in a loop, collect the pieces in a strings.Builder, and Grow it first"},
     .kind = RULE_CALLS,
     .cpu = true,
     .functions = {"runtime.concatstring"},
     .text = {" += ", RULE_OF_ITSELF}},
    {.hint = {"piecewise-growth",
              "sizes go up step by step, as those of append, a map or a text made longer do",
              "if it is one of these, give it the room it will need when it is made"},
     .kind = RULE_SIZES,
     .heap = true,
     .not_text = {"make(", "new(", "&", "append([]", "append(nil", " + "},
     .least_size = 2048,
     .pattern = SIZES_GROWING},
    {.hint = {"bytes-string", "bytes are copied into a string, or a string into bytes",
              "keep one of the two, or use the functions of bytes, strings and strconv that take "
              "the other (AppendInt, Write, WriteString)"},
     .kind = RULE_TEXT,
     .heap = true,
     .text = {"[]byte(", "string("},
     .not_text = {"append(", "make(", " + ", " += ", "[string(", "&", "Sprint", "Join("},
     .needs_text = true},
    {.hint = {"bytes-string", "bytes are copied into a string, or a string into bytes",
              "keep one of the two, or use the functions of bytes, strings and strconv that take "
              "the other (AppendInt, Write, WriteString)"},
     .kind = RULE_CALLS,
     .cpu = true,
     .functions = {"=runtime.slicebytetostring", "=runtime.stringtoslicebyte"}},
    {.hint = {"short-lived", "large objects of one size are made and dropped at once",
              "keep them in a sync.Pool, or as a field that is used again; measure, as a pool only "
              "pays for objects that are made often"},
     .kind = RULE_SHORT,
     .heap = true,
     .pattern = SIZES_ONE},
    {.hint = {"goroutines", "the records of goroutines, which are never freed",
              "so many have run at once: if their number grows, goroutines leak; -leaks of the "
              "profile goroutine tells where"},
     .kind = RULE_ANYWHERE,
     .heap = true,
     .functions = {"=runtime.malg"},
     .least_value = 256 << 10},
    {.hint = {"idle-heap", "more memory is held free than is in use",
              "a smaller GOGC, or GOMEMLIMIT, lets the heap grow less before it is collected; "
              "debug.FreeOSMemory gives back at once what a peak has left"},
     .kind = RULE_IDLE,
     .heap = true,
     .least_value = 4 << 20},
    {.hint = {"no-collection",
              "most of the heap was allocated after the collection that its "
              "profile is of, so that it does not show there",
              "take it with a collection before: /debug/pprof/heap?gc=1, or runtime.GC()"},
     .kind = RULE_UNSETTLED,
     .heap = true,
     .least = .5,
     .least_value = 4 << 20},
    {.hint = {.name = NULL}},
};

bool rule_names(const char *const *list, struct span name)
{
    for (size_t i = 0; i < RULE_PARTS && list[i]; i++)
        if (list[i][0] == '=' ? span_eq(name, span_of(list[i] + 1))
                              : span_starts(name, span_of(list[i])))
            return true;
    return false;
}

static bool is_word(char c)
{
    return c == '_' || c == '.' || isalnum((unsigned char)c);
}

// "s = s + x"
static bool is_of_itself(struct span text)
{
    size_t at = span_find(text, SPAN(" = ")), start = at;
    if (at == SPAN_NOT_FOUND)
        return false;
    while (start > 0 && is_word(text.at[start - 1]))
        start--;
    struct span name = span_from(span_upto(text, at), start), rest = span_from(text, at + 3);
    return name.n && span_starts(rest, name) && span_starts(span_from(rest, name.n), SPAN(" + "));
}

bool rule_has_word(const char *const *list, struct span text)
{
    for (size_t i = 0; i < RULE_PARTS && list[i]; i++) {
        struct span part = span_of(list[i]);
        if (strcmp(list[i], RULE_OF_ITSELF) == 0 && is_of_itself(text))
            return true;
        for (size_t from = 0, at; from < text.n; from += at + 1) {
            at = span_find(span_from(text, from), part);
            if (at == SPAN_NOT_FOUND)
                break;
            if (!is_word(*part.at) || from + at == 0 || !is_word(text.at[from + at - 1]))
                return true;
        }
    }
    return false;
}

bool rule_has_part(const char *const *list, struct span text)
{
    for (size_t i = 0; i < RULE_PARTS && list[i]; i++)
        if (span_find(text, span_of(list[i])) != SPAN_NOT_FOUND)
            return true;
    return false;
}
