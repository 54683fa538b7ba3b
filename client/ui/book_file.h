/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the ServerBook in the user's configuration folder (caraway/servers.ini), readable by the user alone.
 */
#pragma once

#include "client/model/server_book.h"

/** The book on disk; an empty one where there is none. What cannot be read is logged and left out. */
ServerBook *book_file_load(void);

/** Writes @book; a failure is logged, because a person cannot do anything about it while signing in. */
void book_file_save(const ServerBook *book);
