// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "app/options.h"
#include "cli/flamestate.h"
#include "cli/tty.h"

// What keys do.

static const struct flame_frame *frames_of(const struct flamestate *s)
{
    return flame_tree_at(s, s->focus_above)->frames;
}

static struct span name_of(const struct flamestate *s, bool above, uint32_t frame)
{
    uint32_t name = flame_tree_at(s, above)->frames[frame].name;
    return name == NO_INDEX ? SPAN("") : s->d->data.flame->names[name].name;
}

static void add_plain(struct buf *path, struct span name)
{
    for (size_t i = 0; i < name.n; i++)
        buf_addc(path, name.at[i] == ';' ? ':' : name.at[i]);
}

// Names below frame 0, as the option zoom takes them.
static void add_path(const struct flamestate *s, bool above, uint32_t frame, struct buf *path)
{
    uint32_t steps[FLAME_DEPTH_MAX], n = 0;
    const struct flame_frame *frames = flame_tree_at(s, above)->frames;
    for (; frame && n < FLAME_DEPTH_MAX; frame = frames[frame].parent)
        steps[n++] = frame;
    while (n) {
        add_plain(path, name_of(s, above, steps[--n]));
        if (n)
            buf_addc(path, ';');
    }
}

// Whether a frame's own part of a path is this.
static bool is_step(const struct flamestate *s, bool above, uint32_t frame, struct span step)
{
    struct buf plain = {0};
    add_plain(&plain, name_of(s, above, frame));
    bool same = span_eq(buf_span(&plain), step);
    buf_release(&plain);
    return same;
}

static uint32_t child_named(const struct flamestate *s, bool above, uint32_t parent,
                            struct span step)
{
    const struct flame_frame *frames = flame_tree_at(s, above)->frames;
    for (uint32_t i = parent + 1; i < frames[parent].end; i = frames[i].end)
        if (is_step(s, above, i, step) && flame_cell_of(flame_layout_at(s, above), i))
            return i;
    return NO_INDEX;
}

static void set_focus(struct flamestate *s, bool above, uint32_t frame)
{
    uint32_t rows = flame_rows_shown(s);
    s->focus_above = above;
    s->frame = frame;
    buf_clear(&s->focus);
    add_path(s, above, frame, &s->focus);
    buf_clear(&s->name);
    buf_add(&s->name, name_of(s, above, frame));
    uint32_t row = flame_focus_row(s);
    if (row < s->scroll)
        s->scroll = row;
    if (row >= s->scroll + rows)
        s->scroll = row - rows + 1;
}

static void mark_matches(struct flamestate *s)
{
    const struct flame *f = s->d->data.flame;
    s->matches = NULL;
    if (!s->search)
        return;
    s->matches = arena_zalloc(s->d->report->arena, f->n_names, sizeof *s->matches);
    for (uint32_t i = 0; i < f->n_names; i++)
        s->matches[i] = regex_match(s->search, f->names[i].name);
}

void flamestate_settle(struct flamestate *s)
{
    struct buf path = {0};
    struct span rest, step;
    bool above = s->focus_above && s->above.n_rows;
    uint32_t frame = 0;
    buf_add(&path, buf_span(&s->focus));
    rest = buf_span(&path);
    while (rest.n && span_cut(&rest, ';', &step)) {
        uint32_t next = child_named(s, above, frame, step);
        if (next == NO_INDEX)
            break;
        frame = next;
    }
    if (!above && frame < s->below.tree->view)
        frame = s->below.tree->view;
    unsigned rows = flame_rows_shown(s);
    if (s->scroll + rows > flame_rows(s))
        s->scroll = flame_rows(s) > rows ? flame_rows(s) - rows : 0;
    set_focus(s, above && frame, frame);
    mark_matches(s);
    buf_release(&path);
}

// What is remembered for Escape.
static void remember(struct flamestate *s)
{
    if (s->n_history == HISTORY_MAX) {
        config_release(&s->history[0]);
        memmove(s->history, s->history + 1, (HISTORY_MAX - 1) * sizeof *s->history);
        s->n_history--;
    }
    config_copy(&s->history[s->n_history++], &s->config);
}

static bool set(struct flamestate *s, const char *option, struct span value)
{
    struct err err;
    if (option_set(option_find(span_of(option)), &s->config, value, &err) == 0)
        return true;
    buf_clear(&s->message);
    buf_add(&s->message, span_of(err.text));
    return false;
}

static void go_back(struct flamestate *s)
{
    if (s->search) {
        regex_free(s->search);
        s->search = NULL;
        mark_matches(s);
        return;
    }
    if (s->n_history == 0)
        return;
    config_release(&s->config);
    s->config = s->history[--s->n_history];
    s->next = FLAME_AGAIN;
}

static void start_over(struct flamestate *s)
{
    while (s->n_history) {
        config_release(&s->config);
        s->config = s->history[--s->n_history];
        s->next = FLAME_AGAIN;
    }
}

void flamestate_quote(const struct flamestate *s, struct buf *regex)
{
    buf_addc(regex, '^');
    for (size_t i = 0; i < s->name.n; i++) {
        if (strchr("\\.+*?()|[]{}^$", s->name.at[i]) && s->name.at[i])
            buf_addc(regex, '\\');
        buf_addc(regex, s->name.at[i]);
    }
    buf_addc(regex, '$');
}

// Sets an option to a regular expression of the function in focus, beside what it is already.
static void set_function(struct flamestate *s, const char *option, const char *now)
{
    struct buf regex = {0};
    if (!s->name.n)
        return;
    if (now && *now)
        buf_printf(&regex, "%s|", now);
    flamestate_quote(s, &regex);
    remember(s);
    set(s, option, buf_span(&regex));
    buf_release(&regex);
    s->next = FLAME_AGAIN;
}

static void show_places(struct flamestate *s)
{
    if (!s->name.n)
        return;
    set_function(s, "pivot", NULL);
    set(s, "zoom", SPAN(""));
    buf_clear(&s->focus);
    s->focus_above = false;
}

static void zoom(struct flamestate *s)
{
    struct buf path = {0};
    if (s->focus_above) {
        show_places(s);
        return;
    }
    if (s->frame == s->below.tree->view)
        return;
    add_path(s, false, s->frame, &path);
    remember(s);
    set(s, "zoom", buf_span(&path));
    buf_release(&path);
    s->next = FLAME_AGAIN;
}

static void flip(struct flamestate *s)
{
    remember(s);
    set(s, "flipped", s->config.flipped ? SPAN("false") : SPAN("true"));
    set(s, "zoom", SPAN(""));
    buf_clear(&s->focus);
    s->next = FLAME_AGAIN;
}

static void next_type(struct flamestate *s)
{
    struct arena arena = {0};
    struct app_names types = app_sample_types(s->l, &arena);
    size_t at = s->d->report->options.value_index + 1;
    if (types.n > 1) {
        remember(s);
        set(s, "sample_index", types.at[at % types.n]);
        s->next = FLAME_AGAIN;
    }
    arena_release(&arena);
}

// Along a row of the picture.
static void walk_row(struct flamestate *s, int by)
{
    const struct flame_layout *l = flame_layout_at(s, s->focus_above);
    uint32_t row = frames_of(s)[s->frame].depth;
    for (uint32_t i = l->first[row]; i < l->first[row + 1]; i++)
        if (l->cells[i].frame == s->frame) {
            uint32_t to = i + (uint32_t)by;
            if (to >= l->first[row] && to < l->first[row + 1])
                set_focus(s, s->focus_above, l->cells[to].frame);
            return;
        }
}

static void walk_away(struct flamestate *s, bool above)
{
    uint32_t frame = s->focus_above == above ? s->frame : 0, child = frame + 1;
    const struct flame_tree *t = flame_tree_at(s, above);
    if (child < t->n && t->frames[frame].end > child &&
        flame_cell_of(flame_layout_at(s, above), child))
        set_focus(s, above, child);
}

static void walk_back(struct flamestate *s)
{
    uint32_t parent = frames_of(s)[s->frame].parent;
    if (parent != NO_INDEX)
        set_focus(s, s->focus_above && parent != 0, parent);
}

// Up and down as the picture has it: callers stand above the pivot.
static void walk(struct flamestate *s, bool up)
{
    bool at_pivot = s->frame == 0 && s->above.n_rows;
    if (up && (s->focus_above || at_pivot))
        walk_away(s, true);
    else if (!up && !s->focus_above)
        walk_away(s, false);
    else
        walk_back(s);
}

static void scroll(struct flamestate *s, int by)
{
    unsigned rows = flame_rows_shown(s), most = flame_rows(s) > rows ? flame_rows(s) - rows : 0;
    int64_t to = (int64_t)s->scroll + by;
    s->scroll = to < 0 ? 0 : to > most ? most : (unsigned)to;
}

// The frame at a place of the screen; false where there is none.
static bool frame_at(const struct flamestate *s, bool *above, uint32_t *frame)
{
    unsigned y, x;
    tty_place(&y, &x);
    uint32_t layout_row, row = y - MARGIN_TOP + s->scroll;
    if (y < MARGIN_TOP || y >= MARGIN_TOP + flame_rows_shown(s) || row >= flame_rows(s))
        return false;
    const struct flame_layout *l = flame_row_at(s, row, above, &layout_row);
    for (uint32_t i = l->first[layout_row]; i < l->first[layout_row + 1]; i++) {
        const struct flame_cell *cell = &l->cells[i];
        if (x >= cell->x && x < cell->x + cell->width) {
            *frame = cell->frame;
            return true;
        }
    }
    return false;
}

static void click(struct flamestate *s)
{
    bool above;
    uint32_t frame;
    if (!frame_at(s, &above, &frame))
        return;
    if (frame == s->frame && above == s->focus_above)
        zoom(s);
    else
        set_focus(s, above, frame);
}

// The match after or before the focus, in the order of the picture's rows.
static void next_match(struct flamestate *s, int by)
{
    uint32_t rows = flame_rows(s), n = 0, here = 0;
    struct place {
        bool above;
        uint32_t frame;
    } *places = arena_alloc(s->d->report->arena,
                            ((size_t)s->below.first[s->below.n_rows] +
                             (s->above.n_rows ? s->above.first[s->above.n_rows] : 0) + 1) *
                                sizeof *places);
    for (uint32_t row = 0; s->matches && row < rows; row++) {
        bool above;
        uint32_t at;
        const struct flame_layout *l = flame_row_at(s, row, &above, &at);
        for (uint32_t i = l->first[at]; i < l->first[at + 1]; i++) {
            uint32_t frame = l->cells[i].frame, name = l->tree->frames[frame].name;
            bool focus = frame == s->frame && above == s->focus_above;
            if (focus && by > 0)
                here = n - (name == NO_INDEX || !s->matches[name]);
            if (focus && by < 0)
                here = n;
            if (name != NO_INDEX && s->matches[name])
                places[n++] = (struct place){above, frame};
        }
    }
    if (n == 0)
        return;
    struct place to = places[(here + n + (uint32_t)by) % n];
    set_focus(s, to.above, to.frame);
}

static void search(struct flamestate *s)
{
    struct arena arena = {0};
    struct app_matches found;
    struct err err;
    char value[UNIT_LABEL_MAX], share[PERCENT_MAX];
    struct regex *regex = s->prompt.n ? regex_new(buf_span(&s->prompt), &err) : NULL;
    buf_clear(&s->message);
    if (s->prompt.n &&
        (!regex || app_search(s->l, &s->request, buf_span(&s->prompt), &arena, &found, &err))) {
        buf_add(&s->message, span_of(err.text));
        regex_free(regex);
        arena_release(&arena);
        return;
    }
    regex_free(s->search);
    s->search = regex;
    s->typing = false;
    mark_matches(s);
    if (regex) {
        struct value_format values = value_format_of(s->d->report, &s->d->data.flame->shown);
        buf_clear(&s->found);
        buf_printf(&s->found, "/" SPAN_FMT ": %zu functions, ", SPAN_ARG(regex_pattern(regex)),
                   found.n);
        buf_add(&s->found, (struct span){value, value_print(value, &values, found.value)});
        buf_printf(&s->found, " · " SPAN_FMT " of all; n next, N before, Esc no search",
                   SPAN_ARG(unit_share(share, found.value, s->d->report->total)));
        next_match(s, 1);
    }
    arena_release(&arena);
}

enum { ENTER = '\r', NEWLINE = '\n', DELETE = 0x7f, BACKSPACE = 0x08, CLEAR = 0x15 };

static void type_key(struct flamestate *s, int key)
{
    buf_clear(&s->message);
    if (key == TTY_ESCAPE) {
        s->typing = false;
    } else if (key == ENTER || key == NEWLINE) {
        search(s);
    } else if (key == DELETE || key == BACKSPACE) {
        while (s->prompt.n && ((unsigned char)s->prompt.at[s->prompt.n - 1] & 0xc0) == 0x80)
            s->prompt.n--;
        s->prompt.n -= s->prompt.n > 0;
    } else if (key == CLEAR) {
        buf_clear(&s->prompt);
    } else if (key >= 0x20 && key < 0x100) {
        buf_addc(&s->prompt, (char)key);
    }
}

static void obey_letter(struct flamestate *s, int key)
{
    switch (key) {
    case 'q':
        s->next = FLAME_QUIT;
        break;
    case '/':
        s->typing = true;
        buf_clear(&s->prompt);
        break;
    case 'n':
    case 'N':
        next_match(s, key == 'n' ? 1 : -1);
        break;
    case 's':
        show_places(s);
        break;
    case 'v':
        flip(s);
        break;
    case 'm':
        next_type(s);
        break;
    case 'f':
        set_function(s, "focus", NULL);
        break;
    case 'i':
        set_function(s, "ignore", s->config.ignore);
        break;
    case 'h':
        set_function(s, "hide", s->config.hide);
        break;
    case 'l':
        s->next = s->name.n ? FLAME_SOURCE : FLAME_STAY;
        break;
    case 'r':
        start_over(s);
        break;
    case '?':
        s->helping = true;
        break;
    default:
        break;
    }
}

static void obey_key(struct flamestate *s, int key)
{
    switch (key) {
    case TTY_UP:
    case TTY_DOWN:
        walk(s, key == TTY_UP);
        break;
    case TTY_LEFT:
    case TTY_RIGHT:
        walk_row(s, key == TTY_LEFT ? -1 : 1);
        break;
    case TTY_PAGE_UP:
    case TTY_PAGE_DOWN:
        scroll(s, (int)flame_rows_shown(s) * (key == TTY_PAGE_UP ? -1 : 1));
        break;
    case TTY_WHEEL_UP:
    case TTY_WHEEL_DOWN:
        scroll(s, key == TTY_WHEEL_UP ? -3 : 3);
        break;
    case TTY_HOME:
        set_focus(s, false, s->below.tree->view);
        s->scroll = 0;
        break;
    case ENTER:
    case NEWLINE:
        zoom(s);
        break;
    case TTY_ESCAPE:
    case DELETE:
    case BACKSPACE:
    case TTY_RIGHT_CLICK:
        go_back(s);
        break;
    case TTY_CLICK:
        click(s);
        break;
    default:
        obey_letter(s, key);
    }
}

void flamestate_obey(struct flamestate *s, int key)
{
    if (s->typing) {
        type_key(s, key);
        return;
    }
    buf_clear(&s->message);
    if (s->helping)
        s->helping = false;
    else
        obey_key(s, key);
}
