/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program says of itself in the header User-Agent, as people know it: "Firefox on Linux". The header
 * is whatever its sender likes; what comes of it is short, plain and in ASCII.
 */
#pragma once

#include <glib.h>

#define CLIENT_NAME_MAX_BYTES 64

/** The program behind @user_agent (nullable, any bytes; transfer full); "" when it does not say. */
char *client_name(const char *user_agent);
