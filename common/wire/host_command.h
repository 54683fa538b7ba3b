/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the broker has a host do with one desktop, as a plain value (docs/protocols.md section 5). Texts are
 * borrowed from the message that carries them.
 */
#pragma once

#include "common/wire/host_desktop.h"

#define HOST_COMMAND_MAX_DISKS 4

typedef enum {
  HOST_COMMAND_CREATE,
  HOST_COMMAND_DESTROY,
  HOST_COMMAND_RESTART,
  HOST_COMMAND_RESET,
  HOST_COMMAND_SHUTDOWN,
  HOST_COMMAND_EPOCH,
  HOST_COMMAND_CUT,
  HOST_COMMAND_LOCK,
  HOST_COMMAND_LOGOFF,
  HOST_COMMAND_MESSAGE,
  HOST_COMMAND_START,
  HOST_COMMAND_ADOPT,
  HOST_COMMAND_RELEASE,
} HostCommandKind;

/** Members beyond `kind` are set by kind; what a kind does not take is NULL or zero. */
typedef struct {
  gint64 id, term;
  const char *desktop;
  Epoch epoch;
  int kind;                        /**< HostCommandKind */
  const char *name, *pool, *image; /**< create; adopt: libvirt's name of the domain, and the pool */
  gint64 vcpus, memory_mib, heads; /**< create */
  const char *account;             /**< create, nullable */
  int desktop_kind;                /**< create: HOST_KIND_FLOATING or HOST_KIND_DEDICATED */
  HostDisk *disks;                 /**< create: extra data disks */
  guint disk_count;
  const char *network;          /**< create, nullable: "default", "none" or "bridge:NAME" */
  const char *session, *reason; /**< cut */
  const char *title, *text;     /**< message */
} HostCommand;

/** The word for @kind on the wire (static), e.g. "create". */
const char *host_command_name(HostCommandKind kind);
