/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/kvm_probe.h"

#include "common/base/log.h"
#include "host/hypervisor/kvm_verdict.h"
#include "host/hypervisor/machine.h"
#include "host/hypervisor/subprocess.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define QEMU            "qemu-system-x86_64"
#define FIRMWARE_MS     1500
#define VERSION_MS      10000
#define KERNEL_LIMIT_MS 65000
#define GROUP           "kvm"

static void
decide(KvmVerdict *verdict, HostAccelerator accelerator, gboolean is_proven, char *reason)
{
  verdict->accelerator = accelerator;
  verdict->is_proven = is_proven;
  verdict->reason = reason;
}

static char *
fingerprint(void)
{
  const char *argv[] = {QEMU, "--version", NULL};
  SubprocessResult result;
  if (!subprocess_run(argv, VERSION_MS, NULL, NULL, &result, NULL))
    return machine_fingerprint("");
  char *text = machine_fingerprint(result.output);
  subprocess_result_clear(&result);
  return text;
}

static gboolean
load_cached(const char *path, const char *machine, KvmVerdict *verdict)
{
  g_autoptr(GKeyFile) file = g_key_file_new();
  if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  g_autofree char *of = g_key_file_get_string(file, GROUP, "machine", NULL);
  g_autofree char *reason = g_key_file_get_string(file, GROUP, "reason", NULL);
  if (g_strcmp0(of, machine) != 0 || reason == NULL)
    return FALSE;
  gboolean works = g_key_file_get_boolean(file, GROUP, "works", NULL);
  decide(verdict, works ? HOST_ACCELERATOR_KVM : HOST_ACCELERATOR_TCG, TRUE, g_steal_pointer(&reason));
  return TRUE;
}

static void
save_cached(const char *path, const char *machine, const KvmVerdict *verdict)
{
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) error = NULL;
  g_key_file_set_string(file, GROUP, "machine", machine);
  g_key_file_set_string(file, GROUP, "reason", verdict->reason);
  g_key_file_set_boolean(file, GROUP, "works", verdict->accelerator == HOST_ACCELERATOR_KVM);
  if (!g_key_file_save_to_file(file, path, &error))
    log_warning("the verdict on KVM is not kept: %s", error->message);
}

static gboolean
has_run_long_enough(const char *output, gint64 elapsed_ms, gpointer user_data)
{
  return elapsed_ms >= FIRMWARE_MS;
}

/* Whether QEMU can give a guest this host's processor at all; where it cannot, it aborts within a moment. */
static gboolean
try_processor(KvmVerdict *verdict)
{
  const char *argv[] = {QEMU,          "-accel",   "kvm",  "-cpu", "host", "-machine", "q35",
                        "-nodefaults", "-display", "none", "-m",   "64",   NULL};
  SubprocessResult result;
  g_autoptr(GError) error = NULL;
  if (!subprocess_run(argv, KERNEL_LIMIT_MS, has_run_long_enough, NULL, &result, &error)) {
    decide(verdict, HOST_ACCELERATOR_TCG, FALSE, g_strdup_printf("KVM was not tried: %s", error->message));
    return FALSE;
  }
  gboolean works = result.was_stopped;
  g_autofree char *line = kvm_verdict_last_line(result.output);
  subprocess_result_clear(&result);
  if (!works)
    decide(
        verdict, HOST_ACCELERATOR_TCG, TRUE,
        g_strdup_printf("KVM is there, but QEMU cannot give a guest this processor (%s); emulating.", line));
  return works;
}

typedef struct {
  gsize seen;
  gint64 last_ms;
  KvmTrial trial;
} KernelWatch;

static gboolean
watch_kernel(const char *output, gint64 elapsed_ms, gpointer user_data)
{
  KernelWatch *watch = user_data;
  gsize size = strlen(output);
  if (size != watch->seen) {
    watch->seen = size;
    watch->last_ms = elapsed_ms;
  }
  watch->trial = kvm_verdict_judge(output, elapsed_ms, elapsed_ms - watch->last_ms);
  return watch->trial != KVM_TRIAL_RUNNING;
}

static void
try_kernel(const char *image_path, KvmVerdict *verdict)
{
  /* Commas part the options of -drive; QEMU takes a doubled one for itself. */
  g_auto(GStrv) parts = g_strsplit(image_path, ",", -1);
  g_autofree char *path = g_strjoinv(",,", parts);
  g_autofree char *drive = g_strdup_printf("file=%s,if=virtio,format=qcow2,snapshot=on", path);
  const char *argv[] = {QEMU,      "-accel", "kvm",        "-cpu",        "host",     "-machine",
                        "q35",     "-m",     "512",        "-nodefaults", "-display", "none",
                        "-serial", "stdio",  "-no-reboot", "-drive",      drive,      NULL};
  SubprocessResult result;
  KernelWatch watch = {0};
  g_autoptr(GError) error = NULL;
  log_info("trying KVM with the kernel of %s; at most a minute", image_path);
  if (!subprocess_run(argv, KERNEL_LIMIT_MS, watch_kernel, &watch, &result, &error)) {
    decide(verdict, HOST_ACCELERATOR_TCG, FALSE, g_strdup_printf("KVM was not tried: %s", error->message));
    return;
  }
  g_autofree char *line = kvm_verdict_last_line(result.output);
  subprocess_result_clear(&result);
  if (watch.trial == KVM_TRIAL_WORKS)
    decide(verdict, HOST_ACCELERATOR_KVM, TRUE, g_strdup("A kernel booted under KVM."));
  else
    decide(verdict, HOST_ACCELERATOR_TCG, TRUE,
           g_strdup_printf("KVM is there, but a kernel did not boot under it (last: %s); emulating.", line));
}

static void
probe(const char *image_path, const char *cache_path, KvmVerdict *verdict)
{
  if (access("/dev/kvm", R_OK | W_OK) != 0) {
    decide(verdict, HOST_ACCELERATOR_TCG, TRUE,
           g_strdup_printf("/dev/kvm cannot be used (%s); emulating.", g_strerror(errno)));
    return;
  }
  g_autofree char *machine = fingerprint();
  if (load_cached(cache_path, machine, verdict))
    return;
  if (try_processor(verdict)) {
    if (image_path != NULL)
      try_kernel(image_path, verdict);
    else
      decide(verdict, HOST_ACCELERATOR_TCG, FALSE,
             g_strdup("KVM is not proven: there is no image yet whose kernel could be tried; emulating."));
  }
  if (verdict->is_proven)
    save_cached(cache_path, machine, verdict);
}

void
kvm_probe_run(const char *wish, const char *image_path, const char *cache_path, KvmVerdict *ret_verdict)
{
  KvmVerdict verdict = {0};
  if (strcmp(wish, "auto") == 0)
    probe(image_path, cache_path, &verdict);
  else
    decide(&verdict, strcmp(wish, "kvm") == 0 ? HOST_ACCELERATOR_KVM : HOST_ACCELERATOR_TCG, TRUE,
           g_strdup_printf("The configuration says host.accelerator = %s.", wish));
  *ret_verdict = verdict;
}

void
kvm_verdict_clear(KvmVerdict *verdict)
{
  g_clear_pointer(&verdict->reason, g_free);
}
