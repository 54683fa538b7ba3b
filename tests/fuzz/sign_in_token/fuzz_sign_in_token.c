/* SPDX-License-Identifier: Apache-2.0 */
/* Who a request says it comes from. The input is lines: Authorization, Cookie, User-Agent. */
#include "broker/api/sign_in_token.h"
#include "broker/model/access_token.h"
#include "broker/model/client_name.h"
#include "common/base/text.h"

#include <stdint.h>
#include <string.h>

#define LINES     3
#define TOKEN_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is looked up is a short word of the header that it came from, never put together or cut. */
static void
check_token(const char *token, const char *header, const char *ends)
{
  if (token == NULL)
    return;
  g_assert_nonnull(header);
  g_assert_cmpuint(strlen(token), <=, TOKEN_MAX);
  g_assert_cmpuint(strlen(token), >, 0);
  for (const char *c = token; *c != '\0'; c++)
    g_assert_true(g_ascii_isalnum(*c) || *c == '-' || *c == '_');
  const char *found = strstr(header, token);
  while (found != NULL && strchr(ends, found[strlen(token)]) == NULL) /* NUL is found, too */
    found = strstr(found + 1, token);
  g_assert_nonnull(found);
  if (access_token_is_text(token))
    g_assert_true(g_str_has_prefix(token, ACCESS_TOKEN_PREFIX));
}

static void
read_lines(char *const *lines)
{
  const char *authorization = *lines[0] != '\0' ? lines[0] : NULL;
  gboolean by_cookie = FALSE;
  g_autofree char *token = sign_in_token_find(authorization, lines[1], &by_cookie);
  g_autofree char *device = sign_in_token_find_device(lines[1]);
  g_autofree char *client = client_name(lines[2]);
  check_token(token, by_cookie ? lines[1] : authorization, by_cookie ? ";" : "");
  check_token(device, lines[1], ";");
  g_assert_false(by_cookie && authorization != NULL); /* a header that is there goes before */
  g_assert_true(text_is_plain(client) && g_str_is_ascii(client));
  g_assert_cmpuint(strlen(client), <=, CLIENT_NAME_MAX_BYTES);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  g_autofree char *text = g_strndup((const char *)data, size);
  g_auto(GStrv) lines = g_strsplit(text, "\n", LINES);
  if (g_strv_length(lines) == LINES)
    read_lines(lines);
  return 0;
}
