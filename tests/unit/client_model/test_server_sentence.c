/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/server_sentence.h"

#include <string.h>

/* A catalogue with words in another order, a sentence in a sentence, and nothing for the rest. */
static const char *
catalogue(const char *msgid)
{
  static const char *const translations[][2] = {
      {"A session of this pool may last %s. Yours ends in %s: save your work.", "Ende in %2$s (von %1$s)."},
      {"%s hours", "%s Stunden"},
      {"%s minutes", "%s Minuten"},
      {"1 minute", "eine Minute"},
      {"You logged off.", "Sie haben sich abgemeldet."},
      {"The host %s does not answer.", "%s antwortet nicht."},
      {"The host %s does not answer at the moment.", "%s antwortet gerade nicht."},
      {"The host %s of %s is in maintenance.", "%1$s von %2$s wird gewartet."},
      {"%s has %s of at most %s desktops of %s.", "%1$s: %2$s/%3$s (%4$s)"},
      {"%s does not answer", "%s schweigt"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(translations); i++) {
    if (strcmp(translations[i][0], msgid) == 0)
      return translations[i][1];
  }
  return msgid;
}

static void
test_sentences(void)
{
  static const struct {
    const char *text, *expected;
  } rows[] = {
      {"You logged off.", "Sie haben sich abgemeldet."},
      {"A session of this pool may last 8 hours. Yours ends in 1 minute: save your work.",
       "Ende in eine Minute (von 8 Stunden)."},
      {"The host kvm1 does not answer.", "kvm1 antwortet nicht."},
      {"The host kvm1 does not answer at the moment.", "kvm1 antwortet gerade nicht."},
      {"The host kvm1 of dev-001 is in maintenance.", "kvm1 von dev-001 wird gewartet."},
      {"alice has 2 of at most 3 desktops of dev.", "alice: 2/3 (dev)"},
      {"kvm2 does not answer", "kvm2 schweigt"},
      /* not known, or not quite */
      {"The moon is full.", "The moon is full."},
      {"You logged off", "You logged off"},
      {"The host  does not answer.", "The host  does not answer."},
      {"", ""},
      /* known, but this catalogue has nothing for it */
      {"All 8 desktops are in use.", "All 8 desktops are in use."},
      /* what looks like a hole of ours stays text */
      {"The host %1$s does not answer.", "%1$s antwortet nicht."},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = server_sentence_by(rows[i].text, catalogue);
    g_assert_cmpstr(got, ==, rows[i].expected);
  }
  g_assert_null(server_sentence_by(NULL, catalogue));
}

/* Each sentence of the list is found as itself and not as another one before it. */
static void
test_each_is_found(void)
{
  for (const char *const *sentence = server_sentence_list(); *sentence != NULL; sentence++) {
    g_autoptr(GString) text = g_string_new(*sentence);
    g_string_replace(text, "%s", "x1", 0);
    g_autofree char *same = server_sentence(text->str);
    g_assert_cmpstr(same, ==, text->str);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server-sentence/sentences", test_sentences);
  g_test_add_func("/server-sentence/each-is-found", test_each_is_found);
  return g_test_run();
}
