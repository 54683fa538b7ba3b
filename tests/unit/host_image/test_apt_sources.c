/* SPDX-License-Identifier: Apache-2.0 */
#include "host/image/apt_sources.h"

static void
test_offer(void)
{
  static const struct {
    const char *text;
    gboolean offers;
  } ROWS[] = {
      {"deb http://mirror/debian bookworm main contrib\n", TRUE},
      {"deb [signed-by=/a.gpg] http://mirror/debian bookworm-updates main\n", TRUE},
      {"deb http://mirror/security bookworm-security main\n", TRUE},
      {"Types: deb\nURIs: http://mirror\nSuites: bookworm bookworm-updates\nComponents: main\n", TRUE},
      {"# deb http://mirror/debian bookworm main\n", FALSE},
      {"deb http://mirror/debian trixie main\n", FALSE},
      {"deb http://vendor/apt cloud-bookworm main\n", FALSE},
      {"deb http://vendor/debian bookworm stable\n", FALSE},
      {"deb http://vendor/debian bookworm-pgdg main\n", FALSE},
      {"", FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++)
    if (apt_sources_offer(ROWS[i].text, "bookworm") != ROWS[i].offers)
      g_error("row %zu: %s", i, ROWS[i].text);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/apt_sources/offer", test_offer);
  return g_test_run();
}
