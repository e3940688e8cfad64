// SPDX-License-Identifier: GPL-2.0-or-later
/* A target in a process of its own: what it answers, and what becomes of one that does not. */
#include "unit.h"

#include "base/clock.h"
#include "scratch.h"
#include "target/directory.h"
#include "target/disk.h"
#include "target/nfs.h"
#include "target/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIG (600 * KIB)

struct fixture {
	struct scratch s;
	struct target_env env;
	struct url url;
	struct target t;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *why;

	scratch_init(&f->s);
	f->env.root = &f->s.root;
	if (url_parse("file:///var/crash", &f->url, &why) < 0)
		return -1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	url_deinit(&f->url);
	scratch_deinit(&f->s);
	free(f);
	return 0;
}

/* A process of ours that is still there, in whatever state. */
static bool any_child(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

/* What the kind does, each in the worker. */
static int ok(struct target *t)
{
	(void)snprintf(t->unassured, sizeof(t->unassured), "nothing much");
	t->in_memory = true;
	return 0;
}

static int hang(struct target *t)
{
	(void)t;
	while (pause() < 0)
		;
	return 0;
}

static int die(struct target *t)
{
	(void)t;
	(void)raise(SIGKILL);
	return 0;
}

static int refuse_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	(void)buf;
	(void)len;
	if (off == 0)
		return 0;
	(void)snprintf(t->why, sizeof(t->why), "no room at %llu", (unsigned long long)off);
	return -ENOSPC;
}

static int hang_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	(void)buf;
	(void)len;
	(void)off;
	return hang(t);
}

static int ignore(struct target *t, const char *name)
{
	(void)t;
	(void)name;
	return 0;
}

static int a_size(struct target *t, uint64_t *bytes)
{
	(void)t;
	*bytes = UINT64_C(0x123456789a);
	return 0;
}

static struct target with(const struct fixture *f, const struct target_ops *ops)
{
	return (struct target){
		.ops = &worker_ops,
		.served = ops,
		.env = &f->env,
		.root = f->env.root,
		.url = &f->url,
		.mount_lock = -1,
	};
}

static void test_a_whole_life(void **state)
{
	struct fixture *f = *state;
	char *big = malloc(BIG), *back = malloc(BIG);
	struct dump_claim claim = {.stream_ended = true, .size = BIG + 5, .dump_id = 1};
	struct receipt r = {0};
	struct stat st;
	size_t i;

	for (i = 0; i < BIG; i++)
		big[i] = (char)(i * 7 + i / 1000);
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	assert_ptr_equal(f->t.ops, &worker_ops);
	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), 0);
	assert_string_equal(f->t.dir, "host-1");
	assert_int_equal(target_put(&f->t, "log", big, BIG), 0);
	assert_int_equal(f->t.ops->create(&f->t, DUMP_INCOMPLETE), 0);
	assert_int_equal(f->t.ops->write(&f->t, big, BIG, 5), 0);
	assert_int_equal(f->t.ops->write(&f->t, "hello", 5, 0), 0);
	assert_int_equal(f->t.ops->pread(&f->t, back, BIG, 5), 0);
	assert_memory_equal(back, big, BIG);
	assert_int_equal(f->t.ops->pread(&f->t, back, 10, BIG), -ENODATA);
	assert_int_equal(target_commit(&f->t, &claim, &r), 0);
	assert_int_equal(r.size, BIG + 5);
	assert_int_equal(target_close(&f->t), 0);
	assert_int_equal(root_stat(&f->s.root, "/var/crash/host-1/vmcore", &st), 0);
	assert_int_equal(st.st_size, BIG + 5);
	assert_int_equal(root_stat(&f->s.root, "/var/crash/host-1/log", &st), 0);
	assert_int_equal(st.st_size, BIG);
	assert_false(any_child());
	free(big);
	free(back);
}

/* The third finds no room, until somebody asks how much there is. t->unassured says what was
 * written. */
static int written;

static int cramped_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	size_t n = strlen(t->unassured);

	(void)off;
	if (!len)
		return 0;
	if (written == 2) {
		written = 3;
		return -ENOSPC;
	}
	written++;
	t->unassured[n] = *(const char *)buf;
	t->unassured[n + 1] = '\0';
	return 0;
}

/* Whatever is looked at meanwhile is not what is written then. */
static int scribble(struct target *t, void *buf, size_t len, uint64_t off)
{
	(void)t;
	(void)off;
	memset(buf, 'x', len);
	return 0;
}

static int nothing(struct target *t)
{
	(void)t;
	return 0;
}

static void test_what_found_no_room_is_written_again_in_order(void **state)
{
	static const struct target_ops ops = {.patience_ms = 20000,
					      .open = nothing,
					      .close = nothing,
					      .flush = nothing,
					      .pread = scribble,
					      .write = cramped_write};
	struct fixture *f = *state;
	struct target t = with(f, &ops);
	char big[1000];
	int err = 0;
	const char *c;

	assert_int_equal(t.ops->open(&t), 0);
	for (c = "abcde"; *c && err == 0; c++) {
		err = t.ops->write(&t, c, 1, (uint64_t)(*c - 'a'));
		if (err < 0)
			break;
	}
	if (err == 0)
		err = t.ops->write(&t, "", 0, 0);
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(t.ops->pread(&t, big, sizeof(big), 0), 0);
	if (*c)
		assert_int_equal(t.ops->write(&t, c, 1, (uint64_t)(*c - 'a')), 0);
	for (c = *c ? c + 1 : c; *c; c++)
		assert_int_equal(t.ops->write(&t, c, 1, (uint64_t)(*c - 'a')), 0);
	assert_int_equal(t.ops->write(&t, "", 0, 0), 0);
	assert_int_equal(t.ops->flush(&t), 0);
	/* The last time that each was written is in the order of the calls. */
	assert_true(strlen(t.unassured) >= 5);
	assert_memory_equal(t.unassured, "ab", 2);
	assert_string_equal(strrchr(t.unassured, 'c') + 1, "de");
	assert_null(strchr(t.unassured, 'x'));
	assert_int_equal(target_close(&t), 0);
}

/* What came before: found, looked at and deleted over there. */
static void test_what_came_before(void **state)
{
	struct fixture *f = *state;
	struct target_entry e;
	char buf[300];
	uint64_t bytes = 0;
	size_t len = 0;

	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), 0);
	assert_int_equal(target_put(&f->t, DUMP_MANIFEST, "{}", 2), 0);
	assert_int_equal(target_capacity(&f->t, &bytes), 0);
	assert_true(bytes > 0);
	assert_int_equal(target_list(&f->t, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, sizeof("host-1"));
	assert_string_equal(buf, "host-1");
	assert_int_equal(target_list(&f->t, buf, 3, &len), -E2BIG);
	assert_int_equal(target_look(&f->t, "host-1", &e, buf, sizeof(buf)), 0);
	assert_int_equal(e.manifest, 2);
	assert_memory_equal(buf, "{}", 2);
	assert_int_equal(target_look(&f->t, "host-2", &e, buf, sizeof(buf)), -ENOENT);
	assert_int_equal(target_close(&f->t), 0);
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	assert_int_equal(target_look(&f->t, "host-1", &e, buf, sizeof(buf)), 0);
	e.inode++;
	assert_int_equal(target_drop(&f->t, &e, TARGET_DROP_ALL), -ESTALE);
	e.inode--;
	assert_int_equal(target_drop(&f->t, &e, TARGET_DROP_ALL), 0);
	assert_false(root_exists(&f->s.root, "/var/crash/host-1"));
	assert_int_equal(target_close(&f->t), 0);
}

static void test_what_it_found_out_comes_back(void **state)
{
	static const struct target_ops ops = {
		.patience_ms = 20000, .open = ok, .close = ok, .size = a_size};
	struct fixture *f = *state;
	struct target t = with(f, &ops);
	uint64_t size = 0;

	assert_int_equal(t.ops->open(&t), 0);
	assert_true(t.in_memory);
	assert_string_equal(t.unassured, "nothing much");
	assert_int_equal(t.ops->size(&t, &size), 0);
	assert_true(size == UINT64_C(0x123456789a));
	assert_int_equal(target_close(&t), 0);
}

/* The answer to a write comes with a later request: it is not lost. */
static void test_a_write_that_failed_is_told(void **state)
{
	static const struct target_ops ops = {.patience_ms = 20000,
					      .open = ok,
					      .close = ok,
					      .write = refuse_write,
					      .flush = ok,
					      .abandon = ignore};
	struct fixture *f = *state;
	struct target t = with(f, &ops);
	char buf[10] = {0};

	assert_int_equal(t.ops->open(&t), 0);
	assert_int_equal(t.ops->write(&t, buf, sizeof(buf), 0), 0);
	(void)t.ops->write(&t, buf, sizeof(buf), 10);
	assert_int_equal(t.ops->flush(&t), -ENOSPC);
	assert_string_equal(t.why, "no room at 10");
	assert_int_equal(t.ops->write(&t, buf, sizeof(buf), 0), -ENOSPC);
	assert_int_equal(t.ops->abandon(&t, DUMP_INCOMPLETE), 0);
	assert_int_equal(target_close(&t), 0);
}

static void test_one_that_hangs_costs_its_patience(void **state)
{
	static const struct target_ops ops = {
		.patience_ms = 300, .open = ok, .close = ok, .flush = hang, .size = a_size};
	struct fixture *f = *state;
	struct target t = with(f, &ops);
	int64_t before = clock_ms();
	uint64_t size;

	assert_int_equal(t.ops->open(&t), 0);
	assert_int_equal(t.ops->flush(&t), -ETIMEDOUT);
	assert_true(clock_ms() - before >= 300);
	assert_non_null(strstr(t.why, "does not answer"));
	t.why[0] = '\0';
	assert_int_equal(t.ops->size(&t, &size), -ETIMEDOUT);
	assert_non_null(strstr(t.why, "does not answer"));
	assert_int_equal(target_close(&t), 0);
	assert_false(any_child());
}

static void test_the_deadline_comes_first(void **state)
{
	static const struct target_ops ops = {
		.patience_ms = 3000, .open = ok, .close = ok, .write = hang_write};
	struct fixture *f = *state;
	struct target t;
	char buf[10] = {0};
	int i, err = 0;

	f->env.deadline = clock_ms() + 500;
	t = with(f, &ops);
	assert_int_equal(t.ops->open(&t), 0);
	for (i = 0; i < 10 && err == 0; i++)
		err = t.ops->write(&t, buf, sizeof(buf), 0);
	assert_int_equal(err, -ETIMEDOUT);
	/* Only now it is known that it is more than slow. */
	assert_int_equal(target_close(&t), -ETIMEDOUT);
	assert_false(any_child());
}

/* A healthy place on which everything takes a while. */
#define SLOW_MS     100
#define DEADLINE_MS 1000

static void nap(int ms)
{
	(void)poll(NULL, 0, ms);
}

static int slow_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	nap(SLOW_MS);
	return directory_write(t, buf, len, off);
}

static int slow_flush(struct target *t)
{
	nap(2 * DEADLINE_MS);
	return directory_flush(t);
}

static int open_directory(struct target *t)
{
	return directory_open(t, t->url->path);
}

/* A kind as it is, but for what mounts it, and slow. */
static struct target_ops slow(const struct target_ops *kind)
{
	struct target_ops ops = *kind;

	ops.open = open_directory;
	ops.write = slow_write;
	ops.flush = slow_flush;
	return ops;
}

static struct target at_work(struct fixture *f, const struct target_ops *ops)
{
	struct target t = with(f, ops);

	t.base_fd = t.dir_fd = t.file_fd = -1;
	/* On a busy machine this alone may take longer than the deadline. */
	f->env.deadline = 0;
	assert_int_equal(t.ops->open(&t), 0);
	assert_int_equal(t.ops->begin(&t, "host-1"), 0);
	assert_int_equal(target_put(&t, "log", "x", 1), 0);
	assert_int_equal(t.ops->create(&t, DUMP_INCOMPLETE), 0);
	f->env.deadline = clock_ms() + DEADLINE_MS;
	return t;
}

/* The half dump goes, and the log is committed instead, as with on-deadline = log-only. */
static void give_up(struct fixture *f, struct target *t)
{
	struct log_claim claim = {
		.policy = RELEASE_POLICY_DEADLINE, .dump_id = 1, .text = "log", .len = 3};
	struct log_receipt r = {0};

	assert_int_equal(t->ops->abandon(t, DUMP_INCOMPLETE), 0);
	assert_false(root_exists(&f->s.root, "/var/crash/host-1/vmcore.incomplete"));
	f->env.deadline = clock_ms() + 20000;
	assert_int_equal(target_commit_log(t, &claim, &r), 0);
	assert_int_equal(r.size, 3);
	assert_int_equal(target_put(t, DUMP_MANIFEST, "{}", 2), 0);
	assert_int_equal(target_close(t), 0);
	assert_true(root_exists(&f->s.root, "/var/crash/host-1/manifest.json"));
	assert_false(any_child());
}

static void write_until_it_is_over(struct target *t)
{
	int64_t before = clock_ms();
	int i, err = 0;

	for (i = 0; i < 100 && err == 0; i++)
		err = t->ops->write(t, "x", 1, (uint64_t)i);
	assert_int_equal(err, -ETIMEDOUT);
	assert_null(strstr(t->why, "does not answer"));
	assert_non_null(strstr(t->why, "deadline"));
	assert_true(clock_ms() - before < 20 * DEADLINE_MS);
}

static const struct target_ops *const local_kinds[] = {&disk_ops, &nfs_ops};

static void test_a_deadline_before_the_first_byte(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(local_kinds); i++) {
		struct target_ops ops = slow(local_kinds[i]);
		struct target t = at_work(f, &ops);

		nap(DEADLINE_MS + 10);
		write_until_it_is_over(&t);
		give_up(f, &t);
	}
}

static void test_a_deadline_in_the_middle(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(local_kinds); i++) {
		struct target_ops ops = slow(local_kinds[i]);
		struct target t = at_work(f, &ops);

		write_until_it_is_over(&t);
		give_up(f, &t);
	}
}

/* Its answers came in time, and are not collected before that is over. */
static void test_a_deadline_while_it_is_idle(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(local_kinds); i++) {
		struct target_ops ops = slow(local_kinds[i]);
		struct target t = at_work(f, &ops);

		assert_int_equal(t.ops->write(&t, "abc", 3, 0), 0);
		assert_int_equal(t.ops->write(&t, "def", 3, 3), 0);
		nap(DEADLINE_MS + 10);
		assert_int_equal(t.ops->flush(&t), -ETIMEDOUT);
		give_up(f, &t);
	}
}

static void test_a_deadline_in_the_last_sync(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(local_kinds); i++) {
		struct target_ops ops = slow(local_kinds[i]);
		struct target t = at_work(f, &ops);
		struct dump_claim claim = {.stream_ended = true, .size = 3, .dump_id = 1};
		struct receipt r = {0};

		assert_int_equal(t.ops->write(&t, "abc", 3, 0), 0);
		assert_int_equal(target_commit(&t, &claim, &r), -ETIMEDOUT);
		assert_int_equal(r.size, 0);
		assert_non_null(strstr(t.why, "deadline"));
		give_up(f, &t);
		assert_false(root_exists(&f->s.root, "/var/crash/host-1/vmcore"));
	}
}

static int publish_late(struct target *t, const char *from, const char *to)
{
	nap(2 * DEADLINE_MS);
	return disk_ops.publish(t, from, to);
}

/* What the capture does not know of has not the name of what was proved. */
static void test_a_name_that_comes_too_late_is_taken_back(void **state)
{
	struct fixture *f = *state;
	struct target_ops ops = disk_ops;
	struct dump_claim claim = {.stream_ended = true, .size = 3, .dump_id = 1};
	struct receipt r = {0};
	struct target t;

	ops.publish = publish_late;
	t = at_work(f, &ops);
	assert_int_equal(t.ops->write(&t, "abc", 3, 0), 0);
	assert_int_equal(target_commit(&t, &claim, &r), -ETIMEDOUT);
	assert_int_equal(r.size, 0);
	/* Behind it, and it may stay. */
	assert_int_equal(t.ops->abandon(&t, ""), 0);
	assert_int_equal(target_close(&t), 0);
	assert_false(root_exists(&f->s.root, "/var/crash/host-1/vmcore"));
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/vmcore.unproved"), "abc");
}

static void test_one_that_dies_is_noticed(void **state)
{
	static const struct target_ops ops = {
		.patience_ms = 20000, .open = ok, .close = ok, .flush = die};
	struct fixture *f = *state;
	struct target t = with(f, &ops);

	assert_int_equal(t.ops->open(&t), 0);
	assert_int_equal(t.ops->flush(&t), -EPIPE);
	assert_non_null(strstr(t.why, "died"));
	assert_int_equal(target_close(&t), 0);
	assert_false(any_child());
}

/* As e2fsck does: longer than the patience, but it gets on. */
static int long_open(struct target *t)
{
	int i, err = 0;

	for (i = 0; i < 20 && err == 0; i++) {
		nap(SLOW_MS);
		err = target_busy(t, true);
	}
	return err;
}

/* It stands still, which is no sign of life. */
static int still_open(struct target *t)
{
	int err = 0;

	while (err == 0) {
		nap(SLOW_MS);
		err = target_busy(t, false);
	}
	return err;
}

/* It repairs something, and needs a moment to leave off. */
static int repairing_open(struct target *t)
{
	t->repairing = true;
	(void)!still_open(t);
	nap(2000);
	(void)snprintf(t->dir, sizeof(t->dir), "left off");
	(void)close(root_open(t->root, "/left-off", O_WRONLY | O_CREAT, 0600));
	t->repairing = false;
	return -ETIMEDOUT;
}

static void test_an_opening_that_gets_on_may_take_its_time(void **state)
{
	static const struct target_ops ops = {.patience_ms = 1500, .open = long_open, .close = ok};
	struct fixture *f = *state;
	struct target t = with(f, &ops);

	assert_int_equal(t.ops->open(&t), 0);
	assert_int_equal(target_close(&t), 0);
}

static void test_an_opening_that_stands_still_may_not(void **state)
{
	static const struct target_ops ops = {.patience_ms = 1500, .open = still_open, .close = ok};
	struct fixture *f = *state;
	struct target t = with(f, &ops);

	assert_int_equal(t.ops->open(&t), -ETIMEDOUT);
	assert_non_null(strstr(t.why, "does not answer"));
	assert_int_equal(target_close(&t), 0);
	assert_false(any_child());
}

static void test_an_opening_leaves_off_at_the_deadline(void **state)
{
	static const struct target_ops ops = {.patience_ms = 20000, .open = long_open, .close = ok};
	struct fixture *f = *state;
	struct target t;

	f->env.deadline = clock_ms() + 500;
	t = with(f, &ops);
	assert_int_equal(t.ops->open(&t), -ETIMEDOUT);
	assert_int_equal(target_close(&t), 0);
}

static void test_a_repair_is_not_cut_off(void **state)
{
	static const struct target_ops ops = {
		.patience_ms = 500, .open = repairing_open, .close = ok};
	struct fixture *f = *state;
	struct target t = with(f, &ops);

	assert_int_equal(t.ops->open(&t), -ETIMEDOUT);
	assert_int_equal(target_close(&t), 0);
	assert_true(root_exists(&f->s.root, "/left-off"));
	assert_false(any_child());
}

/* What all the processes have in memory that is no file's, kB. */
static long memory_in_files(void)
{
	char line[200];
	FILE *in = fopen("/proc/meminfo", "re");
	long kb = -1;

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "Shmem: %ld kB", &kb) == 1)
			break;
	(void)fclose(in);
	return kb;
}

static int watching_put(struct target *t, const char *name, const struct reader *data)
{
	char byte;

	(void)name;
	(void)snprintf(t->dir, sizeof(t->dir), "%ld", memory_in_files());
	return data->size == 900 * MIB ? data->pread(data->ctx, &byte, 1, 900 * MIB - 1) : -EIO;
}

/* opalcore may be as large as what the firmware kept; the capture has little memory. */
static void test_a_large_file_is_not_copied_into_memory(void **state)
{
	static const struct target_ops ops = {
		.patience_ms = 60000, .open = ok, .close = ok, .put = watching_put};
	struct fixture *f = *state;
	struct target t = with(f, &ops);
	int fd = root_open(&f->s.root, "/core", O_RDWR | O_CREAT, 0600);
	long before = memory_in_files(), then;
	struct reader r;

	assert_int_equal(ftruncate(fd, 900 * MIB), 0);
	assert_int_equal(reader_init_fd(&fd, &r), 0);
	assert_int_equal(t.ops->open(&t), 0);
	assert_int_equal(t.ops->put(&t, DUMP_OPALCORE, &r), 0);
	then = strtol(t.dir, NULL, 10);
	assert_true(before > 0 && then > 0);
	/* Others are at work on this machine, too. */
	assert_true(then - before < 450L * 1024);
	assert_int_equal(target_close(&t), 0);
	(void)close(fd);
}

static void test_opening_that_hangs(void **state)
{
	static const struct target_ops ops = {.patience_ms = 200, .open = hang, .close = ok};
	struct fixture *f = *state;
	struct target t = with(f, &ops);

	assert_int_equal(t.ops->open(&t), -ETIMEDOUT);
	assert_int_equal(target_close(&t), 0);
	assert_false(any_child());
}

/* Above all not the lock of the capture, which a worker that cannot be ended would keep. */
static void test_it_keeps_no_descriptor_of_ours(void **state)
{
	static const struct target_ops ops = {.patience_ms = 20000, .open = ok, .close = ok};
	struct fixture *f = *state;
	struct target t = with(f, &ops);
	struct pollfd p = {.events = POLLIN};
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(t.ops->open(&t), 0);
	assert_int_equal(close(pipes[1]), 0);
	p.fd = pipes[0];
	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_true(p.revents & POLLHUP);
	assert_int_equal(close(pipes[0]), 0);
	assert_int_equal(target_close(&t), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_whole_life, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_found_no_room_is_written_again_in_order,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_came_before, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_it_found_out_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_write_that_failed_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_that_hangs_costs_its_patience, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_the_deadline_comes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_deadline_before_the_first_byte, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_deadline_in_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_deadline_while_it_is_idle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_deadline_in_the_last_sync, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_name_that_comes_too_late_is_taken_back,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_that_dies_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opening_that_hangs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_opening_that_gets_on_may_take_its_time,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_opening_that_stands_still_may_not, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_an_opening_leaves_off_at_the_deadline, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_repair_is_not_cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_large_file_is_not_copied_into_memory, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_it_keeps_no_descriptor_of_ours, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
