/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the list of desktops shows: from what the server says of a pool to one entry for each desktop that one
 * has there, in the user's words, with what can be done with it. Pure.
 */
#pragma once

#include "common/api_client/api_desktop.h"

/** What can be done with a desktop in a session. */
typedef enum {
  DESKTOP_ACTION_DISCONNECT,
  DESKTOP_ACTION_LOCK,
  DESKTOP_ACTION_RESTART,
  DESKTOP_ACTION_RESET,
  DESKTOP_ACTION_LOG_OFF,
} DesktopAction;

#define DESKTOP_ACTIONS (DESKTOP_ACTION_LOG_OFF + 1)

/** What becomes of a desktop whose user logs off. */
typedef enum {
  LOG_OFF_UNKNOWN, /**< the server did not say */
  LOG_OFF_RECLONE, /**< it is made anew: what is stored on it is lost */
  LOG_OFF_KEEP,
  LOG_OFF_LEAVE, /**< nothing inside it is closed: nothing of ours is in an adopted machine */
  LOG_OFF_STOP,  /**< it is kept and shut down */
} LogOffEnd;

typedef enum {
  ENTRY_RUNNING,     /**< yours, to be continued */
  ENTRY_PREPARING,   /**< yours, not ready yet */
  ENTRY_OFF,         /**< yours, starts when it is opened */
  ENTRY_AVAILABLE,   /**< to be had */
  ENTRY_UNAVAILABLE, /**< not to be had, for the reasons */
} EntryKind;

/** One line of the list. */
typedef struct {
  char *key;     /**< the same for the same line of a later list */
  char *pool_id; /**< what to connect to … */
  char *pool_name;
  char *desktop_id;  /**< … (nullable) and which of one's own there */
  gboolean another;  /**< … or one more */
  char *title;       /**< pool; with several entries of it the desktop */
  char *side;        /**< (nullable) the desktop beside the pool's name */
  char *description; /**< "" when there is none */
  EntryKind kind;
  char *state;      /**< a sentence */
  char *warning;    /**< (nullable) what is about to be done to it */
  GStrv reasons;    /**< why not; may be empty */
  int progress;     /**< 0 … 100 while it is being made ready; else -1 */
  const char *verb; /**< what opening it is called (static, translated) */
  gboolean can_open;
  char *session; /**< (nullable) what the actions are for */
  guint actions; /**< bits 1 << DesktopAction */
  LogOffEnd log_off;
  gboolean in_group; /**< others of the same pool are beside it */
} DesktopEntry;

/** The entries for @desktops, of ApiDesktop, at @now_us of the server's time (transfer full; the array frees
 * them). */
GPtrArray *desktop_entry_list(const GPtrArray *desktops, gint64 now_us);

/** Whether @entries and @others show the same. */
gboolean desktop_entry_lists_equal(const GPtrArray *entries, const GPtrArray *others);

/** Whether something in @entries is on its way and wants to be looked at again soon. */
gboolean desktop_entry_list_is_moving(const GPtrArray *entries);

/** What can be done with @session, as bits 1 << DesktopAction: what its pool and its state allow. */
guint desktop_entry_actions(const ApiSession *session);

/** What becomes of the desktop of @session when its user logs off. */
LogOffEnd desktop_entry_log_off(const ApiSession *session);

/** The name of @action in the API (static). */
const char *desktop_action_name(DesktopAction action);

/** What @action is called in a menu, with a mnemonic (static, translated). */
const char *desktop_action_label(DesktopAction action);

/** Frees @entry (nullable). */
void desktop_entry_free(DesktopEntry *entry);
