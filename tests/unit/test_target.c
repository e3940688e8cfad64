// SPDX-License-Identifier: GPL-2.0-or-later
/* The disk target and the commit: what a receipt needs, and what takes it away. */
#include "unit.h"

#include "scratch.h"
#include "target/nfs.h"
#include "target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	struct scratch s;
	struct target_env env;
	struct url url;
	struct target t;
	int check_result, all_result;
	unsigned int all_calls;
	uint64_t checked_size;
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

static int check(void *ctx, const struct reader *r)
{
	struct fixture *f = ctx;
	char text[5];

	f->checked_size = r->size;
	assert_int_equal(r->pread(r->ctx, text, 5, 0), 0);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(r->pread(r->ctx, text, 5, r->size - 4), -ENODATA);
	return f->check_result;
}

static int check_all(void *ctx, const struct reader *r)
{
	struct fixture *f = ctx;

	assert_int_equal(f->checked_size, r->size);
	f->all_calls++;
	return f->all_result;
}

static struct dump_claim claim_of(struct fixture *f)
{
	return (struct dump_claim){
		.stream_ended = true,
		.size = 11,
		.dump_id = 42,
		.check = check,
		.check_ctx = f,
	};
}

static void write_dump(struct fixture *f)
{
	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), 0);
	assert_int_equal(f->t.ops->create(&f->t, DUMP_INCOMPLETE), 0);
	assert_int_equal(f->t.ops->write(&f->t, " world", 6, 5), 0);
	assert_int_equal(f->t.ops->write(&f->t, "hello", 5, 0), 0);
}

static void test_commit_earns_a_receipt(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};
	struct stat st;

	write_dump(f);
	assert_null(scratch_text(&f->s, "/var/crash/host-1/vmcore"));
	assert_int_equal(target_commit(&f->t, &claim, &r), 0);
	assert_int_equal(r.size, 11);
	assert_int_equal(r.dump_id, 42);
	assert_string_equal(r.dir, "host-1");
	assert_string_equal(r.target, "file:///var/crash");
	assert_int_equal(f->checked_size, 11);
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/vmcore"), "hello world");
	assert_null(scratch_text(&f->s, "/var/crash/host-1/vmcore.incomplete"));
	assert_int_equal(root_stat(&f->s.root, "/var/crash/host-1", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(root_stat(&f->s.root, "/var/crash/host-1/vmcore", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void refuse(struct fixture *f, const struct dump_claim *claim, int want)
{
	struct receipt r = {0};

	write_dump(f);
	assert_int_equal(target_commit(&f->t, claim, &r), want);
	assert_int_equal(r.dump_id, 0);
	assert_null(scratch_text(&f->s, "/var/crash/host-1/vmcore"));
}

static void test_no_receipt_without_the_end(void **state)
{
	struct dump_claim claim = claim_of(*state);

	claim.stream_ended = false;
	refuse(*state, &claim, -EINVAL);
}

static void test_no_receipt_for_another_size(void **state)
{
	struct dump_claim claim = claim_of(*state);

	claim.size = 12;
	refuse(*state, &claim, -EIO);
}

static void test_no_receipt_for_a_bad_structure(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);

	f->check_result = -EBADMSG;
	refuse(f, &claim, -EBADMSG);
}

static void test_the_whole_file_is_checked_when_asked_for(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r;

	claim.check_all = check_all;
	write_dump(f);
	claim.all = true;
	f->all_result = -EBADMSG;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EBADMSG);
	/* what is wrong already is not read any further */
	f->check_result = -EBADMSG;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EBADMSG);
	assert_int_equal(f->all_calls, 1);
	f->check_result = 0;
	/* nothing to compare with costs no dump */
	f->all_result = -EOPNOTSUPP;
	assert_int_equal(target_commit(&f->t, &claim, &r), 0);
	assert_int_equal(f->all_calls, 2);
	claim.all = false;
	assert_int_equal(target_close(&f->t), 0);
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	assert_int_equal(target_confirm(&f->t, "host-1", &claim, &r), 0);
	assert_int_equal(f->all_calls, 2);
}

/* A target that may have lost what it took: only the whole file, compared, makes a receipt. */
static void test_a_target_that_may_have_lost_something(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};

	write_dump(f);
	f->t.reread = true;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EIO);
	assert_non_null(strstr(f->t.why, "no digest"));
	claim.check_all = check_all;
	f->all_result = -EOPNOTSUPP;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EIO);
	f->all_result = -EBADMSG;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EBADMSG);
	assert_int_equal(r.dump_id, 0);
	assert_null(scratch_text(&f->s, "/var/crash/host-1/vmcore"));
	f->all_result = 0;
	assert_int_equal(target_commit(&f->t, &claim, &r), 0);
	assert_int_equal(r.dump_id, 42);
	assert_int_equal(f->all_calls, 3);
}

static void test_no_receipt_without_identity(void **state)
{
	struct dump_claim claim = claim_of(*state);

	claim.dump_id = 0;
	refuse(*state, &claim, -EINVAL);
}

static void test_a_finished_name_is_never_replaced(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};

	write_dump(f);
	scratch_file(&f->s, "/var/crash/host-1/vmcore", "precious");
	assert_int_equal(target_commit(&f->t, &claim, &r), -EEXIST);
	assert_int_equal(r.dump_id, 0);
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/vmcore"), "precious");
}

static void test_no_finished_name_when_the_names_are_not_durable(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};

	write_dump(f);
	/* fsync of the directory fails from here on */
	assert_int_equal(close(f->t.base_fd), 0);
	f->t.base_fd = -1;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EBADF);
	assert_int_equal(r.dump_id, 0);
	assert_null(scratch_text(&f->s, "/var/crash/host-1/vmcore"));
}

/* Somebody unlinked what was written, and put something else in its place. */
static void test_no_receipt_for_a_name_that_was_replaced(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};

	write_dump(f);
	assert_int_equal(unlinkat(f->t.dir_fd, DUMP_INCOMPLETE, 0), 0);
	scratch_file(&f->s, "/var/crash/host-1/vmcore.incomplete", "hello half");
	assert_int_equal(target_commit(&f->t, &claim, &r), -ESTALE);
	assert_int_equal(r.dump_id, 0);
	assert_null(scratch_text(&f->s, "/var/crash/host-1/vmcore"));
	assert_non_null(strstr(f->t.why, "replaced by somebody"));
}

static void test_a_directory_is_one_captures_own(void **state)
{
	struct fixture *f = *state;
	struct target other;

	write_dump(f);
	assert_int_equal(target_open(&other, &f->url, &f->env), 0);
	assert_int_equal(other.ops->begin(&other, "host-1"), -EEXIST);
	assert_int_equal(target_close(&f->t), 0);
	assert_int_equal(other.ops->begin(&other, "host-1"), 0);
	assert_int_equal(target_close(&other), 0);
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
}

static void test_no_receipt_for_a_place_in_memory(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};

	write_dump(f);
	f->t.in_memory = true;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EROFS);
	assert_int_equal(r.dump_id, 0);
	assert_null(scratch_text(&f->s, "/var/crash/host-1/vmcore"));
	/* nothing will be released for a core given by hand */
	claim.rehearsal = true;
	assert_int_equal(target_commit(&f->t, &claim, &r), 0);
}

/* On the machine itself; /dev/shm is in memory wherever Linux runs. */
static void test_a_place_in_memory_is_seen(void **state)
{
	struct root real;
	struct target_env env = {.root = &real};
	struct target t;
	struct url url;
	const char *why;

	(void)state;
	assert_int_equal(root_init(NULL, &real), 0);
	assert_int_equal(url_parse("file:///dev/shm/fadump-ng-test", &url, &why), 0);
	assert_int_equal(target_open(&t, &url, &env), 0);
	assert_true(t.in_memory);
	assert_int_equal(target_close(&t), 0);
	assert_int_equal(rmdir("/dev/shm/fadump-ng-test"), 0);
	url_deinit(&url);
	root_deinit(&real);
}

/* Another one may be in its place when it is opened: here it is not of the user that the probe was.
 */
static void test_begin_looks_at_the_directory_it_made(void **state)
{
	struct fixture *f = *state;

	f->t.owner = geteuid() + 1;
	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), -EEXIST);
	assert_string_equal(f->t.dir, "");
	f->t.owner = geteuid();
	assert_int_equal(f->t.ops->begin(&f->t, "host-2"), 0);
}

static void test_begin_refuses_a_directory_with_a_dump(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, "/var/crash/host-1/vmcore", "precious");
	assert_int_equal(fchmodat(f->s.root.fd, "var/crash/host-1", 0700, 0), 0);
	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), -EEXIST);
	assert_string_equal(f->t.dir, "");
}

static void test_begin_refuses_planted_names(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(symlinkat("/tmp", f->t.base_fd, "link"), 0);
	assert_int_equal(f->t.ops->begin(&f->t, "link"), -EEXIST);
	scratch_file(&f->s, "/var/crash/file", "x");
	assert_int_equal(f->t.ops->begin(&f->t, "file"), -EEXIST);
	assert_int_equal(mkdirat(f->t.base_fd, "open", 0777), 0);
	assert_int_equal(fchmodat(f->t.base_fd, "open", 0777, 0), 0);
	assert_int_equal(f->t.ops->begin(&f->t, "open"), -EEXIST);
}

static void test_begin_takes_an_earlier_attempt_up_again(void **state)
{
	struct fixture *f = *state;

	write_dump(f);
	assert_int_equal(target_close(&f->t), 0);
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	write_dump(f);
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/vmcore.incomplete"),
			    "hello world");
}

static int flush_error;

static int flush_fails(struct target *t)
{
	(void)t;
	return flush_error;
}

static void test_what_was_written_is_called_unproved_until_it_is_not(void **state)
{
	struct fixture *f = *state;
	struct target_ops ops = *f->t.ops;
	const struct target_ops *own = f->t.ops;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};
	uint64_t bytes;

	ops.flush = flush_fails;
	f->t.ops = &ops;
	write_dump(f);
	assert_int_equal(f->t.ops->earlier(&f->t, false, &bytes), -ENOENT);
	flush_error = -EIO;
	assert_int_equal(target_commit(&f->t, &claim, &r), -EIO);
	assert_true(f->t.unproved);
	assert_string_equal(target_file(&f->t), "vmcore.unproved");
	assert_int_equal(f->t.ops->abandon(&f->t, ""), 0);
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/vmcore.unproved"),
			    "hello world");
	/* A full disk is no silence. */
	assert_int_equal(f->t.ops->create(&f->t, DUMP_INCOMPLETE), 0);
	f->t.arrived = f->t.unproved = false;
	flush_error = -ENOSPC;
	assert_int_equal(target_commit(&f->t, &claim, &r), -ENOSPC);
	assert_false(f->t.unproved);
	/* That of before stays, and its name with it. */
	assert_string_equal(target_file(&f->t), "vmcore.incomplete");
	assert_int_equal(f->t.ops->abandon(&f->t, target_file(&f->t)), 0);
	assert_int_equal(f->t.ops->earlier(&f->t, false, &bytes), 0);
	assert_true(bytes > 0);
	f->t.ops = own;
	assert_int_equal(f->t.ops->create(&f->t, DUMP_INCOMPLETE), 0);
	assert_int_equal(f->t.ops->write(&f->t, "hello world", 11, 0), 0);
	assert_int_equal(target_commit(&f->t, &claim, &r), 0);
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/vmcore"), "hello world");
	assert_int_equal(f->t.ops->earlier(&f->t, true, &bytes), 0);
	assert_int_equal(f->t.ops->earlier(&f->t, true, &bytes), -ENOENT);
	assert_false(root_exists(&f->s.root, "/var/crash/host-1/vmcore.unproved"));
}

static void test_abandon_leaves_nothing_but_what_was_saved(void **state)
{
	struct fixture *f = *state;

	write_dump(f);
	assert_int_equal(f->t.ops->abandon(&f->t, DUMP_INCOMPLETE), 0);
	assert_false(root_exists(&f->s.root, "/var/crash/host-1"));
	assert_string_equal(f->t.dir, "");

	write_dump(f);
	assert_int_equal(target_put(&f->t, "vmcore-dmesg.txt", "log", 3), 0);
	assert_int_equal(f->t.ops->abandon(&f->t, DUMP_INCOMPLETE), 0);
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/vmcore-dmesg.txt"), "log");
	assert_false(root_exists(&f->s.root, "/var/crash/host-1/vmcore.incomplete"));
}

static void test_confirm(void **state)
{
	struct fixture *f = *state;
	struct dump_claim claim = claim_of(f);
	struct receipt r = {0};

	write_dump(f);
	assert_int_equal(target_commit(&f->t, &claim, &r), 0);
	assert_int_equal(target_close(&f->t), 0);
	r = (struct receipt){0};
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	assert_int_equal(target_confirm(&f->t, "host-1", &claim, &r), 0);
	assert_int_equal(r.dump_id, 42);
	assert_int_equal(target_close(&f->t), 0);

	/* a byte less, and it is not the dump that was saved */
	r = (struct receipt){0};
	scratch_file(&f->s, "/var/crash/host-1/vmcore", "hello worl");
	assert_int_equal(target_open(&f->t, &f->url, &f->env), 0);
	assert_int_equal(target_confirm(&f->t, "host-1", &claim, &r), -EIO);
	assert_int_equal(target_close(&f->t), 0);
	assert_int_equal(target_open_existing(&f->t, &f->url, &f->env), 0);
	assert_int_equal(target_confirm(&f->t, "host-2", &claim, &r), -ENOENT);
	assert_int_equal(target_confirm(&f->t, "../crash/host-1", &claim, &r), -EINVAL);
	assert_int_equal(target_confirm(&f->t, "", &claim, &r), -EINVAL);
	assert_int_equal(r.dump_id, 0);
	assert_int_equal(target_close(&f->t), 0);

	/* nor is a FIFO, which would be waited for */
	assert_int_equal(target_open_existing(&f->t, &f->url, &f->env), 0);
	assert_int_equal(unlinkat(f->t.base_fd, "host-1/vmcore", 0), 0);
	assert_int_equal(mkfifoat(f->t.base_fd, "host-1/vmcore", 0600), 0);
	assert_int_equal(target_confirm(&f->t, "host-1", &claim, &r), -EINVAL);
	assert_int_equal(r.dump_id, 0);
}

static void test_opening_to_confirm_makes_nothing(void **state)
{
	struct fixture *f = *state;
	struct target t;
	struct url url;
	const char *why;

	assert_int_equal(url_parse("file:///not/there", &url, &why), 0);
	assert_int_equal(target_open_existing(&t, &url, &f->env), -ENOENT);
	assert_false(root_exists(&f->s.root, "/not"));
	url_deinit(&url);
}

static void test_put_replaces_whole(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->t.ops->begin(&f->t, "host-1"), 0);
	assert_int_equal(target_put(&f->t, "manifest.json", "a longer first one", 18), 0);
	assert_int_equal(target_put(&f->t, "manifest.json", "short", 5), 0);
	assert_string_equal(scratch_text(&f->s, "/var/crash/host-1/manifest.json"), "short");
	assert_false(root_exists(&f->s.root, "/var/crash/host-1/manifest.json.incomplete"));
}

static void test_nfs_is_mounted_with_bounded_waits(void **state)
{
	static const struct {
		const char *url, *options, *source;
	} cases[] = {
		{"nfs://h/x", "vers=4,proto=tcp", "h:/x"},
		{"nfs://h:2050/x?vers=4.2&sec=krb5", "vers=4.2,proto=tcp,port=2050,sec=krb5",
		 "h:/x"},
		{"nfs://h/x?vers=3&mountport=20048",
		 "vers=3,proto=tcp,nolock,mountproto=tcp,mountport=20048", "h:/x"},
		{"nfs://[fec0::2]/x?proto=tcp", "vers=4,proto=tcp6", "[fec0::2]:/x"},
		{"nfs://h/x?proto=rdma", "vers=4,proto=rdma", "h:/x"},
	};
	static const char bounded[] = "rw,nodev,nosuid,noexec,soft,timeo=150,retrans=2,retry=0,";
	char text[300];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why;
		struct url url;

		assert_int_equal(url_parse(cases[i].url, &url, &why), 0);
		assert_int_equal(nfs_options(&url, text, sizeof(text)), 0);
		assert_memory_equal(text, bounded, strlen(bounded));
		assert_string_equal(text + strlen(bounded), cases[i].options);
		assert_int_equal(nfs_options(&url, text, 60), -ENAMETOOLONG);
		assert_int_equal(nfs_source(&url, text, sizeof(text)), 0);
		assert_string_equal(text, cases[i].source);
		url_deinit(&url);
	}
}

static void test_nfs_is_for_the_real_machine(void **state)
{
	struct fixture *f = *state;
	struct target t;
	struct url url;
	const char *why;

	assert_int_equal(url_parse("nfs://server/export", &url, &why), 0);
	assert_int_equal(target_open(&t, &url, &f->env), -ENOTSUP);
	assert_non_null(strstr(t.why, "--root"));
	url_deinit(&url);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_commit_earns_a_receipt),
		test(test_no_receipt_without_the_end),
		test(test_no_receipt_for_another_size),
		test(test_no_receipt_for_a_bad_structure),
		test(test_the_whole_file_is_checked_when_asked_for),
		test(test_a_target_that_may_have_lost_something),
		test(test_no_receipt_without_identity),
		test(test_a_finished_name_is_never_replaced),
		test(test_no_finished_name_when_the_names_are_not_durable),
		test(test_no_receipt_for_a_name_that_was_replaced),
		test(test_a_directory_is_one_captures_own),
		test(test_no_receipt_for_a_place_in_memory),
		test(test_a_place_in_memory_is_seen),
		test(test_begin_looks_at_the_directory_it_made),
		test(test_opening_to_confirm_makes_nothing),
		test(test_begin_refuses_a_directory_with_a_dump),
		test(test_begin_refuses_planted_names),
		cmocka_unit_test_setup_teardown(
			test_what_was_written_is_called_unproved_until_it_is_not, setup, teardown),
		test(test_begin_takes_an_earlier_attempt_up_again),
		test(test_abandon_leaves_nothing_but_what_was_saved),
		test(test_confirm),
		test(test_put_replaces_whole),
		test(test_nfs_is_mounted_with_bounded_waits),
		test(test_nfs_is_for_the_real_machine),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
