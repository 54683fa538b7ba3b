/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of the command table and the words of the command line → a request. Pure.
 */
#pragma once

#include "broker/ctl/ctl_arguments.h"
#include "common/api_client/api_request.h"

/**
 * The request of the command in @arguments. @password (nullable): the new password that the command asked
 * for. Fails with CARAWAY_ERROR_INVALID when a change names nothing to change (transfer full).
 */
ApiRequest *ctl_request_build(const CtlArguments *arguments, const char *password,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
