/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF core that the capture kernel offers as /proc/vmcore, decoded with libelf: header, program
 * headers, notes. Costs three short reads whatever the size of memory (one more for every half MiB
 * of notes); never maps the core. Either byte order is fine: the kernel's is the machine's, and a
 * core may be looked at elsewhere. Layout: fs/proc/vmcore.c and arch/powerpc/kernel/fadump.c of the
 * kernel; elf(5).
 */
#pragma once

#include "crash/vmcoreinfo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a core was refused; vmcore_problem_text() explains. */
enum vmcore_problem {
	VMCORE_OK,
	VMCORE_TRUNCATED_HEADER, /* shorter than an ELF header */
	VMCORE_NOT_ELF,
	VMCORE_NOT_ELF64,
	VMCORE_NOT_CORE,      /* e_type is not ET_CORE */
	VMCORE_WRONG_MACHINE, /* e_machine is not EM_PPC64 */
	VMCORE_WRONG_ENDIAN,  /* byte order is not this machine's; verdict_judge() only */
	VMCORE_BAD_PHDRS,     /* program headers missing, of a wrong size, or outside the file */
	VMCORE_NO_NOTE,       /* not exactly one PT_NOTE */
	VMCORE_BAD_NOTE,      /* a note runs past its segment, or the segment past the file */
	VMCORE_NO_VMCOREINFO,
	VMCORE_BAD_VMCOREINFO,
	VMCORE_NO_CPU,       /* no NT_PRSTATUS note */
	VMCORE_NO_LOAD,      /* no PT_LOAD */
	VMCORE_LOAD_OUTSIDE, /* a PT_LOAD runs past the end of the file: truncated core */
	VMCORE_LOAD_OVERLAP, /* two PT_LOADs cover the same memory or the same bytes */
	VMCORE_PAGE_SIZE,    /* PAGESIZE of the crashed kernel differs from the running one's */
};

struct vmcore_segment {
	uint64_t offset, paddr, vaddr, size; /* bytes; filesz == memsz */
};

struct vmcore {
	uint64_t size; /* of the file, bytes */
	bool big_endian;
	uint16_t machine;                /* e_machine, also when refused */
	unsigned int cpus;               /* NT_PRSTATUS notes: CPUs that were running */
	uint64_t memory;                 /* sum of the segments, bytes */
	struct vmcore_segment *segments; /* PT_LOAD in file order; owned */
	size_t n_segments;
	struct vmcoreinfo info;
	char detail[160]; /* what exactly is wrong, with numbers; "" when nothing is */
};

/*
 * Judge the core open at fd (size as fstat says). 0: fine, *out filled. -EINVAL: refused, *problem
 * and out->detail say why. Another -errno: it could not be read. vmcore_deinit() in every case.
 * page_size: what PAGESIZE must be (bytes), or 0 for "any" (a core looked at on another machine).
 */
int vmcore_read(int fd, uint64_t page_size, struct vmcore *out,
		enum vmcore_problem *problem) _must_check_;
void vmcore_deinit(struct vmcore *core);
/* The first byte of memory after the last segment: however little of it is in the core, a dump has
 * a bit for each page below. */
uint64_t vmcore_top(const struct vmcore *core);

/* A sentence for people. Never NULL; static. */
const char *vmcore_problem_text(enum vmcore_problem problem);
/* A stable word for JSON, like "load-overlap". */
const char *vmcore_problem_word(enum vmcore_problem problem);
