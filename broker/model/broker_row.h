/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A broker of the installation as the database and the others know it, and the public half of a key that one
 * signs grants with.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *name;        /**< broker.name of its configuration */
  char *instance;    /**< UUID of the process */
  char *address;     /**< URL by which machines reach it, "" before it listens */
  char *version;     /**< of the program */
  gint64 beat;       /**< changes while it lives */
  gint64 links;      /**< hosts linked with it */
  gint64 started_us; /**< when the process started */
  gint64 seen_us;    /**< its last beat, by the database's clock */
  gboolean stopped;  /**< it went in order */
  gboolean is_alive; /**< as the broker that was asked sees it */
  gboolean is_keeper;
} BrokerRow;

typedef struct {
  char *id;
  char *public_key; /**< base64url; NULL of one that was revoked: what it opened ends */
} BrokerKey;

/** Frees @row (nullable). */
void broker_row_free(BrokerRow *row);

/** A copy of @id and @public_key (nullable) as one value. */
BrokerKey *broker_key_new(const char *id, const char *public_key);

/** Frees @key (nullable). */
void broker_key_free(BrokerKey *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerRow, broker_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerKey, broker_key_free)
