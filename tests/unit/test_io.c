// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole reads and writes over pipes and files that give less than was asked for. */
#include "unit.h"

#include "base/io.h"
#include "base/reader.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
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

static int make(struct scratch *s, const char *path)
{
	return root_open(&s->root, path, O_RDWR | O_CREAT, 0600);
}

static void test_write_and_read_at_offsets(void **state)
{
	int fd = make(*state, "/f");
	char buf[8];

	assert_int_equal(pwrite_full(fd, "tail", 4, 100), 0);
	assert_int_equal(pwrite_full(fd, "head", 4, 0), 0);
	assert_int_equal(pread_full(fd, buf, 4, 100), 0);
	assert_memory_equal(buf, "tail", 4);
	assert_int_equal(pread_full(fd, buf, 4, 50), 0);
	assert_memory_equal(buf, "\0\0\0\0", 4);
	/* the file ends inside what was asked for */
	assert_int_equal(pread_full(fd, buf, 5, 100), -ENODATA);
	assert_int_equal(close(fd), 0);
}

static void test_offsets_past_what_a_file_can_have(void **state)
{
	int fd = make(*state, "/f");
	char c = 0;

	assert_int_equal(pwrite_full(fd, &c, 1, (uint64_t)INT64_MAX + 1), -EFBIG);
	assert_int_equal(pread_full(fd, &c, 1, UINT64_MAX), -EFBIG);
	assert_int_equal(close(fd), 0);
}

static void test_a_full_device_is_an_error(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write_full(fd, "x", 1), -ENOSPC);
	assert_int_equal(pwrite_full(fd, "x", 1, 0), -ENOSPC);
	assert_int_equal(close(fd), 0);
	assert_int_equal(write_full(-1, "x", 1), -EBADF);
}

static void nothing(int sig)
{
	(void)sig;
}

/* A writer that is interrupted again and again, into a pipe that takes it in bits. */
static void test_interrupted_writes_are_whole(void **state)
{
	const struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
	struct sigaction sa = {.sa_handler = nothing}; /* without SA_RESTART */
	size_t want = 1 << 20, got = 0;
	char *data = malloc(want), *back = NULL;
	int p[2], status;
	pid_t pid;

	(void)state;
	for (size_t i = 0; i < want; i++)
		data[i] = (char)(i * 7);
	assert_int_equal(pipe(p), 0);
	pid = fork();
	if (pid == 0) {
		size_t len = 0;

		(void)close(p[1]);
		(void)usleep(20000);
		_exit(read_to_end(p[0], want, &back, &len) == 0 && len == want &&
				      memcmp(back, data, want) == 0
			      ? 0
			      : 1);
	}
	(void)close(p[0]);
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	while (got < want) {
		size_t n = want - got < 300000 ? want - got : 300000;

		assert_int_equal(write_full(p[1], data + got, n), 0);
		got += n;
	}
	(void)setitimer(ITIMER_REAL, &never, NULL);
	(void)close(p[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(data);
}

static void test_read_to_end_is_bounded(void **state)
{
	struct scratch *s = *state;
	char *buf = NULL;
	size_t len = 99;
	int fd;

	scratch_file(s, "/f", "0123456789");
	fd = root_open(&s->root, "/f", O_RDONLY, 0);
	assert_int_equal(read_to_end(fd, 9, &buf, &len), -EFBIG);
	assert_null(buf);
	assert_int_equal(len, 99);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(read_to_end(fd, 10, &buf, &len), 0);
	assert_string_equal(buf, "0123456789");
	assert_int_equal(len, 10);
	free(buf);
	assert_int_equal(close(fd), 0);
	assert_int_equal(read_to_end(-1, 10, &buf, &len), -EBADF);
}

static void test_fsync_close(void **state)
{
	int fd = make(*state, "/f"), p[2];

	assert_int_equal(fsync_close(fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	/* a pipe cannot be synced; it is closed all the same */
	assert_int_equal(pipe(p), 0);
	assert_int_equal(fsync_close(p[1]), -EINVAL);
	assert_int_equal(fcntl(p[1], F_GETFD), -1);
	assert_int_equal(close(p[0]), 0);
}

static void test_reader_over_a_file(void **state)
{
	struct scratch *s = *state;
	struct reader r;
	char buf[4];
	int fd;

	scratch_file(s, "/f", "abcdef");
	fd = root_open(&s->root, "/f", O_RDONLY, 0);
	assert_int_equal(reader_init_fd(&fd, &r), 0);
	assert_int_equal(r.size, 6);
	assert_int_equal(r.pread(r.ctx, buf, 3, 2), 0);
	assert_memory_equal(buf, "cde", 3);
	assert_int_equal(r.pread(r.ctx, buf, 3, 4), -ENODATA);
	assert_int_equal(close(fd), 0);
	assert_int_equal(reader_init_fd(&(int){-1}, &r), -EBADF);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_write_and_read_at_offsets), test(test_offsets_past_what_a_file_can_have),
		test(test_a_full_device_is_an_error), test(test_interrupted_writes_are_whole),
		test(test_read_to_end_is_bounded),    test(test_fsync_close),
		test(test_reader_over_a_file),
	};

	return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
