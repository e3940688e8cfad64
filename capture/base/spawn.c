// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/spawn.h"

#include "base/cleanup.h"
#include "base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The largest an unprivileged pipe may be; fewer switches between writer and reader. */
#define PIPE_SIZE (1 << 20)

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return strncmp(a, b, n) == 0 && b[n] == '=';
}

/* environ, with the names in add replaced. Only the array is allocated. */
static char **environment(const char *const *add)
{
	size_t have = 0, more = 0, n = 0;
	char **env;

	while (environ && environ[have])
		have++;
	while (add && add[more])
		more++;
	env = calloc(have + more + 1, sizeof(*env));
	if (!env)
		return NULL;
	for (size_t i = 0; i < have; i++) {
		bool replaced = false;

		for (size_t j = 0; j < more; j++)
			replaced = replaced || same_name(add[j], environ[i]);
		if (!replaced)
			env[n++] = environ[i];
	}
	for (size_t j = 0; j < more; j++)
		env[n++] = (char *)add[j];
	return env;
}

/* A caught or ignored signal must not be inherited: a child that ignores SIGPIPE would never notice
 * that we are gone. */
static void reset_signals(void)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The capture service is spared by the kernel when memory runs out; were its children spared too, a
 * machine without memory would panic, where one failed try would have done.
 */
static void be_killable(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, "0", 1);
	(void)close(fd);
}

void spawn_reset(void)
{
	reset_signals();
	be_killable();
}

/* In the child. fds: stdin, stdout, stderr, exec pipe; the program may have been started without
 * fds 0 to 2. */
static _Noreturn void become(const struct spawn_spec *spec, char **env, int fds[4], pid_t parent,
			     unsigned int *lack)
{
	int err, death = spec->gently ? SIGTERM : SIGKILL;

	(void)setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, death) < 0)
		goto fail;
	if (getppid() != parent)
		_exit(127);
	for (int i = 0; i < 4; i++) {
		if (fds[i] <= STDERR_FILENO)
			fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (fds[i] < 0)
			goto fail;
	}
	for (int i = 0; i < 3; i++) {
		if (dup2(fds[i], i) < 0)
			goto fail;
	}
#ifdef CLOSE_RANGE_CLOEXEC
	/* Every fd of ours is close-on-exec; this is for those that we were started with. */
	(void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
#endif
	spawn_reset();
	if (spec->confine) {
		/* It may be opened again, as /proc/self/fd/1. */
		(void)!fchown(STDOUT_FILENO, CONFINE_USER, CONFINE_USER);
		*lack = confine_program(spec->confine, spec->argv[0]);
		/* The change of user has cleared it. */
		if (prctl(PR_SET_PDEATHSIG, death) < 0)
			goto fail;
		if (getppid() != parent)
			_exit(127);
	}
	(void)execvpe(spec->argv[0], (char *const *)spec->argv, env);
fail:
	err = errno;
	(void)!write(fds[3], &err, sizeof(err));
	_exit(127);
}

int spawn(const struct spawn_spec *spec, struct spawned *out)
{
	_cleanup_close_ int null_fd = -1, out_r = -1, out_w = -1, err_r = -1, err_w = -1;
	_cleanup_close_ int exec_r = -1, exec_w = -1;
	_cleanup_free_ char **env = environment(spec->env_add);
	pid_t parent = getpid(), pid;
	unsigned int *lack = NULL;
	sigset_t all, old;
	int p[2], err;

	if (!env)
		return -ENOMEM;
	trace_program(spec->confine ? "starting, confined:" : "starting:", spec->argv);
	if (spec->stdin_fd < 0) {
		null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (null_fd < 0)
			return -errno;
	}
	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	out_r = p[0];
	out_w = p[1];
	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	err_r = p[0];
	err_w = p[1];
	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	exec_r = p[0];
	exec_w = p[1];
	(void)fcntl(out_w, F_SETPIPE_SZ, PIPE_SIZE);

	if (spec->confine) {
		lack = mmap(NULL, SPAWN_LACK_SIZE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (lack == MAP_FAILED)
			return -errno;
	}
	/* No handler of ours may run in the child. */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	err = errno;
	if (pid == 0)
		become(spec, env,
		       (int[]){spec->stdin_fd < 0 ? null_fd : spec->stdin_fd, out_w, err_w, exec_w},
		       parent, lack);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	if (pid < 0) {
		if (lack)
			(void)munmap(lack, SPAWN_LACK_SIZE);
		return -err;
	}
	/* Both sides do it, so that it is done whichever runs first. */
	(void)setpgid(pid, pid);
	out->pid = pid;
	out->lack = lack;
	out->out_fd = take_fd(&out_r);
	out->err_fd = take_fd(&err_r);
	out->exec_fd = take_fd(&exec_r);
	return 0;
}

int spawn_exec_result(int exec_fd)
{
	ssize_t n;
	int err;

	do
		n = read(exec_fd, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == (ssize_t)sizeof(err) && err > 0 ? -err : 0;
}
