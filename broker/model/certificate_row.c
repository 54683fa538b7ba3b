/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/certificate_row.h"

void
certificate_row_free(CertificateRow *row)
{
  if (row == NULL)
    return;
  g_free(row->serial);
  g_free(row->role);
  g_free(row->name);
  g_free(row->addresses);
  g_free(row->authority);
  g_free(row->issued_by);
  g_free(row->revoked_by);
  g_free(row->reason);
  g_free(row->replaced_by);
  g_free(row);
}
