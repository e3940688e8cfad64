/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Within net/dracut_*.c: one word at a time, and the interfaces that words speak of. */
#pragma once

#include "net/plan.h"

#define FIELDS_MAX 16

struct words {
	struct net_plan *plan;
	struct net_error *error;
	const char *word; /* as it was written, for messages */
};

struct fields {
	char *f[FIELDS_MAX]; /* "" beyond the last */
	size_t n;
};

/* Fill the error with the word and why; the value is -EINVAL, as all of these give when they
 * refuse. */
#define words_refuse(w, why) net_refuse((w)->error, "%.120s: %s", (w)->word, why)

/* Take a value apart at its colons, in place; what stands in brackets, an IPv6 address, is whole.
 */
int words_split(const struct words *w, char *s, struct fields *out) _must_check_;
/* An interface that is spoken of: what bond= or vlan= made, or else a device. NULL: refused. */
struct net_link *words_link(const struct words *w, const char *name);
int words_set_mtu(const struct words *w, struct net_link *l, const char *value) _must_check_;

/* bond=, vlan=, ifname=: the text after the '='; modified. 0 or -EINVAL. */
int words_bond(const struct words *w, char *value) _must_check_;
int words_vlan(const struct words *w, char *value) _must_check_;
int words_ifname(const struct words *w, char *value) _must_check_;

/* The devices that bonds and VLANs are made of, unless they were spoken of. */
int words_add_devices(const struct words *w) _must_check_;
/* An interface before what is made of it. 0, -EINVAL or -ENOMEM. */
int words_order(const struct words *w) _must_check_;
