// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "base/root.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int setup(void **state)
{
	struct scratch *s = malloc(sizeof(*s));

	scratch_init(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	scratch_deinit(*state);
	free(*state);
	return 0;
}

static void test_paths_stay_beneath(void **state)
{
	struct scratch *s = *state;
	char *buf;
	size_t len;

	scratch_file(s, "/etc/hostname", "inside\n");
	assert_int_equal(root_read(&s->root, "/etc/hostname", 100, &buf, &len), 0);
	assert_string_equal(buf, "inside\n");
	assert_int_equal(len, 7);
	free(buf);
	/* ".." and absolute symlinks lead back to the prefix, never out of it */
	assert_int_equal(root_read(&s->root, "/../../etc/hostname", 100, &buf, &len), 0);
	assert_string_equal(buf, "inside\n");
	free(buf);
	assert_int_equal(symlinkat("/etc/hostname", s->root.fd, "link"), 0);
	assert_string_equal(scratch_text(s, "/link"), "inside\n");
}

static void test_missing_is_enoent(void **state)
{
	struct scratch *s = *state;
	char *buf = NULL;
	size_t len;

	assert_int_equal(root_read(&s->root, "/nowhere", 100, &buf, &len), -ENOENT);
	assert_null(buf);
	assert_int_equal(root_write(&s->root, "/nowhere", "1"), -ENOENT);
	assert_false(root_exists(&s->root, "/nowhere"));
}

static void test_read_is_bounded(void **state)
{
	struct scratch *s = *state;
	char *buf = NULL;
	size_t len;

	scratch_file(s, "/big", "0123456789");
	assert_int_equal(root_read(&s->root, "/big", 9, &buf, &len), -EFBIG);
	assert_null(buf);
	assert_int_equal(root_read(&s->root, "/big", 10, &buf, &len), 0);
	free(buf);
}

static void test_write_does_not_create(void **state)
{
	struct scratch *s = *state;

	scratch_file(s, "/sys/x", "0\n");
	assert_int_equal(root_write(&s->root, "/sys/x", "1"), 0);
	assert_string_equal(scratch_text(s, "/sys/x"), "1\n");
}

static void test_mkdirs(void **state)
{
	struct scratch *s = *state;
	struct stat st;

	assert_int_equal(root_mkdirs(&s->root, "/a/b/c", 0700), 0);
	assert_int_equal(root_stat(&s->root, "/a/b/c", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(root_mkdirs(&s->root, "/a/b/c", 0700), 0);
	assert_int_equal(root_mkdirs(&s->root, "//a//b//d", 0700), 0);
	assert_true(root_exists(&s->root, "/a/b/d"));
	assert_int_equal(root_mkdirs(&s->root, "/", 0700), 0);
	scratch_file(s, "/file", "");
	assert_int_equal(root_mkdirs(&s->root, "/file/d", 0700), -ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths_stay_beneath, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing_is_enoent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_does_not_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mkdirs, setup, teardown),
	};

	return cmocka_run_group_tests_name("root", tests, NULL, NULL);
}
