// SPDX-License-Identifier: Apache-2.0
#include "profile/read/foreign.h"

#include "profile/read/scan.h"

// A file that begins with these bytes, and perhaps has others further in.
struct magic {
    struct span bytes;
    size_t offset;
    struct span more;
    const char *message;
};

// The first that fits counts. Sources: the formats' own documents, and those of file(1).
static const struct magic magics[] = {
    {SPAN("\177ELF"), 16, SPAN("\4\0"), "is a core file, not a profile"},
    {SPAN("\177ELF"), 16, SPAN("\0\4"), "is a core file, not a profile"},
    {SPAN("\177ELF"), 0, SPAN(""),
     "is a program or a library (ELF): it goes before its profile, as in cprof PROGRAM PROFILE"},
    {SPAN("\xcf\xfa\xed\xfe"), 0, SPAN(""), "is a program or a library (Mach-O), not a profile"},
    {SPAN("\xce\xfa\xed\xfe"), 0, SPAN(""), "is a program or a library (Mach-O), not a profile"},
    {SPAN("\xfe\xed\xfa\xcf"), 0, SPAN(""), "is a program or a library (Mach-O), not a profile"},
    {SPAN("\xfe\xed\xfa\xce"), 0, SPAN(""), "is a program or a library (Mach-O), not a profile"},
    {SPAN("\xca\xfe\xba\xbe"), 0, SPAN(""), "is a Java class or a universal Mach-O program"},
    {SPAN("MZ"), 78, SPAN("This program "), "is a program or a library (PE), not a profile"},
    {SPAN("\x1f\x8b"), 0, SPAN(""), "is gzip within gzip: run gunzip on it once"},
    {SPAN("\x28\xb5\x2f\xfd"), 0, SPAN(""),
     "is compressed with zstd, and libzstd is not there: run unzstd on it"},
    {SPAN("\xfd\x37zXZ\0"), 0, SPAN(""), "is compressed with xz: run unxz on it"},
    {SPAN("BZh"), 4, SPAN("1AY&SY"), "is compressed with bzip2: run bunzip2 on it"},
    {SPAN("\x04\x22\x4d\x18"), 0, SPAN(""), "is compressed with lz4: run unlz4 on it"},
    {SPAN("\x1f\x9d"), 0, SPAN(""), "is compressed with compress: run uncompress on it"},
    {SPAN("7z\xbc\xaf\x27\x1c"), 0, SPAN(""), "is a 7-Zip archive: take the profile out of it"},
    {SPAN("PK\3\4"), 0, SPAN(""), "is a zip archive: run unzip on it"},
    {SPAN("PK\5\6"), 0, SPAN(""), "is an empty zip archive"},
    {SPAN(""), 257, SPAN("ustar"), "is a tar archive: run tar -xf on it"},
    {SPAN("PERFILE2"), 0, SPAN(""),
     "is perf's own file: give cprof what perf script -i FILE prints"},
    {SPAN("2ELIFREP"), 0, SPAN(""),
     "is perf's own file: give cprof what perf script -i FILE prints"},
    {SPAN("FLR\0"), 0, SPAN(""),
     "is a JFR recording of a Java program: convert it, as with jfrconv --pprof"},
    {SPAN("JAVA PROFILE 1.0."), 0, SPAN(""), "is a heap dump of a Java program (HPROF)"},
    {SPAN("go 1."), 8, SPAN("trace\0"), "is a Go execution trace: run go tool trace on it"},
    {SPAN("go 1."), 7, SPAN("trace\0"), "is a Go execution trace: run go tool trace on it"},
    {SPAN("mode: set\n"), 0, SPAN(""), "is a Go coverage profile: run go tool cover on it"},
    {SPAN("mode: count\n"), 0, SPAN(""), "is a Go coverage profile: run go tool cover on it"},
    {SPAN("mode: atomic\n"), 0, SPAN(""), "is a Go coverage profile: run go tool cover on it"},
    {SPAN("go1."), 0, SPAN(" heap dump\n"), "is a Go heap dump (debug.WriteHeapDump)"},
    {SPAN("gmon"), 0, SPAN(""), "is a profile of gprof: run gprof on it"},
    {SPAN("SQLite format 3\0"), 0, SPAN(""), "is an SQLite database"},
    {SPAN("{\xa9\3"), 0, SPAN(""),
     "is a profile of Python's cProfile: run python3 -m pstats on it, or profile with py-spy"},
    {SPAN("{(\3\0\0\0"), 0, SPAN(""),
     "is a profile of Python's cProfile: run python3 -m pstats on it, or profile with py-spy"},
    {SPAN("HTTP/1."), 0, SPAN(""),
     "is a server's answer with its headers: run curl without -i, or give cprof the address"},
    {SPAN("HTTP/2 "), 0, SPAN(""),
     "is a server's answer with its headers: run curl without -i, or give cprof the address"},
    {SPAN("404 page not found"), 0, SPAN(""),
     "is a server's answer that there is no such page: is net/http/pprof imported?"},
    {SPAN("Unknown profile"), 0, SPAN(""), "is a server's answer that it has no such profile"},
    {SPAN("version https://git-lfs"), 0, SPAN(""), "is kept in Git LFS: run git lfs pull"},
    {SPAN("# callgrind format"), 0, SPAN(""), "is a profile of callgrind: see callgrind_annotate"},
    {SPAN("digraph "), 0, SPAN(""), "is a graph for dot, not a profile"},
    {SPAN("%PDF-"), 0, SPAN(""), "is a PDF document"},
    {SPAN("\x89PNG"), 0, SPAN(""), "is a picture (PNG)"},
    {SPAN("\xff\xfe"), 0, SPAN(""),
     "is a text in UTF-16: what was > in PowerShell has changed it, use -OutFile"},
};

static bool has_magic(struct span bytes, const struct magic *m)
{
    if (!span_starts(bytes, m->bytes))
        return false;
    if (m->more.n == 0)
        return true;
    if (m->offset == 0)
        return span_find(bytes, m->more) != SPAN_NOT_FOUND;
    return bytes.n >= m->offset && span_starts(span_from(bytes, m->offset), m->more);
}

static bool starts_without_case(struct span s, struct span lower)
{
    if (s.n < lower.n)
        return false;
    for (size_t i = 0; i < lower.n; i++) {
        char c = s.at[i];
        if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != lower.at[i])
            return false;
    }
    return true;
}

static const char *tell_markup(struct span bytes)
{
    static const struct span pages[] = {SPAN("<!doctype html"), SPAN("<html"), SPAN("<head"),
                                        SPAN("<!--"), SPAN("<title")};
    struct span text = scan_trim(bytes);
    scan_text(&text, SPAN("\xef\xbb\xbf"));
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (starts_without_case(text, pages[i]))
            return "is an HTML page, not a profile: is the address right, and are you logged in?";
    if (starts_without_case(text, SPAN("<svg")))
        return "is a picture (SVG), not a profile";
    return starts_without_case(text, SPAN("<?xml")) ? "is an XML document, not a profile" : NULL;
}

static bool is_base64(char c)
{
    return scan_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '/' || c == '=' || c == '\n' || c == '\r';
}

// Long lines of nothing else; what begins so is gzip.
static bool is_encoded(const struct head *head)
{
    enum { LEAST = 64 };
    struct span rest = head->bytes, line = rest;
    size_t n = scan_while(&rest, is_base64, NULL);
    rest = head->bytes;
    scan_upto(&rest, '\n', &line);
    return n == head->bytes.n && n >= LEAST &&
           (line.n >= LEAST || span_starts(head->bytes, SPAN("H4sI")));
}

static const char *tell_text(const struct head *head)
{
    struct span line = head->bytes, rest = line;
    scan_upto(&rest, '\n', &line);
    if (span_find(head->bytes, SPAN("Showing nodes accounting for ")) != SPAN_NOT_FOUND)
        return "is a report of pprof or cprof, not a profile";
    if (span_starts(line, SPAN("PeriodType: ")))
        return "is a report of pprof or cprof (raw), not a profile";
    if (span_starts(line, SPAN("sample_type {")) || span_starts(line, SPAN("sample_type: {")))
        return "is a profile in protobuf's text form: encode it with protoc --encode";
    return is_encoded(head) ? "looks like base64: run base64 -d on it" : NULL;
}

bool foreign_tell(const struct head *head, struct err *err)
{
    const char *message = NULL;
    for (size_t i = 0; i < sizeof magics / sizeof *magics && !message; i++)
        if (has_magic(head->bytes, &magics[i]))
            message = magics[i].message;
    if (!message)
        message = tell_markup(head->bytes);
    if (!message)
        message = tell_text(head);
    if (message)
        err_set(err, "%s", message);
    return message != NULL;
}
