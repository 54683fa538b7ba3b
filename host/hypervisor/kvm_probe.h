/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether KVM really runs guests here. /dev/kvm may exist, open and run firmware, and still hang a kernel or
 * not offer the processor that `host-passthrough` asks for (FACTS); so a kernel is booted: that of an image
 * of ours. What cannot be proven is emulated. The verdict is kept until QEMU, the kernel or the processor
 * changes. Blocks.
 */
#pragma once

#include "common/wire/host_message.h"

typedef struct {
  HostAccelerator accelerator;
  char *reason;       /**< a sentence: why */
  gboolean is_proven; /**< FALSE: there was no image to boot; ask again when there is */
} KvmVerdict;

/**
 * Asks. @wish: "auto", "kvm" or "tcg" as configured. @image_path (nullable): a qcow2 to boot for the proof;
 * it is not written to. @cache_path: where the verdict is kept.
 */
void kvm_probe_run(const char *wish, const char *image_path, const char *cache_path, KvmVerdict *ret_verdict);

/** Frees what @verdict holds. */
void kvm_verdict_clear(KvmVerdict *verdict);
