/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A function of ours in a child that has given up all it can (base/confine.h): another user, no
 * powers, no other open files, little memory, no system calls but reading. What reads bytes of a
 * crashed machine runs so: a mistake in it costs an answer, not the machine, and not the dump.
 *
 * The answer is untrusted: check it like any other input.
 */
#pragma once

#include "base/confine.h"
#include "base/macros.h"

#include <stddef.h>

/* How the function answers; bytes are appended. Nothing is told of an error: an answer
 * that did not get out whole is none. */
void confined_say(int out, const void *buf, size_t len);

struct confined_spec {
	/* In the child, with fd as its own; answers with confined_say(). 0 or -errno. */
	int (*work)(void *ctx, int fd, int out);
	void *ctx;           /* read only, so to speak: what is written there is lost */
	int fd;              /* the one file that stays open; -1: none */
	int64_t deadline_ms; /* from now */
	uint64_t memory;     /* bytes that it may have beside what we have ourselves */
};

struct confined_result {
	size_t len;        /* of the answer */
	int error;         /* what the function returned */
	unsigned int lack; /* enum confine_lack */
	char why[120];     /* why there is no answer; one line; "" */
};

/*
 * Run it, and once more without the limit that it died of, if it did; then out->lack says so. Take
 * its answer, at most max bytes into buf. 0: it ran to its end, look at out->error and at the
 * answer. Else -errno, out->why says more: -ETIMEDOUT, -ENOTRECOVERABLE it crashed, -EMSGSIZE,
 * -EAGAIN and the like when there could be no child. No child is left running; one that even
 * SIGKILL does not end is given up after ten seconds.
 */
int confined_run(const struct confined_spec *spec, void *buf, size_t max,
		 struct confined_result *out) _must_check_;

/* For people: what the worst is that the child could not give up, "with ..." or "". Static. */
const char *confined_lack_text(unsigned int lack);
