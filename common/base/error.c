/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"

typedef struct {
  GStrv reasons;
  GPtrArray *rules; /* nullable */
} CarawayErrorPrivate;

static void
caraway_error_private_init(CarawayErrorPrivate *priv)
{
  priv->reasons = NULL;
  priv->rules = NULL;
}

static void
caraway_error_private_copy(const CarawayErrorPrivate *source, CarawayErrorPrivate *target)
{
  target->reasons = g_strdupv(source->reasons);
  target->rules = rule_list_copy(source->rules);
}

static void
caraway_error_private_clear(CarawayErrorPrivate *priv)
{
  g_clear_pointer(&priv->reasons, g_strfreev);
  g_clear_pointer(&priv->rules, g_ptr_array_unref);
}

G_DEFINE_EXTENDED_ERROR(CarawayError, caraway_error)

static const char *const code_names[] = {
#define X(suffix, name) [CARAWAY_ERROR_##suffix] = name,
    CARAWAY_ERROR_LIST(X)
#undef X
};

const char *
error_code_name(int code)
{
  if (code < 0 || code >= CARAWAY_ERROR_LAST)
    return code_names[CARAWAY_ERROR_INTERNAL];
  return code_names[code];
}

CarawayErrorCode
error_code_from_name(const char *name)
{
  for (int code = 0; code < CARAWAY_ERROR_LAST; code++)
    if (g_strcmp0(code_names[code], name) == 0)
      return code;
  return CARAWAY_ERROR_INTERNAL;
}

const char *
error_stable_name(const GError *error)
{
  return error_code_name(error->domain == CARAWAY_ERROR ? error->code : CARAWAY_ERROR_INTERNAL);
}

void
error_set_reasons(GError *error, const char *const *reasons)
{
  g_return_if_fail(error != NULL && error->domain == CARAWAY_ERROR);
  CarawayErrorPrivate *priv = caraway_error_get_private(error);
  g_strfreev(priv->reasons);
  priv->reasons = g_strdupv((GStrv)reasons);
}

const char *const *
error_get_reasons(const GError *error)
{
  if (error->domain != CARAWAY_ERROR)
    return NULL;
  return (const char *const *)caraway_error_get_private(error)->reasons;
}

void
error_set_rules(GError *error, const GPtrArray *rules)
{
  g_return_if_fail(error != NULL && error->domain == CARAWAY_ERROR);
  CarawayErrorPrivate *priv = caraway_error_get_private(error);
  g_autoptr(GPtrArray) copy = rule_list_copy(rules);
  g_clear_pointer(&priv->rules, g_ptr_array_unref);
  priv->rules = g_steal_pointer(&copy);
  g_strfreev(priv->reasons);
  priv->reasons = rule_list_refusals(priv->rules);
}

const GPtrArray *
error_get_rules(const GError *error)
{
  return error->domain == CARAWAY_ERROR ? caraway_error_get_private(error)->rules : NULL;
}
