/* SPDX-License-Identifier: Apache-2.0 */
/* What a host says of itself and has, when its link opens, against what is in the books. */
#pragma once

#include "broker/model/host.h"
#include "broker/service/work.h"
#include "common/wire/host_message.h"

/**
 * Writes down what @hello says of @host , and brings its desktops and consoles in line: what the host does
 * not have any more is gone, and a console without a session of ours is cut. @host is as it was stored
 * before.
 */
gboolean host_reconcile(Work *work, Host *host, const HostHello *hello,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The image store of @host is now the @count @images . */
gboolean host_reconcile_images(Work *work, const char *host, const HostImage *images, guint count,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
