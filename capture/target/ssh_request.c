// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TRIES       3 /* of a request whose connection broke */

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

/* What went wrong, in the words of whoever knows most. */
int ssh_told(struct target *t, const char *what, int err)
{
	const struct ssh_pool *p = ssh_pool_of(t);
	const char *said = ssh_pool_said(p);

	if (p->error)
		why(t, "%s", p->why);
	else if (err < 0)
		why(t, "%s: %s", what, *said ? said : strerror(-err));
	return err;
}

/* "PATH/A" or "PATH/A/B". 0 or -ENAMETOOLONG. */
int ssh_path(const struct target *t, const char *a, const char *b, char *buf)
{
	const char *base = strcmp(t->url->path, "/") == 0 ? "" : t->url->path;
	int n = snprintf(buf, SSH_PATH_SIZE, "%s/%s%s%s", base, a, b ? "/" : "", b ? b : "");

	return n < 0 || n >= SSH_PATH_SIZE ? -ENAMETOOLONG : 0;
}

int ssh_persist(struct target *t, ssh_request *r, void *ctx)
{
	struct ssh_pool *p = ssh_pool_of(t);
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
