// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh.h"

#include "base/clock.h"
#include "target/ssh_pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define PATH_SIZE   1024
#define TRIES       3 /* of a request whose connection broke */

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

static struct ssh_pool *pool(const struct target *t)
{
	return t->kind;
}

/* What went wrong, in the words of whoever knows most. */
static int told(struct target *t, const char *what, int err)
{
	const struct ssh_pool *p = pool(t);
	const char *said = ssh_pool_said(p);

	if (p->error)
		why(t, "%s", p->why);
	else if (err < 0)
		why(t, "%s: %s", what, *said ? said : strerror(-err));
	return err;
}

/* "PATH/A" or "PATH/A/B". 0 or -ENAMETOOLONG. */
static int path_of(const struct target *t, const char *a, const char *b, char *buf)
{
	const char *base = strcmp(t->url->path, "/") == 0 ? "" : t->url->path;
	int n = snprintf(buf, PATH_SIZE, "%s/%s%s%s", base, a, b ? "/" : "", b ? b : "");

	return n < 0 || n >= PATH_SIZE ? -ENAMETOOLONG : 0;
}

/* A request that may be made again when its connection breaks. */
typedef int request(struct sftp *s, struct sftp_file *f, void *ctx);

static int persist(struct target *t, request *r, void *ctx)
{
	struct ssh_pool *p = pool(t);
	int i, err = -ECONNRESET;

	for (i = 0; i < TRIES; i++) {
		struct sftp *s = ssh_pool_any(p);

		if (!s)
			return p->error ? p->error : -ECONNRESET;
		err = r(s, ssh_pool_file(p), ctx);
		if (!s->broken)
			break;
	}
	return err;
}

/*
 * A disk tells of an error once, to whoever asks first. Where the connection broke before the
 * answer to a sync, asking again proves nothing.
 */
#define SYNC_LOST                                                                                  \
	"the connection broke while the server brought %s to stable storage; whether that worked " \
	"is not known"

/*
 * A directory can be opened for reading like a file, and then synced, at OpenSSH's server. *lost is
 * set when the connection broke before the answer to the sync.
 */
static int sync_directory(struct target *t, struct sftp *s, const char *path, bool *lost)
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
	/* A server that has no such thing says so, or does not open it; a disk's error is one. */
	if (synced == -EIO)
		return synced;
	if (err < 0 && !t->unassured[0])
		(void)snprintf(t->unassured, sizeof(t->unassured),
			       "the server does not sync directories: a name may be lost when it "
			       "dies");
	return 0;
}

struct base {
	struct target *t;
	bool again; /* what is there may be of an earlier try, whose connection broke */
	bool lost;  /* the answer to a sync */
};

/*
 * One directory of the target's path, durable in the one above it. 0, -EEXIST or another -errno;
 * what is there already is taken for durable but where it may be ours.
 */
static int make_part(struct base *b, struct sftp *s, char *part)
{
	char *slash = strrchr(part, '/');
	int err = sftp_mkdir(s, part), r = 0;

	if (s->broken)
		return err;
	if (err == 0 || b->again) {
		*slash = '\0';
		r = sync_directory(b->t, s, slash == part ? "/" : part, &b->lost);
		*slash = '/';
	}
	return r < 0 ? r : err;
}

static int make_base(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	struct base *b = ctx;
	const char *path = b->t->url->path, *end;
	char part[PATH_SIZE];
	struct sftp_attrs a;
	int err = sftp_stat(s, path, &a), made = 0;
	bool missing = err == -ENOENT;

	(void)unused;
	if (b->lost)
		return -EIO;
	if (err == 0 && a.has_mode && !S_ISDIR(a.mode))
		return -ENOTDIR;
	if (!missing && !(err == 0 && b->again))
		return err;
	b->again = b->again || missing;
	for (end = strchr(path + 1, '/');; end = strchr(end + 1, '/')) {
		(void)snprintf(part, sizeof(part), "%.*s",
			       end ? (int)(end - path) : (int)strlen(path), path);
		/* It may be there already; the last one is missing for sure. */
		made = make_part(b, s, part);
		if (!end || s->broken)
			break;
	}
	return missing || s->broken ? made : 0;
}

struct probe {
	struct target *t;
	char path[PATH_SIZE];
	bool again;
};

/* Ask by doing, with a name that nobody has but an earlier try of ours. */
static int probe_writable(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	struct probe *p = ctx;
	struct sftp_file f = {.len = 0};
	uint32_t flags = SFTP_FXF_WRITE | SFTP_FXF_CREAT;
	int err = sftp_open(s, p->path, flags | (p->again ? 0 : SFTP_FXF_EXCL), &f);

	(void)unused;
	p->again = true;
	if (err < 0)
		return err;
	err = sftp_close(s, &f);
	(void)!sftp_remove(s, p->path);
	return err;
}

static int probe(struct target *t)
{
	struct probe p = {.t = t};
	unsigned int number;
	char name[40];
	int err;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
		number = (unsigned int)clock_ms();
	(void)snprintf(name, sizeof(name), ".fadump-ng-probe-%08x", number);
	err = path_of(t, name, NULL, p.path);
	return err < 0 ? err : persist(t, probe_writable, &p);
}

/* The errno says more than the server's words, but for the one that says nothing. */
static int not_fit(struct target *t, const char *what, int err)
{
	const char *said = ssh_pool_said(pool(t));

	if (pool(t)->error)
		why(t, "%s", pool(t)->why);
	else if (err < 0)
		why(t, "%s: %s", what, err == -EIO && *said ? said : strerror(-err));
	return err;
}

static int ssh_target_open(struct target *t)
{
	const char *connections = t->existing ? NULL : url_option(t->url, "connections");
	struct ssh_pool *p = calloc(1, sizeof(*p));
	struct base b = {.t = t};
	char what[300];
	int err;

	if (!p)
		return -ENOMEM;
	t->kind = p;
	err = ssh_pool_init(p, t->url, t->env, connections ? strtoul(connections, NULL, 10) : 1);
	if (err < 0) {
		why(t, "%s", p->why);
		return err;
	}
	if (!(p->links[0].link.sftp.extensions & SFTP_EXT_FSYNC))
		(void)snprintf(
			t->unassured, sizeof(t->unassured),
			"the server cannot be asked to bring data to stable storage (fsync)");
	if (t->existing)
		return 0;
	(void)snprintf(what, sizeof(what), "cannot make %s on the server", t->url->path);
	err = not_fit(t, what, persist(t, make_base, &b));
	if (b.lost)
		why(t, SYNC_LOST, t->url->path);
	if (err < 0)
		return err;
	(void)snprintf(what, sizeof(what), "%s is not writable", t->url->path);
	return not_fit(t, what, probe(t));
}

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
	int err = persist(t, ask_space, &r);

	if (err == 0)
		*free_bytes = r.bytes;
	return err;
}

/* A directory that is there already may be used when it is ours alone and holds no dump. */
static int may_use(struct target *t, struct sftp *s, const char *dir, const char *path)
{
	char vmcore[PATH_SIZE];
	struct sftp_attrs a;
	int err = path_of(t, dir, DUMP_VMCORE, vmcore);

	if (err < 0)
		return err;
	err = sftp_lstat(s, path, &a);
	if (err < 0)
		return err;
	if (!a.has_mode || !S_ISDIR(a.mode) || (a.mode & 022))
		return -EEXIST;
	err = sftp_lstat(s, vmcore, &a);
	return err == 0 ? -EEXIST : err == -ENOENT ? 0 : err;
}

struct directory {
	struct target *t;
	const char *name;
	char path[PATH_SIZE];
};

static int make_directory(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	const struct directory *d = ctx;
	int err = sftp_mkdir(s, d->path), used;

	(void)unused;
	/* "Failure" is also what a server says of a name that is taken. */
	if (err < 0 && !s->broken) {
		used = may_use(d->t, s, d->name, d->path);
		if (used != -ENOENT)
			err = used;
	}
	return err;
}

static int ssh_begin(struct target *t, const char *dir)
{
	struct directory d = {.t = t, .name = dir};
	int err = path_of(t, dir, NULL, d.path);

	if (err == 0)
		err = persist(t, make_directory, &d);
	if (err < 0)
		return err == -EEXIST ? err : told(t, "cannot make the directory", err);
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	return 0;
}

static int create_file(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	const struct directory *d = ctx;
	int err = sftp_remove(s, d->path);

	(void)unused;
	if (err == 0 || err == -ENOENT)
		err = ssh_pool_create(pool(d->t), d->path);
	return err;
}

static int ssh_create(struct target *t, const char *name)
{
	struct directory d = {.t = t, .name = name};
	int err = path_of(t, t->dir, name, d.path);

	if (err == 0)
		err = persist(t, create_file, &d);
	return told(t, "the server does not create the file", err);
}

static int ssh_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	return told(t, "", ssh_pool_write(pool(t), buf, len, off));
}

struct range {
	void *buf;
	size_t len;
	uint64_t off;
};

static int read_range(struct sftp *s, struct sftp_file *f, void *ctx)
{
	const struct range *r = ctx;

	return sftp_read(s, f, r->buf, r->len, r->off);
}

static int ssh_pread(struct target *t, void *buf, size_t len, uint64_t off)
{
	struct range r = {.buf = buf, .len = len, .off = off};

	return persist(t, read_range, &r);
}

static int ask_size(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct sftp_attrs *a = ctx;

	return sftp_fstat(s, f, a);
}

static int ssh_size(struct target *t, uint64_t *bytes)
{
	struct sftp_attrs a = {0};
	int err = persist(t, ask_size, &a);

	if (err == 0 && !a.has_size)
		err = -EOPNOTSUPP;
	if (err == 0)
		*bytes = a.size;
	return told(t, "the server does not say how long the file is", err);
}

static int sync_file(struct sftp *s, const struct sftp_file *f)
{
	return s->extensions & SFTP_EXT_FSYNC ? sftp_fsync(s, f) : 0;
}

struct flush {
	struct ssh_pool *pool;
	bool held; /* the connection that was answered on has been there from the beginning */
	bool lost; /* one broke before the answer to a sync */
};

static int flush_file(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct flush *w = ctx;
	struct sftp_attrs a;
	int err;

	w->held = ssh_pool_held(w->pool);
	if (!(s->extensions & SFTP_EXT_FSYNC))
		return sftp_fstat(s, f, &a);
	err = sftp_fsync(s, f);
	w->lost = w->lost || s->broken;
	return err;
}

static int ssh_flush(struct target *t)
{
	struct ssh_pool *p = pool(t);
	struct flush w = {.pool = p};
	int err = p->path[0] ? ssh_pool_drain(p) : 0;

	if (err == 0)
		err = persist(t, flush_file, &w);
	t->resumed = p->resumed;
	/* What was acknowledged to a connection that broke may have died with the server. */
	t->reread = t->existing || p->lied || !w.held;
	err = told(t, "the server could not bring the file to stable storage", err);
	/* A connection that has held has the file open since before, and is told for itself. */
	if (err == 0 && w.lost && !w.held) {
		why(t, SYNC_LOST, "the dump");
		err = -EIO;
	}
	return err;
}

static int sync_names(struct target *t, struct sftp *s, bool *lost)
{
	char path[PATH_SIZE];
	int err = path_of(t, t->dir, NULL, path);

	if (err == 0)
		err = sync_directory(t, s, path, lost);
	return err < 0 ? err : sync_directory(t, s, t->url->path, lost);
}

struct names {
	struct target *t;
	char from[PATH_SIZE], to[PATH_SIZE];
	uint64_t size;
	bool lost; /* the answer to a sync of the names */
};

/* Renamed, under its new name as long as it was, and the name made durable. */
static int publish_names(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct names *n = ctx;
	struct sftp_attrs a;
	int err;

	(void)f;
	if (n->lost) {
		(void)!sftp_rename(s, n->to, n->from);
		return -EIO;
	}
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
		err = sync_names(n->t, s, &n->lost);
	/* A name that may not last is none. */
	if (err < 0 && !s->broken)
		(void)!sftp_rename(s, n->to, n->from);
	return err;
}

static int ssh_publish(struct target *t, const char *from, const char *to)
{
	struct names n = {.t = t};
	int err = ssh_size(t, &n.size);

	if (err == 0)
		err = path_of(t, t->dir, from, n.from);
	if (err == 0)
		err = path_of(t, t->dir, to, n.to);
	if (err == 0)
		err = ssh_pool_close(pool(t));
	if (err == 0)
		err = persist(t, publish_names, &n);
	if (err == 0)
		ssh_pool_grant(pool(t));
	err = told(t, "the server could not rename the file", err);
	if (n.lost)
		why(t, SYNC_LOST, "the dump's name");
	return err;
}

struct existing {
	struct target *t;
	char path[PATH_SIZE];
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

static int ssh_reopen(struct target *t, const char *dir, const char *name)
{
	struct existing e = {.t = t};
	int err;

	if (!*dir || strchr(dir, '/'))
		return -EINVAL;
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	err = path_of(t, dir, name, e.path);
	if (err == 0)
		err = persist(t, open_existing, &e);
	if (err == 0)
		ssh_pool_adopt(pool(t), e.path);
	/* Saved before: the server may have lost what it had not synced since. */
	t->reread = true;
	return told(t, "it cannot be opened", err);
}

static int copy_in(struct sftp *s, const struct sftp_file *f, const struct reader *data)
{
	uint64_t off;
	size_t n, size = s->limits.write < 64 * KIB ? (size_t)s->limits.write : 64 * KIB;
	char *buf = malloc(size);
	int err = buf ? 0 : -ENOMEM;

	for (off = 0; off < data->size && err == 0; off += n) {
		n = data->size - off < size ? (size_t)(data->size - off) : size;
		err = data->pread(data->ctx, buf, n, off);
		if (err == 0)
			err = sftp_write(s, f, buf, n, off);
	}
	free(buf);
	return err;
}

struct file {
	struct target *t;
	const struct reader *data;
	char tmp[PATH_SIZE], path[PATH_SIZE];
};

static int put_file(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	const struct file *p = ctx;
	struct sftp_file f = {.len = 0};
	int err = sftp_open(s, p->tmp, SFTP_FXF_WRITE | SFTP_FXF_CREAT | SFTP_FXF_TRUNC, &f), r;
	bool lost = false; /* of no consequence: when the connection breaks it is all done again */

	(void)unused;
	if (err < 0)
		return err;
	err = copy_in(s, &f, p->data);
	if (err == 0)
		err = sync_file(s, &f);
	r = sftp_close(s, &f);
	err = err < 0 ? err : r;
	/* A plain rename does not replace; this one is there from an earlier try. */
	if (err == 0 && !(s->extensions & SFTP_EXT_POSIX_RENAME))
		(void)!sftp_remove(s, p->path);
	if (err == 0)
		err = sftp_rename(s, p->tmp, p->path);
	if (err == 0)
		err = sync_names(p->t, s, &lost);
	if (err < 0 && !s->broken)
		(void)!sftp_remove(s, p->tmp);
	return err;
}

static int ssh_put(struct target *t, const char *name, const struct reader *data)
{
	struct file p = {.t = t, .data = data};
	char tmp[300];
	int err;

	(void)snprintf(tmp, sizeof(tmp), "%s.incomplete", name);
	err = path_of(t, t->dir, tmp, p.tmp);
	if (err == 0)
		err = path_of(t, t->dir, name, p.path);
	if (err == 0)
		err = persist(t, put_file, &p);
	return told(t, "the server did not take the file", err);
}

static int remove_file(struct sftp *s, struct sftp_file *f, void *ctx)
{
	struct existing *e = ctx;
	char dir[PATH_SIZE];
	int err = sftp_remove(s, e->path);

	(void)f;
	if (err == -ENOENT)
		err = 0;
	/* Goes only when nothing, not even the log, was saved there. */
	if (path_of(e->t, e->t->dir, NULL, dir) == 0 && !s->broken && sftp_rmdir(s, dir) == 0)
		e->t->dir[0] = '\0';
	return err;
}

static int ssh_abandon(struct target *t, const char *name)
{
	struct ssh_pool *p = pool(t);
	struct existing e = {.t = t};

	if (!t->dir[0])
		return 0;
	ssh_pool_forget(p);
	if (path_of(t, t->dir, name, e.path) < 0)
		return -ENAMETOOLONG;
	return persist(t, remove_file, &e);
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
	.flush = ssh_flush,
	.publish = ssh_publish,
	.reopen = ssh_reopen,
	.put = ssh_put,
	.abandon = ssh_abandon,
	.close = ssh_target_close,
};
