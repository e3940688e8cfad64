// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/vmcore.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "crash/vmcore_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void vmcore_note_problem(struct vmcore *core, enum vmcore_problem *problem,
			 enum vmcore_problem what, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(core->detail, sizeof(core->detail), fmt, ap);
	va_end(ap);
	*problem = what;
}

int vmcore_pread(int fd, void *buf, size_t len, uint64_t off)
{
	int r = pread_full(fd, buf, len, off);

	return r == -EINVAL ? -EIO : r;
}

void vmcore_to_memory(const struct vmcore *core, void *buf, size_t len, Elf_Type type)
{
	Elf_Data data = {.d_buf = buf, .d_type = type, .d_version = EV_CURRENT, .d_size = len};

	/* Fails for unknown types and sizes that do not divide, neither of which comes here. */
	(void)elf_version(EV_CURRENT);
	(void)elf64_xlatetom(&data, &data, core->big_endian ? ELFDATA2MSB : ELFDATA2LSB);
}

/* What people hand over by mistake; the detail says so. */
static const char *looks_like(const unsigned char *head, size_t len)
{
	if (len >= 8 && memcmp(head, "KDUMP   ", 8) == 0)
		return "; it is a kdump-compressed dump";
	if (len >= 12 && memcmp(head, "makedumpfile", 12) == 0)
		return "; it is a flattened dump";
	return "";
}

static int check_ident(const unsigned char *ident, size_t len, struct vmcore *core,
		       enum vmcore_problem *problem)
{
	if (len >= SELFMAG && memcmp(ident, ELFMAG, SELFMAG) != 0)
		return vmcore_refuse(core, problem, VMCORE_NOT_ELF,
				     "starts with %02x %02x %02x %02x, not 7f 45 4c 46%s", ident[0],
				     ident[1], ident[2], ident[3], looks_like(ident, len));
	if (len < sizeof(Elf64_Ehdr))
		return vmcore_refuse(core, problem, VMCORE_TRUNCATED_HEADER,
				     "%zu bytes, an ELF header has %zu", len, sizeof(Elf64_Ehdr));
	if (ident[EI_CLASS] != ELFCLASS64)
		return vmcore_refuse(core, problem, VMCORE_NOT_ELF64, "ELF class %u, not %u",
				     ident[EI_CLASS], ELFCLASS64);
	if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB)
		return vmcore_refuse(core, problem, VMCORE_NOT_ELF, "unknown byte order %u",
				     ident[EI_DATA]);
	if (ident[EI_VERSION] != EV_CURRENT)
		return vmcore_refuse(core, problem, VMCORE_NOT_ELF, "unknown ELF version %u",
				     ident[EI_VERSION]);
	return 0;
}

/* Enough of its start to tell what the file is: the first short read. */
static int read_header(int fd, Elf64_Ehdr *ehdr, struct vmcore *core, enum vmcore_problem *problem)
{
	size_t len = core->size < sizeof(*ehdr) ? (size_t)core->size : sizeof(*ehdr);
	int r;

	memset(ehdr, 0, sizeof(*ehdr));
	r = vmcore_pread(fd, ehdr, len, 0);
	if (r < 0)
		return r;
	r = check_ident(ehdr->e_ident, len, core, problem);
	if (r < 0)
		return r;
	core->big_endian = ehdr->e_ident[EI_DATA] == ELFDATA2MSB;
	vmcore_to_memory(core, ehdr, sizeof(*ehdr), ELF_T_EHDR);
	core->machine = ehdr->e_machine;
	if (ehdr->e_version != EV_CURRENT)
		return vmcore_refuse(core, problem, VMCORE_NOT_ELF, "unknown ELF version %" PRIu32,
				     ehdr->e_version);
	if (ehdr->e_type != ET_CORE)
		return vmcore_refuse(core, problem, VMCORE_NOT_CORE, "ELF type %u, a core has %u",
				     ehdr->e_type, ET_CORE);
	if (ehdr->e_machine != EM_PPC64)
		return vmcore_refuse(core, problem, VMCORE_WRONG_MACHINE,
				     "ELF machine %u, ppc64 has %u", ehdr->e_machine, EM_PPC64);
	return 0;
}

/* The second short read. *out is the caller's to free. */
static int read_phdrs(int fd, const Elf64_Ehdr *ehdr, struct vmcore *core,
		      enum vmcore_problem *problem, Elf64_Phdr **out)
{
	_cleanup_free_ Elf64_Phdr *phdrs = NULL;
	size_t len = (size_t)ehdr->e_phnum * sizeof(*phdrs);
	int r;

	if (ehdr->e_ehsize != sizeof(*ehdr))
		return vmcore_refuse(core, problem, VMCORE_BAD_PHDRS,
				     "ELF header of %u bytes, not %zu", ehdr->e_ehsize,
				     sizeof(*ehdr));
	if (ehdr->e_phnum == 0)
		return vmcore_refuse(core, problem, VMCORE_BAD_PHDRS, "no program headers");
	/* The kernel cannot make one, and it would need a section that a vmcore does not have. */
	if (ehdr->e_phnum == PN_XNUM)
		return vmcore_refuse(core, problem, VMCORE_BAD_PHDRS,
				     "%u or more program headers; a vmcore has fewer", PN_XNUM);
	if (ehdr->e_phentsize != sizeof(*phdrs))
		return vmcore_refuse(core, problem, VMCORE_BAD_PHDRS,
				     "program headers of %u bytes, not %zu", ehdr->e_phentsize,
				     sizeof(*phdrs));
	if (ehdr->e_phoff < sizeof(*ehdr) || !range_ok(ehdr->e_phoff, len, core->size))
		return vmcore_refuse(core, problem, VMCORE_BAD_PHDRS,
				     "%u program headers at 0x%" PRIx64
				     " are not inside the file (%" PRIu64 " bytes)",
				     ehdr->e_phnum, ehdr->e_phoff, core->size);
	phdrs = malloc(len);
	if (!phdrs)
		return -ENOMEM;
	r = vmcore_pread(fd, phdrs, len, ehdr->e_phoff);
	if (r < 0)
		return r;
	vmcore_to_memory(core, phdrs, len, ELF_T_PHDR);
	*out = take_ptr(&phdrs);
	return 0;
}

static int find_note(const Elf64_Phdr *phdrs, size_t n, struct vmcore *core,
		     enum vmcore_problem *problem, const Elf64_Phdr **out)
{
	const Elf64_Phdr *note = NULL;
	size_t i, found = 0;

	for (i = 0; i < n; i++) {
		if (phdrs[i].p_type != PT_NOTE)
			continue;
		note = &phdrs[i];
		found++;
	}
	if (found != 1)
		return vmcore_refuse(core, problem, VMCORE_NO_NOTE, "%zu PT_NOTE segments, not 1",
				     found);
	*out = note;
	return 0;
}

static int check_page_size(uint64_t page_size, struct vmcore *core, enum vmcore_problem *problem)
{
	if (page_size == 0 || core->info.page_size == page_size)
		return 0;
	return vmcore_refuse(core, problem, VMCORE_PAGE_SIZE,
			     "pages of %" PRIu64 " bytes in the core, %" PRIu64
			     " in the running kernel",
			     core->info.page_size, page_size);
}

int vmcore_read(int fd, uint64_t page_size, struct vmcore *out, enum vmcore_problem *problem)
{
	_cleanup_free_ Elf64_Phdr *phdrs = NULL;
	const Elf64_Phdr *note = NULL;
	Elf64_Ehdr ehdr;
	uint64_t head_end;
	struct stat st;
	int r;

	memset(out, 0, sizeof(*out));
	if (fstat(fd, &st) < 0)
		return -errno;
	out->size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
	r = read_header(fd, &ehdr, out, problem);
	if (r < 0)
		return r;
	r = read_phdrs(fd, &ehdr, out, problem, &phdrs);
	if (r < 0)
		return r;
	r = find_note(phdrs, ehdr.e_phnum, out, problem, &note);
	if (r < 0)
		return r;
	/* Before the memory: a core that is cut off still tells whose it was. */
	r = vmcore_read_notes(fd, note, out, problem);
	if (r < 0)
		return r;
	head_end = ehdr.e_phoff + (uint64_t)ehdr.e_phnum * sizeof(*phdrs);
	r = vmcore_check_segments(phdrs, ehdr.e_phnum, head_end, note, out, problem);
	if (r < 0)
		return r;
	r = check_page_size(page_size, out, problem);
	if (r < 0)
		return r;
	*problem = VMCORE_OK;
	return 0;
}

void vmcore_deinit(struct vmcore *core)
{
	free(core->segments);
	core->segments = NULL;
	core->n_segments = 0;
}

uint64_t vmcore_top(const struct vmcore *core)
{
	uint64_t top = 0;
	size_t i;

	for (i = 0; i < core->n_segments; i++) {
		const struct vmcore_segment *s = &core->segments[i];

		if (s->size <= UINT64_MAX - s->paddr && s->paddr + s->size > top)
			top = s->paddr + s->size;
	}
	return top;
}
