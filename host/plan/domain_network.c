/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/domain_network.h"

#include "common/base/error.h"

#include <string.h>

#define BRIDGE_PREFIX   "bridge:"
#define MAX_BRIDGE_NAME 15 /* IFNAMSIZ less its NUL */

/* As the kernel's dev_valid_name(), and nothing that could mean something in a path or an option. */
static gboolean
is_interface_name(const char *name)
{
  gsize length = strlen(name);
  if (length == 0 || length > MAX_BRIDGE_NAME || name[0] == '.')
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum(*name) && strchr("-_.", *name) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
parse(const char *text, const char *own_word, DomainNetwork own, DomainNetwork *ret_network)
{
  if (strcmp(text, own_word) == 0) {
    *ret_network = own;
    return TRUE;
  }
  if (strcmp(text, "none") == 0) {
    *ret_network = (DomainNetwork){DOMAIN_NETWORK_NONE, NULL};
    return TRUE;
  }
  const char *name = text + strlen(BRIDGE_PREFIX);
  if (!g_str_has_prefix(text, BRIDGE_PREFIX) || !is_interface_name(name))
    return FALSE;
  *ret_network = (DomainNetwork){DOMAIN_NETWORK_BRIDGE, name};
  return TRUE;
}

gboolean
domain_network_parse(const char *text, DomainNetwork *ret_network)
{
  return parse(text, "user", (DomainNetwork){DOMAIN_NETWORK_USER, NULL}, ret_network);
}

gboolean
domain_network_resolve(const char *wanted, const DomainNetwork *host, DomainNetwork *ret_network,
                       GError **error)
{
  if (parse(wanted != NULL ? wanted : "default", "default", *host, ret_network))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "The network is “%s”, but must be default, none or bridge:NAME.", wanted);
  return FALSE;
}
