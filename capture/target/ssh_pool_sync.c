// SPDX-License-Identifier: GPL-2.0-or-later
/* What every connection of the pool says about stable storage. */
#include "base/clock.h"
#include "target/ssh_pool_parts.h"

#include <errno.h>

#define ROUNDS 3 /* with servers that cannot sync, where asking again does no harm */

static int sync_link(struct ssh_pool *p, struct ssh_pool_link *l)
{
	struct sftp *s = &l->link.sftp;
	struct sftp_attrs a;
	int err = p->no_sync ? -EOPNOTSUPP : sftp_fsync(s, &l->file);

	if (err == -EOPNOTSUPP && !s->broken) {
		p->no_sync = true;
		return sftp_fstat(s, &l->file, &a);
	}
	p->sync_lost = p->sync_lost || s->broken;
	return err;
}

int ssh_pool_sync_some(struct ssh_pool *p, struct ssh_pool_link *l)
{
	struct sftp *s = &l->link.sftp;
	int err;

	if (l->syncing || l->unsynced < p->sync_every || p->no_sync ||
	    !(s->extensions & SFTP_EXT_FSYNC))
		return 0;
	err = sftp_start_fsync(s, &l->file, &l->sync_id);
	if (err < 0)
		return err;
	l->syncing = true;
	l->unsynced = 0;
	l->heard = clock_ms();
	return sftp_push(s);
}

int ssh_pool_synced(struct ssh_pool *p, struct ssh_pool_link *l, const struct sftp_reply *r)
{
	int err = sftp_fsync_errno(r->status);

	l->syncing = false;
	l->heard = p->progress = clock_ms();
	p->no_sync = p->no_sync || err == -EOPNOTSUPP;
	if (err == 0 || err == -EOPNOTSUPP)
		return 0;
	sftp_note(&l->link.sftp, r);
	return ssh_pool_fail(p, ssh_pool_refused(p, &l->link.sftp, err,
						 "could not bring the file to stable storage"));
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
		if (p->sync_lost && !ssh_pool_any_held(p))
			return -ECONNRESET;
		n = ask_all(p, held);
		if (n >= 0 && p->sync_lost && !ssh_pool_any_held(p))
			return -ECONNRESET;
	}
	return n > 0 ? 0 : n < 0 ? n : -ECONNRESET;
}
