// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/vmcore_judge.h"

#include "../tools/corebuild.h"
#include "crash/verdict.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD                                                                                       \
	"pagesize 4096\nnote prstatus count 2\nnote vmcoreinfo OSRELEASE=6.12.107\n"               \
	"note vmcoreinfo PAGESIZE=4096\nnote vmcoreinfo BUILD-ID=0123abcd\n"
#define SOUND HEAD "load paddr 0 size 0x2000 fill 1\nload paddr 0x400101b0 size 0xe50\n"

/* A fork with a sanitizer's shadow takes long. */
#if defined(__SANITIZE_ADDRESS__)
#define STRIDE 7
#else
#define STRIDE 1
#endif

/* What the child does that it should not; and how often it read, where both see it. */
static struct {
	bool dies, lies;
	size_t at; /* the byte of its answer that is spoilt, */
	uint8_t mask;
	size_t said; /* and how many were before */
} plan;
static unsigned long *reads;

/* The core's readers come here. */
ssize_t pread64(int fd, void *buf, size_t len, off64_t off)
{
	if (plan.dies)
		__builtin_trap();
	++*reads;
	return syscall(SYS_pread64, fd, buf, len, off);
}

ssize_t __pread64_chk(int fd, void *buf, size_t len, off64_t off, size_t size);
ssize_t __pread64_chk(int fd, void *buf, size_t len, off64_t off, size_t size)
{
	(void)size;
	return pread64(fd, buf, len, off);
}

/* And what is said here. In the parent nothing is spoilt: it says nothing to a pipe. */
ssize_t write(int fd, const void *buf, size_t len)
{
	char copy[4096];

	if (!plan.lies || fd <= STDERR_FILENO || len > sizeof(copy) || lseek(fd, 0, SEEK_CUR) >= 0)
		return syscall(SYS_write, fd, buf, len);
	memcpy(copy, buf, len);
	if (plan.at >= plan.said && plan.at - plan.said < len)
		copy[plan.at - plan.said] = (char)((uint8_t)copy[plan.at - plan.said] ^ plan.mask);
	plan.said += len;
	return syscall(SYS_write, fd, copy, len);
}

static int setup(void **state)
{
	reads = mmap(NULL, sizeof(*reads), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	*state = NULL;
	return reads == MAP_FAILED ? -1 : 0;
}

static int new_core(const char *text)
{
	int fd = memfd_create("core", MFD_CLOEXEC);

	assert_true(fd >= 0);
	core_build(text, fd);
	return fd;
}

static void assert_same(const struct vmcore *a, const struct vmcore *b)
{
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->big_endian, b->big_endian);
	assert_int_equal(a->machine, b->machine);
	assert_int_equal(a->cpus, b->cpus);
	assert_int_equal(a->memory, b->memory);
	assert_int_equal(a->n_segments, b->n_segments);
	if (a->n_segments)
		assert_memory_equal(a->segments, b->segments, a->n_segments * sizeof(*a->segments));
	assert_string_equal(a->info.osrelease, b->info.osrelease);
	assert_string_equal(a->info.build_id, b->info.build_id);
	assert_string_equal(a->info.architecture, b->info.architecture);
	assert_int_equal(a->info.page_size, b->info.page_size);
	assert_int_equal(a->info.crash_time, b->info.crash_time);
	assert_int_equal(a->info.kernel_offset, b->info.kernel_offset);
	assert_string_equal(a->detail, b->detail);
}

/* The child says what the reader finds, be it sound or not. */
static void test_same(void **state)
{
	static const char *const texts[] = {
		SOUND,
		"endian big\n" SOUND,
		HEAD "load paddr 0 size 0x2000\nload paddr 0x1000 size 0x1000\n",
		HEAD "load paddr 0 size 0x2000\nload paddr 0x4000 size 0x1000 offset 0x100000\n",
		HEAD,
		"pagesize 4096\nnote prstatus count 2\nload paddr 0 size 0x1000\n",
		"",
	};
	struct confined_result how;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * ARRAY_SIZE(texts); i++) {
		enum vmcore_problem p = 99, q = 99;
		uint64_t page_size = i % 2 ? 65536 : 4096;
		struct vmcore a, b;
		int fd = new_core(texts[i / 2]), r = vmcore_read(fd, page_size, &a, &p);

		assert_int_equal(vmcore_judge(fd, page_size, &b, &q, &how), r);
		if (r < 0)
			assert_int_equal(p, q);
		else
			assert_int_equal(q, VMCORE_OK);
		assert_string_equal(how.why, "");
		assert_same(&a, &b);
		vmcore_deinit(&a);
		vmcore_deinit(&b);
		(void)close(fd);
	}
}

/* Three reads, however much memory and however many CPUs there were. */
static void test_three_reads(void **state)
{
	static const char *const texts[] = {
		"note prstatus count 64\nnote vmcoreinfo OSRELEASE=6.12\n"
		"note vmcoreinfo PAGESIZE=65536\nload paddr 0 size 0x10000000000\n",
		"note prstatus count 900\nnote vmcoreinfo OSRELEASE=6.12\n"
		"note vmcoreinfo PAGESIZE=65536\nload paddr 0 size 65536\n",
	};
	struct confined_result how;
	enum vmcore_problem problem;
	struct vmcore core;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int fd = new_core(texts[i]);

		*reads = 0;
		assert_int_equal(vmcore_judge(fd, 0, &core, &problem, &how), 0);
		assert_int_equal(*reads, 3);
		assert_int_equal(core.cpus, i ? 900 : 64);
		vmcore_deinit(&core);
		(void)close(fd);
	}
}

static void test_crash(void **state)
{
	struct confined_result how;
	enum vmcore_problem problem = 99;
	struct vmcore core;
	struct verdict v;
	int fd = new_core(SOUND);

	(void)state;
	plan.dies = true;
	assert_int_equal(vmcore_judge(fd, 0, &core, &problem, &how), -ENOTRECOVERABLE);
	assert_non_null(strstr(how.why, "killed by signal"));
	assert_int_equal(problem, 99);
	assert_null(core.segments);
	vmcore_deinit(&core);
	/* No verdict of any kind, and words for it. */
	assert_int_equal(verdict_judge_core(fd, &v), -ENOTRECOVERABLE);
	assert_non_null(strstr(verdict_error(&v, -ENOTRECOVERABLE), "cannot be judged"));
	assert_int_equal(v.kind, VERDICT_NONE);
	verdict_deinit(&v);
	plan.dies = false;
	assert_int_equal(verdict_judge_core(fd, &v), 0);
	assert_int_equal(v.kind, VERDICT_DUMP);
	assert_string_equal(verdict_error(&v, -ENOENT), strerror(ENOENT));
	verdict_deinit(&v);
	(void)close(fd);
}

static void assert_shown(const char *s, size_t size)
{
	assert_true(strnlen(s, size) < size);
	for (; *s; s++)
		assert_in_range(*s, ' ', '~');
}

/* What is believed can be shown, and lies within the core. */
static void check_believed(const struct vmcore *core, uint64_t size)
{
	uint64_t sum = 0;

	assert_int_equal(core->size, size);
	assert_true(core->big_endian == true || core->big_endian == false);
	for (size_t i = 0; i < core->n_segments; i++) {
		assert_true(range_ok(core->segments[i].offset, core->segments[i].size, size));
		sum += core->segments[i].size;
	}
	assert_true(sum <= size && (!core->memory || core->memory == sum));
	assert_shown(core->info.osrelease, sizeof(core->info.osrelease));
	assert_shown(core->info.build_id, sizeof(core->info.build_id));
	assert_shown(core->info.architecture, sizeof(core->info.architecture));
	assert_shown(core->detail, sizeof(core->detail));
}

/* Bytes of the answer made others: none of them does harm, and most that could are noticed. */
static void test_lies(void **state)
{
	static const uint8_t masks[] = {0xff, 0x01, 0x80};
	static const char *const texts[] = {SOUND, HEAD "load paddr 0 size 0x2000 offset 0x9000\n"};
	size_t length = 500, refused = 0, all = 0;
	struct confined_result how;
	struct vmcore core;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts) * length; i += STRIDE) {
		int fd = new_core(texts[i / length]), r;
		enum vmcore_problem problem = 99;

		plan.lies = true;
		plan.said = 0;
		plan.at = i % length;
		plan.mask = masks[i / STRIDE % 3];
		r = vmcore_judge(fd, 0, &core, &problem, &how);
		plan.lies = false;
		assert_true(r == 0 || r == -EINVAL || how.why[0] || r == how.error);
		if (r == 0 || r == -EINVAL) {
			check_believed(&core, (uint64_t)lseek(fd, 0, SEEK_END));
			assert_true((r == 0) == (problem == VMCORE_OK));
			assert_true((r == 0) == (core.detail[0] == '\0'));
		}
		refused += r != 0 && r != -EINVAL;
		all++;
		vmcore_deinit(&core);
		(void)close(fd);
	}
	assert_true(refused > all / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_three_reads),
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests_name("vmcore_judge", tests, setup, NULL);
}
