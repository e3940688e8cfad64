// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/vmcore.h"

static const struct {
	const char *word, *text;
} problems[] = {
	[VMCORE_OK] = {"ok", "The core is sound."},
	[VMCORE_TRUNCATED_HEADER] = {"truncated-header", "The file is shorter than an ELF header."},
	[VMCORE_NOT_ELF] = {"not-elf", "The file is not an ELF file."},
	[VMCORE_NOT_ELF64] = {"not-elf64", "The file is not a 64-bit ELF file."},
	[VMCORE_NOT_CORE] = {"not-core", "The file is an ELF file, but not a core."},
	[VMCORE_WRONG_MACHINE] = {"wrong-machine", "The core is of a machine other than ppc64."},
	[VMCORE_WRONG_ENDIAN] = {"wrong-endian", "The core's byte order is not this machine's."},
	[VMCORE_BAD_PHDRS] = {"bad-phdrs", "The core's program headers are damaged."},
	[VMCORE_NO_NOTE] = {"no-note", "The core does not have exactly one note segment."},
	[VMCORE_BAD_NOTE] = {"bad-note", "The core's notes are damaged or cut off."},
	[VMCORE_NO_VMCOREINFO] = {"no-vmcoreinfo",
				  "The core has no VMCOREINFO: no tool can find its way in it."},
	[VMCORE_BAD_VMCOREINFO] = {"bad-vmcoreinfo", "The core's VMCOREINFO is damaged."},
	[VMCORE_NO_CPU] = {"no-cpu", "The core has no CPU's registers."},
	[VMCORE_NO_LOAD] = {"no-load", "The core has no memory in it."},
	[VMCORE_LOAD_OUTSIDE] = {"load-outside",
				 "The core is cut off: memory that it lists lies past its end."},
	[VMCORE_LOAD_OVERLAP] = {"load-overlap",
				 "Parts of the core overlap: its program headers are damaged."},
	[VMCORE_PAGE_SIZE] =
		{"page-size",
		 "The kernel that crashed used another page size than the running one."},
};

const char *vmcore_problem_text(enum vmcore_problem problem)
{
	return problem < ARRAY_SIZE(problems) ? problems[problem].text : "The core is damaged.";
}

const char *vmcore_problem_word(enum vmcore_problem problem)
{
	return problem < ARRAY_SIZE(problems) ? problems[problem].word : "unknown";
}
