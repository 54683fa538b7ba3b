/* SPDX-License-Identifier: Apache-2.0 */
#include "client/display/channel_pump.h"

/* One direction. A read or write under way holds a reference, so that its buffer stays. */
typedef struct {
  gatomicrefcount references;
  ChannelPump *pump; /* NULL once the pump is gone */
  GIOStream *source, *sink;
  GCancellable *cancellable;
  guint8 buffer[CHANNEL_PUMP_BUFFER];
} Half;

struct ChannelPump {
  Half *halves[2];
  GCancellable *cancellable;
  ChannelPumpEnded ended;
  gpointer user_data;
};

static void half_read(Half *half);

static Half *
half_new(ChannelPump *pump, GIOStream *source, GIOStream *sink)
{
  Half *half = g_new(Half, 1);
  g_atomic_ref_count_init(&half->references);
  half->pump = pump;
  half->source = g_object_ref(source);
  half->sink = g_object_ref(sink);
  half->cancellable = g_object_ref(pump->cancellable);
  return half;
}

static Half *
half_ref(Half *half)
{
  g_atomic_ref_count_inc(&half->references);
  return half;
}

static void
half_unref(Half *half)
{
  if (!g_atomic_ref_count_dec(&half->references))
    return;
  g_object_unref(half->source);
  g_object_unref(half->sink);
  g_object_unref(half->cancellable);
  g_free(half);
}

static void
half_end(Half *half, const GError *error)
{
  ChannelPump *pump = half->pump;
  if (pump == NULL || pump->ended == NULL)
    return;
  ChannelPumpEnded ended = pump->ended;
  pump->ended = NULL;
  ended(error, pump->user_data);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Half *half = user_data;
  g_autoptr(GError) error = NULL;
  if (g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error))
    half_read(half);
  else
    half_end(half, error);
  half_unref(half);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Half *half = user_data;
  g_autoptr(GError) error = NULL;
  gssize size = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);
  if (size > 0 && half->pump != NULL)
    g_output_stream_write_all_async(g_io_stream_get_output_stream(half->sink), half->buffer, (gsize)size,
                                    G_PRIORITY_DEFAULT, half->cancellable, on_written, half_ref(half));
  else
    half_end(half, error);
  half_unref(half);
}

static void
half_read(Half *half)
{
  if (half->pump == NULL)
    return;
  g_input_stream_read_async(g_io_stream_get_input_stream(half->source), half->buffer, sizeof half->buffer,
                            G_PRIORITY_DEFAULT, half->cancellable, on_read, half_ref(half));
}

ChannelPump *
channel_pump_new(GIOStream *remote, GIOStream *local, ChannelPumpEnded ended, gpointer user_data)
{
  ChannelPump *pump = g_new0(ChannelPump, 1);
  pump->cancellable = g_cancellable_new();
  pump->ended = ended;
  pump->user_data = user_data;
  pump->halves[0] = half_new(pump, remote, local);
  pump->halves[1] = half_new(pump, local, remote);
  half_read(pump->halves[0]);
  half_read(pump->halves[1]);
  return pump;
}

void
channel_pump_free(ChannelPump *pump)
{
  if (pump == NULL)
    return;
  g_cancellable_cancel(pump->cancellable);
  for (guint i = 0; i < G_N_ELEMENTS(pump->halves); i++) {
    pump->halves[i]->pump = NULL;
    half_unref(pump->halves[i]);
  }
  g_object_unref(pump->cancellable);
  g_free(pump);
}
