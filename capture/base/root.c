// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/root.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int root_init(const char *dir, struct root *out)
{
	bool real = !dir || strcmp(dir, "/") == 0;
	int fd = open(real ? "/" : dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*out = (struct root){.fd = fd, .real = real};
	return 0;
}

void root_deinit(struct root *root)
{
	if (root->fd >= 0)
		(void)close(root->fd);
	root->fd = -1;
}

static const char *relative(const char *path)
{
	path += strspn(path, "/");
	return *path ? path : ".";
}

/*
 * The same confinement for kernels before 5.6: component by component, and no symlink at all, since
 * following one safely is what openat2 is for.
 */
static int open_plainly(int at, const char *path, int flags, mode_t mode)
{
	_cleanup_close_ int dir = -1;
	char name[NAME_MAX + 1];
	int fd;

	for (;;) {
		size_t n = strcspn(path, "/");
		const char *rest = path + n + strspn(path + n, "/");

		if (n >= sizeof(name))
			return -ENAMETOOLONG;
		memcpy(name, path, n);
		name[n] = '\0';
		if (strcmp(name, "..") == 0)
			return -EXDEV;
		if (!*rest) {
			fd = openat(dir < 0 ? at : dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
			return fd < 0 ? -errno : fd;
		}
		fd = openat(dir < 0 ? at : dir, name,
			    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		cleanup_close(&dir);
		dir = fd;
		path = rest;
	}
}

int root_open(const struct root *root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd;

	/* Nothing to confine on the machine itself, and openat2 needs Linux 5.6. */
	if (root->real)
		fd = openat(root->fd, relative(path), flags | O_CLOEXEC, mode);
	else
		fd = syscall(SYS_openat2, root->fd, relative(path), &how, sizeof(how));
	if (fd < 0 && errno == ENOSYS && !root->real)
		return open_plainly(root->fd, relative(path), flags, mode);
	return fd < 0 ? -errno : (int)fd;
}

int root_stat(const struct root *root, const char *path, struct stat *out)
{
	_cleanup_close_ int fd = root_open(root, path, O_PATH, 0);

	if (fd < 0)
		return fd;
	return fstat(fd, out) < 0 ? -errno : 0;
}

bool root_exists(const struct root *root, const char *path)
{
	struct stat st;

	return root_stat(root, path, &st) == 0;
}

int root_read(const struct root *root, const char *path, size_t max, char **buf, size_t *len)
{
	/* A FIFO in a file's place is empty then, and its writer is not waited for. */
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK, 0);

	return fd < 0 ? fd : read_to_end(fd, max, buf, len);
}

int root_write(const struct root *root, const char *path, const char *text)
{
	int fd = root_open(root, path, O_WRONLY, 0);
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return fd;
	n = write(fd, text, strlen(text));
	if (n < 0)
		r = -errno;
	else if ((size_t)n != strlen(text))
		r = -EIO;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int root_mkdirs(const struct root *root, const char *path, mode_t mode)
{
	_cleanup_free_ char *part = strdup(path);
	char *p;

	if (!part)
		return -ENOMEM;
	for (p = part + strspn(part, "/"); *p;) {
		_cleanup_close_ int parent = -1;
		char *name = p;
		char save;

		p += strcspn(p, "/");
		save = *p;
		*p = '\0';
		if (!root_exists(root, part)) {
			int r;

			name[-1] = '\0'; /* cut before the last component for the parent */
			parent = root_open(root, *part ? part : "/", O_PATH | O_DIRECTORY, 0);
			name[-1] = '/';
			if (parent < 0)
				return parent;
			r = mkdirat(parent, name, mode) < 0 ? -errno : 0;
			if (r < 0 && r != -EEXIST)
				return r;
		}
		*p = save;
		p += strspn(p, "/");
	}
	return 0;
}

int root_name(const struct root *root, const char *path, char *buf, size_t size)
{
	int n = root->real ? snprintf(buf, size, "%s", path)
			   : snprintf(buf, size, "/proc/%d/fd/%d%s", (int)getpid(), root->fd, path);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}
