// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of the last capture: what is written is what is read, and rubbish is not believed. */
#include "unit.h"

#include "run/record.h"
#include "scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	struct scratch s;
	struct config config;
	struct run_options options;
	struct run run;
	struct record back;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->s);
	f->run.root = &f->s.root;
	f->run.config = &f->config;
	f->run.options = &f->options;
	f->config.verify = CONFIG_VERIFY_STRUCTURE;
	f->run.dump_id = 0xfedcba9876543210ULL;
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

static void earn_receipt(struct fixture *f)
{
	f->run.have_receipt = true;
	f->run.receipt.size = 123456789;
	f->run.receipt.dump_id = f->run.dump_id;
	(void)strcpy(f->run.receipt.target, "file:///var/crash");
	(void)strcpy(f->run.receipt.dir, "lab-20260131T235959Z-3210");
}

static void save_digest(struct fixture *f, const char *digest)
{
	(void)strcpy(f->run.saved[3].target, f->run.receipt.target);
	(void)strcpy(f->run.saved[3].dir, f->run.receipt.dir);
	(void)strcpy(f->run.saved[3].digest, digest);
}

static void test_a_saved_dump(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	earn_receipt(f);
	save_digest(f, "sha256:a5a5a5");
	f->run.released = true;
	f->run.header_page = HEADER_PAGE_EXPOSED;
	assert_int_equal(record_write(&f->run, RUN_CAPTURED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.dump_id == f->run.dump_id);
	assert_string_equal(f->back.outcome, "captured");
	assert_string_equal(f->back.target, "file:///var/crash");
	assert_string_equal(f->back.dir, "lab-20260131T235959Z-3210");
	assert_true(f->back.size == 123456789);
	assert_true(f->back.released);
	assert_true(f->back.header_exposed);
	assert_string_equal(f->back.header_page, "exposed");
	assert_false(f->back.verify_none);
	assert_false(f->back.verify_full);
	assert_string_equal(f->back.digest, "sha256:a5a5a5");
	assert_string_equal(f->back.saved[3].digest, "sha256:a5a5a5");
	assert_int_equal(root_stat(&f->s.root, RECORD_PATH, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_false(root_exists(&f->s.root, RECORD_DIR "/record.json.incomplete"));
}

static void test_a_log_alone(void **state)
{
	struct fixture *f = *state;

	f->run.have_log_receipt = true;
	f->run.log_receipt.policy = RELEASE_POLICY_RATE_LIMIT;
	(void)strcpy(f->run.log_receipt.target, "file:///var/crash");
	(void)strcpy(f->run.log_receipt.dir, "lab-1");
	f->run.released = true;
	assert_int_equal(record_write(&f->run, RUN_CAPTURED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_string_equal(f->back.outcome, "limited");
	assert_string_equal(f->back.policy, "rate-limit");
	assert_string_equal(f->back.log_target, "file:///var/crash");
	assert_string_equal(f->back.log_dir, "lab-1");
	/* It is no dump that could be released for again. */
	assert_string_equal(f->back.target, "");
	assert_true(f->back.released);
}

static void test_a_failure(void **state)
{
	struct fixture *f = *state;

	f->run.n_attempts = 2;
	f->run.attempts[1].err = -ENOSPC;
	(void)strcpy(f->run.attempts[1].reason, "no room \"at all\"");
	assert_int_equal(record_write(&f->run, RUN_FAILED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_string_equal(f->back.outcome, "failed");
	assert_string_equal(f->back.target, "");
	assert_string_equal(f->back.reason, "no room \"at all\"");
	assert_false(f->back.released);
	assert_false(f->back.header_exposed);
}

/* Tried again and failed: where the dump lies is still known. */
static void test_a_saved_dump_is_not_forgotten(void **state)
{
	struct fixture *f = *state;

	earn_receipt(f);
	save_digest(f, "sha256:0000");
	f->options.no_release = true;
	f->config.verify = CONFIG_VERIFY_FULL;
	assert_int_equal(record_write(&f->run, RUN_CAPTURED), 0);
	f->options.no_release = false;
	f->run.have_receipt = false;
	f->run.receipt = (struct receipt){0};
	f->run.least_bytes = 1000;
	f->config.verify = CONFIG_VERIFY_NONE;
	memset(f->run.saved, 0, sizeof(f->run.saved));
	assert_int_equal(record_write(&f->run, RUN_FAILED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_string_equal(f->back.outcome, "failed");
	assert_string_equal(f->back.dir, "lab-20260131T235959Z-3210");
	assert_true(f->back.size == 123456789);
	assert_false(f->back.verify_none);
	assert_true(f->back.verify_full);
	assert_string_equal(f->back.digest, "sha256:0000");
	assert_true(f->back.least_bytes == 1000);
	/* so is that a person wants the memory kept */
	assert_true(f->back.kept);

	/* with other settings the dump has another size */
	f->run.least_bytes = 0;
	(void)strcpy(f->run.least_how, "31 lzo ");
	assert_int_equal(record_write(&f->run, RUN_FAILED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.least_bytes == 0);

	/* of another crash nothing is known */
	f->run.dump_id ^= 1;
	f->run.least_bytes = 0;
	assert_int_equal(record_write(&f->run, RUN_FAILED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_string_equal(f->back.dir, "");
	assert_true(f->back.least_bytes == 0);
}

static void test_an_unclear_release_stays_on_record(void **state)
{
	struct fixture *f = *state;

	earn_receipt(f);
	f->run.release_unclear = true;
	assert_int_equal(record_write(&f->run, RUN_NOT_GIVEN), 0);
	f->run.release_unclear = false;
	assert_int_equal(record_write(&f->run, RUN_FAILED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.release_unclear);
}

static void test_a_release_by_hand_is_added(void **state)
{
	struct fixture *f = *state;

	earn_receipt(f);
	assert_int_equal(record_write(&f->run, RUN_NOT_GIVEN), 0);
	assert_int_equal(record_released(&f->s.root, RELEASE_DONE, HEADER_PAGE_TAKEN), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.released);
	assert_false(f->back.header_exposed);
	assert_string_equal(f->back.dir, "lab-20260131T235959Z-3210");
}

static void test_a_release_without_a_capture(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(record_read(&f->s.root, &f->back), -ENOENT);
	assert_int_equal(record_released(&f->s.root, RELEASE_DONE, HEADER_PAGE_EXPOSED), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.dump_id == 0);
	assert_true(f->back.header_exposed);
}

/* One boot has one release_mem: by hand, when no capture had looked at the dump yet, counts as
 * well. */
static void test_an_unclear_release_before_any_capture_stays_on_record(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(record_released(&f->s.root, RELEASE_UNCLEAR, HEADER_PAGE_SAFE), 0);
	earn_receipt(f);
	assert_int_equal(record_write(&f->run, RUN_NOT_GIVEN), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.dump_id == f->run.dump_id);
	assert_true(f->back.release_unclear);
	assert_false(f->back.released);

	/* nor is a memory that was given back ever not so again */
	assert_int_equal(unlinkat(f->s.root.fd, "run/fadump-ng/record.json", 0), 0);
	assert_int_equal(record_released(&f->s.root, RELEASE_DONE, HEADER_PAGE_EXPOSED), 0);
	assert_int_equal(record_write(&f->run, RUN_NOT_GIVEN), 0);
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.released);
	assert_true(f->back.header_exposed);
}

static void test_rubbish_is_not_a_record(void **state)
{
	static const char *const rubbish[] = {"", "{", "[]", "3", "\"captured\"", "{\"dump_id\":"};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
		scratch_file(&f->s, RECORD_PATH, rubbish[i]);
		assert_int_equal(record_read(&f->s.root, &f->back), -EINVAL);
	}
	/* values of other types count as unsaid */
	scratch_file(&f->s, RECORD_PATH,
		     "{\"dump_id\":7,\"outcome\":[],\"target\":{},\"released\":\"\"}");
	assert_int_equal(record_read(&f->s.root, &f->back), 0);
	assert_true(f->back.dump_id == 0);
	assert_string_equal(f->back.target, "");
	assert_false(f->back.released);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_a_saved_dump),
		test(test_a_log_alone),
		test(test_a_failure),
		test(test_a_saved_dump_is_not_forgotten),
		test(test_an_unclear_release_stays_on_record),
		test(test_a_release_by_hand_is_added),
		test(test_a_release_without_a_capture),
		test(test_an_unclear_release_before_any_capture_stays_on_record),
		test(test_rubbish_is_not_a_record),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
