/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan from dracut's words for the network, parted by blanks: ip=, vlan=, bond=, nameserver=,
 * rd.route= and ifname=, as dracut.cmdline(7) describes them; rd.neednet= and bootdev= mean nothing
 * here and may stand. Not: bridge=, team=, ip=...:ibft, peers, and setting an interface's MAC
 * address.
 */
#pragma once

#include "net/plan.h"

/* 0 or -EINVAL with *error, which names the word. out->target is "". */
int net_dracut_parse(const char *buf, size_t len, struct net_plan *out,
		     struct net_error *error) _must_check_;
