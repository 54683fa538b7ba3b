/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hosts and the broker tell each other about beside desktops: machines, images, consoles, and what a
 * host says of itself, as plain values (docs/protocols.md section 5). Texts are borrowed from the message
 * that carries them.
 */
#pragma once

#include "common/wire/host_desktop.h"

typedef enum { HOST_ACCELERATOR_KVM, HOST_ACCELERATOR_TCG } HostAccelerator;
typedef enum { HOST_IMAGE_PRESENT, HOST_IMAGE_DAMAGED } HostImageState;
typedef enum { HOST_CONSOLE_CONNECTED, HOST_CONSOLE_DISCONNECTED } HostConsoleState;

typedef struct {
  gint64 cpus, memory_mib, memory_free_mib, disk_free_mib;
} HostCapacity;

typedef struct {
  const char *name, *hash;
  gint64 size_mib;
  int state;          /**< HostImageState */
  const char *detail; /**< nullable: what is wrong with a damaged one */
} HostImage;

typedef struct {
  const char *session, *desktop, *client, *viewer;
  int state;          /**< HostConsoleState */
  const char *reason; /**< nullable: stable code */
} HostConsole;

typedef struct {
  const char *name, *reason;
} HostQuarantined;

typedef struct {
  const char *id, *public_key; /**< base64url */
} HostGrantKey;

typedef struct {
  const char *url; /**< https://HOST:PORT */
} HostBroker;

typedef struct {
  guint64 versions; /**< bit n: speaks version n */
  const char *host, *boot_id, *agent_version;
  gint64 said_us;  /**< when it was said, in microseconds since the machine's boot; 0: an older agent */
  int accelerator; /**< HostAccelerator */
  const char *accelerator_reason;
  HostCapacity capacity;
  struct {
    const char *address;
    gint64 port;
  } relay;
  HostImage *images;
  HostDesktop *desktops;
  HostConsole *consoles;
  HostQuarantined *quarantined;
  HostForeign *foreign;
  guint image_count, desktop_count, console_count, quarantined_count, foreign_count;
} HostHello;

typedef struct {
  HostCapacity capacity;
} HostHeartbeat;

typedef struct {
  gint64 command;
  gboolean ok;
  const char *code, *detail; /**< nullable when ok */
} HostResult;

typedef struct {
  gint64 request;
  const char *text;
} HostBootLog;

/** The word for @accelerator on the wire (static), e.g. "kvm". */
const char *host_accelerator_name(HostAccelerator accelerator);
