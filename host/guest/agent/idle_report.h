/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the idle time is worth telling (docs/protocols.md section 6): every ten seconds, and at once when
 * somebody came back. Pure.
 */
#pragma once

#include <glib.h>

typedef struct {
  gint64 told_at_ms;   /**< when it was told last, by a steady clock */
  gint64 told_idle_ms; /**< what was told */
  gboolean has_told;
} IdleReport;

/** Whether @idle_ms, seen at @now_ms, is to be told; remembers it if so. */
gboolean idle_report_is_due(IdleReport *report, gint64 now_ms, gint64 idle_ms);
