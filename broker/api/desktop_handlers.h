/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes with which administrators look after desktops. Each handler answers one row of route_table.c.
 */
#pragma once

#include "broker/api/route.h"

/** GET /admin/desktops */
gboolean handle_desktops(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** GET /admin/desktops/{desktop} */
gboolean handle_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error);

/** DELETE /admin/desktops/{desktop} */
gboolean handle_remove_desktop(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** PUT /admin/desktops/{desktop}/owner */
gboolean handle_assign_desktop(const ApiContext *context, const Request *request, Answer *answer,
                               GError **error);

/** DELETE /admin/desktops/{desktop}/owner */
gboolean handle_unassign_desktop(const ApiContext *context, const Request *request, Answer *answer,
                                 GError **error);

/** POST /pools/{pool}/desktops */
gboolean handle_adopt_desktop(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /admin/desktops/{desktop}/start */
gboolean handle_start_desktop(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** POST /admin/desktops/{desktop}/shutdown */
gboolean handle_shut_down_desktop(const ApiContext *context, const Request *request, Answer *answer,
                                  GError **error);

/** POST /admin/desktops/{desktop}/restart */
gboolean handle_restart_desktop(const ApiContext *context, const Request *request, Answer *answer,
                                GError **error);

/** POST /admin/desktops/{desktop}/reset */
gboolean handle_reset_desktop(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error);

/** GET /admin/desktops/{desktop}/boot-log */
gboolean handle_boot_log(const ApiContext *context, const Request *request, Answer *answer, GError **error);
