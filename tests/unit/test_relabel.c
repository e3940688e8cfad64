// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "run/relabel.h"

#include <errno.h>
#include <string.h>

static const char mounts[] =
	"22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n"
	"40 22 0:45 /home /home rw shared:9 - btrfs /dev/sdb1 rw,subvol=/home\n"
	"41 22 0:46 / /data\\040disk rw - btrfs /dev/sdb1 rw,subvol=/\n"
	"42 22 0:47 / /broken\n"
	"43 22 - x\n";

static void test_find_mount(void **state)
{
	char out[100] = "as it was";

	(void)state;
	assert_int_equal(relabel_find_mount(mounts, "/dev/sdc1", out, sizeof(out)), -ENOENT);
	assert_string_equal(out, "as it was");
	assert_int_equal(relabel_find_mount(mounts, "/dev/sda2", out, sizeof(out)), 0);
	assert_string_equal(out, "/");
	/* Not where a part of it is. */
	assert_int_equal(relabel_find_mount(mounts, "/dev/sdb1", out, sizeof(out)), 0);
	assert_string_equal(out, "/data disk");
	assert_int_equal(relabel_find_mount("", "/dev/sdb1", out, sizeof(out)), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_mount),
	};

	return cmocka_run_group_tests_name("relabel", tests, NULL, NULL);
}
