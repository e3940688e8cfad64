/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the capture kernel said about the dump while it booted: one table of the texts that matter,
 * what each means and what to do. A parser over (buf, len) of kernel log text, in /dev/kmsg's
 * record format ("6,123,456,-;text") or plain dmesg lines. Only the kernel's own words count:
 * records of another facility, which a program wrote to /dev/kmsg, do not. Source:
 * arch/powerpc/kernel/fadump.c, platforms/{pseries/rtas,powernv/opal}-fadump.c, fs/proc/vmcore.c
 * of 5.4 to 7.2; Documentation/ABI/testing/dev-kmsg.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KLOG_FREED_MAX 8

enum klog_meaning {
	KLOG_NOTHING,
	KLOG_REFUSED, /* state A: refused while processing; the kernel invalidates the dump and
			 frees the memory */
	KLOG_VMCORE_FAILED,   /* state B: /proc/vmcore could not be set up; memory still reserved */
	KLOG_RESERVE_FAILED,  /* no reservation: fadump is not armed (boot memory too small, ...) */
	KLOG_REGISTER_FAILED, /* memory is reserved, but the firmware did not take the registration
			       */
};

struct klog_finding {
	enum klog_meaning meaning;
	char line[256];     /* the kernel's words */
	const char *why;    /* what it means; static; NULL when nothing was found */
	const char *advice; /* what to do; static; NULL when nothing was found */
	bool released; /* the kernel let the memory go after user space had started: release_mem was
			  written */

	/* What was reserved for the dump, and from where on it was freed: physical addresses. */
	uint64_t reserved_at; /* lowest; 0: not said */
	uint64_t freed_from[KLOG_FREED_MAX];
	size_t n_freed;

	/* private: what the records so far have told */
	uint32_t said; /* the row of the table that it is, from 1; 0: none */
	bool user_space;
	char freed[256];
};

/*
 * A finding as untrusted bytes: a child that scanned the log. said is the
 * number of what was found, which meaning, why and advice hang on.
 */
struct klog_packed {
	uint64_t reserved_at, freed_from[KLOG_FREED_MAX];
	uint32_t said, n_freed, released;
	char line[256];
};

void klog_pack(const struct klog_finding *f, struct klog_packed *out);
/* 0, or -EPROTO: no scan ends so; *out is untouched then. */
int klog_unpack(const struct klog_packed *p, struct klog_finding *out) _must_check_;

/* The gravest, first finding. out->meaning is KLOG_NOTHING when there is none. Never fails. */
void klog_scan(const char *buf, size_t len, struct klog_finding *out);

/* The same over a log that arrives in pieces of whole lines: *out starts zeroed and is good after
 * every call. */
void klog_scan_more(const char *buf, size_t len, struct klog_finding *out);
