// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into fadump-ng: makes the N-th call of one kind fail, and stands for the kernel where
 * a tree of files cannot: after 1 is written to release_mem, /proc/vmcore is gone.
 *
 *   FAULT_CALL   the kind: a name of the list below
 *   FAULT_N      which call of that kind, from 1
 *   FAULT_ERROR  the errno, as a number; 0: the call transfers one byte only; for "crash" the
 * signal that kills the copy of the N-th fork at once FAULT_LOG    a file: a line for the call that
 * was hit, for each fsync, rename and close of interest, and for what was written to release_mem;
 * in this order
 *
 *   FAULT_HASTE  its clock runs so many times faster than others', so that patience is no virtue
 *
 * Programs that fadump-ng starts are left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *call, *log_name;
static long nth, count, hit_error, forks, haste = 1;
static int log_fd = -1;
static bool armed;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static void open_log(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, log_name,
			      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	/* where no program's own descriptor is expected */
	log_fd = fd < 0 ? fd : (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 500);
	if (fd >= 0)
		(void)syscall(SYS_close, fd);
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	char line[600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (log_fd < 0 || n <= 0)
		return;
	/* A worker closes what it does not know. */
	if (syscall(SYS_write, log_fd, line, (size_t)n) < 0) {
		open_log();
		(void)!syscall(SYS_write, log_fd, line, (size_t)n);
	}
}

__attribute__((constructor)) static void arm(void)
{
	const char *n = getenv("FAULT_N"), *error = getenv("FAULT_ERROR");
	const char *fast = getenv("FAULT_HASTE");

	if (strcmp(program_invocation_short_name, "fadump-ng") != 0)
		return;
	call = getenv("FAULT_CALL");
	log_name = getenv("FAULT_LOG");
	nth = n ? atol(n) : 0;
	hit_error = error ? atol(error) : 0;
	haste = fast && atol(fast) > 0 ? atol(fast) : 1;
	if (log_name)
		open_log();
	armed = call != NULL;
}

/* Is this the one? */
static bool hit(const char *name)
{
	if (!armed || strcmp(call, name) != 0 || ++count != nth)
		return false;
	say("hit %s %ld\n", name, nth);
	errno = (int)hit_error;
	return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void path_of(int fd, char *buf, size_t size)
{
	char link[40];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, buf, size - 1);
	buf[n > 0 ? n : 0] = '\0';
}

static bool ends(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

/* The kernel's part: what was written where it counts. */
static void note_write(int fd, const void *buf, size_t len)
{
	char path[500];
	size_t n;

	path_of(fd, path, sizeof(path));
	if (!ends(path, "/release_mem"))
		return;
	say("release %.*s\n", (int)len, (const char *)buf);
	n = strlen(path) - strlen("/sys/kernel/fadump/release_mem");
	(void)snprintf(path + n, sizeof(path) - n, "/proc/vmcore");
	(void)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

#define SHORT(len) (hit_error == 0 && (len) > 1)

ssize_t write(int fd, const void *buf, size_t len)
{
	ssize_t n;

	if (hit("write")) {
		if (!SHORT(len))
			return -1;
		len = 1;
	}
	n = REAL(write)(fd, buf, len);
	if (n > 0)
		note_write(fd, buf, (size_t)n);
	return n;
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t off)
{
	if (hit("pwrite")) {
		if (!SHORT(len))
			return -1;
		len = 1;
	}
	return REAL(pwrite64)(fd, buf, len, off);
}

ssize_t read(int fd, void *buf, size_t len)
{
	if (hit("read")) {
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
	if (hit("pread")) {
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
	return hit("open") ? -1 : REAL(openat64)(at, path, flags, mode);
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
	return hit("open") ? -1 : REAL(open64)(path, flags, mode);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags, 0);
}

/* openat2 has no wrapper; nothing else comes this way. */
long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2 && hit("open"))
		return -1;
	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int fsync(int fd)
{
	char path[500];
	int r;

	path_of(fd, path, sizeof(path));
	r = hit("fsync") ? -1 : REAL(fsync)(fd);
	say("fsync %d %s\n", r, path);
	return r;
}

int syncfs(int fd)
{
	return hit("syncfs") ? -1 : REAL(syncfs)(fd);
}

int close(int fd)
{
	int r;

	/* As the kernel does it: the descriptor is gone all the same. */
	if (hit("close")) {
		int error = errno;

		(void)REAL(close)(fd);
		errno = error;
		return -1;
	}
	r = REAL(close)(fd);
	return r;
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
	int r = hit("rename") ? -1 : REAL(renameat)(from_at, from, to_at, to);

	say("rename %d %s %s\n", r, from, to);
	return r;
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int flags)
{
	int r = hit("rename") ? -1 : REAL(renameat2)(from_at, from, to_at, to, flags);

	say("rename %d %s %s\n", r, from, to);
	return r;
}

int mkdirat(int at, const char *path, mode_t mode)
{
	return hit("mkdir") ? -1 : REAL(mkdirat)(at, path, mode);
}

int unlinkat(int at, const char *path, int flags)
{
	return hit("unlink") ? -1 : REAL(unlinkat)(at, path, flags);
}

int fstatvfs64(int fd, struct statvfs64 *out)
{
	return hit("statvfs") ? -1 : REAL(fstatvfs64)(fd, out);
}

int fstat64(int fd, struct stat64 *out)
{
	return hit("stat") ? -1 : REAL(fstat64)(fd, out);
}

int fstatat64(int at, const char *path, struct stat64 *out, int flags)
{
	return hit("stat") ? -1 : REAL(fstatat64)(at, path, out, flags);
}

/* A copy that is about to become another program: of its calls only exec is of interest. One that
 * names itself stays. */
pid_t fork(void)
{
	pid_t pid = hit("fork") ? -1 : REAL(fork)();

	forks++;
	if (call && strcmp(call, "crash") == 0 && forks == nth) {
		if (pid == 0)
			(void)kill(getpid(), (int)hit_error);
		say("hit crash %ld\n", nth);
	}
	if (pid == 0)
		armed = call && strcmp(call, "exec") == 0;
	return pid;
}

int prctl(int option, ...)
{
	unsigned long a[4];
	va_list ap;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (option == PR_SET_NAME)
		armed = call != NULL;
	return (int)syscall(SYS_prctl, option, a[0], a[1], a[2], a[3]);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	return hit("socket") ? -1 : REAL(socketpair)(domain, type, protocol, fds);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	return hit("send") ? -1 : REAL(sendmsg)(fd, m, flags);
}

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	return hit("send") ? -1 : REAL(send)(fd, buf, len, flags);
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	return hit("receive") ? -1 : REAL(recvmsg)(fd, m, flags);
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	return hit("receive") ? -1 : REAL(recv)(fd, buf, len, flags);
}

void *mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t off)
{
	return hit("mmap") ? MAP_FAILED : REAL(mmap64)(at, len, prot, flags, fd, off);
}

int memfd_create(const char *name, unsigned int flags)
{
	return hit("open") ? -1 : REAL(memfd_create)(name, flags);
}

int sync_file_range(int fd, off64_t off, off64_t len, unsigned int flags)
{
	return hit("fsync") ? -1 : REAL(sync_file_range)(fd, off, len, flags);
}

int execvpe(const char *file, char *const argv[], char *const env[])
{
	count = forks - 1;
	return hit("exec") ? -1 : REAL(execvpe)(file, argv, env);
}

int pipe2(int fds[2], int flags)
{
	return hit("pipe") ? -1 : REAL(pipe2)(fds, flags);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	/* Rounded up, or short waits would become a busy loop. */
	if (timeout > 0)
		timeout = (int)((timeout + haste - 1) / haste);
	return hit("poll") ? -1 : REAL(poll)(fds, n, timeout);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static struct timespec first;
	int r = REAL(clock_gettime)(id, ts);
	long long ns;

	if (r < 0 || haste == 1 || id != CLOCK_MONOTONIC)
		return r;
	if (!first.tv_sec)
		first = *ts;
	ns = ((ts->tv_sec - first.tv_sec) * 1000000000LL + ts->tv_nsec - first.tv_nsec) * haste;
	ts->tv_sec = first.tv_sec + (time_t)(ns / 1000000000LL);
	ts->tv_nsec = (long)(ns % 1000000000LL);
	return 0;
}

int nanosleep(const struct timespec *want, struct timespec *left)
{
	long long ns = (want->tv_sec * 1000000000LL + want->tv_nsec) / haste;
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
	return hit("wait") ? -1 : REAL(waitpid)(pid, status, options);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	return hit("wait") ? -1 : REAL(waitid)(type, id, info, options);
}

void *malloc(size_t n)
{
	return hit("malloc") ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return hit("malloc") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return hit("malloc") ? NULL : __libc_realloc(p, n);
}
