/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the portal's tests share: a small web site on disk, a fake broker (SoupServer on loopback), and a web
 * server whose clients are raw sockets, so that tests say exactly which bytes arrive.
 */
#pragma once

#include "portal/web_server.h"

typedef struct {
  char *folder, *web, *spice;
} TestSite;

/** Writes the site into a temporary folder. */
TestSite *test_site_new(void);

/** Removes it. */
void test_site_free(TestSite *site);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestSite, test_site_free)

typedef struct {
  TestSite *site;
  SoupServer *broker; /**< tests add their handlers */
  SoupSession *session;
  WebFiles *files;
  PortalCounters counters;
  BrokerList *brokers;
  ApiProxy *proxy;
  WebServer *web;
  char *missing; /**< what /readyz says, NULL for ready */
} PortalFixture;

/** Everything, with small limits: 2 requests, 1 stream, bodies of 1 KiB, answers within @answer_limit_ms. */
PortalFixture *portal_fixture_new(guint answer_limit_ms);

/** The same, but the broker at @away_broker (a URL) is asked before the fake one. */
PortalFixture *portal_fixture_new_beside(const char *away_broker, guint answer_limit_ms);

/** Stops the fake broker, so that nobody listens there. */
void portal_fixture_stop_broker(PortalFixture *fixture);

/** Ends everything. */
void portal_fixture_free(PortalFixture *fixture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalFixture, portal_fixture_free)

/** A client's socket to the web server, non-blocking. The client's address is @address. */
int portal_fixture_connect(PortalFixture *fixture, const char *address);

/** Writes @text to @fd. */
void portal_fixture_send(int fd, const char *text);

/** Reads from @fd until the text so far contains @until, or until the end when @until is NULL; runs the main
 * loop meanwhile. Returns everything read (transfer full). */
char *portal_fixture_read(int fd, const char *until);

/** Connects from 192.0.2.7, sends @request, reads to the end (requests should say Connection: close). */
char *portal_fixture_ask(PortalFixture *fixture, const char *request);

/** Runs the main loop until @condition, at most 10 s. */
void portal_fixture_wait(gboolean (*condition)(gpointer data), gpointer data);
