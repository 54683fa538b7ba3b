/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of routes: every way into the broker, each with the permission that it asks for. What has no row
 * cannot be reached. Owns the matching of methods and paths.
 */
#pragma once

#include "broker/api/answer.h"
#include "broker/api/api_context.h"
#include "broker/api/request.h"
#include "broker/model/object.h"

/** A use case behind a route. Runs on a worker thread; may block. Fills @answer, or fails. */
typedef gboolean (*RouteHandler)(const ApiContext *context, const Request *request, Answer *answer,
                                 GError **error);

typedef enum {
  ROUTE_PLAIN = 0,
  ROUTE_BEFORE_PASSWORD_CHANGE = 1 << 0, /**< also while the password has to be changed */
  ROUTE_BEFORE_SECOND_FACTOR = 1 << 5,   /**< also while a second factor is still to be proven or set up */
  ROUTE_SLOW = 1 << 1,                   /**< may wait for others: only half of the workers do such */
  ROUTE_CREATES = 1 << 3,    /**< takes Idempotency-Key: a repetition gets the first answer again */
  ROUTE_REMEMBERED = 1 << 4, /**< a GET whose answer depends on nothing but who asks and the database */
  ROUTE_OUTSIDE = 1 << 8,   /**< waits for servers that are not ours, on a few workers that do nothing else */
  ROUTE_WEBSOCKET = 1 << 2, /**< has no handler; the server upgrades it */
} RouteFlags;

struct Route {
  const char *method;
  const char *pattern; /**< segments in braces are parameters */
  Permission permission;
  RouteHandler handler;
  gsize body_limit; /**< bytes; 0: no body is taken */
  RouteFlags flags;
  ObjectKind object; /**< what the permission is asked on; OBJECT_ROOT for what has none */
  Reach reach;       /**< REACH_ONE: the one that the first parameter names */
};

/** The table; ends with a NULL method (static). */
const Route *route_table(void);

/** What a lookup found. */
typedef enum { ROUTE_FOUND, ROUTE_UNKNOWN_PATH, ROUTE_UNKNOWN_METHOD, ROUTE_BAD_PATH } RouteMatch;

/** Looks for @method and the percent-encoded @path. HEAD finds GET. On ROUTE_FOUND gives the route and its
 * decoded parameters (transfer full); on ROUTE_UNKNOWN_METHOD @ret_allow gets the methods that there are, as
 * in the header Allow (transfer full). */
RouteMatch route_find(const char *method, const char *path, const Route **ret_route, GStrv *ret_parameters,
                      char **ret_allow);
