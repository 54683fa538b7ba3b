/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/image.h"

void
image_free(Image *image)
{
  if (image == NULL)
    return;
  g_free(image->name);
  g_free(image->hash);
  g_strfreev(image->hosts);
  g_free(image);
}

void
image_copy_free(ImageCopy *image)
{
  if (image == NULL)
    return;
  g_free(image->host);
  g_free(image->name);
  g_free(image->hash);
  g_free(image->detail);
  g_free(image);
}
