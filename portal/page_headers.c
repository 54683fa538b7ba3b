/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/page_headers.h"

#define POLICY_COMMON "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/*
 * The viewer's three exceptions come from spice-html5: JPEG images and cursors are data: URLs (img-src), VP8
 * streams and sound are MediaSource blobs (media-src), and the place of a video over the canvas is a style
 * attribute (style-src-attr only: <style> and inline script stay forbidden).
 */
static const char *const policies[] = {
    [PAGE_APP] =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; " POLICY_COMMON,
    [PAGE_VIEWER] =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data:; media-src blob:; connect-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; " POLICY_COMMON,
    [PAGE_DATA] = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

static const struct {
  const char *name, *value;
} common_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Strict-Transport-Security", "max-age=31536000"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Embedder-Policy", "require-corp"},
    {"Permissions-Policy", "accelerometer=(), autoplay=(self), camera=(), display-capture=(), "
                           "fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
                           "midi=(), payment=(), usb=()"},
};

const char *
page_headers_policy(PageKind kind)
{
  g_return_val_if_fail((guint)kind < G_N_ELEMENTS(policies), policies[PAGE_DATA]);
  return policies[kind];
}

void
page_headers_apply(SoupMessageHeaders *headers, PageKind kind)
{
  soup_message_headers_replace(headers, "Content-Security-Policy", page_headers_policy(kind));
  for (guint i = 0; i < G_N_ELEMENTS(common_headers); i++)
    soup_message_headers_replace(headers, common_headers[i].name, common_headers[i].value);
}
