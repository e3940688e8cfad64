// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/worker.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "target/worker_parts.h"
#include "target/worker_start.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define CLEANUP_MS  INT64_C(20000) /* for what is left to do when the deadline is over */

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

static struct worker *worker(const struct target *t)
{
	return t->kind;
}

/* It does not answer, or is gone: nothing is asked of it any more. */
static int lose(struct target *t, int err)
{
	struct worker *w = worker(t);

	w->lost = err;
	w->under_way = 0;
	if (err == -ETIMEDOUT)
		(void)snprintf(w->why, sizeof(w->why), "it does not answer: given up after %lld s",
			       (long long)((clock_ms() - w->asked) / 1000));
	else
		(void)snprintf(w->why, sizeof(w->why), "the process that serves it died");
	why(t, "%s", w->why);
	return err;
}

static int64_t until(const struct target *t, enum worker_op op)
{
	int64_t now = clock_ms(), patience = t->served->patience_ms, last = t->env->deadline;
	bool cleanup = op == WORKER_PUT || op == WORKER_ABANDON || op == WORKER_CLOSE;

	if (cleanup && last && last < now + CLEANUP_MS)
		last = now + CLEANUP_MS;
	if (t->env->patience_ms && t->env->patience_ms < patience)
		patience = t->env->patience_ms;
	return last && last < now + patience ? last : now + patience;
}

/* What the worker found out about the target. */
static void take_over(struct target *t)
{
	const struct target *s = &worker(t)->area->t;

	memcpy(t->why, s->why, sizeof(t->why));
	memcpy(t->dir, s->dir, sizeof(t->dir));
	memcpy(t->unassured, s->unassured, sizeof(t->unassured));
	t->in_memory = s->in_memory;
	t->full = s->full;
	t->owner = s->owner;
	t->reread = s->reread;
}

/* The next answer, which is to a request of the kind op. Its error, or -ETIMEDOUT or -EPIPE, after
 * which the worker is lost. */
static int hear(struct target *t, enum worker_op op, uint64_t *value)
{
	struct worker *w = worker(t);
	int64_t deadline = until(t, op);
	struct worker_answer a;
	ssize_t n;

	for (;;) {
		struct pollfd p = {.fd = w->sock, .events = POLLIN};
		int64_t left = deadline - clock_ms();
		int r;

		if (left <= 0)
			return lose(t, -ETIMEDOUT);
		r = poll(&p, 1, left < 1000 ? (int)left : 1000);
		if (r < 0 && errno != EINTR)
			return lose(t, -errno);
		if (r <= 0)
			continue;
		n = recv(w->sock, &a, sizeof(a), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(a))
			return lose(t, -EPIPE);
		if (!a.busy)
			break;
		deadline = until(t, op);
	}
	if (value)
		*value = a.value;
	return a.err;
}

static int tell(struct target *t, const struct worker_request *q, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.buf = {0}};
	struct iovec iov = {.iov_base = (void *)q, .iov_len = sizeof(*q)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct worker *w = worker(t);
	ssize_t n;

	if (fd >= 0) {
		struct cmsghdr *c;

		m.msg_control = control.buf;
		m.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	w->asked = clock_ms();
	do
		n = sendmsg(w->sock, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*q) ? 0 : lose(t, -EPIPE);
}

static int lost(struct target *t)
{
	why(t, "%s", worker(t)->why);
	return worker(t)->lost;
}

/* An error other than the want of room is for good. */
static void note_write(struct target *t, int err)
{
	struct worker *w = worker(t);

	if (err >= 0 || (w->write_error && err == -ENOSPC))
		return;
	w->write_error = err;
	w->told = false;
	/* What came behind it may lie over it: it is made again, in the same order. */
	w->again = err == -ENOSPC ? w->under_way + 1 : 0;
	take_over(t);
}

/* Wait until no more than n writes are under way. The first error of any. */
static int settle(struct target *t, unsigned int n)
{
	struct worker *w = worker(t);

	while (w->under_way > n && !w->lost) {
		int err = hear(t, WORKER_WRITE, NULL);

		if (w->lost)
			return err;
		w->under_way--;
		note_write(t, err);
	}
	return w->lost ? lost(t) : w->write_error;
}

/* Ask, and wait for the answer; writes that failed are another matter. */
static int call_with(struct target *t, const struct worker_request *q, int fd, uint64_t *value)
{
	struct worker *w = worker(t);
	int err;

	if (!w)
		return -EBADF;
	(void)!settle(t, 0);
	if (w->lost)
		return lost(t);
	memcpy(w->area->t.why, t->why, sizeof(t->why));
	err = tell(t, q, fd);
	if (err == 0)
		err = hear(t, q->op, value);
	if (!w->lost)
		take_over(t);
	return err;
}

static int call(struct target *t, enum worker_op op, const char *name, const char *to,
		uint64_t *value)
{
	struct worker_request q = {.op = op};

	if ((name && strlen(name) >= sizeof(q.name)) || (to && strlen(to) >= sizeof(q.to)))
		return -ENAMETOOLONG;
	(void)snprintf(q.name, sizeof(q.name), "%s", name ? name : "");
	(void)snprintf(q.to, sizeof(q.to), "%s", to ? to : "");
	return call_with(t, &q, -1, value);
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
	return call(t, WORKER_CREATE, name, NULL, NULL);
}

/* There may be room by now. */
static int write_again(struct target *t)
{
	struct worker *w = worker(t);

	while (w->again) {
		unsigned int slot = (w->next + WORKER_SLOTS - w->again) % WORKER_SLOTS;
		int err = call_with(t, &w->sent[slot], -1, NULL);

		if (err < 0 && err != -ENOSPC)
			w->again = 0;
		if (err < 0) {
			w->write_error = err;
			return err;
		}
		if (--w->again == 0)
			w->write_error = 0;
	}
	return w->write_error;
}

static int write_slot(struct target *t, const void *buf, size_t len, uint64_t off)
{
	struct worker *w = worker(t);
	struct worker_request *q = &w->sent[w->next];
	int err;

	*q = (struct worker_request){.op = WORKER_WRITE, .slot = w->next, .len = len, .off = off};
	memcpy(w->area->data[q->slot], buf, len);
	err = tell(t, q, -1);
	if (err < 0)
		return err;
	w->under_way++;
	w->next = (w->next + 1) % WORKER_SLOTS;
	return 0;
}

static int worker_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	struct worker *w = worker(t);
	const char *from = buf;
	int err = w->write_error && w->told ? write_again(t) : 0;

	while (len && err == 0) {
		size_t n = len < WORKER_SLOT_SIZE ? len : WORKER_SLOT_SIZE;

		err = settle(t, WORKER_SLOTS - 1);
		if (err == 0)
			err = write_slot(t, from, n, off);
		from += n;
		off += n;
		len -= n;
	}
	if (err == 0 && from == (const char *)buf)
		err = settle(t, 0);
	/* What comes behind the one that failed is to be known before it is made again. */
	if (err < 0 && !w->lost)
		(void)!settle(t, 0);
	w->told = w->write_error != 0;
	return w->lost ? w->lost : w->write_error ? w->write_error : err;
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
		int err = call_with(t, &q, -1, NULL);

		if (err < 0)
			return err;
		memcpy(to, worker(t)->area->other, q.len);
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

static int worker_flush(struct target *t)
{
	int err = settle(t, 0);

	return err < 0 ? err : call(t, WORKER_FLUSH, NULL, NULL, NULL);
}

static int worker_publish(struct target *t, const char *from, const char *to)
{
	return call(t, WORKER_PUBLISH, from, to, NULL);
}

static int worker_reopen(struct target *t, const char *dir, const char *name)
{
	return call(t, WORKER_REOPEN, dir, name, NULL);
}

/* What is in the reader, in a file that needs no file system. */
static int in_memory(const struct reader *data)
{
	_cleanup_close_ int fd = memfd_create("put", MFD_CLOEXEC);
	_cleanup_free_ char *buf = malloc(64 * KIB);
	uint64_t off;

	if (fd < 0)
		return -errno;
	if (!buf)
		return -ENOMEM;
	for (off = 0; off < data->size;) {
		uint64_t left = data->size - off;
		size_t n = left < 64 * KIB ? (size_t)left : 64 * KIB;
		int err = data->pread(data->ctx, buf, n, off);

		if (err == 0)
			err = pwrite_full(fd, buf, n, off);
		if (err < 0)
			return err;
		off += n;
	}
	return take_fd(&fd);
}

static int worker_put(struct target *t, const char *name, const struct reader *data)
{
	struct worker_request q = {.op = WORKER_PUT};
	_cleanup_close_ int fd = in_memory(data);

	if (fd < 0)
		return fd;
	if (strlen(name) >= sizeof(q.name))
		return -ENAMETOOLONG;
	(void)snprintf(q.name, sizeof(q.name), "%s", name);
	return call_with(t, &q, fd, NULL);
}

static int worker_abandon(struct target *t, const char *name)
{
	return call(t, WORKER_ABANDON, name, NULL, NULL);
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
	int err = call_with(t, &q, -1, &n);

	if (err < 0)
		return err;
	*len = n < q.len ? (size_t)n : q.len;
	memcpy(buf, worker(t)->area->other, *len);
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
	err = call_with(t, &q, -1, NULL);
	if (err < 0)
		return err;
	area = worker(t)->area;
	*out = area->entry;
	memcpy(manifest, area->other, q.len);
	return 0;
}

static int worker_drop(struct target *t, const struct target_entry *entry, enum target_drop what)
{
	struct worker_request q = {.op = WORKER_DROP, .drop = what};
	struct worker *w = worker(t);

	/* Nobody reads it before it is told to. */
	if (w && !w->lost)
		w->area->entry = *entry;
	return call_with(t, &q, -1, NULL);
}

static int worker_close(struct target *t)
{
	int err = 0;

	if (!worker(t))
		return 0;
	if (!worker(t)->lost)
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
