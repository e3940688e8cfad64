/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes: an argv array, never a shell string; a deadline; a bounded stderr tail; a reaped
 * status. One loop serves them all, from `makedumpfile -v` to the capture stream itself.
 */
#pragma once

#include "base/confine.h"
#include "base/macros.h"
#include "base/tail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_TAIL_MAX TAIL_MAX

struct child_spec {
	const char *const *argv;    /* argv[0] is looked up in PATH; NULL-terminated */
	const char *const *env_add; /* "NAME=value" strings added to the environment; may be NULL */
	int stdin_fd;               /* -1: /dev/null */
	int64_t deadline;           /* absolute, clock_ms(); 0: none */
	int64_t stall_ms;           /* killed when silent on both streams for so long; 0: none */
	const struct confine *confine; /* what it gives up before it runs; NULL: nothing */
	/*
	 * It changes a file system, and must not be cut off in the middle of that: so much time
	 * between SIGTERM and SIGKILL, and SIGTERM alone when we die ourselves. 0: nothing like
	 * that, two seconds and SIGKILL.
	 */
	int64_t term_ms;
	pid_t *pid; /* set to its number before on_tick is called; NULL */

	/* Each may be NULL: then the output is discarded (stderr still feeds the tail). A negative
	 * result kills the child and becomes the result of child_run. */
	int (*on_stdout)(void *ctx, const void *buf, size_t len);
	int (*on_stderr)(void *ctx, const void *buf, size_t len);
	int (*on_tick)(void *ctx); /* at least once a second while it runs */
	void *ctx;
};

struct child_result {
	int status;                    /* exit status, or 128 + signal */
	unsigned int lack;             /* what it could not give up, enum confine_lack */
	bool timed_out;                /* killed by us for its deadline or for being silent */
	char err_tail[CHILD_TAIL_MAX]; /* the last of its stderr, NUL-terminated */
};

/*
 * Run it to its end. 0 when it ran and was reaped: look at out->status. Else -errno:
 * -ENOENT and friends when it could not be executed, -ETIMEDOUT when killed for time (out is
 * filled), or what a callback returned. The child is never left running; one that even SIGKILL
 * does not end (blocked in the kernel) is given up after ten seconds.
 */
int child_run(const struct child_spec *spec, struct child_result *out) _must_check_;

/*
 * Run it and collect its stdout, at most max bytes (-EFBIG past it), NUL-terminated; the caller
 * frees *buf. spec's callbacks must be NULL.
 */
int child_collect(const struct child_spec *spec, size_t max, char **buf, size_t *len,
		  struct child_result *out) _must_check_;

/* The last non-empty line of out->err_tail, for one-line messages. Points into it. */
const char *child_last_words(struct child_result *out);
