// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/io.h"

#include "base/cleanup.h"
#include "base/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int write_full(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int pwrite_full(int fd, const void *buf, size_t len, uint64_t off)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n;

		if (off > INT64_MAX)
			return -EFBIG;
		n = pwrite(fd, p, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t pread_up_to(int fd, void *buf, size_t len, uint64_t off)
{
	unsigned char *p = buf;
	size_t got = 0;

	while (got < len) {
		ssize_t n;

		if (off > (uint64_t)INT64_MAX - got)
			return -EFBIG;
		n = pread(fd, p + got, len - got, (off_t)(off + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

int pread_full(int fd, void *buf, size_t len, uint64_t off)
{
	ssize_t n = pread_up_to(fd, buf, len, off);

	if (n < 0)
		return (int)n;
	return (size_t)n == len ? 0 : -ENODATA;
}

int read_to_end(int fd, size_t max, char **buf, size_t *len)
{
	_cleanup_free_ char *data = NULL;
	size_t used = 0, room = 0;

	for (;;) {
		ssize_t n;

		if (used + 1 >= room) {
			size_t grown = room ? room * 2 : 4096;
			char *p = realloc(data, grown);

			if (!p)
				return -ENOMEM;
			data = p;
			room = grown;
		}
		n = read(fd, data + used, room - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > max)
			return -EFBIG;
	}
	data[used] = '\0';
	*buf = take_ptr(&data);
	*len = used;
	return 0;
}

#define FDS_MAX 65536U

/* close_range needs Linux 5.9; nothing of ours has a high number. */
static void close_span(unsigned int from, unsigned int to)
{
#ifdef CLOSE_RANGE_CLOEXEC
	if (from > to || close_range(from, to, 0) == 0)
		return;
#endif
	for (; from <= to && from < FDS_MAX; from++)
		(void)close((int)from);
}

void close_others(int first, int a, int b)
{
	int low = a < b ? a : b, high = a < b ? b : a;
	unsigned int from = (unsigned int)first;

	if (low >= first) {
		if (low > first)
			close_span(from, (unsigned int)low - 1);
		from = (unsigned int)low + 1;
	}
	if (high >= first && high != low) {
		if ((unsigned int)high > from)
			close_span(from, (unsigned int)high - 1);
		from = (unsigned int)high + 1;
	}
	close_span(from, ~0U);
}

int fsync_close(int fd)
{
	int r = 0;

	if (fsync(fd) < 0)
		r = -errno;
	/* On Linux the fd is gone even when close fails, EINTR included. */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

static int fd_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	return pread_full(*(const int *)ctx, buf, len, off);
}

int reader_copy(const struct reader *r, int fd)
{
	_cleanup_free_ char *buf = malloc(64 * KIB);
	uint64_t off;

	if (!buf)
		return -ENOMEM;
	for (off = 0; off < r->size;) {
		uint64_t left = r->size - off;
		size_t n = left < 64 * KIB ? (size_t)left : 64 * KIB;
		int err = r->pread(r->ctx, buf, n, off);

		if (err == 0)
			err = pwrite_full(fd, buf, n, off);
		if (err < 0)
			return err;
		off += n;
	}
	return 0;
}

int reader_init_fd(const int *fd, struct reader *out)
{
	struct stat st;
	off_t size;

	if (fstat(*fd, &st) < 0)
		return -errno;
	/* stat says nothing of a disk's size. */
	size = S_ISBLK(st.st_mode) ? lseek(*fd, 0, SEEK_END) : st.st_size;
	if (size < 0)
		return -errno;
	*out = (struct reader){
		.pread = fd_pread,
		.ctx = (void *)fd,
		.size = (uint64_t)size,
		.file = fd,
	};
	return 0;
}
