// SPDX-License-Identifier: Apache-2.0
#include "web/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "base/num.h"

static bool parse_port(struct span text, int *port)
{
    int64_t value = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    if (text.n && (!num_parse_i64(text, &value) || value > 65535))
        return false;
    *port = (int)value;
    return true;
}

// The host, and what stands after the colon that follows it.
static void split(struct span text, struct span *host, struct span *port)
{
    size_t bracket = span_starts(text, SPAN("[")) ? span_find(text, SPAN("]")) : SPAN_NOT_FOUND;
    const char *colon = text.at && text.n ? memrchr(text.at, ':', text.n) : NULL;
    *host = text;
    *port = SPAN("");
    if (bracket != SPAN_NOT_FOUND) {
        struct span rest = span_from(text, bracket + 1);
        *host = span_from(span_upto(text, bracket), 1);
        *port = rest.n ? span_from(rest, 1) : rest;
    } else if (colon) {
        *host = span_upto(text, (size_t)(colon - text.at));
        *port = span_from(text, host->n + 1);
    }
}

int web_address_parse(struct web_address *a, struct span text, struct err *err)
{
    struct span host, port;
    *a = (struct web_address){0};
    if (text.n == 0 || !parse_port(text, &a->port)) {
        split(text, &host, &port);
        if (!parse_port(port, &a->port) || host.n >= sizeof a->host)
            return err_set(err, "bad address '%.*s': want HOST:PORT", ERR_SUBJECT(text));
        memcpy(a->host, host.at ? host.at : "", host.n);
    }
    if (!*a->host)
        snprintf(a->host, sizeof a->host, "localhost");
    return 0;
}

// The name stays this machine's alone, whatever a resolver says.
static int listen_on(const struct addrinfo *info)
{
    int one = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, 1024) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &n))
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

int web_address_listen(struct web_address *a, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    char port[16];
    bool local = strcmp(a->host, "localhost") == 0;
    snprintf(port, sizeof port, "%d", a->port);
    int status = getaddrinfo(local ? "127.0.0.1" : a->host, port, &hints, &found);
    if (status)
        return err_set(err, "cannot listen on '%s': %s", a->host, gai_strerror(status));
    int fd = -1;
    for (const struct addrinfo *i = found; i && fd < 0; i = i->ai_next)
        fd = listen_on(i);
    if (fd < 0)
        err_set(err, "cannot listen on '%s:%d': %s", a->host, a->port, strerror(errno));
    else
        a->port = port_of(fd);
    freeaddrinfo(found);
    return fd;
}

void web_address_url(const struct web_address *a, struct buf *out)
{
    bool bare = strchr(a->host, ':') != NULL;
    bool any = strcmp(a->host, "0.0.0.0") == 0 || strcmp(a->host, "::") == 0;
    buf_printf(out, "http://%s%s%s:%d", bare && !any ? "[" : "", any ? "localhost" : a->host,
               bare && !any ? "]" : "", a->port);
}
