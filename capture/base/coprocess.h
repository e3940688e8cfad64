/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that we talk with over its stdin and stdout while it runs, like `ssh -s ... sftp`. */
#pragma once

#include "base/macros.h"
#include "base/tail.h"

#include <stdint.h>
#include <sys/types.h>

struct coprocess {
	pid_t pid;  /* leads a process group of its own; 0: none */
	int to;     /* its stdin; non-blocking */
	int from;   /* its stdout; non-blocking */
	int err_fd; /* its stderr; non-blocking */
	char tail[TAIL_MAX];
	size_t tail_used;
	char words[TAIL_MAX];
};

/* As spawn(). 0 when it runs, or -errno; waits until the deadline for it to be executed. */
int coprocess_start(const char *const *argv, const char *const *env_add, int64_t deadline,
		    struct coprocess *out) _must_check_;
/* Take what it says on stderr now and then: with that pipe full it would stop. */
void coprocess_listen(struct coprocess *c);
/* The last line it said on stderr until now. */
const char *coprocess_words(struct coprocess *c);
/* Close its stdin: it may begin to end, while others do. coprocess_end() follows. */
void coprocess_hang_up(struct coprocess *c);
/* Close its stdin, give it grace_ms to end, then end it. Its exit status, or 128 + signal. Nothing
 * of it is left. */
int coprocess_end(struct coprocess *c, int64_t grace_ms);
