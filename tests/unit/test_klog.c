// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "crash/klog.h"

#include "base/macros.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FREED "6,9,9000,-;fadump: freeing reserved memory (0x20000000 - 0x80000000)\n"
#define INIT  "6,10,10000,-;Run /init as init process\n"

/* Whatever is found goes through a pipe and is the same. */
static void check_packed(const struct klog_finding *f)
{
	struct klog_finding again;
	struct klog_packed p;

	klog_pack(f, &p);
	memset(&again, 0x5a, sizeof(again));
	assert_int_equal(klog_unpack(&p, &again), 0);
	assert_int_equal(again.meaning, f->meaning);
	assert_string_equal(again.line, f->line);
	assert_ptr_equal(again.why, f->why);
	assert_ptr_equal(again.advice, f->advice);
	assert_int_equal(again.released, f->released);
	assert_int_equal(again.reserved_at, f->reserved_at);
	assert_int_equal(again.n_freed, f->n_freed);
	assert_memory_equal(again.freed_from, f->freed_from, sizeof(f->freed_from));
}

static struct klog_finding scan(const char *text)
{
	struct klog_finding f;

	memset(&f, 0x5a, sizeof(f));
	klog_scan(text, strlen(text), &f);
	check_packed(&f);
	return f;
}

static void test_every_text(void **state)
{
	static const struct {
		const char *text;
		enum klog_meaning meaning;
		const char *why, *advice; /* a word of each */
	} texts[] = {
		{"fadump: Old magic number, can't process the dump.", KLOG_REFUSED, "6.10",
		 "same kernel"},
		{"fadump: Endianness mismatch between the crashed and fadump kernels.",
		 KLOG_REFUSED, "byte order", "same kernel"},
		{"fadump: Fadump header is corrupted.", KLOG_REFUSED, "something else",
		 "same kernel"},
		{"fadump: Fadump header is corruped.", KLOG_REFUSED, "something else",
		 "same kernel"},
		{"fadump: Fadump header size mismatch.", KLOG_REFUSED, "NR_CPUS", "same kernel"},
		{"fadump: Crash info header is empty.", KLOG_REFUSED, "no description",
		 "same kernel"},
		{"fadump: Crash info header is not valid.", KLOG_REFUSED, "older", "same kernel"},
		{"fadump: Failed to allocate 65536 bytes for elfcorehdr", KLOG_REFUSED,
		 "too little memory", "crashkernel="},
		{"fadump: Failed to allocate 131072 bytes for CPU notes buffer", KLOG_REFUSED,
		 "too little memory", "nr_cpus"},
		{"rtas fadump: Dump taken by platform is not valid (2)", KLOG_REFUSED, "errors",
		 "firmware"},
		{"fadump: Dump taken by platform is not valid", KLOG_REFUSED, "errors", "firmware"},
		{"rtas fadump: Dump taken by platform is incomplete (0)", KLOG_REFUSED,
		 "less memory", "firmware"},
		{"rtas fadump: Unable to read register save area.", KLOG_REFUSED, "registers",
		 "firmware"},
		{"rtas fadump: Unable to read CPU state data", KLOG_REFUSED, "damaged", "firmware"},
		{"vmcore: Warning: Core image elf header not found", KLOG_VMCORE_FAILED, "ELF",
		 "release --force"},
		{"Warning: Core image elf header not found", KLOG_VMCORE_FAILED, "ELF",
		 "release --force"},
		{"vmcore: Warning: Core image elf header is not sane", KLOG_VMCORE_FAILED,
		 "damaged", "release --force"},
		{"Warning: Core image elf header is not sane", KLOG_VMCORE_FAILED, "damaged",
		 "release --force"},
		{"vmcore: Kdump: vmcore not initialized", KLOG_VMCORE_FAILED, "set up",
		 "release --force"},
		{"Kdump: vmcore not initialized", KLOG_VMCORE_FAILED, "set up", "release --force"},
		{"fadump: Can't enable fadump with boot memory size (0x20000000) less than "
		 "0x30000000",
		 KLOG_RESERVE_FAILED, "crashkernel=", "768M"},
		{"fadump: Too many holes in boot memory area to enable fadump", KLOG_RESERVE_FAILED,
		 "holes", "kdump"},
		{"fadump: Failed to find memory chunk for reservation!", KLOG_RESERVE_FAILED,
		 "large enough", "Lower"},
		{"fadump: Failed to reserve memory!", KLOG_RESERVE_FAILED, "reserved", "Lower"},
		{"fadump: Firmware-Assisted Dump is not supported on this hardware",
		 KLOG_RESERVE_FAILED, "offer", "kdump"},
		{"opal fadump: Support missing for this f/w version!", KLOG_RESERVE_FAILED,
		 "too old", "kdump"},
		{"rtas fadump: Failed to register. Hardware Error(-1).", KLOG_REGISTER_FAILED,
		 "registration", "register"},
		{"rtas fadump: Can't have holes in reserved memory area.", KLOG_REGISTER_FAILED,
		 "hole", "crashkernel="},
		{"rtas fadump: Timed out waiting for firmware to complete fadump register",
		 KLOG_REGISTER_FAILED, "time", "register"},
	};
	static const char *const heads[] = {"3,77,1234567,-;",
					    "4,77,1234567,-,caller=T1;",
					    "[    0.123456] ",
					    "[    0.123456][    T1] ",
					    "<3>",
					    ""};
	char text[400];
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		for (j = 0; j < ARRAY_SIZE(heads); j++) {
			struct klog_finding f;

			(void)snprintf(text, sizeof(text), "%s%s\n", heads[j], texts[i].text);
			f = scan(text);
			assert_int_equal(f.meaning, texts[i].meaning);
			assert_string_equal(f.line, texts[i].text);
			assert_non_null(strstr(f.why, texts[i].why));
			assert_non_null(strstr(f.advice, texts[i].advice));
			assert_false(f.released);
		}
	}
}

static void assert_nothing(const char *text)
{
	struct klog_finding f = scan(text);

	assert_int_equal(f.meaning, KLOG_NOTHING);
	assert_string_equal(f.line, "");
	assert_null(f.why);
	assert_null(f.advice);
	assert_false(f.released);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_nothing("");
	assert_nothing("\n\n\n");
	assert_nothing("6,0,0,-;Linux version 6.12.107\n");
	assert_nothing("6,1,0,-;fadump: Firmware-assisted dump is active.\n");
	assert_nothing("6,1,0,-;rtas fadump: Registration is successful!\n");
	assert_nothing("3,1,0,-;Old magic number, can't process the dump.\n"); /* no prefix */
	assert_nothing(
		"3,1,0,-;xfadump: Old magic number, can't process the dump.\n"); /* another's */
	assert_nothing("3,1,0,-;foo: fadump: Old magic number, can't process the dump.\n");
	assert_nothing("3,1,0,-;vmcore: Old magic number, can't process the dump.\n");
	assert_nothing("3,1,0,-;fadump: Warning: Core image elf header not found\n");
	assert_nothing("3,1,0,-;fadump: Old magic number, can't");
	assert_nothing(
		"6,1,0,-;x\n fadump: Old magic number, can't process the dump.\n"); /* dictionary */
	assert_nothing("3,1,0,-fadump: Old magic number, can't process the dump.\n");
	assert_nothing("[ fadump: Old magic number, can't process the dump.\n");
	assert_nothing("<fadump: Old magic number, can't process the dump.\n");
}

/* What a program writes to /dev/kmsg has another facility, and is not the kernel's word. */
static void test_not_the_kernel(void **state)
{
	(void)state;
	assert_nothing("12,1,0,-;fadump: Old magic number, can't process the dump.\n");
	assert_nothing("8,1,0,-;vmcore: Warning: Core image elf header not found\n");
	assert_nothing("30,1,0,-;fadump: freeing reserved memory (0x0 - 0x1)\n" INIT);
	assert_nothing("<12>fadump: Old magic number, can't process the dump.\n");
	assert_nothing(
		"99999999999999999999,1,0,-;fadump: Old magic number, can't process the dump.\n");
	assert_int_equal(
		scan("7,1,0,-;fadump: Old magic number, can't process the dump.\n").meaning,
		KLOG_REFUSED);
}

static void test_gravest_first(void **state)
{
	struct klog_finding f;

	(void)state;
	f = scan("3,1,0,-;fadump: Failed to reserve memory!\n"
		 "4,2,0,-;vmcore: Warning: Core image elf header not found\n"
		 "3,3,0,-;rtas fadump: Dump taken by platform is not valid (1)\n"
		 "3,4,0,-;rtas fadump: Dump taken by platform is incomplete (1)\n");
	assert_int_equal(f.meaning, KLOG_REFUSED);
	assert_string_equal(f.line, "rtas fadump: Dump taken by platform is not valid (1)");
	f = scan("4,2,0,-;vmcore: Warning: Core image elf header is not sane\n"
		 "4,3,0,-;Kdump: vmcore not initialized\n");
	assert_string_equal(f.line, "vmcore: Warning: Core image elf header is not sane");
}

/* "freeing reserved memory" before user space is a refusal, after it a release. */
static void test_freed(void **state)
{
	struct klog_finding f;

	(void)state;
	f = scan(FREED INIT);
	assert_int_equal(f.meaning, KLOG_REFUSED);
	assert_false(f.released);
	assert_string_equal(f.line, "fadump: freeing reserved memory (0x20000000 - 0x80000000)");
	assert_non_null(strstr(f.why, "without saying why"));

	f = scan("3,1,0,-;fadump: Fadump header is corrupted.\n" FREED INIT);
	assert_string_equal(f.line, "fadump: Fadump header is corrupted.");

	f = scan(INIT FREED);
	assert_int_equal(f.meaning, KLOG_NOTHING);
	assert_true(f.released);

	/* The start of the log is gone, but a program has spoken before. */
	f = scan("30,5,0,-;systemd[1]: hello\n" FREED);
	assert_int_equal(f.meaning, KLOG_NOTHING);
	assert_true(f.released);

	/* Nothing tells when. */
	assert_nothing(FREED);
	assert_nothing(FREED "30,11,0,-;systemd[1]: hello\n");
}

static void test_pieces(void **state)
{
	struct klog_finding f = {0};

	(void)state;
	klog_scan_more(FREED, strlen(FREED), &f);
	klog_scan_more(INIT, strlen(INIT), &f);
	klog_scan_more(FREED, strlen(FREED), &f);
	assert_int_equal(f.meaning, KLOG_REFUSED);
	assert_true(f.released);
}

static void test_long_and_odd_lines(void **state)
{
	char text[5000] = "3,1,0,-;fadump: Old magic number, can't process the dump.\x1b[31m\xff";
	size_t used = strlen(text);
	struct klog_finding f;

	(void)state;
	memset(text + used, 'x', sizeof(text) - used);
	klog_scan(text, sizeof(text), &f);
	assert_int_equal(f.meaning, KLOG_REFUSED);
	assert_int_equal(strlen(f.line), sizeof(f.line) - 1);
	assert_non_null(strstr(f.line, "dump.?[31m?xxx"));
	f = scan("3,1,0,-;fadump: Fadump header size mismatch.\r\n");
	assert_string_equal(f.line, "fadump: Fadump header size mismatch.");
}

static void test_packed_nonsense(void **state)
{
	struct klog_finding f = scan(FREED INIT), out;
	struct klog_packed good, p;

	(void)state;
	assert_int_equal(f.meaning, KLOG_REFUSED);
	klog_pack(&f, &good);
	p = good;
	p.said = 1000;
	assert_int_equal(klog_unpack(&p, &out), -EPROTO);
	p = good;
	p.said = 0; /* words of nothing */
	assert_int_equal(klog_unpack(&p, &out), -EPROTO);
	p = good;
	p.n_freed = KLOG_FREED_MAX + 1;
	assert_int_equal(klog_unpack(&p, &out), -EPROTO);
	p = good;
	p.released = 2;
	assert_int_equal(klog_unpack(&p, &out), -EPROTO);
	p = good;
	p.line[0] = '\0';
	assert_int_equal(klog_unpack(&p, &out), -EPROTO);
	memset(p.line, 'x', sizeof(p.line)); /* without an end */
	assert_int_equal(klog_unpack(&p, &out), -EPROTO);
	p = good;
	p.line[0] = '\033';
	assert_int_equal(klog_unpack(&p, &out), 0);
	assert_int_equal(out.line[0], '?');
}

/* Where the area lies: "Reserving" in a capture boot, "Reserved" in any other. */
static void test_where_the_area_is(void **state)
{
	static const char capture[] = "6,1,1,-;fadump: Reserving 2304MB of memory at "
				      "0x00000030000000 for preserving crash data\n";
	static const char other[] = "6,1,1,-;fadump: Reserved 1024MB of memory at "
				    "0x00000040000000 (System RAM: 5120MB)\n";
	struct klog_finding f;

	(void)state;
	klog_scan(capture, sizeof(capture) - 1, &f);
	assert_true(f.reserved_at == 0x30000000);
	klog_scan(other, sizeof(other) - 1, &f);
	assert_true(f.reserved_at == 0x40000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_the_area_is),
		cmocka_unit_test(test_every_text),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_not_the_kernel),
		cmocka_unit_test(test_gravest_first),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_long_and_odd_lines),
		cmocka_unit_test(test_packed_nonsense),
	};

	return cmocka_run_group_tests_name("klog", tests, NULL, NULL);
}
