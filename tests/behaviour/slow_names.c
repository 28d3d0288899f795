// SPDX-License-Identifier: Apache-2.0
// Preloaded, it makes every look-up of a host's name take eight seconds and fail.
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    (void)node;
    (void)service;
    (void)hints;
    (void)found;
    sleep(8);
    return EAI_AGAIN;
}
