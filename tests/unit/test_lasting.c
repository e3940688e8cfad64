// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a directory really lies on, with real mounts and loop devices in a mount namespace of our
 * own. Of a place on a disk the answer is that of the disk, whatever layers there are between.
 */
#include "unit.h"

#include "target/lasting.h"
#include "target/lasting_device.h"
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

static char dir[] = "/var/tmp/fadump-ng-lasting-XXXXXX";
static char on[160];

static void sh(const char *fmt, ...)
{
	char text[1000] = "set -e; exec >/dev/null; cd ";
	size_t n;
	va_list ap;

	(void)strcat(strcat(text, dir), "; ");
	n = strlen(text);
	va_start(ap, fmt);
	(void)vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	assert_int_equal(system(text), 0);
}

/* What is on disk in "disk", and in memory in "ram". */
static int setup(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	if (!mkdtemp(dir) || unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	sh("mkdir disk ram at lower; mount -t tmpfs none ram");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (geteuid() == 0)
		sh("umount ram; cd /; rm -r %s", dir);
	return 0;
}

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static int look(const char *name)
{
	char path[200];
	int fd, err;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	on[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	err = lasting_check(fd, on, sizeof(on));
	(void)close(fd);
	return err;
}

/* With hardware of its own the disk lasts; in a container or with a root in memory it may not. */
static int disk(void)
{
	char path[64], link[500] = "";
	struct stat st;

	assert_int_equal(stat(dir, &st), 0);
	(void)snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(st.st_dev),
		       minor(st.st_dev));
	if (readlink(path, link, sizeof(link) - 1) > 0 && !strstr(link, "/virtual/"))
		assert_int_equal(look("disk"), 0);
	return look("disk");
}

static void test_memory(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(look("ram"), -EROFS);
	assert_string_equal(on, "tmpfs, which is memory");
	(void)disk();
}

/* As with overlayroot, and on nodes without disks. */
static void test_overlays(void **state)
{
	static const char *const where[] = {"ram", "disk"};
	size_t i;

	(void)state;
	need_root();
	for (i = 0; i < 2; i++) {
		int want = i ? disk() : -EROFS;

		sh("mkdir %s/up %s/work; mount -t overlay overlay -o "
		   "lowerdir=lower,upperdir=$PWD/%s/up,workdir=%s/work at; mkdir -p at/var/crash",
		   where[i], where[i], where[i], where[i]);
		assert_int_equal(look("at/var/crash"), want);
		assert_int_equal(look("at"), want);
		if (i == 0)
			assert_string_equal(on, "tmpfs, which is memory");
		sh("mkdir bound; mount --bind at/var bound");
		assert_int_equal(look("bound/crash"), want);
		/* Another directory has its path by now. */
		sh("mv %s/up %s/gone; mkdir -p %s/up/var/crash", where[i], where[i], where[i]);
		assert_int_equal(look("at/var/crash"), -EROFS);
		assert_non_null(strstr(on, "cannot be found"));
		sh("umount bound; rmdir bound; umount at; rm -r %s/gone %s/up %s/work", where[i],
		   where[i], where[i]);
	}
}

static void test_an_overlay_over_an_overlay(void **state)
{
	(void)state;
	need_root();
	sh("mkdir ram/up ram/work two; mount -t overlay overlay -o "
	   "lowerdir=lower,upperdir=$PWD/ram/up,workdir=ram/work at");
	sh("mount --bind at two; umount at; mount -t tmpfs none at");
	assert_int_equal(look("two"), -EROFS);
	sh("umount at two; rmdir two; rm -r ram/up ram/work");
}

static void test_loop_devices(void **state)
{
	static const char *const where[] = {"ram", "disk"};
	size_t i;

	(void)state;
	need_root();
	for (i = 0; i < 2; i++) {
		int want = i ? disk() : -EROFS;

		sh("truncate -s 8M %s/image; mkfs.ext4 -q %s/image; mount -o loop %s/image at; "
		   "mkdir at/crash",
		   where[i], where[i], where[i]);
		assert_int_equal(look("at/crash"), want);
		if (i == 0)
			assert_string_equal(on, "tmpfs, which is memory");
		/* A file that has lost its name: of the memory it is not known any more what it is.
		 */
		sh("rm %s/image", where[i]);
		assert_int_equal(look("at/crash"), want);
		sh("umount at");
	}
}

/* A target of the real machine: nothing is taken for it. */
static void test_no_receipt_for_it(void **state)
{
	struct root real;
	struct target_env env = {.root = &real, .in_process = true};
	struct dump_claim claim = {.stream_ended = true, .size = 4, .dump_id = 1};
	struct receipt r = {0};
	char text[200];
	const char *why;
	struct target t;
	struct url url;

	(void)state;
	need_root();
	sh("truncate -s 8M ram/image; mkfs.ext4 -q ram/image; mount -o loop ram/image at");
	(void)snprintf(text, sizeof(text), "file://%s/at/crash", dir);
	assert_int_equal(root_init(NULL, &real), 0);
	assert_int_equal(url_parse(text, &url, &why), 0);
	assert_int_equal(target_open(&t, &url, &env), 0);
	assert_true(t.in_memory);
	assert_int_equal(t.ops->begin(&t, "x-1"), 0);
	assert_int_equal(t.ops->create(&t, DUMP_INCOMPLETE), 0);
	assert_int_equal(t.ops->write(&t, "abcd", 4, 0), 0);
	assert_int_equal(target_commit(&t, &claim, &r), -EROFS);
	assert_non_null(strstr(t.why, "tmpfs, which is memory"));
	assert_int_equal(r.dump_id, 0);
	assert_int_equal(target_close(&t), 0);
	url_deinit(&url);
	root_deinit(&real);
	sh("umount at; rm ram/image");
}

/* Virtual devices that this kernel has, as they are: none of them lasts that lies on nothing. */
static void test_virtual_devices(void **state)
{
	static const char *const names[] = {"zram0", "ram0", "nbd0"};
	struct lasting l = {.on = on, .size = sizeof(on)};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		char path[60];
		unsigned int a, b;
		FILE *in;

		(void)snprintf(path, sizeof(path), "/sys/block/%s/dev", names[i]);
		in = fopen(path, "re");
		if (!in)
			continue;
		assert_int_equal(fscanf(in, "%u:%u", &a, &b), 2);
		(void)fclose(in);
		assert_int_equal(lasting_check_device(&l, makedev(a, b)), -EROFS);
		assert_memory_equal(on, names[i], strlen(names[i]));
	}
	assert_int_equal(lasting_check_device(&l, makedev(4000, 77)), -EROFS);
	assert_non_null(strstr(on, "nothing is known"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_overlays),
		cmocka_unit_test(test_an_overlay_over_an_overlay),
		cmocka_unit_test(test_loop_devices),
		cmocka_unit_test(test_no_receipt_for_it),
		cmocka_unit_test(test_virtual_devices),
	};

	return cmocka_run_group_tests_name("lasting", tests, setup, teardown);
}
