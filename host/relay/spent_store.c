/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/spent_store.h"

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/relay/relay_mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define USELESS_LINES_MAX 1024 /* so many may pile up before the file is rewritten */

#define KEEP_AT_LEAST_US (10 * 60 * G_USEC_PER_SEC) /* grants live for two minutes at most */

struct SpentStore {
  const Clock *clock;
  char *path;
  int fd;
  GHashTable *spent;   /* grant id -> Spent */
  GHashTable *epochs;  /* desktop -> Epoch */
  guint lines;         /* in the file */
  GThreadPool *writer; /* one thread: notes reach the disk in order */
  RelayMailbox *written;
};

typedef struct {
  gint64 expires_s; /* broker time */
  gint64 noted_us;  /* steady time: when it was spent or read */
} Spent;

/* A note on its way to the disk and back. */
typedef struct {
  RelayLetter letter;
  char *text;
  gboolean rewrites;
  GError *error;
  SpentStoreDone done;
  gpointer user_data;
} Note;

static void
remember_spent(SpentStore *store, const char *id, gint64 expires_s)
{
  const Spent spent = {expires_s, clock_boottime_us(store->clock)};
  g_hash_table_replace(store->spent, g_strdup(id), g_memdup2(&spent, sizeof spent));
}

static void
remember_epoch(SpentStore *store, const char *desktop, Epoch epoch)
{
  if (epoch_compare(epoch, spent_store_epoch(store, desktop)) > 0)
    g_hash_table_replace(store->epochs, g_strdup(desktop), g_memdup2(&epoch, sizeof epoch));
}

/* "spent ID EXPIRES" or "epoch DESKTOP EPOCH" */
static gboolean
read_line(SpentStore *store, const char *line)
{
  g_auto(GStrv) words = g_strsplit(line, " ", 4);
  gint64 expires_s = 0;
  Epoch epoch;
  if (g_strv_length(words) != 3)
    return FALSE;
  if (g_str_equal(words[0], "spent") &&
      g_ascii_string_to_signed(words[2], 10, 0, G_MAXINT64, &expires_s, NULL))
    remember_spent(store, words[1], expires_s);
  else if (g_str_equal(words[0], "epoch") && epoch_parse(words[2], &epoch))
    remember_epoch(store, words[1], epoch);
  else
    return FALSE;
  store->lines++;
  return TRUE;
}

static gboolean
read_file(SpentStore *store, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) local = NULL;
  if (!g_file_get_contents(store->path, &text, NULL, &local)) {
    if (g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return TRUE;
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s", local->message);
    return FALSE;
  }
  guint number = 0;
  for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
    *end = '\0';
    number++;
    if (read_line(store, line))
      continue;
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "%s:%u is damaged: move the file away only after every grant has expired", store->path,
                number);
    return FALSE;
  }
  return TRUE;
}

static char *
spent_line(const char *id, gint64 expires_s)
{
  return g_strdup_printf("spent %s %" G_GINT64_FORMAT "\n", id, expires_s);
}

static char *
epoch_line(const char *desktop, Epoch epoch)
{
  g_autofree char *text = epoch_text(epoch);
  return g_strdup_printf("epoch %s %s\n", desktop, text);
}

static gboolean
write_fully(int fd, const char *text, GError **error)
{
  gsize size = strlen(text);
  while (size > 0) {
    gssize written = write(fd, text, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      break;
    text += written;
    size -= (gsize)written;
  }
  if (size == 0 && fdatasync(fd) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, errno == ENOSPC ? CARAWAY_ERROR_NO_SPACE : CARAWAY_ERROR_INTERNAL,
              "the list of spent grants cannot be written: %s", g_strerror(errno));
  return FALSE;
}

static gboolean
open_file(SpentStore *store, GError **error)
{
  int fd = open(store->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s cannot be opened: %s", store->path,
                g_strerror(errno));
    return FALSE;
  }
  store->fd = fd;
  return TRUE;
}

/* Appends whole or not at all: half a line before the next one would be damage. */
static gboolean
append(SpentStore *store, const char *text, GError **error)
{
  if (store->fd < 0 && !open_file(store, error))
    return FALSE;
  off_t before = lseek(store->fd, 0, SEEK_END);
  if (write_fully(store->fd, text, error))
    return TRUE;
  (void)!ftruncate(store->fd, before);
  return FALSE;
}

/* The old file is given up first: whatever fails on the way, no note may go into a file that is no longer
 * there. */
static gboolean
rewrite(SpentStore *store, const char *text, GError **error)
{
  if (store->fd >= 0)
    close(store->fd);
  store->fd = -1;
  return g_file_set_contents_full(store->path, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                  error) &&
         open_file(store, error);
}

static void
deliver_note(RelayLetter *letter, gpointer user_data)
{
  const Note *note = (Note *)letter;
  if (note->error != NULL)
    log_error("%s", note->error->message);
  if (note->done != NULL)
    note->done(note->error, note->user_data);
}

static void
discard_note(RelayLetter *letter)
{
  Note *note = (Note *)letter;
  g_clear_error(&note->error);
  g_free(note->text);
  g_free(note);
}

static void
write_note(gpointer data, gpointer user_data)
{
  Note *note = data;
  SpentStore *store = user_data;
  (void)(note->rewrites ? rewrite(store, note->text, &note->error) : append(store, note->text, &note->error));
  relay_mailbox_put(store->written, &note->letter);
}

static void
push(SpentStore *store, char *text, gboolean rewrites, SpentStoreDone done, gpointer user_data)
{
  Note *note = g_new0(Note, 1);
  note->letter = (RelayLetter){deliver_note, discard_note};
  note->text = text;
  note->rewrites = rewrites;
  note->done = done;
  note->user_data = user_data;
  g_thread_pool_push(store->writer, note, NULL);
}

/* Cuts the unfinished line off that a crash may have left. */
static gboolean
cut_torn_line(SpentStore *store, GError **error)
{
  off_t size = lseek(store->fd, 0, SEEK_END), good = size;
  char last = '\n';
  while (good > 0 && pread(store->fd, &last, 1, good - 1) == 1 && last != '\n')
    good--;
  if (good == size || ftruncate(store->fd, good) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s cannot be mended: %s", store->path,
              g_strerror(errno));
  return FALSE;
}

SpentStore *
spent_store_open(const char *path, const Clock *clock, GError **error)
{
  g_autoptr(SpentStore) store = g_new0(SpentStore, 1);
  store->clock = clock;
  store->path = g_strdup(path);
  store->fd = -1;
  store->spent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  store->epochs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  store->written = relay_mailbox_new(NULL, store);
  store->writer = g_thread_pool_new(write_note, store, 1, FALSE, NULL);
  if (!open_file(store, error) || !cut_torn_line(store, error) || !read_file(store, error))
    return NULL;
  return g_steal_pointer(&store);
}

gboolean
spent_store_is_spent(SpentStore *store, const char *id)
{
  return g_hash_table_contains(store->spent, id);
}

Epoch
spent_store_epoch(SpentStore *store, const char *desktop)
{
  const Epoch *epoch = g_hash_table_lookup(store->epochs, desktop);
  return epoch != NULL ? *epoch : (Epoch){0, 0};
}

void
spent_store_spend(SpentStore *store, const char *id, gint64 expires_s, const char *desktop, Epoch epoch,
                  SpentStoreDone done, gpointer user_data)
{
  g_autofree char *spent = spent_line(id, expires_s);
  g_autofree char *raised = epoch_line(desktop, epoch);
  remember_spent(store, id, expires_s);
  remember_epoch(store, desktop, epoch);
  store->lines += 2;
  push(store, g_strconcat(spent, raised, NULL), FALSE, done, user_data);
}

void
spent_store_raise(SpentStore *store, const char *desktop, Epoch epoch)
{
  if (epoch_compare(epoch, spent_store_epoch(store, desktop)) <= 0)
    return;
  remember_epoch(store, desktop, epoch);
  store->lines++;
  push(store, epoch_line(desktop, epoch), FALSE, NULL, NULL);
}

void
spent_store_forget(SpentStore *store, const char *desktop)
{
  g_hash_table_remove(store->epochs, desktop);
}

static char *
all_lines(SpentStore *store)
{
  GString *text = g_string_new(NULL);
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init(&iter, store->spent);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    g_autofree char *line = spent_line(key, ((Spent *)value)->expires_s);
    g_string_append(text, line);
  }
  g_hash_table_iter_init(&iter, store->epochs);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    g_autofree char *line = epoch_line(key, *(Epoch *)value);
    g_string_append(text, line);
  }
  return g_string_free(text, FALSE);
}

void
spent_store_compact(SpentStore *store, gint64 now_s)
{
  GHashTableIter iter;
  gpointer value;
  gint64 old_us = clock_boottime_us(store->clock) - KEEP_AT_LEAST_US;
  g_hash_table_iter_init(&iter, store->spent);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Spent *spent = value;
    if (spent->expires_s < now_s && spent->noted_us < old_us)
      g_hash_table_iter_remove(&iter);
  }
  guint useful = g_hash_table_size(store->spent) + g_hash_table_size(store->epochs);
  if (store->lines < useful + USELESS_LINES_MAX)
    return;
  store->lines = useful;
  push(store, all_lines(store), TRUE, NULL, NULL);
}

void
spent_store_free(SpentStore *store)
{
  if (store == NULL)
    return;
  g_thread_pool_free(store->writer, FALSE, TRUE);
  relay_mailbox_free(store->written);
  if (store->fd >= 0)
    close(store->fd);
  g_hash_table_unref(store->spent);
  g_hash_table_unref(store->epochs);
  g_free(store->path);
  g_free(store);
}
