/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_audit_file.h"

#include "common/base/error.h"
#include "common/wire/audit_lines.h"
#include "common/wire/audit_verifier.h"

#include <glib/gstdio.h>

static char *
row_line(const char *actor, const char *detail)
{
  const AuditEntry row = {.id = 7,
                          .time_us = 1700000000000000,
                          .broker = (char *)"b1",
                          .actor = (char *)actor,
                          .action = (char *)"user.create",
                          .object = (char *)"user/alice",
                          .succeeded = TRUE,
                          .code = (char *)"",
                          .detail = (char *)detail,
                          .address = (char *)"192.0.2.1",
                          .count = 1};
  g_autoptr(GString) text = g_string_new(NULL);
  audit_lines_add_row(text, &row);
  return g_strdup(text->str);
}

static void
test_cells(void)
{
  static const struct {
    const char *detail, *cell;
  } rows[] = {
      {"plain", "\"plain\""},
      {"=HYPERLINK(1)", "\"'=HYPERLINK(1)\""},
      {"+1", "\"'+1\""},
      {"-1", "\"'-1\""},
      {"@SUM", "\"'@SUM\""},
      {"\t=1", "\"' =1\""},
      {"a,\"b\"\r\n=c", "\"a,\"\"b\"\"  =c\""},
      {"", "\"\""},
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *line = row_line("alice", rows[i].detail);
    g_autofree char *expected =
        g_strdup_printf("\"7\",\"2023-11-14T22:13:20Z\",\"b1\",\"alice\",\"user.create\","
                        "\"user/alice\",\"ok\",\"\",%s,\"192.0.2.1\",\"1\"\r\n",
                        rows[i].cell);
    g_autoptr(GString) csv = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    char *cursor;
    g_assert_true(ctl_audit_file_add_csv(csv, line, strlen(line), &cursor, &error));
    g_assert_no_error(error);
    g_assert_null(cursor);
    g_assert_cmpstr(csv->str, ==, expected);
  }
}

static void
test_next_part(void)
{
  g_autofree char *row = row_line("alice", "");
  g_autoptr(GString) lines = g_string_new(row);
  audit_lines_add_next(lines, "12 b1");
  g_autoptr(GString) text = g_string_new(NULL);
  g_autofree char *cursor = NULL;
  g_assert_true(ctl_audit_file_add_lines(text, lines->str, lines->len, &cursor, NULL));
  g_assert_cmpstr(text->str, ==, row);
  g_assert_cmpstr(cursor, ==, "12 b1");
}

static void
test_what_is_no_export(void)
{
  static const char *const texts[] = {
      "x", "{}", "{\"type\":\"row\"}", "{\"type\":\"dance\"}", "[]", "{\"type\":\"next\",\"cursor\":1}"};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    char *cursor;
    g_assert_false(ctl_audit_file_add_lines(text, texts[i], strlen(texts[i]), &cursor, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED);
  }
}

/* --- verifying --- */

typedef struct {
  GrantKey *key;
  GString *text;
  char *hash;
} Writer;

static void
writer_begin(Writer *writer)
{
  writer->key = grant_key_new("b1-audit");
  writer->text = g_string_new(NULL);
  writer->hash = NULL;
  g_autofree char *public_key = grant_key_public(writer->key);
  const AuditKey key = {.id = (char *)"b1-audit", .broker = (char *)"b1", .public_key = public_key};
  audit_lines_add_key(writer->text, &key);
}

static void
writer_clear(Writer *writer)
{
  grant_key_free(writer->key);
  g_string_free(writer->text, TRUE);
  g_free(writer->hash);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Writer, writer_clear)

/* The seal @number of @broker with its only row, or of a row that is left out (@kind is "after"). */
static void
add_sealed(Writer *writer, const char *broker, gint64 number, AuditLineKind kind)
{
  const AuditEntry row = {.id = number * 10,
                          .time_us = 1700000000000000 + number,
                          .broker = (char *)broker,
                          .actor = (char *)"alice",
                          .action = (char *)"user.create",
                          .object = (char *)"user/bob",
                          .succeeded = TRUE,
                          .code = (char *)"",
                          .detail = (char *)"",
                          .address = (char *)"",
                          .count = 1};
  const AuditDigest digest = audit_entry_digest(&row);
  g_autoptr(GArray) digests = g_array_new(FALSE, FALSE, sizeof(AuditDigest));
  g_array_append_val(digests, digest);
  g_autoptr(AuditSeal) seal = g_new0(AuditSeal, 1);
  *seal = (AuditSeal){.broker = g_strdup(broker),
                      .number = number,
                      .generation = 1,
                      .first_id = row.id,
                      .last_id = row.id,
                      .first_row = number,
                      .row_count = 1,
                      .time_us = row.time_us,
                      .sealed_by = g_strdup(broker),
                      .key_id = g_strdup("b1-audit"),
                      .witnesses = g_strdup(""),
                      .previous = g_strdup(number == 1 ? audit_chain_start : writer->hash),
                      .marks = audit_digests_marks(digests)};
  seal->hash = audit_seal_hash(seal, digests);
  audit_seal_sign(seal, writer->key);
  g_free(writer->hash);
  writer->hash = g_strdup(seal->hash);
  if (kind == AUDIT_LINE_SEAL)
    audit_lines_add_row(writer->text, &row);
  audit_lines_add_seal(writer->text, kind, seal);
}

static JsonObject *
verify(const char *text, const char *keys, GError **error)
{
  g_autofree char *path = NULL;
  int descriptor = g_file_open_tmp("audit-XXXXXX", &path, NULL);
  g_assert_cmpint(descriptor, >=, 0);
  g_assert_true(g_close(descriptor, NULL));
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  JsonObject *report = ctl_audit_file_verify(path, keys, error);
  g_assert_cmpint(g_remove(path), ==, 0);
  return report;
}

static void
assert_broken(const char *text, const char *broker, const char *reason)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) report = verify(text, NULL, &error);
  g_assert_no_error(error);
  g_assert_false(json_object_get_boolean_member(report, "unbroken"));
  JsonObject *broken = json_object_get_object_member(report, "break");
  g_assert_cmpstr(json_object_get_string_member(broken, "broker"), ==, broker);
  if (strstr(json_object_get_string_member(broken, "reason"), reason) == NULL)
    g_error("“%s” is not in “%s”", reason, json_object_get_string_member(broken, "reason"));
}

static void
test_a_seal_cannot_stand_for_what_was_removed(void)
{
  static const char *const orders[] = {"b1",
                                       "b2"}; /* the hole is in the chain that is open, and in one before */
  for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
    g_auto(Writer) writer;
    writer_begin(&writer);
    add_sealed(&writer, "b1", 1, AUDIT_LINE_SEAL);
    if (i == 1) {
      Writer other = {writer.key, writer.text, NULL};
      add_sealed(&other, "b2", 1, AUDIT_LINE_SEAL);
      g_free(other.hash);
    }
    add_sealed(&writer, "b1", 2, AUDIT_LINE_AFTER);
    add_sealed(&writer, "b1", 3, AUDIT_LINE_SEAL);
    assert_broken(writer.text->str, "b1", "begins anew after seal 2, but it had come to seal 1");
  }
}

static void
test_the_rows_of_a_file_are_sealed(void)
{
  g_auto(Writer) writer;
  writer_begin(&writer);
  add_sealed(&writer, "b1", 1, AUDIT_LINE_SEAL);
  g_autofree char *row = row_line("alice", "");
  g_autofree char *later = g_strdup(strstr(row, "\"time_us\""));
  g_string_append_printf(writer.text, "{\"type\":\"row\",\"id\":17,%s", later);
  assert_broken(writer.text->str, "b1", "The seal of the last rows is missing");
}

/* Of files that are put together the second part begins where the first one ends. */
static void
test_a_chain_is_taken_up_where_it_was_left(void)
{
  g_auto(Writer) writer;
  writer_begin(&writer);
  add_sealed(&writer, "b1", 1, AUDIT_LINE_SEAL);
  g_autofree char *first_hash = g_strdup(writer.hash);
  add_sealed(&writer, "b1", 2, AUDIT_LINE_SEAL);
  g_free(writer.hash);
  writer.hash = g_steal_pointer(&first_hash);
  add_sealed(&writer, "b1", 2, AUDIT_LINE_AFTER);
  add_sealed(&writer, "b1", 3, AUDIT_LINE_SEAL);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) report = verify(writer.text->str, NULL, &error);
  g_assert_no_error(error);
  g_assert_true(json_object_get_boolean_member(report, "unbroken"));
  JsonArray *chains = json_object_get_array_member(report, "chains");
  g_assert_cmpuint(json_array_get_length(chains), ==, 1);
  g_assert_cmpint(json_object_get_int_member(json_array_get_object_element(chains, 0), "rows"), ==, 3);
}

static void
test_where_it_begins_and_whom_it_believes(void)
{
  g_auto(Writer) writer;
  writer_begin(&writer);
  writer.hash = g_strdup(audit_chain_start);
  add_sealed(&writer, "b1", 4, AUDIT_LINE_AFTER);
  add_sealed(&writer, "b1", 5, AUDIT_LINE_SEAL);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) report = verify(writer.text->str, NULL, &error);
  g_assert_no_error(error);
  g_assert_true(json_object_get_boolean_member(report, "unbroken"));
  JsonArray *chains = json_object_get_array_member(report, "chains");
  g_assert_cmpint(json_object_get_int_member(json_array_get_object_element(chains, 0), "after"), ==, 4);
  JsonArray *believed = json_object_get_array_member(report, "believed_keys");
  g_assert_cmpuint(json_array_get_length(believed), ==, 1);
  g_autofree char *public_key = grant_key_public(writer.key);
  JsonObject *key = json_array_get_object_element(believed, 0);
  g_assert_cmpstr(json_object_get_string_member(key, "id"), ==, "b1-audit");
  g_assert_cmpstr(json_object_get_string_member(key, "public_key"), ==, public_key);
  g_autofree char *given = g_strconcat("b1-audit:", public_key, NULL);
  g_autoptr(JsonObject) compared = verify(writer.text->str, given, &error);
  g_assert_no_error(error);
  g_assert_true(json_object_get_boolean_member(compared, "unbroken"));
  g_assert_false(json_object_has_member(compared, "believed_keys"));
}

static void
test_a_file_without_a_chain_is_not_unbroken(void)
{
  g_auto(Writer) writer;
  writer_begin(&writer); /* a key alone */
  const char *const texts[] = {"", "\n\n", writer.text->str};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(verify(texts[i], NULL, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_audit_file/cells", test_cells);
  g_test_add_func("/ctl_audit_file/next-part", test_next_part);
  g_test_add_func("/ctl_audit_file/what-is-no-export", test_what_is_no_export);
  g_test_add_func("/ctl_audit_file/a-seal-cannot-stand-for-what-was-removed",
                  test_a_seal_cannot_stand_for_what_was_removed);
  g_test_add_func("/ctl_audit_file/the-rows-of-a-file-are-sealed", test_the_rows_of_a_file_are_sealed);
  g_test_add_func("/ctl_audit_file/a-chain-is-taken-up-where-it-was-left",
                  test_a_chain_is_taken_up_where_it_was_left);
  g_test_add_func("/ctl_audit_file/where-it-begins-and-whom-it-believes",
                  test_where_it_begins_and_whom_it_believes);
  g_test_add_func("/ctl_audit_file/a-file-without-a-chain-is-not-unbroken",
                  test_a_file_without_a_chain_is_not_unbroken);
  return g_test_run();
}
