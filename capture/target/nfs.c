// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/nfs.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "target/directory.h"
#include "target/mountpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MOUNT_MS    INT64_C(60000)

#define PATIENCE_MS INT64_C(240000) /* more than soft mounts take by themselves */

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

static bool is_ipv6(const struct url *u)
{
	return strchr(u->host, ':') != NULL;
}

/*
 * soft: a server that does not answer is an error after about a minute and a half (a request of 15
 * s, then 30 s, then 45 s), not a process that nothing can end. nolock: version 3 would need
 * rpc.statd, and there is nobody to lock against.
 */
int nfs_options(const struct url *u, char *buf, size_t size)
{
	const char *vers = url_option(u, "vers"), *proto = url_option(u, "proto");
	const char *sec = url_option(u, "sec"), *mountport = url_option(u, "mountport");
	bool v3 = vers && vers[0] == '3';
	char port[20] = "";
	int n;

	if (u->port)
		(void)snprintf(port, sizeof(port), ",port=%u", u->port);
	n = snprintf(buf, size,
		     "rw,nodev,nosuid,noexec,soft,timeo=150,retrans=2,retry=0,vers=%s,"
		     "proto=%s%s%s%s%s%s%s%s",
		     vers ? vers : "4", proto ? proto : "tcp",
		     is_ipv6(u) && (!proto || strcmp(proto, "tcp") == 0) ? "6" : "", port,
		     sec ? ",sec=" : "", sec ? sec : "", v3 ? ",nolock,mountproto=tcp" : "",
		     v3 && mountport ? ",mountport=" : "", v3 && mountport ? mountport : "");
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int nfs_source(const struct url *u, char *buf, size_t size)
{
	int n = snprintf(buf, size, is_ipv6(u) ? "[%s]:%s" : "%s:%s", u->host, u->path);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* mount(8), because names, versions and addresses are mount.nfs's affair. */
static int mount_it(struct target *t, const char *dir)
{
	char options[512], source[1024];
	const char *const argv[] = {"mount", "-t", "nfs", "-o", options, source, dir, NULL};
	static const char *const environment[] = {"LC_ALL=C", NULL};
	struct child_spec spec = {
		.argv = argv,
		.env_add = environment,
		.stdin_fd = -1,
		.deadline = target_until(t, MOUNT_MS),
	};
	struct child_result result;
	int err = nfs_options(t->url, options, sizeof(options));

	if (err == 0)
		err = nfs_source(t->url, source, sizeof(source));
	if (err < 0)
		return err;
	err = child_run(&spec, &result);
	if (err == -ENOENT)
		why(t, "mount is not there; install mount and nfs-common (nfs-utils)");
	else if (err == -ETIMEDOUT)
		why(t, "cannot mount %s: the server does not answer", source);
	else if (err == 0 && result.status != 0)
		why(t, "cannot mount %s: %s", source, child_last_words(&result));
	if (err == 0 && result.status != 0)
		err = -EIO;
	return err;
}

/* What a killed capture left; and the directory. */
static int make_mountpoint(const char *dir)
{
	while (umount2(dir, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	if (mkdir("/run/fadump-ng", 0755) < 0 && errno != EEXIST)
		return -errno;
	return mkdir(dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int nfs_open(struct target *t)
{
	char dir[sizeof(t->mountpoint)];
	int err;

	if (!t->root->real) {
		why(t, "NFS is mounted on the real machine only, not beneath --root");
		return -ENOTSUP;
	}
	err = mountpoint_take(t, dir, sizeof(dir));
	if (err == 0)
		err = make_mountpoint(dir);
	if (err < 0)
		return err;
	/* Noted before it is there: whoever finds us dead takes it away. */
	(void)snprintf(t->mountpoint, sizeof(t->mountpoint), "%s", dir);
	err = mount_it(t, dir);
	if (err < 0) {
		/* mount may have done it all the same, and not have come to say so. */
		(void)umount2(dir, MNT_DETACH | UMOUNT_NOFOLLOW);
		(void)rmdir(dir);
		t->mountpoint[0] = '\0';
		return err;
	}
	return directory_open(t, "/");
}

/* What a server keeps for its own root is not for us. */
static int nfs_space(struct target *t, uint64_t *free_bytes)
{
	struct statvfs sv;

	if (fstatvfs(t->base_fd, &sv) < 0)
		return -errno;
	*free_bytes = (uint64_t)sv.f_bavail * sv.f_frsize;
	return 0;
}

/* What counts was synced long ago. Nothing may wait here for a server that is gone. */
static int nfs_close(struct target *t)
{
	int err = 0;

	directory_close(t);
	if (t->mountpoint[0]) {
		if (umount2(t->mountpoint, MNT_FORCE | UMOUNT_NOFOLLOW) < 0 &&
		    umount2(t->mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			err = -errno;
		else
			(void)rmdir(t->mountpoint);
		if (err < 0 && !t->why[0])
			why(t, "cannot unmount %s: %s", t->mountpoint, strerror(-err));
	}
	t->mountpoint[0] = '\0';
	if (t->mount_lock >= 0)
		(void)close(take_fd(&t->mount_lock));
	return err;
}

const struct target_ops nfs_ops = {
	.patience_ms = PATIENCE_MS,
	.open = nfs_open,
	.space = nfs_space,
	.begin = directory_begin,
	.create = directory_create,
	.write = directory_write,
	.pread = directory_pread,
	.size = directory_size,
	.arrive = directory_arrive,
	.earlier = directory_earlier,
	.flush = directory_flush,
	.publish = directory_publish,
	.reopen = directory_reopen,
	.put = directory_put,
	.abandon = directory_abandon,
	.capacity = directory_capacity,
	.list = directory_list,
	.look = directory_look,
	.drop = directory_drop,
	.close = nfs_close,
};
