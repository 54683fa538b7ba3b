/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/shared_database.h"

#include "broker/db/db.h"
#include "broker/db/notice_board.h"
#include "broker/service/cluster/cluster.h"
#include "tests/simulation/chance.h"

#include <string.h>

#define MARK "mark" /* of change_feed_catch_up(): whoever waits for it wants all that came before */

#define NUMBERS 256 /* more than brokers of one run */

typedef struct {
  char *channel; /* nullable */
  char *payload;
} Notice;

/* Stands for the driver's; the broker knows it by that name. */
typedef struct {
  guint number; /* of its broker */
  NoticeListener listener;
  gpointer data;
  GQueue on_way;  /* of Notice: from other brokers */
  GQueue arrived; /* of Notice: told when the broker catches up */
} Board;

static struct {
  gboolean is_shared;
  guint acting;
  GPtrArray *boards; /* of Board, not owned */
  GQueue notified;   /* of Notice: in the open transaction */
  guint commits[NUMBERS];
} database;

NoticeBoard *__wrap_notice_board_new(void);
void __wrap_notice_board_push(NoticeBoard *board, const char *channel, const char *payload);
void __wrap_notice_board_listen(NoticeBoard *board, NoticeListener listener, gpointer data);
void __wrap_notice_board_free(NoticeBoard *board);
gboolean __real_db_notify(DbTransaction *transaction, const char *channel, const char *payload,
                          GError **error);
gboolean __wrap_db_notify(DbTransaction *transaction, const char *channel, const char *payload,
                          GError **error);
Cluster *__real_cluster_new(Services *services, const char *name, gboolean is_shared);
Cluster *__wrap_cluster_new(Services *services, const char *name, gboolean is_shared);

static Notice *
notice_new(const char *channel, const char *payload)
{
  Notice *notice = g_new0(Notice, 1);
  notice->channel = g_strdup(channel);
  notice->payload = g_strdup(payload);
  return notice;
}

static void
notice_free(gpointer data)
{
  Notice *notice = data;
  g_free(notice->channel);
  g_free(notice->payload);
  g_free(notice);
}

static Board *
board_of(guint number)
{
  for (guint i = 0; database.boards != NULL && i < database.boards->len; i++) {
    Board *board = g_ptr_array_index(database.boards, i);
    if (board->number == number)
      return board;
  }
  return NULL;
}

void
shared_database_begin(gboolean is_shared)
{
  database.is_shared = is_shared;
  database.acting = 0;
  g_queue_clear_full(&database.notified, notice_free);
}

void
shared_database_set_acting(guint number)
{
  database.acting = number;
}

guint
shared_database_commits(guint number)
{
  return database.commits[number % NUMBERS];
}

void
shared_database_began(void)
{
  g_queue_clear_full(&database.notified, notice_free);
}

void
shared_database_committed(void)
{
  Notice *notice;
  database.commits[database.acting % NUMBERS]++;
  while ((notice = g_queue_pop_head(&database.notified)) != NULL) {
    for (guint i = 0; database.boards != NULL && i < database.boards->len; i++) {
      Board *board = g_ptr_array_index(database.boards, i);
      if (board->number != database.acting)
        g_queue_push_tail(&board->on_way, notice_new(notice->channel, notice->payload));
    }
    notice_free(notice);
  }
}

void
shared_database_let_arrive(guint number, guint count, gboolean in_order)
{
  Board *board = board_of(number);
  for (guint i = 0; board != NULL && i < count && !g_queue_is_empty(&board->on_way); i++) {
    guint which = in_order ? 0 : chance_below(g_queue_get_length(&board->on_way));
    g_queue_push_tail(&board->arrived, g_queue_pop_nth(&board->on_way, which));
  }
}

void
shared_database_lose(guint number)
{
  Board *board = board_of(number);
  if (board == NULL)
    return;
  g_queue_clear_full(&board->on_way, notice_free);
  g_queue_push_tail(&board->arrived, notice_new(NULL, ""));
}

/* --- the driver's board --- */

NoticeBoard *
__wrap_notice_board_new(void)
{
  Board *board = g_new0(Board, 1);
  board->number = database.acting;
  if (database.boards == NULL)
    database.boards = g_ptr_array_new();
  g_ptr_array_add(database.boards, board);
  return (NoticeBoard *)board;
}

void
__wrap_notice_board_push(NoticeBoard *base, const char *channel, const char *payload)
{
  Board *board = (Board *)base;
  g_queue_push_tail(&board->arrived, notice_new(channel, payload));
  if (g_strcmp0(channel, MARK) != 0)
    return;
  Notice *notice;
  while ((notice = g_queue_pop_head(&board->arrived)) != NULL) {
    if (board->listener != NULL)
      board->listener(notice->channel, notice->payload, board->data);
    notice_free(notice);
  }
}

void
__wrap_notice_board_listen(NoticeBoard *base, NoticeListener listener, gpointer data)
{
  Board *board = (Board *)base;
  board->listener = listener;
  board->data = data;
}

void
__wrap_notice_board_free(NoticeBoard *base)
{
  Board *board = (Board *)base;
  if (board == NULL)
    return;
  g_ptr_array_remove(database.boards, board);
  if (database.boards->len == 0)
    g_clear_pointer(&database.boards, g_ptr_array_unref);
  g_queue_clear_full(&board->on_way, notice_free);
  g_queue_clear_full(&board->arrived, notice_free);
  g_free(board);
}

/* Whoever waits for a mark waits for his own. */
gboolean
__wrap_db_notify(DbTransaction *transaction, const char *channel, const char *payload, GError **error)
{
  if (strcmp(channel, MARK) != 0)
    g_queue_push_tail(&database.notified, notice_new(channel, payload));
  return __real_db_notify(transaction, channel, payload, error);
}

Cluster *
__wrap_cluster_new(Services *services, const char *name, gboolean is_shared)
{
  return __real_cluster_new(services, name, is_shared || database.is_shared);
}
