/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The servers that this user has used, as a value and as the text of a key file: address, last user name, the
 * certificate that the user chose to trust, which way in worked last. Pure; client/ui/book_file.h keeps it on
 * disk. No password and no token is ever in it.
 */
#pragma once

#include <glib.h>

#define SERVER_BOOK_MAX_SERVERS 20

/** One remembered server. */
typedef struct {
  char *address; /**< as server_address_normalize() makes it */
  char *user;    /**< who signed in last; nullable */
  char *pin;     /**< SHA-256 of the certificate that the user trusts, 64 hexadecimal digits; nullable */
  char *site;    /**< relay site that worked last ("portal" or "host"); nullable */
} ServerEntry;

typedef struct ServerBook ServerBook;

/** An empty book. */
ServerBook *server_book_new(void);

/**
 * Reads the text of a book. A server that is written wrongly is left out and counted in @ret_skipped: a
 * damaged file must not lock a user out. Text that is no key file at all gives an empty book with one
 * skipped.
 */
ServerBook *server_book_parse(const char *text, guint *ret_skipped);

/** The text of @book (transfer full). */
char *server_book_to_text(const ServerBook *book);

/** Number of servers; the first was used last. */
guint server_book_count(const ServerBook *book);

/** The server at @index (transfer none, until the book changes). */
const ServerEntry *server_book_get(const ServerBook *book, guint index);

/** The server with @address (transfer none, nullable). */
const ServerEntry *server_book_find(const ServerBook *book, const char *address);

/** Puts the server @address first, adding it where it is new, and drops the last beyond the limit. */
void server_book_touch(ServerBook *book, const char *address);

/** Notes who signed in at @address, a server of the book. */
void server_book_set_user(ServerBook *book, const char *address, const char *user);

/** Notes the certificate to trust at @address, a server of the book (@pin nullable: none). */
void server_book_set_pin(ServerBook *book, const char *address, const char *pin);

/** Notes the way in that worked at @address, a server of the book. */
void server_book_set_site(ServerBook *book, const char *address, const char *site);

/** Forgets @address with all that was noted. */
void server_book_remove(ServerBook *book, const char *address);

/** Frees @book (nullable). */
void server_book_free(ServerBook *book);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServerBook, server_book_free)
