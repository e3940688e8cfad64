// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkbig [--part MIB] MPAGES PAGESIZE CORE: the core of a machine with so many Mi (2^20) pages of
 * memory, of which only the first and the last MiB (or so many) are there: sparse, and yet all that
 * the real makedumpfile wants to see. It is one built for x86-64 that reads it, whatever the ELF
 * header says, so there are page tables of that machine, which lead to a utsname.
 */
#include "corebuild.h"

#include "base/cleanup.h"
#include "base/macros.h"

#include <fcntl.h>

#define RELEASE     "6.12.107"
#define KERNEL_BASE UINT64_C(0xffffffff80000000) /* __START_KERNEL_map */
#define DIRECT      UINT64_C(0xffff888000000000)
#define TABLES      UINT64_C(0x1000) /* three, of a page each */
#define UTS         UINT64_C(0x10000)
#define MEM_MAP     UINT64_C(0x20000)            /* holds the address of the map of pages */
#define MAP         UINT64_C(0xffffea0000000000) /* there is nothing: filtering fails */

#define PRESENT     0x63 /* and writable, accessed, dirty */
#define LARGE       0x80

static void describe(uint64_t mpages, uint64_t page, uint64_t part, char *text, size_t size)
{
	unsigned long long last = mpages * MIB * page - part;

	(void)snprintf(text, size,
		       "endian little\n"
		       "pagesize %llu\n"
		       "note prstatus count 4\n"
		       "note vmcoreinfo OSRELEASE=" RELEASE "\n"
		       "note vmcoreinfo PAGESIZE=%llu\n"
		       "note vmcoreinfo SYMBOL(init_uts_ns)=%llx\n"
		       "note vmcoreinfo SYMBOL(init_top_pgt)=%llx\n"
		       "note vmcoreinfo SYMBOL(cur_cpu_spec)=c000000002c50f28\n"
		       "note vmcoreinfo NUMBER(RADIX_MMU)=1\n"
		       "note vmcoreinfo NUMBER(phys_base)=0\n"
		       "note vmcoreinfo SYMBOL(mem_map)=%llx\n"
		       "note vmcoreinfo SIZE(page)=64\n"
		       "note vmcoreinfo OFFSET(page.flags)=0\n"
		       "note vmcoreinfo OFFSET(page._refcount)=52\n"
		       "note vmcoreinfo OFFSET(page.mapping)=24\n"
		       "note vmcoreinfo OFFSET(page.lru)=8\n"
		       "note vmcoreinfo OFFSET(page._mapcount)=48\n"
		       "note vmcoreinfo OFFSET(page.private)=40\n"
		       "note vmcoreinfo NUMBER(PG_lru)=5\n"
		       "note vmcoreinfo NUMBER(PG_private)=12\n"
		       "note vmcoreinfo NUMBER(PG_swapcache)=10\n"
		       "note vmcoreinfo KERNELOFFSET=0\n"
		       "note vmcoreinfo CRASHTIME=1795426800\n"
		       "load paddr 0x0 size 0x%llx vaddr 0x%llx fill 65\n"
		       "load paddr 0x%llx size 0x%llx vaddr 0x%llx fill 66\n",
		       (unsigned long long)page, (unsigned long long)page,
		       (unsigned long long)(KERNEL_BASE + UTS),
		       (unsigned long long)(KERNEL_BASE + TABLES),
		       (unsigned long long)(KERNEL_BASE + MEM_MAP), (unsigned long long)part,
		       (unsigned long long)DIRECT, last, (unsigned long long)part,
		       (unsigned long long)DIRECT + last);
}

/* Where the first segment lies in the file: its program header follows that of the notes. */
static uint64_t first_load(int fd)
{
	uint64_t off;

	if (pread(fd, &off, sizeof(off), 64 + 56 + 8) != (ssize_t)sizeof(off)) {
		perror("reading the core's headers");
		exit(1);
	}
	return off;
}

/* The kernel's half GiB, by three levels: its first 2 MiB are the first of memory. */
static void write_tables(int fd, uint64_t at)
{
	const uint64_t pgd = (TABLES + 0x1000) | PRESENT, pud = (TABLES + 0x2000) | PRESENT,
		       pmd = PRESENT | LARGE;

	cb_fill(fd, 0, at + TABLES, UINT64_C(0x3000));
	cb_write(fd, &pgd, sizeof(pgd), at + TABLES + 511 * sizeof(pgd));
	cb_write(fd, &pud, sizeof(pud), at + TABLES + 0x1000 + 510 * sizeof(pud));
	cb_write(fd, &pmd, sizeof(pmd), at + TABLES + 0x2000);
}

/* struct uts_namespace: a count, then six fields of 65 bytes. */
static void write_uts(int fd, uint64_t at)
{
	static const char *const fields[] = {"Linux",  "big",     RELEASE,
					     "#1 SMP", "ppc64le", "(none)"};
	char name[6][65] = {0};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		(void)snprintf(name[i], sizeof(name[i]), "%s", fields[i]);
	cb_write(fd, name, sizeof(name), at + UTS + sizeof(int));
}

static void write_map(int fd, uint64_t at)
{
	const uint64_t map = MAP;

	cb_write(fd, &map, sizeof(map), at + MEM_MAP);
}

int main(int argc, char **argv)
{
	_cleanup_close_ int fd = -1;
	uint64_t mpages, page, at, part = MIB;
	char text[2048];

	if (argc == 6 && strcmp(argv[1], "--part") == 0) {
		part = strtoull(argv[2], NULL, 10) * MIB;
		argc -= 2;
		argv += 2;
	}
	mpages = argc == 4 ? strtoull(argv[1], NULL, 10) : 0;
	page = argc == 4 ? strtoull(argv[2], NULL, 10) : 0;
	if (mpages == 0 || page < 4096) {
		(void)fprintf(stderr, "usage: mkbig [--part MIB] MPAGES PAGESIZE CORE\n");
		return 2;
	}
	fd = open(argv[3], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		perror(argv[3]);
		return 1;
	}
	describe(mpages, page, part, text, sizeof(text));
	core_build(text, fd);
	at = first_load(fd);
	write_tables(fd, at);
	write_uts(fd, at);
	write_map(fd, at);
	return 0;
}
