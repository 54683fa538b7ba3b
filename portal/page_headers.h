/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The security headers of everything that the portal answers, one table row for each kind of answer. Owns the
 * Content-Security-Policy texts; docs/security.md says why each exception is there.
 */
#pragma once

#include <libsoup/soup.h>

typedef enum {
  PAGE_APP,    /**< the web app: nothing inline, nothing from elsewhere */
  PAGE_VIEWER, /**< viewer.html, which runs Debian's spice-html5 */
  PAGE_DATA,   /**< API answers, scripts, pictures: never a document of their own */
} PageKind;

/** The Content-Security-Policy of @kind (static). */
const char *page_headers_policy(PageKind kind);

/** Sets the security headers of @kind on @headers, replacing what stood there. */
void page_headers_apply(SoupMessageHeaders *headers, PageKind kind);
