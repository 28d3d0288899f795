// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "format/emits.h"
#include "format/table.h"

// Reports of machine instructions as tables: see man/cprof.schema.json.

static struct cell address_cell(const struct table *t, uint64_t address)
{
    return cell_text(span_of(arena_printf(t->r->arena, "0x%" PRIx64, address)));
}

static void put_routine(struct table *t, const struct disasm_routine *routine)
{
    for (size_t i = 0; i < routine->n_lines && !sink_is_shut(t->out); i++) {
        const struct disasm_line *line = &routine->lines[i];
        struct cell *cells = table_new_row(t);
        cells[0] = cell_name(routine->names[0]);
        cells[1] = cell_text(routine->binary);
        cells[2] = address_cell(t, line->address);
        cells[3] = cell_number(line->flat);
        cells[4] = cell_number(line->cum);
        cells[5] = cell_text(line->function);
        cells[6] = cell_text(line->file);
        cells[7] = cell_place(line->line);
        cells[8] = cell_name(line->text);
        table_put_row(t);
    }
}

void table_disasm(const struct document *d, struct sink *out)
{
    const struct disasm *disasm = d->data.disasm;
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    table_add_column(t, "symbol");
    table_add_column(t, "binary");
    table_add_column(t, "address");
    table_add_value(t, "flat");
    table_add_value(t, "cum");
    table_add_column(t, "function");
    table_add_column(t, "file");
    table_add_column(t, "line");
    table_add_column(t, "instruction");
    table_begin(t);
    for (size_t i = 0; i < disasm->n_routines; i++)
        put_routine(t, &disasm->routines[i]);
    table_end(t);
}

enum { SOURCE = 5, ADDRESS, INSTRUCTION, CALL_FILE, CALL_LINE };

static struct cell *new_row(struct table *t, const struct weblist_part *part, int64_t line,
                            int64_t flat, int64_t cum)
{
    struct cell *cells = table_new_row(t);
    cells[0] = cell_name(part->name);
    cells[1] = cell_text(part->file);
    cells[2] = cell_place(line);
    cells[3] = cell_number(flat);
    cells[4] = cell_number(cum);
    return cells;
}

static void put_instructions(struct table *t, const struct weblist_part *part,
                             const struct weblist_line *line)
{
    for (size_t i = 0; i < line->n_instructions && !sink_is_shut(t->out); i++) {
        const struct weblist_instruction *in = &line->instructions[i];
        if (in->text.n == 0)
            continue;
        struct cell *cells = new_row(t, part, line->line, in->flat, in->cum);
        cells[ADDRESS] = address_cell(t, in->address);
        cells[INSTRUCTION] = cell_text(in->text);
        if (in->n_calls) { // it is of an inlined call
            cells[CALL_FILE] = cell_text(in->file);
            cells[CALL_LINE] = cell_place(in->line);
        }
        table_put_row(t);
    }
}

// A row for a line, then one for each of its instructions.
static void put_part(struct table *t, const struct weblist_part *part,
                     const struct text_files *files)
{
    const struct text_file *file = text_files_get(files, part->file);
    for (size_t i = 0; i < part->n_lines && !sink_is_shut(t->out); i++) {
        const struct weblist_line *line = &part->lines[i];
        const struct span *source = text_line(file, line->line);
        if (!source && line->n_instructions == 0)
            continue;
        struct cell *cells = new_row(t, part, line->line, line->flat, line->cum);
        cells[SOURCE] = source ? cell_text(*source) : (struct cell){0};
        table_put_row(t);
        put_instructions(t, part, line);
    }
}

void table_weblist(const struct document *d, struct sink *out)
{
    const struct weblist *list = d->data.weblist;
    struct table table = table_of(d, NULL, NULL, out), *t = &table;
    table_add_column(t, "function");
    table_add_column(t, "file");
    table_add_column(t, "line");
    table_add_value(t, "flat");
    table_add_value(t, "cum");
    table_add_column(t, "source");
    table_add_column(t, "address");
    table_add_column(t, "instruction");
    table_add_column(t, "call_file");
    table_add_column(t, "call_line");
    table_begin(t);
    for (size_t i = 0; i < list->n_parts; i++)
        put_part(t, &list->parts[i], &d->subject->files);
    table_end(t);
}
