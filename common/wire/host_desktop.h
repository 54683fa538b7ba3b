/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Desktops as hosts and the broker tell each other of them, and virtual machines that are not ours, as plain
 * values (docs/protocols.md section 5). Texts are borrowed from the message that carries them.
 */
#pragma once

#include "common/wire/epoch.h"

typedef enum {
  HOST_POWER_CLONING,
  HOST_POWER_STARTING,
  HOST_POWER_UP,
  HOST_POWER_OFF,
  HOST_POWER_FAILED
} HostPower;
/** How a desktop lives: made for one use; kept for its owner; a virtual machine that is not ours. */
typedef enum { HOST_KIND_FLOATING, HOST_KIND_DEDICATED, HOST_KIND_ADOPTED } HostDesktopKind;

#define HOST_IDLE_UNKNOWN (-1)

typedef struct {
  gboolean ready;
  const char *user; /**< nullable: nobody is signed in, or, with an idle time not known, nobody can tell */
  gint64 idle_ms;   /**< or HOST_IDLE_UNKNOWN: no agent of ours is in it */
  gboolean locked;
} HostGuest;

typedef struct {
  const char *id, *name, *pool;
  Epoch epoch;
  int kind;  /**< HostDesktopKind */
  int power; /**< HostPower */
  HostGuest guest;
  const char *step;          /**< a sentence */
  gint64 progress;           /**< 0 … 100 */
  gint64 since_ms;           /**< for how long it has been in this step */
  const char *code, *detail; /**< nullable: why it failed */
} HostDesktop;

typedef struct {
  const char *id;
  Epoch epoch;
} HostDesktopRef;

typedef struct {
  const char *id;
  Epoch epoch;
  const char *reason;
} HostDesktopGone;

/** A virtual machine on a host that is not Caraway's. */
typedef struct {
  const char *uuid, *name; /**< libvirt's */
  int power;               /**< HostPower: up, off or failed */
  gboolean adoptable;
  const char *reason; /**< nullable: why it cannot be adopted */
} HostForeign;

/** An extra data disk. */
typedef struct {
  gint64 size_mib;
} HostDisk;

/** The word for @kind on the wire (static), e.g. "dedicated". */
const char *host_kind_name(HostDesktopKind kind);

/** The word for @power on the wire (static), e.g. "starting". */
const char *host_power_name(HostPower power);
