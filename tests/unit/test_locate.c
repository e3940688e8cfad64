// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/locate.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define UUID "UUID=00112233-4455-6677-8899-aabbccddeeff"

/* A machine beneath a temporary directory: mounts as the kernel lists them, devices as plain files.
 */
static const char mountinfo[] =
	"20 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
	"21 20 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw,size=1k\n"
	"22 20 0:6 / /run rw,nosuid,nodev shared:3 - tmpfs tmpfs rw,size=1k\n"
	"23 20 254:2 / /srv rw,relatime - xfs /dev/vda2 rw,attr2\n"
	"24 20 254:1 /data/dumps /bound rw,relatime - ext4 /dev/vda1 rw\n"
	"25 20 0:40 /@home /home rw,relatime - btrfs /dev/vdc rw,subvolid=257,subvol=/@home\n"
	"26 20 0:40 /@home/me /part rw,relatime - btrfs /dev/vdc rw,subvolid=257,subvol=/@home\n"
	"27 20 0:40 / /top rw,relatime - btrfs /dev/vdc rw,subvolid=5,subvol=/\n"
	"28 20 0:50 / /net rw,relatime - nfs4 10.0.2.2:/export rw,vers=4.2\n"
	"29 20 0:51 / /layers rw,relatime - overlay overlay rw,lowerdir=/a\n"
	"30 20 7:0 / /loop ro,relatime - squashfs /dev/loop0 ro\n"
	"31 20 254:9 / /auto rw,relatime - autofs systemd-1 rw,fd=1\n"
	"32 31 254:1 / /auto rw,relatime - ext4 /dev/vda1 rw\n"
	"33 20 254:1 / /with\\040blank rw,relatime - ext4 /dev/vda1 rw\n"
	"34 20 254:7 / /stale rw,relatime - ext4 /dev/mapper/renamed rw\n"
	"35 20 0:52 / /usb rw,relatime - fuseblk /dev/sdb1 rw\n";

static const char *const directories[] = {
	"/proc",   "/proc/self", "/dev",  "/dev/block",  "/run",   "/srv", "/srv/kept",
	"/var",    "/bound",     "/home", "/home/me",    "/part",  "/top", "/net",
	"/layers", "/loop",      "/auto", "/with blank", "/stale", "/usb", "/srv-more"};

struct machine {
	char dir[64];
	struct root root;
};

static void put(struct machine *m, const char *path, const void *data, size_t len, off_t off)
{
	int fd = root_open(&m->root, path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite_full(fd, data, len, (uint64_t)off), 0);
	assert_int_equal(close(fd), 0);
}

/* As much of an ext4 file system as it takes to have a UUID. */
static void put_ext4(struct machine *m, const char *path)
{
	unsigned char super[1024] = {0};
	int i;

	super[4] = 1;       /* blocks count 256 */
	super[5] = 1;       /* little-endian */
	super[0x38] = 0x53; /* magic */
	super[0x39] = 0xef;
	super[0x4c] = 1;    /* dynamic revision */
	super[0x5c] = 4;    /* has a journal */
	super[0x60] = 0x42; /* extents, file types */
	for (i = 0; i < 16; i++)
		super[0x68 + i] = (unsigned char)(i * 0x11);
	put(m, path, super, sizeof(super), 1024);
	put(m, path, "", 1, 300000);
}

static int set_up(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	size_t i;

	assert_non_null(m);
	(void)strcpy(m->dir, "/tmp/fadump-ng-locate-XXXXXX");
	assert_non_null(mkdtemp(m->dir));
	assert_int_equal(root_init(m->dir, &m->root), 0);
	for (i = 0; i < ARRAY_SIZE(directories); i++)
		assert_int_equal(root_mkdirs(&m->root, directories[i], 0700), 0);
	put(m, "/proc/self/mountinfo", mountinfo, strlen(mountinfo), 0);
	put_ext4(m, "/dev/vda1");
	put_ext4(m, "/dev/block/254:7");
	put(m, "/dev/vda2", "no file system", 14, 0);
	put(m, "/srv/file", "", 0, 0);
	*state = m;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct machine *m = *state;

	root_deinit(&m->root);
	assert_int_equal(nftw(m->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(m);
	return 0;
}

static void found(struct machine *m, const char *path, const char *device, const char *fstype,
		  const char *subvol, const char *inside)
{
	char why[300];
	struct location l;
	int r = location_find(&m->root, path, &l, why, sizeof(why));

	if (r < 0)
		fail_msg("%s: %d %s", path, r, why);
	assert_string_equal(l.device, device);
	assert_string_equal(l.fstype, fstype);
	assert_string_equal(l.subvol ? l.subvol : "", subvol);
	assert_string_equal(l.path, inside);
	location_deinit(&l);
}

static void not_found(struct machine *m, const char *path, int err, const char *words)
{
	char why[300] = "";
	struct location l;
	int r = location_find(&m->root, path, &l, why, sizeof(why));

	if (r != err || !strstr(why, words))
		fail_msg("%s: %d %s", path, r, why);
}

static void plain(void **state)
{
	found(*state, "/var/crash", UUID, "ext4", "", "/var/crash");
	found(*state, "/none/at/all", UUID, "ext4", "", "/none/at/all");
	found(*state, "/", UUID, "ext4", "", "/");
	found(*state, "/with blank/x", UUID, "ext4", "", "/x");
}

static void other_mount(void **state)
{
	/* No UUID in there: its path must do. */
	found(*state, "/srv", "/dev/vda2", "xfs", "", "/");
	found(*state, "/srv/kept/new", "/dev/vda2", "xfs", "", "/kept/new");
	/* A name that only begins like a mount point. */
	found(*state, "/srv-more/x", UUID, "ext4", "", "/srv-more/x");
}

static void bind_mount(void **state)
{
	found(*state, "/bound", UUID, "ext4", "", "/data/dumps");
	found(*state, "/bound/x", UUID, "ext4", "", "/data/dumps/x");
}

static void btrfs(void **state)
{
	found(*state, "/home/crash", "/dev/vdc", "btrfs", "/@home", "/crash");
	found(*state, "/home", "/dev/vdc", "btrfs", "/@home", "/");
	found(*state, "/part/x", "/dev/vdc", "btrfs", "/@home", "/me/x");
	found(*state, "/top/@x/y", "/dev/vdc", "btrfs", "/", "/@x/y");
}

static void stacked_and_renamed(void **state)
{
	struct machine *m = *state;
	char why[300];
	struct location l;

	found(m, "/auto/x", UUID, "ext4", "", "/x");
	/* The device is found by its number. */
	found(m, "/stale/x", UUID, "ext4", "", "/x");
	assert_int_equal(location_find(&m->root, "/stale", &l, why, sizeof(why)), 0);
	assert_string_equal(l.source, "/dev/block/254:7");
	location_deinit(&l);
}

static void symlinks(void **state)
{
	struct machine *m = *state;
	char path[100];

	(void)snprintf(path, sizeof(path), "%s/var/crash", m->dir);
	assert_int_equal(symlink("/srv/kept", path), 0);
	found(m, "/var/crash/sub", "/dev/vda2", "xfs", "", "/kept/sub");
	(void)snprintf(path, sizeof(path), "%s/var/nowhere", m->dir);
	assert_int_equal(symlink("/not/there", path), 0);
	not_found(m, "/var/nowhere", -ENOENT, "symbolic link to nothing");
	not_found(m, "/var/nowhere/sub", -ENOENT, "symbolic link to nothing");
}

static void refused(void **state)
{
	not_found(*state, "/run/crash", -ENOTBLK, "tmpfs");
	not_found(*state, "/net/crash", -ENOTBLK, "10.0.2.2:/export (nfs4)");
	not_found(*state, "/layers", -ENOTBLK, "overlay");
	not_found(*state, "/loop", -ENOTBLK, "loop device /dev/loop0");
	not_found(*state, "/usb", -ENOTBLK, "fuseblk");
	not_found(*state, "/srv/file", -ENOTDIR, "/srv/file");
	not_found(*state, "/srv/file/x", -ENOTDIR, "/srv/file/x");
}

static void no_table(void **state)
{
	struct machine *m = *state;
	char path[100];

	(void)snprintf(path, sizeof(path), "%s/proc/self/mountinfo", m->dir);
	assert_int_equal(truncate(path, 0), 0);
	not_found(m, "/var", -EIO, "mountinfo");
	assert_int_equal(unlink(path), 0);
	not_found(m, "/var", -ENOENT, "mountinfo");
}

static void of_device(void **state)
{
	struct machine *m = *state;
	struct location l;

	assert_int_equal(location_of_device(&m->root, "/dev/vda1", &l), 0);
	assert_string_equal(l.source, "/dev/vda1");
	assert_string_equal(l.device, "/dev/vda1");
	assert_string_equal(l.fstype, "ext4");
	location_deinit(&l);
	assert_int_equal(location_of_device(&m->root, "/dev/vda2", &l), 0);
	assert_null(l.fstype);
	location_deinit(&l);
	assert_int_equal(location_of_device(&m->root, "UUID=1-2", &l), 0);
	assert_string_equal(l.source, "UUID=1-2");
	assert_null(l.fstype);
	location_deinit(&l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain),
		TEST(other_mount),
		TEST(bind_mount),
		TEST(btrfs),
		TEST(stacked_and_renamed),
		TEST(symlinks),
		TEST(refused),
		TEST(no_table),
		TEST(of_device),
	};

	return cmocka_run_group_tests_name("locate", tests, NULL, NULL);
}
