/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To give up, for good, what a process does not need. For a child that looks at what a crashed
 * kernel left: base/confined.h runs a function of ours so, base/child.h a program. Linux alone
 * decides what can be given up (no seccomp, no such user in this namespace): the rest is done all
 * the same.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every system's user nobody. No name is looked up: an initramfs has none. */
#define CONFINE_USER 65534

/* What can be left out, so that a child that died of it gets by. */
enum confine_limit {
	CONFINE_MEMORY = 1,
	CONFINE_CPU = 2,
	CONFINE_FILES = 4,
	CONFINE_FILE_SIZE = 8,
	CONFINE_CALLS = 16, /* the filter of system calls */
	CONFINE_OPENS = 32, /* which files it may open, and the change of user */
};

struct confine {
	uint64_t memory;    /* bytes of address space; 0: no limit */
	unsigned int cpu_s; /* seconds; 0: no limit */
	unsigned int files; /* open ones */
	uint64_t file_size; /* bytes of each file that it may write; 0: it writes none */
	bool stay;          /* who we are: what only we may do is still needed */
	/*
	 * To open files that only root may read, like /proc/vmcore by /proc/self/fd/0: that asks
	 * the file's mode again. It is all of root's powers that is left then.
	 */
	bool read_any;
	const char *reads;    /* a file outside the system's directories that it reads, or NULL */
	unsigned int without; /* enum confine_limit, or'd */
};

/* What could not be given up. */
enum confine_lack {
	CONFINE_NO_USER = 1,
	CONFINE_NO_LIMITS = 2,
	CONFINE_NO_PRIVILEGES = 4, /* setuid programs would still work */
	CONFINE_NO_FILTER = 8,
	CONFINE_NO_NETWORK = 16, /* it could reach it */
	CONFINE_NO_FILES = 32,   /* it could open every file that its user may */
};

/*
 * Limits, those on written files too; another user, where we are root; no way back. Between fork
 * and exec, or in a child of our own. Returns enum confine_lack, or'd. The signal for the parent's
 * death has to be asked for anew.
 */
unsigned int confine_self(const struct confine *c);

/*
 * The same for a program that is about to be executed, and more: no network, no files but the
 * system's programs and libraries, /proc, /sys, the one that it reads and /tmp, and none of the
 * system calls that only an intruder would want. program: as execvpe() gets it. Returns enum
 * confine_lack, or'd.
 */
unsigned int confine_program(const struct confine *c, const char *program);
/* In parts: the network and those system calls; the files. Each returns its lack. */
unsigned int confine_network(void);
unsigned int confine_program_calls(void);
int confine_files_prepare(const struct confine *c, const char *program);
unsigned int confine_files(int rules);

/* From now on only reading and writing what is open, and memory: the rest fails with EPERM. Returns
 * 0 or CONFINE_NO_FILTER. */
unsigned int confine_calls(void);

/*
 * Of which limits may a child have died? status as child_run() has it; said: its stderr, in the C
 * locale. enum confine_limit, or'd; 0: of none.
 */
unsigned int confine_suspects(int status, const char *said);

/* The name of the bit-th limit, or lack; NULL past the last. */
const char *confine_limit_word(unsigned int bit);
const char *confine_lack_word(unsigned int bit);
/* The names of all in mask, with commas. */
void confine_words(unsigned int mask, const char *(*word)(unsigned int), char *buf, size_t size);
