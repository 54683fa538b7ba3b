/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/domain_display.h"

#include <string.h>

#define DOMAIN(devices) "<domain type='kvm'><name>n</name><devices>" devices "</devices></domain>"

static void
test_displays(void)
{
  static const struct {
    const char *xml, *word; /* word NULL: fine */
  } cases[] = {
      {DOMAIN("<graphics type='spice' port='5900' autoport='yes'><listen type='address'/></graphics>"), NULL},
      {DOMAIN("<graphics type='spice'><listen type='none'/></graphics><video><model type='virtio'/></video>"),
       NULL},
      {DOMAIN("<graphics type='spice'><channel name='main' mode='insecure'/></graphics>"), NULL},
      {DOMAIN("<graphics type='spice'/><graphics type='vnc'/>"), NULL},
      {DOMAIN("<graphics type='vnc'/><graphics type='spice'/>"), "first"},
      {DOMAIN("<graphics type='vnc'/>"), "no SPICE display"},
      {DOMAIN("<video><model type='qxl'/></video>"), "no SPICE display"},
      {DOMAIN("<graphics type='spice' defaultMode='secure'/>"), "TLS"},
      {DOMAIN("<graphics type='spice'><channel name='inputs' mode='secure'/></graphics>"), "TLS"},
      {"<domain/>", "no SPICE display"},
      {"not xml", "no SPICE display"},
      {"", "no SPICE display"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *problem = domain_display_problem(cases[i].xml);
    if (cases[i].word == NULL)
      g_assert_null(problem);
    else if (problem == NULL || strstr(problem, cases[i].word) == NULL)
      g_error("case %u: “%s” does not say “%s”", i, problem, cases[i].word);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/domain-display/every-case", test_displays);
  return g_test_run();
}
