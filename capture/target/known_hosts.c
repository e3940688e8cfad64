// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/known_hosts.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "target/private_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define DEADLINE_MS INT64_C(60000)
#define OUTPUT_MAX  (256 * KIB)
#define FILE_MAX    (4 * MIB)

#define LETTERS     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define BASE64      LETTERS "0123456789+/"
#define TYPE        LETTERS "0123456789-.@"

/* One line, NUL-terminated; cut into words in place. */
static bool parse_line(char *line, struct host_key *out)
{
	char *rest = line, *name = strsep(&rest, " "), *type = strsep(&rest, " ");
	char *blob = strsep(&rest, " ");
	int n;

	if (!blob || *name == '#' || !*name || !*type || type[strspn(type, TYPE)] ||
	    strlen(blob) < 16 || blob[strspn(blob, BASE64 "=")])
		return false;
	n = snprintf(out->key, sizeof(out->key), "%s %s", type, blob);
	return n > 0 && (size_t)n < sizeof(out->key);
}

void host_keys_parse(const char *buf, size_t len, struct host_keys *out)
{
	char line[HOST_KEY_MAX + 512];
	size_t n;

	memset(out, 0, sizeof(*out));
	for (; len && out->n < HOST_KEYS_MAX; buf += n, len -= n) {
		const char *end = memchr(buf, '\n', len);
		size_t used = end ? (size_t)(end - buf) : len;

		n = used + (end ? 1 : 0);
		if (used >= sizeof(line))
			continue;
		memcpy(line, buf, used);
		line[used] = '\0';
		line[strcspn(line, "\r")] = '\0';
		if (parse_line(line, &out->keys[out->n]))
			out->n++;
	}
}

bool host_key_is_fingerprint(const char *text)
{
	return strncmp(text, "SHA256:", 7) == 0 && strlen(text) == 7 + 43 &&
	       strspn(text + 7, BASE64) == 43;
}

/* In a file that is nowhere but in memory. */
static int describe(struct host_key *k, const char *name)
{
	static const char *const argv[] = {"ssh-keygen", "-l", "-E", "sha256", "-f", "-", NULL};
	_cleanup_close_ int fd = memfd_create("host-key", MFD_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct child_spec spec = {
		.argv = argv, .stdin_fd = fd, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result;
	size_t len;
	int err;

	if (fd < 0)
		return -errno;
	if (dprintf(fd, "%s %s\n", k->key, name) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -EIO;
	err = child_collect(&spec, OUTPUT_MAX, &text, &len, &result);
	if (err < 0)
		return err;
	text[strcspn(text, "\r\n")] = '\0';
	(void)snprintf(k->shown, sizeof(k->shown), "%s", text);
	if (result.status != 0 || sscanf(k->shown, "%*s %63s", k->fingerprint) != 1 ||
	    !host_key_is_fingerprint(k->fingerprint))
		return -EBADMSG;
	return 0;
}

int host_keys_scan(const struct ssh_host *host, struct host_keys *out)
{
	const char *const argv[] = {"ssh-keyscan", "-T", "10",          "-p",
				    host->port,    "--", host->address, NULL};
	_cleanup_free_ char *text = NULL;
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result;
	size_t i, len;
	int err = child_collect(&spec, OUTPUT_MAX, &text, &len, &result);

	if (err < 0)
		return err;
	/* Its exit status says nothing in some versions. */
	host_keys_parse(text, len, out);
	for (i = 0; i < out->n && err == 0; i++)
		err = describe(&out->keys[i], host->name);
	return err == 0 && out->n == 0 ? -ENOENT : err;
}

/* Without name's keys. ssh-keygen leaves the old file beside it. */
static int forget(const struct root *root, const struct private_dir *d, const char *tmp,
		  const char *name)
{
	char file[4096], path[4096], old[300];
	const char *const argv[] = {"ssh-keygen", "-R", name, "-f", file, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result;
	int err;

	(void)snprintf(path, sizeof(path), "%s/%s", d->path, tmp);
	(void)snprintf(old, sizeof(old), "%s.old", tmp);
	err = root_name(root, path, file, sizeof(file));
	if (err == 0)
		err = child_run(&spec, &result);
	if (err == 0 && result.status != 0)
		err = -EIO;
	(void)unlinkat(d->fd, old, 0);
	return err;
}

static int add_keys(int fd, const char *name, const struct host_key *const *keys, size_t n)
{
	char last = '\n';
	off_t end = lseek(fd, 0, SEEK_END);
	size_t i;
	int err = end < 0 ? -errno : 0;

	if (err == 0 && end > 0)
		err = pread_full(fd, &last, 1, (uint64_t)end - 1);
	if (err == 0 && last != '\n')
		err = write_full(fd, "\n", 1);
	for (i = 0; i < n && err == 0; i++)
		err = dprintf(fd, "%s %s\n", name, keys[i]->key) < 0 ? -EIO : 0;
	return err;
}

static int copy_old(const struct private_dir *d, const char *tmp)
{
	_cleanup_close_ int from = openat(d->fd, d->name, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int to =
		openat(d->fd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	int err = to < 0 ? -errno : 0;

	if (err < 0 || (from < 0 && errno == ENOENT))
		return err;
	err = from < 0 ? -EACCES : read_to_end(from, FILE_MAX, &text, &len);
	return err < 0 ? err : write_full(to, text, len);
}

static int rewrite(const struct root *root, const struct private_dir *d, const char *tmp,
		   const char *name, const struct host_key *const *keys, size_t n, bool replace)
{
	int fd, err = copy_old(d, tmp);

	if (err == 0 && replace)
		err = forget(root, d, tmp, name);
	if (err < 0)
		return err;
	fd = openat(d->fd, tmp, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fchmod(fd, 0600) < 0 ? -errno : add_keys(fd, name, keys, n);
	if (err == 0)
		err = fsync_close(fd);
	else
		(void)close(fd);
	return err;
}

int known_hosts_put(const struct root *root, const char *path, const char *name,
		    const struct host_key *const *keys, size_t n, bool replace)
{
	_cleanup_private_dir_ struct private_dir d = {.fd = -1};
	char tmp[PRIVATE_NAME_MAX];
	int err = private_dir_open(root, path, &d);

	if (err < 0)
		return err;
	(void)snprintf(tmp, sizeof(tmp), "%s.incomplete", d.name);
	(void)unlinkat(d.fd, tmp, 0);
	err = rewrite(root, &d, tmp, name, keys, n, replace);
	if (err == 0 && renameat(d.fd, tmp, d.fd, d.name) < 0)
		err = -errno;
	if (err == 0 && fsync(d.fd) < 0)
		err = -errno;
	if (err < 0)
		(void)unlinkat(d.fd, tmp, 0);
	return err;
}
