// SPDX-License-Identifier: Apache-2.0
#include "web/guard.h"

#include <arpa/inet.h>
#include <strings.h>

static bool same_word(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || strncasecmp(a.at, b.at, a.n) == 0);
}

static bool is_digits(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.n > 0;
}

static bool is_address(int family, struct span text)
{
    char copy[INET6_ADDRSTRLEN], address[sizeof(struct in6_addr)];
    if (text.n == 0 || text.n >= sizeof copy)
        return false;
    memcpy(copy, text.at, text.n);
    copy[text.n] = '\0';
    return inet_pton(family, copy, address) == 1;
}

// "[::1]:8080" has its address in brackets.
static bool is_bracketed(struct span host)
{
    size_t end = span_find(host, SPAN("]"));
    if (end == SPAN_NOT_FOUND)
        return false;
    struct span port = span_from(host, end + 1);
    return is_address(AF_INET6, span_from(span_upto(host, end), 1)) &&
           (port.n == 0 || (port.at[0] == ':' && is_digits(span_from(port, 1))));
}

bool web_host_is_ours(struct span host, struct span name)
{
    size_t colon = span_find(host, SPAN(":"));
    struct span bare = colon == SPAN_NOT_FOUND ? host : span_upto(host, colon);
    if (span_starts(host, SPAN("[")))
        return is_bracketed(host);
    if (colon != SPAN_NOT_FOUND && !is_digits(span_from(host, colon + 1)))
        return false;
    return same_word(bare, SPAN("localhost")) || is_address(AF_INET, bare) ||
           (name.n && same_word(bare, name));
}

// In a time that does not tell how much of it is right.
static bool same_secret(struct span a, struct span b)
{
    unsigned char differs = a.n != b.n;
    for (size_t i = 0; i < a.n && i < b.n; i++)
        differs |= (unsigned char)(a.at[i] ^ b.at[i]);
    return !differs && a.n > 0;
}

bool web_may_change(const struct web_sender *sender, struct span token)
{
    if (!sender->token.at || !same_secret(sender->token, token))
        return false;
    if (!sender->origin.at)
        return true;
    return span_starts(sender->origin, SPAN("http://")) &&
           same_word(span_from(sender->origin, strlen("http://")), sender->host);
}
