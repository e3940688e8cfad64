// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/worker_side.h"

#include "base/wait.h"

#include <errno.h>
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
	int64_t patience = t->served->patience_ms, last = t->env->deadline;

	if (op >= WORKER_CLEANUP && last && last < clock_ms() + CLEANUP_MS)
		last = clock_ms() + CLEANUP_MS;
	if (t->env->patience_ms && t->env->patience_ms < patience)
		patience = t->env->patience_ms;
	return deadline_in(last, patience);
}

static bool too_late(const struct target *t, enum worker_op op)
{
	return op < WORKER_CLEANUP && deadline_over(t->env->deadline);
}

/* That says nothing against the worker, which is asked again when there is something to tidy up. */
static int time_is_over(struct target *t)
{
	why(t, "the time that deadline gives is over");
	return -ETIMEDOUT;
}

int worker_in_time(struct target *t, enum worker_op op)
{
	return too_late(t, op) ? time_is_over(t) : 0;
}

/* What the worker found out about the target. */
static void take_over(struct target *t)
{
	const struct target *s = &worker_of(t)->area->t;

	memcpy(t->why, s->why, sizeof(t->why));
	memcpy(t->dir, s->dir, sizeof(t->dir));
	memcpy(t->unassured, s->unassured, sizeof(t->unassured));
	memcpy(t->lies_on, s->lies_on, sizeof(t->lies_on));
	t->in_memory = s->in_memory;
	t->full = s->full;
	t->shared = s->shared;
	t->owner = s->owner;
	t->reread = s->reread;
}

/* The time for a publish is over. true: it is done all the same, and its answer on its way. */
static bool is_published(struct worker *w)
{
	int open = PUBLISH_OPEN;

	return !atomic_compare_exchange_strong(&w->area->publish, &open, PUBLISH_GIVEN_UP) &&
	       open == PUBLISH_DONE && wait_fd(w->sock, POLLIN, clock_ms() + CLEANUP_MS) == 0;
}

/*
 * The next answer, for as long as a request of the kind op may take. -EINPROGRESS: the deadline has
 * passed and there is none yet, which the worker knows by now. After -ETIMEDOUT or -EPIPE it is
 * lost.
 */
static int hear(struct target *t, enum worker_op op, struct worker_answer *a)
{
	struct worker *w = worker_of(t);
	ssize_t n;

	do {
		if (wait_fd(w->sock, POLLIN, until(t, op)) < 0 &&
		    !(op == WORKER_PUBLISH && is_published(w))) {
			if (!too_late(t, op))
				return lose(t, -ETIMEDOUT);
			atomic_store(&w->area->stop, true);
			return -EINPROGRESS;
		}
		do
			n = recv(w->sock, a, sizeof(*a), 0);
		while (n < 0 && errno == EINTR);
		if (n != (ssize_t)sizeof(*a))
			return lose(t, -EPIPE);
		if (a->busy)
			(void)!target_busy(t, true);
	} while (a->busy);
	return 0;
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
	/* What came after it may lie over it: it is made again, in the same order. */
	w->again = err == -ENOSPC ? w->under_way + 1 : 0;
	take_over(t);
}

/* The answer that a request got when its deadline had passed: what it says does not count. */
static int take_owed(struct target *t, enum worker_op op)
{
	struct worker *w = worker_of(t);
	struct worker_answer a;
	int err = w->owed ? hear(t, op, &a) : 0;

	if (err == 0)
		w->owed = false;
	return err;
}

int worker_settle(struct target *t, enum worker_op op, unsigned int n)
{
	struct worker *w = worker_of(t);
	struct worker_answer a;
	int err = w->lost ? 0 : take_owed(t, op);

	while (err == 0 && w->under_way > n && !w->lost) {
		err = hear(t, op, &a);
		if (err < 0)
			break;
		w->under_way--;
		note_write(t, a.err);
	}
	if (w->lost)
		return lost(t);
	if (err == -EINPROGRESS)
		return time_is_over(t);
	/* Nothing is left that it would stop. */
	if (w->under_way == 0)
		atomic_store(&w->area->stop, false);
	return w->write_error;
}

/* Ask, and wait for the answer; writes that failed are another matter. */
int worker_call(struct target *t, const struct worker_request *q, int fd, uint64_t *value)
{
	struct worker *w = worker_of(t);
	struct worker_answer a = {.err = 0};
	int err;

	if (!w)
		return -EBADF;
	(void)!worker_settle(t, q->op, 0);
	if (w->lost)
		return lost(t);
	if (w->under_way || w->owed || too_late(t, q->op))
		return time_is_over(t);
	memcpy(w->area->t.why, t->why, sizeof(t->why));
	atomic_store(&w->area->publish, PUBLISH_OPEN);
	err = worker_tell(t, q, fd);
	if (err == 0)
		err = hear(t, q->op, &a);
	if (err == -EINPROGRESS) {
		w->owed = true;
		return time_is_over(t);
	}
	if (w->lost)
		return err;
	take_over(t);
	if (value)
		*value = a.value;
	return a.err;
}
