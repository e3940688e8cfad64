// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/vmcore_parts.h"

#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct span {
	uint64_t start, end;
};

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* Sort, and find the first neighbours that share something. */
static bool overlap(struct span *spans, size_t n, uint64_t *at)
{
	uint64_t end = 0;
	size_t i;

	qsort(spans, n, sizeof(*spans), by_start);
	for (i = 0; i < n; i++) {
		if (spans[i].start < end) {
			*at = spans[i].start;
			return true;
		}
		end = spans[i].end;
	}
	return false;
}

static int check_overlap(uint64_t head_end, const Elf64_Phdr *note, struct vmcore *core,
			 enum vmcore_problem *problem)
{
	_cleanup_free_ struct span *spans = calloc(core->n_segments + 2, sizeof(*spans));
	size_t i, n = 0;
	uint64_t at;

	if (!spans)
		return -ENOMEM;
	for (i = 0; i < core->n_segments; i++, n++)
		spans[n] = (struct span){core->segments[i].paddr,
					 core->segments[i].paddr + core->segments[i].size};
	if (overlap(spans, n, &at))
		return vmcore_refuse(core, problem, VMCORE_LOAD_OVERLAP,
				     "two PT_LOADs cover physical address 0x%" PRIx64, at);
	for (i = 0, n = 0; i < core->n_segments; i++, n++)
		spans[n] = (struct span){core->segments[i].offset,
					 core->segments[i].offset + core->segments[i].size};
	spans[n++] = (struct span){0, head_end};
	spans[n++] = (struct span){note->p_offset, note->p_offset + note->p_filesz};
	if (overlap(spans, n, &at))
		return vmcore_refuse(core, problem, VMCORE_LOAD_OVERLAP,
				     "two parts of the file cover offset 0x%" PRIx64, at);
	return 0;
}

static int check_load(const Elf64_Phdr *p, size_t i, struct vmcore *core,
		      enum vmcore_problem *problem)
{
	if (p->p_filesz != p->p_memsz)
		return vmcore_refuse(core, problem, VMCORE_BAD_PHDRS,
				     "PT_LOAD at index %zu: 0x%" PRIx64
				     " bytes in the file, 0x%" PRIx64 " in memory",
				     i, p->p_filesz, p->p_memsz);
	if (p->p_memsz > UINT64_MAX - p->p_paddr)
		return vmcore_refuse(core, problem, VMCORE_BAD_PHDRS,
				     "PT_LOAD at index %zu: 0x%" PRIx64
				     " bytes at physical address 0x%" PRIx64,
				     i, p->p_memsz, p->p_paddr);
	if (!range_ok(p->p_offset, p->p_filesz, core->size))
		return vmcore_refuse(core, problem, VMCORE_LOAD_OUTSIDE,
				     "PT_LOAD at index %zu: 0x%" PRIx64 " bytes at 0x%" PRIx64
				     " run past the file's end (0x%" PRIx64 ")",
				     i, p->p_filesz, p->p_offset, core->size);
	return 0;
}

int vmcore_check_segments(const Elf64_Phdr *phdrs, size_t n, uint64_t head_end,
			  const Elf64_Phdr *note, struct vmcore *core, enum vmcore_problem *problem)
{
	size_t i;
	int r;

	core->segments = calloc(n, sizeof(*core->segments));
	if (!core->segments)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		const Elf64_Phdr *p = &phdrs[i];

		/* Kernels from 6.10 on may leave PT_NULL entries at the end; anything else is not
		 * memory. */
		if (p->p_type != PT_LOAD || (p->p_filesz == 0 && p->p_memsz == 0))
			continue;
		r = check_load(p, i, core, problem);
		if (r < 0)
			return r;
		core->segments[core->n_segments++] = (struct vmcore_segment){
			.offset = p->p_offset,
			.paddr = p->p_paddr,
			.vaddr = p->p_vaddr,
			.size = p->p_filesz,
		};
	}
	if (core->n_segments == 0)
		return vmcore_refuse(core, problem, VMCORE_NO_LOAD, "no PT_LOAD segment");
	r = check_overlap(head_end, note, core, problem);
	if (r < 0)
		return r;
	/* No overflow: the segments lie side by side in the file. */
	for (i = 0; i < core->n_segments; i++)
		core->memory += core->segments[i].size;
	return 0;
}
