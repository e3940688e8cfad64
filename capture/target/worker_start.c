// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/worker_side.h"

#include "base/io.h"
#include "base/wait.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOMENT_MS INT64_C(500)   /* for a killed process that nothing holds */
#define END_MS    INT64_C(2000)  /* for a killed process to be gone */
#define REPAIR_MS INT64_C(18000) /* for e2fsck to stop; device.c waits a little less */
#define FORCE_MS  INT64_C(4000)  /* for a dead process's calls to a server to be ended */
#define DETACH_MS INT64_C(10000) /* for the kernel to take a mount away */

static _Noreturn void become_worker(struct worker *w, const struct target_ops *ops, int sock,
				    pid_t parent)
{
	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(127);
	(void)prctl(PR_SET_NAME, "fadump-target");
	/* Above all the capture's lock, which must not outlive it in a process that cannot be
	 * ended. */
	close_others(STDERR_FILENO + 1, sock, w->area->t.root->fd);
	worker_serve(w->area, ops, sock);
}

/* Memory for both sides. */
static struct worker *make(const struct target *t)
{
	struct worker *w = calloc(1, sizeof(*w));
	void *area = mmap(NULL, sizeof(*w->area), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (!w || area == MAP_FAILED) {
		if (area != MAP_FAILED)
			(void)munmap(area, sizeof(*w->area));
		free(w);
		return NULL;
	}
	w->area = area;
	w->area->t = *t;
	w->area->t.repairing = false;
	return w;
}

static void unmake(struct worker *w)
{
	(void)munmap(w->area, sizeof(*w->area));
	free(w);
}

int worker_start(struct target *t)
{
	struct worker *w = make(t);
	pid_t parent = getpid();
	int pair[2], err = w ? 0 : -ENOMEM;

	if (err == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		err = -errno;
	if (err < 0) {
		if (w)
			unmake(w);
		return err;
	}
	w->pid = fork();
	err = w->pid < 0 ? -errno : 0;
	if (w->pid == 0)
		become_worker(w, t->served, pair[1], parent);
	(void)close(pair[1]);
	if (err < 0) {
		(void)close(pair[0]);
		unmake(w);
		return err;
	}
	(void)setpgid(w->pid, w->pid);
	w->sock = pair[0];
	t->kind = w;
	return 0;
}

/* Is it gone within so much time? */
static bool reap(pid_t pid, int64_t ms)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	int64_t until = clock_ms() + ms;

	for (;;) {
		pid_t r = waitpid(pid, NULL, WNOHANG);

		if (r == pid || (r < 0 && errno != EINTR))
			return true;
		if (clock_ms() >= until)
			return false;
		(void)nanosleep(&nap, NULL);
	}
}

/*
 * Where the file system can (NFS), this ends the calls that are under way to a server, and no
 * others: a dying process that writes back what it wrote makes new ones until nothing is left. A
 * later sync of all file systems, such as systemd's before the change of root, would wait for these
 * for minutes.
 */
static void force(const char *mountpoint)
{
	const struct timespec nap = {.tv_nsec = 50000000};
	int64_t until = clock_ms() + FORCE_MS;

	while (umount2(mountpoint, MNT_FORCE | UMOUNT_NOFOLLOW) < 0 && errno == EBUSY &&
	       clock_ms() < until)
		(void)nanosleep(&nap, NULL);
}

/* A mount that does not answer. Taking it away may block likewise. */
static void detach(const char *mountpoint)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "fadump-umount");
		close_others(STDERR_FILENO + 1, -1, -1);
		force(mountpoint);
		(void)umount2(mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW);
		(void)rmdir(mountpoint);
		_exit(0);
	}
	if (pid > 0 && !reap(pid, DETACH_MS))
		(void)kill(pid, SIGKILL);
}

/* The check of a file system is asked to stop before all is killed: it may be repairing. */
static void let_it_repair(struct worker *w)
{
	struct worker_answer a = {.busy = true};
	int64_t until = clock_ms() + REPAIR_MS;

	atomic_store(&w->area->stop, true);
	while (a.busy && w->area->t.repairing && wait_fd(w->sock, POLLIN, until) == 0)
		if (recv(w->sock, &a, sizeof(a), MSG_DONTWAIT) != (ssize_t)sizeof(a))
			return;
}

void worker_end(struct target *t)
{
	struct worker *w = t->kind;
	bool gone;

	if (w->area->t.repairing)
		let_it_repair(w);
	/* Its last answer came before it ended by itself. */
	if (w->lost || !reap(w->pid, END_MS)) {
		(void)kill(w->pid, SIGKILL);
		/* A mount that it is about to make would come after our taking it away. One that
		 * hangs in the kernel may be let go of by just that. */
		gone = reap(w->pid, MOMENT_MS);
		if (w->area->t.mountpoint[0])
			detach(w->area->t.mountpoint);
		if (!gone)
			(void)reap(w->pid, END_MS);
	}
	(void)close(w->sock);
	unmake(w);
	t->kind = NULL;
}
