/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns the one-time password of a stock viewer into a grant (POST /internal/redeem over mTLS), and remembers
 * which grant it became for as long as that grant's console lives, because every channel of the viewer sends
 * it again.
 */
#pragma once

#include "common/api_client/broker_list.h"
#include "common/net/credentials.h"

#include <json-glib/json-glib.h>

typedef struct Redeemer Redeemer;

/** The grant's text (borrowed), or @error. */
typedef void (*RedeemerDone)(const char *grant, const GError *error, gpointer user_data);

/** A redeemer at @brokers (transfer full); @credentials must outlive it. */
Redeemer *redeemer_new(BrokerList *brokers, const Credentials *credentials);

/** The host's agent was told of the brokers in @message, {"brokers":[URL…]}: they are asked beside those of
 * the configuration. CARAWAY_ERROR_INVALID. */
gboolean redeemer_learn(Redeemer *redeemer, JsonObject *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Redeems @password; @done is called once, perhaps before this returns. After redeemer_free() it is not
 * called. */
void redeemer_redeem(Redeemer *redeemer, const char *password, RedeemerDone done, gpointer user_data);

/** The console of @grant lives: its password is remembered until redeemer_forget(). */
void redeemer_keep(Redeemer *redeemer, const char *grant);

/** The console of @grant has ended: its password is worth nothing any more. Other texts are ignored. */
void redeemer_forget(Redeemer *redeemer, const char *grant);

/** Ends calls under way, and frees (nullable). */
void redeemer_free(Redeemer *redeemer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Redeemer, redeemer_free)
