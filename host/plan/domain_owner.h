/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a domain is: an element of our own namespace in the domain's metadata carries the installation and
 * the desktop. A domain without it, or with another installation in it, is never touched. Pure.
 */
#pragma once

#include "host/plan/desktop_record.h"

#include <libxml/tree.h>

#define DOMAIN_OWNER_NAMESPACE "urn:caraway:desktop:1"

/** Adds the owner element for @record below @metadata. */
void domain_owner_add(xmlNode *metadata, const DesktopRecord *record);

/** The installation that the domain XML @xml names (transfer full); NULL when it names none: not ours. */
char *domain_owner_installation(const char *xml);
