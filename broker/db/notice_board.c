/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/db/notice_board.h"

typedef struct {
  char *channel; /* nullable */
  char *payload;
  gboolean is_last;
} Notice;

struct NoticeBoard {
  GAsyncQueue *notices;
  GThread *thread;
  GMutex calling; /* held while the listener runs */
  NoticeListener listener;
  gpointer data;
};

static void
notice_free(Notice *notice)
{
  g_free(notice->channel);
  g_free(notice->payload);
  g_free(notice);
}

static gboolean
hand_over(NoticeBoard *board)
{
  Notice *notice = g_async_queue_pop(board->notices);
  gboolean go_on = !notice->is_last;
  g_mutex_lock(&board->calling);
  if (go_on && board->listener != NULL)
    board->listener(notice->channel, notice->payload, board->data);
  g_mutex_unlock(&board->calling);
  notice_free(notice);
  return go_on;
}

static gpointer
run(gpointer data)
{
  while (hand_over(data))
    ;
  return NULL;
}

NoticeBoard *
notice_board_new(void)
{
  NoticeBoard *board = g_new0(NoticeBoard, 1);
  board->notices = g_async_queue_new_full((GDestroyNotify)notice_free);
  g_mutex_init(&board->calling);
  board->thread = g_thread_new("db-notices", run, board);
  return board;
}

static void
push(NoticeBoard *board, const char *channel, const char *payload, gboolean is_last)
{
  Notice *notice = g_new0(Notice, 1);
  notice->channel = g_strdup(channel);
  notice->payload = g_strdup(payload);
  notice->is_last = is_last;
  g_async_queue_push(board->notices, notice);
}

void
notice_board_push(NoticeBoard *board, const char *channel, const char *payload)
{
  push(board, channel, payload, FALSE);
}

void
notice_board_listen(NoticeBoard *board, NoticeListener listener, gpointer data)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&board->calling);
  board->listener = listener;
  board->data = data;
}

void
notice_board_free(NoticeBoard *board)
{
  if (board == NULL)
    return;
  push(board, NULL, NULL, TRUE);
  g_thread_join(board->thread);
  g_async_queue_unref(board->notices);
  g_mutex_clear(&board->calling);
  g_free(board);
}
