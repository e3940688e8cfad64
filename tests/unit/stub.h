/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-ins for programs: shell scripts in a directory of their own at the front of PATH. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct stubs {
	char dir[64];
	char *path; /* PATH as it was */
};

static inline void stubs_init(struct stubs *s)
{
	char path[4096];

	(void)strcpy(s->dir, "/tmp/fadump-ng-stubs.XXXXXX");
	s->path = strdup(getenv("PATH"));
	if (!mkdtemp(s->dir) || !s->path)
		abort();
	(void)snprintf(path, sizeof(path), "%s:%s", s->dir, s->path);
	(void)setenv("PATH", path, 1);
}

static inline void stubs_remove(const struct stubs *s, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	(void)unlink(path);
}

/* In the script $STUBS is the directory. */
static inline void stubs_add(const struct stubs *s, const char *name, const char *script)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	f = fopen(path, "w");
	if (!f || fprintf(f, "#!/bin/sh\nSTUBS=%s\n%s\n", s->dir, script) < 0 || fclose(f) != 0 ||
	    chmod(path, 0755) < 0)
		abort();
}

static inline void stubs_data(const struct stubs *s, const char *name, const void *buf, size_t len)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(buf, 1, len, f) != len || fclose(f) != 0)
		abort();
}

/* names: the files that were made, NULL-terminated. */
static inline void stubs_deinit(struct stubs *s, const char *const *names)
{
	for (; *names; names++)
		stubs_remove(s, *names);
	(void)setenv("PATH", s->path, 1);
	(void)rmdir(s->dir);
	free(s->path);
}
