/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of people that a test writes down: an authenticator that keeps them in memory, and counts what
 * it is asked. Its folder of authenticators has the one called "corp", after "annex", which knows nobody, and
 * lies in a temporary folder.
 */
#pragma once

#include "broker/auth/authenticator_folder.h"

/** Somebody in it. */
typedef struct {
  char *external_id;
  char *name;
  char *password;
  GStrv groups;
  gboolean closed;
  gboolean fails; /* cannot be looked up, as if the directory did not answer */
} StandInPerson;

typedef struct {
  char *path;
  AuthenticatorFolder *folder;
  Authenticator *authenticator; /* of the folder */
  GPtrArray *people;            /* of StandInPerson */
  gboolean is_away;
  guint asked;          /* times that it was asked, with or without a password */
  guint looked_up;      /* people that were looked up again */
  GPtrArray *passwords; /* that it was given, in this order */
  GPtrArray *beside;    /* the same of "annex" */
} StandInDirectory;

/** An empty directory. */
StandInDirectory *stand_in_directory_new(void);

/** Puts somebody in; @groups separated by commas. */
StandInPerson *stand_in_directory_add(StandInDirectory *directory, const char *external_id, const char *name,
                                      const char *password, const char *groups);

/** Frees @directory (nullable) and its folder. */
void stand_in_directory_free(StandInDirectory *directory);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StandInDirectory, stand_in_directory_free)
