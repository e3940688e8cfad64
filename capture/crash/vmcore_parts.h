/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of vmcore_read(), which is all that other modules use of them. */
#pragma once

#include "base/macros.h"
#include "crash/vmcore.h"

#include <errno.h>
#include <gelf.h>

/* Keep what is wrong. vmcore_refuse() does that and is -EINVAL, for the checkers' eyes, too. */
void vmcore_note_problem(struct vmcore *core, enum vmcore_problem *problem,
			 enum vmcore_problem what, const char *fmt, ...) _printf_(4, 5);
#define vmcore_refuse(...) (vmcore_note_problem(__VA_ARGS__), -EINVAL)

/* Read from the core; never -EINVAL, which means "refused" here. */
int vmcore_pread(int fd, void *buf, size_t len, uint64_t off) _must_check_;

/* From the core's byte order to this machine's, in place. type's size divides len. */
void vmcore_to_memory(const struct vmcore *core, void *buf, size_t len, Elf_Type type);

/* Walk the notes of the segment: fills core->cpus and core->info. Like vmcore_read(). */
int vmcore_read_notes(int fd, const Elf64_Phdr *note, struct vmcore *core,
		      enum vmcore_problem *problem) _must_check_;

/*
 * Collect the PT_LOADs into core->segments and check them against the file, each other, and the
 * file's first head_end bytes (ELF and program headers) and notes. Like vmcore_read().
 */
int vmcore_check_segments(const Elf64_Phdr *phdrs, size_t n, uint64_t head_end,
			  const Elf64_Phdr *note, struct vmcore *core,
			  enum vmcore_problem *problem) _must_check_;
