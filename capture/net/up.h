/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carrying a plan out with iproute2's `ip`, and a DHCP client, whatever else manages networks.
 * Every change is kept count of, so that undo_all() leaves nothing of it. What is there already, an
 * address, a route, an interface that is up, is used as it is and not changed.
 */
#pragma once

#include "net/undo.h"

#include <stdint.h>

struct net_request {
	const struct root *root;
	const struct net_plan *plan;
	const char *host;        /* what is to be reached */
	const char *dhcp_script; /* for DHCP clients; see net/dhcp.h */
	int64_t deadline;        /* clock_ms(); for all of it */
};

/*
 * Is there a way to the host already, over an interface with a carrier? Its name goes to link,
 * which has NET_NAME_MAX bytes. A default route alone does not say so: with a port, something has
 * to answer there; 0: the route will do.
 */
bool net_reaches(const char *host, uint16_t port, int64_t deadline, char *link);

/*
 * 0: host is reached as the plan says; undo has what is to be done in the end. -errno with *error:
 * everything of this call was undone; undo is as it was.
 */
int net_up(const struct net_request *request, struct undo *undo,
	   struct net_error *error) _must_check_;
