// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "base/log.h"
#include "run/limits.h"
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SMALL (730 * MIB)
#define LARGE (2266 * MIB)

struct fixture {
	struct scratch s;
	struct log log;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	scratch_init(&f->s);
	log_init(&f->log, LOG_LEVEL_ERROR);
	scratch_file(&f->s, "/proc/meminfo", "MemTotal: 747520 kB\nKernelStack:        4480 kB\n");
	scratch_file(&f->s, "/proc/loadavg", "0.00 0.00 0.00 1/120 300\n");
	/* As seen on a guest with 3 GiB in its capture boot. */
	scratch_file(&f->s, "/proc/sys/kernel/threads-max", "2494\n");
	scratch_file(&f->s, "/proc/sys/user/max_net_namespaces", "1247\n");
	scratch_file(&f->s, "/proc/sys/vm/min_free_kbytes", "3458\n");
	scratch_file(
		&f->s, "/proc/1/limits",
		"Limit                     Soft Limit           Hard Limit           Units\n"
		"Max processes             1247                 1247                 processes\n"
		"Max pending signals       1247                 1247                 signals\n");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	log_deinit(&f->log);
	scratch_deinit(&f->s);
	free(f);
	return 0;
}

static const struct limit *find(const struct limits *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->list[i].name, name) == 0)
			return &l->list[i];
	return NULL;
}

static unsigned long number(const struct fixture *f, const char *path)
{
	return strtoul(scratch_text(&f->s, path), NULL, 10);
}

static void test_find(void **state)
{
	struct fixture *f = *state;
	struct limits l;

	/* Stacks are 32 KiB there. */
	limits_find(&f->s.root, LARGE, &l);
	assert_int_equal(l.n, 5);
	assert_int_equal(find(&l, "kernel.threads-max")->now, 2494);
	assert_int_equal(find(&l, "kernel.threads-max")->full, LARGE / 8 / (32 * KIB));
	assert_non_null(find(&l, "vm.min_free_kbytes"));
	assert_int_equal(find(&l, "RLIMIT_NPROC of PID 1")->now, 1247);
	/* As it is for little memory. */
	limits_find(&f->s.root, SMALL, &l);
	assert_int_equal(l.n, 0);
}

static void test_raise(void **state)
{
	struct fixture *f = *state;
	struct limits l;
	unsigned long threads;

	limits_raise(&f->s.root, &f->log, SMALL, LARGE);
	threads = number(f, "/proc/sys/kernel/threads-max");
	/* What is seen in a fresh boot is 8620. */
	assert_in_range(threads, 7000, 9000);
	assert_in_range(number(f, "/proc/sys/user/max_net_namespaces"), 3500, 4500);
	assert_in_range(number(f, "/proc/sys/vm/min_free_kbytes"), 5900, 6300);
	assert_non_null(strstr(f->log.kept, "kernel.threads-max, user.max_net_namespaces, vm.min"));
	limits_find(&f->s.root, LARGE, &l);
	/* Another root's PID 1 is not ours. */
	assert_int_equal(l.n, 2);
	assert_non_null(find(&l, "RLIMIT_NPROC of PID 1"));
	/* Once more: nothing is raised beyond that. */
	limits_raise(&f->s.root, &f->log, SMALL, LARGE);
	assert_int_equal(number(f, "/proc/sys/kernel/threads-max"), threads);
}

static void test_three(void **state)
{
	struct fixture *f = *state;
	unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE), v[3], i;
	unsigned int limit = (unsigned int)(SMALL / page / 16);
	char text[100];

	(void)snprintf(text, sizeof(text), "%u\t%u\t%u\n", limit / 4 * 3, limit, limit / 4 * 3 * 2);
	scratch_file(&f->s, "/proc/sys/net/ipv4/tcp_mem", text);
	limits_raise(&f->s.root, &f->log, SMALL, LARGE);
	assert_int_equal(sscanf(scratch_text(&f->s, "/proc/sys/net/ipv4/tcp_mem"), "%u %u %u", v,
				v + 1, v + 2),
			 3);
	for (i = 0; i < 3; i++)
		assert_true(v[i] > (i == 0 ? limit * 2 : v[i - 1]));
}

/* An administrator's stays, however it was set; and nothing is ever lowered. */
static void test_set_by_others(void **state)
{
	struct fixture *f = *state;
	struct limits l;

	scratch_file(&f->s, "/etc/sysctl.d/50-x.conf", "# limits\n-kernel/threads-max = 2494\n");
	scratch_file(&f->s, "/proc/cmdline", "root=/dev/sda2 sysctl.vm.min_free_kbytes=3458\n");
	/* Far from what the kernel would compute. */
	scratch_file(&f->s, "/proc/sys/user/max_net_namespaces", "100\n");
	limits_raise(&f->s.root, &f->log, SMALL, LARGE);
	assert_int_equal(number(f, "/proc/sys/kernel/threads-max"), 2494);
	assert_int_equal(number(f, "/proc/sys/vm/min_free_kbytes"), 3458);
	assert_int_equal(number(f, "/proc/sys/user/max_net_namespaces"), 100);
	assert_null(f->log.kept);
	limits_find(&f->s.root, LARGE, &l);
	assert_null(find(&l, "kernel.threads-max"));
	scratch_file(&f->s, "/proc/sys/user/max_net_namespaces", "1247\n");
	limits_raise(&f->s.root, &f->log, LARGE, SMALL);
	limits_raise(&f->s.root, &f->log, 0, LARGE);
	assert_int_equal(number(f, "/proc/sys/user/max_net_namespaces"), 1247);
}

static void test_huge_pages(void **state)
{
	struct fixture *f = *state;

	assert_null(limits_huge_pages(&f->s.root));
	scratch_file(&f->s, "/proc/sys/vm/nr_hugepages", "0\n");
	scratch_file(&f->s, "/proc/cmdline", "root=/dev/sda2 transparent_hugepage=never\n");
	assert_null(limits_huge_pages(&f->s.root));
	scratch_file(&f->s, "/proc/sys/vm/nr_hugepages", "12\n");
	assert_string_equal(limits_huge_pages(&f->s.root), "vm.nr_hugepages");
	scratch_file(&f->s, "/proc/cmdline", "hugepagesz=16M hugepages=12\n");
	assert_string_equal(limits_huge_pages(&f->s.root), "hugepages");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_raise, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_three, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_set_by_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_huge_pages, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
