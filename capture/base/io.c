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

int pread_full(int fd, void *buf, size_t len, uint64_t off)
{
	char *p = buf;

	while (len > 0) {
		ssize_t n;

		if (off > INT64_MAX)
			return -EFBIG;
		n = pread(fd, p, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENODATA;
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
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

int reader_init_fd(const int *fd, struct reader *out)
{
	struct stat st;

	if (fstat(*fd, &st) < 0)
		return -errno;
	*out = (struct reader){
		.pread = fd_pread,
		.ctx = (void *)fd,
		.size = (uint64_t)st.st_size,
	};
	return 0;
}
