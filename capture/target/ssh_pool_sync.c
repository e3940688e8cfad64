// SPDX-License-Identifier: GPL-2.0-or-later
/* What every connection of the pool says about stable storage. */
#include "target/ssh_pool_parts.h"

#include <errno.h>

#define ROUNDS 3 /* with servers that cannot sync, where asking again does no harm */

static int sync_link(struct ssh_pool *p, struct ssh_pool_link *l)
{
	struct sftp *s = &l->link.sftp;
	struct sftp_attrs a;
	int err;

	if (!(s->extensions & SFTP_EXT_FSYNC))
		return sftp_fstat(s, &l->file, &a);
	err = sftp_fsync(s, &l->file);
	p->sync_lost = p->sync_lost || s->broken;
	return err;
}

static bool any_held(const struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		if (p->links[i].up && p->links[i].held && !p->links[i].link.sftp.broken)
			return true;
	return false;
}

/* Ask all that are up. How many answered, or the -errno of one that did. */
static int ask_all(struct ssh_pool *p, bool *held)
{
	int answered = 0;
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];
		int err = l->up && l->file.len && !l->link.sftp.broken ? sync_link(p, l) : -EAGAIN;

		if (err == -EAGAIN)
			continue;
		if (l->link.sftp.broken) {
			ssh_pool_drop(p, i, err);
			continue;
		}
		if (err < 0)
			return err;
		*held = *held || l->held;
		answered++;
	}
	return answered;
}

int ssh_pool_sync(struct ssh_pool *p, bool *held)
{
	int round, n = 0;

	*held = false;
	for (round = 0; round < ROUNDS && n == 0; round++) {
		if (!ssh_pool_any(p))
			return p->error ? p->error : -ECONNRESET;
		n = ask_all(p, held);
		if (n >= 0 && p->sync_lost && !any_held(p))
			return -ECONNRESET;
	}
	return n > 0 ? 0 : n < 0 ? n : -ECONNRESET;
}
