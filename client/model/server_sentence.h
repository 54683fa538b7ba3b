/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's own sentences in the user's language. Pure. The API gives most of them a stable code, and
 * problem_text.h and session_warning.h say those; steps, endings and the rules of a refusal have none and
 * carry numbers and names, so they are recognised by their wording. tests/checks/check_translations.py fails
 * when the server says one of them otherwise; a sentence that is not known is shown as it came.
 */
#pragma once

#include <glib.h>

/** From a msgid to its translation, as g_dgettext(): @msgid itself when there is none. */
typedef const char *(*ServerSentenceCatalogue)(const char *msgid);

/** @text (nullable) in the user's language (transfer full). */
char *server_sentence(const char *text);

/** As server_sentence(), by @catalogue. */
char *server_sentence_by(const char *text, ServerSentenceCatalogue catalogue);

/** The sentences that are known, with “%s” for what changes (static, NULL-terminated). */
const char *const *server_sentence_list(void);
