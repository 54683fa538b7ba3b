/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/page_headers.h"

#include <string.h>

static void
test_no_page_allows_inline_script(void)
{
  for (PageKind kind = PAGE_APP; kind <= PAGE_DATA; kind++) {
    const char *policy = page_headers_policy(kind);
    g_assert_true(g_str_has_prefix(policy, "default-src 'none'"));
    g_assert_null(strstr(policy, "unsafe-eval"));
    g_assert_null(strstr(policy, "script-src 'self' "));
    g_assert_nonnull(strstr(policy, "frame-ancestors 'none'"));
    g_assert_nonnull(strstr(policy, "base-uri 'none'"));
  }
}

static void
test_only_the_viewer_has_style_attributes(void)
{
  g_assert_null(strstr(page_headers_policy(PAGE_APP), "unsafe-inline"));
  g_assert_nonnull(
      strstr(page_headers_policy(PAGE_VIEWER), "style-src 'self'; style-src-attr 'unsafe-inline'"));
}

static void
test_headers_replace_what_stood_there(void)
{
  g_autoptr(SoupMessageHeaders) headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);
  soup_message_headers_append(headers, "Content-Security-Policy", "default-src *");
  soup_message_headers_append(headers, "X-Content-Type-Options", "none");
  page_headers_apply(headers, PAGE_APP);
  g_assert_cmpstr(soup_message_headers_get_list(headers, "Content-Security-Policy"), ==,
                  page_headers_policy(PAGE_APP));
  g_assert_cmpstr(soup_message_headers_get_list(headers, "X-Content-Type-Options"), ==, "nosniff");
  static const char *const wanted[] = {"Referrer-Policy", "Strict-Transport-Security", "Permissions-Policy",
                                       "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"};
  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
    g_assert_nonnull(soup_message_headers_get_one(headers, wanted[i]));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/page-headers/no-inline-script", test_no_page_allows_inline_script);
  g_test_add_func("/page-headers/viewer-exception", test_only_the_viewer_has_style_attributes);
  g_test_add_func("/page-headers/replace", test_headers_replace_what_stood_there);
  return g_test_run();
}
