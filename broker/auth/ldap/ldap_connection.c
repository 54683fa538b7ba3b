/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_connection.h"

#include "common/base/error.h"
#include "common/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <ldap.h>
#include <openldap.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define MESSAGE_MAX_BYTES (1024 * 1024) /* one message of a server */
#define OTHERS_MAX        200           /* messages of a search that are no entries */
#define PAGES_MAX         100
#define SENTENCE_MAX      300

struct LdapConnection {
  LDAP *ldap;
  const LdapSettings *settings;
  LdapDeadline *deadline;
  guint answers; /* messages that came */
};

static gboolean
fail(GError **error, const char *what, const char *why)
{
  g_autofree char *shown = text_escape(why);
  g_autofree char *cut = text_cut(shown, SENTENCE_MAX);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_DIRECTORY_AWAY, "%s: %s", what, cut);
  return FALSE;
}

static gboolean
fail_code(LDAP *ldap, GError **error, const char *what, int code)
{
  char *diagnostic = NULL;
  if (ldap != NULL)
    (void)ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
  g_autofree char *why = diagnostic != NULL && *diagnostic != '\0'
                             ? g_strdup_printf("%s (%s)", ldap_err2string(code), diagnostic)
                             : g_strdup(ldap_err2string(code));
  ldap_memfree(diagnostic);
  return fail(error, what, why);
}

static struct timeval
time_of(guint ms)
{
  return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
}

static guint
operation_ms(const LdapConnection *connection)
{
  return MIN(connection->settings->operation_ms, ldap_deadline_left_ms(connection->deadline));
}

/* Takes the socket @fd from one deadline to another. */
static void
hand_over(LdapDeadline *from, LdapDeadline *to, int fd)
{
  ldap_deadline_watch(from, -1);
  ldap_deadline_watch(to, fd);
}

/* A descriptor of our own, blocking as libldap wants it; -1 after a failure. */
static int
connect_socket(const LdapServer *server, const LdapSettings *settings, LdapDeadline *deadline, GError **error)
{
  GError *problem = NULL;
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_socket_client_set_enable_proxy(client, FALSE);
  g_socket_client_set_timeout(client, MAX(settings->operation_ms / 1000, 1));
  g_autoptr(GSocketConnection) stream = g_socket_client_connect_to_host(
      client, server->host, server->port, ldap_deadline_cancellable(deadline), &problem);
  if (stream == NULL) {
    (void)fail(error, "connect", problem->message);
    g_error_free(problem);
    return -1;
  }
  int fd = fcntl(g_socket_get_fd(g_socket_connection_get_socket(stream)), F_DUPFD_CLOEXEC, 0);
  if (fd >= 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) == 0)
    return fd;
  (void)fail(error, "connect", g_strerror(errno));
  if (fd >= 0)
    close(fd);
  return -1;
}

/* libldap reads ldap.conf and the environment; what is set here holds whatever they say. */
static gboolean
set_options(LDAP *ldap, const LdapSettings *settings)
{
  static const int VERSION = LDAP_VERSION3, DEMAND = LDAP_OPT_X_TLS_DEMAND, NEVER = LDAP_DEREF_NEVER,
                   TLS_1_2 = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, SERVER = 0;
  const struct timeval limit = time_of(settings->operation_ms);
  ber_len_t most = MESSAGE_MAX_BYTES;
  Sockbuf *sockbuf = NULL;
  return ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &VERSION) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_RESTART, LDAP_OPT_OFF) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_DEREF, &NEVER) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &limit) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &limit) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &DEMAND) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, settings->ca_file) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_X_TLS_PROTOCOL_MIN, &TLS_1_2) == LDAP_SUCCESS &&
         ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &SERVER) == LDAP_SUCCESS &&
         ldap_get_option(ldap, LDAP_OPT_SOCKBUF, &sockbuf) == LDAP_SUCCESS && sockbuf != NULL &&
         ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most) > 0;
}

static gboolean
begin_tls(LdapConnection *connection, const LdapServer *server, GError **error)
{
  int code = server->by_start_tls ? ldap_start_tls_s(connection->ldap, NULL, NULL)
                                  : ldap_install_tls(connection->ldap);
  if (code != LDAP_SUCCESS || !ldap_tls_inplace(connection->ldap))
    return fail_code(connection->ldap, error,
                     server->by_start_tls ? "StartTLS, with a certificate of ca-file for that name"
                                          : "TLS, with a certificate of ca-file for that name",
                     code);
  return TRUE;
}

LdapConnection *
ldap_connection_open(const LdapServer *server, const LdapSettings *settings, LdapDeadline *deadline,
                     GError **error)
{
  /* A server that takes the connection and says nothing leaves time for the next one. */
  g_autoptr(LdapDeadline) opening = ldap_deadline_new_within(deadline, settings->operation_ms);
  int fd = connect_socket(server, settings, opening, error);
  if (fd < 0)
    return NULL;
  g_autoptr(LdapConnection) connection = g_new0(LdapConnection, 1);
  connection->settings = settings;
  connection->deadline = deadline;
  int code = ldap_init_fd(fd, LDAP_PROTO_TCP, server->uri, &connection->ldap);
  if (code != LDAP_SUCCESS) {
    close(fd);
    connection->ldap = NULL;
    (void)fail_code(NULL, error, "connect", code);
    return NULL;
  }
  ldap_deadline_watch(opening, fd);
  if (!set_options(connection->ldap, settings)) {
    (void)fail(error, "TLS", "libldap does not take its options; is the CA file readable?");
    ldap_deadline_watch(opening, -1);
    return NULL;
  }
  gboolean begun = begin_tls(connection, server, error);
  hand_over(opening, deadline, begun ? fd : -1);
  return begun ? g_steal_pointer(&connection) : NULL;
}

/* The next message of the operation @id, or the whole of it when @is_whole. */
static LDAPMessage *
wait_for(LdapConnection *connection, int id, gboolean is_whole, gint64 until_us, const char *what,
         GError **error)
{
  LDAPMessage *message = NULL;
  gint64 left_us = until_us - g_get_monotonic_time();
  struct timeval limit = time_of(left_us > 0 ? (guint)(left_us / 1000) : 0);
  int type = ldap_result(connection->ldap, id, is_whole ? LDAP_MSG_ALL : LDAP_MSG_ONE, &limit, &message);
  if (type > 0 || (type < 0 && ldap_deadline_left_ms(connection->deadline) > 0))
    connection->answers++;
  if (type > 0)
    return message;
  if (type == 0) {
    (void)ldap_abandon_ext(connection->ldap, id, NULL, NULL);
    (void)fail(error, what, "the server did not answer in time");
    return NULL;
  }
  int code = LDAP_OTHER;
  (void)ldap_get_option(connection->ldap, LDAP_OPT_RESULT_CODE, &code);
  (void)fail_code(connection->ldap, error, what, code);
  return NULL;
}

/* Active Directory says so with the right password alone: code 773, "user must reset password", and 532,
 * "password expired", in the hexadecimal digits after "data" (Microsoft, "LDAP wiki: common Active Directory
 * bind errors"). */
static gboolean
says_password_expired(const char *diagnostic)
{
  return diagnostic != NULL &&
         (strstr(diagnostic, "data 773,") != NULL || strstr(diagnostic, "data 532,") != NULL);
}

static gboolean
read_bind(LdapConnection *connection, LDAPMessage *message, LdapBind *ret_bind, GError **error)
{
  int code = LDAP_OTHER;
  char *diagnostic = NULL;
  int parsed = ldap_parse_result(connection->ldap, message, &code, NULL, &diagnostic, NULL, NULL, FALSE);
  gboolean expired = parsed == LDAP_SUCCESS && says_password_expired(diagnostic);
  ldap_memfree(diagnostic);
  if (parsed != LDAP_SUCCESS)
    return fail_code(connection->ldap, error, "bind", parsed);
  switch (code) {
  case LDAP_SUCCESS:
    *ret_bind = LDAP_BIND_ACCEPTED;
    return TRUE;
  case LDAP_INVALID_CREDENTIALS: /* RFC 4511 section A.2: a wrong name says the same */
  case LDAP_INAPPROPRIATE_AUTH:
  case LDAP_NO_SUCH_OBJECT:
  case LDAP_UNWILLING_TO_PERFORM:
  case LDAP_CONSTRAINT_VIOLATION:
    *ret_bind = expired ? LDAP_BIND_NEEDS_PASSWORD : LDAP_BIND_REFUSED;
    return TRUE;
  default:
    return fail_code(connection->ldap, error, "bind", code);
  }
}

gboolean
ldap_connection_bind(LdapConnection *connection, const char *dn, const char *password, LdapBind *ret_bind,
                     GError **error)
{
  g_return_val_if_fail((dn == NULL) == (password == NULL), FALSE);
  g_return_val_if_fail(dn == NULL || (*dn != '\0' && *password != '\0'), FALSE);
  struct berval credentials = {.bv_val = (char *)(password != NULL ? password : ""),
                               .bv_len = password != NULL ? strlen(password) : 0};
  int id;
  gint64 until_us = g_get_monotonic_time() + (gint64)operation_ms(connection) * 1000;
  int code =
      ldap_sasl_bind(connection->ldap, dn != NULL ? dn : "", LDAP_SASL_SIMPLE, &credentials, NULL, NULL, &id);
  if (code != LDAP_SUCCESS)
    return fail_code(connection->ldap, error, "bind", code);
  LDAPMessage *message = wait_for(connection, id, TRUE, until_us, "bind", error);
  if (message == NULL)
    return FALSE;
  gboolean done = read_bind(connection, message, ret_bind, error);
  ldap_msgfree(message);
  return done;
}

/* Attributes that nobody asked for are not taken. */
static LdapEntry *
read_entry(LDAP *ldap, LDAPMessage *message, const char *const *attributes)
{
  char *dn = ldap_get_dn(ldap, message);
  if (dn == NULL)
    return NULL;
  LdapEntry *entry = ldap_entry_new(dn);
  ldap_memfree(dn);
  for (; *attributes != NULL; attributes++) {
    if (ldap_entry_count(entry, *attributes) > 0) /* asked for twice */
      continue;
    struct berval **values = ldap_get_values_len(ldap, message, *attributes);
    for (struct berval **value = values; value != NULL && *value != NULL; value++)
      ldap_entry_add(entry, *attributes, (*value)->bv_val, (*value)->bv_len);
    ldap_value_free_len(values);
  }
  return entry;
}

/* One search on its way. */
typedef struct {
  LdapConnection *connection;
  const LdapSearch *search;
  GPtrArray *found;
  struct berval cookie; /* of the next page */
  guint others;
} Reading;

static gboolean
read_cookie(Reading *reading, LDAPControl **controls, GError **error)
{
  ber_memfree(reading->cookie.bv_val);
  reading->cookie = (struct berval){0};
  LDAPControl *page = controls != NULL ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL) : NULL;
  ber_int_t total;
  if (page == NULL)
    return TRUE;
  int code = ldap_parse_pageresponse_control(reading->connection->ldap, page, &total, &reading->cookie);
  return code == LDAP_SUCCESS || fail_code(NULL, error, "search", code);
}

static gboolean
read_end(Reading *reading, LDAPMessage *message, GError **error)
{
  LDAP *ldap = reading->connection->ldap;
  LDAPControl **controls = NULL;
  int code = LDAP_OTHER;
  int parsed = ldap_parse_result(ldap, message, &code, NULL, NULL, NULL, &controls, FALSE);
  gboolean good = parsed == LDAP_SUCCESS && read_cookie(reading, controls, error);
  ldap_controls_free(controls);
  if (parsed != LDAP_SUCCESS)
    return fail_code(ldap, error, "search", parsed);
  if (!good || code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED)
    return good;
  /* What lies on another server is not there: nobody follows a referral. */
  if (reading->search->of_base_alone && (code == LDAP_NO_SUCH_OBJECT || code == LDAP_REFERRAL))
    return TRUE;
  return fail_code(ldap, error, "search", code);
}

/* Takes one message; @ret_ends when it was the last of the page. */
static gboolean
take_message(Reading *reading, LDAPMessage *message, gboolean *ret_ends, GError **error)
{
  switch (ldap_msgtype(message)) {
  case LDAP_RES_SEARCH_ENTRY: {
    LdapEntry *entry = read_entry(reading->connection->ldap, message, reading->search->attributes);
    if (entry == NULL)
      return fail(error, "search", "the server sent an entry that is none");
    g_ptr_array_add(reading->found, entry);
    return TRUE;
  }
  case LDAP_RES_SEARCH_RESULT:
    *ret_ends = TRUE;
    return read_end(reading, message, error);
  default: /* references to other servers, and what else there may be */
    return ++reading->others < OTHERS_MAX || fail(error, "search", "the server sends too much");
  }
}

static gboolean
begin_page(Reading *reading, int *ret_id, GError **error)
{
  const LdapSearch *search = reading->search;
  LDAP *ldap = reading->connection->ldap;
  LDAPControl *page = NULL;
  guint left = search->limit - reading->found->len;
  if (search->by_pages) {
    int code =
        ldap_create_page_control(ldap, (ber_int_t)MIN(reading->connection->settings->page_size, left),
                                 reading->cookie.bv_val != NULL ? &reading->cookie : NULL, FALSE, &page);
    if (code != LDAP_SUCCESS)
      return fail_code(ldap, error, "search", code);
  }
  LDAPControl *controls[] = {page, NULL};
  struct timeval limit = time_of(MAX(operation_ms(reading->connection), 1000));
  int code =
      ldap_search_ext(ldap, search->base, search->of_base_alone ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
                      search->filter, (char **)search->attributes, FALSE, page != NULL ? controls : NULL,
                      NULL, &limit, search->by_pages ? LDAP_NO_LIMIT : (int)search->limit, ret_id);
  ldap_control_free(page);
  return code == LDAP_SUCCESS || fail_code(ldap, error, "search", code);
}

static gboolean
read_page(Reading *reading, GError **error)
{
  gint64 until_us = g_get_monotonic_time() + (gint64)operation_ms(reading->connection) * 1000;
  gboolean ends = FALSE;
  int id;
  if (!begin_page(reading, &id, error))
    return FALSE;
  while (!ends) {
    LDAPMessage *message = wait_for(reading->connection, id, FALSE, until_us, "search", error);
    gboolean good = message != NULL && take_message(reading, message, &ends, error);
    ldap_msgfree(message);
    if (!good)
      return FALSE;
    if (!ends && reading->found->len >= reading->search->limit) { /* enough, whatever it still sends */
      (void)ldap_abandon_ext(reading->connection->ldap, id, NULL, NULL);
      ber_memfree(reading->cookie.bv_val);
      reading->cookie = (struct berval){0};
      return TRUE;
    }
  }
  return TRUE;
}

GPtrArray *
ldap_connection_search(LdapConnection *connection, const LdapSearch *search, GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)ldap_entry_free);
  Reading reading = {.connection = connection, .search = search, .found = found};
  gboolean good;
  guint pages = 0;
  do {
    good = read_page(&reading, error);
  } while (good && reading.cookie.bv_len > 0 && found->len < search->limit && ++pages < PAGES_MAX);
  ber_memfree(reading.cookie.bv_val);
  return good ? g_steal_pointer(&found) : NULL;
}

guint
ldap_connection_answers(const LdapConnection *connection)
{
  return connection->answers;
}

void
ldap_connection_free(LdapConnection *connection)
{
  if (connection == NULL)
    return;
  ldap_deadline_watch(connection->deadline, -1);
  if (connection->ldap != NULL)
    (void)ldap_unbind_ext(connection->ldap, NULL, NULL);
  g_free(connection);
}
