// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/vmcore_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Notes are read through a window: one read for a thousand CPUs, while a device dump of many MiB
 * (NT_VMCOREDD) is stepped over. The budget bounds the reading of a segment that is nothing but
 * steps.
 */
#define WINDOW_SIZE  (512 * KIB)
#define WINDOW_TOTAL (64 * MIB)
#define INFO_MAX     (256 * KIB) /* the kernel's own limit is one page */

struct window {
	int fd;
	unsigned char *buf;
	uint64_t start, len; /* what buf holds, in file offsets */
	uint64_t end;        /* of the segment */
	uint64_t budget;
};

struct note {
	Elf64_Nhdr head;
	uint64_t name, desc, next; /* file offsets */
};

/* Point *p to len bytes at off; the caller knows that they lie in the segment. -EFBIG: budget
 * spent. */
static int window_get(struct window *w, uint64_t off, size_t len, const unsigned char **p)
{
	if (off < w->start || !range_ok(off - w->start, len, w->len)) {
		uint64_t left = w->end - off;
		size_t want = left < WINDOW_SIZE ? (size_t)left : WINDOW_SIZE;
		int r;

		if (len > want || want > w->budget)
			return -EFBIG;
		r = vmcore_pread(w->fd, w->buf, want, off);
		if (r < 0) {
			w->len = 0;
			return r;
		}
		w->budget -= want;
		w->start = off;
		w->len = want;
	}
	*p = w->buf + (off - w->start);
	return 0;
}

static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~(uint64_t)3;
}

static int next_note(struct window *w, uint64_t pos, struct vmcore *core,
		     enum vmcore_problem *problem, struct note *out)
{
	uint64_t left = w->end - pos;
	const unsigned char *p;
	struct note n;
	int r;

	if (left < sizeof(n.head))
		return vmcore_refuse(core, problem, VMCORE_BAD_NOTE,
				     "%" PRIu64 " bytes at 0x%" PRIx64 " after the last note", left,
				     pos);
	r = window_get(w, pos, sizeof(n.head), &p);
	if (r < 0)
		return r;
	memcpy(&n.head, p, sizeof(n.head));
	vmcore_to_memory(core, &n.head, sizeof(n.head), ELF_T_WORD);
	n.name = pos + sizeof(n.head);
	left -= sizeof(n.head);
	if (!range_ok(padded(n.head.n_namesz), n.head.n_descsz, left))
		return vmcore_refuse(core, problem, VMCORE_BAD_NOTE,
				     "the note at 0x%" PRIx64 " (name %" PRIu32
				     ", descriptor %" PRIu32
				     " bytes) runs past its segment's end at 0x%" PRIx64,
				     pos, n.head.n_namesz, n.head.n_descsz, w->end);
	n.desc = n.name + padded(n.head.n_namesz);
	left -= padded(n.head.n_namesz);
	/* Only the last one may lack its padding. */
	n.next = n.desc + (padded(n.head.n_descsz) < left ? padded(n.head.n_descsz) : left);
	*out = n;
	return 0;
}

static int note_is(struct window *w, const struct note *n, const char *name, bool *out)
{
	size_t len = strlen(name) + 1;
	const unsigned char *p;
	int r;

	if (n->head.n_namesz != len) {
		*out = false;
		return 0;
	}
	r = window_get(w, n->name, len, &p);
	if (r < 0)
		return r;
	*out = memcmp(p, name, len) == 0;
	return 0;
}

static int take_vmcoreinfo(struct window *w, const struct note *n, struct vmcore *core,
			   enum vmcore_problem *problem)
{
	const char *where = "";
	const unsigned char *p;
	int r;

	if (n->head.n_descsz > INFO_MAX)
		return vmcore_refuse(core, problem, VMCORE_BAD_VMCOREINFO,
				     "%" PRIu32 " bytes, a page at most was expected",
				     n->head.n_descsz);
	r = window_get(w, n->desc, n->head.n_descsz, &p);
	if (r < 0)
		return r;
	if (vmcoreinfo_parse((const char *)p, n->head.n_descsz, &core->info, &where) < 0)
		return vmcore_refuse(core, problem, VMCORE_BAD_VMCOREINFO,
				     "missing or malformed: %s", where);
	return 0;
}

static int take_note(struct window *w, const struct note *n, struct vmcore *core,
		     enum vmcore_problem *problem, bool *have_info)
{
	bool is = false;
	int r;

	if (n->head.n_type == NT_PRSTATUS) {
		r = note_is(w, n, "CORE", &is);
		if (r == 0 && is)
			core->cpus++;
		return r;
	}
	if (n->head.n_type != 0 || *have_info)
		return 0;
	r = note_is(w, n, "VMCOREINFO", &is);
	if (r < 0 || !is)
		return r;
	*have_info = true;
	return take_vmcoreinfo(w, n, core, problem);
}

static int walk(struct window *w, uint64_t pos, struct vmcore *core, enum vmcore_problem *problem,
		bool *have_info)
{
	while (pos < w->end) {
		struct note n;
		int r;

		r = next_note(w, pos, core, problem, &n);
		if (r < 0)
			return r;
		/* Where the kernel stops, too. */
		if (n.head.n_namesz == 0)
			break;
		r = take_note(w, &n, core, problem, have_info);
		if (r < 0)
			return r;
		pos = n.next;
	}
	return 0;
}

int vmcore_read_notes(int fd, const Elf64_Phdr *note, struct vmcore *core,
		      enum vmcore_problem *problem)
{
	struct window w = {.fd = fd, .budget = WINDOW_TOTAL};
	bool have_info = false;
	int r;

	if (!range_ok(note->p_offset, note->p_filesz, core->size))
		return vmcore_refuse(core, problem, VMCORE_BAD_NOTE,
				     "notes at 0x%" PRIx64 ", 0x%" PRIx64
				     " bytes, run past the file's end (0x%" PRIx64 ")",
				     note->p_offset, note->p_filesz, core->size);
	w.buf = malloc(note->p_filesz < WINDOW_SIZE ? (size_t)note->p_filesz + 1 : WINDOW_SIZE);
	if (!w.buf)
		return -ENOMEM;
	w.end = note->p_offset + note->p_filesz;
	r = walk(&w, note->p_offset, core, problem, &have_info);
	free(w.buf);
	if (r == -EFBIG)
		return vmcore_refuse(core, problem, VMCORE_BAD_NOTE,
				     "0x%" PRIx64 " bytes of notes are too many to look through",
				     note->p_filesz);
	if (r < 0)
		return r;
	if (!have_info)
		return vmcore_refuse(core, problem, VMCORE_NO_VMCOREINFO,
				     "%u CPU notes, but no note called VMCOREINFO", core->cpus);
	if (core->cpus == 0)
		return vmcore_refuse(core, problem, VMCORE_NO_CPU, "no NT_PRSTATUS note");
	return 0;
}
