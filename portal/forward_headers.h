/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which headers cross the reverse proxy (pure): hop-by-hop ones never do (RFC 9110 section 7.6.1), and what
 * tells the broker who asks is written by the portal alone, whatever the client sent.
 */
#pragma once

#include <libsoup/soup.h>

/**
 * Copies the end-to-end headers of a client's request from @from to @to, and adds X-Forwarded-For with
 * @client_address, X-Forwarded-Host with @host and X-Forwarded-Proto https; when the portal's certificate is
 * of another authority than the installation's (@certificate_is_own), Caraway-Portal-Certificate as well
 * (docs/protocols.md section 7).
 */
void forward_headers_request(SoupMessageHeaders *from, const char *client_address, const char *host,
                             gboolean certificate_is_own, SoupMessageHeaders *to);

/** Copies the end-to-end headers of the broker's answer from @from to @to. */
void forward_headers_answer(SoupMessageHeaders *from, SoupMessageHeaders *to);

/**
 * The single Host header of @headers (transfer none); NULL when it is missing, doubled, or has other
 * characters than those of HOST[:PORT] (RFC 9110 section 7.2).
 */
const char *forward_headers_host(SoupMessageHeaders *headers);

/**
 * Whether all readers see the body of a request with @headers end in the same place: one Content-Length of
 * digits, or none. Chunks are refused, too: clients of the API know their lengths, and libsoup (3.2) takes
 * chunk sizes that are no numbers (RFC 9112 sections 6.3 and 7.1).
 */
gboolean forward_framing_is_sound(SoupMessageHeaders *headers);

/**
 * Whether @path (as sent, percent-encoded) may be asked of the broker: below /api/v1/, and without anything
 * that another reader could take for a way out of it.
 */
gboolean forward_path_is_allowed(const char *path);
