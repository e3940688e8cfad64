/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that work on one thing until all of them are done, and the caller's own that watches. */
#pragma once

#include "base/macros.h"

#define CREW_MAX 64

struct crew_spec {
	unsigned int threads;    /* at least one is used, at most CREW_MAX */
	void (*work)(void *ctx); /* on every thread, once */
	/* About once a second on the calling thread; may be NULL. */
	void (*tick)(void *ctx);
	void *ctx;
};

/* Returns when every work() has returned. 0, or -EAGAIN when not even one thread could be started.
 */
int crew_run(const struct crew_spec *spec) _must_check_;
