/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/external_account_rules.h"

#include "broker/policy/names.h"
#include "common/base/error.h"
#include "common/base/text.h"

char *
external_account_rules_name(const char *authenticator, const char *user_name, GError **error)
{
  g_autofree char *name = g_ascii_strdown(user_name, -1);
  if (names_is_valid(name))
    return g_steal_pointer(&name);
  g_autofree char *shown = text_escape(user_name);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "Your name in %s, “%.80s”, cannot be the name of an account here; ask your administrator.",
              authenticator, shown);
  return NULL;
}

static ExternalAccountStep
refuse_name(const ExternalAccountFacts *facts, const char *whose, GError **error)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "Your name in %s is “%s”, and %s has that name here already; ask your administrator.",
              facts->authenticator, facts->name, whose);
  return EXTERNAL_ACCOUNT_REFUSE;
}

ExternalAccountStep
external_account_rules_decide(const ExternalAccountFacts *facts, GError **error)
{
  if (facts->exists && facts->disabled) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_BAD_CREDENTIALS,
                "The name or the password is wrong; check both and try again.");
    return EXTERNAL_ACCOUNT_REFUSE;
  }
  switch (facts->name_is) {
  case EXTERNAL_NAME_LOCAL:
    return refuse_name(facts, "a local account", error);
  case EXTERNAL_NAME_OTHER:
    return refuse_name(facts, "the account of somebody else", error);
  case EXTERNAL_NAME_OWN:
    return EXTERNAL_ACCOUNT_KEEP;
  case EXTERNAL_NAME_FREE:
  default:
    return facts->exists ? EXTERNAL_ACCOUNT_RENAME : EXTERNAL_ACCOUNT_MAKE;
  }
}
