// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/panic.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

struct a_log {
	const char *text, *panic;
};

/* In memory of exactly its size, so that a look past its end is seen. */
static void find(const char *text, char *out, size_t size)
{
	size_t len = strlen(text);
	char *exact = malloc(len ? len : 1);

	memcpy(exact, text, len);
	panic_find(exact, len, out, size);
	free(exact);
}

static void check(const struct a_log *logs, size_t n)
{
	char out[120];

	for (size_t i = 0; i < n; i++) {
		find(logs[i].text, out, sizeof(out));
		if (strcmp(out, logs[i].panic) != 0)
			print_error("in \"%s\"\n", logs[i].text);
		assert_string_equal(out, logs[i].panic);
	}
}

#define CHECK(logs) check(logs, sizeof(logs) / sizeof((logs)[0]))
#define PANIC       "Kernel panic - not syncing: "

static void test_forms(void **state)
{
	static const struct a_log logs[] = {
		{"", ""},
		{"\n\n", ""},
		{"[    1.0] nothing of interest\n", ""},
		{"[   12.345678][ T1234] sysrq: Trigger a crash", "sysrq: Trigger a crash"},
		{"[   12.345678] [ T1234] sysrq: Trigger a crash", "sysrq: Trigger a crash"},
		{"<0>[   12.345678][    C3] " PANIC "x\n", PANIC "x"},
		{"<4>" PANIC "x\r\n", PANIC "x"},
		{"[   12.345678][    C3/0] " PANIC "x\n", PANIC "x"},
		{PANIC "without a time\n", PANIC "without a time"},
		{"[ 1.0] Oops: a\tb\033\377\n", "Oops: a?b??"},
		/* Words of others. */
		{"[ 1.0] systemd[1]: " PANIC "x\n", ""},
		{"[ 1.0] [drm] Oops: x\n", ""},
		{"[ 1.0] ---[ end " PANIC "x ]---\n", ""},
		/* The end is missing, or all. */
		{"[", ""},
		{"[ 1.0", ""},
		{"[ 1.0]", ""},
		{"[ 1.", ""},
		{"[ 1.0][ T", ""},
		{"<0>", ""},
		{"<", ""},
		{"Oops:", ""},
		{"Kernel pani", ""},
		/* A number larger than any. */
		{"[99999999999999999999999.9999999999] Oops: x\n", "Oops: x"},
	};
	char out[64];

	(void)state;
	CHECK(logs);
	find("Oops: 0123456789", out, 10);
	assert_string_equal(out, "Oops: 012");
	find("Oops: 0123456789", out, 1);
	assert_string_equal(out, "");
}

static void test_the_line_that_tells_most(void **state)
{
	static const struct a_log logs[] = {
		{"[   12.345678] sysrq: Trigger a crash\n"
		 "[   12.345999] " PANIC "sysrq triggered crash\n"
		 "[   13.0] ---[ end " PANIC "sysrq triggered crash ]---\n",
		 PANIC "sysrq triggered crash"},
		{"[  100.0] ------------[ cut here ]------------\n"
		 "[  100.0] kernel BUG at mm/memory_hotplug.c:1864!\n"
		 "[  100.0] Oops: Exception in kernel mode, sig: 5 [#1]\n",
		 "kernel BUG at mm/memory_hotplug.c:1864!"},
		{"[  100.0][  T99] kernel BUG at fs/inode.c:1!\n"
		 "[  100.1][  T99] Oops: Exception in kernel mode, sig: 5 [#1]\n"
		 "[  101.0][  T99] " PANIC "Fatal exception\n",
		 "kernel BUG at fs/inode.c:1!"},
		{"[ 1.0] BUG: Unable to handle kernel data access at 0x10\n"
		 "[ 1.0] Faulting instruction address: 0xc000000000abc\n"
		 "[ 1.1] Oops: Kernel access of bad area, sig: 11 [#1]\n",
		 "BUG: Unable to handle kernel data access at 0x10"},
		{"[ 1.0] BUG: Kernel NULL pointer dereference on write at 0x00000000\n"
		 "[ 1.1] Oops: Kernel access of bad area, sig: 11 [#1]\n"
		 "[ 2.5] " PANIC "Fatal exception in interrupt\n",
		 "BUG: Kernel NULL pointer dereference on write at 0x00000000"},
		{"[ 1.0] Unable to handle kernel paging request for data at address 0x0\n"
		 "[ 1.0] Oops: Kernel access of bad area, sig: 11 [#1]\n",
		 "Unable to handle kernel paging request for data at address 0x0"},
		{"[ 1.0] Oops: System Reset, sig: 6 [#1]\n", "Oops: System Reset, sig: 6 [#1]"},
		{"[ 1.0] Oops: Weird, sig: 6 [#1]\n[ 1.5] " PANIC "Fatal exception\n",
		 "Oops: Weird, sig: 6 [#1]"},
		{"[ 1.0] Unrecoverable exception 700 at c00 (msr=9)\n"
		 "[ 1.0] Oops: Unrecoverable exception, sig: 6 [#1]\n",
		 "Unrecoverable exception 700 at c00 (msr=9)"},
		{"[ 1.0] BUG: Unable to handle kernel data access at 0x10\n"
		 "[ 1.0] Oops: Kernel access of bad area, sig: 11 [#1]\n"
		 "[ 1.9] " PANIC "Attempted to kill init! exitcode=0x0000000b\n",
		 "BUG: Unable to handle kernel data access at 0x10"},
		{"[ 1.9] " PANIC "Attempted to kill init! exitcode=0x0000000b\n",
		 PANIC "Attempted to kill init! exitcode=0x0000000b"},
		/* A panic that says itself why. */
		{"[ 99.0] INFO: task dd:1 blocked for more than 122 seconds.\n"
		 "[ 99.1] " PANIC "hung_task: blocked tasks\n",
		 PANIC "hung_task: blocked tasks"},
		{"[ 99.0] Out of memory: Killed process 1 (x)\n"
		 "[ 99.1] " PANIC "System is deadlocked on memory\n",
		 PANIC "System is deadlocked on memory"},
		{"[ 99.0] rcu: INFO: rcu_sched self-detected stall on CPU\n"
		 "[ 99.1] " PANIC "RCU Stall\n",
		 PANIC "RCU Stall"},
		{"[ 1.0] BUG: Unable to handle kernel data access at 0x10\n"
		 "[ 1.0] Oops: Kernel access of bad area, sig: 11 [#1]\n"
		 "[ 9.0] sysrq: Trigger a crash\n"
		 "[ 9.0] " PANIC "sysrq triggered crash\n",
		 PANIC "sysrq triggered crash"},
		/* The key wrote to address 0 once. */
		{"[ 9.0] sysrq: SysRq : Trigger a crash\n"
		 "[ 9.0] Unable to handle kernel paging request for data at address 0x00000000\n"
		 "[ 9.0] Oops: Kernel access of bad area, sig: 11 [#1]\n"
		 "[ 9.1] " PANIC "Fatal exception\n",
		 "sysrq: SysRq : Trigger a crash"},
		{"[ 1.0] WARNING: CPU: 3 PID: 9 at kernel/x.c:7 f+0x1/0x2\n"
		 "[ 1.0] " PANIC "kernel: panic_on_warn set ...\n",
		 "WARNING: CPU: 3 PID: 9 at kernel/x.c:7 f+0x1/0x2"},
		{"[ 1.0] BUG: KASAN: slab-use-after-free in f+0x1/0x2\n"
		 "[ 1.0] " PANIC "KASAN: panic_on_warn set ...\n",
		 "BUG: KASAN: slab-use-after-free in f+0x1/0x2"},
		{"[ 1.0] WARNING: CPU: 3 PID: 9 at kernel/x.c:7 f+0x1/0x2\n"
		 "[ 1.0] BUG: scheduling while atomic: x/1/0x00000002\n",
		 ""},
	};

	(void)state;
	CHECK(logs);
}

static void test_lockups_and_machine(void **state)
{
	static const struct a_log logs[] = {
		{"[ 50.0] watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [dd:99]\n"
		 "[ 50.1] " PANIC "softlockup: hung tasks\n",
		 "watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [dd:99]"},
		{"[ 50.0] NMI watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [dd:99]\n"
		 "[ 50.1] " PANIC "softlockup: hung tasks\n",
		 "NMI watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [dd:99]"},
		{"[ 50.0][    C0] watchdog: CPU 0 detected hard LOCKUP on other CPUs 3\n"
		 "[ 50.0][    C0] watchdog: CPU 0 TB:1, last SMP heartbeat TB:0 (1ms ago)\n"
		 "[ 50.0][    C3] watchdog: CPU 3 Hard LOCKUP\n"
		 "[ 50.1][    C0] " PANIC "Hard LOCKUP\n",
		 "watchdog: CPU 3 Hard LOCKUP"},
		{"[ 50.0] watchdog: CPU 3 self-detected hard LOCKUP @ f+0x1/0x2\n"
		 "[ 50.1] " PANIC "Hard LOCKUP\n",
		 "watchdog: CPU 3 self-detected hard LOCKUP @ f+0x1/0x2"},
		{"[ 50.0] Watchdog CPU:3 Hard LOCKUP\n", "Watchdog CPU:3 Hard LOCKUP"},
		{"[ 50.0] watchdog: CPU 3 became unstuck TB:1\n", ""},
		{"[ 50.0] watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [dd:99]\n"
		 "[ 60.0] sysrq: Trigger a crash\n"
		 "[ 60.0] " PANIC "sysrq triggered crash\n",
		 PANIC "sysrq triggered crash"},
		{"[ 50.0] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:\n[ 51.0] x\n",
		 "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:"},
		/* Survived for long. */
		{"[ 50.0] watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [dd:99]\n"
		 "[ 9000.0] the last word\n",
		 ""},
		{"[ 50.0] MCE: CPU3: machine check (Severe) Host UE Load/Store [Not recovered]\n"
		 "[ 50.0] MCE: CPU3: PID: 9 Comm: x NIP: [c0]\n"
		 "[ 50.0] Oops: Machine check, sig: 7 [#1]\n"
		 "[ 50.1] " PANIC "Fatal exception\n",
		 "MCE: CPU3: machine check (Severe) Host UE Load/Store [Not recovered]"},
		{"[ 50.0] Severe Machine check interrupt [Not recovered]\n"
		 "[ 50.1] " PANIC "Unrecoverable Machine check\n",
		 "Severe Machine check interrupt [Not recovered]"},
		{"[ 50.0] MCE: CPU3: machine check (Warning) Host SLB Multihit [Recovered]\n", ""},
		{"[ 50.0] Fatal Hypervisor Maintenance interrupt [Not recovered]\n"
		 "[ 50.1] " PANIC "Unrecoverable HMI exception\n",
		 "Fatal Hypervisor Maintenance interrupt [Not recovered]"},
	};

	(void)state;
	CHECK(logs);
}

static void test_the_last_failure(void **state)
{
	static const struct a_log logs[] = {
		{"[ 1.0] Oops: first [#1]\n[ 20.0] Oops: second [#2]\n", "Oops: second [#2]"},
		{"[ 1.0] kernel BUG at a.c:1!\n[ 1.0] Oops: first [#1]\n"
		 "[ 20.0] Oops: second [#2]\n",
		 "Oops: second [#2]"},
		/* The first one's BUG is not the second one's. */
		{"[ 1.0] kernel BUG at a.c:1!\n[ 1.0] Oops: first [#1]\n"
		 "[ 1.5] Oops: second [#2]\n",
		 "Oops: second [#2]"},
		{"[ 1.0] " PANIC "first\n[ 2.0] " PANIC "second\n", PANIC "second"},
		{"[ 1.0] kernel BUG at a.c:1!\n[ 1.0] Oops: first [#1]\n[ 900.0] " PANIC
		 "Fatal exception\n",
		 PANIC "Fatal exception"},
		/* In the course of the panic. */
		{"[ 1.0] " PANIC "first\n[ 1.5] Oops: in it\n", PANIC "first"},
		{"[ 1.0] " PANIC "first\n[ 21.5] watchdog: CPU 3 Hard LOCKUP\n", PANIC "first"},
	};

	(void)state;
	CHECK(logs);
}

/* What an earlier boot's log was written into this one for. */
static void test_replayed(void **state)
{
	static const struct a_log logs[] = {
		{"[    0.000000] Linux version 6.12.0\n"
		 "[   21.401233] crash-report[512]: log of the crash before this boot:\n"
		 "[   21.401301] [86000.123456] " PANIC "softlockup: hung tasks\n"
		 "[   21.401310] [86000.123460] CPU: 3 PID: 99\n"
		 "[ 5000.000001] " PANIC "Fatal exception in interrupt\n",
		 PANIC "Fatal exception in interrupt"},
		/* Nothing but the replay. */
		{"[   21.401301] [86000.123456] " PANIC "old\n[ 22.0] x\n", ""},
		{"[   21.401301][  T512] [86000.123456][    C3] " PANIC "old\n", ""},
		{"[   21.401301] <4>[86000.123456] " PANIC "old\n", ""},
		{"<12>[   21.401301] " PANIC "old\n", ""},
		{"<8>" PANIC "old\n", ""},
		/* Without its own times: the boot went on. */
		{"[   21.4] " PANIC "old\n[ 5000.0] x\n", ""},
		{"[   21.3] Oops: old [#1]\n[   21.4] " PANIC "Fatal exception\n[ 5000.0] x\n", ""},
		{"[   21.4] " PANIC "old\n[ 40.0] kernel BUG at a.c:1!\n[ 40.0] Oops: x [#1]\n",
		 "kernel BUG at a.c:1!"},
		{"[   21.4] " PANIC "old\n[ 5000.0] watchdog: CPU 3 Hard LOCKUP\n",
		 "watchdog: CPU 3 Hard LOCKUP"},
		{"[   21.4] " PANIC "old\n[ 40.0] Oops: System Reset, sig: 6 [#1]\n",
		 "Oops: System Reset, sig: 6 [#1]"},
		/* Many lines in one record: each begins as if it were of this log. */
		{"[   21.4] log of the crash:\n[86000.1] kernel BUG at old.c:1!\n"
		 "[86000.2] " PANIC "old\n[ 22.0] x\n",
		 ""},
		{"[ 5000.0] log of the crash:\n[  100.1] " PANIC "old\n[ 5001.0] x\n", ""},
		{"[ 5000.0] log of the crash:\n[  100.1] " PANIC "old\n"
		 "[ 5001.0] sysrq: Trigger a crash\n",
		 "sysrq: Trigger a crash"},
		{"[   21.4] log of the crash:\n" PANIC "old\n[ 5000.0] x\n", ""},
		/* The BUG is the old one's, the panic is not. */
		{"[ 4999.0] [  100.1] kernel BUG at old.c:1!\n"
		 "[ 5000.0] " PANIC "Fatal exception\n",
		 PANIC "Fatal exception"},
	};

	(void)state;
	CHECK(logs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_the_line_that_tells_most),
		cmocka_unit_test(test_lockups_and_machine),
		cmocka_unit_test(test_the_last_failure),
		cmocka_unit_test(test_replayed),
	};

	return cmocka_run_group_tests_name("panic", tests, NULL, NULL);
}
