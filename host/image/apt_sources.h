/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this machine's apt is set up with, so that an image comes from the same mirror through the same proxy
 * as the machine's own packages. Reads apt's files; changes nothing.
 */
#pragma once

#include <glib.h>

/**
 * The files of apt's sources on this machine that offer the Debian release @suite (transfer full, never
 * empty). Fails with CARAWAY_ERROR_CONFIG when there is none.
 */
char **apt_sources_find(const char *suite, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @text, a .list or .sources file, offers @suite itself, its updates or its security updates. */
gboolean apt_sources_offer(const char *text, const char *suite);

/** apt's settings of how to fetch (proxies, retries, checks) as the text of a configuration file. */
char *apt_sources_fetch_settings(GError **error) G_GNUC_WARN_UNUSED_RESULT;
