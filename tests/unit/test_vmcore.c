// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "../tools/corebuild.h"
#include "base/io.h"
#include "base/macros.h"
#include "crash/vmcore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define CORES "tests/data/cores" /* from the top of the tree, where tests are run */

#define INFO  "note vmcoreinfo OSRELEASE=6.12.107\nnote vmcoreinfo PAGESIZE=4096\n"
#define HEAD  "pagesize 4096\nnote prstatus count 2\n" INFO
#define LOADS                                                                                      \
	"load paddr 0 size 0x2000 fill 1\nload paddr 0x2000 size 0x1000\n"                         \
	"load paddr 0x400101b0 size 0xe50\n"

static int new_core(const char *text)
{
	int fd = memfd_create("core", MFD_CLOEXEC);

	assert_true(fd >= 0);
	core_build(text, fd);
	return fd;
}

/* Read, and say what came of it: the problem, or VMCORE_OK. *core is the caller's to deinit. */
static enum vmcore_problem read_core(int fd, uint64_t page_size, struct vmcore *core)
{
	enum vmcore_problem problem = 99;
	int r = vmcore_read(fd, page_size, core, &problem);

	if (r == 0) {
		assert_int_equal(problem, VMCORE_OK);
		assert_string_equal(core->detail, "");
	} else {
		assert_int_equal(r, -EINVAL);
		assert_int_not_equal(problem, VMCORE_OK);
		assert_int_not_equal(problem, 99);
		assert_string_not_equal(core->detail, "");
	}
	return problem;
}

static enum vmcore_problem problem_of(const char *text)
{
	enum vmcore_problem problem;
	struct vmcore core;
	int fd = new_core(text);

	problem = read_core(fd, 0, &core);
	vmcore_deinit(&core);
	(void)close(fd);
	return problem;
}

static void check_contents(const char *text, bool big_endian)
{
	int fd = new_core(text);
	struct vmcore core;

	assert_int_equal(read_core(fd, 0, &core), VMCORE_OK);
	assert_int_equal(core.big_endian, big_endian);
	assert_int_equal(core.machine, EM_PPC64);
	assert_int_equal(core.cpus, 2);
	assert_int_equal(core.size, 0x6000);
	assert_int_equal(core.n_segments, 3);
	assert_int_equal(core.segments[0].offset, 0x2000);
	assert_int_equal(core.segments[0].paddr, 0);
	assert_int_equal(core.segments[0].size, 0x2000);
	assert_true(core.segments[0].vaddr == 0xc000000000000000);
	assert_int_equal(core.segments[1].offset, 0x4000);
	assert_int_equal(core.segments[1].paddr, 0x2000);
	assert_int_equal(core.segments[2].offset, 0x51b0);
	assert_int_equal(core.segments[2].paddr, 0x400101b0);
	assert_int_equal(core.segments[2].size, 0xe50);
	assert_int_equal(core.memory, 0x3e50);
	assert_string_equal(core.info.osrelease, "6.12.107");
	assert_int_equal(core.info.page_size, 4096);
	vmcore_deinit(&core);
	assert_null(core.segments);
	(void)close(fd);
}

static void test_contents(void **state)
{
	(void)state;
	check_contents(HEAD LOADS, false);
	check_contents("endian big\n" HEAD LOADS, true);
}

/* Every description in the data directory says in its second line what is to be expected of it. */
static void test_data(void **state)
{
	DIR *dir = opendir(CORES);
	struct dirent *e;
	unsigned int n = 0;

	(void)state;
	/* Without it the program runs away from its tree. */
	if (!dir)
		skip();
	while (dir && (e = readdir(dir))) {
		char path[512], want[64] = "";
		enum vmcore_problem problem;
		char *text, *at;
		size_t len;
		int fd;

		if (!strstr(e->d_name, ".txt"))
			continue;
		(void)snprintf(path, sizeof(path), CORES "/%s", e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(read_to_end(fd, 65536, &text, &len), 0);
		(void)close(fd);
		at = strstr(text, "# expect: ");
		assert_non_null(at);
		assert_int_equal(sscanf(at, "# expect: %63s", want), 1);
		problem = problem_of(text);
		if (strcmp(vmcore_problem_word(problem), want) != 0)
			fail_msg("%s: %s, wanted %s", path, vmcore_problem_word(problem), want);
		assert_int_equal(strncmp(e->d_name, "sound-", 6) == 0, problem == VMCORE_OK);
		free(text);
		n++;
	}
	if (dir)
		(void)closedir(dir);
	assert_true(n >= 30);
}

/* Further ways to be wrong, and what the message says. */
static void test_refused(void **state)
{
	static const struct {
		const char *text;
		enum vmcore_problem problem;
		const char *detail;
	} cases[] = {
		{HEAD LOADS "header ei_data 3\n", VMCORE_NOT_ELF, "byte order 3"},
		{HEAD LOADS "header ei_version 2\n", VMCORE_NOT_ELF, "version 2"},
		{HEAD LOADS "header e_version 7\n", VMCORE_NOT_ELF, "version 7"},
		{HEAD LOADS "header e_ehsize 52\n", VMCORE_BAD_PHDRS, "52 bytes"},
		{HEAD LOADS "header e_phoff 8\n", VMCORE_BAD_PHDRS, "at 0x8"},
		{HEAD LOADS "header e_phnum 65535\n", VMCORE_BAD_PHDRS, "65535 or more"},
		{HEAD LOADS "truncate 3\n", VMCORE_TRUNCATED_HEADER, "3 bytes"},
		{HEAD LOADS "truncate 287\n", VMCORE_BAD_PHDRS, "4 program headers at 0x40"},
		{HEAD LOADS "notes filesz 0\n", VMCORE_NO_VMCOREINFO, "0 CPU notes"},
		{HEAD LOADS "notes offset 0xfffffffffffffff0\n", VMCORE_BAD_NOTE,
		 "past the file's end"},
		{HEAD LOADS "notes filesz 0x424\n", VMCORE_BAD_NOTE, "name 11, descriptor 33"},
		{HEAD LOADS "notes filesz 0x41e\n", VMCORE_BAD_NOTE, "6 bytes at 0x1418"},
		{HEAD LOADS "lie descsz 35\n", VMCORE_OK, ""}, /* the padding is NUL */
		{HEAD LOADS "lie descsz 37\n", VMCORE_BAD_NOTE, "descriptor 37"},
		{"pagesize 4096\nnote prstatus cpu 0\nlie namesz 6\n" INFO LOADS, VMCORE_NO_CPU,
		 "PRSTATUS"},
		{"pagesize 4096\nnote CORE 2 504\n" INFO LOADS, VMCORE_NO_CPU, "PRSTATUS"},
		{"pagesize 4096\nnote GNU 1 504\n" INFO LOADS, VMCORE_NO_CPU, "PRSTATUS"},
		{"pagesize 4096\nnote prstatus cpu 0\nnote VMCOREINFX 0 20\n" LOADS,
		 VMCORE_NO_VMCOREINFO, "1 CPU notes"},
		{"pagesize 4096\nnote prstatus cpu 0\nnote VMCOREINFO 0 300000\n" LOADS,
		 VMCORE_BAD_VMCOREINFO, "300000 bytes"},
		{"pagesize 4096\nnote prstatus cpu 0\nnote VMCOREINFO 0 300\n" LOADS,
		 VMCORE_BAD_VMCOREINFO, "OSRELEASE"},
		{"pagesize 4096\nnote prstatus cpu 0\nnote vmcoreinfo OSRELEASE=6\n" LOADS,
		 VMCORE_BAD_VMCOREINFO, "PAGESIZE"},
		{HEAD LOADS "load paddr 0x10000 size 0x1000 offset 0x1000\n", VMCORE_LOAD_OVERLAP,
		 "two parts of the file cover offset 0x1"}, /* the notes */
		{HEAD "load paddr 0 size 0x1000 filesz 0\n", VMCORE_BAD_PHDRS, "0x1000 in memory"},
		{HEAD "load paddr 0 size 0\n", VMCORE_NO_LOAD, "no PT_LOAD"},
		{HEAD "load paddr 0x5000 size 0x1000\nload paddr 0 size 0x5001\n",
		 VMCORE_LOAD_OVERLAP, "physical address 0x5000"},
		{HEAD "load paddr 0x5000 size 0x1000\nload paddr 0 size 0x5000\n", VMCORE_OK, ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int fd = new_core(cases[i].text);
		enum vmcore_problem problem;
		struct vmcore core;

		problem = read_core(fd, 0, &core);
		if (problem != cases[i].problem || !strstr(core.detail, cases[i].detail))
			fail_msg("case %zu: %s (%s), wanted %s (%s)", i,
				 vmcore_problem_word(problem), core.detail,
				 vmcore_problem_word(cases[i].problem), cases[i].detail);
		vmcore_deinit(&core);
		(void)close(fd);
	}
}

static void test_other_files(void **state)
{
	static const struct {
		const char *head, *detail;
	} files[] = {{"KDUMP   ", "kdump-compressed"},
		     {"makedumpfile", "flattened"},
		     {"#!/bin/sh", "23 21"}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		int fd = memfd_create("file", MFD_CLOEXEC);
		struct vmcore core;

		assert_int_equal(pwrite_full(fd, files[i].head, strlen(files[i].head), 0), 0);
		assert_int_equal(ftruncate(fd, 8192), 0);
		assert_int_equal(read_core(fd, 0, &core), VMCORE_NOT_ELF);
		assert_non_null(strstr(core.detail, files[i].detail));
		vmcore_deinit(&core);
		(void)close(fd);
	}
}

static void test_page_size(void **state)
{
	int fd = new_core(HEAD LOADS);
	struct vmcore core;

	(void)state;
	assert_int_equal(read_core(fd, 4096, &core), VMCORE_OK);
	vmcore_deinit(&core);
	assert_int_equal(read_core(fd, 65536, &core), VMCORE_PAGE_SIZE);
	assert_non_null(strstr(core.detail, "4096 bytes in the core, 65536"));
	vmcore_deinit(&core);
	(void)close(fd);
}

/* Reading that fails is not a judgement. */
static void test_unreadable(void **state)
{
	int dir = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int wronly = open("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	enum vmcore_problem problem = 99;
	struct vmcore core;

	(void)state;
	assert_int_equal(vmcore_read(-1, 0, &core, &problem), -EBADF);
	vmcore_deinit(&core);
	assert_int_equal(vmcore_read(dir, 0, &core, &problem), -EISDIR);
	vmcore_deinit(&core);
	assert_int_equal(ftruncate(wronly, 4096), 0);
	assert_int_equal(vmcore_read(wronly, 0, &core, &problem), -EBADF);
	vmcore_deinit(&core);
	assert_int_equal(problem, 99);
	(void)close(dir);
	(void)close(wronly);
}

/* Cut anywhere, a core is refused: all of its bytes are accounted for. */
static void test_cut_anywhere(void **state)
{
	int fd = new_core(HEAD LOADS);
	off_t size = lseek(fd, 0, SEEK_END), len;
	struct vmcore core;

	(void)state;
	assert_int_equal(size, 0x6000);
	/* Downwards, so that no cut has to be mended. */
	for (len = size - 1; len >= 0; len--) {
		assert_int_equal(ftruncate(fd, len), 0);
		assert_int_not_equal(read_core(fd, 0, &core), VMCORE_OK);
		vmcore_deinit(&core);
	}
	(void)close(fd);
}

/* Any byte of the headers and notes may be anything: an answer each time, and memory that fits in
 * the file. */
static void test_any_byte(void **state)
{
	static const unsigned char flips[] = {0x01, 0x80, 0xff};
	int fd = new_core(HEAD LOADS);
	unsigned int accepted = 0, refused = 0;
	struct vmcore core;
	uint64_t off;
	size_t i, j;

	(void)state;
	for (off = 0; off < 0x1600; off = off == 64 + 4 * 56 ? 0x1000 : off + 1) {
		for (i = 0; i < ARRAY_SIZE(flips); i++) {
			unsigned char was, is;

			assert_int_equal(pread_full(fd, &was, 1, off), 0);
			is = was ^ flips[i];
			assert_int_equal(pwrite_full(fd, &is, 1, off), 0);
			if (read_core(fd, 0, &core) == VMCORE_OK)
				accepted++;
			else
				refused++;
			for (j = 0; j < core.n_segments; j++)
				assert_true(range_ok(core.segments[j].offset, core.segments[j].size,
						     core.size));
			assert_true(core.memory <= core.size);
			vmcore_deinit(&core);
			assert_int_equal(pwrite_full(fd, &was, 1, off), 0);
		}
	}
	/* Registers, virtual addresses and flags may differ; lengths, offsets, names and types may
	 * not. */
	assert_true(accepted > 3 * 800);
	assert_true(refused > 3 * 100);
	(void)close(fd);
}

struct io {
	unsigned long bytes, calls;
};

/* What this process has read so far; reading this counts, too. */
static struct io io_now(void)
{
	int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
	struct io io = {0};
	char text[512], *at;
	ssize_t n;

	if (fd < 0)
		return io;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[n < 0 ? 0 : n] = '\0';
	at = strstr(text, "rchar: ");
	io.bytes = at ? strtoul(at + 7, NULL, 10) : 0;
	at = strstr(text, "syscr: ");
	io.calls = at ? strtoul(at + 7, NULL, 10) : 0;
	return io;
}

/* This process's own time, which other work on the machine does not stretch. */
static int64_t cpu_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct cost {
	unsigned long calls, bytes;
	int64_t ms;
};

/* Returns the problem; asserts that reading cost no more. */
static enum vmcore_problem read_cheaply(const char *text, struct cost most, struct vmcore *core)
{
	int fd = new_core(text);
	enum vmcore_problem problem;
	struct io zero, before, after;
	int64_t t;

	zero = io_now();
	before = io_now();
	t = cpu_ms();
	problem = read_core(fd, 0, core);
	t = cpu_ms() - t;
	after = io_now();
	(void)close(fd);
	assert_in_range(t, 0, most.ms);
	assert_in_range(after.calls - before.calls - (before.calls - zero.calls), 0, most.calls);
	assert_in_range(after.bytes - before.bytes, 0, most.bytes + 512);
	return problem;
}

/* Three short reads, whatever the size of memory. */
static void test_terabyte(void **state)
{
	struct vmcore core;

	(void)state;
	assert_int_equal(read_cheaply("note prstatus count 64\n" INFO
				      "load paddr 0 size 0x40000000\n"
				      "load paddr 0x80000000 size 0xff80000000\n",
				      (struct cost){3, 64 * KIB, 50}, &core),
			 VMCORE_OK);
	assert_true(core.memory == 0xff80000000 + 0x40000000);
	assert_true(core.size > 1000 * GIB);
	assert_int_equal(core.cpus, 64);
	vmcore_deinit(&core);
}

static void test_900_cpus(void **state)
{
	struct vmcore core;

	(void)state;
	assert_int_equal(read_cheaply("note prstatus count 900\n" INFO "load paddr 0 size 65536\n",
				      (struct cost){3, 512 * KIB, 50}, &core),
			 VMCORE_OK);
	assert_int_equal(core.cpus, 900);
	vmcore_deinit(&core);
	assert_int_equal(read_cheaply("note prstatus count 4096\n" INFO "load paddr 0 size 65536\n",
				      (struct cost){8, 4096 * KIB, 50}, &core),
			 VMCORE_OK);
	assert_int_equal(core.cpus, 4096);
	vmcore_deinit(&core);
}

/* Device dumps are stepped over, also when they are large; a segment of nothing but steps is given
 * up. */
static void test_device_dumps(void **state)
{
	char text[20000];
	struct vmcore core;
	size_t used;
	int i;

	(void)state;
	assert_int_equal(read_cheaply("note LINUX 0x700 1000000000\nnote prstatus cpu 0\n" INFO
				      "load paddr 0 size 65536\n",
				      (struct cost){5, 2 * MIB, 50}, &core),
			 VMCORE_OK);
	assert_int_equal(core.cpus, 1);
	vmcore_deinit(&core);
	used = (size_t)snprintf(text, sizeof(text),
				INFO "note prstatus cpu 0\nload paddr 0 size 65536\n");
	for (i = 0; i < 300; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "note LINUX 0x700 1000000\n");
	assert_int_equal(problem_of(text), VMCORE_BAD_NOTE);
}

static void test_many_segments(void **state)
{
	size_t room = 65533 * 48 + 1000, used, i;
	char *text = malloc(room);
	struct vmcore core;

	(void)state;
	assert_non_null(text);
	used = (size_t)snprintf(text, room, HEAD);
	/* From the top down, with a PT_NULL now and then: order does not matter. */
	for (i = 0; i < 65533; i++)
		used += i % 1000 == 7 ? (size_t)snprintf(text + used, room - used, "null\n")
				      : (size_t)snprintf(text + used, room - used,
							 "load paddr 0x%zx size 0x1000\n",
							 (65533 - i) << 12);
	assert_int_equal(read_cheaply(text, (struct cost){3, 65534 * 56UL + 8192, 500}, &core),
			 VMCORE_OK);
	assert_int_equal(core.n_segments, 65533 - 66);
	assert_int_equal(core.memory, (65533 - 66) * 4096);
	assert_int_equal(core.segments[0].paddr, 65533 << 12);
	vmcore_deinit(&core);
	(void)snprintf(text + used, room - used, "load paddr 0 size 1 offset 0x100\n");
	assert_int_equal(problem_of(text), VMCORE_BAD_PHDRS); /* 65535: PN_XNUM */
	free(text);
}

static void test_words(void **state)
{
	static const char *const words[] = {
		"ok",        "truncated-header", "not-elf",       "not-elf64",
		"not-core",  "wrong-machine",    "wrong-endian",  "bad-phdrs",
		"no-note",   "bad-note",         "no-vmcoreinfo", "bad-vmcoreinfo",
		"no-cpu",    "no-load",          "load-outside",  "load-overlap",
		"page-size",
	};
	unsigned int i;

	(void)state;
	assert_int_equal(ARRAY_SIZE(words), VMCORE_PAGE_SIZE + 1);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		assert_string_equal(vmcore_problem_word((enum vmcore_problem)i), words[i]);
		assert_true(strlen(vmcore_problem_text((enum vmcore_problem)i)) > 10);
	}
	assert_string_equal(vmcore_problem_word((enum vmcore_problem)i), "unknown");
	assert_non_null(vmcore_problem_text((enum vmcore_problem)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),     cmocka_unit_test(test_data),
		cmocka_unit_test(test_refused),      cmocka_unit_test(test_other_files),
		cmocka_unit_test(test_page_size),    cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_any_byte),
		cmocka_unit_test(test_terabyte),     cmocka_unit_test(test_900_cpus),
		cmocka_unit_test(test_device_dumps), cmocka_unit_test(test_many_segments),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("vmcore", tests, NULL, NULL);
}
