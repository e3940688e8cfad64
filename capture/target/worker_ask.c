// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/worker_side.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define CLEANUP_MS  INT64_C(20000) /* for what is left to do when the deadline is over */

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

/* It does not answer, or is gone: nothing is asked of it any more. */
static int lose(struct target *t, int err)
{
	struct worker *w = worker_of(t);

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

	if (op >= WORKER_CLEANUP && last && last < now + CLEANUP_MS)
		last = now + CLEANUP_MS;
	if (t->env->patience_ms && t->env->patience_ms < patience)
		patience = t->env->patience_ms;
	return last && last < now + patience ? last : now + patience;
}

/* What the worker found out about the target. */
static void take_over(struct target *t)
{
	const struct target *s = &worker_of(t)->area->t;

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
	struct worker *w = worker_of(t);
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

int worker_tell(struct target *t, const struct worker_request *q, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.buf = {0}};
	struct iovec iov = {.iov_base = (void *)q, .iov_len = sizeof(*q)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct worker *w = worker_of(t);
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
	why(t, "%s", worker_of(t)->why);
	return worker_of(t)->lost;
}

/* An error other than the want of room is for good. */
static void note_write(struct target *t, int err)
{
	struct worker *w = worker_of(t);

	if (err >= 0 || (w->write_error && err == -ENOSPC))
		return;
	w->write_error = err;
	w->told = false;
	/* What came behind it may lie over it: it is made again, in the same order. */
	w->again = err == -ENOSPC ? w->under_way + 1 : 0;
	take_over(t);
}

/* Wait until no more than n writes are under way. The first error of any. */
int worker_settle(struct target *t, unsigned int n)
{
	struct worker *w = worker_of(t);

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
int worker_call(struct target *t, const struct worker_request *q, int fd, uint64_t *value)
{
	struct worker *w = worker_of(t);
	int err;

	if (!w)
		return -EBADF;
	(void)!worker_settle(t, 0);
	if (w->lost)
		return lost(t);
	memcpy(w->area->t.why, t->why, sizeof(t->why));
	err = worker_tell(t, q, fd);
	if (err == 0)
		err = hear(t, q->op, value);
	if (!w->lost)
		take_over(t);
	return err;
}
