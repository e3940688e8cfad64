/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Within net/up*.c. All return 0 or -errno with the error filled. */
#pragma once

#include "net/show.h"
#include "net/up.h"

struct up {
	const struct net_request *request;
	const struct net_plan *plan;
	struct undo *undo;
	struct net_error *error;
	/* What each link of the plan is called here; "" not found yet. */
	char names[NET_LINKS_MAX][NET_NAME_MAX];
	/* The plan's, and then what DHCP said. */
	struct net_plan dns;
};

/* Wait a little. False when the deadline has come. */
bool up_nap(const struct up *u);
/* The name here of a link of the plan. */
const char *up_name(const struct up *u, const char *link);
/* ip, with an error that shows the call. */
int up_run(struct up *u, const char *const *argv) _must_check_;
/* The interfaces now; the caller frees *links. */
int up_links(struct up *u, struct seen_link **links, size_t *n) _must_check_;

/* Was it set up or made here? An interface that was set up elsewhere is used unchanged. */
bool up_is_ours(const struct up *u, const char *name);
/* Has it this address (NULL: any of the family that is not link-local)? */
bool up_has_address(const char *name, enum net_family family, const char *prefix);
/* Find or make the i-th link and set it up. */
int up_link(struct up *u, size_t i) _must_check_;
/* For "*": the first interface with a carrier, or, with DHCP, the first that gets an answer. */
int up_any(struct up *u, size_t i) _must_check_;
int up_set_mtu(struct up *u, const char *name, unsigned int mtu) _must_check_;
/* Set a device up that is not. */
int up_set_up(struct up *u, const struct seen_link *seen, unsigned int mtu) _must_check_;
int up_wait_carrier(struct up *u, const char *name) _must_check_;

int up_address(struct up *u, const struct net_address *a) _must_check_;
/* Until IPv6 addresses may be used: the one that was given, or one that came. */
int up_wait_address(struct up *u, const struct net_address *a) _must_check_;
int up_route(struct up *u, const struct net_route *r, const char *name) _must_check_;
/* Ask for a lease and put it in place. */
int up_dhcp(struct up *u, const char *name, bool inet6, int64_t deadline) _must_check_;
/* Have the kernel take what routers say on this interface. */
int up_hear_routers(struct up *u, const char *name) _must_check_;
