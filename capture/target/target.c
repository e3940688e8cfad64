// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/target.h"

#include "base/cleanup.h"
#include "base/wait.h"
#include "target/disk.h"
#include "target/nfs.h"
#include "target/ssh.h"
#include "target/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct target_ops *const kinds[] = {
	[URL_FILE] = &disk_ops,
	[URL_NFS] = &nfs_ops,
	[URL_SSH] = &ssh_ops,
};

static int open_target(struct target *t, const struct url *url, const struct target_env *env,
		       bool existing)
{
	_cleanup_free_ char *text = url_format(url);
	int err;

	*t = (struct target){
		.env = env,
		.root = env->root,
		.url = url,
		.existing = existing,
		.shared = url->scheme != URL_FILE,
		.base_fd = -1,
		.dir_fd = -1,
		.file_fd = -1,
		.mount_lock = -1,
	};
	if (!text)
		return -ENOMEM;
	if (strlen(text) >= sizeof(t->text))
		return -ENAMETOOLONG;
	(void)snprintf(t->text, sizeof(t->text), "%s", text);
	t->served = kinds[url->scheme];
	t->ops = t->served->patience_ms && !env->in_process ? &worker_ops : t->served;
	err = t->ops->open(t);
	if (err < 0)
		(void)t->ops->close(t);
	return err;
}

int target_open(struct target *t, const struct url *url, const struct target_env *env)
{
	return open_target(t, url, env, false);
}

int target_open_existing(struct target *t, const struct url *url, const struct target_env *env)
{
	return open_target(t, url, env, true);
}

int target_close(struct target *t)
{
	return t->ops->close(t);
}

int target_busy(const struct target *t, bool gets_on)
{
	return t->busy ? t->busy(t->busy_ctx, gets_on) : 0;
}

int64_t target_until(const struct target *t, int64_t ms)
{
	int64_t silence = t->env->patience_ms / 4 * 3;

	return deadline_in(t->env->deadline, silence && silence < ms ? silence : ms);
}

struct buffer {
	const char *data;
	size_t len;
};

static int buffer_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct buffer *b = ctx;

	if (!range_ok(off, len, b->len))
		return -ENODATA;
	memcpy(buf, b->data + off, len);
	return 0;
}

int target_put(struct target *t, const char *name, const void *buf, size_t len)
{
	struct buffer b = {.data = buf, .len = len};
	struct reader r = {.pread = buffer_pread, .ctx = &b, .size = len};

	t->why[0] = '\0';
	return t->ops->put(t, name, &r);
}

int target_capacity(struct target *t, uint64_t *bytes)
{
	return t->ops->capacity ? t->ops->capacity(t, bytes) : -EOPNOTSUPP;
}

int target_list(struct target *t, char *buf, size_t size, size_t *len)
{
	return t->ops->list ? t->ops->list(t, buf, size, len) : -EOPNOTSUPP;
}

int target_look(struct target *t, const char *dir, struct target_entry *out, char *manifest,
		size_t size)
{
	return t->ops->look ? t->ops->look(t, dir, out, manifest, size) : -EOPNOTSUPP;
}

int target_drop(struct target *t, const struct target_entry *entry, enum target_drop what)
{
	return t->ops->drop ? t->ops->drop(t, entry, what) : -EOPNOTSUPP;
}
