// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which devices may be mounted, by what udev's database and sysfs say. The records are of real
 * machines: a multipath path and its map, LVM, MD, a btrfs of two devices; shortened.
 */
#include "unit.h"

#include "scratch.h"
#include "target/udev.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SDB   makedev(8, 16)
#define SDB1  makedev(8, 17)
#define BLOCK "/sys/dev/block/"

static struct scratch s;
static char fstype[32], why[200];

static int setup(void **state)
{
	(void)state;
	scratch_init(&s);
	scratch_file(&s, "/run/udev/control", "");
	scratch_file(&s, "/sys/dev/block/8:16/dev", "8:16\n");
	scratch_file(&s, "/sys/dev/block/8:16/holders/.keep", "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_deinit(&s);
	return 0;
}

static int ask(dev_t dev)
{
	why[0] = '\0';
	return udev_may_mount(&s.root, dev, fstype, why, sizeof(why));
}

/* The disk's record, and what is said of it then. */
static int with_record(const char *record)
{
	scratch_file(&s, "/run/udev/data/b8:16", record);
	return ask(SDB);
}

static void test_ready(void **state)
{
	(void)state;
	assert_int_equal(with_record("S:disk/by-uuid/1\nI:1\nE:ID_FS_TYPE=xfs\n"
				     "E:DM_MULTIPATH_DEVICE_PATH=0\nG:systemd\n"),
			 0);
	assert_string_equal(fstype, "xfs");
	/* No line feed at the end, no properties at all. */
	assert_int_equal(with_record("I:1\nE:ID_FS_TYPE=ext4"), 0);
	assert_string_equal(fstype, "ext4");
	assert_int_equal(with_record("I:1\n"), 0);
	assert_string_equal(fstype, "");
}

static void test_not_ready(void **state)
{
	static const struct {
		const char *record, *why;
	} of[] = {
		{"E:ID_FS_TYPE=ext4\nE:SYSTEMD_READY=0\n", "SYSTEMD_READY=0"},
		{"E:ID_FS_TYPE=ext4\nE:DM_MULTIPATH_DEVICE_PATH=1\n", "multipath"},
		/* multipath does not know yet, and waits for another path. */
		{"E:DM_MULTIPATH_DEVICE_PATH=2\n", "multipath"},
		{"E:ID_FS_TYPE=mpath_member\n", "mpath_member"},
		{"E:ID_FS_TYPE=LVM2_member\n", "LVM2_member"},
		{"E:ID_FS_TYPE=linux_raid_member\n", "linux_raid_member"},
		{"E:ID_FS_TYPE=isw_raid_member\n", "isw_raid_member"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		assert_int_equal(with_record(of[i].record), -EAGAIN);
		assert_non_null(strstr(why, of[i].why));
	}
}

/* The record of a btrfs's first device stays as it was; the kernel knows better. */
static void test_btrfs(void **state)
{
	(void)state;
	assert_int_equal(with_record("E:ID_FS_TYPE=btrfs\nE:ID_BTRFS_READY=0\n"
				     "E:SYSTEMD_READY=0\n"),
			 -EINPROGRESS);
	assert_int_equal(with_record("E:ID_FS_TYPE=btrfs\nE:ID_BTRFS_READY=1\n"), 0);
	/* But not where multipath has the device. */
	assert_int_equal(with_record("E:ID_FS_TYPE=btrfs\nE:ID_BTRFS_READY=0\n"
				     "E:SYSTEMD_READY=0\nE:DM_MULTIPATH_DEVICE_PATH=1\n"),
			 -EAGAIN);
}

static void test_no_record(void **state)
{
	(void)state;
	assert_int_equal(ask(SDB), -EAGAIN);
	assert_non_null(strstr(why, "udev"));
}

/* Without udev the kernel alone is asked. */
static void test_no_udev(void **state)
{
	struct scratch bare;

	(void)state;
	scratch_init(&bare);
	assert_false(udev_is_there(&bare.root));
	assert_int_equal(udev_may_mount(&bare.root, SDB, fstype, why, sizeof(why)), 0);
	scratch_file(&bare, BLOCK "8:16/holders/dm-3", "");
	assert_int_equal(udev_may_mount(&bare.root, SDB, fstype, why, sizeof(why)), -EAGAIN);
	assert_non_null(strstr(why, "dm-3"));
	scratch_deinit(&bare);
}

static void test_held(void **state)
{
	(void)state;
	assert_int_equal(with_record("E:ID_FS_TYPE=ext4\n"), 0);
	scratch_file(&s, BLOCK "8:16/holders/md127", "");
	assert_int_equal(with_record("E:ID_FS_TYPE=ext4\n"), -EAGAIN);
	assert_non_null(strstr(why, "md127"));
}

/* What a disk is given to, its partitions are, too. */
static void test_partition(void **state)
{
	(void)state;
	scratch_file(&s, "/run/udev/data/b8:17", "E:ID_FS_TYPE=xfs\n");
	scratch_file(&s, BLOCK "8:16/sdb1/partition", "1\n");
	scratch_file(&s, BLOCK "8:16/sdb1/dev", "8:17\n");
	assert_int_equal(symlinkat("8:16/sdb1", s.root.fd, "sys/dev/block/8:17"), 0);
	scratch_file(&s, "/run/udev/data/b8:16", "E:ID_PART_TABLE_TYPE=gpt\n");
	assert_int_equal(ask(SDB1), 0);
	scratch_file(&s, "/run/udev/data/b8:16", "E:DM_MULTIPATH_DEVICE_PATH=1\n");
	assert_int_equal(ask(SDB1), -EAGAIN);
	assert_non_null(strstr(why, "its disk is a path of a multipath device"));
	scratch_file(&s, "/run/udev/data/b8:16", "E:ID_PART_TABLE_TYPE=gpt\n");
	scratch_file(&s, BLOCK "8:16/holders/dm-0", "");
	assert_int_equal(ask(SDB1), -EAGAIN);
	assert_non_null(strstr(why, "dm-0"));
}

static void test_settled(void **state)
{
	(void)state;
	assert_true(udev_is_there(&s.root));
	assert_true(udev_is_settled(&s.root));
	scratch_file(&s, "/run/udev/queue", "");
	assert_false(udev_is_settled(&s.root));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ready, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_ready, setup, teardown),
		cmocka_unit_test_setup_teardown(test_btrfs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_udev, setup, teardown),
		cmocka_unit_test_setup_teardown(test_held, setup, teardown),
		cmocka_unit_test_setup_teardown(test_partition, setup, teardown),
		cmocka_unit_test_setup_teardown(test_settled, setup, teardown),
	};

	return cmocka_run_group_tests_name("udev", tests, NULL, NULL);
}
