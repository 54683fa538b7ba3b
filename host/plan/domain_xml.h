/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The libvirt domain of a desktop as XML (libvirt.org/formatdomain.html), made with libxml2 so that no name
 * can break out of its place. Pure: the paths it writes are handed in.
 */
#pragma once

#include "host/plan/desktop_record.h"
#include "host/plan/domain_network.h"

#define DOMAIN_GUEST_PORT "org.caraway.guest.0"
#define DOMAIN_AGENT_PORT "org.qemu.guest_agent.0"

/** What the host adds to a record. All texts are borrowed. */
typedef struct {
  HostAccelerator accelerator;
  const char *overlay_path;
  const char *backing_path;
  const char *boot_log_path;
  const char *guest_socket_path; /**< DOMAIN_GUEST_PORT */
  const char *agent_socket_path; /**< DOMAIN_AGENT_PORT */
  DomainNetwork network;
  const char *const *disk_paths; /**< one for each of the record's extra disks */
} DomainShape;

/** The XML of the domain for @record in @shape (transfer full). */
char *domain_xml_build(const DesktopRecord *record, const DomainShape *shape);

/** libvirt's name for the domain of @record (transfer full): "caraway-NAME-" and eight digits of the id. */
char *domain_xml_name(const DesktopRecord *record);
