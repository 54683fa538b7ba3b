/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON objects to plain C structs and back, driven by one table per message: each row names a member, its
 * kind, its place in the struct and its bounds. One table serves both directions, so that reading and writing
 * cannot drift apart. Members that a table does not know are ignored (docs/protocols.md). Owns no message.
 */
#pragma once

#include "common/base/json_writer.h"

#include <json-glib/json-glib.h>

typedef enum {
  MEMBER_TEXT,      /**< const char *, at most `maximum` bytes, no control characters */
  MEMBER_LONG_TEXT, /**< const char *, at most `maximum` bytes, any characters */
  MEMBER_UUID,      /**< const char *, a UUID in lower case */
  MEMBER_INT,       /**< gint64, `minimum` … `maximum` */
  MEMBER_BOOL,      /**< gboolean */
  MEMBER_EPOCH,     /**< Epoch */
  MEMBER_CHOICE,    /**< int, an index into `choices` */
  MEMBER_VERSIONS,  /**< guint64: [1, 2] is bit 1 and bit 2; numbers beyond 63 are left out */
  MEMBER_OBJECT,    /**< a struct inside the struct, described by `members` */
  MEMBER_LIST,      /**< pointer to `count_offset` structs of `size` bytes, described by `members` */
} MessageMemberKind;

typedef struct MessageMember MessageMember;

/**
 * A row; a table ends with a NULL name. An optional member that is missing leaves zero (NULL, FALSE, 0), an
 * optional number its `absent`; one that is `absent` and no possible value is left out again when building.
 */
struct MessageMember {
  const char *name;
  MessageMemberKind kind;
  gsize offset;
  gboolean optional;
  gint64 minimum;
  gint64 maximum;
  gint64 absent;
  const char *const *choices;
  const MessageMember *members;
  gsize size;
  gsize count_offset;
};

/**
 * Fills the zeroed struct at @target from @object. Texts are borrowed from @object, which must outlive them.
 * Fails with CARAWAY_ERROR_INVALID; @target then needs message_table_clear() all the same.
 */
gboolean message_table_parse(const MessageMember *table, JsonObject *object, gpointer target,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Adds the members of the struct @source to the object that @writer has open. Texts are made to fit: control
 * characters become spaces, what is not UTF-8 is replaced, what is too long is cut; optional NULLs are left
 * out.
 */
void message_table_build(const MessageMember *table, gconstpointer source, JsonWriter *writer);

/** Frees the lists that message_table_parse() made in @target. */
void message_table_clear(const MessageMember *table, gpointer target);

/** Whether @text (nullable) is a UUID in lower case, so that it may stand in a path. */
gboolean message_uuid_is_valid(const char *text);
