/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dumps that are on a target already, and whose they are. */
#pragma once

#include "base/macros.h"
#include "base/root.h"
#include "run/choose.h"
#include "run/manifest_read.h"
#include "target/target.h"

#include <stdbool.h>
#include <stddef.h>

/* What is there more than this is not looked through in a capture. */
#define INVENTORY_MAX 4096

enum inventory_state {
	INVENTORY_FOREIGN,    /* no manifest: somebody else's, or an old one's */
	INVENTORY_LOG,        /* a crash's log, and no dump */
	INVENTORY_INCOMPLETE, /* a dump that is being written, or was not finished */
	INVENTORY_UNPROVED,   /* a dump that was written whole, and not proved to last */
	INVENTORY_DAMAGED,    /* a dump of another size than was saved */
	INVENTORY_COMPLETE,
};

struct inventory_item {
	struct target_entry entry;
	struct manifest m; /* zeros where there is none */
	enum inventory_state state;
	bool mine; /* this machine's, in a directory that nobody else writes to */
};

struct inventory {
	struct inventory_item *items; /* owned */
	size_t n;
	size_t unreadable; /* directories left out for EIO or ESTALE */
};

/* Whose dumps count as our own. */
struct owner {
	char host[80];    /* identity_host() */
	char machine[40]; /* identity_machine(); "" unknown */
};

void owner_init(const struct root *root, struct owner *out);
/* shared: other machines can write there, so that the host's name is not enough. */
bool owner_has(const struct owner *o, const struct manifest_about *a, bool shared);

/*
 * Look through a target. all: every directory; else those whose names could be ours. 0;
 * -EOPNOTSUPP not with this kind; -E2BIG there are too many; another -errno. inventory_deinit() in
 * every case. Directories that go away meanwhile are left out,
 * and those that the file system cannot read (EIO, ESTALE), which are counted.
 */
int inventory_read(struct target *t, const struct owner *who, bool all,
		   struct inventory *out) _must_check_;
void inventory_deinit(struct inventory *inv);

/* One directory; text has MANIFEST_MAX bytes for its manifest. 0 or -errno, as target_look(). */
int inventory_look(struct target *t, const struct owner *who, const char *name, char *text,
		   struct inventory_item *item) _must_check_;

/* A stable word, like "complete". */
const char *inventory_word(enum inventory_state state);

/* Those that are mine, sorted by age; held_id: the dump that is active, 0 none. The caller frees
 * *out. 0 or -ENOMEM. */
int inventory_choices(const struct inventory *inv, uint64_t held_id, struct choice **out,
		      size_t *n) _must_check_;
/* The sequence of the next crash; that of the one with this id when it is there already. */
uint64_t inventory_sequence(const struct inventory *inv, uint64_t dump_id);
/* Does the directory hold anything of another crash? */
bool inventory_taken(const struct inventory *inv, const char *dir, uint64_t dump_id);
