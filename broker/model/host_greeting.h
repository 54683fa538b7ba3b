/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host is told when its hello was taken: the term of its new link, and the desktops that are known to
 * be there.
 */
#pragma once

#include <glib.h>

typedef struct {
  gint64 term;         /**< of this link: higher than that of every link before */
  GPtrArray *desktops; /**< of Desktop */
} HostGreeting;

/** A greeting with @term and @desktops (transfer full). */
HostGreeting *host_greeting_new(gint64 term, GPtrArray *desktops);

/** Frees @greeting (nullable). */
void host_greeting_free(HostGreeting *greeting);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostGreeting, host_greeting_free)
