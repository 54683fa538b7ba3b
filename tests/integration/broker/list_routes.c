/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the route table, one "METHOD PATTERN PERMISSION BODY-LIMIT" a line, for the tests that walk it. */
#include "broker/api/route.h"

int
main(void)
{
  for (const Route *route = route_table(); route->method != NULL; route++)
    g_print("%s %s %s %zu\n", route->method, route->pattern, permission_name(route->permission),
            route->body_limit);
  return 0;
}
