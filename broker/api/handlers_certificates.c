/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates as administrators see them, and what machines trust. */
#include "broker/api/certificate_handlers.h"
#include "broker/api/views.h"
#include "broker/service/trust/certificate_registry.h"
#include "common/base/error.h"
#include "common/base/json.h"

#include <string.h>

#define PEM_MAX_BYTES 16384

static void
view_certificate(JsonBuilder *builder, gconstpointer value)
{
  const CertificateRow *row = value;
  g_auto(GStrv) addresses = g_strsplit(row->addresses, ",", -1);
  json_builder_begin_object(builder);
  view_text(builder, "serial", row->serial);
  view_text(builder, "role", row->role);
  view_text(builder, "name", row->name);
  view_texts(builder, "addresses", (const char *const *)addresses);
  view_text(builder, "authority", row->authority);
  view_time(builder, "not_before", row->not_before_us);
  view_time(builder, "not_after", row->not_after_us);
  view_time(builder, "issued", row->issued_us);
  view_text(builder, "issued_by", *row->issued_by != '\0' ? row->issued_by : NULL);
  view_time(builder, "revoked", row->revoked_us);
  view_text(builder, "revoked_by", row->revoked_us != 0 ? row->revoked_by : NULL);
  view_text(builder, "reason", row->revoked_us != 0 ? row->reason : NULL);
  view_text(builder, "replaced_by", row->replaced_by);
  json_builder_end_object(builder);
}

static gboolean
read_filter(const Request *request, CertificateFilter *ret_filter, GError **error)
{
  IdentityRole role;
  ret_filter->role = request_query(request, "role");
  ret_filter->name = request_query(request, "name");
  if (ret_filter->role != NULL && !identity_role_from_name(ret_filter->role, &role)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "“role” is broker, host, relay or portal.");
    return FALSE;
  }
  if (ret_filter->name != NULL && !identity_name_is_valid(ret_filter->name)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“name” is not the name of a machine.");
    return FALSE;
  }
  return request_query_truth(request, "revoked", &ret_filter->is_revoked, error);
}

gboolean
handle_certificates(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", "role", "name", "revoked", NULL};
  CertificateFilter filter = {NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error) ||
      !read_filter(request, &filter, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) rows = certificate_registry_list(context->services, &filter, &page, &next, error);
  if (rows == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(rows, view_certificate, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

static void
answer_certificate(Answer *answer, const CertificateRow *row)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_certificate(builder, row);
  answer_set_json(answer, 200, builder);
}

gboolean
handle_certificate(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(CertificateRow) row =
      certificate_registry_get(context->services, request_parameter(request, 0), error);
  if (row == NULL)
    return FALSE;
  answer_certificate(answer, row);
  return TRUE;
}

gboolean
handle_revoke_certificate(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"reason", "all", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *reason = NULL;
  gboolean all = FALSE;
  if (body == NULL || !json_get_optional_string(body, "reason", CERTIFICATE_REASON_MAX, &reason, error) ||
      !json_get_optional_bool(body, "all", FALSE, &all, error))
    return FALSE;
  g_autoptr(CertificateRow) row = certificate_registry_revoke(
      context->services, request->caller, request_parameter(request, 0), reason, all, error);
  if (row == NULL)
    return FALSE;
  answer_certificate(answer, row);
  return TRUE;
}

/* PEM has line breaks, which json_get_string() refuses; what is in it is the authority's to judge. */
static const char *
get_request_pem(JsonObject *body, GError **error)
{
  JsonNode *node = json_object_get_member(body, "csr");
  const char *pem = node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
  if (pem != NULL && strlen(pem) <= PEM_MAX_BYTES)
    return pem;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                      "“csr” must be a certificate request in PEM.");
  return NULL;
}

/* For who the machine is by the certificate that it shows, and for nothing else: its addresses stay, too. */
static char *
sign_again(const ApiContext *context, const Request *request, const char *request_pem, GError **error)
{
  g_autoptr(CertificateRow) older = certificate_registry_get(context->services, request->peer->serial, error);
  if (older == NULL)
    return NULL;
  g_auto(GStrv) addresses = g_strsplit(older->addresses, ",", -1);
  gboolean has_none = *older->addresses == '\0';
  g_autofree char *pem = authority_sign(context->authority, request_pem, request->peer,
                                        has_none ? NULL : (const char *const *)addresses, error);
  g_autoptr(CertificateRow) row = pem != NULL ? certificate_facts_of_pem(pem, error) : NULL;
  g_autofree char *actor = identity_text(request->peer);
  g_autoptr(Caller) machine = caller_new("", actor, FALSE, request->address, NULL);
  if (row == NULL || !certificate_registry_renew(context->services, machine, older->serial, row, error))
    return NULL;
  return g_steal_pointer(&pem);
}

gboolean
handle_renew(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"csr", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *request_pem = body != NULL ? get_request_pem(body, error) : NULL;
  g_autofree char *pem = request_pem != NULL ? sign_again(context, request, request_pem, error) : NULL;
  if (pem == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "certificate", pem);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

static char *
revocation_list(const ApiContext *context, GError **error)
{
  g_auto(RevocationFacts) facts = {0};
  certificate_registry_revocations(context->services, &facts);
  return authority_revocation_list(context->authority, facts.number, facts.revoked, error);
}

gboolean
handle_trust(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autofree char *revocations = revocation_list(context, error);
  if (revocations == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "ca", authority_ca_pem(context->authority));
  view_text(builder, "revocations", revocations);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}
