/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan from how the running system reaches a host now. What is recorded is the way to that host
 * and, where it is a name, to the name servers: the interface and what it is made of, the one
 * address that is used, and the route. An address that was leased or autoconfigured is asked for
 * again in a capture, not taken for good.
 */
#pragma once

#include "base/root.h"
#include "net/plan.h"
#include "net/show.h"

/* What the running system has. */
struct net_running {
	struct seen_link *links;
	size_t n_links;
	struct seen_address *addresses;
	size_t n_addresses;
};

void net_running_deinit(struct net_running *s);
/* Ask `ip`. 0 or -errno with *error. net_running_deinit() in every case. */
int net_running_init(struct net_running *out, struct net_error *error) _must_check_;

/*
 * Add to the plan what a route needs: how is `ip route get`'s answer, match the entry of the table
 * that gave it. 0, or -EINVAL with *error: there is something on the way that cannot be made again.
 */
int net_record_route(const struct net_running *s, const struct seen_route *how,
		     const struct seen_route *match, struct net_plan *p,
		     struct net_error *error) _must_check_;

/*
 * Add the interface, and what it is made of. A bridge is its first port that has a carrier: nothing
 * in an initramfs is to be bridged. *name: the interface that takes its place in the plan.
 */
int net_record_link(const struct net_running *s, const char *seen, struct net_plan *p,
		    const char **name, struct net_error *error) _must_check_;

/* The whole way to a host: its name or address, perhaps with a zone, as in fe80::1%eth0. */
int net_record(const struct root *root, const char *host, struct net_plan *out,
	       struct net_error *error) _must_check_;

/* Devices of a plan that are named only: by the MAC address that they have in the running system.
 */
int net_record_devices(struct net_plan *p, struct net_error *error) _must_check_;

/* The first address of a name, or the address itself without its zone. */
int net_resolve(const char *host, int64_t deadline, char *out, size_t size,
		struct net_error *error) _must_check_;
