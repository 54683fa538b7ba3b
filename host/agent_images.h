/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's view of its image store while the agent runs: scanned on a worker at the start, when the folder
 * changes and when the broker asks. The first image that is whole also settles whether KVM works
 * (hypervisor/kvm_probe).
 */
#pragma once

#include "host/desktop_job.h"
#include "host/workers.h"

typedef struct AgentImages AgentImages;

typedef struct {
  /** A scan is over. @news: the images or the accelerator are not what they were. */
  void (*scanned)(gboolean images_changed, gboolean accelerator_changed, gpointer user_data);
} AgentImagesListener;

/** Watches the store of @context and sets the accelerator in it. All arguments outlive it. */
AgentImages *agent_images_new(JobContext *context, const AgentImagesListener *listener, gpointer user_data);

/** Looks at the store again. */
void agent_images_scan(AgentImages *images);

/** The images of the last scan as values (GArray of HostImage, transfer full; texts borrowed until the next).
 */
GArray *agent_images_list(const AgentImages *images);

/** Why the accelerator is what it is; "" before the first scan is over. */
const char *agent_images_accelerator_reason(const AgentImages *images);

/** Whether a scan runs. */
gboolean agent_images_is_busy(const AgentImages *images);

/** Frees @images (nullable); no scan may run. */
void agent_images_free(AgentImages *images);
