/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A clock that the test moves, linked in place of base/clock.c (Makefile: GIVEN_CLOCK). It goes
 * like the real one until it is first given time; then it stands, and only what happens ends a
 * wait, but for the time that it is given. It is one clock for the test and for all processes that
 * it forks.
 */
#pragma once

#include <stdint.h>

/* Back to real time. Every test begins with it. */
void given_clock_real(void);
/* So much passes now. */
void given_clock_pass(int64_t ms);
/*
 * So much passes bit by bit, and no more than that: whenever a wait has seen nothing for quiet_ms
 * of real time, what is left of it has passed. Time that was given before and has not passed is
 * taken back.
 */
void given_clock_run(int64_t ms, int quiet_ms);
/* How much of that has not passed. */
int64_t given_clock_left(void);
