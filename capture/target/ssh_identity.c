// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_identity.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/io.h"
#include "target/private_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define DEADLINE_MS INT64_C(60000)

static int generate(const char *type, const char *file, const char *comment, char *why, size_t size)
{
	const char *const argv[] = {"ssh-keygen", "-q",    "-t", type, "-N", "",
				    "-C",         comment, "-f", file, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result;
	int err = child_run(&spec, &result);

	if (err < 0)
		(void)snprintf(why, size, "ssh-keygen cannot be run: %s", strerror(-err));
	else if (result.status != 0) {
		(void)snprintf(why, size, "ssh-keygen: %s", child_last_words(&result));
		err = -EIO;
	}
	return err;
}

static int sync_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fsync_close(fd);
}

/* The public one first: whoever finds the private one finds both. */
static int publish(const struct private_dir *d, const char *tmp, const char *tmp_pub)
{
	char pub[PRIVATE_NAME_MAX];
	int err = sync_file(d->fd, tmp);

	(void)snprintf(pub, sizeof(pub), "%s.pub", d->name);
	if (err == 0)
		err = sync_file(d->fd, tmp_pub);
	if (err == 0 && renameat(d->fd, tmp_pub, d->fd, pub) < 0)
		err = -errno;
	/* A link, unlike a rename, replaces nothing. */
	if (err == 0 && linkat(d->fd, tmp, d->fd, d->name, 0) < 0)
		err = -errno;
	if (err == 0 && fsync(d->fd) < 0)
		err = -errno;
	return err;
}

int ssh_identity_make(const struct root *root, const char *path, const char *comment, char *why,
		      size_t size)
{
	_cleanup_private_dir_ struct private_dir d = {.fd = -1};
	char tmp[PRIVATE_NAME_MAX], tmp_pub[PRIVATE_NAME_MAX + 4], at[4096], file[4096];
	struct stat st;
	int err;

	why[0] = '\0';
	if (root_exists(root, path))
		return -EEXIST;
	err = private_dir_open(root, path, &d);
	if (err < 0)
		return err;
	if (fstatat(d.fd, d.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	(void)snprintf(tmp, sizeof(tmp), "%s.incomplete", d.name);
	(void)snprintf(tmp_pub, sizeof(tmp_pub), "%s.pub", tmp);
	(void)snprintf(at, sizeof(at), "%s/%s", d.path, tmp);
	err = root_name(root, at, file, sizeof(file));
	if (err < 0)
		return err;
	(void)unlinkat(d.fd, tmp, 0);
	(void)unlinkat(d.fd, tmp_pub, 0);
	err = generate("ed25519", file, comment, why, size);
	if (err == -EIO)
		err = generate("ecdsa", file, comment, why, size);
	if (err == 0) {
		why[0] = '\0';
		err = publish(&d, tmp, tmp_pub);
	}
	(void)unlinkat(d.fd, tmp, 0);
	(void)unlinkat(d.fd, tmp_pub, 0);
	return err;
}

int ssh_identity_public(const struct root *root, const char *path, char *line, size_t line_size,
			char *why, size_t size)
{
	char file[4096];
	const char *const argv[] = {"ssh-keygen", "-y", "-P", "", "-f", file, NULL};
	_cleanup_free_ char *text = NULL;
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result;
	struct stat st;
	size_t len;
	int err = root_stat(root, path, &st);

	why[0] = '\0';
	if (err == 0 && (st.st_mode & 077)) {
		(void)snprintf(why, size, "others may read the private key; chmod 600 it");
		return -EPERM;
	}
	if (err == 0)
		err = root_name(root, path, file, sizeof(file));
	if (err == 0)
		err = child_collect(&spec, line_size - 1, &text, &len, &result);
	if (err < 0 || !text)
		return err;
	text[strcspn(text, "\r\n")] = '\0';
	if (result.status != 0 || !*text) {
		(void)snprintf(why, size, "it is not a private key without a passphrase: %s",
			       child_last_words(&result));
		return -EINVAL;
	}
	(void)snprintf(line, line_size, "%s", text);
	return 0;
}
