// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "target/worker_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEP    (16 * MIB) /* of a flush; a slow disk takes some seconds for it */
#define LAG     (4 * STEP) /* at most so much is under way to the disk while the dump is written */
#define BUSY_MS 1000       /* between two signs of life */

struct server {
	struct worker_area *area;
	int sock;
	int64_t said; /* when it last said that it is at work, clock_ms() */
	bool publishing;
	/* Of the file that is written: written back up to here, and begun up to there. */
	uint64_t on_disk, begun;
	/* What the kernel said of data that had been taken before. It says so once, to a write or a
	 * sync of whatever part: from then on the file is not whole. -errno. */
	int spoilt;
};

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

/* The last that a publish asks: does it still count? */
static int decide_publish(struct worker_area *area)
{
	int open = PUBLISH_OPEN;

	return atomic_compare_exchange_strong(&area->publish, &open, PUBLISH_DONE) ? 0 : -ETIMEDOUT;
}

/* Of struct target, for what is done here. */
static int still_busy(void *ctx, bool gets_on)
{
	const struct worker_answer busy = {.busy = true};
	struct server *s = ctx;

	if (s->publishing)
		return decide_publish(s->area);
	if (atomic_load(&s->area->stop))
		return -ETIMEDOUT;
	if (!gets_on || clock_ms() < s->said + BUSY_MS)
		return 0;
	s->said = clock_ms();
	return say(s->sock, &busy);
}

/* 0 where the file system has no such call, too. */
static int sync_range(int fd, uint64_t off, uint64_t len, unsigned int flags)
{
	if (sync_file_range(fd, (off_t)off, (off_t)len, flags) == 0)
		return 0;
	return errno == ENOSYS || errno == EINVAL || errno == ESPIPE ? 0 : -errno;
}

/* One step of write_back() at off. An error is of any data of the file. */
static int write_back_step(struct server *s, uint64_t off, unsigned int flags)
{
	const struct target *t = &s->area->t;
	int err = target_busy(t, true);

	if (err == 0)
		s->spoilt = sync_range(t->file_fd, off, STEP, flags);
	return err < 0 ? err : s->spoilt;
}

/*
 * A dump mostly grows at its end: what is complete is written back while the rest is made, so that
 * the last sync is short, and leaves the page cache, which is small in a capture boot. -ETIMEDOUT:
 * the deadline has passed; any other error is in s->spoilt.
 */
static int write_back(struct server *s, uint64_t off, uint64_t end)
{
	const struct target *t = &s->area->t;
	int err = 0;

	if (t->file_fd < 0)
		return 0;
	/* Over a hole. */
	if (off > s->begun + LAG)
		s->begun = s->on_disk = off - off % STEP;
	while (err == 0 && s->begun + STEP <= end) {
		err = write_back_step(s, s->begun, SYNC_FILE_RANGE_WRITE);
		s->begun += STEP;
	}
	while (err == 0 && s->on_disk + LAG < s->begun) {
		err = write_back_step(s, s->on_disk,
				      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
					      SYNC_FILE_RANGE_WAIT_AFTER);
		(void)posix_fadvise(t->file_fd, (off_t)s->on_disk, (off_t)STEP,
				    POSIX_FADV_DONTNEED);
		s->on_disk += STEP;
	}
	return err == -ETIMEDOUT ? err : 0;
}

/*
 * What is not written yet goes out a piece at a time, with a sign of life behind each: how long a
 * disk takes for all of it says nothing about its health. An error here would not be reported again
 * by fsync, so it counts.
 */
static int write_out(const struct target *t)
{
	uint64_t size, off;
	int err;

	if (t->file_fd < 0 || t->existing)
		return 0;
	size = (uint64_t)lseek(t->file_fd, 0, SEEK_END);
	if (size > INT64_MAX)
		return 0;
	for (off = 0; off < size; off += STEP) {
		err = sync_range(t->file_fd, off, STEP,
				 SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
					 SYNC_FILE_RANGE_WAIT_AFTER);
		if (err == 0)
			err = target_busy(t, true);
		if (err < 0)
			return err;
	}
	return 0;
}

struct source {
	const struct target *t;
	int fd;
};

static int source_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct source *s = ctx;
	int err = target_busy(s->t, true);

	return err < 0 ? err : pread_full(s->fd, buf, len, off);
}

static int put(struct target *t, const struct target_ops *ops, const struct worker_request *q,
	       int fd)
{
	struct source s = {.t = t, .fd = fd};
	struct reader r = {.pread = source_pread, .ctx = &s, .size = q->off};

	return fd < 0 ? -EBADF : ops->put(t, q->name, &r);
}

static int write_data(struct server *s, const struct target_ops *ops,
		      const struct worker_request *q)
{
	struct target *t = &s->area->t;
	int err = s->spoilt == -ENOSPC ? -ENOSPC
				       : ops->write(t, s->area->data[q->slot], q->len, q->off);

	/* A client of a server may be told now that there was no room for what it had taken. */
	if (err == -ENOSPC && t->shared)
		s->spoilt = err;
	if (err < 0 || s->spoilt)
		return err;
	err = write_back(s, q->off, q->off + q->len);
	/* What is lost for want of room is not had by writing this part again. All else the flush
	 * says: most of the dump may be there. */
	return s->spoilt == -ENOSPC ? -ENOSPC : err;
}

static int serve(struct server *s, const struct target_ops *ops, const struct worker_request *q,
		 int fd, uint64_t *value)
{
	struct worker_area *area = s->area;
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
		s->on_disk = s->begun = 0;
		s->spoilt = 0;
		return ops->create(t, q->name);
	case WORKER_WRITE:
		return write_data(s, ops, q);
	case WORKER_PREAD:
		return ops->pread(t, area->other, q->len, q->off);
	case WORKER_SIZE:
		return ops->size(t, value);
	case WORKER_ARRIVE:
		return ops->arrive ? ops->arrive(t, q->name, q->to) : -EOPNOTSUPP;
	case WORKER_EARLIER:
		return ops->earlier ? ops->earlier(t, q->flag, value) : -EOPNOTSUPP;
	case WORKER_FLUSH:
		err = s->spoilt ? s->spoilt : write_out(t);
		/* That is said once as well. */
		s->spoilt = err;
		return err < 0 ? err : ops->flush(t);
	case WORKER_PUBLISH:
		return ops->publish(t, q->name, q->to);
	case WORKER_REOPEN:
		/* Another file. */
		s->spoilt = 0;
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
	struct server s = {.area = area, .sock = sock};

	area->t.ops = ops;
	area->t.busy = still_busy;
	area->t.busy_ctx = &s;
	for (;;) {
		_cleanup_close_ int fd = -1;
		struct worker_answer a = {.err = 0};
		struct worker_request q;

		if (hear(sock, &q, &fd) < 0)
			_exit(1);
		s.publishing = q.op == WORKER_PUBLISH;
		if (q.op < WORKER_CLEANUP && atomic_load(&area->stop))
			a.err = -ETIMEDOUT;
		else
			a.err = serve(&s, ops, &q, fd, &a.value);
		if (say(sock, &a) < 0)
			_exit(1);
		if (q.op == WORKER_CLOSE)
			_exit(0);
	}
}
