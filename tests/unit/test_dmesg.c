// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dmesg.h"

#include "base/clock.h"
#include "given_clock.h"
#include "stub.h"
#include "unit.h"

#include <errno.h>

#define MDF "makedumpfile"
#define VD  "vmcore-dmesg"

/* Only its owner may read it, as with /proc/vmcore. */
static const char *core_of(const struct stubs *s)
{
	static char path[100];

	(void)snprintf(path, sizeof(path), "%s/core", s->dir);
	return path;
}

static int setup(void **state)
{
	struct stubs *s = calloc(1, sizeof(*s));

	stubs_init(s);
	stubs_data(s, "core", "a core\n", 7);
	if (chmod(core_of(s), 0400) < 0)
		return -1;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {MDF, VD, "core", NULL};

	stubs_deinit(*state, names);
	free(*state);
	return 0;
}

static int read_with(const struct stubs *s, const char *vd, const char *mdf, struct dmesg *d)
{
	if (vd)
		stubs_add(s, VD, vd);
	else
		stubs_remove(s, VD);
	if (mdf)
		stubs_add(s, MDF, mdf);
	else
		stubs_remove(s, MDF);
	return dmesg_read(core_of(s), 2000, d);
}

static void test_vmcore_dmesg(void **state)
{
	struct dmesg d;

	assert_int_equal(
		read_with(*state,
			  "[ \"$*\" = /proc/self/fd/0 ] || exit 9\n"
			  "read -r line <$1; [ \"$line\" = 'a core' ] || exit 8\n"
			  "echo '[    1.000000] one'; printf 'two\\000x\\n'\n"
			  "echo '[    2.5] Kernel panic - not syncing: sysrq triggered crash'",
			  "exit 9", &d),
		0);
	assert_string_equal(d.text,
			    "[    1.000000] one\ntwo x\n"
			    "[    2.5] Kernel panic - not syncing: sysrq triggered crash\n");
	assert_int_equal(d.len, strlen(d.text));
	assert_string_equal(d.tool, "vmcore-dmesg");
	assert_string_equal(d.panic, "Kernel panic - not syncing: sysrq triggered crash");
	assert_string_equal(d.reason, "");
	assert_false(d.truncated);
	dmesg_deinit(&d);
}

/* When a tool has said nothing for 100 ms, its time passes, but no more: the next tool has all of
 * its own. */
static void pass_where_it_sleeps(const char *script, int64_t ms)
{
	if (script && strstr(script, "sleep"))
		given_clock_run(ms, 100);
}

static void test_fallback(void **state)
{
	static const char *const broken[] = {
		"exit 1", "", "echo half; exit 1", "kill -9 $$", "echo half; sleep 60", NULL};
	/* As the real one: VMCOREINFO is copied, the core is opened by its name, and the output is
	 * a file, since it seeks in it. */
	static const char *const mdf =
		"f=$(mktemp /tmp/vmcoreinfoXXXXXX) && echo x >$f && rm $f || "
		"exit 8\n"
		"[ \"$1 $2 $3 $4 $6\" = '--message-level 4 -f --dump-dmesg "
		"/proc/self/fd/0' ] || exit 9\n"
		"read -r line <$5; [ \"$line\" = 'a core' ] || exit 7\n"
		"[ -f $6 ] || exit 6\n"
		"exec 3<>$6 && echo '[    1.0] from makedumpfile' >&3; "
		"echo chatter";
	struct dmesg d;

	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		pass_where_it_sleeps(broken[i], 2000);
		assert_int_equal(read_with(*state, broken[i], mdf, &d), 0);
		given_clock_real();
		assert_string_equal(d.text, "[    1.0] from makedumpfile\n");
		assert_string_equal(d.tool, "makedumpfile --dump-dmesg");
		assert_string_equal(d.panic, "");
		assert_string_equal(d.reason, "");
		assert_false(d.truncated);
		dmesg_deinit(&d);
	}
}

static void test_both_fail(void **state)
{
	struct dmesg d;
	int64_t start;

	assert_int_equal(read_with(*state, "echo 'no prb' >&2; exit 2", "exit 1", &d), -EIO);
	assert_string_equal(d.reason, "vmcore-dmesg exited with 2: no prb; makedumpfile "
				      "--dump-dmesg exited with 1");
	assert_null(d.text);
	dmesg_deinit(&d);
	assert_int_equal(read_with(*state, ":", "kill -11 $$", &d), -EIO);
	assert_string_equal(d.reason, "vmcore-dmesg printed nothing; makedumpfile --dump-dmesg was "
				      "killed by signal 11");
	dmesg_deinit(&d);
	pass_where_it_sleeps("exec sleep 60", 2000);
	start = clock_ms();
	assert_int_equal(read_with(*state, "exec sleep 60", "exit 1", &d), -ETIMEDOUT);
	assert_int_equal(clock_ms() - start, 2000);
	given_clock_real();
	assert_non_null(strstr(d.reason, "vmcore-dmesg took longer than 2 s"));
	dmesg_deinit(&d);
}

static void test_no_tools(void **state)
{
	const struct stubs *s = *state;
	char *path = strdup(getenv("PATH"));
	struct dmesg d;

	setenv("PATH", s->dir, 1);
	assert_int_equal(read_with(s, NULL, NULL, &d), -ENOENT);
	setenv("PATH", path, 1);
	assert_string_equal(
		d.reason, "vmcore-dmesg could not be run: No such file or directory; makedumpfile "
			  "--dump-dmesg could not be run: No such file or directory");
	dmesg_deinit(&d);
	free(path);
}

/* What reads a crashed machine's memory has nothing else in its hands. */
static void test_powers(void **state)
{
	static const char *const vd =
		"grep -E '^(Uid|Gid|Groups|CapEff|CapBnd|NoNewPrivs):' /proc/$$/status\n"
		"ulimit -v; ulimit -n; ulimit -f; ulimit -c\n"
		"head -c1 $STUBS/core >/dev/null && echo reads\n"
		"{ echo x >$STUBS/new; } 2>/dev/null && echo writes\n"
		"echo $(ls /proc/$$/fd)";
	struct dmesg d;

	assert_int_equal(read_with(*state, vd, NULL, &d), 0);
	assert_non_null(strstr(d.text, "NoNewPrivs:\t1\n"));
	assert_non_null(strstr(d.text, "\n524288\n64\n0\n0\nreads\n"));
	assert_null(strstr(d.text, "writes"));
	if (geteuid() == 0) {
		assert_non_null(strstr(d.text, "Uid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(d.text, "Gid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(d.text, "Groups:\t \n"));
		/* CAP_DAC_READ_SEARCH */
		assert_non_null(strstr(d.text, "CapEff:\t0000000000000004\n"));
	}
	dmesg_deinit(&d);
}

static void test_no_core(void **state)
{
	struct dmesg d;

	(void)state;
	assert_int_equal(dmesg_read("/nothing/there", 2000, &d), -ENOENT);
	assert_string_equal(d.reason, "/nothing/there: No such file or directory");
	dmesg_deinit(&d);
}

static void test_half_is_better_than_none(void **state)
{
	struct dmesg d;

	assert_int_equal(read_with(*state,
				   "echo '[ 1.0] Oops: Kernel access of bad area, sig: 11 [#1]'\n"
				   "exit 1",
				   "exit 1", &d),
			 0);
	assert_string_equal(d.tool, "vmcore-dmesg");
	assert_true(d.truncated);
	assert_string_equal(d.panic, "Oops: Kernel access of bad area, sig: 11 [#1]");
	assert_non_null(strstr(d.reason, "vmcore-dmesg exited with 1"));
	dmesg_deinit(&d);
}

static void test_long_log_keeps_its_end(void **state)
{
	struct dmesg d;

	assert_int_equal(read_with(*state,
				   "yes '[    1.000000] a line of the log' | head -c 12000000\n"
				   "echo; echo '[    9.0] Kernel panic - not syncing: at the end'",
				   NULL, &d),
			 0);
	assert_true(d.truncated);
	assert_true(d.len < DMESG_MAX && d.len >= DMESG_MAX / 2);
	assert_int_equal(d.len, strlen(d.text));
	assert_string_equal(d.panic, "Kernel panic - not syncing: at the end");
	assert_memory_equal(d.text, "[    1.000000] a line", 21);
	assert_string_equal(d.reason, "the log is longer than 8 MiB; its end was kept");
	dmesg_deinit(&d);
}

static void test_endless_log(void **state)
{
	struct dmesg d;
	int64_t start = clock_ms();

	stubs_add(*state, VD, "exec yes '[    1.0] again'");
	stubs_add(*state, MDF, "exit 1");
	assert_int_equal(dmesg_read(core_of(*state), 60000, &d), 0);
	assert_true(clock_ms() - start < 30000);
	assert_true(d.truncated);
	assert_true(d.len < DMESG_MAX);
	assert_non_null(strstr(d.reason, "vmcore-dmesg printed more than 64 MiB"));
	dmesg_deinit(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vmcore_dmesg),
		cmocka_unit_test(test_fallback),
		cmocka_unit_test(test_both_fail),
		cmocka_unit_test(test_no_tools),
		cmocka_unit_test(test_powers),
		cmocka_unit_test(test_no_core),
		cmocka_unit_test(test_half_is_better_than_none),
		cmocka_unit_test(test_long_log_keeps_its_end),
		cmocka_unit_test(test_endless_log),
	};

	return cmocka_run_group_tests_name("dmesg", tests, setup, teardown);
}
