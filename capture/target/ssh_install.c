// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_install.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Relative: to where the server puts the login, its home. */
#define DIRECTORY ".ssh"
#define KEYS      ".ssh/authorized_keys"
#define KEYS_MAX  (1 * MIB)

/* What the file holds; the caller frees it. */
static int read_keys(struct sftp *s, const struct sftp_file *f, char **text, size_t *len)
{
	_cleanup_free_ char *buf = NULL;
	struct sftp_attrs a = {0};
	int err = sftp_fstat(s, f, &a);

	if (err == 0 && (!a.has_size || a.size > KEYS_MAX))
		err = -EFBIG;
	if (err < 0)
		return err;
	buf = malloc(a.size + 1);
	if (!buf)
		return -ENOMEM;
	if (a.size)
		err = sftp_read(s, f, buf, a.size, 0);
	if (err < 0)
		return err;
	buf[a.size] = '\0';
	*len = a.size;
	*text = take_ptr(&buf);
	return 0;
}

static int append(struct sftp *s, const struct sftp_file *f, const char *key, const char *line)
{
	_cleanup_free_ char *text = NULL, *added = NULL;
	size_t len = 0;
	int n, err = read_keys(s, f, &text, &len);

	if (err < 0)
		return err;
	if (strstr(text, key))
		return 0;
	n = asprintf(&added, "%s%s\n", len && text[len - 1] != '\n' ? "\n" : "", line);
	if (n < 0) {
		added = NULL;
		return -ENOMEM;
	}
	err = (uint64_t)n > s->limits.write ? -EMSGSIZE : sftp_write(s, f, added, (size_t)n, len);
	if (err == 0)
		err = sftp_fsync(s, f);
	return err == -EOPNOTSUPP ? 0 : err;
}

int ssh_install_key(struct sftp *s, const char *key, const char *line, char *why, size_t size)
{
	struct sftp_file f = {.len = 0};
	struct sftp_attrs a;
	const char *what = DIRECTORY;
	int closed, err = sftp_stat(s, DIRECTORY, &a);

	if (err == -ENOENT)
		err = sftp_mkdir(s, DIRECTORY);
	if (err == 0) {
		what = KEYS;
		err = sftp_open(s, KEYS, SFTP_FXF_READ | SFTP_FXF_WRITE | SFTP_FXF_CREAT, &f);
	}
	if (err == 0) {
		err = append(s, &f, key, line);
		closed = sftp_close(s, &f);
		err = err < 0 ? err : closed;
	}
	if (err < 0)
		(void)snprintf(why, size, "%s of this login: %s", what,
			       *s->said ? s->said : strerror(-err));
	return err;
}
