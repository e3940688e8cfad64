// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/worker.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "target/worker_parts.h"
#include "target/worker_side.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static int call(struct target *t, enum worker_op op, const char *name, const char *to,
		uint64_t *value)
{
	struct worker_request q = {.op = op};

	if ((name && strlen(name) >= sizeof(q.name)) || (to && strlen(to) >= sizeof(q.to)))
		return -ENAMETOOLONG;
	(void)snprintf(q.name, sizeof(q.name), "%s", name ? name : "");
	(void)snprintf(q.to, sizeof(q.to), "%s", to ? to : "");
	return worker_call(t, &q, -1, value);
}

static int worker_open(struct target *t)
{
	int err = worker_start(t);

	return err < 0 ? err : call(t, WORKER_OPEN, NULL, NULL, NULL);
}

static int worker_space(struct target *t, uint64_t *free_bytes)
{
	return call(t, WORKER_SPACE, NULL, NULL, free_bytes);
}

static int worker_begin(struct target *t, const char *dir)
{
	return call(t, WORKER_BEGIN, dir, NULL, NULL);
}

static int worker_create(struct target *t, const char *name)
{
	int err = call(t, WORKER_CREATE, name, NULL, NULL);

	if (err == 0)
		worker_forget_writes(t);
	return err;
}

static int worker_pread(struct target *t, void *buf, size_t len, uint64_t off)
{
	char *to = buf;

	while (len) {
		struct worker_request q = {
			.op = WORKER_PREAD,
			.len = len < WORKER_SLOT_SIZE ? len : WORKER_SLOT_SIZE,
			.off = off,
		};
		int err = worker_call(t, &q, -1, NULL);

		if (err < 0)
			return err;
		memcpy(to, worker_of(t)->area->other, q.len);
		to += q.len;
		off += q.len;
		len -= q.len;
	}
	return 0;
}

static int worker_size(struct target *t, uint64_t *bytes)
{
	return call(t, WORKER_SIZE, NULL, NULL, bytes);
}

/* A write that failed is for flush to tell, and its file has no name to be given. */
static int worker_arrive(struct target *t, const char *from, const char *to)
{
	int err = worker_settle(t, WORKER_ARRIVE, 0);

	return err < 0 ? err : call(t, WORKER_ARRIVE, from, to, NULL);
}

static int worker_earlier(struct target *t, bool drop, uint64_t *bytes)
{
	struct worker_request q = {.op = WORKER_EARLIER, .flag = drop};

	return worker_call(t, &q, -1, bytes);
}

static int worker_flush(struct target *t)
{
	int err = worker_settle(t, WORKER_FLUSH, 0);

	return err < 0 ? err : call(t, WORKER_FLUSH, NULL, NULL, NULL);
}

static int worker_publish(struct target *t, const char *from, const char *to)
{
	int err = call(t, WORKER_PUBLISH, from, to, NULL);

	/* Without an answer it may be done yet. */
	t->name_unknown = err < 0 && worker_of(t) && worker_of(t)->lost;
	return err;
}

static int worker_reopen(struct target *t, const char *dir, const char *name)
{
	return call(t, WORKER_REOPEN, dir, name, NULL);
}

/* What is in the reader, in a file that needs no file system. */
static int in_memory(const struct reader *data)
{
	_cleanup_close_ int fd = memfd_create("put", MFD_CLOEXEC);
	int err = fd < 0 ? -errno : reader_copy(data, fd);

	return err < 0 ? err : take_fd(&fd);
}

static int worker_put(struct target *t, const char *name, const struct reader *data)
{
	struct worker_request q = {.op = WORKER_PUT, .off = data->size};
	/* A file is read over there: a copy of an opalcore may need more memory than there is. */
	_cleanup_close_ int copy = data->file ? -1 : in_memory(data);
	int fd = data->file ? *data->file : copy;

	if (fd < 0)
		return fd;
	if (strlen(name) >= sizeof(q.name))
		return -ENAMETOOLONG;
	(void)snprintf(q.name, sizeof(q.name), "%s", name);
	return worker_call(t, &q, fd, NULL);
}

static int worker_abandon(struct target *t, const char *name)
{
	int err = call(t, WORKER_ABANDON, name, NULL, NULL);

	if (err == 0)
		worker_forget_writes(t);
	return err;
}

static int worker_capacity(struct target *t, uint64_t *bytes)
{
	return call(t, WORKER_CAPACITY, NULL, NULL, bytes);
}

static size_t at_most(size_t size)
{
	size_t room = sizeof(((struct worker_area *)NULL)->other);

	return size < room ? size : room;
}

static int worker_list(struct target *t, char *buf, size_t size, size_t *len)
{
	struct worker_request q = {.op = WORKER_LIST, .len = at_most(size)};
	uint64_t n = 0;
	int err = worker_call(t, &q, -1, &n);

	if (err < 0)
		return err;
	*len = n < q.len ? (size_t)n : q.len;
	memcpy(buf, worker_of(t)->area->other, *len);
	return 0;
}

static int worker_look(struct target *t, const char *dir, struct target_entry *out, char *manifest,
		       size_t size)
{
	struct worker_request q = {.op = WORKER_LOOK, .len = at_most(size)};
	const struct worker_area *area;
	int err;

	if (strlen(dir) >= sizeof(q.name))
		return -ENAMETOOLONG;
	(void)snprintf(q.name, sizeof(q.name), "%s", dir);
	err = worker_call(t, &q, -1, NULL);
	if (err < 0)
		return err;
	area = worker_of(t)->area;
	*out = area->entry;
	memcpy(manifest, area->other, q.len);
	return 0;
}

static int worker_drop(struct target *t, const struct target_entry *entry, enum target_drop what)
{
	struct worker_request q = {.op = WORKER_DROP, .drop = what};
	struct worker *w = worker_of(t);

	/* What is under way has come to its end before the entry is written over. */
	if (w)
		(void)!worker_settle(t, WORKER_DROP, 0);
	if (w && !w->lost)
		w->area->entry = *entry;
	return worker_call(t, &q, -1, NULL);
}

static int worker_close(struct target *t)
{
	int err = 0;

	if (!worker_of(t))
		return 0;
	if (!worker_of(t)->lost)
		err = call(t, WORKER_CLOSE, NULL, NULL, NULL);
	worker_end(t);
	return err;
}

const struct target_ops worker_ops = {
	.open = worker_open,
	.space = worker_space,
	.begin = worker_begin,
	.create = worker_create,
	.write = worker_write,
	.pread = worker_pread,
	.size = worker_size,
	.arrive = worker_arrive,
	.earlier = worker_earlier,
	.flush = worker_flush,
	.publish = worker_publish,
	.reopen = worker_reopen,
	.put = worker_put,
	.abandon = worker_abandon,
	.capacity = worker_capacity,
	.list = worker_list,
	.look = worker_look,
	.drop = worker_drop,
	.close = worker_close,
};
