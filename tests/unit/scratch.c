// SPDX-License-Identifier: GPL-2.0-or-later
#include "scratch.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void scratch_init(struct scratch *s)
{
	(void)strcpy(s->dir, "/tmp/fadump-ng-test.XXXXXX");
	if (!mkdtemp(s->dir) || root_init(s->dir, &s->root) < 0)
		abort();
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void scratch_deinit(struct scratch *s)
{
	root_deinit(&s->root);
	(void)nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void scratch_file(const struct scratch *s, const char *path, const char *text)
{
	char parent[256];
	char *slash;
	int fd;

	(void)snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	*slash = '\0';
	if (root_mkdirs(&s->root, *parent ? parent : "/", 0755) < 0)
		abort();
	fd = root_open(&s->root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) < 0)
		abort();
}

const char *scratch_text(const struct scratch *s, const char *path)
{
	static char text[65536];
	char *buf;
	size_t len;

	if (root_read(&s->root, path, sizeof(text) - 1, &buf, &len) < 0)
		return NULL;
	memcpy(text, buf, len + 1);
	free(buf);
	return text;
}
