// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cleanup.h"
#include "target/worker_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEP (16 * MIB) /* of a flush; a slow disk takes some seconds for it */

static int say(int sock, const struct worker_answer *a)
{
	ssize_t n;

	do
		n = send(sock, a, sizeof(*a), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*a) ? 0 : -EPIPE;
}

/* A request, and the fd that came with it, or -1. -EPIPE: there will be no more. */
static int hear(int sock, struct worker_request *q, int *fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {.iov_base = q, .iov_len = sizeof(*q)};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.buf,
			   .msg_controllen = sizeof(control.buf)};
	const struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*q))
		return -EPIPE;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return 0;
}

/*
 * What is not written yet goes out a piece at a time, with a sign of life behind each: how long a
 * disk takes for all of it says nothing about its health. An error here would not be reported again
 * by fsync, so it counts.
 */
static int write_out(struct worker_area *area, int sock)
{
	const struct target *t = &area->t;
	uint64_t size, off;

	if (t->file_fd < 0 || t->existing)
		return 0;
	size = (uint64_t)lseek(t->file_fd, 0, SEEK_END);
	if (size > INT64_MAX)
		return 0;
	for (off = 0; off < size; off += STEP) {
		const struct worker_answer busy = {.busy = true};

		if (sync_file_range(t->file_fd, (off_t)off, (off_t)STEP,
				    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
					    SYNC_FILE_RANGE_WAIT_AFTER) < 0) {
			/* Not every file system has it. */
			if (errno == ENOSYS || errno == EINVAL || errno == ESPIPE)
				return 0;
			return -errno;
		}
		if (say(sock, &busy) < 0)
			return -EPIPE;
		if (atomic_load(&area->stop))
			return -ETIMEDOUT;
	}
	return 0;
}

static int put(struct target *t, const struct target_ops *ops, const struct worker_request *q,
	       int fd)
{
	struct reader r;
	int err = fd < 0 ? -EBADF : reader_init_fd(&fd, &r);

	return err < 0 ? err : ops->put(t, q->name, &r);
}

static int serve(struct worker_area *area, const struct target_ops *ops, int sock,
		 const struct worker_request *q, int fd, uint64_t *value)
{
	struct target *t = &area->t;
	size_t len = 0;
	int err;

	switch (q->op) {
	case WORKER_OPEN:
		return ops->open(t);
	case WORKER_SPACE:
		return ops->space(t, value);
	case WORKER_BEGIN:
		return ops->begin(t, q->name);
	case WORKER_CREATE:
		return ops->create(t, q->name);
	case WORKER_WRITE:
		return ops->write(t, area->data[q->slot], q->len, q->off);
	case WORKER_PREAD:
		return ops->pread(t, area->other, q->len, q->off);
	case WORKER_SIZE:
		return ops->size(t, value);
	case WORKER_FLUSH:
		err = write_out(area, sock);
		return err < 0 ? err : ops->flush(t);
	case WORKER_PUBLISH:
		return ops->publish(t, q->name, q->to);
	case WORKER_REOPEN:
		return ops->reopen(t, q->name, q->to);
	case WORKER_PUT:
		return put(t, ops, q, fd);
	case WORKER_ABANDON:
		return ops->abandon(t, q->name);
	case WORKER_CAPACITY:
		return target_capacity(t, value);
	case WORKER_LIST:
		err = target_list(t, (char *)area->other, q->len, &len);
		*value = len;
		return err;
	case WORKER_LOOK:
		return target_look(t, q->name, &area->entry, (char *)area->other, q->len);
	case WORKER_DROP:
		return target_drop(t, &area->entry, q->drop);
	case WORKER_CLOSE:
		return ops->close(t);
	}
	return -ENOSYS;
}

void worker_serve(struct worker_area *area, const struct target_ops *ops, int sock)
{
	area->t.ops = ops;
	for (;;) {
		_cleanup_close_ int fd = -1;
		struct worker_answer a = {.err = 0};
		struct worker_request q;

		if (hear(sock, &q, &fd) < 0)
			_exit(1);
		if (q.op < WORKER_CLEANUP && atomic_load(&area->stop))
			a.err = -ETIMEDOUT;
		else
			a.err = serve(area, ops, sock, &q, fd, &a.value);
		if (say(sock, &a) < 0)
			_exit(1);
		if (q.op == WORKER_CLOSE)
			_exit(0);
	}
}
