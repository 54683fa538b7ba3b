/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the relay tells its agent about consoles (docs/protocols.md section 4), as messages to be sent.
 */
#pragma once

#include "host/relay/console_registry.h"

#include <json-glib/json-glib.h>

/** So many consoles fit one `consoles` message. */
#define CONSOLE_NEWS_LIST_MAX 128

/** `console`: @console is "connected", or "disconnected" with the reason that it holds (transfer full). */
JsonBuilder *console_news_change(const Console *console, const char *state);

/** `consoles`: those of @consoles (of Console) from @first on, at most CONSOLE_NEWS_LIST_MAX; `more` is true
 * when another message with the rest follows (transfer full). */
JsonBuilder *console_news_list(const GPtrArray *consoles, guint first);
