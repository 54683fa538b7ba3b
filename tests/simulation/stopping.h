/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts that stop half way: what a broker does is stopped between two of its transactions, as by SIGSTOP,
 * others go on, and it goes on where it was when it is let. An act that may be stopped runs in a thread of
 * its own, and exactly one thread runs at any time, so that a seed brings everything back.
 */
#pragma once

#include <glib.h>

/** What somebody does; it may be stopped on its way. */
typedef struct Course Course;

/** Runs in the course's thread. */
typedef gboolean (*CourseBody)(gpointer data);

/** Called in the course's thread when it is about to be stopped, before others go on. */
typedef void (*CourseStopped)(Course *course, gpointer data);

/**
 * Runs @body until it ends or begins its transaction number @steps (from 0). Then @stopped is called, and
 * this returns while the course waits. Returns TRUE, with what @body returned, when it ended.
 */
gboolean stopping_run(CourseBody body, guint steps, CourseStopped stopped, gpointer data,
                      gboolean *ret_result);

/** Goes on with @course (transfer full) to its end. */
void stopping_go_on(Course *course);

/** A transaction is about to begin: a course may be stopped here. */
void stopping_point(void);

/** Whether the course that runs now was stopped before; FALSE outside of any. */
gboolean stopping_was_stopped(void);

/** The same, and a transaction of it had begun before. */
gboolean stopping_was_stopped_within(void);
