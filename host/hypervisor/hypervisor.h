/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one way to virtual machines: a small interface with libvirt behind it, or a fake in tests; both pass
 * the same contract tests. Every operation blocks and may be called from any thread; an agent calls them on
 * its workers. Domains of ours are transient: what a desktop is survives in the agent's records, not in
 * libvirt's. Those of others may be defined and off.
 */
#pragma once

#include "common/wire/host_message.h"
#include "host/hypervisor/hypervisor_domain.h"

typedef struct Hypervisor Hypervisor;

/** What became of a domain without being asked. */
typedef enum {
  HYPERVISOR_SHUT_DOWN, /**< the guest switched itself off */
  HYPERVISOR_CRASHED,   /**< it ended by fault */
  HYPERVISOR_DESTROYED, /**< it was ended from outside */
  HYPERVISOR_REBOOTED,  /**< it starts again from its firmware */
  HYPERVISOR_DISK_FULL, /**< it is paused until there is space: hypervisor_resume() */
  HYPERVISOR_STARTED,   /**< it runs; by whom it was started is not said */
  HYPERVISOR_LISTED,    /**< it was defined, changed or undefined */
  HYPERVISOR_LOST,      /**< the connection to the hypervisor broke; id is NULL */
} HypervisorEvent;

/** Called on the default main context. @id: UUID of the domain, ours or not. */
typedef void (*HypervisorListener)(const char *id, HypervisorEvent event, gpointer user_data);

/** What is known of QEMU's guest agent in a domain. */
typedef enum {
  HYPERVISOR_AGENT_NONE, /**< the domain has no channel for one */
  HYPERVISOR_AGENT_SILENT,
  HYPERVISOR_AGENT_ANSWERS,
} HypervisorAgent;

typedef struct {
  GPtrArray *(*list)(Hypervisor *hypervisor, GError **error);
  gboolean (*start)(Hypervisor *hypervisor, const char *xml, GError **error);
  gboolean (*boot)(Hypervisor *hypervisor, const char *id, GError **error);
  gboolean (*destroy)(Hypervisor *hypervisor, const char *id, GError **error);
  gboolean (*reset)(Hypervisor *hypervisor, const char *id, GError **error);
  gboolean (*reboot)(Hypervisor *hypervisor, const char *id, GError **error);
  gboolean (*shutdown)(Hypervisor *hypervisor, const char *id, GError **error);
  gboolean (*resume)(Hypervisor *hypervisor, const char *id, GError **error);
  gboolean (*open_graphics)(Hypervisor *hypervisor, const char *id, int fd, GError **error);
  HypervisorAgent (*ask_agent)(Hypervisor *hypervisor, const char *id);
  gboolean (*has_bridge)(Hypervisor *hypervisor, const char *name);
  gboolean (*is_alive)(Hypervisor *hypervisor);
  void (*measure)(Hypervisor *hypervisor, const char *folder, HostCapacity *ret_capacity);
  void (*free)(Hypervisor *hypervisor);
} HypervisorClass;

typedef struct HypervisorEar HypervisorEar;

/** The head of every implementation; set up with hypervisor_init(). */
struct Hypervisor {
  const HypervisorClass *class;
  HypervisorEar *ear; /**< the listener; counted, because events on their way outlive the hypervisor */
};

/** For implementations: sets up the head. */
void hypervisor_init(Hypervisor *hypervisor, const HypervisorClass *class);

/** For implementations: undoes hypervisor_init(). */
void hypervisor_clear(Hypervisor *hypervisor);

/** For implementations: tells the listener, later, on the default main context; from any thread. */
void hypervisor_emit(Hypervisor *hypervisor, const char *id, HypervisorEvent event);

/** Sets the one @listener (nullable). */
void hypervisor_listen(Hypervisor *hypervisor, HypervisorListener listener, gpointer user_data);

/** All domains (GPtrArray of HypervisorDomain, transfer full); NULL and CARAWAY_ERROR_HYPERVISOR. */
GPtrArray *hypervisor_list(Hypervisor *hypervisor, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Starts the domain that @xml describes; a domain of the same id must not run. CARAWAY_ERROR_HYPERVISOR. */
gboolean hypervisor_start(Hypervisor *hypervisor, const char *xml, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Boots the domain @id, which is defined and off; one that runs already is success. CARAWAY_ERROR_NOT_FOUND
 * when there is none, CARAWAY_ERROR_HYPERVISOR. */
gboolean hypervisor_boot(Hypervisor *hypervisor, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the domain @id at once; one that is gone already is success. CARAWAY_ERROR_HYPERVISOR. */
gboolean hypervisor_destroy(Hypervisor *hypervisor, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As the reset button. CARAWAY_ERROR_NOT_FOUND when @id does not run; so for those that follow. */
gboolean hypervisor_reset(Hypervisor *hypervisor, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Asks the guest to restart; HYPERVISOR_REBOOTED comes when it does. */
gboolean hypervisor_reboot(Hypervisor *hypervisor, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Asks the guest to switch off; HYPERVISOR_SHUT_DOWN comes when it does. */
gboolean hypervisor_shutdown(Hypervisor *hypervisor, const char *id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Lets a paused domain run on. */
gboolean hypervisor_resume(Hypervisor *hypervisor, const char *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Gives @fd, one end of a connected TCP pair, to the display of @id as a new client's channel; the caller
 * keeps and closes its @fd. */
gboolean hypervisor_open_graphics(Hypervisor *hypervisor, const char *id, int fd,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether QEMU's guest agent in the domain @id answers; waits for 2 s at most. */
HypervisorAgent hypervisor_ask_agent(Hypervisor *hypervisor, const char *id);

/** Whether a network bridge @name is there for machines to be put on. */
gboolean hypervisor_has_bridge(Hypervisor *hypervisor, const char *name);

/** Whether the connection stands; does not block. */
gboolean hypervisor_is_alive(Hypervisor *hypervisor);

/** What the machine has and has left, with the disk of @folder; does not block. */
void hypervisor_measure(Hypervisor *hypervisor, const char *folder, HostCapacity *ret_capacity);

/** Closes and frees @hypervisor (nullable). Guests live on. */
void hypervisor_free(Hypervisor *hypervisor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hypervisor, hypervisor_free)
