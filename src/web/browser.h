// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_BROWSER_H
#define CPROF_WEB_BROWSER_H

// Opens the user's browser on an address: $BROWSER, or the first that is there. It goes on by
// itself; where there is no screen to show it on, nothing happens.
void web_browse(const char *url);

#endif
