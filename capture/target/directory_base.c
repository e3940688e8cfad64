// SPDX-License-Identifier: GPL-2.0-or-later
/* The base directory: found or made, and tried. What is done beneath it is in directory.c. */
#include "target/directory.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

/* /var/crash may be the first dump's to make; make it, and make its name durable. */
static int open_base_beneath(struct target *t, const struct root *root, const char *path)
{
	bool made = !root_exists(root, path);
	int err = t->existing ? 0 : root_mkdirs(root, path, 0700);

	if (err < 0) {
		why(t, "cannot make %s: %s", path, strerror(-err));
		return err;
	}
	t->base_fd = root_open(root, path, O_RDONLY | O_DIRECTORY, 0);
	if (t->base_fd < 0) {
		why(t, "cannot open %s: %s", path, strerror(-t->base_fd));
		return t->base_fd;
	}
	return made && syncfs(t->base_fd) < 0 ? -errno : 0;
}

/* A symlink on the device is the device's own: it must not lead out into the initramfs. */
static int open_base(struct target *t, const char *path)
{
	struct root inside = {.fd = -1, .real = false};
	int err;

	if (!t->mountpoint[0])
		return open_base_beneath(t, t->root, path);
	inside.fd = root_open(t->root, t->mountpoint, O_PATH | O_DIRECTORY, 0);
	if (inside.fd < 0)
		return inside.fd;
	err = open_base_beneath(t, &inside, path);
	root_deinit(&inside);
	return err;
}

/* A name of nobody's. An fd or -errno. */
static int create_probe(struct target *t, char *name, size_t size)
{
	unsigned int number;
	int i, fd = -1;

	for (i = 0; i < 10 && fd < 0; i++) {
		if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
			number = (unsigned int)clock_ms();
		(void)snprintf(name, size, ".fadump-ng-probe-%08x", number);
		fd = openat(t->base_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd < 0 ? -errno : fd;
}

/* For want of room alone? Then it may serve yet, when room is made. */
static bool no_room(struct target *t, int err)
{
	t->full = err == -ENOSPC || err == -EDQUOT;
	return t->full;
}

/* Who is it that files are made for? A server may make root somebody else. */
static void learn_owner(struct target *t, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return;
	t->probed = true;
	t->owner = st.st_uid;
	t->modeless = (st.st_mode & 077) != 0;
}

/* Ask by doing: statvfs does not know of read-only superblocks behind overlays, quotas or LSMs. */
static int probe_writable(struct target *t)
{
	char name[40];
	int err = 0, fd = create_probe(t, name, sizeof(name));

	if (fd < 0) {
		if (no_room(t, fd))
			return 0;
		why(t, "%s is not writable: %s", t->url->path, strerror(-fd));
		return fd;
	}
	learn_owner(t, fd);
	err = write_full(fd, "?", 1);
	if (err == 0)
		err = fsync_close(fd);
	else
		(void)close(fd);
	/* Every dump's name will need this. */
	if (err == 0 && fsync(t->base_fd) < 0)
		err = -errno;
	if (no_room(t, err))
		err = 0;
	if (err < 0)
		why(t, "%s: failed to write a test file: %s", t->url->path, strerror(-err));
	(void)unlinkat(t->base_fd, name, 0);
	return err;
}

int directory_open(struct target *t, const char *path)
{
	int err = open_base(t, path);

	t->owner = geteuid();
	return err < 0 || t->existing ? err : probe_writable(t);
}

void directory_close(struct target *t)
{
	int *const fds[] = {&t->file_fd, &t->dir_fd, &t->base_fd};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] >= 0)
			(void)close(take_fd(fds[i]));
}
