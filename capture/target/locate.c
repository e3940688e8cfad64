// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/locate.h"

#include "base/cleanup.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/sysmacros.h>

#define MOUNTINFO "/proc/self/mountinfo"

struct reason {
	char *text;
	size_t size;
};

static int fail(const struct reason *why, int err, const char *fmt, ...) _printf_(3, 4);
static int fail(const struct reason *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why->text, why->size, fmt, ap);
	va_end(ap);
	return err;
}

static void cleanup_table(struct libmnt_table **tb)
{
	mnt_unref_table(*tb);
}

static void cleanup_probe(blkid_probe *pr)
{
	blkid_free_probe(*pr);
}

/* The path of an open directory as the root sees it, symlinks resolved. */
static int path_of(const struct root *root, int fd, char *buf, size_t size)
{
	char link[64], prefix[PATH_MAX];
	size_t cut = 0;
	ssize_t n;

	if (!root->real) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", root->fd);
		n = readlink(link, prefix, sizeof(prefix));
		if (n < 0)
			return -errno;
		if ((size_t)n >= sizeof(prefix))
			return -ENAMETOOLONG;
		cut = n == 1 ? 0 : (size_t)n;
	}
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, buf, size - 1);
	if (n < 0)
		return -errno;
	if ((size_t)n >= size - 1)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	if (cut > (size_t)n || (cut && strncmp(buf, prefix, cut) != 0))
		return -EXDEV;
	memmove(buf, buf + cut, (size_t)n - cut + 1);
	if (!*buf)
		(void)snprintf(buf, size, "/");
	return 0;
}

/*
 * Find the longest part of path that exists. real gets it with symlinks resolved, *rest what is
 * left of path behind it ("" or beginning with a slash).
 */
static int find_existing(const struct root *root, const char *path, char *real, size_t size,
			 const char **rest, const struct reason *why)
{
	_cleanup_free_ char *part = strdup(path);
	size_t len = strlen(path);
	struct stat st;

	if (!part)
		return -ENOMEM;
	for (;;) {
		/* O_DIRECTORY has an automount come up, and finds a file where a directory should
		 * be. */
		_cleanup_close_ int fd = root_open(root, len ? part : "/", O_PATH | O_DIRECTORY, 0);
		int r;

		if (fd >= 0) {
			const char *left = path + len, *name = left + strspn(left, "/");
			char next[NAME_MAX + 1];

			(void)snprintf(next, sizeof(next), "%.*s", (int)strcspn(name, "/"), name);
			if (*next && fstatat(fd, next, &st, AT_SYMLINK_NOFOLLOW) == 0)
				return fail(why, -ENOENT, "%s/%s is a symbolic link to nothing",
					    part, next);
			r = path_of(root, fd, real, size);
			if (r < 0)
				return fail(why, r, "cannot tell the real path of %s: %s",
					    len ? part : "/", strerror(-r));
			*rest = path + len;
			return 0;
		}
		if (fd != -ENOENT || len == 0)
			return fail(why, fd, "%s: %s", len ? part : "/", strerror(-fd));
		while (len > 0 && part[--len] != '/')
			;
		part[len] = '\0';
	}
}

static int read_mounts(const struct root *root, struct libmnt_table **out, const struct reason *why)
{
	_cleanup_(cleanup_table) struct libmnt_table *tb = mnt_new_table();
	_cleanup_fclose_ FILE *f = NULL;
	int fd;

	if (!tb)
		return -ENOMEM;
	fd = root_open(root, MOUNTINFO, O_RDONLY, 0);
	if (fd < 0)
		return fail(why, fd, MOUNTINFO ": %s", strerror(-fd));
	f = fdopen(fd, "re");
	if (!f) {
		(void)close(fd);
		return -ENOMEM;
	}
	if (mnt_table_parse_stream(tb, f, MOUNTINFO) != 0 || mnt_table_is_empty(tb))
		return fail(why, -EIO, MOUNTINFO " cannot be read as a table of mounts");
	*out = tb;
	tb = NULL;
	return 0;
}

/* Can the capture mount this itself, later and elsewhere? */
static int check_mountable(struct libmnt_fs *fs, const struct reason *why)
{
	const char *type = mnt_fs_get_fstype(fs), *source = mnt_fs_get_source(fs);

	if (!type || !source)
		return fail(why, -EIO, "its mount has no type or source in " MOUNTINFO);
	if (strncmp(source, "/dev/", 5) != 0 || strncmp(type, "fuse", 4) == 0)
		return fail(why, -ENOTBLK,
			    "it is on %s (%s), which the capture cannot mount by itself", source,
			    type);
	if (strncmp(source, "/dev/loop", 9) == 0)
		return fail(why, -ENOTBLK,
			    "it is on the loop device %s (%s), a file of another file system",
			    source, type);
	return 0;
}

/* The device's path. The name in the table may be stale; its number is right. Owned by the caller.
 */
static char *source_path(const struct root *root, struct libmnt_fs *fs)
{
	const char *source = mnt_fs_get_source(fs);
	dev_t dev = mnt_fs_get_devno(fs);
	char number[64];

	(void)snprintf(number, sizeof(number), "/dev/block/%u:%u", major(dev), minor(dev));
	if (!root_exists(root, source) && root_exists(root, number))
		source = number;
	return strdup(source);
}

/*
 * Ask the file system on a device itself: no udev, no cache. NULL in *uuid and *type for what it
 * does not have. 0, or -errno when the device cannot be read; one that is not there has nothing.
 */
static int probe(const struct root *root, const char *path, char **uuid, char **type)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK, 0);
	_cleanup_(cleanup_probe) blkid_probe pr = NULL;
	const char *value;

	*uuid = *type = NULL;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	pr = blkid_new_probe();
	if (!pr)
		return -ENOMEM;
	if (blkid_probe_set_device(pr, fd, 0, 0) != 0 ||
	    blkid_probe_enable_superblocks(pr, 1) != 0 ||
	    blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE) != 0 ||
	    blkid_do_safeprobe(pr) != 0)
		return 0;
	if (blkid_probe_lookup_value(pr, "UUID", &value, NULL) == 0 && *value &&
	    asprintf(uuid, "UUID=%s", value) < 0)
		*uuid = NULL;
	if (blkid_probe_lookup_value(pr, "TYPE", &value, NULL) == 0 && *value)
		*type = strdup(value);
	return 0;
}

/* What of `path` is left when it is `dir` or below it; NULL otherwise. */
static const char *below(const char *path, const char *dir)
{
	size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);

	if (strncmp(path, dir, n) != 0 || (path[n] && path[n] != '/'))
		return NULL;
	return path + n;
}

/*
 * The mount that a path is on, and the path inside it. By names alone: mnt_table_find_mountpoint()
 * would ask this machine about them, whatever the root.
 */
static struct libmnt_fs *find_mount(struct libmnt_table *tb, const char *path, const char **inside)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs = NULL, *found = NULL;

	while (iter && mnt_table_next_fs(tb, iter, &fs) == 0) {
		const char *target = mnt_fs_get_target(fs);
		const char *rest = target ? below(path, target) : NULL;

		/* The longest name; of mounts on top of each other, the last is the one seen. */
		if (rest && (!found || strlen(rest) <= strlen(*inside))) {
			found = fs;
			*inside = rest;
		}
	}
	mnt_free_iter(iter);
	return found;
}

/* Split a path inside btrfs at its subvolume. Without a subvol= that fits, "/" is the top level. */
static int split_subvol(struct libmnt_fs *fs, char **path, char **subvol)
{
	_cleanup_free_ char *name = NULL;
	const char *inside;
	char *value = NULL, *rest;
	size_t len = 0;

	if (mnt_fs_get_option(fs, "subvol", &value, &len) == 0 && value && len > 0)
		name = strndup(value, len);
	else
		name = strdup("/");
	if (!name)
		return -ENOMEM;
	inside = below(*path, name);
	if (!inside) {
		(void)snprintf(name, 2, "/");
		inside = *path;
	}
	rest = strdup(*inside ? inside : "/");
	if (!rest)
		return -ENOMEM;
	free(*path);
	*path = rest;
	*subvol = take_ptr(&name);
	return 0;
}

/* The path inside the file system: what a bind mount leaves out, what is left behind the mount
 * point, the rest. */
static char *join(const char *fsroot, const char *inside, const char *rest)
{
	char *path;
	int n;

	if (!fsroot || strcmp(fsroot, "/") == 0)
		fsroot = "";
	if (strcmp(inside, "/") == 0)
		inside = "";
	n = asprintf(&path, "%s%s%s", fsroot, inside, rest);
	if (n > 0)
		return path;
	if (n == 0)
		free(path);
	return n == 0 ? strdup("/") : NULL;
}

/* Fill l; what it has got when it fails is the caller's to free. */
static int describe(const struct root *root, struct libmnt_fs *fs, struct location *l,
		    const struct reason *why)
{
	_cleanup_free_ char *type = NULL;
	int r;

	l->source = source_path(root, fs);
	if (!l->source)
		return -ENOMEM;
	r = probe(root, l->source, &l->device, &type);
	if (r < 0)
		return fail(why, r, "cannot read the UUID of %s: %s", l->source, strerror(-r));
	if (!l->device)
		l->device = strdup(mnt_fs_get_source(fs));
	/* The kernel's word: what mounted it here mounts it there. */
	l->fstype = strdup(mnt_fs_get_fstype(fs));
	if (!l->device || !l->fstype)
		return -ENOMEM;
	return strcmp(l->fstype, "btrfs") == 0 ? split_subvol(fs, &l->path, &l->subvol) : 0;
}

int location_find(const struct root *root, const char *path, struct location *out, char *why,
		  size_t size)
{
	_cleanup_(cleanup_table) struct libmnt_table *tb = NULL;
	const struct reason reason = {why, size};
	const char *rest = "", *inside = "";
	struct location l = {0};
	struct libmnt_fs *fs;
	char real[PATH_MAX] = "";
	int r;

	(void)snprintf(why, size, "%s", "");
	r = find_existing(root, path, real, sizeof(real), &rest, &reason);
	if (r == 0)
		r = read_mounts(root, &tb, &reason);
	if (r < 0)
		return r;
	fs = find_mount(tb, real, &inside);
	if (!fs)
		return fail(&reason, -ENOENT, "no mount above %s in " MOUNTINFO, real);
	r = check_mountable(fs, &reason);
	if (r < 0)
		return r;
	l.path = join(mnt_fs_get_root(fs), inside, rest);
	r = l.path ? describe(root, fs, &l, &reason) : -ENOMEM;
	if (r < 0)
		location_deinit(&l);
	else
		*out = l;
	return r;
}

int location_of_device(const struct root *root, const char *spec, struct location *out)
{
	_cleanup_free_ char *uuid = NULL;
	/* Tags are looked up among this machine's devices, which are not those of another root. */
	char *path = root->real ? mnt_resolve_spec(spec, NULL) : NULL;
	bool there = path && root_exists(root, path);
	struct location l = {0};

	l.source = strdup(there ? path : spec);
	l.device = strdup(spec);
	free(path);
	if (!l.source || !l.device) {
		location_deinit(&l);
		return -ENOMEM;
	}
	/* A device that cannot be read is one that nothing is known of. */
	if (*l.source == '/')
		(void)!probe(root, l.source, &uuid, &l.fstype);
	*out = l;
	return 0;
}

void location_deinit(struct location *l)
{
	free(l->device);
	free(l->source);
	free(l->fstype);
	free(l->subvol);
	free(l->path);
	*l = (struct location){0};
}
