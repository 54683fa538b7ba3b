/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/renewal_rules.h"
#include "common/base/error.h"

#define NOW_US    (1700000000 * (gint64)G_USEC_PER_SEC)
#define ISSUED_US (NOW_US - 60 * RENEWAL_REPEAT_US)

typedef struct {
  const char *name;
  gint64 revoked_us, cut_us, replaced_us, recent;
  gboolean is_replaced;
  gint64 issued_us;
  const char *code; /* NULL: it gets one */
} Case;

static const Case CASES[] = {
    {"ordinary", .issued_us = ISSUED_US},
    {"of before the table", .issued_us = 0},
    {"revoked", .issued_us = ISSUED_US, .revoked_us = NOW_US, .code = "identity-not-trusted"},
    {"cut after it was issued", .issued_us = ISSUED_US, .cut_us = NOW_US, .code = "identity-not-trusted"},
    {"cut in that instant", .issued_us = ISSUED_US, .cut_us = ISSUED_US, .code = "identity-not-trusted"},
    {"cut, of before the table", .issued_us = 0, .cut_us = 1, .code = "identity-not-trusted"},
    {"joined again after the cut", .issued_us = ISSUED_US, .cut_us = ISSUED_US - 1},
    {"the answer was lost", .issued_us = ISSUED_US, .is_replaced = TRUE,
     .replaced_us = NOW_US - RENEWAL_REPEAT_US},
    {"replaced long ago", .issued_us = ISSUED_US, .is_replaced = TRUE,
     .replaced_us = NOW_US - RENEWAL_REPEAT_US - 1, .code = "identity-not-trusted"},
    {"replaced by one that is forgotten", .issued_us = ISSUED_US, .is_replaced = TRUE,
     .code = "identity-not-trusted"},
    {"many", .issued_us = ISSUED_US, .recent = RENEWAL_MAX - 1},
    {"too many", .issued_us = ISSUED_US, .recent = RENEWAL_MAX, .code = "too-many-attempts"},
};

static void
test_who_gets_one(gconstpointer data)
{
  const Case *each = data;
  CertificateRow older = {.serial = "0a", .issued_us = each->issued_us, .revoked_us = each->revoked_us};
  older.replaced_by = each->is_replaced ? "0b" : NULL;
  const RenewalFacts facts = {&older, each->cut_us, each->replaced_us, each->recent, NOW_US};
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(renewal_rules_check(&facts, &error), ==, each->code == NULL);
  g_assert_cmpstr(error != NULL ? error_stable_name(error) : NULL, ==, each->code);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autofree char *path = g_strdup_printf("/renewal-rules/%s", CASES[i].name);
    g_test_add_data_func(path, &CASES[i], test_who_gets_one);
  }
  return g_test_run();
}
