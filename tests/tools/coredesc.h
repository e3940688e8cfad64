/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small synthetic ppc64 cores out of a text, laid out as the kernel lays out /proc/vmcore; and
 * broken ones. One statement a line,
 * '#' starts a comment, numbers are decimal or 0x hex:
 *
 *   endian little|big             machine ppc64|x86_64|s390|N      type core|exec|N       class
 * 64|32 pagesize N                    what notes and loads are rounded to (65536) note prstatus cpu
 * N           one NT_PRSTATUS; `note prstatus count N` makes CPUs 0..N-1 note vmcoreinfo KEY=VALUE
 * a line of the one VMCOREINFO note, which stands where its first line does note NAME TYPE SIZE
 * [FILL]    any other note, such as `note LINUX 0x700 1000000` (a device dump); sparse without FILL
 *   lie namesz|descsz N           in the header of the note before, the last one where there are
 * several notes filesz|offset N         of the PT_NOTE; `notes none` leaves it out, `notes twice`
 * lists it twice load paddr X size Y [fill B] [filesz N] [offset N] [vaddr N]      sparse without
 * fill null                          a PT_NULL entry header
 * e_phnum|e_phoff|e_phentsize|e_ehsize|e_version|ei_class|ei_data|ei_version|magic N truncate N the
 * file's size; negative: cut so many bytes off
 *
 * `endian` comes before the notes that it governs.
 */
#pragma once

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define CB_WORDS    16
#define CB_LOADS    70000
#define CB_PRSTATUS 504 /* struct elf_prstatus of ppc64 */

struct cb_load {
	uint32_t type;
	uint64_t paddr, vaddr, memsz, filesz, offset;
	bool has_vaddr, has_filesz, has_offset;
	int fill; /* -1: sparse */
};

struct cb_note {
	char name[32];
	uint32_t type, descsz;
	uint32_t namesz_said, descsz_said;
	char *desc; /* NULL: fill */
	int fill;
};

struct cb_core {
	bool big_endian, note_none, note_twice, has_note_filesz, has_note_offset;
	uint16_t machine, type;
	uint64_t page;
	struct cb_load *loads;
	struct cb_note *notes;
	size_t n_loads, n_notes;
	ssize_t info; /* index of the VMCOREINFO note, or -1 */
	uint64_t note_filesz, note_offset;
	struct {
		const char *name;
		size_t off, size;
		int64_t value;
		bool set;
	} header[9];
	bool truncated;
	int64_t truncate;
};

static void cb_die(unsigned int line, const char *what)
{
	(void)fprintf(stderr, "core description, line %u: %s\n", line, what);
	exit(2);
}

static void cb_put(const struct cb_core *c, void *at, uint64_t v, size_t size)
{
	unsigned char *p = at;
	size_t i;

	for (i = 0; i < size; i++)
		p[c->big_endian ? size - 1 - i : i] = (unsigned char)(v >> (8 * i));
}

static uint64_t cb_number(unsigned int line, const char *word)
{
	char *end;
	long long v;

	if (!word)
		cb_die(line, "a number is missing");
	errno = 0;
	v = *word == '-' ? strtoll(word, &end, 0) : (long long)strtoull(word, &end, 0);
	if (errno || end == word || *end)
		cb_die(line, "not a number");
	return (uint64_t)v;
}

static uint16_t cb_named(unsigned int line, const char *word)
{
	static const struct {
		const char *name;
		uint16_t value;
	} names[] = {{"ppc64", EM_PPC64},
		     {"x86_64", EM_X86_64},
		     {"s390", EM_S390},
		     {"core", ET_CORE},
		     {"exec", ET_EXEC}};
	size_t i;

	for (i = 0; word && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, word) == 0)
			return names[i].value;
	return (uint16_t)cb_number(line, word);
}

static struct cb_note *cb_add_note(struct cb_core *c, const char *name, uint32_t type,
				   uint32_t size)
{
	struct cb_note *n;

	c->notes = realloc(c->notes, (c->n_notes + 1) * sizeof(*c->notes));
	if (!c->notes)
		abort();
	n = &c->notes[c->n_notes++];
	memset(n, 0, sizeof(*n));
	(void)snprintf(n->name, sizeof(n->name), "%s", name);
	n->type = type;
	n->descsz = n->descsz_said = size;
	n->namesz_said = (uint32_t)strlen(n->name) + 1;
	n->fill = -1;
	return n;
}

static void cb_prstatus(struct cb_core *c, uint64_t cpu)
{
	struct cb_note *n = cb_add_note(c, "CORE", NT_PRSTATUS, CB_PRSTATUS);

	n->desc = calloc(1, CB_PRSTATUS);
	if (!n->desc)
		abort();
	cb_put(c, n->desc + 32, cpu + 1, 4);                            /* pr_pid */
	cb_put(c, n->desc + 112 + 32 * 8, 0xc000000000001000 + cpu, 8); /* nip */
}

static void cb_vmcoreinfo(struct cb_core *c, const char *text)
{
	size_t len = strlen(text);
	struct cb_note *n;

	if (c->info < 0) {
		(void)cb_add_note(c, "VMCOREINFO", 0, 0);
		c->info = (ssize_t)c->n_notes - 1;
	}
	n = &c->notes[c->info];
	n->desc = realloc(n->desc, n->descsz + len + 1);
	if (!n->desc)
		abort();
	memcpy(n->desc + n->descsz, text, len);
	n->desc[n->descsz + len] = '\n';
	n->descsz += (uint32_t)len + 1;
	n->descsz_said = n->descsz;
}

static void cb_note_line(struct cb_core *c, unsigned int line, char **w, size_t n, const char *rest)
{
	struct cb_note *note;
	uint64_t i;

	if (n < 3)
		cb_die(line, "note what?");
	if (strcmp(w[1], "vmcoreinfo") == 0) {
		cb_vmcoreinfo(c, rest);
	} else if (strcmp(w[1], "prstatus") == 0 && strcmp(w[2], "count") == 0) {
		for (i = 0; i < cb_number(line, w[3]); i++)
			cb_prstatus(c, i);
	} else if (strcmp(w[1], "prstatus") == 0) {
		cb_prstatus(c, cb_number(line, w[3]));
	} else {
		note = cb_add_note(c, w[1], (uint32_t)cb_number(line, w[2]),
				   (uint32_t)cb_number(line, w[3]));
		if (n > 4)
			note->fill = (int)cb_number(line, w[4]);
	}
}

static void cb_load_line(struct cb_core *c, unsigned int line, char **w, size_t n)
{
	struct cb_load l = {.type = PT_LOAD, .fill = -1};
	size_t i;

	if (c->n_loads == CB_LOADS)
		cb_die(line, "too many loads");
	if (strcmp(w[0], "null") == 0)
		l.type = PT_NULL;
	for (i = 1; i + 1 < n; i += 2) {
		uint64_t v = cb_number(line, w[i + 1]);

		if (strcmp(w[i], "paddr") == 0)
			l.paddr = v;
		else if (strcmp(w[i], "size") == 0)
			l.memsz = v;
		else if (strcmp(w[i], "fill") == 0)
			l.fill = (int)v;
		else if (strcmp(w[i], "filesz") == 0)
			l.filesz = v, l.has_filesz = true;
		else if (strcmp(w[i], "offset") == 0)
			l.offset = v, l.has_offset = true;
		else if (strcmp(w[i], "vaddr") == 0)
			l.vaddr = v, l.has_vaddr = true;
		else
			cb_die(line, "unknown word after load");
	}
	/* Doubled each time it is full. */
	if ((c->n_loads & (c->n_loads - 1)) == 0)
		c->loads = realloc(c->loads, (c->n_loads ? c->n_loads * 2 : 1) * sizeof(*c->loads));
	if (!c->loads)
		abort();
	c->loads[c->n_loads++] = l;
}

static void cb_header_line(struct cb_core *c, unsigned int line, char **w)
{
	size_t i;

	for (i = 0; w[1] && i < sizeof(c->header) / sizeof(c->header[0]); i++) {
		if (strcmp(c->header[i].name, w[1]) != 0)
			continue;
		c->header[i].value = (int64_t)cb_number(line, w[2]);
		c->header[i].set = true;
		return;
	}
	cb_die(line, "unknown header field");
}

static void cb_line(struct cb_core *c, unsigned int line, char *text)
{
	char *w[CB_WORDS + 1] = {NULL}, *save = NULL, *p;
	char *rest = strstr(text, "vmcoreinfo ");
	char info[512] = "";
	size_t n = 0;

	if (rest)
		(void)snprintf(info, sizeof(info), "%s", rest + strlen("vmcoreinfo "));
	for (p = strtok_r(text, " \t", &save); p && n < CB_WORDS; p = strtok_r(NULL, " \t", &save))
		w[n++] = p;
	if (n == 0 || *w[0] == '#')
		return;
	if (strcmp(w[0], "note") == 0)
		cb_note_line(c, line, w, n, info);
	else if (strcmp(w[0], "load") == 0 || strcmp(w[0], "null") == 0)
		cb_load_line(c, line, w, n);
	else if (strcmp(w[0], "header") == 0)
		cb_header_line(c, line, w);
	else if (n < 2)
		cb_die(line, "unknown or incomplete statement");
	else if (strcmp(w[0], "endian") == 0)
		c->big_endian = strcmp(w[1], "big") == 0;
	else if (strcmp(w[0], "machine") == 0)
		c->machine = cb_named(line, w[1]);
	else if (strcmp(w[0], "type") == 0)
		c->type = cb_named(line, w[1]);
	else if (strcmp(w[0], "class") == 0)
		c->header[0].value = strcmp(w[1], "32") == 0 ? ELFCLASS32 : ELFCLASS64,
		c->header[0].set = true;
	else if (strcmp(w[0], "pagesize") == 0)
		c->page = cb_number(line, w[1]);
	else if (strcmp(w[0], "truncate") == 0)
		c->truncate = (int64_t)cb_number(line, w[1]), c->truncated = true;
	else if (strcmp(w[0], "notes") == 0 && strcmp(w[1], "none") == 0)
		c->note_none = true;
	else if (strcmp(w[0], "notes") == 0 && strcmp(w[1], "twice") == 0)
		c->note_twice = true;
	else if (strcmp(w[0], "notes") == 0 && strcmp(w[1], "filesz") == 0)
		c->note_filesz = cb_number(line, w[2]), c->has_note_filesz = true;
	else if (strcmp(w[0], "notes") == 0 && strcmp(w[1], "offset") == 0)
		c->note_offset = cb_number(line, w[2]), c->has_note_offset = true;
	else if (strcmp(w[0], "lie") == 0 && c->n_notes > 0 && strcmp(w[1], "namesz") == 0)
		c->notes[c->n_notes - 1].namesz_said = (uint32_t)cb_number(line, w[2]);
	else if (strcmp(w[0], "lie") == 0 && c->n_notes > 0 && strcmp(w[1], "descsz") == 0)
		c->notes[c->n_notes - 1].descsz_said = (uint32_t)cb_number(line, w[2]);
	else
		cb_die(line, "unknown statement");
}

static void cb_parse(struct cb_core *c, const char *text)
{
	char *copy = strdup(text), *line = copy;
	unsigned int number = 0;

	if (!copy)
		abort();
	while (line) {
		char *next = strchr(line, '\n');

		if (next)
			*next++ = '\0';
		cb_line(c, ++number, line);
		line = next;
	}
	free(copy);
}
