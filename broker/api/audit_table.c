/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/audit_table.h"

#include "broker/api/problem.h"
#include "broker/service/audit_log.h"
#include "common/base/error.h"

#include <string.h>

#define NAME_MAX_BYTES 64
#define V1             "/api/v1"

static const AuditRow ROWS[] = {
    {"POST", V1 "/login", "sign-in", TRUE},
    {"POST", V1 "/oidc/redeem", "sign-in", TRUE},
    {"POST", V1 "/logout", "sign-out"},
    {"POST", V1 "/me/password", "password.change", TRUE},
    {"POST", V1 "/me/second-factor", "second-factor.begin", TRUE},
    {"POST", V1 "/me/second-factor/confirm", "second-factor.enrol", TRUE},
    {"POST", V1 "/me/second-factor/verify", "sign-in sign-in.pending", TRUE},
    {"POST", V1 "/me/second-factor/recovery-codes", "second-factor.recovery-codes", TRUE},
    {"POST", V1 "/me/second-factor/off", "second-factor.off", TRUE},
    {"DELETE", V1 "/users/{user}/second-factor", "second-factor.reset"},
    {"POST", V1 "/me/tokens", "token.create"},
    {"DELETE", V1 "/me/tokens/{token}", "token.revoke"},
    {"DELETE", V1 "/users/{user}/tokens", "token.revoke"},
    {"DELETE", V1 "/me/sign-ins", "sign-in.end"},
    {"DELETE", V1 "/me/sign-ins/{signin}", "sign-in.end"},
    {"DELETE", V1 "/users/{user}/sign-ins", "sign-in.end"},

    {"POST", V1 "/pools/{pool}/connect", "session.connect session.assign session.resume session.take-over",
     TRUE},
    {"POST", V1 "/sessions/{session}/grants", "console.grant", TRUE},
    {"POST", V1 "/sessions/{session}/console.vv", "console.grant", TRUE},
    {"POST", V1 "/sessions/{session}/disconnect", "session.disconnect"},
    {"POST", V1 "/sessions/{session}/restart", "session.restart"},
    {"POST", V1 "/sessions/{session}/reset", "session.reset"},
    {"POST", V1 "/sessions/{session}/logoff", "session.logoff"},
    {"POST", V1 "/sessions/{session}/lock", "session.lock"},
    {"POST", V1 "/sessions/{session}/message", "session.message"},

    {"POST", V1 "/users", "user.create"},
    {"PATCH", V1 "/users/{user}", "user.change"},
    {"DELETE", V1 "/users/{user}", "user.delete"},
    {"POST", V1 "/users/{user}/password", "password.set"},
    {"POST", V1 "/groups", "group.create"},
    {"PATCH", V1 "/groups/{group}", "group.change"},
    {"DELETE", V1 "/groups/{group}", "group.delete"},
    {"PUT", V1 "/groups/{group}/members/{user}", "group.add-member"},
    {"DELETE", V1 "/groups/{group}/members/{user}", "group.remove-member"},

    {"POST", V1 "/roles", "role.create"},
    {"PATCH", V1 "/roles/{role}", "role.change"},
    {"DELETE", V1 "/roles/{role}", "role.delete"},
    {"POST", V1 "/role-bindings", "role.grant"},
    {"DELETE", V1 "/role-bindings/{binding}", "role.revoke"},

    {"POST", V1 "/pools", "pool.create"},
    {"PATCH", V1 "/pools/{pool}", "pool.change"},
    {"DELETE", V1 "/pools/{pool}", "pool.delete"},
    {"PUT", V1 "/pools/{pool}/entitlements/{kind}/{subject}", "pool.entitle"},
    {"DELETE", V1 "/pools/{pool}/entitlements/{kind}/{subject}", "pool.withdraw"},
    {"POST", V1 "/images", "image.register"},
    {"DELETE", V1 "/images/{image}", "image.remove"},

    {"POST", V1 "/certificates/{serial}/revoke", "certificate.revoke"},
    {"POST", V1 "/grant-keys/rotate", "grant-key.rotate"},
    {"POST", V1 "/grant-keys/{key}/revoke", "grant-key.revoke"},
    {"POST", V1 "/authenticators/{authenticator}/test", "authenticator.test"},
    {"POST", V1 "/hosts/join-tokens", "join-token.create"},
    {"DELETE", V1 "/hosts/{host}", "host.remove desktop.lost"},
    {"POST", V1 "/hosts/{host}/drain", "host.drain"},
    {"POST", V1 "/hosts/{host}/maintenance", "host.maintenance"},
    {"POST", V1 "/hosts/{host}/activate", "host.activate"},

    {"DELETE", V1 "/admin/desktops/{desktop}", "desktop.destroy desktop.release"},
    {"PUT", V1 "/admin/desktops/{desktop}/owner", "desktop.assign"},
    {"DELETE", V1 "/admin/desktops/{desktop}/owner", "desktop.unassign"},
    {"POST", V1 "/admin/desktops/{desktop}/start", "desktop.start"},
    {"POST", V1 "/admin/desktops/{desktop}/shutdown", "desktop.shutdown"},
    {"POST", V1 "/admin/desktops/{desktop}/restart", "desktop.restart"},
    {"POST", V1 "/admin/desktops/{desktop}/reset", "desktop.reset"},
    {"POST", V1 "/pools/{pool}/desktops", "desktop.adopt"},

    {"POST", V1 "/devices/challenge", "device.sign-in", TRUE}, /* a part of it, which changes nothing */
    {"POST", V1 "/devices/sign-in", "device.sign-in", TRUE},
    {"POST", V1 "/devices/enrol", "device.enrol", TRUE},
    {"POST", V1 "/devices/{device}/approve", "device.approve"},
    {"POST", V1 "/devices/{device}/reject", "device.reject"},
    {"POST", V1 "/devices/{device}/revoke", "device.revoke"},
    {"PATCH", V1 "/devices/{device}", "device.change"},
    {"DELETE", V1 "/devices/{device}", "device.delete"},

    {"POST", "/internal/join", "join", TRUE},
    {"POST", "/internal/renew", "certificate.issue", TRUE},
    {"POST", "/internal/redeem", "console.redeem", TRUE},
    {NULL},
};

const AuditRow *
audit_table(void)
{
  return ROWS;
}

static const AuditRow *
find(const Route *route)
{
  for (const AuditRow *row = ROWS; row->method != NULL; row++)
    if (g_str_equal(row->method, route->method) && g_str_equal(row->pattern, route->pattern))
      return row;
  return NULL;
}

/* What does not fit, or is asked for in a wrong form, is no event of security. */
static gboolean
is_of_security(const GError *refusal)
{
  guint status = problem_status(refusal);
  return status == 401 || status == 403 || status == 404 || status == 409;
}

static gboolean
is_plain(const char *name)
{
  gsize length = strlen(name);
  return length > 0 && length <= NAME_MAX_BYTES &&
         strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == length;
}

/* "sessions/ID"; whoever asks may have written anything there. */
static char *
object_of(const Request *request)
{
  const char *pattern = request->route->pattern;
  const char *path = g_str_has_prefix(pattern, V1 "/") ? pattern + strlen(V1 "/") : pattern + 1;
  g_autofree char *kind = g_strndup(path, strcspn(path, "/"));
  const char *name = request->parameters != NULL ? request->parameters[0] : NULL;
  if (name == NULL)
    return g_strdup(path);
  return g_strconcat(kind, "/", is_plain(name) ? name : "(not a name)", NULL);
}

void
audit_table_refused(const ApiContext *context, const Request *request, const GError *refusal)
{
  const AuditRow *row = find(request->route);
  if (row == NULL || row->is_told || !is_of_security(refusal))
    return;
  g_autofree char *action = g_strndup(row->actions, strcspn(row->actions, " "));
  g_autofree char *object = object_of(request);
  audit_log_refusal(context->services, request->caller, action, object, request->address, refusal);
}

void
audit_table_machine_refused(const ApiContext *context, const Request *request, const GError *refusal)
{
  g_autofree char *peer = request->peer != NULL ? identity_text(request->peer) : g_strdup("nobody");
  g_autofree char *action = g_strconcat(request->route->method, " ", request->route->pattern, NULL);
  audit_log_refusal_of(context->services, peer, "machine", action, request->address, refusal);
}
