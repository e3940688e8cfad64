// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/feeder.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define LOOKS       5 /* in the time that the watchdog gives */
#define LOOK_MIN_MS 1000
#define LOOK_MAX_MS 15000
#define END_MS      10000

bool feeder_may_feed(const struct feeder_look *look, int64_t patience_ms, struct feeder_look *last)
{
	const struct life *l = &look->life;
	bool written = l->blocked && l->written != last->life.written;

	last->life.written = l->written;
	/* It may have left something behind that still gets on, but will not itself. */
	if (l->state == 'T' || l->state == 't')
		return false;
	if (look->pulse != last->pulse || l->sum != last->life.sum || written) {
		*last = *look;
		return true;
	}
	return (l->state == 'R' || l->state == 'S') && look->now - last->now < patience_ms;
}

static void look_at(pid_t capture, struct feeder_shared *shared, const struct feeder_look *last,
		    struct feeder_look *out)
{
	*out = (struct feeder_look){.now = clock_ms(), .pulse = shared->pulse, .life = last->life};
	/* Where /proc cannot be read the counter has to do. */
	if (life_look(capture, &out->life) < 0) {
		out->life.state = '\0';
		out->life.blocked = false;
	}
}

static int look_interval(unsigned int seconds)
{
	int64_t ms = (int64_t)seconds * 1000 / LOOKS;

	if (ms < LOOK_MIN_MS)
		ms = LOOK_MIN_MS;
	return (int)(ms < LOOK_MAX_MS ? ms : LOOK_MAX_MS);
}

/* Is it said within so many ms? */
static bool wait_for_word(int end, int interval)
{
	struct pollfd p = {.fd = end, .events = POLLIN};
	int64_t left = interval, until = clock_ms() + interval;

	do {
		if (clock_poll(&p, 1, (int)left) > 0)
			return true;
		left = until - clock_ms();
	} while (left > 0);
	return false;
}

static void feed_while_it_lives(const struct watchdog *w, int end, pid_t capture,
				struct feeder_shared *shared, int interval)
{
	struct feeder_look look, last = {0};

	look_at(capture, shared, &last, &last);
	for (;;) {
		/* Others that the capture started may hold the pipe open when it has ended. */
		if (wait_for_word(end, interval) || getppid() != capture)
			return;
		look_at(capture, shared, &last, &look);
		/* A write that fails is tried again with the next look. */
		if (feeder_may_feed(&look, shared->patience_ms, &last))
			(void)!watchdog_feed(w);
	}
}

static _Noreturn void be_feeder(struct watchdog *w, int end, pid_t capture,
				struct feeder_shared *shared, int interval)
{
	(void)prctl(PR_SET_NAME, "fadump-ng-guard");
	/* Nothing of the capture's is to stay open for our sake, its lock least of all. */
	close_others(STDERR_FILENO + 1, w->fd, end);
	feed_while_it_lives(w, end, capture, shared, interval);
	_exit(watchdog_stop(w) < 0);
}

static struct feeder_shared *share(void)
{
	void *p = mmap(NULL, sizeof(struct feeder_shared), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int feeder_start(struct watchdog *w, unsigned int seconds, struct feeder *out)
{
	struct feeder f = {.shared = share()};
	pid_t capture = getpid();
	int ends[2], err = f.shared ? 0 : -ENOMEM;

	if (err == 0 && pipe2(ends, O_CLOEXEC) < 0)
		err = -errno;
	if (err == 0) {
		f.pid = fork();
		if (f.pid == 0)
			be_feeder(w, ends[0], capture, f.shared, look_interval(seconds));
		if (f.pid < 0)
			err = -errno;
		(void)close(ends[0]);
		if (err < 0)
			(void)close(ends[1]);
	}
	if (err < 0) {
		(void)!watchdog_stop(w);
		if (f.shared)
			(void)munmap(f.shared, sizeof(*f.shared));
		return err;
	}
	watchdog_leave(w);
	f.pipe = ends[1];
	*out = f;
	return 0;
}

/* Its exit status; -ETIMEDOUT when it does not come to its end. */
static int wait_for_end(pid_t pid)
{
	int64_t until = clock_ms() + END_MS;
	int status;
	pid_t r;

	for (;;) {
		r = waitpid(pid, &status, WNOHANG);
		if (r == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (clock_ms() >= until)
			return -ETIMEDOUT;
		clock_nap_us(10000);
	}
}

int feeder_stop(struct feeder *f)
{
	int r;

	if (!f->shared)
		return 0;
	(void)close(take_fd(&f->pipe));
	r = wait_for_end(f->pid);
	if (r == -ETIMEDOUT)
		(void)kill(f->pid, SIGKILL);
	(void)munmap(f->shared, sizeof(*f->shared));
	f->shared = NULL;
	return r > 0 ? -EIO : r;
}
