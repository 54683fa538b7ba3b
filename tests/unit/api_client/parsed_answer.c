/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/api_client/parsed_answer.h"

#include "common/base/json.h"

#include <string.h>

ApiAnswer *
parsed_answer_new(const char *text)
{
  g_autoptr(GError) error = NULL;
  ApiAnswer *answer = g_new0(ApiAnswer, 1);
  answer->object = json_parse_object(text, strlen(text), 1 << 20, &error);
  g_assert_no_error(error);
  return answer;
}
