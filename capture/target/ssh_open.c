// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"
#include "target/ssh_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

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
		r = ssh_sync_directory(b->t, s, slash == part ? "/" : part, &b->lost);
		*slash = '/';
	}
	return r < 0 ? r : err;
}

static int make_base(struct sftp *s, struct sftp_file *unused, void *ctx)
{
	struct base *b = ctx;
	const char *path = b->t->url->path, *end;
	char part[SSH_PATH_SIZE];
	struct sftp_attrs a;
	int err = sftp_stat(s, path, &a), made = 0;
	bool missing = err == -ENOENT;

	(void)unused;
	if (b->lost)
		return -EIO;
	if (err == 0 && a.has_mode && !S_ISDIR(a.mode))
		return -ENOTDIR;
	if (s->broken || (err == 0 && !b->again))
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
	/* Of what is not there some say no more than "Failure": whether it is shows the first file.
	 */
	return missing || s->broken ? made : 0;
}

struct probe {
	struct target *t;
	char path[SSH_PATH_SIZE];
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
	return s->broken ? err : 0;
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
	err = ssh_path(t, name, NULL, p.path);
	return err < 0 ? err : ssh_persist(t, probe_writable, &p);
}

/* The errno says more than the server's words, but for the one that says nothing. */
static int not_fit(struct target *t, const char *what, int err)
{
	const char *said = ssh_pool_said(ssh_pool_of(t));

	if (ssh_pool_of(t)->error)
		why(t, "%s", ssh_pool_of(t)->why);
	else if (err < 0)
		why(t, "%s: %s", what, err == -EIO && *said ? said : strerror(-err));
	return err;
}

int ssh_target_open(struct target *t)
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
	p->t = t;
	if (!(p->links[0].link.sftp.extensions & SFTP_EXT_FSYNC))
		(void)snprintf(t->unassured, sizeof(t->unassured), SSH_NO_SYNC);
	if (t->existing)
		return 0;
	(void)snprintf(what, sizeof(what), "cannot make %s on the server", t->url->path);
	err = not_fit(t, what, ssh_persist(t, make_base, &b));
	if (b.lost)
		why(t, SSH_SYNC_LOST, t->url->path);
	if (err < 0)
		return err;
	(void)snprintf(what, sizeof(what), "%s is not writable", t->url->path);
	return not_fit(t, what, probe(t));
}
