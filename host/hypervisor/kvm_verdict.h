/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges what a trial boot under KVM wrote: only a kernel that handed over to user space counts, because
 * firmware runs even where kernels hang. Pure.
 */
#pragma once

#include <glib.h>

typedef enum {
  KVM_TRIAL_RUNNING, /**< go on waiting */
  KVM_TRIAL_WORKS,
  KVM_TRIAL_HANGS,
} KvmTrial;

/** What @output, the serial console after @elapsed_ms of which the last @silent_ms brought nothing, shows. */
KvmTrial kvm_verdict_judge(const char *output, gint64 elapsed_ms, gint64 silent_ms);

/** The last line with text in @output (transfer full), at most 200 bytes: what QEMU said as it gave up. */
char *kvm_verdict_last_line(const char *output);
