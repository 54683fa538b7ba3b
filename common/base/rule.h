/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule that a decision looked at, and what it said: so that whoever is refused, and whoever administers,
 * can read the whole way. Owns the value, not the rules.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *name;  /**< stable: "entitled" */
  gboolean ok; /**< said yes, or had nothing to say against it */
  char *text;  /**< a sentence */
} Rule;

/** A rule (transfer full) called @name that says @text (transfer full). */
Rule *rule_new(const char *name, gboolean ok, char *text);

/** An empty list of Rule (transfer full). */
GPtrArray *rule_list_new(void);

/** A copy of @rules (nullable; array of Rule). */
GPtrArray *rule_list_copy(const GPtrArray *rules);

/** The texts of those of @rules (nullable) that said no (transfer full). */
GStrv rule_list_refusals(const GPtrArray *rules);

/** Frees @rule (nullable). */
void rule_free(Rule *rule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rule, rule_free)
