/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/boot_log_requests.h"

#define LONG_MS 30000

typedef struct {
  BootLogRequests *requests;
  gint64 number;
} Waiter;

static gpointer
wait_for_it(gpointer data)
{
  Waiter *waiter = data;
  return boot_log_requests_wait(waiter->requests, waiter->number, LONG_MS);
}

static void
test_answer_reaches_the_waiter(void)
{
  BootLogRequests *requests = boot_log_requests_new();
  Waiter waiter = {requests, boot_log_requests_open(requests, "kvm1")};
  GThread *thread = g_thread_new("waiter", wait_for_it, &waiter);
  boot_log_requests_answer(requests, "kvm1", waiter.number, "Linux version 6.1");
  g_autofree char *text = g_thread_join(thread);
  g_assert_cmpstr(text, ==, "Linux version 6.1");
  boot_log_requests_free(requests);
}

static void
test_another_host_cannot_answer(void)
{
  BootLogRequests *requests = boot_log_requests_new();
  gint64 number = boot_log_requests_open(requests, "kvm1");
  boot_log_requests_answer(requests, "kvm2", number, "forged");
  boot_log_requests_fail(requests, "kvm1");
  g_assert_null(boot_log_requests_wait(requests, number, LONG_MS));
  boot_log_requests_free(requests);
}

static void
test_late_and_unknown_answers_are_passed_over(void)
{
  BootLogRequests *requests = boot_log_requests_new();
  gint64 number = boot_log_requests_open(requests, "kvm1");
  g_assert_null(boot_log_requests_wait(requests, number, 0));
  boot_log_requests_answer(requests, "kvm1", number, "too late");
  boot_log_requests_answer(requests, "kvm1", 12345, "never asked");
  boot_log_requests_free(requests);
}

static void
test_number_of_requests_is_bounded(void)
{
  BootLogRequests *requests = boot_log_requests_new();
  guint opened = 0;
  while (opened < 1000 && boot_log_requests_open(requests, "kvm1") != 0)
    opened++;
  g_assert_cmpuint(opened, ==, 64);
  boot_log_requests_free(requests);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/boot-log-requests/answer", test_answer_reaches_the_waiter);
  g_test_add_func("/boot-log-requests/another-host", test_another_host_cannot_answer);
  g_test_add_func("/boot-log-requests/late", test_late_and_unknown_answers_are_passed_over);
  g_test_add_func("/boot-log-requests/bounded", test_number_of_requests_is_bounded);
  return g_test_run();
}
