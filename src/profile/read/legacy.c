// SPDX-License-Identifier: Apache-2.0
#include "profile/read/legacy.h"

#include <math.h>

#include "base/num.h"
#include "profile/read/maps.h"
#include "profile/read/scan.h"

void legacy_init(struct legacy *l, const struct reading *r, struct profile *out)
{
    *l = (struct legacy){.r = r, .lines = {.in = r->in, .job = r->job}};
    builder_init(&l->b, out);
}

int legacy_finish(struct legacy *l, int status)
{
    if (status == 0)
        status = builder_finish(&l->b, l->r->err);
    if (status == 0)
        legacy_set_drop_frames(l->b.out);
    builder_release(&l->b);
    return status;
}

bool legacy_is_comment(struct span line)
{
    struct span text = scan_trim(line);
    return text.n == 0 || text.at[0] == '#';
}

int legacy_skip_comments(struct legacy *l)
{
    int status;
    while ((status = legacy_next(l)) > 0 && legacy_is_comment(l->lines.line))
        ;
    return status < 0 ? -1 : 0;
}

struct span legacy_first_line(struct span head)
{
    struct span line;
    while (scan_upto(&head, '\n', &line))
        if (!legacy_is_comment(line))
            return span_ends(line, SPAN("\r")) ? span_upto(line, line.n - 1) : line;
    return head;
}

bool legacy_is_map(struct span line)
{
    return span_find(line, SPAN("--- Memory map: ---")) != SPAN_NOT_FOUND ||
           span_find(line, SPAN("MAPPED_LIBRARIES:")) != SPAN_NOT_FOUND;
}

static bool is_lower_hex(char c)
{
    return scan_is_digit(c) || (c >= 'a' && c <= 'f');
}

int legacy_take_addresses(struct legacy *l, struct span text)
{
    size_t at;
    while ((at = span_find(text, SPAN("0x"))) != SPAN_NOT_FOUND) {
        struct span digits;
        uint64_t address;
        text = span_from(text, at + 2);
        if (scan_while(&text, is_lower_hex, &digits) == 0)
            continue;
        if (!scan_hex_u64(digits, &address))
            return legacy_fault(l, "an address has more than 64 bits");
        *vec_push(l->b.out->arena, &l->addresses) = address;
    }
    return 0;
}

static bool is_stack(char c)
{
    return c == ' ' || c == 'x' || is_lower_hex(c);
}

struct span legacy_stack(struct span rest)
{
    struct span stack;
    scan_while(&rest, is_stack, &stack);
    return stack;
}

void legacy_make_frames(struct legacy *l, enum legacy_leaf leaf)
{
    l->frames.n = 0;
    for (size_t i = 0; i < l->addresses.n; i++) {
        bool call = leaf == LEAF_IS_CALL || (leaf == LEAF_IS_NOT_CALL && i > 0);
        *vec_push(l->b.out->arena, &l->frames) = builder_address(&l->b, l->addresses.at[i] - call);
    }
    l->addresses.n = 0;
}

void legacy_add_sample(struct legacy *l, const int64_t *values)
{
    builder_sample(&l->b, l->frames.at, (uint32_t)l->frames.n, values);
}

void legacy_drop_twins(struct legacy *l)
{
    struct builder *b = &l->b;
    for (size_t i = 0; i < b->samples.n; i++) {
        struct sample *s = &b->samples.at[i];
        uint32_t *frames = b->frames.at + s->frame;
        if (s->n_frames < 2 ||
            b->locations.at[frames[0]].address != b->locations.at[frames[1]].address + 1)
            continue;
        frames[1] = frames[0];
        s->frame++;
        s->n_frames--;
    }
}

int legacy_read_maps(struct legacy *l)
{
    int status = 1;
    while (!legacy_is_map(l->lines.line) && (status = legacy_next(l)) > 0)
        ;
    if (status < 0 || maps_read(&l->b, &l->lines, l->r->err))
        return -1;
    return maps_assign(&l->b, l->r->err);
}

// e^x as Go works it out on amd64, to the last bit: what follows is cut to whole numbers, and for
// small objects 1 - e^x is mostly rounding. Naoki Shibata, "Efficient evaluation methods of
// elementary functions suitable for SIMD computation", 2010: a series near 0, squared four times.
static double exp_of_go(double x)
{
    static const double terms[] = {1.9841269841269841270e-4,
                                   1.3888888888888888889e-3,
                                   8.3333333333333333333e-3,
                                   4.1666666666666666667e-2,
                                   1.6666666666666666667e-1,
                                   0.5,
                                   1.0};
    static const double log2e = 1.4426950408889634073599246810018920;
    static const double ln2_upper = 0.69314718055966295651160180568695068359375;
    static const double ln2_lower = 0.28235290563031577122588448175013436025525412068e-12;
    if (x > 709 || x < -700)
        return x > 0 ? INFINITY : 0;
    double power = rint(x * log2e), sum = 2.4801587301587301587e-5;
    double r = fma(-power, ln2_lower, fma(-power, ln2_upper, x)) / 16;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        sum = fma(sum, r, terms[i]);
    r *= sum; // e^r - 1; and (e^r)^2 - 1 is that times itself and 2
    for (int i = 0; i < 3; i++)
        r *= r + 2;
    return ldexp(fma(r, r + 2, 1), (int)power);
}

void legacy_unsample(int64_t *count, int64_t *bytes, int64_t rate)
{
    if (*count == 0 || *bytes == 0)
        *count = *bytes = 0;
    if (*count == 0 || rate <= 1)
        return;
    double mean = (double)*bytes / (double)*count;
    double scale = 1 / (1 - exp_of_go(-mean / (double)rate));
    *count = i64_of((double)*count * scale);
    *bytes = i64_of((double)*bytes * scale);
}

// Memory allocators, the hooks of profilers and locks are not what their caller asks for.
#define ALLOCATORS                                                                                \
    "calloc|cfree|malloc|free|memalign|do_memalign|(__)?posix_memalign|pvalloc|valloc|realloc|"   \
    "tcmalloc::.*|tc_calloc|tc_cfree|tc_malloc|tc_free|tc_memalign|tc_posix_memalign|tc_pvalloc|" \
    "tc_valloc|tc_realloc|tc_new|tc_delete|tc_newarray|tc_deletearray|tc_new_nothrow|"            \
    "tc_newarray_nothrow|malloc_zone_malloc|malloc_zone_calloc|malloc_zone_valloc|"               \
    "malloc_zone_realloc|malloc_zone_memalign|malloc_zone_free|runtime\\..*|BaseArena::.*|"       \
    "(::)?do_malloc_no_errno|(::)?do_malloc_pages|(::)?do_malloc|DoSampledAllocation|"            \
    "MallocedMemBlock::MallocedMemBlock|_M_allocate|__builtin_(vec_)?delete|"                     \
    "__builtin_(vec_)?new|__gnu_cxx::new_allocator::allocate|__libc_malloc|"                      \
    "__malloc_alloc_template::allocate|allocate|cpp_alloc|operator new(\\[\\])?|"                 \
    "simple_alloc::allocate"
#define KEPT_ALLOCATORS "runtime\\.panic|runtime\\.reflectcall|runtime\\.call[0-9]*"
#define LOCKS                                                                                   \
    "RecordLockProfileData|(base::)?RecordLockProfileData.*|(base::)?SubmitMutexProfileData.*|" \
    "(base::)?SubmitSpinLockProfileData.*|(base::Mutex::)?AwaitCommon.*|"                       \
    "(base::Mutex::)?Unlock.*|(base::Mutex::)?UnlockSlow.*|(base::Mutex::)?ReaderUnlock.*|"     \
    "(base::MutexLock::)?~MutexLock.*|(Mutex::)?AwaitCommon.*|(Mutex::)?Unlock.*|"              \
    "(Mutex::)?UnlockSlow.*|(Mutex::)?ReaderUnlock.*|(MutexLock::)?~MutexLock.*|"               \
    "(SpinLock::)?Unlock.*|(SpinLock::)?SlowUnlock.*|(SpinLockHolder::)?~SpinLockHolder.*"
#define SIGNAL_HANDLERS                                                                          \
    "ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|" \
    "__restore"

void legacy_set_drop_frames(struct profile *p)
{
    struct span type = p->n_sample_types ? profile_str(p, p->sample_types[0].type) : SPAN("");
    bool heap = span_eq(type, SPAN("objects")) || span_eq(type, SPAN("inuse_objects")) ||
                span_eq(type, SPAN("alloc_objects"));
    bool locks = span_eq(type, SPAN("contentions"));
    struct span drop = heap ? SPAN(ALLOCATORS) : locks ? SPAN(LOCKS) : SPAN(SIGNAL_HANDLERS);
    p->drop_frames = strtab_add(p->strings, drop);
    p->keep_frames = heap ? strtab_add(p->strings, SPAN(KEPT_ALLOCATORS)) : 0;
}
