// SPDX-License-Identifier: GPL-2.0-or-later
/* What every connection of the pool says about stable storage. */
#include "base/clock.h"
#include "target/ssh_pool_parts.h"

#include <errno.h>

#define ROUNDS 3 /* with servers that cannot sync, where asking again does no harm */

int ssh_pool_ask_sync(struct ssh_pool_link *l)
{
	struct sftp *s = &l->link.sftp;
	int err = sftp_start_fsync(s, &l->file, &l->sync_id);

	if (err < 0)
		return err;
	l->syncing = true;
	l->synced = false;
	l->unsynced = 0;
	l->heard = clock_ms();
	err = sftp_push(s);
	return err == -EAGAIN ? 0 : err;
}

int ssh_pool_sync_some(struct ssh_pool *p, struct ssh_pool_link *l)
{
	if (l->syncing || l->unsynced < p->sync_every || p->no_sync ||
	    !(l->link.sftp.extensions & SFTP_EXT_FSYNC))
		return 0;
	return ssh_pool_ask_sync(l);
}

int ssh_pool_synced(struct ssh_pool *p, struct ssh_pool_link *l, const struct sftp_reply *r)
{
	int err = sftp_fsync_errno(r->status);

	l->syncing = false;
	l->synced = err == 0;
	l->heard = p->progress = clock_ms();
	p->no_sync = p->no_sync || err == -EOPNOTSUPP;
	if (err == 0 || err == -EOPNOTSUPP)
		return 0;
	sftp_note(&l->link.sftp, r);
	return ssh_pool_fail(p, ssh_pool_refused(p, &l->link.sftp, err,
						 "could not bring the file to stable storage"));
}

static bool is_open(const struct ssh_pool_link *l)
{
	return l->up && l->file.len && !l->link.sftp.broken;
}

static bool all_answered(const struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		if (p->links[i].syncing)
			return false;
	return true;
}

/* All that are up, at a time: what waits for one waits for what the others wrote, too. 0 or
 * p->error. */
static int ask_all(struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];
		int err;

		l->synced = false;
		if (!is_open(l) || p->no_sync)
			continue;
		if (!(l->link.sftp.extensions & SFTP_EXT_FSYNC)) {
			p->no_sync = true;
			continue;
		}
		err = ssh_pool_ask_sync(l);
		if (err < 0)
			ssh_pool_drop(p, i, err);
	}
	return ssh_pool_pump(p, all_answered);
}

/* Where nothing can be synced, one that is still there has to do. 0 or its -errno. */
static int look_at_all(struct ssh_pool *p)
{
	struct sftp_attrs a;
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];
		int err = is_open(l) ? sftp_fstat(&l->link.sftp, &l->file, &a) : -EAGAIN;

		l->synced = err == 0;
		if (err == -EAGAIN)
			continue;
		if (l->link.sftp.broken)
			ssh_pool_drop(p, i, err);
		else if (err < 0)
			return err;
	}
	return 0;
}

static bool any_synced(const struct ssh_pool *p, bool *held)
{
	bool any = false;
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		any = any || p->links[i].synced;
		*held = *held || (p->links[i].synced && p->links[i].held);
	}
	return any;
}

int ssh_pool_sync(struct ssh_pool *p, bool *held)
{
	int round, err;

	*held = false;
	for (round = 0; round < ROUNDS; round++) {
		if (!ssh_pool_any(p))
			return p->error ? p->error : -ECONNRESET;
		if (p->sync_lost && !ssh_pool_any_held(p))
			return -ECONNRESET;
		err = ask_all(p);
		if (err == 0 && p->no_sync)
			err = look_at_all(p);
		if (err < 0)
			return err;
		if (p->sync_lost && !ssh_pool_any_held(p))
			return -ECONNRESET;
		if (any_synced(p, held))
			return 0;
	}
	return -ECONNRESET;
}
