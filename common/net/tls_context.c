/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/tls_context.h"

#include "common/base/error.h"

#include <openssl/err.h>

char *
tls_context_error_text(void)
{
  unsigned long code = ERR_get_error();
  const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
  ERR_clear_error();
  return g_strdup(reason != NULL ? reason : "the peer closed the connection");
}

static gboolean
fail(GError **error, const char *what, const char *file)
{
  g_autofree char *reason = tls_context_error_text();
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s %s cannot be used: %s", what, file, reason);
  return FALSE;
}

static gboolean
use_identity(SSL_CTX *context, const char *certificate_file, const char *key_file, GError **error)
{
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file) != 1)
    return fail(error, "the certificate file", certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1)
    return fail(error, "the key file", key_file);
  return TRUE;
}

/* Where a context's identity is read from, and what was read last. */
typedef struct {
  char *certificate_file, *key_file;
  GMutex mutex;
  SSL_CTX *newest; /* NULL before the first reload: the context's own */
} TlsFiles;

static void
tls_files_free(TlsFiles *files)
{
  g_free(files->certificate_file);
  g_free(files->key_file);
  g_mutex_clear(&files->mutex);
  SSL_CTX_free(files->newest);
  g_free(files);
}

static void
free_extra(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
  if (pointer != NULL)
    tls_files_free(pointer);
}

static int
extra_index(void)
{
  static gsize index_plus_one = 0;
  if (g_once_init_enter(&index_plus_one)) {
    int made = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_extra);
    g_once_init_leave(&index_plus_one, (gsize)made + 1);
  }
  return (int)(index_plus_one - 1);
}

/* Asked at each handshake, in the thread of its connection. */
static int
choose_identity(SSL *tls, void *user_data)
{
  TlsFiles *files = user_data;
  STACK_OF(X509) *chain = NULL;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->mutex);
  if (files->newest == NULL)
    return 1;
  SSL_CTX_get0_chain_certs(files->newest, &chain);
  return SSL_use_cert_and_key(tls, SSL_CTX_get0_certificate(files->newest),
                              SSL_CTX_get0_privatekey(files->newest), chain, 1);
}

static void
remember_files(SSL_CTX *context, const char *certificate_file, const char *key_file)
{
  TlsFiles *files = g_new0(TlsFiles, 1);
  files->certificate_file = g_strdup(certificate_file);
  files->key_file = g_strdup(key_file);
  g_mutex_init(&files->mutex);
  SSL_CTX_set_ex_data(context, extra_index(), files);
  SSL_CTX_set_cert_cb(context, choose_identity, files);
}

gboolean
tls_context_reload(SSL_CTX *context, GError **error)
{
  TlsFiles *files = SSL_CTX_get_ex_data(context, extra_index());
  SSL_CTX *fresh = SSL_CTX_new(TLS_method());
  if (!use_identity(fresh, files->certificate_file, files->key_file, error)) {
    SSL_CTX_free(fresh);
    return FALSE;
  }
  g_mutex_lock(&files->mutex);
  SSL_CTX *older = files->newest;
  files->newest = fresh;
  g_mutex_unlock(&files->mutex);
  SSL_CTX_free(older);
  return TRUE;
}

static SSL_CTX *
new_context(const SSL_METHOD *method)
{
  SSL_CTX *context = SSL_CTX_new(method);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  return context;
}

static int
select_http(SSL *tls, const unsigned char **ret_protocol, unsigned char *ret_length,
            const unsigned char *offered, unsigned int offered_length, void *user_data)
{
  static const unsigned char http[] = "\x08http/1.1";
  if (SSL_select_next_proto((unsigned char **)ret_protocol, ret_length, http, sizeof http - 1, offered,
                            offered_length) == OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_OK;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

SSL_CTX *
tls_context_new_server(const char *certificate_file, const char *key_file, const char *client_ca_file,
                       GError **error)
{
  SSL_CTX *context = new_context(TLS_server_method());
  /* One id for all workers; without it OpenSSL refuses to resume sessions of peers with certificates. */
  SSL_CTX_set_session_id_context(context, (const unsigned char *)"caraway", 7);
  SSL_CTX_set_alpn_select_cb(context, select_http, NULL);
  remember_files(context, certificate_file, key_file);
  gboolean good = use_identity(context, certificate_file, key_file, error);
  if (good && client_ca_file != NULL) {
    good = SSL_CTX_load_verify_locations(context, client_ca_file, NULL) == 1 ||
           fail(error, "the CA file", client_ca_file);
    /* The name of our CA in the request keeps browsers from asking people for a certificate of another one.
     */
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(client_ca_file));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  }
  if (!good)
    g_clear_pointer(&context, SSL_CTX_free);
  return context;
}

SSL_CTX *
tls_context_new_client(const char *certificate_file, const char *key_file, const char *ca_file,
                       GError **error)
{
  SSL_CTX *context = new_context(TLS_client_method());
  remember_files(context, certificate_file, key_file);
  gboolean good =
      use_identity(context, certificate_file, key_file, error) &&
      (SSL_CTX_load_verify_locations(context, ca_file, NULL) == 1 || fail(error, "the CA file", ca_file));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (!good)
    g_clear_pointer(&context, SSL_CTX_free);
  return context;
}
