/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An installation for a test: a CA, and the folders of a broker, a host and its relay as joining would leave
 * them.
 */
#pragma once

#include "common/net/credentials.h"

#define STAND_IN_INSTALLATION "11111111-2222-4333-8444-555555555555"

/** Makes or opens what is in @folder/broker; dies when it cannot. Returns the broker's credentials (transfer
 * full). */
Credentials *identities_open_broker(const char *folder);

/** Writes @folder/host and @folder/relay for the host kvm1 with @broker_url, unless they are there. */
void identities_make_host(const char *folder, const char *broker_url);
