// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/coprocess.h"

#include "base/cleanup.h"
#include "base/spawn.h"
#include "base/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_SIZE (256 * 1024) /* it and we take turns less often */
#define TERM_MS   2000
#define KILL_MS   10000 /* blocked in the kernel for longer: given up */

static int wait_exec(int fd, int64_t deadline)
{
	int err = wait_fd(fd, POLLIN, deadline);

	return err < 0 ? err : spawn_exec_result(fd);
}

int coprocess_start(const char *const *argv, const char *const *env_add, int64_t deadline,
		    struct coprocess *out)
{
	_cleanup_close_ int read_end = -1, exec_fd = -1;
	struct spawned s;
	int p[2], err;

	*out = (struct coprocess){.to = -1, .from = -1, .err_fd = -1};
	if (pipe2(p, O_CLOEXEC) < 0)
		return -errno;
	read_end = p[0];
	out->to = p[1];
	(void)fcntl(out->to, F_SETPIPE_SZ, PIPE_SIZE);
	err = spawn(&(struct spawn_spec){.argv = argv, .env_add = env_add, .stdin_fd = read_end},
		    &s);
	if (err < 0) {
		(void)close(take_fd(&out->to));
		return err;
	}
	out->pid = s.pid;
	out->from = s.out_fd;
	out->err_fd = s.err_fd;
	exec_fd = s.exec_fd;
	err = wait_exec(exec_fd, deadline);
	if (err == 0 &&
	    (fcntl(out->to, F_SETFL, O_NONBLOCK) < 0 || fcntl(out->from, F_SETFL, O_NONBLOCK) < 0 ||
	     fcntl(out->err_fd, F_SETFL, O_NONBLOCK) < 0))
		err = -errno;
	if (err < 0)
		(void)coprocess_end(out, 0);
	return err;
}

void coprocess_listen(struct coprocess *c)
{
	char buf[1024];
	ssize_t n;

	if (c->err_fd < 0)
		return;
	while ((n = read(c->err_fd, buf, sizeof(buf))) > 0)
		tail_append(c->tail, &c->tail_used, buf, (size_t)n);
}

const char *coprocess_words(struct coprocess *c)
{
	coprocess_listen(c);
	/* A copy: more may follow. */
	memcpy(c->words, c->tail, sizeof(c->words));
	return tail_last_words(c->words);
}

/* Has it ended until then? It stays a zombie, so that its number is still its own. */
static bool ended(const struct coprocess *c, int64_t until)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
		    errno != EINTR)
			return true;
		if (info.si_pid == c->pid)
			return true;
		if (clock_ms() >= until)
			return false;
		clock_nap_us(5000);
	}
}

void coprocess_hang_up(struct coprocess *c)
{
	if (c->pid != 0 && c->to >= 0)
		(void)close(take_fd(&c->to));
}

int coprocess_end(struct coprocess *c, int64_t grace_ms)
{
	int st = 0;
	bool gone;

	if (c->pid == 0)
		return 0;
	coprocess_hang_up(c);
	gone = ended(c, clock_ms() + grace_ms);
	if (!gone) {
		(void)kill(-c->pid, SIGTERM);
		gone = ended(c, clock_ms() + TERM_MS);
	}
	/* What it started, like the ssh of a ProxyJump, goes with it. */
	(void)kill(-c->pid, SIGKILL);
	if (!gone)
		gone = ended(c, clock_ms() + KILL_MS);
	if (gone)
		(void)waitpid(c->pid, &st, 0);
	coprocess_listen(c);
	(void)close(take_fd(&c->from));
	(void)close(take_fd(&c->err_fd));
	c->pid = 0;
	return !gone || WIFSIGNALED(st) ? 128 + (gone ? WTERMSIG(st) : SIGKILL) : WEXITSTATUS(st);
}
