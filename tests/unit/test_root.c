// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "base/root.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

/* What a kernel before 5.6 says to openat2. */
static void forget_openat2(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = 4, .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(99);
}

static int open_and_close(const struct root *root, const char *path)
{
	int fd = root_open(root, path, O_RDONLY, 0);

	return fd < 0 ? fd : close(fd);
}

static void test_old_kernels_follow_no_symlink(void **state)
{
	struct scratch *s = *state;
	int status;
	pid_t pid;

	scratch_file(s, "/a/b/file", "x");
	assert_int_equal(symlinkat("/etc", s->root.fd, "out"), 0);
	assert_int_equal(symlinkat("file", s->root.fd, "a/b/link"), 0);
	pid = fork();
	if (pid == 0) {
		forget_openat2();
		_exit(open_and_close(&s->root, "/a//b/file") != 0             ? 1
		      : open_and_close(&s->root, "/a/b") != 0                 ? 2
		      : open_and_close(&s->root, "/") != 0                    ? 3
		      : open_and_close(&s->root, "/out/hostname") != -ENOTDIR ? 4
		      : open_and_close(&s->root, "/a/b/link") != -ELOOP       ? 5
		      : open_and_close(&s->root, "/a/../../etc") != -EXDEV    ? 6
		      : open_and_close(&s->root, "/a/nowhere/x") != -ENOENT   ? 7
		      : root_mkdirs(&s->root, "/a/c/d", 0700) != 0            ? 8
		      : !root_exists(&s->root, "/a/c/d")                      ? 9
									      : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths_stay_beneath, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing_is_enoent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_does_not_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mkdirs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_kernels_follow_no_symlink, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("root", tests, NULL, NULL);
}
