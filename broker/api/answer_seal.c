/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/answer_seal.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <sodium.h>
#include <string.h>

#define TEXT_MAX (1024 * 1024)

static const char CONTEXT[] = "caraway sealed answer";

static void
derive_key(const char *secret, unsigned char key[crypto_secretbox_KEYBYTES])
{
  crypto_generichash(key, crypto_secretbox_KEYBYTES, (const unsigned char *)secret, strlen(secret),
                     (const unsigned char *)CONTEXT, strlen(CONTEXT));
}

static char *
write_text(const Answer *answer)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "status");
  json_builder_add_int_value(builder, answer->status);
  json_builder_set_member_name(builder, "type");
  json_builder_add_string_value(builder, answer->content_type);
  json_builder_set_member_name(builder, "body");
  json_builder_add_string_value(builder, answer->body);
  json_builder_set_member_name(builder, "headers");
  json_builder_begin_object(builder);
  GHashTableIter iter;
  gpointer name, value;
  g_hash_table_iter_init(&iter, answer->headers);
  while (g_hash_table_iter_next(&iter, &name, &value)) {
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, value);
  }
  json_builder_end_object(builder);
  json_builder_end_object(builder);
  return json_builder_text(builder);
}

char *
answer_seal(const Answer *answer, const char *secret)
{
  char *text = write_text(answer);
  gsize size = strlen(text), sealed_size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + size;
  g_autofree unsigned char *sealed = g_malloc(sealed_size);
  unsigned char key[crypto_secretbox_KEYBYTES];
  derive_key(secret, key);
  randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, (const unsigned char *)text, size, sealed, key);
  sodium_memzero(key, sizeof key);
  secret_free(text);
  return g_base64_encode(sealed, sealed_size);
}

static char *
open_box(const char *text, const char *secret)
{
  gsize size;
  g_autofree unsigned char *sealed = g_base64_decode(text, &size);
  gsize overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (size < overhead)
    return NULL;
  unsigned char key[crypto_secretbox_KEYBYTES];
  derive_key(secret, key);
  char *plain = g_malloc0(size - overhead + 1);
  int opened = crypto_secretbox_open_easy((unsigned char *)plain, sealed + crypto_secretbox_NONCEBYTES,
                                          size - crypto_secretbox_NONCEBYTES, sealed, key);
  sodium_memzero(key, sizeof key);
  if (opened != 0)
    g_clear_pointer(&plain, g_free);
  return plain;
}

/* What comes out of the box is what we put in: absent members are NULL. */
static Answer *
read_answer(JsonObject *object)
{
  Answer *answer = answer_new();
  if (!json_object_get_null_member(object, "body"))
    answer_set_text(answer, 200, json_object_get_string_member(object, "type"),
                    g_strdup(json_object_get_string_member(object, "body")));
  answer->status = (guint)json_object_get_int_member(object, "status");
  JsonObject *headers = json_object_get_object_member(object, "headers");
  g_autoptr(GList) names = json_object_get_members(headers);
  for (GList *name = names; name != NULL; name = name->next)
    answer_set_header(answer, name->data, json_object_get_string_member(headers, name->data));
  return answer;
}

Answer *
answer_unseal(const char *text, const char *secret, GError **error)
{
  char *plain = open_box(text, secret);
  g_autoptr(JsonObject) object =
      plain != NULL ? json_parse_object(plain, strlen(plain), TEXT_MAX, NULL) : NULL;
  secret_free(plain);
  if (object != NULL)
    return read_answer(object);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The kept answer cannot be read.");
  return NULL;
}
