/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small synthetic ppc64 cores out of a text (coredesc.h), laid out as the kernel lays out
 * /proc/vmcore; and broken ones. Header-only, so that mkcore and the unit tests share it.
 */
#pragma once

#include "coredesc.h"

#include <unistd.h>

static void cb_write(int fd, const void *buf, size_t len, uint64_t off)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)off);

		if (n <= 0) {
			perror("writing the core");
			exit(1);
		}
		p += n;
		len -= (size_t)n;
		off += (uint64_t)n;
	}
}

static void cb_fill(int fd, int fill, uint64_t off, uint64_t len)
{
	unsigned char block[4096];

	if (fill < 0)
		return;
	memset(block, fill, sizeof(block));
	while (len > 0) {
		size_t n = len < sizeof(block) ? (size_t)len : sizeof(block);

		cb_write(fd, block, n, off);
		off += n;
		len -= n;
	}
}

static uint64_t cb_round(uint64_t v, uint64_t to)
{
	return (v + to - 1) / to * to;
}

/* Write them at off; returns the segment's size. */
static uint64_t cb_write_notes(const struct cb_core *c, int fd, uint64_t off)
{
	uint64_t at = off;
	size_t i;

	for (i = 0; i < c->n_notes; i++) {
		const struct cb_note *n = &c->notes[i];
		unsigned char head[12 + 32] = {0};
		size_t name = strlen(n->name) + 1;

		cb_put(c, head, n->namesz_said, 4);
		cb_put(c, head + 4, n->descsz_said, 4);
		cb_put(c, head + 8, n->type, 4);
		memcpy(head + 12, n->name, name);
		cb_write(fd, head, 12 + cb_round(name, 4), at);
		at += 12 + cb_round(name, 4);
		if (n->desc)
			cb_write(fd, n->desc, n->descsz, at);
		else
			cb_fill(fd, n->fill, at, n->descsz);
		at += cb_round(n->descsz, 4);
	}
	return at - off;
}

static void cb_write_phdr(const struct cb_core *c, int fd, size_t index, uint32_t type,
			  uint64_t off, uint64_t vaddr, uint64_t paddr, uint64_t filesz,
			  uint64_t memsz)
{
	unsigned char p[56] = {0};

	cb_put(c, p, type, 4);
	cb_put(c, p + 4, type == PT_LOAD ? PF_R | PF_W | PF_X : 0, 4);
	cb_put(c, p + 8, off, 8);
	cb_put(c, p + 16, vaddr, 8);
	cb_put(c, p + 24, paddr, 8);
	cb_put(c, p + 32, filesz, 8);
	cb_put(c, p + 40, memsz, 8);
	cb_put(c, p + 48, type == PT_NOTE ? 4 : 0, 8);
	cb_write(fd, p, sizeof(p), 64 + index * sizeof(p));
}

static void cb_write_ehdr(const struct cb_core *c, int fd, size_t phnum)
{
	unsigned char h[64] = {0x7f, 'E', 'L', 'F', ELFCLASS64, 0, EV_CURRENT};
	size_t i;

	h[EI_DATA] = c->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	cb_put(c, h + 16, c->type, 2);
	cb_put(c, h + 18, c->machine, 2);
	cb_put(c, h + 20, EV_CURRENT, 4);
	cb_put(c, h + 32, 64, 8);                    /* e_phoff */
	cb_put(c, h + 48, c->big_endian ? 1 : 2, 4); /* e_flags: the ABI's version */
	cb_put(c, h + 52, 64, 2);                    /* e_ehsize */
	cb_put(c, h + 54, 56, 2);                    /* e_phentsize */
	cb_put(c, h + 56, phnum, 2);
	for (i = 0; i < sizeof(c->header) / sizeof(c->header[0]); i++)
		if (c->header[i].set)
			cb_put(c, h + c->header[i].off, (uint64_t)c->header[i].value,
			       c->header[i].size);
	cb_write(fd, h, sizeof(h), 0);
}

static void cb_write_core(struct cb_core *c, int fd)
{
	size_t index = 0, i, phnum = c->n_loads + (c->note_none ? 0 : c->note_twice ? 2 : 1);
	uint64_t at = cb_round(64 + 56 * phnum, c->page), size, note = at;

	if (ftruncate(fd, 0) < 0)
		perror("truncating the core");
	if (!c->note_none) {
		size = cb_write_notes(c, fd, at);
		at = cb_round(at + size, c->page);
		size = c->has_note_filesz ? c->note_filesz : size;
		note = c->has_note_offset ? c->note_offset : note;
		for (i = 0; i < (c->note_twice ? 2 : 1); i++)
			cb_write_phdr(c, fd, index++, PT_NOTE, note, 0, 0, size, size);
	}
	for (i = 0; i < c->n_loads; i++) {
		const struct cb_load *l = &c->loads[i];
		uint64_t head =
			l->paddr % c->page; /* an unaligned start keeps its place in the page */
		uint64_t off = l->has_offset ? l->offset : at + head;

		cb_write_phdr(c, fd, index++, l->type, l->type == PT_NULL ? 0 : off,
			      l->has_vaddr         ? l->vaddr
			      : l->type == PT_NULL ? 0
						   : l->paddr | 0xc000000000000000,
			      l->paddr, l->has_filesz ? l->filesz : l->memsz, l->memsz);
		if (l->type == PT_NULL)
			continue;
		cb_fill(fd, l->fill, at + head, l->memsz);
		at += cb_round(head + l->memsz, c->page);
	}
	cb_write_ehdr(c, fd, phnum);
	if (c->truncated)
		at = c->truncate < 0 ? at - (uint64_t)-c->truncate : (uint64_t)c->truncate;
	if (ftruncate(fd, (off_t)at) < 0)
		perror("truncating the core");
}

/* Make the core that text describes in fd. Exits when the text is wrong: it is the test's own. */
static void core_build(const char *text, int fd)
{
	struct cb_core c = {
		.machine = EM_PPC64,
		.type = ET_CORE,
		.page = 65536,
		.info = -1,
		.header = {{"ei_class", EI_CLASS, 1, 0, false},
			   {"ei_data", EI_DATA, 1, 0, false},
			   {"ei_version", EI_VERSION, 1, 0, false},
			   {"magic", 0, 4, 0, false},
			   {"e_version", 20, 4, 0, false},
			   {"e_phoff", 32, 8, 0, false},
			   {"e_ehsize", 52, 2, 0, false},
			   {"e_phentsize", 54, 2, 0, false},
			   {"e_phnum", 56, 2, 0, false}},
	};
	size_t i;

	cb_parse(&c, text);
	cb_write_core(&c, fd);
	for (i = 0; i < c.n_notes; i++)
		free(c.notes[i].desc);
	free(c.notes);
	free(c.loads);
}
