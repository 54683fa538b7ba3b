/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of registered images and of the copies that hosts hold.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/image.h"
#include "broker/model/page.h"

/** Registered images and those that some host holds, by name; the cursor is the last name. */
GPtrArray *image_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The image @name, registered or held; CARAWAY_ERROR_NOT_FOUND. */
Image *image_store_find(DbTransaction *transaction, const char *name,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Registers @name, if it is not. */
gboolean image_store_register(DbTransaction *transaction, const char *name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes @name out of use. */
gboolean image_store_unregister(DbTransaction *transaction, const char *name,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The copies that @host holds, an array of ImageCopy by name. */
GPtrArray *image_store_of_host(DbTransaction *transaction, const char *host,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The copies of the image @name on all hosts, an array of ImageCopy. */
GPtrArray *image_store_copies(DbTransaction *transaction, const char *name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes @copies (array of ImageCopy) the copies that @host holds. */
gboolean image_store_replace_of_host(DbTransaction *transaction, const char *host, const GPtrArray *copies,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
