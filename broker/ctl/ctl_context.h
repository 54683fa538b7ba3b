/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of carawayctl: its arguments, what it remembers and its connection, handed to the function of a
 * command. Owns none of the rules of a command.
 */
#pragma once

#include "broker/ctl/ctl_arguments.h"
#include "broker/ctl/ctl_state.h"
#include "common/api_client/api_client.h"

struct CtlContext {
  const CtlArguments *arguments;
  CtlState *state;
  ApiClient *client; /**< (nullable) until ctl_context_connect() or ctl_context_open() */
};

/** Makes the connection that the state describes, without a token; an error when no server is known. */
gboolean ctl_context_connect(CtlContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As ctl_context_connect(), for somebody who is signed in: CARAWAY_ERROR_UNAUTHENTICATED when nobody is. */
gboolean ctl_context_open(CtlContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes @object (transfer none) to standard output: as JSON, or by @columns. */
void ctl_context_show(CtlContext *context, const CtlColumn *columns, JsonObject *object);

/** Tells a person @sentence on standard output; with --json writes @object (nullable: {}) instead. */
void ctl_context_tell(CtlContext *context, JsonObject *object, const char *sentence);
