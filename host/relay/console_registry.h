/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The consoles that live: which grant's main channel opened them, the SPICE session they have, and the
 * connections they are made of. Values and bookkeeping only; cutting connections and telling the agent is
 * console_gate.c's part.
 */
#pragma once

#include "common/base/error.h"
#include "common/wire/grant.h"

typedef struct {
  Grant *grant;
  char *grant_text; /* a secret: what the redeemer knows a stock viewer's console by */
  char *client;     /**< the client's address, a portal's word for it where one stands between */
  guint64 main_connection;
  gboolean main_lives;
  gboolean session_is_known;
  guint32 session_id;        /**< of SPICE, from MAIN_INIT */
  gboolean was_announced;    /**< the agent was told "connected" */
  CarawayErrorCode end_code; /**< why it ends; CARAWAY_ERROR_LAST for an ordinary end */
  GHashTable *connections;   /* set of guint64 */
} Console;

typedef struct ConsoleRegistry ConsoleRegistry;

/** Called for each console that a walk meets. */
typedef void (*ConsoleVisit)(Console *console, gpointer user_data);

/** An empty registry. */
ConsoleRegistry *console_registry_new(void);

/** A console that @main_connection opens; @grant (transfer full), texts copied. Its main lives from now on.
 */
Console *console_registry_begin(ConsoleRegistry *registry, Grant *grant, const char *grant_text,
                                const char *client, guint64 main_connection);

/** The console that the grant @id opened, NULL when there is none any more. */
Console *console_registry_find(ConsoleRegistry *registry, const char *id);

/** The console that was opened with this very @grant_text; NULL when there is none. */
Console *console_registry_of_text(ConsoleRegistry *registry, const char *grant_text);

/** The console that @connection belongs to; NULL when there is none. */
Console *console_registry_of_connection(ConsoleRegistry *registry, guint64 connection);

/** @connection belongs to @console from now on. */
void console_registry_add(ConsoleRegistry *registry, Console *console, guint64 connection);

/** @connection has ended. Whether it was the last one of @console: then console_registry_end() it. */
gboolean console_registry_remove(ConsoleRegistry *registry, Console *console, guint64 connection);

/** Forgets and frees @console. */
void console_registry_end(ConsoleRegistry *registry, Console *console);

/** Whether an announced console other than @but (nullable) shows @session. */
gboolean console_registry_has_session(ConsoleRegistry *registry, const char *session, const Console *but);

/** Whether a console other than @but shows @desktop. */
gboolean console_registry_has_desktop(ConsoleRegistry *registry, const char *desktop, const Console *but);

/** Visits all consoles; @visit may end them. */
void console_registry_foreach(ConsoleRegistry *registry, ConsoleVisit visit, gpointer user_data);

/** How many consoles there are. */
guint console_registry_size(ConsoleRegistry *registry);

/** Frees @registry (nullable). */
void console_registry_free(ConsoleRegistry *registry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleRegistry, console_registry_free)
