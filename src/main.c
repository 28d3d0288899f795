// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"
#include "web/server.h"

int main(int argc, char **argv)
{
#ifdef HAVE_MICROHTTPD
    return cli_main(argc, argv, &web_server);
#else
    return cli_main(argc, argv, NULL);
#endif
}
