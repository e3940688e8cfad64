// SPDX-License-Identifier: GPL-2.0-or-later
/* A file written over several connections, and what becomes of it when one breaks. */
#include "unit.h"

#include "base/clock.h"
#include "given_clock.h"
#include "scratch.h"
#include "stub.h"
#include "target/ssh_parts.h"
#include "target/ssh_pool_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE  (64 * KIB)
#define PLENTY ((size_t)512) /* pieces: what is not noticed before is noticed too late */

struct fixture {
	struct scratch s;
	struct stubs stubs;
	struct target_env env;
	struct url url;
	struct target t;
	struct ssh_pool *p;
};

static void put_env(const struct fixture *f, const char *name, const char *dir)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s%s", f->s.dir, dir);
	if (mkdir(path, 0700) < 0)
		abort();
	(void)setenv(name, path, 1);
}

/* tools/sftpd, beside this program. */
static void find_server(void)
{
	char path[1024] = "", *slash;

	if (readlink("/proc/self/exe", path, sizeof(path) - 20) < 0)
		abort();
	for (int i = 0; i < 2 && (slash = strrchr(path, '/')); i++)
		*slash = '\0';
	(void)strcat(path, "/tools/sftpd");
	(void)setenv("SFTPD", path, 1);
}

static void begin(struct fixture *f, const char *url, const char *fault)
{
	const char *why;

	given_clock_real();
	(void)setenv("SFTPD_FAULT", fault, 1);
	assert_int_equal(url_parse(url, &f->url, &why), 0);
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	f->p = ssh_pool_of(&f->t);
	f->p->sync_every = 16 * PIECE;
	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), 0);
	/* The first sync is this one's. */
	assert_int_equal(target_put(&f->t, DUMP_LOG, "log", 3), 0);
	assert_int_equal(f->t.ops->create(&f->t, DUMP_INCOMPLETE), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->s);
	stubs_init(&f->stubs);
	stubs_add(&f->stubs, "ssh", "[ \"$1\" = -G ] && exec echo 'ciphers a'; exec \"$SFTPD\"");
	find_server();
	put_env(f, "SFTPD_DIR", "/box");
	put_env(f, "SFTPD_STATE", "/state");
	f->env.root = &f->s.root;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"ssh", NULL};
	struct fixture *f = *state;

	given_clock_real();
	(void)!target_close(&f->t);
	(void)unsetenv("SFTPD_ANSWERS");
	(void)unsetenv("SFTPD_LOG");
	url_deinit(&f->url);
	stubs_deinit(&f->stubs, names);
	scratch_deinit(&f->s);
	free(f);
	return 0;
}

/* So many pieces, or as many as are taken. */
static int write_pieces(struct fixture *f, size_t n, size_t *taken)
{
	static unsigned char piece[PIECE];
	int err = 0;

	for (*taken = 0; *taken < n && err == 0; ++*taken) {
		memset(piece, (int)*taken, sizeof(piece));
		err = f->t.ops->write(&f->t, piece, sizeof(piece), *taken * PIECE);
	}
	return err;
}

static bool all_up(const struct ssh_pool *p)
{
	for (size_t i = 0; i < p->n_links; i++)
		if (!p->links[i].up)
			return false;
	return true;
}

/* All three up before the dump is begun, so that each answers for the disk. */
static void begin_with_three(struct fixture *f, const char *fault)
{
	begin(f, "ssh://vault/dumps?connections=3", fault);
	assert_int_equal(ssh_pool_pump(f->p, all_up), 0);
	assert_int_equal(f->t.ops->abandon(&f->t, DUMP_INCOMPLETE), 0);
	assert_int_equal(f->t.ops->create(&f->t, DUMP_INCOMPLETE), 0);
}

static void test_a_lost_sync_ends_the_dump_at_once(void **state)
{
	struct fixture *f = *state;
	size_t taken;

	begin(f, "ssh://vault/dumps", "dropsync 3");
	assert_int_equal(write_pieces(f, PLENTY, &taken), -ECONNRESET);
	assert_true(taken < PLENTY / 2);
	assert_non_null(strstr(f->t.why, "whether that worked is not known"));
	/* It is out of the way, and the server may still be told why. */
	assert_int_equal(f->t.ops->abandon(&f->t, DUMP_INCOMPLETE), 0);
	assert_int_equal(target_put(&f->t, DUMP_MANIFEST, "hello", 5), 0);
	assert_string_equal(scratch_text(&f->s, "/box/dumps/host-1/" DUMP_MANIFEST), "hello");
	assert_null(scratch_text(&f->s, "/box/dumps/host-1/" DUMP_INCOMPLETE));
}

static void test_another_one_answers_for_the_disk(void **state)
{
	struct fixture *f = *state;
	size_t taken;

	begin_with_three(f, "dropsync 3");
	assert_int_equal(write_pieces(f, PLENTY, &taken), 0);
	assert_int_equal(f->t.ops->write(&f->t, "", 0, 0), 0);
	assert_int_equal(f->t.ops->flush(&f->t), 0);
	assert_true(f->p->sync_lost);
	assert_true(f->t.reread);
}

static int count(void *ctx, bool gets_on)
{
	unsigned int *n = ctx;

	*n += gets_on;
	return 0;
}

static void test_who_reads_on_does_not_wait_for_each_piece(void **state)
{
	struct fixture *f = *state;
	unsigned char page[4096], other[16];
	unsigned int heard = 0;
	size_t taken, i;

	begin(f, "ssh://vault/dumps", "");
	assert_int_equal(write_pieces(f, 128, &taken), 0);
	assert_int_equal(f->t.ops->flush(&f->t), 0);
	f->t.busy = count;
	f->t.busy_ctx = &heard;
	/* Pages with gaps, and what says where they are, in turn. */
	for (i = 0; i < 1000; i++) {
		assert_int_equal(f->t.ops->pread(&f->t, page, sizeof(page), MIB + i * 5000), 0);
		assert_int_equal(page[0], (MIB + i * 5000) / PIECE);
		assert_int_equal(page[4095], (MIB + i * 5000 + 4095) / PIECE);
		assert_int_equal(f->t.ops->pread(&f->t, other, sizeof(other), i * 16), 0);
		assert_int_equal(other[0], 0);
	}
	assert_true(heard < 100);
	assert_int_equal(f->t.ops->pread(&f->t, page, 1, 128 * PIECE - 1), 0);
	assert_int_equal(f->t.ops->pread(&f->t, page, 2, 128 * PIECE - 1), -ENODATA);
	/* What is written after it is seen. */
	assert_int_equal(f->t.ops->write(&f->t, "new", 3, 0), 0);
	assert_int_equal(f->t.ops->flush(&f->t), 0);
	assert_int_equal(f->t.ops->pread(&f->t, page, 3, 0), 0);
	assert_memory_equal(page, "new", 3);
}

static void test_answers_of_a_file_that_was_given_up_are_nothing_to_the_next(void **state)
{
	struct fixture *f = *state;
	size_t taken;

	/* The first write is the log's. */
	begin(f, "ssh://vault/dumps", "heldback 3");
	assert_int_equal(write_pieces(f, 8, &taken), 0);
	assert_int_equal(f->t.ops->abandon(&f->t, DUMP_INCOMPLETE), 0);
	assert_int_equal(f->t.ops->create(&f->t, DUMP_INCOMPLETE), 0);
	assert_int_equal(write_pieces(f, 8, &taken), 0);
	assert_int_equal(f->t.ops->write(&f->t, "", 0, 0), 0);
	assert_int_equal(f->t.ops->flush(&f->t), 0);
	assert_int_equal(f->p->links[0].stale, 1);
	assert_false(f->t.reread);
}

static void test_what_is_sent_whole_is_worth_keeping(void **state)
{
	struct fixture *f = *state;
	size_t taken;

	begin(f, "ssh://vault/dumps", "dropsync 2");
	/* The sync begins with the last of it. */
	f->p->sync_every = 3 * PIECE;
	assert_int_equal(write_pieces(f, 3, &taken), 0);
	assert_int_equal(f->t.ops->write(&f->t, "", 0, 0), 0);
	assert_int_equal(f->t.ops->flush(&f->t), -ECONNRESET);
	assert_non_null(strstr(f->t.why, "whether that worked is not known"));
}

/* What the server did, a line each, from the first one that begins with `from` on. */
static size_t count_lines(const struct fixture *f, const char *from, const char *what)
{
	const char *line = scratch_text(&f->s, "/log");
	bool begun = false;
	size_t n = 0;

	for (; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : "") {
		begun = begun || strncmp(line, from, strlen(from)) == 0;
		n += begun && strncmp(line, what, strlen(what)) == 0;
	}
	return n;
}

static void record(const struct fixture *f)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/log", f->s.dir);
	(void)setenv("SFTPD_LOG", path, 1);
}

static void test_the_dump_is_synced_while_it_is_written(void **state)
{
	struct fixture *f = *state;
	size_t taken;

	record(f);
	begin(f, "ssh://vault/dumps", "");
	assert_int_equal(write_pieces(f, PLENTY, &taken), 0);
	assert_int_equal(f->t.ops->write(&f->t, "", 0, 0), 0);
	/* Again and again, and most of the dump behind the first. */
	assert_in_range(count_lines(f, "", "fsync /dumps/host-1/vmcore.incomplete"), 5,
			PLENTY / 16);
	assert_true(count_lines(f, "fsync /dumps/host-1/vmcore.incomplete",
				"write /dumps/host-1/vmcore.incomplete") >= PLENTY / 2);
}

static int give_pattern(void *ctx, void *buf, size_t len, uint64_t off)
{
	const uint64_t *end = ctx;
	unsigned char *to = buf;
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = (unsigned char)((off + i) / 1000);
	return off + len > *end ? -EIO : 0;
}

static void test_a_small_file_does_not_wait_for_each_write(void **state)
{
	struct fixture *f = *state;
	uint64_t end = 5 * MIB + 17, half = 2 * MIB, off;
	struct reader r = {.pread = give_pattern, .ctx = &end, .size = end};
	unsigned char buf[4096];
	int fd;

	record(f);
	(void)setenv("SFTPD_ANSWERS", "in-rounds", 1);
	begin(f, "ssh://vault/dumps", "");
	assert_int_equal(f->t.ops->put(&f->t, DUMP_OPALCORE, &r), 0);
	assert_in_range(count_lines(f, "", "write /dumps/host-1/opalcore"), 81, 85);
	assert_in_range(count_lines(f, "write /dumps/host-1/opalcore", "round"), 1, 20);
	fd = root_open(&f->s.root, "/box/dumps/host-1/opalcore", O_RDONLY, 0);
	for (off = 0; off < end; off++) {
		if (off % sizeof(buf) == 0)
			assert_true(pread(fd, buf, sizeof(buf), (off_t)off) > 0);
		if (buf[off % sizeof(buf)] != (unsigned char)(off / 1000))
			fail_msg("byte %d is not the file's", (int)off);
	}
	assert_int_equal(lseek(fd, 0, SEEK_END), end);
	(void)close(fd);
	/* What cannot be read: nothing of it, and order for what is asked next. */
	r.ctx = &half;
	assert_int_equal(f->t.ops->put(&f->t, "other", &r), -EIO);
	assert_null(scratch_text(&f->s, "/box/dumps/host-1/other.incomplete"));
	assert_int_equal(target_put(&f->t, DUMP_MANIFEST, "hello", 5), 0);
	assert_string_equal(scratch_text(&f->s, "/box/dumps/host-1/" DUMP_MANIFEST), "hello");
}

#define WATCHDOG_MS INT64_C(630000) /* with a dump that is written: run/guard.c */

static bool all_acknowledged(const struct ssh_pool *p)
{
	return p->links[0].under_way == 0;
}

static void test_a_sync_without_an_answer_ends_before_the_watchdog(void **state)
{
	struct fixture *f = *state;
	static const unsigned char piece[PIECE];
	uint64_t off = GIB;
	size_t taken;

	begin(f, "ssh://vault/dumps", "stallsync 2");
	for (; !f->p->links[0].syncing; off += PIECE)
		assert_int_equal(f->t.ops->write(&f->t, piece, PIECE, off), 0);
	/* The last that is heard before. */
	assert_int_equal(ssh_pool_pump(f->p, all_acknowledged), 0);
	given_clock_pass(WATCHDOG_MS - 30000);
	assert_int_equal(write_pieces(f, PLENTY, &taken), -ECONNRESET);
	assert_true(taken < PLENTY / 2);
}

static void test_all_connections_sync_at_a_time(void **state)
{
	struct fixture *f = *state;
	size_t taken;

	(void)setenv("SFTPD_ANSWERS", "three-at-once", 1);
	f->env.deadline = clock_ms() + 40000;
	begin_with_three(f, "");
	f->p->sync_every = GIB;
	assert_int_equal(write_pieces(f, PLENTY, &taken), 0);
	assert_int_equal(f->t.ops->write(&f->t, "", 0, 0), 0);
	assert_int_equal(f->t.ops->flush(&f->t), 0);
	assert_false(f->t.reread);
}

static void test_every_answer_is_a_sign_of_life(void **state)
{
	struct fixture *f = *state;
	unsigned int heard = 0;
	size_t taken;

	begin(f, "ssh://vault/dumps", "");
	f->t.busy = count;
	f->t.busy_ctx = &heard;
	assert_int_equal(write_pieces(f, 10, &taken), 0);
	assert_int_equal(f->t.ops->write(&f->t, "", 0, 0), 0);
	assert_int_equal(heard, 10);
	assert_int_equal(f->t.ops->flush(&f->t), 0);
	assert_int_equal(heard, 11);
	assert_int_equal(target_put(&f->t, DUMP_MANIFEST, "hello", 5), 0);
	assert_true(heard > 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_lost_sync_ends_the_dump_at_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_another_one_answers_for_the_disk, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_a_sync_without_an_answer_ends_before_the_watchdog, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_connections_sync_at_a_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_the_dump_is_synced_while_it_is_written, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_small_file_does_not_wait_for_each_write,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_answer_is_a_sign_of_life, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_who_reads_on_does_not_wait_for_each_piece,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_answers_of_a_file_that_was_given_up_are_nothing_to_the_next, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_what_is_sent_whole_is_worth_keeping, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
