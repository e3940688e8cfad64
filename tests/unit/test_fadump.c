// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "crash/fadump.h"
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put_link(const struct scratch *t, const char *path, const char *to)
{
	char full[256];

	(void)snprintf(full, sizeof(full), "%s%s", t->dir, path);
	assert_int_equal(symlink(to, full), 0);
}

static void take_away(const struct scratch *t, const char *path)
{
	char full[256];

	(void)snprintf(full, sizeof(full), "%s%s", t->dir, path);
	assert_int_equal(unlink(full), 0);
}

static int setup(void **state)
{
	static struct scratch scratch;

	scratch_init(&scratch);
	*state = &scratch;
	return 0;
}

static int teardown(void **state)
{
	scratch_deinit(*state);
	return 0;
}

static struct fadump_state read_state(struct scratch *t)
{
	struct fadump_state s;

	assert_int_equal(fadump_read(&t->root, &s), 0);
	return s;
}

static void put_pseries(struct scratch *t)
{
	scratch_file(t, "/sys/kernel/kexec_crash_loaded", "0\n");
	scratch_file(t, "/sys/firmware/devicetree/base/rtas/ibm,configure-kernel-dump", "\x01");
	scratch_file(t, "/proc/meminfo",
		     "MemTotal:        2057216 kB\nMemFree:          901120 kB\n");
	put_link(t, "/proc/device-tree", "/sys/firmware/devicetree/base");
	scratch_file(t, "/sys/kernel/fadump/enabled", "1\n");
	scratch_file(t, "/sys/kernel/fadump/registered", "1\n");
	scratch_file(t, "/sys/kernel/fadump/mem_reserved", "805372336\n");
	scratch_file(t, "/sys/kernel/fadump/hotplug_ready", "1\n");
	scratch_file(t, "/sys/kernel/fadump/bootargs_append", "nr_cpus=16 numa=off\n");
	put_link(t, "/sys/kernel/fadump_enabled", "fadump/enabled");
	put_link(t, "/sys/kernel/fadump_registered", "fadump/registered");
}

static void test_pseries_production(void **state)
{
	struct fadump_state s;

	put_pseries(*state);
	s = read_state(*state);
	assert_int_equal(s.platform, FADUMP_PLATFORM_PSERIES);
	assert_true(s.supported);
	assert_false(s.old_files);
	assert_int_equal(s.enabled, 1);
	assert_int_equal(s.registered, 1);
	assert_true(s.hotplug_ready);
	assert_false(s.release_mem);
	assert_false(s.firmware_dump);
	assert_false(s.vmcore);
	assert_int_equal(s.vmcore_size, 0);
	assert_int_equal(s.mem_reserved, 805372336);
	assert_int_equal(s.mem_total, 2057216LL * 1024);
	assert_int_equal(s.kdump_loaded, 0);
	assert_false(s.from_kexec);
	/* Where newer kernels have it; it counts. */
	scratch_file(*state, "/sys/kernel/kexec/crash_loaded", "1\n");
	scratch_file(*state, "/proc/device-tree/chosen/linux,booted-from-kexec", "");
	s = read_state(*state);
	assert_int_equal(s.kdump_loaded, 1);
	assert_true(s.from_kexec);
	assert_true(s.append_known);
	assert_string_equal(s.append, "nr_cpus=16 numa=off");
	assert_string_equal(fadump_path(&s, "registered"), "/sys/kernel/fadump/registered");
	assert_string_equal(fadump_path(&s, "nonsense"), "/sys/kernel/fadump");
}

static void test_capture(void **state)
{
	struct fadump_state s;

	put_pseries(*state);
	scratch_file(*state, "/sys/kernel/fadump/release_mem", "");
	scratch_file(*state, "/sys/kernel/fadump/registered", "0\n");
	scratch_file(*state, "/sys/firmware/devicetree/base/rtas/ibm,kernel-dump", "\x01");
	scratch_file(*state, "/proc/vmcore", "12345");
	s = read_state(*state);
	assert_true(s.release_mem);
	assert_true(s.firmware_dump);
	assert_true(s.vmcore);
	assert_int_equal(s.vmcore_size, 5);
	assert_int_equal(s.registered, 0);
}

static void test_powernv(void **state)
{
	struct scratch *t = *state;
	struct fadump_state s;

	scratch_file(t, "/proc/device-tree/ibm,opal/dump/mpipl-boot", "");
	scratch_file(t, "/sys/kernel/fadump/enabled", "0\n");
	scratch_file(t, "/sys/kernel/fadump/registered", "0\n");
	s = read_state(t);
	assert_int_equal(s.platform, FADUMP_PLATFORM_POWERNV);
	assert_true(s.firmware_dump);
	assert_true(s.supported);
	assert_int_equal(s.enabled, 0);
	assert_false(s.hotplug_ready);
	assert_false(s.append_known);
	assert_string_equal(s.append, "");
	assert_int_equal(s.mem_reserved, -1);
	assert_int_equal(s.mem_total, -1);
	assert_int_equal(s.kdump_loaded, -1);
}

static void test_old_files(void **state)
{
	struct scratch *t = *state;
	struct fadump_state s;

	scratch_file(t, "/sys/kernel/fadump_enabled", "1\n");
	scratch_file(t, "/sys/kernel/fadump_registered", "0\n");
	scratch_file(t, "/sys/kernel/fadump_release_mem", "");
	s = read_state(t);
	assert_true(s.supported);
	assert_true(s.old_files);
	assert_int_equal(s.enabled, 1);
	assert_int_equal(s.registered, 0);
	assert_true(s.release_mem);
	assert_string_equal(fadump_path(&s, "release_mem"), "/sys/kernel/fadump_release_mem");
	assert_int_equal(fadump_write_registered(&t->root, &s, true), 0);
	assert_string_equal(scratch_text(t, "/sys/kernel/fadump_registered"), "1\n");
	assert_int_equal(fadump_write_release(&t->root, &s), 0);
	assert_string_equal(scratch_text(t, "/sys/kernel/fadump_release_mem"), "1");
}

static void test_inactive(void **state)
{
	struct scratch *t = *state;
	struct fadump_state s;

	scratch_file(t, "/sys/kernel/kexec_crash_loaded", "1\n");
	s = read_state(t);
	assert_int_equal(s.platform, FADUMP_PLATFORM_NONE);
	assert_false(s.supported);
	assert_false(s.old_files);
	assert_int_equal(s.enabled, -1);
	assert_int_equal(s.registered, -1);
	assert_int_equal(s.kdump_loaded, 1);
	assert_int_equal(fadump_write_registered(&t->root, &s, true), -ENOENT);
}

static void test_no_sys(void **state)
{
	struct scratch *t = *state;
	struct fadump_state s = {.enabled = 42};

	assert_int_equal(fadump_read(&t->root, &s), -ENOENT);
	assert_int_equal(s.enabled, 42);
}

static void test_odd_values(void **state)
{
	static const struct {
		const char *text;
		int value;
	} flags[] = {{"0\n", 0},  {"1\n", 1}, {"1", 1},
		     {"2\n", -1}, {"", -1},   {"-1\n", -1},
		     {"yes", -1}, {"1x", -1}, {"99999999999999999999", -1}};
	struct scratch *t = *state;
	char big[3000];
	size_t i;

	put_pseries(t);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		scratch_file(t, "/sys/kernel/fadump/enabled", flags[i].text);
		assert_int_equal(read_state(t).enabled, flags[i].value);
	}
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	scratch_file(t, "/sys/kernel/fadump/bootargs_append", big);
	assert_int_equal(strlen(read_state(t).append),
			 sizeof(((struct fadump_state *)0)->append) - 1);
	scratch_file(t, "/proc/meminfo", "XMemTotal: 5 kB\n");
	assert_int_equal(read_state(t).mem_total, -1);
	scratch_file(t, "/proc/meminfo", "MemTotal: 99999999999999999 kB\n");
	assert_int_equal(read_state(t).mem_total, -1);
	scratch_file(t, "/proc/meminfo", "MemTotal: 5 MB\n");
	assert_int_equal(read_state(t).mem_total, -1);
}

/* With fadump off the write would free memory in use: whatever was read before, the file decides.
 */
static void test_release_needs_enabled(void **state)
{
	static const char *const refused[] = {"0\n", "", "2\n", "x\n"};
	struct scratch *t = *state;
	struct fadump_state s;
	size_t i;

	put_pseries(t);
	scratch_file(t, "/sys/kernel/fadump/release_mem", "");
	s = read_state(t);
	assert_int_equal(s.enabled, 1);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		scratch_file(t, "/sys/kernel/fadump/enabled", refused[i]);
		assert_int_equal(fadump_write_release(&t->root, &s), -EPERM);
		assert_string_equal(scratch_text(t, "/sys/kernel/fadump/release_mem"), "");
	}
	take_away(t, "/sys/kernel/fadump/enabled");
	assert_int_equal(fadump_write_release(&t->root, &s), -EPERM);
	scratch_file(t, "/sys/kernel/fadump/enabled", "1\n");
	assert_int_equal(fadump_write_release(&t->root, &s), 0);
	assert_string_equal(scratch_text(t, "/sys/kernel/fadump/release_mem"), "1");
	take_away(t, "/sys/kernel/fadump/release_mem");
	assert_int_equal(fadump_write_release(&t->root, &s), -ENOENT);
}

static void test_unregister(void **state)
{
	struct fadump_state s;

	put_pseries(*state);
	s = read_state(*state);
	assert_int_equal(fadump_write_registered(&((struct scratch *)*state)->root, &s, false), 0);
	assert_string_equal(scratch_text(*state, "/sys/kernel/fadump_registered"), "0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pseries_production, setup, teardown),
		cmocka_unit_test_setup_teardown(test_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_powernv, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_inactive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_sys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_odd_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_release_needs_enabled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unregister, setup, teardown),
	};

	return cmocka_run_group_tests_name("fadump", tests, NULL, NULL);
}
