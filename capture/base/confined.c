// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/confined.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "base/spawn.h"
#include "base/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_WAIT_MS 10000
#define MAGIC        0x66616463U

/* The end of every answer: what comes without it was cut off. */
struct trailer {
	uint32_t magic, lack;
	int32_t error;
	uint32_t zero;
};

struct confined {
	const struct confined_spec *spec;
	struct confined_result *result;
	pid_t pid;
	int in;
	int64_t deadline;
	char *buf;
	size_t max;
	struct trailer trailer;
	unsigned int without; /* enum confine_limit */
	unsigned int suspects;
};

static int fail(struct confined *c, int err, const char *fmt, ...) _printf_(3, 4);
static int fail(struct confined *c, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->result->why, sizeof(c->result->why), fmt, ap);
	va_end(ap);
	return err;
}

void confined_say(int out, const void *buf, size_t len)
{
	if (write_full(out, buf, len) < 0)
		_exit(1);
}

/* A sanitizer's shadow is terabytes of address space, and it writes its findings to stderr. */
static bool sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
	return __has_feature(address_sanitizer);
#else
	return false;
#endif
}

/* Bytes of address space that we have already: the child starts with the same. 0: unknown. */
static uint64_t own_space(void)
{
	_cleanup_close_ int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* Pages are the first number of it. */
	return (uint64_t)strtoul(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* 0, 1 and 2 mean something to the C library: nothing of ours may have these numbers. */
static int move_up(int fd)
{
	return fd > STDERR_FILENO ? fd : fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
}

static _Noreturn void be_confined(const struct confined_spec *spec, unsigned int without, int out,
				  pid_t parent)
{
	uint64_t own = own_space();
	struct confine confine = {
		.memory = own && !sanitized() ? own + spec->memory : 0,
		.cpu_s = (unsigned int)(spec->deadline_ms / 1000) + 1,
		.without = without,
	};
	struct trailer t = {.magic = MAGIC};
	int fd = spec->fd < 0 ? out : spec->fd;

	spawn_reset();
	fd = move_up(fd);
	out = spec->fd < 0 ? fd : move_up(out);
	if (fd < 0 || out < 0)
		_exit(1);
	close_others(sanitized() ? STDERR_FILENO + 1 : 0, fd, out);
	t.lack = confine_self(&confine);
	/* The change of user has cleared it, had it been there before. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	if (!(without & CONFINE_CALLS))
		t.lack |= confine_calls();
	else
		t.lack |= CONFINE_NO_FILTER;
	if (without & ~(unsigned int)CONFINE_CALLS)
		t.lack |= CONFINE_NO_LIMITS;
	t.error = spec->work(spec->ctx, spec->fd < 0 ? -1 : fd, out);
	confined_say(out, &t, sizeof(t));
	_exit(0);
}

/*
 * All it says, to its end: the answer, followed by the trailer, for which the buffer has room.
 * One byte more than that is too much.
 */
static int read_answer(struct confined *c, size_t *len)
{
	size_t used = 0, room = c->max + sizeof(c->trailer);
	char spare;

	for (;;) {
		ssize_t n;
		int r = wait_fd(c->in, POLLIN, c->deadline);

		if (r < 0)
			return fail(c, r, "it did not answer within %lld s",
				    (long long)(c->spec->deadline_ms / 1000));
		n = used < room ? read(c->in, c->buf + used, room - used) : read(c->in, &spare, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(c, -errno, "its answer cannot be read: %s", strerror(errno));
		if (n == 0)
			break;
		if (used == room)
			return fail(c, -EMSGSIZE, "it answered with more than %zu bytes", c->max);
		used += (size_t)n;
	}
	*len = used;
	return 0;
}

/* Its exit status, 128 and a signal, or -errno. */
static int reap(struct confined *c, int64_t until)
{
	int64_t nap_us = 100;
	int st = 0;

	for (;;) {
		pid_t r = waitpid(c->pid, &st, WNOHANG);

		if (r == c->pid)
			return WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
		if (r < 0 && errno != EINTR)
			return -errno;
		if (clock_ms() >= until)
			return -ETIMEDOUT;
		clock_nap_us(nap_us);
		nap_us = nap_us < 20000 ? nap_us * 2 : nap_us;
	}
}

/* It is gone after this, whatever it was doing. */
static int end(struct confined *c, bool well)
{
	int st = well ? reap(c, c->deadline) : -ETIMEDOUT;

	if (st != -ETIMEDOUT)
		return st;
	(void)kill(c->pid, SIGKILL);
	(void)reap(c, clock_ms() + KILL_WAIT_MS);
	return -ETIMEDOUT;
}

static int judge(struct confined *c, int status, size_t used)
{
	c->suspects = status > 128 ? confine_suspects(status, "") : 0;
	if (status > 128)
		return fail(c, -ENOTRECOVERABLE, "it was killed by signal %d", status - 128);
	if (status == -ETIMEDOUT)
		return fail(c, -ETIMEDOUT, "it did not end");
	if (status < 0)
		return fail(c, status, "its end cannot be known: %s", strerror(-status));
	if (status > 0)
		return fail(c, -ENOTRECOVERABLE, "it exited with %d", status);
	if (used >= sizeof(c->trailer))
		memcpy(&c->trailer, c->buf + used - sizeof(c->trailer), sizeof(c->trailer));
	if (c->trailer.magic != MAGIC || c->trailer.zero || c->trailer.error > 0 ||
	    c->trailer.error < -4095)
		return fail(c, -ENOTRECOVERABLE, "its answer is cut off");
	c->result->len = used - sizeof(c->trailer);
	c->result->error = c->trailer.error;
	c->result->lack = c->trailer.lack;
	if (c->result->error < 0)
		c->suspects = confine_suspects(1, strerror(-c->result->error));
	return 0;
}

static int listen_and_end(struct confined *c)
{
	size_t used = 0;
	int r = read_answer(c, &used), status = end(c, r == 0);

	/* A child that is gone before its time had no end of its own. */
	return r < 0 ? r : judge(c, status, used);
}

static int start(struct confined *c, int *out)
{
	pid_t parent = getpid();
	sigset_t all, old;
	int err;

	/* No handler of ours may run in the child. */
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &old);
	c->pid = fork();
	err = errno;
	if (c->pid == 0)
		be_confined(c->spec, c->without, *out, parent);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	(void)close(take_fd(out));
	return c->pid < 0 ? fail(c, -err, "there is no process for it: %s", strerror(err)) : 0;
}

static int run_once(const struct confined_spec *spec, unsigned int without, void *buf, size_t max,
		    struct confined_result *out, unsigned int *suspects)
{
	_cleanup_free_ char *room = malloc(max + sizeof(struct trailer));
	_cleanup_close_ int in = -1, say = -1;
	struct confined c = {
		.spec = spec, .result = out, .buf = room, .max = max, .without = without};
	int p[2], r;

	*out = (struct confined_result){0};
	if (!room)
		return fail(&c, -ENOMEM, "there is no memory for its answer");
	if (pipe2(p, O_CLOEXEC) < 0)
		return fail(&c, -errno, "there is no pipe for it: %s", strerror(errno));
	in = p[0];
	say = p[1];
	c.in = in;
	c.deadline = clock_ms() + spec->deadline_ms;
	r = start(&c, &say);
	if (r == 0)
		r = listen_and_end(&c);
	if (r == 0)
		memcpy(buf, room, out->len);
	*suspects = c.suspects;
	return r;
}

/*
 * Of a limit on memory or time, or for a call that the filter does not know: without it once more.
 * Files it has none in any case, and its user stays another.
 */
int confined_run(const struct confined_spec *spec, void *buf, size_t max,
		 struct confined_result *out)
{
	const unsigned int spare = CONFINE_MEMORY | CONFINE_CPU | CONFINE_CALLS;
	unsigned int suspects = 0;
	int r = run_once(spec, 0, buf, max, out, &suspects);

	if (suspects & spare)
		r = run_once(spec, suspects & spare, buf, max, out, &suspects);
	return r;
}

const char *confined_lack_text(unsigned int lack)
{
	if (lack & CONFINE_NO_USER)
		return "with root's identity, which could not be given up";
	if (lack & (CONFINE_NO_LIMITS | CONFINE_NO_PRIVILEGES))
		return "without limits, which could not be set, or which it ran into";
	if (lack & CONFINE_NO_FILTER)
		return "without a filter of system calls, which this kernel does not have, or "
		       "which "
		       "refused one that was needed";
	if (lack)
		return "with more than it needs";
	return "";
}
