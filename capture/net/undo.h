/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was changed about the network, to be changed back in the opposite order. */
#pragma once

#include "base/root.h"
#include "net/plan.h"

#include <stdbool.h>
#include <stdint.h>

#define UNDO_MAX 128

enum undo_kind {
	UNDO_DELETE,  /* a link that was made */
	UNDO_BOND,    /* a bond without ports that was in the way */
	UNDO_DOWN,    /* a link that was set up */
	UNDO_MTU,     /* a link whose MTU was another; value: the new one */
	UNDO_ADDRESS, /* one that was added; value: the prefix */
	UNDO_ROUTE,   /* value: where to */
	UNDO_SETTING, /* a file of /proc/sys; value: its path, link: what was written to it */
	UNDO_RESOLV,  /* /etc/resolv.conf was put in place */
	UNDO_MODULE,  /* a module that was loaded */
};

struct undo {
	struct {
		enum undo_kind kind;
		char link[NET_NAME_MAX];
		char value[96];
		char old[24];
	} steps[UNDO_MAX];
	size_t n;
	unsigned int left; /* by undo_all(): what was changed or taken into use elsewhere since */
};

/* The protocol of routes that are made here; nothing else has it (rtnetlink(7): from user space).
 */
#define UNDO_PROTO "250"

/* 0, or -E2BIG with *error: then do not do what could not be undone. */
int undo_add(struct undo *u, enum undo_kind kind, const char *link, const char *value,
	     const char *old, struct net_error *error) _must_check_;
/* Is there such a step for this link? */
bool undo_has(const struct undo *u, enum undo_kind kind, const char *link);
/* Is what was changed as it was left, so that it is ours to change back? In net/undo_look.c. */
bool undo_may(const struct root *root, enum undo_kind kind, const char *link, const char *value,
	      const char *old);
/*
 * All of it, whatever fails, except what was changed elsewhere since, or is in use: an interface
 * that has other addresses or is a part of another one stays up. 0, or the first -errno with
 * *error. u is empty afterwards. */
int undo_all(struct undo *u, const struct root *root, struct net_error *error) _must_check_;
