// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_ASSETS_H
#define CPROF_FORMAT_ASSETS_H

#include "base/span.h"

// The browser's page, put into the program when that is built (web/embed.c). The page has
// three marks, <!--HEAD-->, <!--VIEW--> and <!--DATA-->, where what differs is to be put in.
extern const struct span page_style, page_html, page_script;

// Of style and script, as a Content-Security-Policy names them: "sha256-…".
extern const char page_style_digest[], page_script_digest[];

#endif
