/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_audit_file.h"

#include "common/base/error.h"
#include "common/wire/audit_lines.h"

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

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_audit_file/cells", test_cells);
  g_test_add_func("/ctl_audit_file/next-part", test_next_part);
  g_test_add_func("/ctl_audit_file/what-is-no-export", test_what_is_no_export);
  return g_test_run();
}
