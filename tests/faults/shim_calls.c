// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of the program itself. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

#define SHORT(len) (shim_error == 0 && (len) > 1)

ssize_t write(int fd, const void *buf, size_t len)
{
	ssize_t n;

	if (shim_hit("write")) {
		if (!SHORT(len))
			return -1;
		len = 1;
	}
	n = REAL(write)(fd, buf, len);
	if (n > 0)
		shim_note_write(fd, buf, (size_t)n);
	return n;
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t off)
{
	if (shim_hit("pwrite")) {
		if (!SHORT(len))
			return -1;
		len = 1;
	}
	return REAL(pwrite64)(fd, buf, len, off);
}

ssize_t read(int fd, void *buf, size_t len)
{
	if (shim_hit("read")) {
		if (!SHORT(len))
			return -1;
		len = 1;
	}
	return REAL(read)(fd, buf, len);
}

ssize_t __read_chk(int fd, void *buf, size_t len, size_t size)
{
	(void)size;
	return read(fd, buf, len);
}

ssize_t pread64(int fd, void *buf, size_t len, off64_t off)
{
	if (shim_hit("pread")) {
		if (!SHORT(len))
			return -1;
		len = 1;
	}
	return REAL(pread64)(fd, buf, len, off);
}

ssize_t __pread64_chk(int fd, void *buf, size_t len, off64_t off, size_t size)
{
	(void)size;
	return pread64(fd, buf, len, off);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

int openat64(int at, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return shim_hit("open") ? -1 : REAL(openat64)(at, path, flags, mode);
}

int __openat64_2(int at, const char *path, int flags)
{
	return openat64(at, path, flags, 0);
}

int open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return shim_hit("open") ? -1 : REAL(open64)(path, flags, mode);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags, 0);
}

/* openat2 has no wrapper; those that mount have them since glibc 2.36 only. */
static const char *kind_of(long number)
{
	switch (number) {
	case SYS_openat2:
		return "open";
	case SYS_open_tree:
	case SYS_move_mount:
	case SYS_fsopen:
	case SYS_fsconfig:
	case SYS_fsmount:
	case SYS_fspick:
	case SYS_mount_setattr:
		return "mount";
	default:
		return NULL;
	}
}

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	const char *kind = kind_of(number);
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (kind && shim_hit(kind))
		return -1;
	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int fsync(int fd)
{
	char path[500];
	int r;

	shim_path_of(fd, path, sizeof(path));
	r = shim_hit("fsync") ? -1 : REAL(fsync)(fd);
	shim_synced();
	shim_say("fsync %d %s\n", r, path);
	return r;
}

int syncfs(int fd)
{
	return shim_hit("syncfs") ? -1 : REAL(syncfs)(fd);
}

int close(int fd)
{
	int r;

	/* As the kernel does it: the descriptor is gone all the same. */
	if (shim_hit("close")) {
		int error = errno;

		(void)REAL(close)(fd);
		errno = error;
		return -1;
	}
	r = REAL(close)(fd);
	return r;
}

/* Before and after: who is killed between the two has renamed, and cannot say it. */
int renameat(int from_at, const char *from, int to_at, const char *to)
{
	int r;

	shim_say("renaming %s %s\n", from, to);
	r = shim_hit("rename") ? -1 : REAL(renameat)(from_at, from, to_at, to);
	shim_say("rename %d %s %s\n", r, from, to);
	shim_note_name(to, r);
	return r;
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int flags)
{
	int r;

	shim_say("renaming %s %s\n", from, to);
	r = shim_hit("rename") ? -1 : REAL(renameat2)(from_at, from, to_at, to, flags);
	shim_say("rename %d %s %s\n", r, from, to);
	shim_note_name(to, r);
	return r;
}

int mkdirat(int at, const char *path, mode_t mode)
{
	return shim_hit("mkdir") ? -1 : REAL(mkdirat)(at, path, mode);
}

int unlinkat(int at, const char *path, int flags)
{
	return shim_hit("unlink") ? -1 : REAL(unlinkat)(at, path, flags);
}

int fstatvfs64(int fd, struct statvfs64 *out)
{
	return shim_hit("statvfs") ? -1 : REAL(fstatvfs64)(fd, out);
}

int fstat64(int fd, struct stat64 *out)
{
	return shim_hit("stat") ? -1 : REAL(fstat64)(fd, out);
}

int fstatat64(int at, const char *path, struct stat64 *out, int flags)
{
	return shim_hit("stat") ? -1 : REAL(fstatat64)(at, path, out, flags);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	return shim_hit("socket") ? -1 : REAL(socketpair)(domain, type, protocol, fds);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	return shim_hit("send") ? -1 : REAL(sendmsg)(fd, m, flags);
}

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	return shim_hit("send") ? -1 : REAL(send)(fd, buf, len, flags);
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	return shim_hit("receive") ? -1 : REAL(recvmsg)(fd, m, flags);
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	return shim_hit("receive") ? -1 : REAL(recv)(fd, buf, len, flags);
}

void *mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t off)
{
	return shim_hit("mmap") ? MAP_FAILED : REAL(mmap64)(at, len, prot, flags, fd, off);
}

int memfd_create(const char *name, unsigned int flags)
{
	return shim_hit("open") ? -1 : REAL(memfd_create)(name, flags);
}

int sync_file_range(int fd, off64_t off, off64_t len, unsigned int flags)
{
	return shim_hit("fsync") ? -1 : REAL(sync_file_range)(fd, off, len, flags);
}

int pipe2(int fds[2], int flags)
{
	return shim_hit("pipe") ? -1 : REAL(pipe2)(fds, flags);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	/* Rounded up, or short waits would become a busy loop. */
	if (timeout > 0)
		timeout = (int)((timeout + shim_haste - 1) / shim_haste);
	return shim_hit("poll") ? -1 : REAL(poll)(fds, n, timeout);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static struct timespec first;
	int r = REAL(clock_gettime)(id, ts);
	long long ns;

	if (r < 0 || shim_haste == 1 || id != CLOCK_MONOTONIC)
		return r;
	if (!first.tv_sec)
		first = *ts;
	ns = ((ts->tv_sec - first.tv_sec) * 1000000000LL + ts->tv_nsec - first.tv_nsec) *
	     shim_haste;
	ts->tv_sec = first.tv_sec + (time_t)(ns / 1000000000LL);
	ts->tv_nsec = (long)(ns % 1000000000LL);
	return 0;
}

int nanosleep(const struct timespec *want, struct timespec *left)
{
	long long ns = (want->tv_sec * 1000000000LL + want->tv_nsec) / shim_haste;
	const struct timespec ts = {(time_t)(ns / 1000000000LL), (long)(ns % 1000000000LL)};

	return REAL(nanosleep)(&ts, left);
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	(void)size;
	return poll(fds, n, timeout);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return shim_hit("wait") ? -1 : REAL(waitpid)(pid, status, options);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	return shim_hit("wait") ? -1 : REAL(waitid)(type, id, info, options);
}

void *malloc(size_t n)
{
	return shim_hit("malloc") ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return shim_hit("malloc") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return shim_hit("malloc") ? NULL : __libc_realloc(p, n);
}
