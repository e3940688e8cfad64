// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/device.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/life.h"
#include "base/trace.h"
#include "base/wait.h"
#include "target/device_find.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#define WAIT_MS      INT64_C(60000) /* for the device, unless told otherwise */
#define FSCK_MS      INT64_C(1800000)
#define FSCK_TERM_MS INT64_C(15000) /* to stop at a point where it may */
#define UNMOUNT_MS   10000
#define POLL_US      200000
#define RETRY_US     1000000 /* between tries to mount */
#define E2FSCK_LEFT  4       /* e2fsck(8): errors remain; more than that: it did not do its work */

static bool is_mounted(const char *path)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct stat st;
	bool found = false;

	if (table && stat(path, &st) == 0)
		found = mnt_table_find_devno(table, st.st_rdev, MNT_ITER_FORWARD) != NULL;
	mnt_unref_table(table);
	return found;
}

/* A check of a file system at work, and what it had done when it was looked at last. */
struct check {
	const struct target *t;
	pid_t pid;
	uint64_t done;
};

/* It may take as long as it needs, but not stand still: what waits for it hears which it is. */
static int look_at_check(void *ctx)
{
	struct check *c = ctx;
	uint64_t done = life_work(c->pid);
	bool gets_on = done == 0 || done != c->done;

	c->done = done;
	return target_busy(c->t, gets_on);
}

static int run_check(const char *path, const struct target *t, struct child_result *result)
{
	const char *argv[] = {"e2fsck", "-p", path, NULL};
	struct check c = {.t = t};
	struct child_spec spec = {
		.argv = argv,
		.stdin_fd = -1,
		.deadline = deadline_in(t->env->deadline, FSCK_MS),
		.term_ms = FSCK_TERM_MS,
		.pid = &c.pid,
		.on_tick = look_at_check,
		.ctx = &c,
	};

	return child_run(&spec, result);
}

/* ext file systems want e2fsck before the first write; xfs and btrfs replay when mounted. */
static int check_file_system(const char *path, const char *fstype, struct target *t, char *why,
			     size_t size)
{
	struct child_result result;
	int err;

	if (strncmp(fstype, "ext", 3) != 0 || is_mounted(path))
		return 0;
	t->repairing = true;
	err = run_check(path, t, &result);
	t->repairing = false;
	if (err == -ENOENT) /* mounting replays the journal all the same */
		return 0;
	if (err == -ETIMEDOUT) {
		(void)snprintf(
			why, size,
			"e2fsck -p %s was stopped, its time was over; nothing was written there",
			path);
		return err;
	}
	if (err < 0) {
		(void)snprintf(why, size, "e2fsck -p %s: %s", path, strerror(-err));
		return err;
	}
	if (result.status < E2FSCK_LEFT)
		return 0;
	if (result.status < 128 && (result.status & E2FSCK_LEFT)) {
		(void)snprintf(
			why, size,
			"%s needs a repair by hand: e2fsck -p exited with %d; run e2fsck on it",
			path, result.status);
		return -EUCLEAN;
	}
	(void)snprintf(why, size,
		       "%s could not be checked: e2fsck -p ended with %d; run e2fsck on it", path,
		       result.status);
	return -EIO;
}

static int mount_it(const char *path, const char *fstype, const char *options, const char *dir)
{
	struct libmnt_context *cxt = mnt_new_context();
	int err = -ENOMEM;

	if (!cxt)
		return err;
	if (mnt_context_set_source(cxt, path) == 0 && mnt_context_set_target(cxt, dir) == 0 &&
	    mnt_context_set_fstype(cxt, fstype) == 0 &&
	    mnt_context_set_options(cxt, "rw,nodev,nosuid,noexec") == 0 &&
	    (!options || !*options || mnt_context_append_options(cxt, options) == 0)) {
		(void)mnt_context_disable_mtab(cxt, 1);
		(void)mnt_context_disable_helpers(cxt, 1);
		err = mnt_context_mount(cxt);
		if (err > 0)
			err = mnt_context_syscall_called(cxt) ? -mnt_context_get_syscall_errno(cxt)
							      : -EINVAL;
	}
	mnt_free_context(cxt);
	trace("mounted %s at %s as %s, %s: %s", path, dir, fstype,
	      options && *options ? options : "no options", err < 0 ? strerror(-err) : "done");
	return err;
}

/* What an earlier capture left mounted here when it was killed; the caller holds the lock. */
static void unmount_stale(const char *dir)
{
	/* Where somebody is in it, it is mounted over: the dump counts for more. */
	while (umount2(dir, UMOUNT_NOFOLLOW) == 0)
		;
}

/* Errors of mount(2) that pass: the device is being set up, or not all of it is there yet. */
static bool may_pass(int err)
{
	return err == -EBUSY || err == -ENXIO || err == -EIO || err == -EAGAIN || err == -ENOENT;
}

/* *again: it failed for a reason that may pass. */
static int mount_checked(const struct device_found *device, const struct device_spec *spec,
			 const char *dir, char *why, size_t size, bool *again)
{
	const char *path = device->path, *fstype = spec->fstype;
	_cleanup_free_ char *probed = NULL;
	struct statvfs sv;
	int err;

	if (!fstype && device->fstype[0])
		fstype = device->fstype;
	if (!fstype) {
		probed = mnt_get_fstype(path, NULL, NULL);
		fstype = probed;
	}
	if (!fstype) {
		(void)snprintf(why, size, "%s holds no file system that is known here", path);
		return -EINVAL;
	}
	unmount_stale(dir);
	err = check_file_system(path, fstype, spec->t, why, size);
	if (err < 0)
		return err;
	if (mkdir("/run/fadump-ng", 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	err = mount_it(path, fstype, spec->options, dir);
	if (err < 0) {
		*again = may_pass(err);
		(void)snprintf(why, size, "cannot mount %s (%s): %s", path, fstype, strerror(-err));
		/* What failed may have been what comes behind the mount itself. */
		(void)umount2(dir, UMOUNT_NOFOLLOW);
		(void)rmdir(dir);
		return err;
	}
	if (statvfs(dir, &sv) == 0 && (sv.f_flag & ST_RDONLY)) {
		(void)snprintf(why, size, "%s came up read-only", path);
		(void)!device_unmount(dir);
		return -EROFS;
	}
	return 0;
}

/* How long the device may take, and the mount that somebody else is in the way of. */
static int64_t time_for(const struct target *t)
{
	return target_until(t, t->env->device_ms ? t->env->device_ms : WAIT_MS);
}

static int find(const struct device_spec *spec, int64_t began, int64_t until,
		struct device_found *out, char *why, size_t size)
{
	char reason[200];
	int err = device_find(spec->t, spec->source, until, out, reason, sizeof(reason));

	if (err < 0)
		(void)snprintf(why, size, "%s: no device to mount within %lld s: %s", spec->source,
			       (long long)((until - began) / 1000), reason);
	return err;
}

int device_mount(const struct device_spec *spec, const char *dir, char *why, size_t size)
{
	int64_t began = clock_ms(), until = time_for(spec->t);
	struct device_found device;

	for (;;) {
		bool again = false;
		int err = find(spec, began, until, &device, why, size);

		if (err < 0)
			return err;
		err = mount_checked(&device, spec, dir, why, size, &again);
		if (err == 0 || clock_ms() >= until || target_busy(spec->t, true) < 0)
			return err;
		/* Somebody else may have taken the device meanwhile. */
		if (!again && device_is_free(spec->t, device.path))
			return err;
		clock_nap_us(RETRY_US);
	}
}

int device_unmount(const char *dir)
{
	int64_t until = clock_ms() + UNMOUNT_MS;

	while (umount2(dir, UMOUNT_NOFOLLOW) < 0) {
		if (errno != EBUSY || clock_ms() >= until)
			return -errno;
		clock_nap_us(POLL_US);
	}
	(void)rmdir(dir);
	return 0;
}
