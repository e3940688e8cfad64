// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/child.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "base/tail.h"
#include "base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_SIZE    (256 * KIB) /* more does not fit a second-level cache and gains nothing */
#define TICK_MS      1000
#define GATHER_MS    1 /* a 1 MiB pipe holds that much of 1 GB/s */
#define GATHER_PIPE  (1 << 20)
#define TERM_WAIT_MS 2000
#define KILL_WAIT_MS 10000

enum { OUT, ERR, EXEC, STREAMS };

enum state { RUNNING, TERMINATED, KILLED };

struct child {
	const struct child_spec *spec;
	struct child_result *result;
	pid_t pid;
	unsigned int *lack;
	int fd[STREAMS];
	unsigned char *buf;
	size_t tail_len;
	enum state state;
	int error;           /* what child_run will return */
	int64_t state_until; /* when the next, harder signal is due */
	int64_t last_data, last_tick;
	bool gather;    /* its stdout is a large pipe */
	bool caught_up; /* the last read of stdout emptied it */
};

static void close_stream(struct child *c, int i)
{
	if (c->fd[i] >= 0)
		(void)close(c->fd[i]);
	c->fd[i] = -1;
}

static void child_deinit(struct child *c)
{
	if (c->lack)
		(void)munmap(c->lack, SPAWN_LACK_SIZE);
	for (int i = 0; i < STREAMS; i++)
		close_stream(c, i);
}

/* The whole group: a child that is a shell or that has helpers must not outlive it. */
static void send_signal(const struct child *c, int sig)
{
	if (kill(-c->pid, sig) < 0)
		(void)kill(c->pid, sig);
}

/* The first reason to stop is the one that counts. */
static void stop(struct child *c, int error)
{
	if (c->state != RUNNING)
		return;
	c->error = error;
	c->state = TERMINATED;
	c->state_until = clock_ms() + (c->spec->term_ms ? c->spec->term_ms : TERM_WAIT_MS);
	send_signal(c, SIGTERM);
}

/* Returns how much there was; 0 at its end. A child that is being stopped is read, but not listened
 * to. */
static size_t read_stream(struct child *c, int i)
{
	const struct child_spec *s = c->spec;
	int (*cb)(void *, const void *, size_t) = i == OUT ? s->on_stdout : s->on_stderr;
	ssize_t n;
	int r = 0;

	do
		n = read(c->fd[i], c->buf, READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		close_stream(c, i);
		return 0;
	}
	if (i == OUT)
		c->caught_up = (size_t)n < READ_SIZE;
	if (i == ERR)
		tail_append(c->result->err_tail, &c->tail_len, c->buf, (size_t)n);
	if (cb && c->state == RUNNING)
		r = cb(s->ctx, c->buf, (size_t)n);
	/* After the callback, whose slowness is not the child's silence. */
	c->last_data = clock_ms();
	if (r < 0)
		stop(c, r);
	return (size_t)n;
}

static void read_exec(struct child *c)
{
	int r = spawn_exec_result(c->fd[EXEC]);

	close_stream(c, EXEC);
	if (r < 0 && c->state == RUNNING) {
		c->error = r;
		c->state = KILLED; /* it is exiting by itself */
		c->state_until = clock_ms() + KILL_WAIT_MS;
	}
}

static void tick(struct child *c, int64_t now)
{
	int r = 0;

	if (now < c->last_tick + TICK_MS || c->state != RUNNING)
		return;
	if (c->spec->on_tick)
		r = c->spec->on_tick(c->spec->ctx);
	c->last_tick = clock_ms();
	if (r < 0)
		stop(c, r);
}

/* Is its time over, or was it silent for too long? */
static bool is_due(const struct child *c, int64_t now)
{
	const struct child_spec *s = c->spec;

	return (s->deadline && now >= s->deadline) ||
	       (s->stall_ms && now - c->last_data >= s->stall_ms);
}

/* Returns false when even SIGKILL did not help. */
static bool check_time(struct child *c, int64_t now)
{
	if (c->state == RUNNING) {
		if (is_due(c, now)) {
			c->result->timed_out = true;
			stop(c, -ETIMEDOUT);
		}
		return true;
	}
	if (now < c->state_until)
		return true;
	if (c->state == KILLED)
		return false;
	c->state = KILLED;
	c->state_until = now + KILL_WAIT_MS;
	send_signal(c, SIGKILL);
	return true;
}

static int poll_timeout(const struct child *c, int64_t now)
{
	const struct child_spec *s = c->spec;
	int64_t until = c->last_tick + TICK_MS;

	if (c->state != RUNNING)
		/* Soon, to see the end of a child whose helper keeps the pipes open. */
		until = c->state_until < now + 50 ? c->state_until : now + 50;
	else if (s->deadline && s->deadline < until)
		until = s->deadline;
	if (c->state == RUNNING && s->stall_ms && c->last_data + s->stall_ms < until)
		until = c->last_data + s->stall_ms;
	return until > now ? (int)(until - now) : 0;
}

/* Has it ended? 1, 0 or -errno. It stays a zombie, so that its number is still its own. */
static int has_ended(const struct child *c)
{
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return info.si_pid == c->pid;
}

static int reap(const struct child *c, int *status)
{
	int st;

	/* Stopped for a reason: then nothing of its group goes on, either. */
	if (c->state != RUNNING)
		(void)kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &st, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	*status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
	return 0;
}

/*
 * The child has ended, but a process that outlives it holds the pipe: take what is in it now,
 * which is everything the child wrote, and do not wait for more.
 */
static void drain(struct child *c, int i)
{
	int avail = 0;
	size_t n;

	if (c->fd[i] < 0 || ioctl(c->fd[i], FIONREAD, &avail) < 0)
		return;
	while (avail > 0) {
		n = read_stream(c, i);
		if (n == 0)
			return;
		avail -= (int)n;
	}
}

static void wait_streams(struct child *c, int64_t now)
{
	struct pollfd p[STREAMS];
	int n, timeout = poll_timeout(c, now);

	for (int i = 0; i < STREAMS; i++)
		p[i] = (struct pollfd){.fd = c->fd[i], .events = POLLIN};
	/* To be woken for every write costs more than the copying: let them gather for a moment. */
	if (c->gather && c->caught_up) {
		c->caught_up = false;
		p[OUT].fd = -1;
		timeout = timeout < GATHER_MS ? timeout : GATHER_MS;
	}
	n = clock_poll(p, STREAMS, timeout);
	if (n <= 0)
		return;
	if (p[EXEC].revents)
		read_exec(c);
	if (p[ERR].revents)
		(void)read_stream(c, ERR);
	if (p[OUT].revents)
		(void)read_stream(c, OUT);
}

/* Both streams are closed: the end is near, or it lives on in silence. */
static void wait_silent(const struct child *c, int64_t now, int64_t *nap_us)
{
	if (poll_timeout(c, now) > 0)
		clock_nap_us(*nap_us);
	if (*nap_us < 50000)
		*nap_us *= 2;
}

static int run(struct child *c)
{
	int64_t now, nap_us = 200, last_look = clock_ms();
	int ended;

	for (;;) {
		bool silent = c->fd[OUT] < 0 && c->fd[ERR] < 0 && c->fd[EXEC] < 0;

		now = clock_ms();
		if (silent)
			wait_silent(c, now, &nap_us);
		else
			wait_streams(c, now);
		now = clock_ms();
		tick(c, now);
		/* While it talks it lives; so one look a second will do, and one before its time
		 * is up: it may have done its work in time. */
		if (silent || c->state != RUNNING || now - last_look >= TICK_MS || is_due(c, now)) {
			last_look = now;
			ended = has_ended(c);
			if (ended)
				break;
		}
		if (!check_time(c, now)) {
			c->result->status = 128 + SIGKILL;
			return 0;
		}
	}
	if (ended < 0)
		return ended;
	drain(c, ERR);
	drain(c, OUT);
	if (c->fd[EXEC] >= 0)
		read_exec(c);
	return reap(c, &c->result->status);
}

int child_run(const struct child_spec *spec, struct child_result *out)
{
	_cleanup_free_ unsigned char *buf = malloc(READ_SIZE);
	_cleanup_(child_deinit) struct child c = {
		.spec = spec, .result = out, .buf = buf, .fd = {-1, -1, -1}};
	struct spawned s;
	int64_t began;
	int r;

	*out = (struct child_result){.status = -1};
	if (!buf)
		return -ENOMEM;
	r = spawn(&(struct spawn_spec){.argv = spec->argv,
				       .env_add = spec->env_add,
				       .stdin_fd = spec->stdin_fd,
				       .confine = spec->confine,
				       .gently = spec->term_ms > 0},
		  &s);
	if (r < 0)
		return r;
	c.pid = s.pid;
	if (spec->pid)
		*spec->pid = s.pid;
	c.fd[OUT] = s.out_fd;
	c.fd[ERR] = s.err_fd;
	c.fd[EXEC] = s.exec_fd;
	c.lack = s.lack;
	c.gather = fcntl(s.out_fd, F_GETPIPE_SZ) >= GATHER_PIPE;
	c.last_data = c.last_tick = clock_ms();
	began = clock_ms();
	r = run(&c);
	if (c.lack)
		out->lack = *c.lack;
	trace("%s ended after %lld ms, status %d%s", spec->argv[0], (long long)(clock_ms() - began),
	      out->status, out->timed_out ? ", stopped for time" : "");
	return c.error ? c.error : r;
}

struct collector {
	char *buf;
	size_t len, room, max;
};

static void collector_deinit(struct collector *c)
{
	free(c->buf);
}

static int collect(void *ctx, const void *buf, size_t len)
{
	struct collector *c = ctx;

	if (len > c->max - c->len)
		return -EFBIG;
	if (c->len + len >= c->room) {
		size_t room = (c->len + len + 1) * 2;
		char *grown = realloc(c->buf, room);

		if (!grown)
			return -ENOMEM;
		c->buf = grown;
		c->room = room;
	}
	memcpy(c->buf + c->len, buf, len);
	c->len += len;
	c->buf[c->len] = '\0';
	return 0;
}

int child_collect(const struct child_spec *spec, size_t max, char **buf, size_t *len,
		  struct child_result *out)
{
	_cleanup_(collector_deinit) struct collector c = {.max = max};
	struct child_spec with = *spec;
	int r;

	with.on_stdout = collect;
	with.ctx = &c;
	r = child_run(&with, out);
	if (r == 0 && c.len == 0)
		r = collect(&c, "", 0);
	if (r < 0)
		return r;
	*len = c.len;
	*buf = take_ptr(&c.buf);
	return 0;
}

const char *child_last_words(struct child_result *out)
{
	return tail_last_words(out->err_tail);
}
