/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes compact JSON (RFC 8259) straight into a text, in the order it is told, for what is written often: no
 * tree of nodes is built. What is told must be UTF-8, each member once. Other texts are built with json-glib.
 */
#pragma once

#include <glib.h>

typedef struct JsonWriter JsonWriter;

/** An empty text; the first thing that is begun becomes the whole of it. */
JsonWriter *json_writer_new(void);

/* In all below @name is that of the member; NULL in an array and for the whole. */

/** Begins an object. */
void json_writer_begin_object(JsonWriter *writer, const char *name);

/** Ends the object that was begun last. */
void json_writer_end_object(JsonWriter *writer);

/** Begins an array. */
void json_writer_begin_array(JsonWriter *writer, const char *name);

/** Ends the array that was begun last. */
void json_writer_end_array(JsonWriter *writer);

/** A string; @text is escaped as needed. */
void json_writer_add_text(JsonWriter *writer, const char *name, const char *text);

/** A whole number. */
void json_writer_add_int(JsonWriter *writer, const char *name, gint64 number);

/** true or false. */
void json_writer_add_bool(JsonWriter *writer, const char *name, gboolean value);

/** Frees @writer and returns what it wrote (transfer full). */
char *json_writer_finish(JsonWriter *writer);

/** Frees @writer (nullable) with what it wrote. */
void json_writer_free(JsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonWriter, json_writer_free)
