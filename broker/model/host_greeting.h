/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host is told when its hello was taken: the term of its new link, the desktops that are known to be
 * there, the keys that grants are signed with, and where it can dial when this broker is away.
 */
#pragma once

#include <glib.h>

typedef struct {
  gint64 term;         /**< of this link: higher than that of every link before */
  GPtrArray *desktops; /**< of Desktop */
  GPtrArray *keys;     /**< of BrokerKey */
  GStrv brokers;       /**< URLs, the one that answers first */
} HostGreeting;

/** A greeting with @term, @desktops, @keys and @brokers (all transfer full). */
HostGreeting *host_greeting_new(gint64 term, GPtrArray *desktops, GPtrArray *keys, GStrv brokers);

/** Frees @greeting (nullable). */
void host_greeting_free(HostGreeting *greeting);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostGreeting, host_greeting_free)
