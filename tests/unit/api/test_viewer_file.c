/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/viewer_file.h"

#include "tests/support/hostile_texts.h"

#include <string.h>

static const ViewerFile SAMPLE = {.host = "portal.example",
                                  .tls_port = 443,
                                  .password = "abcdefghij0123456789",
                                  .ca_pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                                  .host_subject = "CN=kvm1",
                                  .title = "office – office-0001"};

static GKeyFile *
parse(const ViewerFile *file)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = viewer_file_text(file);
  g_autoptr(GKeyFile) keys = g_key_file_new();
  g_key_file_load_from_data(keys, text, strlen(text), G_KEY_FILE_NONE, &error);
  g_assert_no_error(error);
  return g_steal_pointer(&keys);
}

static void
assert_value(GKeyFile *keys, const char *name, const char *value)
{
  g_autofree char *found = g_key_file_get_string(keys, "virt-viewer", name, NULL);
  g_assert_cmpstr(found, ==, value);
}

static void
test_values_come_back(void)
{
  g_autoptr(GKeyFile) keys = parse(&SAMPLE);
  assert_value(keys, "type", "spice");
  assert_value(keys, "host", SAMPLE.host);
  assert_value(keys, "tls-port", "443");
  assert_value(keys, "password", SAMPLE.password);
  assert_value(keys, "ca", SAMPLE.ca_pem);
  assert_value(keys, "host-subject", SAMPLE.host_subject);
  assert_value(keys, "title", SAMPLE.title);
  assert_value(keys, "delete-this-file", "1");
}

static void
test_certificate_is_one_line(void)
{
  g_autofree char *text = viewer_file_text(&SAMPLE);
  g_assert_nonnull(strstr(text, "ca=-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END"));
}

static void
test_optional_keys_are_left_out(void)
{
  ViewerFile file = SAMPLE;
  file.ca_pem = NULL;
  file.host_subject = NULL;
  g_autoptr(GKeyFile) keys = parse(&file);
  g_assert_false(g_key_file_has_key(keys, "virt-viewer", "ca", NULL));
  g_assert_false(g_key_file_has_key(keys, "virt-viewer", "host-subject", NULL));
}

static void
test_line_breaks_start_no_key(void)
{
  ViewerFile file = SAMPLE;
  file.title = "x\nproxy=http://evil";
  g_autoptr(GKeyFile) keys = parse(&file);
  g_assert_false(g_key_file_has_key(keys, "virt-viewer", "proxy", NULL));
  assert_value(keys, "title", file.title);
}

static void
test_hostile_texts_start_no_key(void)
{
  g_autoptr(GPtrArray) texts = hostile_texts(TEST_SOURCE_DIR, HOSTILE_PLAIN | HOSTILE_ACTS);
  for (guint i = 0; i < texts->len; i++) {
    ViewerFile file = SAMPLE;
    file.title = file.host = file.host_subject = texts->pdata[i];
    g_autoptr(GKeyFile) expected = parse(&SAMPLE), keys = parse(&file);
    gsize known = 0, found = 0;
    g_auto(GStrv) names = g_key_file_get_keys(expected, "virt-viewer", &known, NULL);
    g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL),
                  read = g_key_file_get_keys(keys, "virt-viewer", &found, NULL);
    g_assert_cmpuint(g_strv_length(groups), ==, 1);
    g_assert_cmpuint(found, ==, known);
    g_assert_true(g_strv_equal((const char *const *)names, (const char *const *)read));
    assert_value(keys, "title", file.title);
    assert_value(keys, "host", file.host);
    assert_value(keys, "password", SAMPLE.password);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/viewer-file/values", test_values_come_back);
  g_test_add_func("/viewer-file/certificate", test_certificate_is_one_line);
  g_test_add_func("/viewer-file/optional", test_optional_keys_are_left_out);
  g_test_add_func("/viewer-file/line-breaks", test_line_breaks_start_no_key);
  g_test_add_func("/viewer-file/hostile-texts", test_hostile_texts_start_no_key);
  return g_test_run();
}
