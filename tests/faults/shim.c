// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into fadump-ng: makes the N-th call of one kind fail, and stands for the kernel where
 * a tree of files cannot: after 1 is written to release_mem, /proc/vmcore is gone.
 *
 *   FAULT_CALL   the kind: a name that is given to shim_hit(); "killed": any that others may
 * notice
 *   FAULT_N      which call of that kind, from 1
 *   FAULT_ERROR  the errno, as a number; 0: the call transfers one byte only; for "crash" the
 * signal that kills the copy of the N-th fork at once, for "killed" that of the caller
 *   FAULT_WHERE  whose calls count. Unset: everybody's, and each process counts for itself;
 * "target": those of processes that serve a target, all together; "mount": of these, those made
 * before the first fsync and from the first umount on
 *   FAULT_LOG    a file: a line for the call that was hit, for each fsync, rename, mount and
 * umount, and for what was written to release_mem; in this order
 *   FAULT_DISK   the image under a device: copied to FAULT_DISK.cut before the device is unmounted
 * with something on it that is called vmcore, as if the power went now
 *   FAULT_HASTE  its clock runs so many times faster than others', so that patience is no virtue
 *
 * Programs that fadump-ng starts are left alone. The calls are in shim_calls.c and
 * shim_mount.c.
 */
#include "shim.h"

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

static const char *call, *log_name, *disk;
static long nth, count, forks;
long shim_error, shim_haste = 1;
static int log_fd = -1;
static bool armed;

static enum { EVERYWHERE, TARGET, MOUNT } where;
static bool serving;  /* a target: by the process's name */
static bool mounting; /* with where MOUNT: between its name and its first fsync, or at the end */

/* Of all processes. */
static struct {
	long count;
	bool published;
} * all;

static void open_log(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, log_name,
			      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	/* where no program's own descriptor is expected */
	log_fd = fd < 0 ? fd : (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 500);
	if (fd >= 0)
		(void)syscall(SYS_close, fd);
}

void shim_say(const char *fmt, ...)
{
	int error = errno;
	char line[600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!log_name || n <= 0)
		return;
	/* A worker closes what it does not know. */
	if (syscall(SYS_write, log_fd, line, (size_t)n) < 0) {
		open_log();
		(void)!syscall(SYS_write, log_fd, line, (size_t)n);
	}
	errno = error;
}

__attribute__((constructor)) static void arm(void)
{
	const char *n = getenv("FAULT_N"), *error = getenv("FAULT_ERROR");
	const char *fast = getenv("FAULT_HASTE"), *whose = getenv("FAULT_WHERE");

	if (strcmp(program_invocation_short_name, "fadump-ng") != 0)
		return;
	call = getenv("FAULT_CALL");
	log_name = getenv("FAULT_LOG");
	nth = n ? atol(n) : 0;
	shim_error = error ? atol(error) : 0;
	disk = getenv("FAULT_DISK");
	if (whose)
		where = strcmp(whose, "mount") == 0 ? MOUNT : TARGET;
	all = (void *)syscall(SYS_mmap, NULL, sizeof(*all), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shim_haste = fast && atol(fast) > 0 ? atol(fast) : 1;
	if (log_name)
		open_log();
	armed = call != NULL;
}

/* Does this call count, and is it the one? */
static bool is_it(const char *kind)
{
	if (!armed || strcmp(call, kind) != 0)
		return false;
	if (where == EVERYWHERE)
		return ++count == nth;
	if (!serving || (where == MOUNT && !mounting))
		return false;
	return __atomic_add_fetch(&all->count, 1, __ATOMIC_SEQ_CST) == nth;
}

/* Whether a process dies before it or after it is all the same to others. */
static bool is_inner(const char *kind)
{
	static const char *const inner[] = {"malloc", "read", "pread", "line", "seek", "stat"};

	for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++)
		if (strcmp(kind, inner[i]) == 0)
			return true;
	return false;
}

bool shim_hit(const char *kind)
{
	if (armed && strcmp(call, "killed") == 0 && !is_inner(kind) && is_it("killed")) {
		shim_say("hit killed %ld in %s\n", nth, kind);
		(void)kill(getpid(), (int)shim_error);
	}
	if (!is_it(kind))
		return false;
	shim_say("hit %s %ld\n", kind, nth);
	errno = (int)shim_error;
	return true;
}

/* The image as it is now: what the file system has not given to its device is not in it. */
static void cut(void)
{
	char to[500];
	int in, out;

	(void)snprintf(to, sizeof(to), "%s.cut", disk);
	in = (int)syscall(SYS_openat, AT_FDCWD, disk, O_RDONLY | O_CLOEXEC);
	out = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (syscall(SYS_sendfile, out, in, NULL, (size_t)1 << 20) > 0)
		;
	(void)syscall(SYS_close, in);
	(void)syscall(SYS_close, out);
	shim_say("cut\n");
}

void shim_synced(void)
{
	mounting = false;
}

void shim_unmounting(void)
{
	mounting = true;
	if (disk && all->published)
		cut();
}

void shim_path_of(int fd, char *buf, size_t size)
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
void shim_note_write(int fd, const void *buf, size_t len)
{
	char path[500];
	size_t n;

	shim_path_of(fd, path, sizeof(path));
	if (!ends(path, "/release_mem"))
		return;
	shim_say("release %.*s\n", (int)len, (const char *)buf);
	n = strlen(path) - strlen("/sys/kernel/fadump/release_mem");
	(void)snprintf(path + n, sizeof(path) - n, "/proc/vmcore");
	(void)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

void shim_note_name(const char *to, int r)
{
	if (r == 0 && armed && strcmp(to, "vmcore") == 0)
		all->published = true;
}

/* A copy that is about to become another program: of its calls only exec is of interest. One that
 * names itself stays. */
pid_t fork(void)
{
	bool crash = is_it("crash");
	pid_t pid = shim_hit("fork") ? -1 : REAL(fork)();

	forks++;
	if (crash) {
		if (pid == 0)
			(void)kill(getpid(), (int)shim_error);
		shim_say("hit crash %ld\n", nth);
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
	if (option == PR_SET_NAME) {
		armed = call != NULL;
		serving = strcmp((const char *)a[0], "fadump-target") == 0;
		mounting = serving;
	}
	return (int)syscall(SYS_prctl, option, a[0], a[1], a[2], a[3]);
}

int execvpe(const char *file, char *const argv[], char *const env[])
{
	if (where == EVERYWHERE)
		count = forks - 1;
	return shim_hit("exec") ? -1 : REAL(execvpe)(file, argv, env);
}
