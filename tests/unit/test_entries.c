// SPDX-License-Identifier: GPL-2.0-or-later
/* Earlier dumps of a directory: found, looked at, deleted, and nothing else; and the receipt of a
 * log. */
#include "unit.h"

#include "scratch.h"
#include "target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE "/var/crash/"

struct fixture {
	struct scratch s;
	struct target_env env;
	struct url url;
	struct target t;
	struct target_entry e;
	char manifest[200];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *why;

	scratch_init(&f->s);
	f->env.root = &f->s.root;
	f->env.in_process = true;
	if (url_parse("file:///var/crash", &f->url, &why) < 0 ||
	    target_open(&f->t, &f->url, &f->env) < 0)
		return -1;
	scratch_file(&f->s, BASE "a/vmcore", "a dump");
	scratch_file(&f->s, BASE "a/manifest.json", "{\"format\":1}");
	scratch_file(&f->s, BASE "a/vmcore-dmesg.txt", "log");
	scratch_file(&f->s, BASE "a/capture.log", "log");
	(void)!fchmodat(f->t.base_fd, "a", 0700, 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	(void)!target_close(&f->t);
	url_deinit(&f->url);
	scratch_deinit(&f->s);
	free(f);
	return 0;
}

static int look(struct fixture *f, const char *dir)
{
	return target_look(&f->t, dir, &f->e, f->manifest, sizeof(f->manifest));
}

static bool there(struct fixture *f, const char *path)
{
	char whole[300];

	(void)snprintf(whole, sizeof(whole), BASE "%s", path);
	return root_exists(&f->s.root, whole);
}

static void test_directories_are_listed_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	char names[20];
	size_t len = 99;

	scratch_file(&f->s, BASE "file", "");
	scratch_file(&f->s, BASE ".hidden/file", "");
	assert_int_equal(symlinkat("a", f->t.base_fd, "link"), 0);
	assert_int_equal(target_list(&f->t, names, sizeof(names), &len), 0);
	assert_int_equal(len, 2);
	assert_string_equal(names, "a");
	assert_int_equal(target_list(&f->t, names, 1, &len), -E2BIG);
	assert_int_equal(len, 2);
}

static void test_what_is_in_one(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(look(f, "a"), 0);
	assert_string_equal(f->e.dir, "a");
	assert_true(f->e.own);
	assert_true(f->e.has_vmcore);
	assert_false(f->e.has_incomplete);
	assert_int_equal(f->e.vmcore, 6);
	assert_int_equal(f->e.manifest, 12);
	assert_memory_equal(f->manifest, "{\"format\":1}", 12);
	assert_int_equal(target_look(&f->t, "a", &f->e, f->manifest, 11), 0);
	assert_int_equal(f->e.manifest, 0);
	assert_int_equal(fchmodat(f->t.base_fd, "a", 0770, 0), 0);
	assert_int_equal(look(f, "a"), 0);
	assert_false(f->e.own);
}

static void test_no_symlink_is_followed(void **state)
{
	struct fixture *f = *state;
	int dir;

	assert_int_equal(symlinkat("a", f->t.base_fd, "link"), 0);
	assert_int_equal(look(f, "link"), -ENOTDIR);
	assert_int_equal(look(f, "nowhere"), -ENOENT);
	assert_int_equal(look(f, ""), -EINVAL);
	assert_int_equal(look(f, "."), -EINVAL);
	assert_int_equal(look(f, ".."), -EINVAL);
	assert_int_equal(look(f, "a/b"), -EINVAL);
	scratch_file(&f->s, BASE "b/x", "");
	dir = openat(f->t.base_fd, "b", O_RDONLY | O_DIRECTORY);
	assert_int_equal(symlinkat("../a/vmcore", dir, "vmcore"), 0);
	assert_int_equal(symlinkat("../a/manifest.json", dir, "manifest.json"), 0);
	assert_int_equal(look(f, "b"), 0);
	assert_false(f->e.has_vmcore);
	assert_int_equal(f->e.manifest, 0);
	/* A name is unlinked, not what it points to. */
	assert_int_equal(fchmod(dir, 0700), 0);
	assert_int_equal(look(f, "b"), 0);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_DUMP), 0);
	assert_true(there(f, "a/vmcore"));
	(void)close(dir);
}

static void test_a_dump_goes_and_its_log_stays(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, BASE "a/opalcore", "firmware's");
	assert_int_equal(look(f, "a"), 0);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_DUMP), 0);
	assert_false(there(f, "a/vmcore"));
	assert_false(there(f, "a/vmcore.incomplete"));
	assert_false(there(f, "a/opalcore"));
	assert_true(there(f, "a/vmcore-dmesg.txt"));
	assert_true(there(f, "a/manifest.json"));
	/* Once more, where there is none any more. */
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_DUMP), 0);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_ALL), 0);
	assert_false(there(f, "a"));
}

static void test_what_is_not_ours_keeps_the_directory(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, BASE "a/notes", "mine");
	assert_int_equal(look(f, "a"), 0);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_ALL), -ENOTEMPTY);
	assert_true(there(f, "a/notes"));
	assert_true(there(f, "a/manifest.json"));
}

static void test_only_the_directory_that_was_looked_at(void **state)
{
	struct fixture *f = *state;
	int other;

	assert_int_equal(look(f, "a"), 0);
	/* Another capture has it. */
	other = openat(f->t.base_fd, "a", O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_DUMP), -EBUSY);
	(void)close(other);
	/* Others may write in it by now. */
	assert_int_equal(fchmodat(f->t.base_fd, "a", 0777, 0), 0);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_DUMP), -EPERM);
	/* Another one of that name. */
	assert_int_equal(renameat(f->t.base_fd, "a", f->t.base_fd, "b"), 0);
	scratch_file(&f->s, BASE "a/vmcore", "another");
	(void)!fchmodat(f->t.base_fd, "a", 0700, 0);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_ALL), -ESTALE);
	assert_true(there(f, "a/vmcore"));
	assert_true(there(f, "b/vmcore"));
}

static void test_a_target_that_has_no_such_thing(void **state)
{
	struct target_ops none = {.open = NULL};
	struct fixture *f = *state;
	const struct target_ops *ops = f->t.ops;
	uint64_t bytes;
	size_t len;

	assert_int_equal(target_capacity(&f->t, &bytes), 0);
	assert_true(bytes > 0);
	f->t.ops = &none;
	assert_int_equal(target_capacity(&f->t, &bytes), -EOPNOTSUPP);
	assert_int_equal(target_list(&f->t, f->manifest, 1, &len), -EOPNOTSUPP);
	assert_int_equal(look(f, "a"), -EOPNOTSUPP);
	assert_int_equal(target_drop(&f->t, &f->e, TARGET_DROP_ALL), -EOPNOTSUPP);
	f->t.ops = ops;
}

static struct log_claim claim_of_log(void)
{
	return (struct log_claim){
		.policy = RELEASE_POLICY_RATE_LIMIT, .dump_id = 42, .text = "the log", .len = 7};
}

static void test_a_log_has_a_receipt_of_its_own(void **state)
{
	struct log_claim claim = claim_of_log();
	struct log_receipt r = {.dump_id = 0};
	struct fixture *f = *state;

	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), 0);
	assert_int_equal(target_commit_log(&f->t, &claim, &r), 0);
	assert_int_equal(r.policy, RELEASE_POLICY_RATE_LIMIT);
	assert_int_equal(r.dump_id, 42);
	assert_int_equal(r.size, 7);
	assert_string_equal(r.target, "file:///var/crash");
	assert_string_equal(r.dir, "host-1");
	assert_string_equal(scratch_text(&f->s, BASE "host-1/vmcore-dmesg.txt"), "the log");
	/* What follows goes to the same directory. */
	assert_int_equal(target_put(&f->t, "manifest.json", "{}", 2), 0);
	assert_true(there(f, "host-1/manifest.json"));
}

/* A disk that does not keep what it takes. */
static int forgetful_pread(struct target *t, void *buf, size_t len, uint64_t off)
{
	(void)t;
	(void)off;
	memset(buf, 'x', len);
	return 0;
}

static int failing_flush(struct target *t)
{
	(void)t;
	return -EIO;
}

static void test_no_receipt_of_a_log_that_is_not_proved(void **state)
{
	struct fixture *f = *state;
	struct log_claim claim = claim_of_log();
	struct log_receipt r = {.dump_id = 0};
	struct target_ops ops = *f->t.ops;
	const struct target_ops *real = f->t.ops;

	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), 0);
	claim.policy = RELEASE_POLICY_NONE;
	assert_int_equal(target_commit_log(&f->t, &claim, &r), -EINVAL);
	claim = claim_of_log();
	claim.dump_id = 0;
	assert_int_equal(target_commit_log(&f->t, &claim, &r), -EINVAL);
	claim = claim_of_log();
	claim.len = 0;
	assert_int_equal(target_commit_log(&f->t, &claim, &r), -EINVAL);
	claim = claim_of_log();
	f->t.in_memory = true;
	assert_int_equal(target_commit_log(&f->t, &claim, &r), -EROFS);
	f->t.in_memory = false;
	f->t.ops = &ops;
	ops.pread = forgetful_pread;
	assert_int_equal(target_commit_log(&f->t, &claim, &r), -EIO);
	ops = *real;
	ops.flush = failing_flush;
	assert_int_equal(target_commit_log(&f->t, &claim, &r), -EIO);
	assert_int_equal(r.dump_id, 0);
	assert_int_equal(r.policy, RELEASE_POLICY_NONE);
	f->t.ops = real;
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_directories_are_listed_and_nothing_else),
		test(test_what_is_in_one),
		test(test_no_symlink_is_followed),
		test(test_a_dump_goes_and_its_log_stays),
		test(test_what_is_not_ours_keeps_the_directory),
		test(test_only_the_directory_that_was_looked_at),
		test(test_a_target_that_has_no_such_thing),
		test(test_a_log_has_a_receipt_of_its_own),
		test(test_no_receipt_of_a_log_that_is_not_proved),
	};

	return cmocka_run_group_tests_name("entries", tests, NULL, NULL);
}
