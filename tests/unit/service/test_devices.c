/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/device_nonce.h"
#include "broker/service/devices/device_admin.h"
#include "broker/service/devices/device_enrolment.h"
#include "broker/service/devices/device_sign_in.h"
#include "broker/service/people/group_admin.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/work.h"
#include "broker/store/device_store.h"
#include "common/wire/device_proof.h"
#include "tests/unit/service/service_fixture.h"

#define SECOND_US ((gint64)G_USEC_PER_SEC)

typedef struct {
  ServiceFixture *fixture;
  DeviceKey *key;
  char *public_key;
} Kiosk;

static Kiosk
kiosk_new(ServiceFixture *fixture)
{
  Kiosk kiosk = {fixture, device_key_new(), NULL};
  kiosk.public_key = device_key_public(kiosk.key);
  return kiosk;
}

static void
kiosk_clear(Kiosk *kiosk)
{
  device_key_free(kiosk->key);
  g_free(kiosk->public_key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Kiosk, kiosk_clear)

/* A signature over a nonce of now. */
static char *
sign(const Kiosk *kiosk, DeviceProofPurpose purpose, const char *subject, const char *nonce)
{
  const DeviceProof proof = {purpose, services_installation(kiosk->fixture->services), subject, nonce};
  return device_key_sign(kiosk->key, &proof);
}

static DeviceEnrolment *
enrol_from(const Kiosk *kiosk, const char *address, GError **error)
{
  g_autofree char *nonce = device_enrolment_challenge(kiosk->fixture->services);
  g_autofree char *signature = sign(kiosk, DEVICE_PROOF_ENROL, kiosk->public_key, nonce);
  const DeviceRequest request = {kiosk->public_key, nonce, signature, "Thin", "ward", "0.1", address};
  return device_enrolment_take(kiosk->fixture->services, &request, error);
}

static SignIn *
sign_in_with(const Kiosk *kiosk, const char *device, const char *nonce, GError **error)
{
  g_autofree char *signature = sign(kiosk, DEVICE_PROOF_SIGN_IN, device, nonce);
  const DeviceAnswer answer = {device, nonce, signature, "0.1", "10.0.0.1"};
  return device_sign_in_begin(kiosk->fixture->services, &answer, error);
}

static SignIn *
sign_in(const Kiosk *kiosk, const char *device, GError **error)
{
  g_autofree char *nonce = device_enrolment_challenge(kiosk->fixture->services);
  return sign_in_with(kiosk, device, nonce, error);
}

/* The id of @kiosk, let in. */
static char *
approve(const Kiosk *kiosk, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DeviceEnrolment) enrolment = enrol_from(kiosk, "10.0.0.1", &error);
  g_assert_no_error(error);
  g_autoptr(Device) device =
      device_admin_approve(kiosk->fixture->services, kiosk->fixture->admin, enrolment->device->code, name,
                           NULL, &DEVICE_SETTINGS_NONE, 0, &error);
  g_assert_no_error(error);
  return g_strdup(device->id);
}

static void
test_nonces_age(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_auto(Kiosk) kiosk = kiosk_new(fixture);
  g_autofree char *id = approve(&kiosk, "ward");
  g_autofree char *nonce = device_enrolment_challenge(fixture->services);
  g_autoptr(GError) error = NULL;
  fake_clock_advance(&fixture->clock, DEVICE_NONCE_LIFE_US);
  g_assert_null(sign_in_with(&kiosk, id, nonce, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REFUSED);
  g_clear_error(&error);
  g_autoptr(SignIn) good = sign_in(&kiosk, id, &error);
  g_assert_no_error(error);
}

/* A nonce that was used is not taken again after a new process came either. */
static void
test_replay_after_restart(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_auto(Kiosk) kiosk = kiosk_new(fixture);
  g_autofree char *id = approve(&kiosk, "ward");
  g_autofree char *nonce = device_enrolment_challenge(fixture->services);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) good = sign_in_with(&kiosk, id, nonce, &error);
  g_assert_no_error(error);
  service_fixture_restart(fixture);
  g_assert_null(sign_in_with(&kiosk, id, nonce, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REFUSED);
}

static void
test_a_sign_in_is_short(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_auto(Kiosk) kiosk = kiosk_new(fixture);
  g_autofree char *id = approve(&kiosk, "ward");
  g_autoptr(GError) error = NULL;
  g_autoptr(SignIn) begun = sign_in(&kiosk, id, &error);
  g_autoptr(Caller) caller = sign_in_check(fixture->services, begun->token, "10.0.0.1", &error);
  g_assert_no_error(error);
  fake_clock_advance(&fixture->clock, DEVICE_SIGN_IN_US);
  g_assert_null(sign_in_check(fixture->services, begun->token, "10.0.0.1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED);
}

static void
test_requests_age(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_auto(Kiosk) kiosk = kiosk_new(fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(DeviceEnrolment) enrolment = enrol_from(&kiosk, "10.0.0.1", &error);
  g_assert_no_error(error);
  fake_clock_advance(&fixture->clock, DEVICE_WAITING_S * SECOND_US);
  g_assert_null(device_enrolment_state(fixture->services, enrolment->device->id, enrolment->secret,
                                       "10.0.0.1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_null(device_admin_approve(fixture->services, fixture->admin, enrolment->device->id, "ward", NULL,
                                     &DEVICE_SETTINGS_NONE, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  g_autoptr(DeviceEnrolment) again = enrol_from(&kiosk, "10.0.0.1", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(again->device->code, ==, enrolment->device->code);
  g_assert_cmpstr(again->device->id, !=, enrolment->device->id);
}

/* @count devices wait already, each from @address, or (nullable) from one of its own. */
static void
fill(ServiceFixture *fixture, guint count, const char *address)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(fixture->services, DB_WRITE, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < count; i++) {
    g_autofree char *id = g_uuid_string_random();
    g_autofree char *own = g_strdup_printf("10.1.%u.%u", i / 250, i % 250);
    const Device device = {.id = id,
                           .public_key = id,
                           .code = id,
                           .model = (char *)"",
                           .hostname = (char *)"",
                           .client_version = (char *)"",
                           .address = (char *)(address != NULL ? address : own),
                           .created_us = work->now_us,
                           .expires_us = G_MAXINT64};
    g_assert_true(device_store_add(work->transaction, &device, "", &error));
  }
  g_assert_true(work_commit(work, &error));
}

/* Ten thousand requests of as many keys from many addresses: what waits stays bounded, and whoever is turned
 * away is told to come later. */
static void
test_flood_is_bounded(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  guint taken = 0, throttled = 0, full = 0;
  fill(fixture, DEVICE_WAITING_MAX - 10, NULL);
  for (guint i = 0; i < 10000; i++) {
    g_auto(Kiosk) kiosk = kiosk_new(fixture);
    g_autofree char *address = g_strdup_printf("10.0.%u.%u", i / 250, i % 250);
    g_autoptr(GError) error = NULL;
    if (i % 100 == 0)
      fake_clock_advance(&fixture->clock, SECOND_US);
    g_autoptr(DeviceEnrolment) enrolment = enrol_from(&kiosk, address, &error);
    taken += enrolment != NULL;
    throttled += g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_THROTTLED);
    full += g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED);
  }
  g_assert_cmpuint(taken, ==, 10);
  g_assert_cmpuint(full, >, 0);
  g_assert_cmpuint(throttled, >, 9000);
  g_assert_cmpuint(taken + throttled + full, ==, 10000);
}

/* From one address fewer wait than in total, however slowly they ask. */
static void
test_one_address_is_bounded(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  guint taken = 0;
  fill(fixture, DEVICE_WAITING_ADDRESS_MAX - 3, "10.0.0.1");
  for (guint i = 0; i < 5; i++) {
    g_auto(Kiosk) kiosk = kiosk_new(fixture);
    g_autoptr(GError) error = NULL;
    fake_clock_advance(&fixture->clock, SECOND_US);
    g_autoptr(DeviceEnrolment) enrolment = enrol_from(&kiosk, "10.0.0.1", &error);
    taken += enrolment != NULL;
  }
  g_assert_cmpuint(taken, ==, 3);
  g_auto(Kiosk) elsewhere = kiosk_new(fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(DeviceEnrolment) enrolment = enrol_from(&elsewhere, "10.0.0.2", &error);
  g_assert_no_error(error);
}

/* Whoever keeps devices gives none of them what they may not give. */
static void
test_rights_of_others_are_not_given(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_auto(Kiosk) kiosk = kiosk_new(fixture);
  service_fixture_pool(fixture, 1, 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(Group) group =
      group_admin_create(fixture->services, fixture->admin, &(NewGroup){.name = "wards"}, &error);
  g_autoptr(DeviceEnrolment) enrolment = enrol_from(&kiosk, "10.0.0.1", &error);
  g_assert_no_error(error);
  const char *id = enrolment->device->id;
  DeviceSettings settings = DEVICE_SETTINGS_NONE;
  settings.pool = "office";
  fixture->admin->limit = PERMISSION_BIT(PERMISSION_DEVICE_MANAGE) | PERMISSION_BIT(PERMISSION_POOL_READ) |
                          PERMISSION_BIT(PERMISSION_GROUP_READ);
  g_assert_null(
      device_admin_approve(fixture->services, fixture->admin, id, "ward", NULL, &settings, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN);
  g_clear_error(&error);
  settings.pool = NULL;
  g_assert_null(
      device_admin_approve(fixture->services, fixture->admin, id, "ward", "wards", &settings, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_FORBIDDEN);
  g_clear_error(&error);
  g_autoptr(Device) device =
      device_admin_approve(fixture->services, fixture->admin, id, "ward", NULL, &settings, 0, &error);
  g_assert_no_error(error);
}

/* Who stands between the device and us and hands in a key of their own shows another code. */
static void
test_swapped_key_has_another_code(void)
{
  g_autoptr(ServiceFixture) fixture = service_fixture_new();
  g_auto(Kiosk) kiosk = kiosk_new(fixture);
  g_auto(Kiosk) thief = kiosk_new(fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(DeviceEnrolment) stolen = enrol_from(&thief, "10.0.0.1", &error);
  g_assert_no_error(error);
  g_autofree char *shown = device_proof_code(kiosk.public_key, services_installation(fixture->services));
  g_assert_null(device_admin_approve(fixture->services, fixture->admin, shown, "ward", NULL,
                                     &DEVICE_SETTINGS_NONE, 0, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_autofree char *nonce = device_enrolment_challenge(fixture->services);
  g_autofree char *signature = sign(&thief, DEVICE_PROOF_ENROL, kiosk.public_key, nonce);
  const DeviceRequest request = {kiosk.public_key, nonce, signature, NULL, NULL, NULL, "10.0.0.1"};
  g_assert_null(device_enrolment_take(fixture->services, &request, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REFUSED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/devices/nonces-age", test_nonces_age);
  g_test_add_func("/devices/replay-after-restart", test_replay_after_restart);
  g_test_add_func("/devices/a-sign-in-is-short", test_a_sign_in_is_short);
  g_test_add_func("/devices/requests-age", test_requests_age);
  g_test_add_func("/devices/flood-is-bounded", test_flood_is_bounded);
  g_test_add_func("/devices/one-address-is-bounded", test_one_address_is_bounded);
  g_test_add_func("/devices/rights-of-others-are-not-given", test_rights_of_others_are_not_given);
  g_test_add_func("/devices/swapped-key-has-another-code", test_swapped_key_has_another_code);
  return g_test_run();
}
