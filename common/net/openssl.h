/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place that wraps OpenSSL's types for the rest: autoptr, PEM in and out, its error queue as a
 * GError, and the bridge from GIO's certificates.
 */
#pragma once

#include <gio/gio.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_REQ, X509_REQ_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_CRL, X509_CRL_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE_CTX, X509_STORE_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)

/** Sets @error (@domain CARAWAY_ERROR, @code) to @what and OpenSSL's newest reason, and empties its queue. */
void openssl_set_error(GError **error, int code, const char *what);

/** The first certificate in @pem (transfer full); CARAWAY_ERROR_INVALID when there is none. */
X509 *openssl_x509_from_pem(const char *pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** PEM of @certificate (transfer full). */
char *openssl_x509_to_pem(X509 *certificate);

/** SHA-256 of the DER of @certificate as base64url (transfer full). */
char *openssl_x509_hash(X509 *certificate);

/** The serial number of @certificate in hexadecimal, lower case (transfer full). */
char *openssl_x509_serial(const X509 *certificate);

/** @certificate, of any GIO backend, for OpenSSL (transfer full). */
X509 *openssl_x509_from_certificate(GTlsCertificate *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The private key in @pem (transfer full); CARAWAY_ERROR_INVALID when there is none. */
EVP_PKEY *openssl_key_from_pem(const char *pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** PEM (PKCS #8, not encrypted) of @key (transfer full; a secret). */
char *openssl_key_to_pem(EVP_PKEY *key);

/** The certificate request in @pem (transfer full) when its signature is good; CARAWAY_ERROR_INVALID else. */
X509_REQ *openssl_request_from_pem(const char *pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** PEM of @request (transfer full). */
char *openssl_request_to_pem(X509_REQ *request);

/** The revocation list in @pem (transfer full), not verified; CARAWAY_ERROR_INVALID when there is none. */
X509_CRL *openssl_crl_from_pem(const char *pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** PEM of @list (transfer full). */
char *openssl_crl_to_pem(X509_CRL *list);

/** Whether @certificate is signed by @ca and both are valid now; CARAWAY_ERROR_UNTRUSTED else. */
gboolean openssl_x509_verify(X509 *certificate, X509 *ca, GError **error) G_GNUC_WARN_UNUSED_RESULT;
