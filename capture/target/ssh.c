// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh.h"

#include "target/ssh_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct room {
	struct target *t;
	uint64_t bytes;
};

static int ask_space(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	struct room *r = ctx;

	(void)unused;
	return sftp_statvfs(s, r->t->url->path, &r->bytes);
}

static int ssh_space(struct target *t, uint64_t *free_bytes)
{
	struct room r = {.t = t};
	int err = ssh_persist(t, ask_space, &r);

	if (err == 0)
		*free_bytes = r.bytes;
	/* Only writing shows what a server has that does not say it. */
	return err < 0 && !ssh_pool_of(t)->error ? -EOPNOTSUPP : err;
}

/* A directory that is there already may be used when it is ours alone and holds no dump. */
static int may_use(struct target *t, struct sftp *s, const char *dir, const char *path)
{
	char vmcore[SSH_PATH_SIZE];
	struct sftp_attrs a;
	int err = ssh_path(t, dir, DUMP_VMCORE, vmcore);

	if (err < 0)
		return err;
	err = sftp_lstat(s, path, &a);
	if (err < 0)
		return err;
	if (!a.has_mode || !S_ISDIR(a.mode) || (a.mode & 022))
		return -EEXIST;
	err = sftp_lstat(s, vmcore, &a);
	/* Where it cannot be told, another name will do. */
	return err == -ENOENT ? 0 : s->broken ? err : -EEXIST;
}

struct directory {
	struct target *t;
	const char *name;
	char path[SSH_PATH_SIZE];
};

static int make_directory(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	const struct directory *d = ctx;
	int err = sftp_mkdir(s, d->path), used;

	(void)unused;
	/* "Failure" is also what a server says of a name that is taken. */
	if (err < 0 && !s->broken) {
		used = may_use(d->t, s, d->name, d->path);
		/* Of what is not there some say "Failure", too: then it could not be made. */
		if (used == 0 || used == -EEXIST || s->broken)
			err = used;
	}
	return err;
}

static int ssh_begin(struct target *t, const char *dir)
{
	struct directory d = {.t = t, .name = dir};
	int err = ssh_path(t, dir, NULL, d.path);

	if (err == 0)
		err = ssh_persist(t, make_directory, &d);
	if (err < 0)
		return err == -EEXIST ? err : ssh_told(t, "cannot make the directory", err);
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	ssh_pool_of(t)->named = false;
	return 0;
}

static int create_file(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	const struct directory *d = ctx;
	int err = sftp_remove(s, d->path);

	(void)unused;
	/* Whether there was one, and it could be removed, shows in that it can be created. */
	return s->broken ? err : ssh_pool_create(ssh_pool_of(d->t), d->path);
}

static int ssh_create(struct target *t, const char *name)
{
	struct directory d = {.t = t, .name = name};
	int err = ssh_path(t, t->dir, name, d.path);

	if (err == 0)
		err = ssh_persist(t, create_file, &d);
	return ssh_told(t, "the server does not create the file", err);
}

static int ssh_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	struct ssh_pool *p = ssh_pool_of(t);

	ssh_pool_reread(p);
	return ssh_told(t, "", len ? ssh_pool_write(p, buf, len, off) : ssh_pool_drain(p));
}

static int ask_size(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct sftp_attrs *a = ctx;

	return sftp_fstat(s, f, a);
}

int ssh_size(struct target *t, uint64_t *bytes)
{
	struct sftp_attrs a = {0};
	int err = ssh_persist(t, ask_size, &a);

	if (err == 0 && !a.has_size)
		err = -EOPNOTSUPP;
	if (err == 0)
		*bytes = a.size;
	return ssh_told(t, "the server does not say how long the file is", err);
}

struct existing {
	struct target *t;
	char path[SSH_PATH_SIZE];
	bool lost; /* the connection, with the answer to a sync */
};

static int open_existing(struct sftp *s, struct sftp_file *f, void *ctx)
{
	const struct existing *e = ctx;
	struct sftp_attrs a;
	int err = sftp_lstat(s, e->path, &a);

	if (err == 0 && a.has_mode && !S_ISREG(a.mode))
		err = -EINVAL;
	return err < 0 ? err : sftp_open(s, e->path, SFTP_FXF_READ, f);
}

/* It was published before; whether its names last has to be found out again. */
static int sync_again(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct existing *e = ctx;

	(void)f;
	return e->lost ? -ECONNRESET : ssh_sync_names(e->t, s, &e->lost);
}

static int ssh_reopen(struct target *t, const char *dir, const char *name)
{
	struct existing e = {.t = t};
	int err;

	if (!*dir || strchr(dir, '/'))
		return -EINVAL;
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	ssh_pool_of(t)->named = false;
	err = ssh_path(t, dir, name, e.path);
	if (err == 0)
		err = ssh_persist(t, open_existing, &e);
	if (err == 0)
		ssh_pool_adopt(ssh_pool_of(t), e.path);
	if (err == 0)
		err = ssh_persist(t, sync_again, &e);
	/* Saved before: the server may have lost what it had not synced since. */
	t->reread = true;
	return ssh_told(t, "it cannot be opened", err);
}

static int ssh_target_close(struct target *t)
{
	struct ssh_pool *p = t->kind;

	if (!p)
		return 0;
	ssh_pool_deinit(p);
	free(p);
	t->kind = NULL;
	return 0;
}

const struct target_ops ssh_ops = {
	.open = ssh_target_open,
	.space = ssh_space,
	.begin = ssh_begin,
	.create = ssh_create,
	.write = ssh_write,
	.pread = ssh_pread,
	.size = ssh_size,
	.arrive = ssh_arrive,
	.earlier = ssh_earlier,
	.flush = ssh_flush,
	.publish = ssh_publish,
	.reopen = ssh_reopen,
	.put = ssh_put,
	.abandon = ssh_abandon,
	.close = ssh_target_close,
};
