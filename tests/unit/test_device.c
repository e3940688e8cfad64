// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that a target mounts, a real one: when udev lets it, again while somebody else has it,
 * and after a check of its file system that takes longer than a target may be silent. In a mount
 * namespace of our own, as root.
 */
#include "unit.h"

#include "base/clock.h"
#include "base/trace.h"
#include "target/device.h"
#include "target/device_find.h"
#include "target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PATIENCE_MS 2500
#define UUID        "5e1f0b8a-37a4-4f8e-8c52-0fad00fad000"
#define LONG_MS     INT64_C(20000)
#define MOUNTPOINT  "/run/fadump-ng/target"

static char dir[] = "/tmp/fadump-ng-device-XXXXXX";
static char device[64];

static void sh(const char *fmt, ...)
{
	char text[1000] = "set -e; cd ";
	size_t n;
	va_list ap;

	(void)strcat(strcat(text, dir), "; ");
	n = strlen(text);
	va_start(ap, fmt);
	(void)vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	assert_int_equal(system(text), 0);
}

static int setup(void **state)
{
	char path[4096];
	FILE *in;

	(void)state;
	if (geteuid() != 0)
		return 0;
	if (!mkdtemp(dir) || unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/run", "tmpfs", 0, NULL) < 0)
		return -1;
	sh("mkdir bin; truncate -s 8M image; mkfs.ext4 -q -U " UUID
	   " image; losetup -f --show image >name");
	(void)snprintf(path, sizeof(path), "%s/name", dir);
	in = fopen(path, "re");
	if (!in || fscanf(in, "%63s", device) != 1)
		return -1;
	(void)fclose(in);
	(void)snprintf(path, sizeof(path), "%s/bin:%s", dir, getenv("PATH"));
	return setenv("PATH", path, 1);
}

static int teardown(void **state)
{
	(void)state;
	if (geteuid() == 0)
		sh("losetup -d %s; cd /; rm -r %s", device, dir);
	return 0;
}

static int open_with(const char *e2fsck, char *why, size_t size)
{
	struct root real;
	struct target_env env = {.root = &real, .patience_ms = PATIENCE_MS};
	const char *reason;
	struct target t;
	struct url url;
	char text[200];
	int err;

	sh("cat >bin/e2fsck <<'END'\n#!/bin/sh\n%s\nEND\nchmod +x bin/e2fsck", e2fsck);
	(void)snprintf(text, sizeof(text), "file:///crash?device=%s&fstype=ext4", device);
	assert_int_equal(setenv("HERE", dir, 1), 0);
	assert_int_equal(root_init(NULL, &real), 0);
	assert_int_equal(url_parse(text, &url, &reason), 0);
	err = target_open(&t, &url, &env);
	(void)snprintf(why, size, "%s", t.why);
	if (err == 0)
		assert_int_equal(target_close(&t), 0);
	url_deinit(&url);
	root_deinit(&real);
	return err;
}

/* Longer than the patience: but it gets on, and comes to an end. */
static void test_a_check_may_take_its_time(void **state)
{
	char why[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(open_with("i=0; while [ $i -lt 7 ]; do sleep 1; i=$((i+1)); done\n"
				   "echo done >$HERE/done; exit 1",
				   why, sizeof(why)),
			 0);
	sh("grep -q done done");
}

/* It stands still: given up, but not cut off where it is. */
static void test_a_check_is_asked_to_stop(void **state)
{
	int64_t before = clock_ms();
	char why[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(open_with("trap 'sleep 3; echo stopped >$HERE/stopped; exit 32' TERM\n"
				   "sleep 60 & wait",
				   why, sizeof(why)),
			 -ETIMEDOUT);
	assert_non_null(strstr(why, "does not answer"));
	sh("grep -q stopped stopped");
	assert_true(clock_ms() - before < 30000);
}

/* What udev says of the device. */
static void udev_says(const char *record)
{
	struct stat st;

	assert_int_equal(stat(device, &st), 0);
	sh("mkdir -p /run/udev/data; : >/run/udev/control");
	sh("printf '%s' >/run/udev/data/b%u:%u", record, major(st.st_rdev), minor(st.st_rdev));
}

/* A target as device_find() and device_mount() look at it; while they wait they call `busy`. */
static struct target target_with(const struct target_env *env, int (*busy)(void *ctx, bool gets_on),
				 void *ctx)
{
	return (struct target){.env = env, .root = env->root, .busy = busy, .busy_ctx = ctx};
}

static int find(const char *source, int64_t ms, int (*busy)(void *ctx, bool gets_on), char *why,
		size_t size)
{
	struct root real;
	struct target_env env = {.root = &real};
	struct target t = target_with(&env, busy, NULL);
	struct device_found found;
	int err;

	assert_int_equal(root_init(NULL, &real), 0);
	err = device_find(&t, source, clock_ms() + ms, &found, why, size);
	if (err == 0)
		assert_string_equal(found.path, device);
	root_deinit(&real);
	return err;
}

static int becomes_ready(void *ctx, bool gets_on)
{
	(void)ctx;
	assert_true(gets_on);
	udev_says("E:ID_FS_TYPE=ext4\nE:SYSTEMD_READY=1\n");
	return 0;
}

static int is_given_up(void *ctx, bool gets_on)
{
	(void)ctx;
	(void)gets_on;
	return -ETIMEDOUT;
}

static void test_udev_is_asked(void **state)
{
	char why[256] = "";

	(void)state;
	if (geteuid() != 0)
		skip();
	udev_says("E:ID_FS_TYPE=ext4\nE:DM_MULTIPATH_DEVICE_PATH=1\n");
	assert_int_equal(find(device, 0, NULL, why, sizeof(why)), -ENODEV);
	assert_non_null(strstr(why, "multipath"));
	/* Not by the tag either, which libblkid finds on it. */
	assert_int_equal(find("UUID=" UUID, 0, NULL, why, sizeof(why)), -ENODEV);
	assert_non_null(strstr(why, "multipath"));
	udev_says("E:ID_FS_TYPE=ext4\nE:SYSTEMD_READY=0\n");
	assert_int_equal(find(device, LONG_MS, becomes_ready, why, sizeof(why)), 0);
	udev_says("E:SYSTEMD_READY=0\n");
	assert_int_equal(find(device, LONG_MS, is_given_up, why, sizeof(why)), -ETIMEDOUT);
	sh("rm -r /run/udev");
}

/* libblkid looks for itself when the time is over and udev has no event left. */
static void test_no_scan_before_the_time_is_over(void **state)
{
	char why[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	udev_says("E:ID_FS_TYPE=ext4\n");
	assert_int_equal(find("UUID=" UUID, LONG_MS, is_given_up, why, sizeof(why)), -ETIMEDOUT);
	sh(": >/run/udev/queue");
	assert_int_equal(find("UUID=" UUID, 0, NULL, why, sizeof(why)), -ENODEV);
	sh("rm /run/udev/queue");
	assert_int_equal(find("UUID=" UUID, 0, NULL, why, sizeof(why)), 0);
	sh("rm -r /run/udev");
}

static int let_go(void *ctx, bool gets_on)
{
	int *fd = ctx;

	(void)gets_on;
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	return 0;
}

static void test_a_mount_is_tried_again(void **state)
{
	struct root real;
	struct target_env env = {.root = &real, .device_ms = LONG_MS};
	int fd;
	struct target t = target_with(&env, let_go, &fd);
	const struct device_spec spec = {.source = device, .fstype = "ext4", .t = &t};
	char why[256] = "";

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(root_init(NULL, &real), 0);
	sh("printf '#!/bin/sh\nexit 0\n' >bin/e2fsck; chmod +x bin/e2fsck");
	/* As a program has it that is about to make something of it. */
	fd = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(device_mount(&spec, MOUNTPOINT, why, sizeof(why)), 0);
	assert_int_equal(fd, -1);
	assert_int_equal(device_unmount(MOUNTPOINT), 0);
	/* Until the time is over, and no longer. */
	env.device_ms = 1;
	fd = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	assert_true(fd >= 0);
	t.busy = NULL;
	assert_int_equal(device_mount(&spec, MOUNTPOINT, why, sizeof(why)), -EBUSY);
	(void)close(fd);
	root_deinit(&real);
}

/* -v: what is waited for, what it is, and its mount. The last test: it stays switched on. */
static void test_traced(void **state)
{
	char why[256], path[200];
	int saved, fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	(void)snprintf(path, sizeof(path), "%s/traced", dir);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	saved = dup(STDERR_FILENO);
	assert_true(fd >= 0 && saved >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	trace_enable();
	assert_int_equal(open_with("exit 0", why, sizeof(why)), 0);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(fd);
	sh("grep -q '^fadump-ng: waiting up to [0-9]* ms for the device %s$' traced", device);
	sh("grep -q '^fadump-ng: the device %s is %s (' traced", device, device);
	sh("grep -q '^fadump-ng: starting: e2fsck -p ' traced");
	sh("grep -q '^fadump-ng: mounted %s at .* as ext4, no options: done$' traced", device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_check_may_take_its_time),
		cmocka_unit_test(test_a_check_is_asked_to_stop),
		cmocka_unit_test(test_udev_is_asked),
		cmocka_unit_test(test_no_scan_before_the_time_is_over),
		cmocka_unit_test(test_a_mount_is_tried_again),
		cmocka_unit_test(test_traced),
	};

	return cmocka_run_group_tests_name("device", tests, setup, teardown);
}
