/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The brokers that a machine may turn to: those of its configuration, then those that a broker told it of,
 * and which one it turns to now. Owns no connection; used by one thread.
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

#define BROKER_LIST_MAX 64

typedef struct BrokerList BrokerList;

/** A list of the URLs in @text, separated by commas or blanks (each https://HOST[:PORT]); the first is the
 * current one. Fails with CARAWAY_ERROR_CONFIG, naming the one that is no such URL, or when there is none. */
BrokerList *broker_list_new(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A list of @urls (NULL-terminated) as they are: for whoever made them. */
BrokerList *broker_list_new_of(const char *const *urls);

/** The brokers are @urls (a NULL-terminated list), beside those of the configuration. The current one stays
 * if it is still there. What is no proper URL is left out. Returns whether the list changed. */
gboolean broker_list_learn(BrokerList *list, const char *const *urls);

/** The same with the strings in @urls; others are left out. */
gboolean broker_list_learn_json(BrokerList *list, JsonArray *urls);

/** What was learned, as broker_list_new() reads it (transfer full); "" when nothing was. */
char *broker_list_learned(const BrokerList *list);

/** Keeps what was learned in the file @path; a failure is logged alone. */
void broker_list_keep(const BrokerList *list, const char *path);

/** Learns what broker_list_keep() kept in the file @path, if there is one: whoever starts while the brokers
 * of its configuration are away finds the others. */
void broker_list_recall(BrokerList *list, const char *path);

/** The current one, without a slash at its end: valid till the next change (transfer none). */
const char *broker_list_current(const BrokerList *list);

/** How many there are. */
guint broker_list_count(const BrokerList *list);

/** @url cannot be reached: if it is the current one, the next one is. Returns TRUE when all have been tried
 * since the last broker_list_reached(). */
gboolean broker_list_leave(BrokerList *list, const char *url);

/** The current one answered. */
void broker_list_reached(BrokerList *list);

/** Frees @list (nullable). */
void broker_list_free(BrokerList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerList, broker_list_free)
