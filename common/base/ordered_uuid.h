/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UUIDs that begin with the time at which they were made (RFC 9562, version 7): those of rows that are made
 * one after another stand side by side in an index, so that a commit writes few pages of it. What must not be
 * guessed is no UUID of this kind.
 */
#pragma once

#include "common/base/clock.h"

/** A new UUID of the wall time of @clock to the millisecond, random for the rest (transfer full). */
char *ordered_uuid_new(const Clock *clock);
