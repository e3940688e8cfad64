// SPDX-License-Identifier: GPL-2.0-or-later
/* The count of attempts: kept in the machine's memory, of one dump, in a place that never moves. */
#include "unit.h"

#include "run/attempts.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DUMP 0x0123456789abcdefULL
#define SIZE 512

struct fixture {
	struct scratch s;
	struct attempts_store store;
	struct attempts a;
};

/* "common" alone, with a setting in it; the rest of its room is dirty, as after a long life. */
static void lay_out(const struct fixture *f, size_t size)
{
	static const unsigned char name[12] = "common";
	unsigned char m[SIZE] = {0x70, 0, 0, (unsigned char)(size / 16)};
	unsigned int sum = 0, i;
	int fd;

	memcpy(m + 4, name, sizeof(name));
	for (i = 0; i < 16; i++)
		sum += m[i];
	while (sum > 0xff)
		sum = (sum & 0xff) + (sum >> 8);
	m[1] = (unsigned char)sum;
	memset(m + 16, 'z', sizeof(m) - 16);
	memcpy(m + 16, "a=1\0", 5);
	scratch_file(&f->s, "/dev/nvram", "");
	fd = root_open(&f->s.root, "/dev/nvram", O_WRONLY, 0);
	assert_int_equal(write(fd, m, size), size);
	(void)close(fd);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->s);
	lay_out(f, SIZE);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	scratch_deinit(&f->s);
	free(f);
	return 0;
}

static void open_for(struct fixture *f, uint64_t dump)
{
	assert_int_equal(attempts_open(&f->s.root, dump, &f->store, &f->a), 0);
}

static void test_counts_over_boots(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		open_for(f, DUMP);
		assert_int_equal(f->a.n, i - 1);
		attempts_add(&f->a, 0x68d5f000 + i);
		assert_int_equal(attempts_write(&f->store, &f->a), 0);
		f->a.one[i - 1].step = 's';
		f->a.one[i - 1].target = 10;
		assert_int_equal(attempts_write_step(&f->store, &f->a), 0);
		attempts_close(&f->store);
	}
	open_for(f, DUMP);
	assert_int_equal(f->a.n, 3);
	assert_true(f->a.dump_id == DUMP);
	assert_int_equal(f->a.one[1].began, 0x68d5f002);
	assert_int_equal(f->a.one[1].step, 's');
	assert_int_equal(f->a.one[1].target, 10);
	assert_int_equal(f->a.one[3].step, '.');
	assert_int_equal(f->a.one[3].target, -1);
	attempts_close(&f->store);
}

static void test_another_dump_begins_anew(void **state)
{
	struct fixture *f = *state;

	open_for(f, DUMP);
	attempts_add(&f->a, 1);
	attempts_add(&f->a, 2);
	assert_int_equal(attempts_write(&f->store, &f->a), 0);
	attempts_close(&f->store);
	open_for(f, DUMP + 1);
	assert_int_equal(f->a.n, 0);
	assert_true(f->a.dump_id == DUMP + 1);
	assert_int_equal(f->a.one[0].began, 0);
	attempts_close(&f->store);
}

/* What others keep there stays, before and behind. */
static void test_nothing_else_changes(void **state)
{
	struct fixture *f = *state;
	char before[SIZE], after[SIZE];
	size_t end = 16 + 4 + ATTEMPTS_TEXT + 2;
	int fd;

	fd = root_open(&f->s.root, "/dev/nvram", O_RDONLY, 0);
	assert_int_equal(pread(fd, before, SIZE, 0), SIZE);
	open_for(f, DUMP);
	attempts_add(&f->a, 1);
	assert_int_equal(attempts_write(&f->store, &f->a), 0);
	attempts_close(&f->store);
	assert_int_equal(pread(fd, after, SIZE, 0), SIZE);
	(void)close(fd);
	assert_memory_equal(before, after, 16 + 4);
	assert_memory_equal(before + end, after + end, SIZE - end);
	assert_memory_equal(after + end - 2, "\0", 2);
	assert_memory_equal(after + 16 + 4, ATTEMPTS_NAME "0123456789abcdef:1:", 19 + 19);
}

static void test_the_ninth_is_the_last(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	open_for(f, DUMP);
	for (i = 0; i < 12; i++)
		attempts_add(&f->a, i);
	assert_int_equal(f->a.n, ATTEMPTS_MAX);
	assert_int_equal(f->a.one[8].began, 11);
	assert_int_equal(attempts_write(&f->store, &f->a), 0);
	attempts_close(&f->store);
	open_for(f, DUMP);
	assert_int_equal(f->a.n, ATTEMPTS_MAX);
	attempts_close(&f->store);
}

static void test_no_place(void **state)
{
	struct fixture *f = *state;

	lay_out(f, 16 + 4 + ATTEMPTS_TEXT + 1 - (16 + 4 + ATTEMPTS_TEXT + 1) % 16);
	assert_int_equal(attempts_open(&f->s.root, DUMP, &f->store, &f->a), -ENOSPC);
	scratch_file(&f->s, "/dev/nvram", "rubbish that is longer than a header");
	assert_int_equal(attempts_open(&f->s.root, DUMP, &f->store, &f->a), -EINVAL);
	assert_string_equal(scratch_text(&f->s, "/dev/nvram"),
			    "rubbish that is longer than a header");
}

/* A string of ours that was spoilt is written anew; one of another length is somebody else's. */
static void test_spoilt(void **state)
{
	struct fixture *f = *state;
	int fd;

	open_for(f, DUMP);
	attempts_add(&f->a, 1);
	assert_int_equal(attempts_write(&f->store, &f->a), 0);
	attempts_close(&f->store);
	fd = root_open(&f->s.root, "/dev/nvram", O_WRONLY, 0);
	assert_int_equal(pwrite(fd, "?", 1, 16 + 4 + 19 + 17), 1);
	open_for(f, DUMP);
	assert_int_equal(f->a.n, 0);
	attempts_close(&f->store);
	assert_int_equal(pwrite(fd, "", 1, 16 + 4 + 19 + 17), 1);
	(void)close(fd);
	assert_int_equal(attempts_open(&f->s.root, DUMP, &f->store, &f->a), -EINVAL);
}

static void test_text(void **state)
{
	static const char text[] =
		ATTEMPTS_NAME "00000000000000ff:2:68d5f00as0.68d5f1ffl-.00000000.-.00000000.-."
			      "00000000.-.00000000.-.00000000.-.00000000.-.00000000.-.";
	char copy[sizeof(text)], back[ATTEMPTS_TEXT + 1];
	struct attempts a, b;
	size_t i;

	(void)state;
	assert_int_equal(strlen(text), ATTEMPTS_TEXT);
	assert_int_equal(attempts_parse(text, ATTEMPTS_TEXT, &a), 0);
	assert_int_equal(a.dump_id, 0xff);
	assert_int_equal(a.n, 2);
	assert_int_equal(a.one[0].target, 0);
	assert_int_equal(a.one[1].step, 'l');
	assert_int_equal(a.one[1].target, -1);
	attempts_format(&a, back);
	assert_string_equal(back, text);
	assert_int_equal(attempts_parse(text, ATTEMPTS_TEXT - 1, &b), -EINVAL);
	/* Each byte says something. */
	for (i = 0; i < ATTEMPTS_TEXT; i++) {
		memcpy(copy, text, sizeof(copy));
		copy[i] = '~';
		assert_int_equal(attempts_parse(copy, ATTEMPTS_TEXT, &b), -EINVAL);
	}
}

static void test_of_this_boot(void **state)
{
	struct fixture *f = *state;
	struct attempts back;

	assert_int_equal(attempts_of_boot(&f->s.root, &back), -ENOENT);
	open_for(f, DUMP);
	attempts_add(&f->a, 7);
	assert_int_equal(attempts_set_boot(&f->s.root, &f->a), 0);
	attempts_close(&f->store);
	assert_int_equal(attempts_of_boot(&f->s.root, &back), 0);
	assert_int_equal(back.n, 1);
	assert_int_equal(back.one[0].began, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts_over_boots, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_dump_begins_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_else_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_ninth_is_the_last, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spoilt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_of_this_boot, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
