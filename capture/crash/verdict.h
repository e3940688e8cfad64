/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judgement over a crash: the kernel's verdict on what the crashed kernel left, and ours on the
 * core's ELF headers. States A, B and C are those of docs/states.md; the difference decides whether
 * release_mem may be touched.
 */
#pragma once

#include "base/root.h"
#include "crash/fadump.h"
#include "crash/klog.h"
#include "crash/vmcore.h"

enum verdict_kind {
	VERDICT_NONE,     /* not a capture boot, or the dump was released: nothing to do */
	VERDICT_DUMP,     /* a dump is active and its core is sound: capture it */
	VERDICT_BAD_CORE, /* a dump is active but its core is not what it should be; memory is kept
			   */
	VERDICT_REFUSED,  /* A: the kernel refused and invalidated the dump; nothing is left but the
			     reason */
	VERDICT_NO_VMCORE,  /* B: the memory is still reserved but there is no /proc/vmcore */
	VERDICT_FADUMP_OFF, /* C: capture boot with fadump off; release_mem must never be written */
	VERDICT_UNDECIDED,  /* A or B and the log does not say; registering tells (EPERM: B) */
	VERDICT_KEXEC, /* a kernel started by kexec that took an old crash's memory for a dump */
	VERDICT_UNSUPPORTED, /* the firmware kept a dump, and this kernel has no fadump: lost */
};

struct verdict {
	enum verdict_kind kind;
	struct fadump_state state;
	struct vmcore core; /* filled for VERDICT_DUMP, as far as it got for VERDICT_BAD_CORE */
	enum vmcore_problem problem; /* for VERDICT_BAD_CORE */
	struct klog_finding
		finding;     /* for A and B; for VERDICT_NONE what was lost or is not armed */
	const char *summary; /* one sentence; static; never NULL */
	const char *advice;  /* what to do; static; "" when nothing */
	char why[300]; /* when judging failed and the errno says too little: for verdict_error() */
	int log_error; /* 0, or why the kernel's log could not be read: -errno */
	unsigned int lack; /* what the child that read the core could not give up: confine.h */
};

/*
 * Judge this machine: fadump files, /proc/vmcore, kernel log (/dev/kmsg, read without blocking; a
 * plain file beneath a root prefix). Writes nothing anywhere. 0 or -errno when /sys or the core
 * cannot be read. verdict_deinit() in every case.
 */
int verdict_judge(const struct root *root, struct verdict *out) _must_check_;

/* The same, without a look into the core: VERDICT_DUMP where verdict_judge() may find
 * VERDICT_BAD_CORE. For those who only ask whether memory is kept. */
int verdict_look(const struct root *root, struct verdict *out) _must_check_;

/* It is known that the memory was given back since: VERDICT_NONE. */
void verdict_released(struct verdict *v);

/* The same for a core given by hand (`--core FILE`): VERDICT_DUMP or VERDICT_BAD_CORE, of which
 * summary and advice speak as of a file; state is left zeroed. */
int verdict_judge_core(int fd, struct verdict *out) _must_check_;
void verdict_deinit(struct verdict *v);

/* "none", "dump", "bad-core", "refused", "no-vmcore", "fadump-off", "undecided", "kexec",
 * "unsupported": stable words for JSON. */
const char *verdict_word(enum verdict_kind kind);

/* Why there is no verdict, for a message: what verdict_judge() returned. */
const char *verdict_error(const struct verdict *v, int err);
