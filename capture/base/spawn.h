/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start a program with its stdout and stderr on pipes. The mechanism below base/child.h, which is
 * what everything else uses.
 */
#pragma once

#include "base/confine.h"
#include "base/macros.h"

#include <stdbool.h>
#include <sys/types.h>

struct spawned {
	pid_t pid;  /* leads a process group of its own */
	int out_fd; /* its stdout, read end */
	int err_fd; /* its stderr, read end */
	/*
	 * Readable once it is known whether the program could be executed: spawn_exec_result() then
	 * tells. A file system that hangs holds exec up, so this is waited for with a deadline like
	 * everything else.
	 */
	int exec_fd;
	/* What a confined one could not give up, enum confine_lack: valid once exec_fd is readable,
	 * munmap(2)ped by the caller; NULL where it is not confined. */
	unsigned int *lack;
};

#define SPAWN_LACK_SIZE sizeof(unsigned int)

struct spawn_spec {
	const char *const *argv;       /* argv[0] is looked up in PATH */
	const char *const *env_add;    /* may be NULL */
	int stdin_fd;                  /* -1: /dev/null */
	const struct confine *confine; /* NULL: it keeps what we have */
	bool gently; /* it gets SIGTERM, not SIGKILL, when the calling thread ends */
};

/*
 * The child starts with default signal handlers, nothing blocked, no fds but 0, 1 and 2, and is
 * killed when the calling thread ends. 0 or -errno.
 */
int spawn(const struct spawn_spec *spec, struct spawned *out) _must_check_;
/* In a child: the signals' handlers as they were at the start of the world, and no better chances
 * than other processes when memory runs out. */
void spawn_reset(void);
/* After exec_fd became readable: 0 when the program runs, else the -errno of what kept it from
 * running. */
int spawn_exec_result(int exec_fd) _must_check_;
