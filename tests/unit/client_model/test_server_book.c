/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/server_book.h"

#define PIN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_round_trip(void)
{
  g_autoptr(ServerBook) book = server_book_new();
  server_book_touch(book, "https://one.example.org");
  server_book_touch(book, "https://[2001:db8::1]:8443");
  server_book_set_user(book, "https://one.example.org", "alice");
  server_book_set_pin(book, "https://[2001:db8::1]:8443", PIN);
  server_book_set_site(book, "https://[2001:db8::1]:8443", "host");
  g_autofree char *text = server_book_to_text(book);
  guint skipped = 9;
  g_autoptr(ServerBook) again = server_book_parse(text, &skipped);
  g_assert_cmpuint(skipped, ==, 0);
  g_assert_cmpuint(server_book_count(again), ==, 2);
  g_assert_cmpstr(server_book_get(again, 0)->pin, ==, PIN);
  g_assert_cmpstr(server_book_get(again, 0)->site, ==, "host");
  g_assert_null(server_book_get(again, 0)->user);
  g_assert_cmpstr(server_book_find(again, "https://one.example.org")->user, ==, "alice");
  g_assert_null(server_book_find(again, "https://one.example.org")->pin);
}

static void
test_last_used_is_first(void)
{
  g_autoptr(ServerBook) book = server_book_new();
  server_book_touch(book, "https://a");
  server_book_set_user(book, "https://a", "alice");
  server_book_touch(book, "https://b");
  server_book_touch(book, "https://a");
  g_assert_cmpuint(server_book_count(book), ==, 2);
  g_assert_cmpstr(server_book_get(book, 0)->address, ==, "https://a");
  g_assert_cmpstr(server_book_get(book, 0)->user, ==, "alice");
}

static void
test_bounded(void)
{
  g_autoptr(ServerBook) book = server_book_new();
  for (guint i = 0; i < SERVER_BOOK_MAX_SERVERS + 5; i++) {
    g_autofree char *address = g_strdup_printf("https://s%u", i);
    server_book_touch(book, address);
  }
  g_assert_cmpuint(server_book_count(book), ==, SERVER_BOOK_MAX_SERVERS);
  g_assert_null(server_book_find(book, "https://s0"));
}

static void
test_damaged_entries_are_left_out(void)
{
  const struct {
    const char *text;
    guint count, skipped;
  } rows[] = {
      {"", 0, 0},
      {"no key file at all", 0, 1},
      {"[server 1]\naddress=https://a\nuser=x\n[server 2]\naddress=http://b\n", 1, 1},
      {"[server 1]\naddress=https://A\n", 0, 1},
      {"[server 1]\nuser=x\n", 0, 1},
      /* A damaged pin must not turn into a server without a pin. */
      {"[server 1]\naddress=https://a\ncertificate=abc\n", 0, 1},
      {"[server 1]\naddress=https://a\ncertificate=\n", 0, 1},
      {"[server 1]\naddress=https://a\ncertificate=" PIN "\n", 1, 0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    guint skipped = 9;
    g_test_message("%s", rows[i].text);
    g_autoptr(ServerBook) book = server_book_parse(rows[i].text, &skipped);
    g_assert_cmpuint(server_book_count(book), ==, rows[i].count);
    g_assert_cmpuint(skipped, ==, rows[i].skipped);
  }
}

static void
test_remove(void)
{
  g_autoptr(ServerBook) book = server_book_new();
  server_book_touch(book, "https://a");
  server_book_remove(book, "https://a");
  server_book_remove(book, "https://never-there");
  g_assert_cmpuint(server_book_count(book), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server-book/round-trip", test_round_trip);
  g_test_add_func("/server-book/last-used-is-first", test_last_used_is_first);
  g_test_add_func("/server-book/bounded", test_bounded);
  g_test_add_func("/server-book/damaged-entries-are-left-out", test_damaged_entries_are_left_out);
  g_test_add_func("/server-book/remove", test_remove);
  return g_test_run();
}
