/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"
#include "broker/ctl/ctl_run.h"

#include <locale.h>

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  return ctl_run(ctl_nouns(), argv + (argc > 0 ? 1 : 0));
}
