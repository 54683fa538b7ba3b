/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of caraway-host as typed values, and where in its state directory everything lies. Owns
 * the table of keys.
 */
#pragma once

#include "common/base/config.h"
#include "host/plan/domain_xml.h"

typedef struct {
  char *name;
  char *broker_url; /**< nullable: the one of join.json counts */
  char *libvirt_uri;
  char *state_directory;
  char *image_directory;
  char *relay_address;
  guint16 relay_port;
  char *relay_socket;
  char *relay_state_directory;
  char *relay_user;  /**< nullable */
  char *http_listen; /**< nullable */
  char *accelerator; /**< auto, kvm, tcg */
  gint64 reserved_memory_mib, reserved_disk_mib;
  char *network_text;
  DomainNetwork network; /**< borrows from network_text */
  gint64 shutdown_limit_s;
  guint workers;
} HostSettings;

/** The files of one desktop; all absolute. */
typedef struct {
  char *record, *overlay, *boot_log, *guest_socket, *agent_socket;
  char *disks[HOST_COMMAND_MAX_DISKS]; /**< of extra disks, whether it has them or not */
} DesktopPaths;

extern const ConfigKey host_settings_keys[];
extern const ConfigSwitch host_settings_switches[];

/** Reads @config into values (transfer full); CARAWAY_ERROR_CONFIG. */
HostSettings *host_settings_new(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Whether others can reach the relay at its address, as far as the address tells: one of this machine alone
 * (loopback) is right only beside a broker, at @broker_url, that is reached so as well. CARAWAY_ERROR_CONFIG.
 */
gboolean host_settings_check_relay(const HostSettings *settings, const char *broker_url,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The path @name below the state directory (transfer full). */
char *host_settings_path(const HostSettings *settings, const char *name);

/** Makes the folders of the state directory; refuses one so long that the guests' sockets would not fit. */
gboolean host_settings_make_folders(const HostSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Where the files of the desktop @id (a UUID) are (transfer full). Disks of dedicated desktops (@is_kept) lie
 * in a folder of their own, in which nothing is ever removed without a record that says so.
 */
DesktopPaths *desktop_paths_new(const HostSettings *settings, const char *id, gboolean is_kept);

/** The same for @record. */
DesktopPaths *desktop_paths_of(const HostSettings *settings, const DesktopRecord *record);

/** Where the image of @hash is that dedicated desktops stand on (transfer full). */
char *host_settings_base_path(const HostSettings *settings, const char *hash);

/** Frees @paths (nullable). */
void desktop_paths_free(DesktopPaths *paths);

/** Frees @settings (nullable). */
void host_settings_free(HostSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostSettings, host_settings_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DesktopPaths, desktop_paths_free)
