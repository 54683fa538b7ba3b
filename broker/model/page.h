/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page of a list: how many rows, and after which. The cursor is what the page before returned as its
 * next; it is text for the peer to hand back, not to read.
 */
#pragma once

#include <glib.h>

#define PAGE_LIMIT_MAX     500
#define PAGE_LIMIT_DEFAULT 100
#define PAGE_ANY_GROUP     "*"

typedef struct {
  guint limit;        /**< 1 … PAGE_LIMIT_MAX; 0 stands for PAGE_LIMIT_DEFAULT */
  const char *cursor; /**< (nullable): the first page */
  const char *within; /**< (nullable: all) ids of pools, hosts or groups, each with a blank before and behind
                         it: only what is in these is on the list; PAGE_ANY_GROUP: what is in any group */
} Page;
