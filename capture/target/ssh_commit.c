// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

/*
 * A directory can be opened for reading like a file, and then synced, at OpenSSH's server. *lost is
 * set when the connection broke before the answer to the sync.
 */
int ssh_sync_directory(struct target *t, struct sftp *s, const char *path, bool *lost)
{
	struct sftp_file f = {.len = 0};
	int err, synced = 0;

	if (!(s->extensions & SFTP_EXT_FSYNC))
		return 0;
	err = sftp_open(s, path, SFTP_FXF_READ, &f);
	if (err == 0) {
		err = synced = sftp_fsync(s, &f);
		*lost = *lost || s->broken;
		(void)!sftp_close(s, &f);
	}
	if (s->broken)
		return err < 0 ? err : -ECONNRESET;
	/* A server that has no such thing says so, does not open it, or says "Failure", which is a
	 * disk's error only of one that did it before. */
	if (synced == -EIO && ssh_pool_of(t)->dirs_synced)
		return synced;
	ssh_pool_of(t)->dirs_synced = ssh_pool_of(t)->dirs_synced || err == 0;
	if (err < 0 && !t->unassured[0])
		(void)snprintf(t->unassured, sizeof(t->unassured),
			       "the server does not sync directories: a name may be lost when it "
			       "dies");
	return 0;
}

int ssh_sync_names(struct target *t, struct sftp *s, bool *lost)
{
	char path[SSH_PATH_SIZE];
	int err = ssh_path(t, t->dir, NULL, path);

	if (err == 0)
		err = ssh_sync_directory(t, s, path, lost);
	/* That of the directory itself once: it lasts from then on. */
	if (err < 0 || ssh_pool_of(t)->named)
		return err;
	err = ssh_sync_directory(t, s, t->url->path, lost);
	ssh_pool_of(t)->named = err == 0;
	return err;
}

struct names {
	struct target *t;
	char from[SSH_PATH_SIZE], to[SSH_PATH_SIZE];
	uint64_t size;
	bool asked; /* to rename it, on a connection that broke, too */
	bool lost;  /* the answer to a sync of the names */
};

static int make_paths(struct names *n, const char *from, const char *to)
{
	int err = ssh_path(n->t, n->t->dir, from, n->from);

	return err < 0 ? err : ssh_path(n->t, n->t->dir, to, n->to);
}

static int give_name(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct names *n = ctx;
	struct sftp_attrs a;
	int err = sftp_lstat(s, n->to, &a);

	(void)f;
	/* What came before is no worse; unless it was this one's own turn. */
	if (err == 0)
		return n->asked && sftp_lstat(s, n->from, &a) == -ENOENT ? 0
		       : s->broken                                       ? -ECONNRESET
									 : -EEXIST;
	if (err != -ENOENT)
		return err;
	n->asked = true;
	return sftp_rename(s, n->from, n->to);
}

int ssh_arrive(struct target *t, const char *from, const char *to)
{
	struct ssh_pool *p = ssh_pool_of(t);
	struct names n = {.t = t};
	int err = p->path[0] ? ssh_pool_drain(p) : -ENOENT;

	if (err == 0)
		err = make_paths(&n, from, to);
	if (err < 0)
		return err;
	ssh_pool_moving(p, n.to);
	err = ssh_persist(t, give_name, &n);
	/* Without an answer it may be called either. */
	if (err == 0 || !p->error)
		ssh_pool_moved(p, err == 0);
	return err;
}

int ssh_flush(struct target *t)
{
	struct ssh_pool *p = ssh_pool_of(t);
	int err = p->path[0] ? ssh_pool_drain(p) : 0;
	bool held = false;

	/* What was read before proves nothing. */
	ssh_pool_reread(p);
	if (err == 0) {
		err = ssh_pool_sync(p, &held);
		/* On a full disk the writes fail, before this, or the server's answer to this is
		 * found to be for want of room (-ENOSPC): -EIO is of one that took every byte. */
		t->unproved = err == -EIO || (err < 0 && p->sync_lost && !held && err != -ESTALE &&
					      err != -ENOSPC);
	}
	t->connections = ssh_pool_used(p);
	t->resumed = p->resumed;
	/* What was acknowledged to a connection that broke may have died with the server. */
	t->reread = t->existing || p->lied || p->dropped || !held;
	err = ssh_told(t, "the server could not bring the file to stable storage", err);
	if (p->sync_lost && !held)
		why(t, SSH_SYNC_LOST, "the dump");
	if (p->no_sync)
		(void)snprintf(t->unassured, sizeof(t->unassured), SSH_NO_SYNC);
	return err;
}

/* Renamed, under its new name as long as it was, and the name made durable. */
static int publish_names(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct names *n = ctx;
	struct sftp_attrs a;
	int err;

	(void)f;
	if (n->lost) {
		(void)!sftp_rename(s, n->to, n->from);
		return -ECONNRESET;
	}
	n->asked = true;
	err = sftp_rename(s, n->from, n->to);
	/* When the connection broke behind it, it may have been done already. */
	if (err < 0 && s->broken)
		return err;
	if (err < 0 && sftp_lstat(s, n->from, &a) != -ENOENT)
		return err;
	err = sftp_lstat(s, n->to, &a);
	if (err == 0 && ((a.has_size && a.size != n->size) || (a.has_mode && !S_ISREG(a.mode))))
		err = -ESTALE;
	if (err == 0)
		err = ssh_sync_names(n->t, s, &n->lost);
	/* A name that may not last is none. */
	if (err < 0 && !s->broken)
		(void)!sftp_rename(s, n->to, n->from);
	return err;
}

static int name_back(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct names *n = ctx;
	struct sftp_attrs a;
	int err = sftp_lstat(s, n->to, &a);

	(void)f;
	/* Some say no more than that it cannot be told: the old name may tell. */
	if (err < 0 && !s->broken)
		return err == -ENOENT ? 0 : sftp_lstat(s, n->from, &a);
	if (err == 0)
		err = sftp_rename(s, n->to, n->from);
	/* One of that name that is not this file is none of ours. */
	if (err < 0 && !s->broken && sftp_lstat(s, n->from, &a) == 0)
		return 0;
	n->t->renamed = err < 0 && !s->broken;
	return n->t->renamed ? 0 : err;
}

/* The time was over, or the connection: what is it called? A name that may not last is none. */
static void look_back(struct names *n)
{
	struct target *t = n->t;

	ssh_pool_again(ssh_pool_of(t));
	t->name_unknown = ssh_persist(t, name_back, n) < 0;
}

int ssh_publish(struct target *t, const char *from, const char *to)
{
	struct names n = {.t = t};
	int err = ssh_size(t, &n.size);

	if (err == 0)
		err = make_paths(&n, from, to);
	if (err == 0)
		err = ssh_pool_close(ssh_pool_of(t));
	if (err == 0)
		err = ssh_persist(t, publish_names, &n);
	if (err == 0)
		ssh_pool_grant(ssh_pool_of(t));
	err = ssh_told(t, "the server could not rename the file", err);
	if (n.lost)
		why(t, SSH_SYNC_LOST, "the dump's name");
	if (err < 0 && n.asked)
		look_back(&n);
	return err;
}
