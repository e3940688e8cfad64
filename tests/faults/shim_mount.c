// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls that find a device, mount it and take it away again: mostly names that libmount and
 * libblkid use, where the program itself has others. */
#include "shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A call that fails with -1, or is made. */
#define FAIL_OR(kind, name, ...) (shim_hit(kind) ? -1 : REAL(name)(__VA_ARGS__))

int mount(const char *source, const char *dir, const char *type, unsigned long flags,
	  const void *data)
{
	int r = FAIL_OR("mount", mount, source, dir, type, flags, data);

	shim_say("mount %d %s\n", r, dir);
	return r;
}

int umount2(const char *dir, int flags)
{
	int r;

	shim_unmounting();
	r = FAIL_OR("umount", umount2, dir, flags);
	shim_say("umount %d %s\n", r, dir);
	return r;
}

#if __GLIBC_PREREQ(2, 36)
int fsopen(const char *type, unsigned int flags)
{
	return FAIL_OR("mount", fsopen, type, flags);
}

int fsconfig(int fd, unsigned int cmd, const char *key, const void *value, int aux)
{
	return FAIL_OR("mount", fsconfig, fd, cmd, key, value, aux);
}

int fsmount(int fd, unsigned int flags, unsigned int attr)
{
	return FAIL_OR("mount", fsmount, fd, flags, attr);
}

int move_mount(int from_at, const char *from, int to_at, const char *to, unsigned int flags)
{
	return FAIL_OR("mount", move_mount, from_at, from, to_at, to, flags);
}

int open_tree(int at, const char *path, unsigned int flags)
{
	return FAIL_OR("mount", open_tree, at, path, flags);
}

int mount_setattr(int at, const char *path, unsigned int flags, struct mount_attr *attr,
		  size_t size)
{
	return FAIL_OR("mount", mount_setattr, at, path, flags, attr, size);
}
#endif

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	return FAIL_OR("ioctl", ioctl, fd, request, arg);
}

int flock(int fd, int how)
{
	return FAIL_OR("lock", flock, fd, how);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return FAIL_OR("open", open, path, flags, mode);
}

int __open_2(const char *path, int flags)
{
	return open(path, flags, 0);
}

int openat(int at, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return FAIL_OR("open", openat, at, path, flags, mode);
}

int __openat_2(int at, const char *path, int flags)
{
	return openat(at, path, flags, 0);
}

FILE *fopen(const char *path, const char *how)
{
	return shim_hit("open") ? NULL : REAL(fopen)(path, how);
}

FILE *fopen64(const char *path, const char *how)
{
	return shim_hit("open") ? NULL : REAL(fopen64)(path, how);
}

DIR *opendir(const char *path)
{
	return shim_hit("open") ? NULL : REAL(opendir)(path);
}

/* A file that is read by lines. */
char *fgets(char *buf, int size, FILE *f)
{
	return shim_hit("line") ? NULL : REAL(fgets)(buf, size, f);
}

ssize_t __getdelim(char **line, size_t *size, int end, FILE *f)
{
	return FAIL_OR("line", __getdelim, line, size, end, f);
}

off_t lseek(int fd, off_t off, int whence)
{
	return FAIL_OR("seek", lseek, fd, off, whence);
}

off64_t lseek64(int fd, off64_t off, int whence)
{
	return FAIL_OR("seek", lseek64, fd, off, whence);
}

int stat(const char *path, struct stat *out)
{
	return FAIL_OR("stat", stat, path, out);
}

int stat64(const char *path, struct stat64 *out)
{
	return FAIL_OR("stat", stat64, path, out);
}

int lstat(const char *path, struct stat *out)
{
	return FAIL_OR("stat", lstat, path, out);
}

int lstat64(const char *path, struct stat64 *out)
{
	return FAIL_OR("stat", lstat64, path, out);
}

int fstat(int fd, struct stat *out)
{
	return FAIL_OR("stat", fstat, fd, out);
}

int fstatat(int at, const char *path, struct stat *out, int flags)
{
	return FAIL_OR("stat", fstatat, at, path, out, flags);
}

int access(const char *path, int how)
{
	return FAIL_OR("stat", access, path, how);
}

int faccessat(int at, const char *path, int how, int flags)
{
	return FAIL_OR("stat", faccessat, at, path, how, flags);
}

int statvfs64(const char *path, struct statvfs64 *out)
{
	return FAIL_OR("statvfs", statvfs64, path, out);
}

int fstatfs(int fd, struct statfs *out)
{
	return FAIL_OR("statvfs", fstatfs, fd, out);
}

int fstatfs64(int fd, struct statfs64 *out)
{
	return FAIL_OR("statvfs", fstatfs64, fd, out);
}

ssize_t readlink(const char *path, char *buf, size_t size)
{
	return FAIL_OR("readlink", readlink, path, buf, size);
}

ssize_t readlinkat(int at, const char *path, char *buf, size_t size)
{
	return FAIL_OR("readlink", readlinkat, at, path, buf, size);
}

char *realpath(const char *path, char *out)
{
	return shim_hit("readlink") ? NULL : REAL(realpath)(path, out);
}

int mkdir(const char *path, mode_t mode)
{
	return FAIL_OR("mkdir", mkdir, path, mode);
}

int rmdir(const char *path)
{
	return FAIL_OR("unlink", rmdir, path);
}
