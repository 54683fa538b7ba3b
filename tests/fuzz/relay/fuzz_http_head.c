/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/http_head.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  HttpHead head;
  if (http_head_parse_request((const char *)data, size, &head) == HTTP_HEAD_DONE) {
    g_autofree char *value = http_head_get(&head, "Authorization");
    g_assert_cmpuint(head.size, <=, size);
    g_assert_true(value == NULL || g_utf8_strlen(value, -1) >= 0);
    (void)http_head_has_token(&head, "Connection", "upgrade");
  }
  if (http_head_parse_response((const char *)data, size, &head) == HTTP_HEAD_DONE)
    g_assert_cmpuint(head.status, <, 1000);
  return 0;
}
