/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/hypervisor.h"

struct HypervisorEar {
  GMutex lock;
  HypervisorListener listener;
  gpointer user_data;
};

typedef struct {
  HypervisorEar *ear;
  char *id;
  HypervisorEvent event;
} Emission;

static void
ear_clear(gpointer data)
{
  g_mutex_clear(&((HypervisorEar *)data)->lock);
}

void
hypervisor_init(Hypervisor *hypervisor, const HypervisorClass *class)
{
  hypervisor->class = class;
  hypervisor->ear = g_atomic_rc_box_new0(HypervisorEar);
  g_mutex_init(&hypervisor->ear->lock);
}

void
hypervisor_clear(Hypervisor *hypervisor)
{
  g_atomic_rc_box_release_full(hypervisor->ear, ear_clear);
}

static gboolean
deliver(gpointer data)
{
  Emission *emission = data;
  g_mutex_lock(&emission->ear->lock);
  HypervisorListener listener = emission->ear->listener;
  gpointer user_data = emission->ear->user_data;
  g_mutex_unlock(&emission->ear->lock);
  if (listener != NULL)
    listener(emission->id, emission->event, user_data);
  return G_SOURCE_REMOVE;
}

static void
emission_free(gpointer data)
{
  Emission *emission = data;
  g_atomic_rc_box_release_full(emission->ear, ear_clear);
  g_free(emission->id);
  g_free(emission);
}

void
hypervisor_emit(Hypervisor *hypervisor, const char *id, HypervisorEvent event)
{
  Emission *emission = g_new0(Emission, 1);
  emission->ear = g_atomic_rc_box_acquire(hypervisor->ear);
  emission->id = g_strdup(id);
  emission->event = event;
  /* Always from the loop, also when this is the loop's thread: callers never see their own call come back. */
  g_idle_add_full(G_PRIORITY_DEFAULT, deliver, emission, emission_free);
}

void
hypervisor_listen(Hypervisor *hypervisor, HypervisorListener listener, gpointer user_data)
{
  g_mutex_lock(&hypervisor->ear->lock);
  hypervisor->ear->listener = listener;
  hypervisor->ear->user_data = user_data;
  g_mutex_unlock(&hypervisor->ear->lock);
}

GPtrArray *
hypervisor_list(Hypervisor *hypervisor, GError **error)
{
  return hypervisor->class->list(hypervisor, error);
}

gboolean
hypervisor_start(Hypervisor *hypervisor, const char *xml, GError **error)
{
  return hypervisor->class->start(hypervisor, xml, error);
}

gboolean
hypervisor_boot(Hypervisor *hypervisor, const char *id, GError **error)
{
  return hypervisor->class->boot(hypervisor, id, error);
}

gboolean
hypervisor_destroy(Hypervisor *hypervisor, const char *id, GError **error)
{
  return hypervisor->class->destroy(hypervisor, id, error);
}

gboolean
hypervisor_reset(Hypervisor *hypervisor, const char *id, GError **error)
{
  return hypervisor->class->reset(hypervisor, id, error);
}

gboolean
hypervisor_reboot(Hypervisor *hypervisor, const char *id, GError **error)
{
  return hypervisor->class->reboot(hypervisor, id, error);
}

gboolean
hypervisor_shutdown(Hypervisor *hypervisor, const char *id, GError **error)
{
  return hypervisor->class->shutdown(hypervisor, id, error);
}

gboolean
hypervisor_resume(Hypervisor *hypervisor, const char *id, GError **error)
{
  return hypervisor->class->resume(hypervisor, id, error);
}

gboolean
hypervisor_open_graphics(Hypervisor *hypervisor, const char *id, int fd, GError **error)
{
  return hypervisor->class->open_graphics(hypervisor, id, fd, error);
}

HypervisorAgent
hypervisor_ask_agent(Hypervisor *hypervisor, const char *id)
{
  return hypervisor->class->ask_agent(hypervisor, id);
}

gboolean
hypervisor_has_bridge(Hypervisor *hypervisor, const char *name)
{
  return hypervisor->class->has_bridge(hypervisor, name);
}

gboolean
hypervisor_is_alive(Hypervisor *hypervisor)
{
  return hypervisor->class->is_alive(hypervisor);
}

void
hypervisor_measure(Hypervisor *hypervisor, const char *folder, HostCapacity *ret_capacity)
{
  hypervisor->class->measure(hypervisor, folder, ret_capacity);
}

void
hypervisor_free(Hypervisor *hypervisor)
{
  if (hypervisor == NULL)
    return;
  hypervisor_listen(hypervisor, NULL, NULL);
  hypervisor->class->free(hypervisor);
}
