// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the text of bootargs_append lies, whether a release gives it away, and that it survives. */
#include "unit.h"

#include "base/io.h"
#include "crash/append_area.h"
#include "crash/kernel_dump.h"
#include "scratch.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define APPEND   "/sys/kernel/fadump/bootargs_append"
#define OFFLINE  "/sys/devices/system/memory/soft_offline_page"
#define FLAGS    "/proc/kpageflags"
#define PROPERTY "/proc/device-tree/rtas/ibm,kernel-dump"

struct section {
	uint16_t type;
	uint64_t source, size, destination;
};

struct property {
	unsigned char bytes[400];
	size_t len;
};

static void put(struct property *p, size_t off, uint64_t v, size_t width)
{
	uint64_t big = htobe64(v << (64 - 8 * width));

	memcpy(p->bytes + off, &big, width);
}

static struct property make(const struct section *sections, size_t n)
{
	struct property p = {.len = 40 + n * 40};
	size_t i;

	put(&p, 0, 1, 4);
	put(&p, 4, n, 2);
	put(&p, 8, 40, 4);
	for (i = 0; i < n; i++) {
		put(&p, 44 + i * 40, sections[i].type, 2);
		put(&p, 48 + i * 40, sections[i].source, 8);
		put(&p, 56 + i * 40, sections[i].size, 8);
		put(&p, 72 + i * 40, sections[i].destination, 8);
	}
	return p;
}

/* Two boot memory regions with a hole between them, as on machines with a small first block. */
static struct property sound(uint64_t append_at)
{
	const struct section sections[] = {
		{0x0001, 0, 0xa00, 0x20000000},       {0x0002, 0, 0, 0x20000a00},
		{0x0011, 0, 0x10000000, 0x20010000},  {0x0011, 0x18000000, 0x8000000, 0x30010000},
		{0x0100, append_at, 2048, append_at},
	};

	return make(sections, append_at ? 5 : 4);
}

static void test_what_was_kept(void **state)
{
	struct property p = sound(0x7ffff800);
	struct kernel_dump d;

	(void)state;
	assert_int_equal(kernel_dump_parse(p.bytes, p.len, &d), 0);
	assert_true(d.reserved_at == 0x20000000);
	assert_true(d.boot_end == 0x20000000);
	assert_true(d.append_at == 0x7ffff800);
	assert_int_equal(d.n_boot, 2);
	assert_true(d.boot[0].source == 0 && d.boot[0].destination == 0x20010000);
	assert_true(d.boot[1].source == 0x18000000 && d.boot[1].size == 0x8000000);
	p = sound(0);
	assert_int_equal(kernel_dump_parse(p.bytes, p.len, &d), 0);
	assert_true(d.append_at == 0);
}

static void test_a_property_that_is_none(void **state)
{
	struct property p = sound(0x7ffff800), q = p;
	struct kernel_dump d = {.append_at = 7};
	const struct section only = {0x0001, 0, 0xa00, 0x20000000};

	(void)state;
	assert_int_equal(kernel_dump_parse(p.bytes, 0, &d), -EINVAL);
	assert_int_equal(kernel_dump_parse(p.bytes, 39, &d), -EINVAL);
	assert_int_equal(kernel_dump_parse(p.bytes, p.len - 1, &d), -EINVAL);
	put(&q, 4, 6, 2); /* a section more than there is */
	assert_int_equal(kernel_dump_parse(q.bytes, q.len, &d), -EINVAL);
	q = p;
	put(&q, 8, 0xffffffff, 4);
	assert_int_equal(kernel_dump_parse(q.bytes, q.len, &d), -EINVAL);
	put(&q, 8, 0, 4); /* inside the head */
	assert_int_equal(kernel_dump_parse(q.bytes, q.len, &d), -EINVAL);
	q = make(&only, 1);
	assert_int_equal(kernel_dump_parse(q.bytes, q.len, &d), -EINVAL);
	assert_true(d.append_at == 7);
}

struct fixture {
	struct scratch s;
	struct fadump_state before;
};

static void put_file(const struct fixture *f, const char *path, const void *bytes, size_t len)
{
	int fd;

	scratch_file(&f->s, path, "");
	fd = root_open(&f->s.root, path, O_WRONLY | O_TRUNC, 0);
	assert_true(fd >= 0);
	assert_int_equal(write_full(fd, bytes, len), 0);
	assert_int_equal(close(fd), 0);
}

static void put_property(const struct fixture *f, uint64_t append_at)
{
	struct property p = sound(append_at);

	put_file(f, PROPERTY, p.bytes, p.len);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->s);
	scratch_file(&f->s, "/sys/kernel/fadump/enabled", "1\n");
	scratch_file(&f->s, "/sys/kernel/fadump/mem_reserved", "541065216\n");
	scratch_file(&f->s, APPEND, "nr_cpus=16\n");
	scratch_file(&f->s, OFFLINE, "");
	put_property(f, 0x7ffff800);
	*state = f;
	return fadump_read(&f->s.root, &f->before);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	scratch_deinit(&f->s);
	free(f);
	return 0;
}

static enum append_area find(struct fixture *f, uint64_t *addr)
{
	return append_area_find(&f->s.root, &f->before, addr);
}

static void test_given_away_where_it_is_not_kept(void **state)
{
	struct fixture *f = *state;
	uint64_t addr;

	assert_int_equal(find(f, &addr), APPEND_AREA_EXPOSED);
	assert_true(addr == 0x7ffff800);
	put_property(f, 0x1ffff800); /* boot memory */
	assert_int_equal(find(f, &addr), APPEND_AREA_SAFE);
	put_property(f, 0x30000000); /* what stays reserved */
	assert_int_equal(find(f, &addr), APPEND_AREA_SAFE);
	put_property(f, 0);
	assert_int_equal(find(f, &addr), APPEND_AREA_SAFE);
	/* the first byte behind what stays reserved */
	put_property(f, 0x20000000 + 541065216);
	assert_int_equal(find(f, &addr), APPEND_AREA_EXPOSED);
	/* not known is not safe */
	put_file(f, PROPERTY, "\1", 1);
	assert_int_equal(find(f, &addr), APPEND_AREA_EXPOSED);
	assert_true(addr == 0);
	/* but a kernel without the file has no such memory */
	f->before.append_known = false;
	assert_int_equal(find(f, &addr), APPEND_AREA_SAFE);
}

static enum append_area take(struct fixture *f, uint64_t addr, int *err)
{
	return append_area_take(&f->s.root, &f->before, addr, err);
}

static void test_taken_and_its_text_untouched(void **state)
{
	struct fixture *f = *state;
	int err;

	assert_int_equal(take(f, 0x7ffff800, &err), APPEND_AREA_TAKEN);
	assert_int_equal(err, 0);
	assert_string_equal(scratch_text(&f->s, OFFLINE), "0x7ffff800");
	assert_string_equal(scratch_text(&f->s, APPEND), "nr_cpus=16\n");
}

/* Somebody had the page for a moment. */
static void test_a_text_that_changed_is_put_back(void **state)
{
	struct fixture *f = *state;
	int err;

	scratch_file(&f->s, APPEND, "\x1b[J\n");
	assert_int_equal(take(f, 0x7ffff800, &err), APPEND_AREA_TAKEN);
	assert_string_equal(scratch_text(&f->s, APPEND), "nr_cpus=16\n");
	/* to nothing, too */
	f->before.append[0] = '\0';
	scratch_file(&f->s, APPEND, "\x1b[J");
	assert_int_equal(take(f, 0x7ffff800, &err), APPEND_AREA_TAKEN);
	assert_int_equal(scratch_text(&f->s, APPEND)[0], '\n');
}

static void test_not_taken(void **state)
{
	struct fixture *f = *state;
	int err;

	assert_int_equal(take(f, 0, &err), APPEND_AREA_EXPOSED);
	assert_int_equal(err, -ENODATA);
	assert_string_equal(scratch_text(&f->s, OFFLINE), "");
	assert_int_equal(unlinkat(f->s.root.fd, OFFLINE + 1, 0), 0);
	scratch_file(&f->s, APPEND, "theirs\n");
	assert_int_equal(take(f, 0x7ffff800, &err), APPEND_AREA_EXPOSED);
	assert_int_equal(err, -ENOENT);
	/* it may be somebody's: nothing is written to it */
	assert_string_equal(scratch_text(&f->s, APPEND), "theirs\n");
}

/* A kernel that does not give it away says so of the page; nothing is done to it. */
static void test_a_page_that_is_held(void **state)
{
	struct fixture *f = *state;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t flags[4] = {0, UINT64_C(1) << 19, UINT64_C(1) << 32, 0};
	int err;

	put_file(f, FLAGS, flags, sizeof(flags));
	assert_int_equal(take(f, 2 * page + 2048, &err), APPEND_AREA_SAFE);
	assert_string_equal(scratch_text(&f->s, OFFLINE), "");
	/* taken before: what an administrator has written since then stays */
	assert_int_equal(take(f, page, &err), APPEND_AREA_SAFE);
	assert_string_equal(scratch_text(&f->s, OFFLINE), "");
	assert_int_equal(take(f, 3 * page, &err), APPEND_AREA_TAKEN);
	assert_int_equal(take(f, 9 * page, &err), APPEND_AREA_TAKEN); /* not said */
}

static void test_ours_is_what_the_command_line_ends_with(void **state)
{
	struct fixture *f = *state;

	assert_false(append_area_is_ours(&f->s.root, "nr_cpus=16"));
	scratch_file(&f->s, "/proc/cmdline", "root=/dev/sda2 fadump=on nr_cpus=16\n");
	assert_true(append_area_is_ours(&f->s.root, "nr_cpus=16"));
	assert_false(append_area_is_ours(&f->s.root, "cpus=16")); /* half a word */
	assert_false(append_area_is_ours(&f->s.root, "nr_cpus=1"));
	assert_false(append_area_is_ours(&f->s.root, ""));
	assert_false(append_area_is_ours(&f->s.root, "root=/dev/sda2 fadump=on nr_cpus=16"));
	/* The kernel puts a space between them, whatever comes behind it. */
	scratch_file(&f->s, "/proc/cmdline", "root=/dev/sda2 fadump=on \n");
	assert_true(append_area_is_ours(&f->s.root, ""));
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_kept),
		cmocka_unit_test(test_a_property_that_is_none),
		test(test_given_away_where_it_is_not_kept),
		test(test_taken_and_its_text_untouched),
		test(test_a_text_that_changed_is_put_back),
		test(test_not_taken),
		test(test_a_page_that_is_held),
		test(test_ours_is_what_the_command_line_ends_with),
	};

	return cmocka_run_group_tests_name("append_area", tests, NULL, NULL);
}
