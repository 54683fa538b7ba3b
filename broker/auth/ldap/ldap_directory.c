/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_directory.h"

#include "broker/auth/ldap/ldap_groups.h"
#include "broker/auth/ldap/ldap_text.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"
#include "common/base/text.h"

#define MEMBER_OF    "memberOf"
#define ATTRIBUTES   16
#define RANDOM_BYTES 12

#define NO_ATTRIBUTES "1.1" /* RFC 4511 section 4.5.1.8 */

/* Active Directory follows groups into groups by itself ([MS-ADTS] section 3.1.1.3.4.4.3). */
#define IN_CHAIN ":1.2.840.113556.1.4.1941:="

void
ldap_directory_note(LdapVisit *visit, const char *name, gboolean ok, const char *format, ...)
{
  if (visit->steps == NULL)
    return;
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_ptr_array_add(visit->steps, rule_new(name, ok, text_escape(text)));
}

static gboolean
note_failure(LdapVisit *visit, const char *name, GError *problem, GError **error)
{
  ldap_directory_note(visit, name, FALSE, "%s", problem->message);
  g_propagate_error(error, problem);
  return FALSE;
}

gboolean
ldap_directory_enter(LdapVisit *visit, GError **error)
{
  const LdapSettings *settings = visit->settings;
  GError *problem = NULL;
  LdapBind bind;
  const char *who = settings->bind_dn != NULL ? settings->bind_dn : "nobody in particular";
  if (!ldap_connection_bind(visit->connection, settings->bind_dn, settings->bind_password, &bind, &problem))
    return note_failure(visit, "bind", problem, error);
  if (bind == LDAP_BIND_ACCEPTED)
    return TRUE;
  g_set_error(&problem, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_AWAY,
              "bind: the directory refuses %s; look at bind-dn and bind-password", who);
  return note_failure(visit, "bind", problem, error);
}

/* All that an identity is made of and that says that an account is closed. */
static void
person_attributes(const LdapSettings *settings, const char **ret_attributes)
{
  const char *const all[ATTRIBUTES] = {settings->name_attribute,
                                       settings->full_name_attribute,
                                       settings->id_attribute,
                                       MEMBER_OF,
                                       "userAccountControl",
                                       "accountExpires",
                                       "pwdLastSet",
                                       "pwdReset",
                                       "pwdAccountLockedTime",
                                       "shadowExpire",
                                       "nsAccountLock",
                                       NULL};
  for (guint i = 0; i < ATTRIBUTES; i++)
    ret_attributes[i] = all[i];
}

/* The one entry that @filter finds. */
static gboolean
find_one(LdapVisit *visit, const char *filter, LdapEntry **ret_entry, GError **error)
{
  const char *attributes[ATTRIBUTES];
  person_attributes(visit->settings, attributes);
  const LdapSearch search = {
      .base = visit->settings->base, .filter = filter, .attributes = attributes, .limit = 2};
  GError *problem = NULL;
  g_autoptr(GPtrArray) found = ldap_connection_search(visit->connection, &search, &problem);
  if (found == NULL)
    return note_failure(visit, "search", problem, error);
  if (found->len == 1) {
    *ret_entry = g_ptr_array_steal_index(found, 0);
    ldap_directory_note(visit, "search", TRUE, "%s finds %s.", filter, (*ret_entry)->dn);
    return TRUE;
  }
  ldap_directory_note(visit, "search", FALSE, "%s finds %s below %s.", filter,
                      found->len == 0 ? "nobody" : "more than one entry", visit->settings->base);
  if (found->len > 1)
    log_warning("Directory %s: a filter found more than one entry; nobody signs in by that.",
                visit->authenticator);
  *ret_entry = NULL;
  return TRUE;
}

gboolean
ldap_directory_find(LdapVisit *visit, const char *name, LdapEntry **ret_entry, GError **error)
{
  g_autofree char *filter = ldap_text_fill(visit->settings->filter, LDAP_TEXT_USER, name);
  return find_one(visit, filter, ret_entry, error);
}

gboolean
ldap_directory_find_id(LdapVisit *visit, const char *external_id, LdapEntry **ret_entry, GError **error)
{
  const LdapSettings *settings = visit->settings;
  g_autofree char *value = ldap_text_id_filter_value(external_id, settings->id_is_guid);
  if (value == NULL) { /* of before the id-attribute was another */
    *ret_entry = NULL;
    return TRUE;
  }
  g_autofree char *anybody = ldap_text_fill_any(settings->filter, LDAP_TEXT_USER);
  g_autofree char *filter = g_strdup_printf("(&(%s=%s)%s)", settings->id_attribute, value, anybody);
  return find_one(visit, filter, ret_entry, error);
}

gboolean
ldap_directory_prove(LdapVisit *visit, const LdapEntry *entry, const char *password, LdapBind *ret_bind,
                     GError **error)
{
  GError *problem = NULL;
  g_autofree char *nobody = NULL;
  char *made_up = NULL;
  if (entry == NULL) {
    g_autofree char *name = secret_random(RANDOM_BYTES);
    g_autofree char *value = ldap_text_dn_value(name);
    nobody = g_strdup_printf("cn=%s,%s", value, visit->settings->base);
    made_up = secret_random(RANDOM_BYTES);
  }
  gboolean asked = ldap_connection_bind(visit->connection, entry != NULL ? entry->dn : nobody,
                                        entry != NULL ? password : made_up, ret_bind, &problem);
  secret_free(made_up);
  if (!asked)
    return note_failure(visit, "password", problem, error);
  if (entry == NULL)
    *ret_bind = LDAP_BIND_REFUSED;
  else
    ldap_directory_note(visit, "password", *ret_bind == LDAP_BIND_ACCEPTED, "The directory %s the password.",
                        *ret_bind == LDAP_BIND_ACCEPTED  ? "accepts"
                        : *ret_bind == LDAP_BIND_REFUSED ? "refuses"
                                                         : "knows, but wants changed,");
  return TRUE;
}

static void
add_member_of(const LdapEntry *entry, GPtrArray *found)
{
  for (guint i = 0; i < ldap_entry_count(entry, MEMBER_OF); i++) {
    g_autofree char *dn = ldap_entry_text(entry, MEMBER_OF, i);
    if (dn != NULL)
      g_ptr_array_add(found, ldap_group_new(dn, NULL));
  }
}

/* Of the entries that a search for groups found. */
static void
add_entries(const LdapSettings *settings, const GPtrArray *entries, GPtrArray *found)
{
  for (guint i = 0; i < entries->len; i++) {
    const LdapEntry *entry = g_ptr_array_index(entries, i);
    g_autofree char *name = settings->group_name_attribute != NULL
                                ? ldap_entry_text(entry, settings->group_name_attribute, 0)
                                : NULL;
    g_ptr_array_add(found, ldap_group_new(entry->dn, name));
  }
}

static GPtrArray *
search_groups(LdapVisit *visit, const char *filter, GError **error)
{
  const LdapSettings *settings = visit->settings;
  const char *attributes[] = {
      settings->group_name_attribute != NULL ? settings->group_name_attribute : NO_ATTRIBUTES, NULL};
  const LdapSearch search = {.base = settings->group_base,
                             .filter = filter,
                             .attributes = attributes,
                             .limit = settings->group_limit + 1,
                             .by_pages = TRUE};
  return ldap_connection_search(visit->connection, &search, error);
}

static gboolean
ask_by_member(gpointer data, const char *dn, char **ret_name, GPtrArray *found, GError **error)
{
  LdapVisit *visit = data;
  g_autofree char *filter = ldap_text_fill(visit->settings->group_filter, LDAP_TEXT_DN, dn);
  g_autoptr(GPtrArray) entries = search_groups(visit, filter, error);
  if (entries != NULL)
    add_entries(visit->settings, entries, found);
  return entries != NULL;
}

static gboolean
ask_by_member_of(gpointer data, const char *dn, char **ret_name, GPtrArray *found, GError **error)
{
  LdapVisit *visit = data;
  const LdapSettings *settings = visit->settings;
  const char *attributes[] = {MEMBER_OF, settings->group_name_attribute, NULL};
  const LdapSearch search = {
      .base = dn, .of_base_alone = TRUE, .filter = "(objectClass=*)", .attributes = attributes, .limit = 2};
  g_autoptr(GPtrArray) entries = ldap_connection_search(visit->connection, &search, error);
  if (entries == NULL)
    return FALSE;
  if (entries->len == 0)
    return TRUE;
  const LdapEntry *entry = g_ptr_array_index(entries, 0);
  if (settings->group_name_attribute != NULL)
    *ret_name = ldap_entry_text(entry, settings->group_name_attribute, 0);
  add_member_of(entry, found);
  return TRUE;
}

/* The group filter with each (ATTRIBUTE=DN) asked along the chain. */
static char *
chain_filter(const LdapSettings *settings, const char *dn)
{
  g_auto(GStrv) parts = g_strsplit(settings->group_filter, "=" LDAP_TEXT_DN, -1);
  g_autofree char *chained = g_strjoinv(IN_CHAIN LDAP_TEXT_DN, parts);
  return ldap_text_fill(chained, LDAP_TEXT_DN, dn);
}

static gboolean
ask_in_chain(gpointer data, const char *dn, char **ret_name, GPtrArray *found, GError **error)
{
  LdapVisit *visit = data;
  g_autofree char *filter = chain_filter(visit->settings, dn);
  g_autoptr(GPtrArray) entries = search_groups(visit, filter, error);
  if (entries != NULL)
    add_entries(visit->settings, entries, found);
  return entries != NULL;
}

static GStrv
collect_groups(LdapVisit *visit, const LdapEntry *entry, GError **error)
{
  const LdapSettings *settings = visit->settings;
  LdapGroupsBounds bounds = {
      .base = settings->group_base, .depth = settings->group_depth, .limit = settings->group_limit};
  gboolean was_cut = FALSE;
  GStrv groups;
  switch (settings->groups_way) {
  case LDAP_GROUPS_MEMBER_OF:
    bounds.by_reading = settings->group_name_attribute != NULL;
    groups = ldap_groups_collect(entry->dn, &bounds, ask_by_member_of, visit, &was_cut, error);
    break;
  case LDAP_GROUPS_MEMBER:
    groups = ldap_groups_collect(entry->dn, &bounds, ask_by_member, visit, &was_cut, error);
    break;
  case LDAP_GROUPS_IN_CHAIN:
    bounds.depth = 1;
    groups = ldap_groups_collect(entry->dn, &bounds, ask_in_chain, visit, &was_cut, error);
    break;
  case LDAP_GROUPS_NONE:
  default:
    groups = g_new0(char *, 1);
  }
  if (was_cut)
    log_warning(
        "Directory %s: somebody is in more groups than are looked at (group-limit); those beyond do not "
        "count.",
        visit->authenticator);
  return groups;
}

ExternalIdentity *
ldap_directory_describe(LdapVisit *visit, const LdapEntry *entry, GError **error)
{
  GError *problem = NULL;
  g_autoptr(ExternalIdentity) identity =
      ldap_entry_identity(entry, visit->settings, visit->authenticator, &problem);
  if (identity == NULL) {
    (void)note_failure(visit, "account", problem, error);
    return NULL;
  }
  ldap_directory_note(visit, "account", TRUE, "The account is called %s, its id is %s.", identity->user_name,
                      identity->external_id);
  identity->groups = collect_groups(visit, entry, &problem);
  if (identity->groups == NULL) {
    (void)note_failure(visit, "groups", problem, error);
    return NULL;
  }
  g_autofree char *all = g_strjoinv("; ", identity->groups);
  ldap_directory_note(visit, "groups", TRUE, "%u names of groups: %s", g_strv_length(identity->groups),
                      *all != '\0' ? all : "none");
  return g_steal_pointer(&identity);
}
