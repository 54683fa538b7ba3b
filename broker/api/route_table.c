/* SPDX-License-Identifier: Apache-2.0 */
/* Every way into the broker. docs/openapi.yaml describes the same rows; a test compares the two. */
#include "broker/api/account_handlers.h"
#include "broker/api/admin_handlers.h"
#include "broker/api/audit_handlers.h"
#include "broker/api/certificate_handlers.h"
#include "broker/api/desktop_handlers.h"
#include "broker/api/device_handlers.h"
#include "broker/api/factor_handlers.h"
#include "broker/api/handlers.h"
#include "broker/api/host_handlers.h"
#include "broker/api/machine_handlers.h"
#include "broker/api/role_handlers.h"

#define NO_BODY   0
#define SMALL     4096
#define BODY      65536
#define JOIN_BODY 131072

#define V1 "/api/v1"

/* What a row's permission is asked on: every object of a kind, those that the caller may see, or the one that
 * the first parameter of the path names. A row without it asks for the whole installation. */
#define ALL(kind)        OBJECT_##kind, REACH_ALL
#define SOME(kind)       OBJECT_##kind, REACH_SOME
#define ONE(kind)        OBJECT_##kind, REACH_ONE
#define ROUTE_BEFORE_ALL (ROUTE_BEFORE_SECOND_FACTOR | ROUTE_BEFORE_PASSWORD_CHANGE)

static const Route ROUTES[] = {
    {"POST", V1 "/login", PERMISSION_PUBLIC, handle_login, SMALL, ROUTE_SLOW},
    {"GET", V1 "/sign-in-methods", PERMISSION_PUBLIC, handle_sign_in_methods, NO_BODY, ROUTE_PLAIN},
    {"GET", V1 "/oidc/{authenticator}/begin", PERMISSION_PUBLIC, handle_oidc_begin, NO_BODY, ROUTE_OUTSIDE},
    {"GET", V1 "/oidc/{authenticator}/callback", PERMISSION_PUBLIC, handle_oidc_callback, NO_BODY,
     ROUTE_OUTSIDE},
    {"POST", V1 "/oidc/redeem", PERMISSION_PUBLIC, handle_oidc_redeem, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/logout", PERMISSION_ACCOUNT, handle_logout, SMALL, ROUTE_BEFORE_ALL},
    {"GET", V1 "/me", PERMISSION_OWN, handle_me, NO_BODY, ROUTE_BEFORE_ALL},
    {"POST", V1 "/me/password", PERMISSION_ACCOUNT, handle_change_password, SMALL,
     ROUTE_SLOW | ROUTE_BEFORE_PASSWORD_CHANGE},
    {"GET", V1 "/me/sign-ins", PERMISSION_ACCOUNT, handle_sign_ins, NO_BODY, ROUTE_PLAIN},
    {"DELETE", V1 "/me/sign-ins", PERMISSION_ACCOUNT, handle_end_other_sign_ins, NO_BODY, ROUTE_PLAIN},
    {"DELETE", V1 "/me/sign-ins/{signin}", PERMISSION_ACCOUNT, handle_end_sign_in, NO_BODY, ROUTE_PLAIN},
    {"GET", V1 "/me/permissions", PERMISSION_OWN, handle_my_permissions, NO_BODY, ROUTE_PLAIN},
    {"GET", V1 "/me/second-factor", PERMISSION_ACCOUNT, handle_second_factor, NO_BODY, ROUTE_BEFORE_ALL},
    {"POST", V1 "/me/second-factor", PERMISSION_ACCOUNT, handle_begin_second_factor, SMALL,
     ROUTE_SLOW | ROUTE_BEFORE_ALL},
    {"POST", V1 "/me/second-factor/confirm", PERMISSION_ACCOUNT, handle_confirm_second_factor, SMALL,
     ROUTE_BEFORE_ALL},
    {"POST", V1 "/me/second-factor/verify", PERMISSION_ACCOUNT, handle_verify_second_factor, SMALL,
     ROUTE_BEFORE_ALL},
    {"POST", V1 "/me/second-factor/recovery-codes", PERMISSION_ACCOUNT, handle_renew_recovery_codes, SMALL,
     ROUTE_PLAIN},
    {"POST", V1 "/me/second-factor/off", PERMISSION_ACCOUNT, handle_turn_off_second_factor, SMALL,
     ROUTE_SLOW},

    {"GET", V1 "/me/tokens", PERMISSION_ACCOUNT, handle_tokens, NO_BODY, ROUTE_PLAIN},
    {"POST", V1 "/me/tokens", PERMISSION_ACCOUNT, handle_create_token, SMALL, ROUTE_PLAIN},
    {"DELETE", V1 "/me/tokens/{token}", PERMISSION_ACCOUNT, handle_revoke_token, NO_BODY, ROUTE_PLAIN},

    {"GET", V1 "/desktops", PERMISSION_OWN, handle_offers, NO_BODY, ROUTE_REMEMBERED},
    {"POST", V1 "/pools/{pool}/connect", PERMISSION_OWN, handle_connect, SMALL, ROUTE_PLAIN},
    {"GET", V1 "/sessions", PERMISSION_OWN, handle_sessions, NO_BODY, ROUTE_PLAIN},
    {"GET", V1 "/sessions/{session}", PERMISSION_OWN, handle_session, NO_BODY, ROUTE_PLAIN},
    {"GET", V1 "/sessions/{session}/events", PERMISSION_OWN, handle_session_events, NO_BODY, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/grants", PERMISSION_CONSOLE, handle_grant, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/console.vv", PERMISSION_CONSOLE, handle_viewer_file, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/disconnect", PERMISSION_OWN, handle_disconnect, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/restart", PERMISSION_OWN, handle_restart, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/reset", PERMISSION_OWN, handle_reset, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/logoff", PERMISSION_OWN, handle_log_off, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/lock", PERMISSION_OWN, handle_lock, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/sessions/{session}/message", PERMISSION_SESSION_MANAGE, handle_message, SMALL, ROUTE_PLAIN,
     ONE(SESSION)},

    {"GET", V1 "/users", PERMISSION_USER_READ, handle_users, NO_BODY, ROUTE_PLAIN, SOME(USER)},
    {"POST", V1 "/users", PERMISSION_USER_MANAGE, handle_create_user, SMALL, ROUTE_SLOW | ROUTE_CREATES,
     ALL(USER)},
    {"GET", V1 "/users/{user}", PERMISSION_USER_READ, handle_user, NO_BODY, ROUTE_PLAIN, ONE(USER)},
    {"PATCH", V1 "/users/{user}", PERMISSION_USER_MANAGE, handle_change_user, SMALL, ROUTE_PLAIN, ONE(USER)},
    {"DELETE", V1 "/users/{user}", PERMISSION_USER_MANAGE, handle_delete_user, NO_BODY, ROUTE_PLAIN,
     ONE(USER)},
    {"POST", V1 "/users/{user}/password", PERMISSION_USER_RESET_PASSWORD, handle_set_password, SMALL,
     ROUTE_SLOW, ONE(USER)},
    {"GET", V1 "/users/{user}/sign-ins", PERMISSION_USER_RESET_PASSWORD, handle_user_sign_ins, NO_BODY,
     ROUTE_PLAIN, ONE(USER)},
    {"DELETE", V1 "/users/{user}/sign-ins", PERMISSION_USER_RESET_PASSWORD, handle_end_user_sign_ins, NO_BODY,
     ROUTE_PLAIN, ONE(USER)},
    {"GET", V1 "/users/{user}/tokens", PERMISSION_USER_RESET_PASSWORD, handle_user_tokens, NO_BODY,
     ROUTE_PLAIN, ONE(USER)},
    {"DELETE", V1 "/users/{user}/tokens", PERMISSION_USER_RESET_PASSWORD, handle_revoke_user_tokens, NO_BODY,
     ROUTE_PLAIN, ONE(USER)},
    {"DELETE", V1 "/users/{user}/second-factor", PERMISSION_USER_RESET_PASSWORD, handle_reset_second_factor,
     NO_BODY, ROUTE_PLAIN, ONE(USER)},

    {"GET", V1 "/groups", PERMISSION_GROUP_READ, handle_groups, NO_BODY, ROUTE_PLAIN, SOME(GROUP)},
    {"POST", V1 "/groups", PERMISSION_GROUP_MANAGE, handle_create_group, SMALL, ROUTE_CREATES, ALL(GROUP)},
    {"GET", V1 "/groups/{group}", PERMISSION_GROUP_READ, handle_group, NO_BODY, ROUTE_PLAIN, ONE(GROUP)},
    {"PATCH", V1 "/groups/{group}", PERMISSION_GROUP_MANAGE, handle_change_group, SMALL, ROUTE_PLAIN,
     ONE(GROUP)},
    {"DELETE", V1 "/groups/{group}", PERMISSION_GROUP_MANAGE, handle_delete_group, NO_BODY, ROUTE_PLAIN,
     ONE(GROUP)},
    {"PUT", V1 "/groups/{group}/members/{user}", PERMISSION_GROUP_MANAGE, handle_add_member, SMALL,
     ROUTE_PLAIN, ONE(GROUP)},
    {"DELETE", V1 "/groups/{group}/members/{user}", PERMISSION_GROUP_MANAGE, handle_remove_member, NO_BODY,
     ROUTE_PLAIN, ONE(GROUP)},

    {"GET", V1 "/roles", PERMISSION_ROLE_READ, handle_roles, NO_BODY, ROUTE_PLAIN, SOME(ROOT)},
    {"POST", V1 "/roles", PERMISSION_ROLE_MANAGE, handle_create_role, SMALL, ROUTE_CREATES, ALL(ROOT)},
    {"GET", V1 "/roles/{role}", PERMISSION_ROLE_READ, handle_role, NO_BODY, ROUTE_PLAIN, SOME(ROOT)},
    {"PATCH", V1 "/roles/{role}", PERMISSION_ROLE_MANAGE, handle_change_role, SMALL, ROUTE_PLAIN, ALL(ROOT)},
    {"DELETE", V1 "/roles/{role}", PERMISSION_ROLE_MANAGE, handle_delete_role, NO_BODY, ROUTE_PLAIN,
     ALL(ROOT)},
    {"GET", V1 "/role-bindings", PERMISSION_ROLE_READ, handle_bindings, NO_BODY, ROUTE_PLAIN, SOME(ROOT)},
    {"POST", V1 "/role-bindings", PERMISSION_ROLE_MANAGE, handle_create_binding, SMALL, ROUTE_CREATES,
     SOME(ROOT)},
    {"DELETE", V1 "/role-bindings/{binding}", PERMISSION_ROLE_MANAGE, handle_delete_binding, NO_BODY,
     ROUTE_PLAIN, SOME(ROOT)},

    {"GET", V1 "/pools", PERMISSION_POOL_READ, handle_pools, NO_BODY, ROUTE_PLAIN, SOME(POOL)},
    {"POST", V1 "/pools", PERMISSION_POOL_MANAGE, handle_create_pool, BODY, ROUTE_CREATES, ALL(POOL)},
    {"GET", V1 "/pools/{pool}", PERMISSION_POOL_READ, handle_pool, NO_BODY, ROUTE_PLAIN, ONE(POOL)},
    {"PATCH", V1 "/pools/{pool}", PERMISSION_POOL_MANAGE, handle_change_pool, BODY, ROUTE_PLAIN, ONE(POOL)},
    {"DELETE", V1 "/pools/{pool}", PERMISSION_POOL_MANAGE, handle_delete_pool, NO_BODY, ROUTE_PLAIN,
     ONE(POOL)},
    {"GET", V1 "/pools/{pool}/schedule", PERMISSION_POOL_READ, handle_pool_schedule, NO_BODY, ROUTE_PLAIN,
     ONE(POOL)},
    {"GET", V1 "/pools/{pool}/explain", PERMISSION_POOL_READ, handle_explain_pool, NO_BODY, ROUTE_PLAIN,
     ONE(POOL)},
    {"GET", V1 "/pools/{pool}/entitlements", PERMISSION_POOL_READ, handle_entitlements, NO_BODY, ROUTE_PLAIN,
     ONE(POOL)},
    {"PUT", V1 "/pools/{pool}/entitlements/{kind}/{subject}", PERMISSION_POOL_ENTITLE, handle_entitle, SMALL,
     ROUTE_PLAIN, ONE(POOL)},
    {"DELETE", V1 "/pools/{pool}/entitlements/{kind}/{subject}", PERMISSION_POOL_ENTITLE, handle_withdraw,
     NO_BODY, ROUTE_PLAIN, ONE(POOL)},

    {"GET", V1 "/images", PERMISSION_IMAGE_READ, handle_images, NO_BODY, ROUTE_PLAIN, ALL(IMAGE)},
    {"POST", V1 "/images", PERMISSION_IMAGE_MANAGE, handle_register_image, SMALL, ROUTE_CREATES, ALL(IMAGE)},
    {"DELETE", V1 "/images/{image}", PERMISSION_IMAGE_MANAGE, handle_remove_image, NO_BODY, ROUTE_PLAIN,
     ONE(IMAGE)},

    {"GET", V1 "/brokers", PERMISSION_BROKER_READ, handle_brokers, NO_BODY, ROUTE_PLAIN, ALL(ROOT)},
    {"GET", V1 "/hosts", PERMISSION_HOST_READ, handle_hosts, NO_BODY, ROUTE_PLAIN, SOME(HOST)},
    {"POST", V1 "/hosts/join-tokens", PERMISSION_HOST_MANAGE, handle_create_join_token, SMALL, ROUTE_CREATES,
     ALL(HOST)},
    {"GET", V1 "/hosts/{host}", PERMISSION_HOST_READ, handle_host, NO_BODY, ROUTE_PLAIN, ONE(HOST)},
    {"DELETE", V1 "/hosts/{host}", PERMISSION_HOST_MANAGE, handle_remove_host, NO_BODY, ROUTE_PLAIN,
     ONE(HOST)},
    {"POST", V1 "/hosts/{host}/drain", PERMISSION_HOST_MANAGE, handle_drain_host, SMALL, ROUTE_PLAIN,
     ONE(HOST)},
    {"POST", V1 "/hosts/{host}/maintenance", PERMISSION_HOST_MANAGE, handle_maintain_host, SMALL, ROUTE_PLAIN,
     ONE(HOST)},
    {"POST", V1 "/hosts/{host}/activate", PERMISSION_HOST_MANAGE, handle_activate_host, SMALL, ROUTE_PLAIN,
     ONE(HOST)},

    {"GET", V1 "/admin/desktops", PERMISSION_DESKTOP_READ, handle_desktops, NO_BODY, ROUTE_PLAIN,
     SOME(DESKTOP)},
    {"GET", V1 "/admin/desktops/{desktop}", PERMISSION_DESKTOP_READ, handle_desktop, NO_BODY, ROUTE_PLAIN,
     ONE(DESKTOP)},
    {"DELETE", V1 "/admin/desktops/{desktop}", PERMISSION_DESKTOP_MANAGE, handle_remove_desktop, NO_BODY,
     ROUTE_PLAIN, ONE(DESKTOP)},
    {"PUT", V1 "/admin/desktops/{desktop}/owner", PERMISSION_DESKTOP_ASSIGN, handle_assign_desktop, SMALL,
     ROUTE_PLAIN, ONE(DESKTOP)},
    {"DELETE", V1 "/admin/desktops/{desktop}/owner", PERMISSION_DESKTOP_ASSIGN, handle_unassign_desktop,
     NO_BODY, ROUTE_PLAIN, ONE(DESKTOP)},
    {"POST", V1 "/admin/desktops/{desktop}/start", PERMISSION_DESKTOP_POWER, handle_start_desktop, SMALL,
     ROUTE_PLAIN, ONE(DESKTOP)},
    {"POST", V1 "/admin/desktops/{desktop}/shutdown", PERMISSION_DESKTOP_POWER, handle_shut_down_desktop,
     SMALL, ROUTE_PLAIN, ONE(DESKTOP)},
    {"POST", V1 "/admin/desktops/{desktop}/restart", PERMISSION_DESKTOP_POWER, handle_restart_desktop, SMALL,
     ROUTE_PLAIN, ONE(DESKTOP)},
    {"POST", V1 "/admin/desktops/{desktop}/reset", PERMISSION_DESKTOP_POWER, handle_reset_desktop, SMALL,
     ROUTE_PLAIN, ONE(DESKTOP)},
    {"POST", V1 "/pools/{pool}/desktops", PERMISSION_DESKTOP_MANAGE, handle_adopt_desktop, SMALL, ROUTE_PLAIN,
     ONE(POOL)},
    {"GET", V1 "/admin/desktops/{desktop}/boot-log", PERMISSION_DESKTOP_POWER, handle_boot_log, NO_BODY,
     ROUTE_SLOW, ONE(DESKTOP)},

    {"GET", V1 "/certificates", PERMISSION_BROKER_READ, handle_certificates, NO_BODY, ROUTE_PLAIN, ALL(ROOT)},
    {"GET", V1 "/certificates/{serial}", PERMISSION_BROKER_READ, handle_certificate, NO_BODY, ROUTE_PLAIN,
     ALL(ROOT)},
    {"POST", V1 "/certificates/{serial}/revoke", PERMISSION_HOST_MANAGE, handle_revoke_certificate, SMALL,
     ROUTE_PLAIN, ALL(ROOT)},
    {"GET", V1 "/grant-keys", PERMISSION_BROKER_READ, handle_list_grant_keys, NO_BODY, ROUTE_PLAIN,
     ALL(ROOT)},
    {"POST", V1 "/grant-keys/rotate", PERMISSION_HOST_MANAGE, handle_rotate_grant_keys, SMALL, ROUTE_PLAIN,
     ALL(ROOT)},
    {"POST", V1 "/grant-keys/{key}/revoke", PERMISSION_HOST_MANAGE, handle_revoke_grant_key, SMALL,
     ROUTE_PLAIN, ALL(ROOT)},
    {"GET", V1 "/authenticators", PERMISSION_USER_MANAGE, handle_authenticators, NO_BODY, ROUTE_PLAIN,
     ALL(ROOT)},
    {"POST", V1 "/authenticators/{authenticator}/test", PERMISSION_USER_MANAGE, handle_test_authenticator,
     SMALL, ROUTE_PLAIN, ALL(ROOT)},

    {"POST", V1 "/devices/challenge", PERMISSION_PUBLIC, handle_device_challenge, SMALL, ROUTE_PLAIN},
    {"POST", V1 "/devices/enrol", PERMISSION_PUBLIC, handle_enrol_device, SMALL, ROUTE_SLOW},
    {"GET", V1 "/devices/enrolment/{device}", PERMISSION_PUBLIC, handle_device_enrolment, NO_BODY,
     ROUTE_PLAIN},
    {"POST", V1 "/devices/sign-in", PERMISSION_PUBLIC, handle_device_sign_in, SMALL, ROUTE_PLAIN},
    {"GET", V1 "/me/device", PERMISSION_OWN, handle_own_device, NO_BODY, ROUTE_PLAIN},
    {"GET", V1 "/devices", PERMISSION_DEVICE_READ, handle_devices, NO_BODY, ROUTE_PLAIN, ALL(ROOT)},
    {"GET", V1 "/devices/{device}", PERMISSION_DEVICE_READ, handle_device, NO_BODY, ROUTE_PLAIN, ALL(ROOT)},
    {"PATCH", V1 "/devices/{device}", PERMISSION_DEVICE_MANAGE, handle_change_device, SMALL, ROUTE_PLAIN,
     ALL(ROOT)},
    {"DELETE", V1 "/devices/{device}", PERMISSION_DEVICE_MANAGE, handle_delete_device, NO_BODY, ROUTE_PLAIN,
     ALL(ROOT)},
    {"POST", V1 "/devices/{device}/approve", PERMISSION_DEVICE_MANAGE, handle_approve_device, SMALL,
     ROUTE_SLOW, ALL(ROOT)},
    {"POST", V1 "/devices/{device}/reject", PERMISSION_DEVICE_MANAGE, handle_reject_device, SMALL,
     ROUTE_PLAIN, ALL(ROOT)},
    {"POST", V1 "/devices/{device}/revoke", PERMISSION_DEVICE_MANAGE, handle_revoke_device, SMALL,
     ROUTE_PLAIN, ALL(ROOT)},

    {"GET", V1 "/audit", PERMISSION_AUDIT_READ, handle_audit, NO_BODY, ROUTE_PLAIN, ALL(ROOT)},
    {"GET", V1 "/audit/verify", PERMISSION_AUDIT_READ, handle_audit_verify, NO_BODY, ROUTE_SLOW, ALL(ROOT)},
    {"GET", V1 "/audit/export", PERMISSION_AUDIT_READ, handle_audit_export, NO_BODY, ROUTE_SLOW, ALL(ROOT)},

    {"GET", "/healthz", PERMISSION_PUBLIC, handle_health, NO_BODY, ROUTE_PLAIN},
    {"GET", "/readyz", PERMISSION_PUBLIC, handle_readiness, NO_BODY, ROUTE_PLAIN},
    {"GET", "/metrics", PERMISSION_PUBLIC, handle_metrics, NO_BODY, ROUTE_PLAIN},
    {"POST", "/internal/join", PERMISSION_PUBLIC, handle_join, JOIN_BODY, ROUTE_PLAIN},
    {"POST", "/internal/redeem", PERMISSION_GATEWAY, handle_redeem, SMALL, ROUTE_PLAIN},
    {"GET", "/internal/grant-keys", PERMISSION_GATEWAY, handle_grant_keys, NO_BODY, ROUTE_PLAIN},
    {"POST", "/internal/renew", PERMISSION_MACHINE, handle_renew, BODY, ROUTE_PLAIN},
    {"GET", "/internal/trust", PERMISSION_MACHINE, handle_trust, NO_BODY, ROUTE_PLAIN},
    {"GET", "/internal/desktops/{desktop}/boot-log", PERMISSION_BROKER, handle_internal_boot_log, NO_BODY,
     ROUTE_SLOW},
    {"GET", "/internal/hostlink", PERMISSION_HOST, NULL, NO_BODY, ROUTE_WEBSOCKET},
    {NULL},
};

const Route *
route_table(void)
{
  return ROUTES;
}
