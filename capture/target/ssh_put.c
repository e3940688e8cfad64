// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file {
	struct target *t;
	const struct reader *data;
	char tmp[SSH_PATH_SIZE], path[SSH_PATH_SIZE];
	bool lost; /* the answer to a sync of the names */
};

static int put_file(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	struct file *p = ctx;
	struct sftp_file f = {.len = 0};
	int err = sftp_open(s, p->tmp, SFTP_FXF_WRITE | SFTP_FXF_CREAT | SFTP_FXF_TRUNC, &f), r;

	(void)unused;
	if (err < 0)
		return err;
	err = sftp_write_all(s, &f, p->data);
	if (err == 0)
		err = sftp_fsync(s, &f);
	/* What it cannot do at all was said of the dump. */
	if (err == -EOPNOTSUPP)
		err = 0;
	r = sftp_close(s, &f);
	err = err < 0 ? err : r;
	/* A plain rename does not replace; this one is there from an earlier try. */
	if (err == 0 && !(s->extensions & SFTP_EXT_POSIX_RENAME))
		(void)!sftp_remove(s, p->path);
	if (err == 0)
		err = sftp_rename(s, p->tmp, p->path);
	if (err == 0)
		err = ssh_sync_names(p->t, s, &p->lost);
	if (err < 0 && !s->broken)
		(void)!sftp_remove(s, p->tmp);
	return err;
}

int ssh_put(struct target *t, const char *name, const struct reader *data)
{
	struct file p = {.t = t, .data = data};
	char tmp[300];
	int err;

	(void)snprintf(tmp, sizeof(tmp), "%s.incomplete", name);
	err = ssh_path(t, t->dir, tmp, p.tmp);
	if (err == 0)
		err = ssh_path(t, t->dir, name, p.path);
	if (err == 0)
		err = ssh_persist(t, put_file, &p);
	err = ssh_told(t, "the server did not take the file", err);
	if (err == 0 && p.lost) {
		(void)snprintf(t->why, sizeof(t->why), SSH_SYNC_LOST, "its name");
		err = -ECONNRESET;
	}
	return err;
}

static int remove_file(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct file *e = ctx;
	char dir[SSH_PATH_SIZE];
	struct sftp_attrs a;
	int err = sftp_remove(s, e->path);

	(void)f;
	/* "Failure" is also what a server says of a file that is not there. */
	if (err < 0 && !s->broken && (err == -ENOENT || sftp_lstat(s, e->path, &a) < 0))
		err = 0;
	/* Goes only when nothing, not even the log, was saved there. */
	if (ssh_path(e->t, e->t->dir, NULL, dir) == 0 && !s->broken && sftp_rmdir(s, dir) == 0)
		e->t->dir[0] = '\0';
	return err;
}

struct earlier {
	char path[SSH_PATH_SIZE];
	bool drop;
	uint64_t bytes;
};

static int find_earlier(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct earlier *e = ctx;
	struct sftp_attrs a = {0};
	int err = sftp_lstat(s, e->path, &a);

	(void)f;
	if (err < 0)
		return err;
	if (a.has_mode && !S_ISREG(a.mode))
		return -ENOENT;
	e->bytes = a.has_size ? a.size : 0;
	return e->drop ? sftp_remove(s, e->path) : 0;
}

int ssh_earlier(struct target *t, bool drop, uint64_t *bytes)
{
	struct earlier e = {.drop = drop};
	int err = ssh_path(t, t->dir, DUMP_UNPROVED, e.path);

	if (err == 0)
		err = ssh_persist(t, find_earlier, &e);
	if (err == 0)
		*bytes = e.bytes;
	return err;
}

int ssh_abandon(struct target *t, const char *name)
{
	struct ssh_pool *p = ssh_pool_of(t);
	struct file e = {.t = t};

	if (!t->dir[0])
		return 0;
	ssh_pool_forget(p);
	if (!*name)
		return 0;
	if (ssh_path(t, t->dir, name, e.path) < 0)
		return -ENAMETOOLONG;
	return ssh_persist(t, remove_file, &e);
}
