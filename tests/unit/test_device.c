// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that a target mounts, a real one, and a check of its file system that takes longer than
 * a target may be silent. In a mount namespace of our own, as root.
 */
#include "unit.h"

#include "base/clock.h"
#include "target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define PATIENCE_MS 2500

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
	sh("mkdir bin; truncate -s 8M image; mkfs.ext4 -q image; losetup -f --show image >name");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_check_may_take_its_time),
		cmocka_unit_test(test_a_check_is_asked_to_stop),
	};

	return cmocka_run_group_tests_name("device", tests, setup, teardown);
}
