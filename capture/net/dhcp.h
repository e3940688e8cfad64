/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lease by whichever DHCP client is there: udhcpc, busybox's, dhcpcd or ISC's dhclient. None of
 * them configures anything: fadump-ng-udhcpc.sh, which all of them run, says what was got.
 */
#pragma once

#include "net/plan.h"

#include <stdbool.h>
#include <stdint.h>

struct dhcp_request {
	const char *link;
	const char *script; /* fadump-ng-udhcpc.sh; script.conf beside it is for dhclient */
	bool inet6;
	int64_t deadline; /* clock_ms() */
};

/*
 * The text for lease_parse(); the caller frees it. 0; -ENOENT no client is there; another -errno;
 * with *error.
 */
int dhcp_ask(const struct dhcp_request *r, char **text, size_t *len,
	     struct net_error *error) _must_check_;
