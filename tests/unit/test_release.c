// SPDX-License-Identifier: GPL-2.0-or-later
/* When is release_mem written, and when never. The files are plain ones beneath a root prefix. */
#include "unit.h"

#include "run/identity.h"
#include "run/record.h"
#include "run/register.h"
#include "run/release.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYS "/sys/kernel/fadump/"

struct fixture {
	struct scratch s;
	struct log log;
	struct receipt receipt;
	enum header_page fate;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->s);
	log_init(&f->log, LOG_LEVEL_ERROR);
	scratch_file(&f->s, SYS "enabled", "1\n");
	scratch_file(&f->s, SYS "registered", "0\n");
	scratch_file(&f->s, SYS "mem_reserved", "1048576\n");
	scratch_file(&f->s, SYS "release_mem", "-");
	scratch_file(&f->s, "/proc/vmcore", "the notes of this crash");
	scratch_file(&f->s, "/proc/meminfo", "MemTotal: 486000 kB\n");
	if (identity_active(&f->s.root, &f->receipt.dump_id) < 0)
		return -1;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	log_deinit(&f->log);
	scratch_deinit(&f->s);
	free(f);
	return 0;
}

static bool written(struct fixture *f)
{
	return strcmp(scratch_text(&f->s, SYS "release_mem"), "-") != 0;
}

/* A plain file does not make /proc/vmcore go away: the write is seen, and found not to have worked.
 */
static void test_a_release_that_did_not_happen_is_a_failure(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_UNCLEAR);
	assert_string_equal(scratch_text(&f->s, SYS "release_mem"), "1");
	assert_non_null(strstr(f->log.kept, "still there"));
	/* and it is never written again in this boot, force or not */
	scratch_file(&f->s, SYS "release_mem", "-");
	assert_int_equal(record_released(&f->s.root, RELEASE_UNCLEAR, f->fate), 0);
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_REFUSED);
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_REFUSED);
	assert_false(written(f));
}

static void test_another_dumps_receipt_is_refused(void **state)
{
	struct fixture *f = *state;

	f->receipt.dump_id ^= 1;
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_REFUSED);
	assert_false(written(f));
	f->receipt.dump_id = 0;
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_REFUSED);
	assert_false(written(f));
}

/* The policy that the configuration has, and no other; the log of this dump, and no other. */
static void test_a_policy_must_be_in_force(void **state)
{
	struct fixture *f = *state;
	struct config config;
	struct log_receipt none = {.dump_id = f->receipt.dump_id, .size = 7}, r = none;

	r.policy = RELEASE_POLICY_RATE_LIMIT;
	assert_int_equal(config_init(&config), 0);
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_REFUSED);
	config.rate_limit = (struct config_rate){.crashes = 3, .window_ms = 3600000};
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &none, &f->fate),
			 RELEASE_REFUSED);
	r.size = 0;
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_REFUSED);
	r.size = 7;
	r.dump_id ^= 1;
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_REFUSED);
	r.dump_id = 0;
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_REFUSED);
	assert_false(written(f));
	r.dump_id = f->receipt.dump_id;
	/* As far as a tree of files goes. */
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_UNCLEAR);
	assert_string_equal(scratch_text(&f->s, SYS "release_mem"), "1");
	assert_non_null(strstr(f->log.kept, "without a dump, as rate-limit says"));
	config_deinit(&config);
}

/* The deadline's is in force only with both keys. */
static void test_a_log_for_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct log_receipt r = {
		.policy = RELEASE_POLICY_DEADLINE, .size = 7, .dump_id = f->receipt.dump_id};
	struct config config;

	assert_int_equal(config_init(&config), 0);
	config.rate_limit = (struct config_rate){.crashes = 3, .window_ms = 3600000};
	config.deadline_ms = 1000;
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_REFUSED);
	config.deadline_ms = 0;
	config.on_deadline = CONFIG_DEADLINE_LOG;
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_REFUSED);
	assert_false(written(f));
	config.deadline_ms = 1000;
	assert_int_equal(release_by_policy(&f->s.root, &f->log, &config, &r, &f->fate),
			 RELEASE_UNCLEAR);
	assert_non_null(strstr(f->log.kept, "without a dump, as deadline says"));
	config_deinit(&config);
}

static void test_fadump_off_is_refused_force_or_not(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, SYS "enabled", "0\n");
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_REFUSED);
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_REFUSED);
	assert_false(written(f));
	assert_non_null(strstr(f->log.kept, "memory that is in use"));
}

static void test_an_unreadable_enabled_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(unlinkat(f->s.root.fd, "sys/kernel/fadump/enabled", 0), 0);
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_REFUSED);
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_REFUSED);
	assert_false(written(f));
}

static void test_nothing_to_release(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, SYS "registered", "1\n");
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_NOT_NEEDED);
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_NOT_NEEDED);
	assert_false(written(f));
	assert_int_equal(unlinkat(f->s.root.fd, "sys/kernel/fadump/release_mem", 0), 0);
	scratch_file(&f->s, SYS "registered", "0\n");
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_NOT_NEEDED);
}

static void test_no_vmcore_no_release(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(unlinkat(f->s.root.fd, "proc/vmcore", 0), 0);
	assert_int_equal(release_memory(&f->s.root, &f->log, &f->receipt, &f->fate),
			 RELEASE_REFUSED);
	assert_false(written(f));
	/* a person may: the memory is reserved and there is nothing to save */
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_DONE);
	assert_true(written(f));
}

/* Without /proc/vmcore the memory may have been given back already: a second write would free what
 * is in use by then. */
static void test_what_was_given_back_is_not_given_back_again(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(unlinkat(f->s.root.fd, "proc/vmcore", 0), 0);
	assert_int_equal(record_released(&f->s.root, RELEASE_DONE, HEADER_PAGE_SAFE), 0);
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_NOT_NEEDED);
	assert_int_equal(unlinkat(f->s.root.fd, "run/fadump-ng/record.json", 0), 0);
	/* by hand, so that only the kernel's log tells */
	scratch_file(&f->s, "/dev/kmsg",
		     "30,1,1,-;systemd[1]: Running in initrd.\n"
		     "6,2,2,-;fadump: freeing reserved memory (0x20000000 - 0x80000000)\n");
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_NOT_NEEDED);
	/* state A: the kernel itself */
	scratch_file(&f->s, "/dev/kmsg",
		     "3,1,1,-;fadump: Old magic number, can't process the dump.\n"
		     "6,2,2,-;fadump: freeing reserved memory (0x20000000 - 0x80000000)\n"
		     "30,3,3,-;systemd[1]: Running in initrd.\n");
	assert_int_equal(release_forced(&f->s.root, &f->log, &f->fate), RELEASE_NOT_NEEDED);
	assert_false(written(f));
}

static void test_a_header_page_that_somebody_has_is_not_written_to(void **state)
{
	const enum header_page lost = HEADER_PAGE_LOST, exposed = HEADER_PAGE_EXPOSED;
	struct fixture *f = *state;

	assert_int_equal(register_for_crash(&f->s.root, &f->log, &lost), -EBUSY);
	assert_string_equal(scratch_text(&f->s, SYS "registered"), "0\n");
	assert_int_equal(register_for_crash(&f->s.root, &f->log, &exposed), 0);
	assert_string_equal(scratch_text(&f->s, SYS "registered"), "1\n");
}

static void test_register_asks_for_the_state_first(void **state)
{
	struct fixture *f = *state;

	/* As from 6.10 on: the area ends in the middle of a page. */
	scratch_file(&f->s, SYS "mem_reserved", "805372336\n");
	assert_int_equal(register_for_crash(&f->s.root, &f->log, NULL), REGISTER_LEFT);
	assert_string_equal(scratch_text(&f->s, SYS "registered"), "0\n");
	assert_non_null(strstr(f->log.kept, "not ready for the next crash: A dump is active"));
	assert_null(strstr(f->log.kept, "reboot to be ready"));
	assert_int_equal(unregister(&f->s.root, &f->log), REGISTER_LEFT);
}

/* The kernel's log has forgotten; the record has not. */
static void test_register_believes_the_record(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, SYS "mem_reserved", "805372336\n");
	assert_int_equal(unlinkat(f->s.root.fd, "proc/vmcore", 0), 0);
	assert_int_equal(record_released(&f->s.root, RELEASE_DONE, HEADER_PAGE_EXPOSED), 0);
	assert_int_equal(register_for_crash(&f->s.root, &f->log, NULL), -EBUSY);
	assert_non_null(strstr(f->log.kept, "registering would overwrite memory in use; no dump is "
					    "in memory: reboot to be ready"));
	assert_int_equal(record_released(&f->s.root, RELEASE_DONE, HEADER_PAGE_TAKEN), 0);
	assert_int_equal(register_for_crash(&f->s.root, &f->log, NULL), 0);
	assert_string_equal(scratch_text(&f->s, SYS "registered"), "1\n");
	assert_int_equal(unregister(&f->s.root, &f->log), 0);
	assert_int_equal(register_for_crash(&f->s.root, &f->log, NULL), 0);
}

static void test_register_reads_back(void **state)
{
	struct fixture *f = *state;

	/* As after a release. */
	assert_int_equal(unlinkat(f->s.root.fd, "proc/vmcore", 0), 0);
	assert_int_equal(record_released(&f->s.root, RELEASE_DONE, HEADER_PAGE_SAFE), 0);
	assert_int_equal(register_for_crash(&f->s.root, &f->log, NULL), 0);
	assert_string_equal(scratch_text(&f->s, SYS "registered"), "1\n");
	assert_int_equal(unregister(&f->s.root, &f->log), 0);
	assert_string_equal(scratch_text(&f->s, SYS "registered"), "0\n");
}

static void test_register_says_what_is_wrong(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, SYS "enabled", "0\n");
	assert_true(register_for_crash(&f->s.root, &f->log, NULL) < 0);
	assert_non_null(strstr(f->log.kept, "boot has fadump off: the dump is lost"));
	assert_string_equal(scratch_text(&f->s, SYS "registered"), "0\n");
}

static void test_names(void **state)
{
	struct fixture *f = *state;
	struct vmcore core = {.info.crash_time = 1769903999};
	char name[256];

	scratch_file(&f->s, "/etc/hostname", "p9/../x.example.org\n");
	identity_name(&f->s.root, CONFIG_NAMING_DEFAULT, &core, 0xabcd1234beefULL, name,
		      sizeof(name));
	assert_string_equal(name, "p9_-20260131T235959Z-beef");
	scratch_file(&f->s, "/etc/hostname", "power1\n");
	identity_name(&f->s.root, CONFIG_NAMING_RHEL, &core, 1, name, sizeof(name));
	assert_string_equal(name, "power1-2026-01-31-23:59:59");
	identity_name(&f->s.root, CONFIG_NAMING_SUSE, &core, 1, name, sizeof(name));
	assert_string_equal(name, "2026-01-31-23-59");
	scratch_file(&f->s, "/etc/hostname", "");
	identity_name(&f->s.root, CONFIG_NAMING_DEFAULT, &core, 1, name, sizeof(name));
	assert_string_equal(name, "localhost-20260131T235959Z-0001");
}

static void test_identity_is_of_the_notes(void **state)
{
	struct fixture *f = *state;
	uint64_t again = 0;

	assert_int_equal(identity_active(&f->s.root, &again), 0);
	assert_true(again == f->receipt.dump_id);
	scratch_file(&f->s, "/proc/vmcore", "the notes of that crash");
	assert_int_equal(identity_active(&f->s.root, &again), 0);
	assert_true(again != f->receipt.dump_id);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_a_release_that_did_not_happen_is_a_failure),
		test(test_another_dumps_receipt_is_refused),
		test(test_a_policy_must_be_in_force),
		test(test_a_log_for_the_deadline),
		test(test_fadump_off_is_refused_force_or_not),
		test(test_an_unreadable_enabled_is_refused),
		test(test_nothing_to_release),
		test(test_no_vmcore_no_release),
		test(test_what_was_given_back_is_not_given_back_again),
		test(test_a_header_page_that_somebody_has_is_not_written_to),
		test(test_register_asks_for_the_state_first),
		test(test_register_believes_the_record),
		test(test_register_reads_back),
		test(test_register_says_what_is_wrong),
		test(test_names),
		test(test_identity_is_of_the_notes),
	};

	return cmocka_run_group_tests_name("release", tests, NULL, NULL);
}
