/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/image_hash.h"

#include "common/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#define BLOCK (1024 * 1024)

static gboolean
digest_fd(int fd, EVP_MD_CTX *context)
{
  g_autofree guint8 *block = g_malloc(BLOCK);
  for (;;) {
    gssize count = read(fd, block, BLOCK);
    if (count == 0)
      return TRUE;
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 || EVP_DigestUpdate(context, block, (gsize)count) != 1)
      return FALSE;
  }
}

static char *
hexadecimal(EVP_MD_CTX *context)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context, digest, &size) != 1)
    return NULL;
  GString *text = g_string_sized_new(2 * size);
  for (unsigned int i = 0; i < size; i++)
    g_string_append_printf(text, "%02x", digest[i]);
  return g_string_free(text, FALSE);
}

char *
image_hash_file(const char *path, GError **error)
{
  char *hash = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (fd >= 0 && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 && digest_fd(fd, context))
    hash = hexadecimal(context);
  if (hash == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_IMAGE_BAD, "%s cannot be read: %s", path,
                g_strerror(errno));
  EVP_MD_CTX_free(context);
  if (fd >= 0)
    close(fd);
  return hash;
}
