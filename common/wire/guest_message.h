/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host and the caraway-guest inside a desktop say to each other over the virtio-serial port
 * (docs/protocols.md section 6): the frames, and the messages in them, as bytes and as one plain struct.
 * Codec only: it reads no port and knows no session.
 */
#pragma once

#include <glib.h>

#define GUEST_PORT_NAME         "org.caraway.guest.0"
#define GUEST_PROTOCOL_VERSION  1
#define GUEST_FRAME_MAX_BYTES   65536 /**< body of a frame, without its 4 bytes of length */
#define GUEST_VERSION_MAX_BYTES 64
#define GUEST_USER_MAX_BYTES    256
#define GUEST_TITLE_MAX_BYTES   256
#define GUEST_TEXT_MAX_BYTES    4096
#define GUEST_DETAIL_MAX_BYTES  512

typedef enum {
  GUEST_FRAME_NEED_MORE, /**< the frame is not complete yet */
  GUEST_FRAME_BAD,       /**< a length of 0 or over the limit: the stream is lost, start it anew */
  GUEST_FRAME_DONE,
} GuestFrameResult;

/**
 * Looks for one frame at the start of @size @bytes. On GUEST_FRAME_DONE @ret_body_bytes is the length of the
 * body, which starts at offset 4; the frame uses 4 bytes more than that.
 */
GuestFrameResult guest_frame_parse(const guint8 *bytes, gsize size, gsize *ret_body_bytes);

typedef struct GuestFrameReader GuestFrameReader;

/** A reader that collects what arrives in pieces. */
GuestFrameReader *guest_frame_reader_new(void);

/** Adds @size @bytes; push what one read gave, then take frames until there are none. */
void guest_frame_reader_push(GuestFrameReader *reader, const guint8 *bytes, gsize size);

/** Takes the next frame. @ret_body (transfer none) lives until the next call with @reader. */
GuestFrameResult guest_frame_reader_next(GuestFrameReader *reader, const char **ret_body,
                                         gsize *ret_body_bytes);

/** Forgets what was collected: the peer went away or the stream is lost. */
void guest_frame_reader_reset(GuestFrameReader *reader);

/** Frees @reader (nullable). */
void guest_frame_reader_free(GuestFrameReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GuestFrameReader, guest_frame_reader_free)

typedef enum {
  GUEST_TO_HOST = 1 << 0,
  HOST_TO_GUEST = 1 << 1,
} GuestDirection;

typedef enum {
  GUEST_MESSAGE_UNKNOWN, /**< of a newer peer, or not for this direction: ignore it */
  GUEST_MESSAGE_HELLO,   /**< version; from the guest also agent_version */
  GUEST_MESSAGE_READY,
  GUEST_MESSAGE_SESSION,  /**< user */
  GUEST_MESSAGE_IDLE,     /**< idle_ms */
  GUEST_MESSAGE_LOCKED,   /**< is_locked */
  GUEST_MESSAGE_RESULT,   /**< request, is_ok, detail */
  GUEST_MESSAGE_LOCK,     /**< request */
  GUEST_MESSAGE_UNLOCK,   /**< request */
  GUEST_MESSAGE_LOGOFF,   /**< request */
  GUEST_MESSAGE_MESSAGE,  /**< request, title, text */
  GUEST_MESSAGE_SHUTDOWN, /**< request */
  GUEST_MESSAGE_PING,     /**< request */
} GuestMessageType;

/** One message; members that its type does not carry are 0, FALSE and NULL. */
typedef struct {
  GuestMessageType type;
  gint64 version;
  char *agent_version; /**< nullable */
  char *user;          /**< nullable: nobody is signed in */
  gint64 idle_ms;
  gboolean is_locked;
  gint64 request; /**< number that the host chose; the result repeats it */
  gboolean is_ok;
  char *detail; /**< nullable: a sentence that says why it failed */
  char *title;  /**< one line */
  char *text;   /**< may have line breaks and tabs */
} GuestMessage;

/**
 * Reads the body of one frame that came in @direction. Fails with CARAWAY_ERROR_MALFORMED when it is not
 * JSON, with CARAWAY_ERROR_INVALID when a member is missing or wrong. Returns a message (transfer full).
 */
GuestMessage *guest_message_parse(const char *body, gsize size, GuestDirection direction,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The whole frame of @message (transfer full); members that its type does not carry are not looked at. Fails
 * with CARAWAY_ERROR_TOO_LARGE when a text is longer than its limit, with CARAWAY_ERROR_INVALID when it is
 * not UTF-8 or has control characters.
 */
GBytes *guest_message_to_frame(const GuestMessage *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The name of @type on the wire (static), "unknown" for GUEST_MESSAGE_UNKNOWN. */
const char *guest_message_type_name(GuestMessageType type);

/** Frees @message (nullable). */
void guest_message_free(GuestMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GuestMessage, guest_message_free)
