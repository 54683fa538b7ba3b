/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authenticator of local accounts with something that happens while it checks: what another request does
 * between the reading of a password's hash and what follows from it.
 */
#pragma once

#include "broker/service/services.h"

typedef struct {
  Authenticator base;
  Authenticator *real;
  Services *services;
  void (*meanwhile)(gpointer data); /**< (nullable) is called at each check, after the answer is known */
  gpointer data;
} StandInAuthenticator;

/** Takes the place of @services' own. */
StandInAuthenticator *stand_in_authenticator_new(Services *services);

/** Gives it back its place. */
void stand_in_authenticator_free(StandInAuthenticator *stand_in);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StandInAuthenticator, stand_in_authenticator_free)
