/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether consoles can be opened on a virtual machine that somebody else defined, from its domain XML
 * (libvirt.org/formatdomain.html#graphical-framebuffers). Pure.
 */
#pragma once

#include <glib.h>

/**
 * NULL when virDomainOpenGraphics() can hand our channels to the display of the domain @xml, else a sentence
 * that says why not and what to change (transfer full).
 */
char *domain_display_problem(const char *xml);
