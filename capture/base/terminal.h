/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal that a person sits at, if there is one. */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
	int fd;               /* of /dev/tty */
	struct termios modes; /* as they were; while lent */
};

/*
 * Open it. 0, or -ENOTTY when standard input is none or we are in its background: then there is
 * no one to ask. terminal_close() in every case.
 */
int terminal_open(struct terminal *t) _must_check_;
void terminal_close(struct terminal *t);

/* Ask until the answer is "yes" or "no"; the end of input is a no. */
bool terminal_ask(struct terminal *t, const char *question) _must_check_;

/*
 * Let a process group of our session ask there itself (ssh for a password, say); signals from the
 * keyboard go to it. terminal_take_back() in every case: with the modes as they were.
 */
int terminal_lend(struct terminal *t, pid_t group) _must_check_;
void terminal_take_back(struct terminal *t);
