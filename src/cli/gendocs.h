// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_GENDOCS_H
#define CPROF_CLI_GENDOCS_H

#include "base/buf.h"

// Parts of the manual page and of the completion scripts, made from the tables of options and
// commands when cprof is built. Each adds whole lines.

void gendocs_man_title(struct buf *out);
void gendocs_man_reports(struct buf *out);
void gendocs_man_options(struct buf *out);
void gendocs_man_shortcuts(struct buf *out);
void gendocs_man_shell(struct buf *out);

void gendocs_bash_values(struct buf *out); // branches of a case that tell what follows a flag
void gendocs_bash_flags(struct buf *out);  // sets words to all flags
void gendocs_zsh_choices(struct buf *out); // functions that complete the values of one flag each
void gendocs_zsh_reports(struct buf *out); // sets reports to the flags of which one is chosen
void gendocs_zsh_flags(struct buf *out);   // arguments of _arguments
void gendocs_fish_flags(struct buf *out);  // commands

#endif
