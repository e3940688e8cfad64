// SPDX-License-Identifier: GPL-2.0-or-later
/* Which watchdog is armed, and how it is let go of. A file stands for the device. */
#include "unit.h"

#include "base/watchdog.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct fixture {
	struct scratch s;
	struct watchdog w;
};

static void device(const struct fixture *f, const char *name, const char *driver)
{
	char path[100], link[160];

	(void)snprintf(path, sizeof(path), "/sys/class/watchdog/%s/device/uevent", name);
	scratch_file(&f->s, path, "");
	(void)snprintf(link, sizeof(link), "%s/sys/class/watchdog/%s/device/driver", f->s.dir,
		       name);
	(void)snprintf(path, sizeof(path), "../../../bus/platform/drivers/%s", driver);
	assert_int_equal(symlink(path, link), 0);
	(void)snprintf(path, sizeof(path), "/dev/%s", name);
	scratch_file(&f->s, path, "");
}

static void parameters(const struct fixture *f, const char *nowayout, const char *action)
{
	scratch_file(&f->s, "/sys/module/pseries_wdt/parameters/nowayout", nowayout);
	scratch_file(&f->s, "/sys/module/pseries_wdt/parameters/action", action);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->s);
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

static void test_armed_fed_stopped(void **state)
{
	struct fixture *f = *state;

	device(f, "watchdog0", "softdog");
	device(f, "watchdog1", WATCHDOG_DRIVER);
	parameters(f, "N\n", "1\n");
	assert_int_equal(watchdog_probe(&f->s.root), 0);
	assert_int_equal(watchdog_arm(&f->s.root, 60, &f->w), 0);
	assert_int_equal(watchdog_feed(&f->w), 0);
	assert_int_equal(watchdog_stop(&f->w), 0);
	assert_int_equal(f->w.fd, -1);
	/* What the driver is to see: life, life, and the word that stops it. */
	assert_string_equal(scratch_text(&f->s, "/dev/watchdog1"), "..V");
	/* The other one would lose the dump: it was not touched. */
	assert_string_equal(scratch_text(&f->s, "/dev/watchdog0"), "");
}

static void test_left_armed(void **state)
{
	struct fixture *f = *state;

	device(f, "watchdog0", WATCHDOG_DRIVER);
	parameters(f, "N\n", "1\n");
	assert_int_equal(watchdog_arm(&f->s.root, 60, &f->w), 0);
	watchdog_leave(&f->w);
	assert_string_equal(scratch_text(&f->s, "/dev/watchdog0"), ".");
}

static int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	(void)closedir(d);
	return n;
}

/* It takes no byte: it is not left armed and open, as after an answer that it is not to be had. */
static void test_one_that_cannot_be_fed(void **state)
{
	struct fixture *f = *state;
	int before;

	device(f, "watchdog0", WATCHDOG_DRIVER);
	parameters(f, "N\n", "1\n");
	assert_int_equal(unlinkat(f->s.root.fd, "dev/watchdog0", 0), 0);
	assert_int_equal(mknodat(f->s.root.fd, "dev/watchdog0", S_IFCHR | 0600, makedev(1, 7)), 0);
	before = open_files();
	assert_int_equal(watchdog_arm(&f->s.root, 60, &f->w), -ENOSPC);
	assert_int_equal(open_files(), before);
}

static void refused(struct fixture *f, int err)
{
	assert_int_equal(watchdog_probe(&f->s.root), err);
	assert_int_equal(watchdog_arm(&f->s.root, 60, &f->w), err);
	assert_string_equal(scratch_text(&f->s, "/dev/watchdog0"), "");
}

static void test_one_that_cannot_be_stopped(void **state)
{
	struct fixture *f = *state;

	device(f, "watchdog0", WATCHDOG_DRIVER);
	parameters(f, "Y\n", "1\n");
	refused(f, -EPERM);
}

static void test_one_that_does_not_restart(void **state)
{
	struct fixture *f = *state;

	device(f, "watchdog0", WATCHDOG_DRIVER);
	parameters(f, "N\n", "0\n");
	refused(f, -ENOTSUP);
	parameters(f, "N\n", "2\n");
	refused(f, -ENOTSUP);
}

static void test_none(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(watchdog_probe(&f->s.root), -ENODEV);
	device(f, "watchdog0", "softdog");
	parameters(f, "N\n", "1\n");
	refused(f, -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_armed_fed_stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_left_armed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_that_cannot_be_fed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_that_cannot_be_stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_that_does_not_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
