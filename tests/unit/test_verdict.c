// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "../tools/corebuild.h"
#include "crash/verdict.h"
#include "scratch.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INIT  "6,90,90000,-;Run /init as init process\n"
#define FREED "6,95,95000,-;fadump: freeing reserved memory (0x20000000 - 0x80000000)\n"
#define MAGIC "3,50,50000,-;fadump: Old magic number, can't process the dump.\n"
#define CORE                                                                                       \
	"pagesize 4096\nnote prstatus count 2\nnote vmcoreinfo OSRELEASE=6.12.107\n"               \
	"note vmcoreinfo PAGESIZE=4096\nload paddr 0 size 0x1000 fill 1\n"

static int setup(void **state)
{
	static struct scratch scratch;

	scratch_init(&scratch);
	scratch_file(&scratch, "/sys/kernel/kexec_crash_loaded", "0\n");
	*state = &scratch;
	return 0;
}

static int teardown(void **state)
{
	scratch_deinit(*state);
	return 0;
}

static void put_fadump(struct scratch *t, const char *enabled, const char *registered, bool capture)
{
	scratch_file(t, "/sys/kernel/fadump/enabled", enabled);
	scratch_file(t, "/sys/kernel/fadump/registered", registered);
	if (capture)
		scratch_file(t, "/sys/kernel/fadump/release_mem", "");
}

static int open_file(const struct scratch *t, const char *path)
{
	int fd;

	scratch_file(t, path, "");
	fd = root_open(&t->root, path, O_RDWR | O_TRUNC, 0);
	assert_true(fd >= 0);
	return fd;
}

static void put_core(struct scratch *t, const char *text)
{
	int fd = open_file(t, "/proc/vmcore");

	core_build(text, fd);
	(void)close(fd);
}

/* Judge, and assert the kind and a piece of the summary and of the advice. The caller looks
 * further. */
static void judge(struct scratch *t, enum verdict_kind kind, const char *summary,
		  const char *advice, struct verdict *v)
{
	assert_int_equal(verdict_judge(&t->root, v), 0);
	assert_int_equal(v->kind, kind);
	if (!strstr(v->summary, summary) || !strstr(v->advice, advice))
		fail_msg("said \"%s\" \"%s\", wanted \"%s\" \"%s\"", v->summary, v->advice, summary,
			 advice);
	verdict_deinit(v);
}

static void test_none(void **state)
{
	struct verdict v;

	judge(*state, VERDICT_NONE, "No dump is active.", "", &v);
	assert_false(v.state.supported);
	put_fadump(*state, "1\n", "1\n", false);
	scratch_file(*state, "/dev/kmsg", MAGIC); /* not looked at: all is as it should be */
	judge(*state, VERDICT_NONE, "No dump is active.", "", &v);
	assert_int_equal(v.finding.meaning, KLOG_NOTHING);
	assert_string_equal(v.advice, "");
}

/* An ordinary kdump capture kernel has a /proc/vmcore, too. */
static void test_none_with_vmcore(void **state)
{
	struct verdict v;

	put_core(*state, CORE);
	judge(*state, VERDICT_NONE, "No dump is active.", "", &v);
	put_fadump(*state, "1\n", "0\n", false);
	judge(*state, VERDICT_NONE, "No dump is active.", "", &v);
}

static void test_not_armed(void **state)
{
	struct verdict v;

	put_fadump(*state, "0\n", "0\n", false);
	scratch_file(
		*state, "/dev/kmsg",
		"3,9,9,-;fadump: Can't enable fadump with boot memory size (0x20000000) less than "
		"0x30000000\n" INIT);
	judge(*state, VERDICT_NONE, "not armed: the kernel has no memory", "crashkernel=", &v);
	assert_int_equal(v.finding.meaning, KLOG_RESERVE_FAILED);
	put_fadump(*state, "1\n", "0\n", false);
	scratch_file(*state, "/dev/kmsg",
		     "3,9,9,-;rtas fadump: Failed to register. Hardware Error(-1).\n");
	judge(*state, VERDICT_NONE, "not armed: the firmware", "fadump-ng register", &v);
	assert_int_equal(v.finding.meaning, KLOG_REGISTER_FAILED);
}

static void test_dump(void **state)
{
	struct scratch *t = *state;
	struct verdict v;

	put_fadump(t, "1\n", "0\n", true);
	put_core(t, CORE);
	assert_int_equal(verdict_judge(&t->root, &v), 0);
	assert_int_equal(v.kind, VERDICT_DUMP);
	assert_int_equal(v.problem, VMCORE_OK);
	assert_int_equal(v.core.cpus, 2);
	assert_int_equal(v.core.n_segments, 1);
	assert_int_equal(v.core.memory, 0x1000);
	assert_string_equal(v.core.info.osrelease, "6.12.107");
	assert_non_null(strstr(v.advice, "fadump-ng capture"));
	verdict_deinit(&v);
	/* The other byte order and any page size are fine beneath a root prefix: it is another
	 * machine. */
	put_core(t, "endian big\n" CORE);
	judge(t, VERDICT_DUMP, "sound", "capture", &v);
	assert_true(v.core.big_endian);
	/* The flag could not be read: the dump is captured all the same, release looks again. */
	scratch_file(t, "/sys/kernel/fadump/enabled", "?\n");
	judge(t, VERDICT_DUMP, "sound", "capture", &v);
}

static void test_bad_core(void **state)
{
	struct verdict v;

	put_fadump(*state, "1\n", "0\n", true);
	put_core(*state, CORE "truncate -1\n");
	judge(*state, VERDICT_BAD_CORE, "its core is damaged", "release --force", &v);
	assert_int_equal(v.problem, VMCORE_LOAD_OUTSIDE);
	assert_int_equal(v.core.cpus, 2);
	assert_string_equal(v.core.info.osrelease, "6.12.107");
	put_core(*state, "pagesize 4096\ntruncate 0\n");
	judge(*state, VERDICT_BAD_CORE, "its core is damaged", "release --force", &v);
	assert_int_equal(v.problem, VMCORE_TRUNCATED_HEADER);
}

/* On the machine itself a core of the other byte order, or page size, is not its own. */
static void test_foreign_core(void **state)
{
	struct scratch *t = *state;
	char text[400];
	struct verdict v;

	put_fadump(t, "1\n", "0\n", true);
	put_core(t, "endian big\n" CORE);
	judge(t, VERDICT_DUMP, "its core is sound", "fadump-ng capture", &v);
	t->root.real = true;
	(void)snprintf(text, sizeof(text),
		       "endian %s\nnote prstatus count 2\nnote vmcoreinfo OSRELEASE=6.12.107\n"
		       "note vmcoreinfo PAGESIZE=%ld\nload paddr 0 size 0x10000\n",
		       __BYTE_ORDER == __BIG_ENDIAN ? "little" : "big", sysconf(_SC_PAGESIZE));
	put_core(t, text);
	judge(t, VERDICT_BAD_CORE, "its core is damaged", "release --force", &v);
	assert_int_equal(v.problem, VMCORE_WRONG_ENDIAN);
	assert_string_equal(v.core.detail, __BYTE_ORDER == __BIG_ENDIAN
						   ? "the core is little-endian"
						   : "the core is big-endian");
	(void)snprintf(text, sizeof(text),
		       "endian %s\nnote prstatus count 2\nnote vmcoreinfo OSRELEASE=6.12.107\n"
		       "note vmcoreinfo PAGESIZE=%ld\nload paddr 0 size 0x10000\n",
		       __BYTE_ORDER == __BIG_ENDIAN ? "big" : "little", 16 * sysconf(_SC_PAGESIZE));
	put_core(t, text);
	judge(t, VERDICT_BAD_CORE, "its core is damaged", "release --force", &v);
	assert_int_equal(v.problem, VMCORE_PAGE_SIZE);
	t->root.real = false;
}

static void test_state_a(void **state)
{
	struct verdict v;

	put_fadump(*state, "1\n", "0\n", true);
	scratch_file(*state, "/dev/kmsg", MAGIC FREED INIT);
	judge(*state, VERDICT_REFUSED, "the dump is lost", "same kernel", &v);
	assert_string_equal(v.finding.line, "fadump: Old magic number, can't process the dump.");
	/* Without a reason: what was let go before user space ran, the kernel let go. */
	scratch_file(*state, "/dev/kmsg", FREED INIT);
	judge(*state, VERDICT_REFUSED, "the dump is lost", "Keep the kernel log", &v);
	/* Armed again since: nothing to do, but what was lost stays known. */
	scratch_file(*state, "/dev/kmsg", MAGIC FREED INIT);
	put_fadump(*state, "1\n", "1\n", true);
	judge(*state, VERDICT_NONE, "One was lost in this boot", "same kernel", &v);
	assert_int_equal(v.finding.meaning, KLOG_REFUSED);
}

static void test_state_b(void **state)
{
	static const char said[] =
		"4,60,60000,-;vmcore: Warning: Core image elf header is not sane\n" INIT;
	char text[1000];
	struct verdict v;

	put_fadump(*state, "1\n", "0\n", true);
	scratch_file(*state, "/dev/kmsg", said);
	judge(*state, VERDICT_NO_VMCORE, "still reserved", "release --force", &v);
	assert_int_equal(v.finding.meaning, KLOG_VMCORE_FAILED);
	/* Released by hand since. */
	(void)snprintf(text, sizeof(text), "%s%s", said, FREED);
	scratch_file(*state, "/dev/kmsg", text);
	judge(*state, VERDICT_NONE, "could not offer it", "fadump-ng register", &v);
	put_fadump(*state, "1\n", "1\n", true);
	judge(*state, VERDICT_NONE, "could not offer it", "", &v);
	assert_string_equal(v.advice, "");
}

static void test_state_c(void **state)
{
	struct verdict v;

	put_fadump(*state, "0\n", "0\n", true);
	judge(*state, VERDICT_FADUMP_OFF, "fadump off", "Do not write release_mem", &v);
	/* Whatever else is there. */
	scratch_file(*state, "/dev/kmsg", MAGIC);
	put_core(*state, CORE);
	judge(*state, VERDICT_FADUMP_OFF, "fadump off", "Do not write release_mem", &v);
}

static void test_undecided(void **state)
{
	struct verdict v;

	put_fadump(*state, "1\n", "0\n", true);
	judge(*state, VERDICT_UNDECIDED, "does not say why", "fadump-ng register",
	      &v); /* no log at all */
	scratch_file(*state, "/dev/kmsg", "");
	judge(*state, VERDICT_UNDECIDED, "does not say why", "fadump-ng register", &v);
	/* A program's words decide nothing. */
	scratch_file(*state, "/dev/kmsg",
		     "12,1,1,-;fadump: Old magic number, can't process the dump.\n");
	judge(*state, VERDICT_UNDECIDED, "does not say why", "fadump-ng register", &v);
	assert_int_equal(v.finding.meaning, KLOG_NOTHING);
}

/* The device tree goes along with kexec, and with it the description of the old dump. */
static void test_kexec(void **state)
{
	struct scratch *t = *state;
	struct verdict v;

	put_fadump(t, "1\n", "0\n", true);
	scratch_file(t, "/proc/device-tree/rtas/ibm,kernel-dump", "x");
	scratch_file(t, "/proc/device-tree/chosen/linux,booted-from-kexec", "");
	put_core(t, CORE);
	judge(t, VERDICT_KEXEC, "no crash of this boot", "capture --core /proc/vmcore", &v);
	assert_int_equal(verdict_look(&t->root, &v), 0);
	assert_int_equal(v.kind, VERDICT_KEXEC);
	verdict_deinit(&v);
	assert_int_equal(unlinkat(t->root.fd, "proc/vmcore", 0), 0);
	judge(t, VERDICT_KEXEC, "no crash of this boot", "reboot through the firmware", &v);
	/* The kernel saw that it is none. */
	scratch_file(t, "/dev/kmsg", MAGIC FREED INIT);
	judge(t, VERDICT_NONE, "not registered for the next crash", "fadump-ng register", &v);
	put_fadump(t, "1\n", "1\n", true);
	judge(t, VERDICT_NONE, "No dump is active.", "", &v);
}

static void test_unsupported(void **state)
{
	struct scratch *t = *state;
	struct verdict v;

	scratch_file(t, "/proc/device-tree/ibm,opal/dump/mpipl-boot", "");
	judge(t, VERDICT_UNSUPPORTED,
	      "no fadump (CONFIG_FA_DUMP) and uses that memory: the dump is lost",
	      "Boot a kernel with CONFIG_FA_DUMP=y", &v);
	scratch_file(t, "/proc/device-tree/chosen/linux,booted-from-kexec", "");
	/* There every kernel is started by petitboot, which is one itself. */
	judge(t, VERDICT_UNSUPPORTED, "the dump is lost", "", &v);
	assert_int_equal(unlinkat(t->root.fd, "proc/device-tree/ibm,opal/dump/mpipl-boot", 0), 0);
	assert_int_equal(unlinkat(t->root.fd, "proc/device-tree/ibm,opal/dump", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(t->root.fd, "proc/device-tree/ibm,opal", AT_REMOVEDIR), 0);
	scratch_file(t, "/proc/device-tree/rtas/ibm,kernel-dump", "x");
	judge(t, VERDICT_NONE, "No dump is active.", "", &v);
}

static void test_released(void **state)
{
	struct verdict v;

	put_fadump(*state, "1\n", "1\n", true);
	scratch_file(*state, "/dev/kmsg", INIT FREED);
	judge(*state, VERDICT_NONE, "No dump is active.", "", &v);
	assert_string_equal(v.advice, "");
	put_fadump(*state, "1\n", "0\n", true);
	judge(*state, VERDICT_NONE, "it was released", "fadump-ng register", &v);
	/* Failed at first, then registered: no news. */
	put_fadump(*state, "1\n", "1\n", true);
	scratch_file(*state, "/dev/kmsg",
		     INIT FREED
		     "3,99,99000,-;rtas fadump: Failed to register. Hardware Error(-1).\n");
	judge(*state, VERDICT_NONE, "No dump is active.", "", &v);
	assert_int_equal(v.finding.meaning, KLOG_NOTHING);
}

static void test_errors(void **state)
{
	struct scratch bare;
	struct verdict v;

	scratch_init(&bare);
	assert_int_equal(verdict_judge(&bare.root, &v), -ENOENT);
	verdict_deinit(&v);
	scratch_deinit(&bare);
	/* The core is there and cannot be read. */
	put_fadump(*state, "1\n", "0\n", true);
	scratch_file(*state, "/proc/vmcore/x", "");
	assert_int_equal(verdict_judge(&((struct scratch *)*state)->root, &v), -EISDIR);
	assert_non_null(v.summary);
	verdict_deinit(&v);
}

static void test_core_by_hand(void **state)
{
	struct scratch *t = *state;
	struct verdict v;
	int fd = open_file(t, "/core");

	core_build("endian big\n" CORE, fd);
	assert_int_equal(verdict_judge_core(fd, &v), 0);
	assert_int_equal(v.kind, VERDICT_DUMP);
	assert_false(v.state.supported);
	verdict_deinit(&v);
	core_build(CORE "machine x86_64\n", fd);
	assert_int_equal(verdict_judge_core(fd, &v), 0);
	assert_int_equal(v.kind, VERDICT_BAD_CORE);
	assert_int_equal(v.problem, VMCORE_WRONG_MACHINE);
	assert_int_equal(v.core.machine, EM_X86_64);
	verdict_deinit(&v);
	(void)close(fd);
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(verdict_word(VERDICT_NONE), "none");
	assert_string_equal(verdict_word(VERDICT_DUMP), "dump");
	assert_string_equal(verdict_word(VERDICT_BAD_CORE), "bad-core");
	assert_string_equal(verdict_word(VERDICT_REFUSED), "refused");
	assert_string_equal(verdict_word(VERDICT_NO_VMCORE), "no-vmcore");
	assert_string_equal(verdict_word(VERDICT_FADUMP_OFF), "fadump-off");
	assert_string_equal(verdict_word(VERDICT_UNDECIDED), "undecided");
	assert_string_equal(verdict_word(VERDICT_KEXEC), "kexec");
	assert_string_equal(verdict_word(VERDICT_UNSUPPORTED), "unsupported");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none_with_vmcore, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_armed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_core, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_core, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_a, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_b, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state_c, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undecided, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kexec, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unsupported, setup, teardown),
		cmocka_unit_test_setup_teardown(test_released, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_core_by_hand, setup, teardown),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
