// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/verify_find.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define OURS     "vmcore"
#define UNPROVED OURS ".unproved"

/* What a name says of a file. kdump-utils leaves vmcore.flat where it had no way to rearrange it;
 * Debian and Ubuntu write dump.TIME, or vmcore.TIME without makedumpfile. */
enum name_kind { NAME_OTHER, NAME_DUMP, NAME_UNPROVED, NAME_UNFINISHED };

static bool ends(const char *name, const char *word)
{
	size_t n = strlen(name), m = strlen(word);

	return n >= m && strcmp(name + n - m, word) == 0;
}

static enum name_kind kind_of(const char *name)
{
	const char *dot = strchr(name, '.');
	size_t stem = dot ? (size_t)(dot - name) : 0;
	bool dump = strncmp(name, OURS, strlen(OURS)) == 0 || strncmp(name, "dump", 4) == 0;

	if (dump && (ends(name, "incomplete") || ends(name, ".part") || ends(name, ".tmp")))
		return NAME_UNFINISHED;
	if (strcmp(name, UNPROVED) == 0)
		return NAME_UNPROVED;
	if (strcmp(name, OURS ".flat") == 0 || strcmp(name, OURS) == 0)
		return NAME_DUMP;
	if ((stem == 4 || stem == strlen(OURS)) && dump && dot[1] &&
	    strspn(dot + 1, "0123456789") == strlen(dot + 1))
		return NAME_DUMP;
	return NAME_OTHER;
}

/* ", NAME", while there is room, and such that it can be shown. */
static void add(char *list, size_t size, const char *name)
{
	size_t used = strlen(list);

	(void)snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
	for (char *c = list + used; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

struct names {
	char dumps[300], unfinished[300];
	char one[256]; /* the first of the dumps; vmcore where there is one */
	size_t n;
	bool unproved;
};

static int look(const char *dir, struct names *out)
{
	_cleanup_closedir_ DIR *d = opendir(dir);
	struct dirent *e;

	if (!d)
		return -errno;
	while ((errno = 0, e = readdir(d)) != NULL) {
		enum name_kind kind = kind_of(e->d_name);

		if (kind == NAME_UNFINISHED)
			add(out->unfinished, sizeof(out->unfinished), e->d_name);
		out->unproved = out->unproved || kind == NAME_UNPROVED;
		if (kind != NAME_DUMP)
			continue;
		if (strcmp(e->d_name, OURS) != 0)
			add(out->dumps, sizeof(out->dumps), e->d_name);
		if (out->n++ == 0 || strcmp(e->d_name, OURS) == 0)
			(void)snprintf(out->one, sizeof(out->one), "%s", e->d_name);
	}
	return -errno;
}

int verify_find(const char *arg, struct verify_place *out)
{
	struct names names = {.n = 0};
	struct stat st;
	int err;

	*out = (struct verify_place){0};
	(void)snprintf(out->path, sizeof(out->path), "%s", arg);
	if (stat(arg, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	err = look(arg, &names);
	if (err < 0)
		return err;
	out->ours = strcmp(names.one, OURS) == 0;
	if (out->ours)
		(void)snprintf(out->also, sizeof(out->also), "%s", names.dumps);
	if (names.n == 1 || out->ours) {
		(void)snprintf(out->path, sizeof(out->path), "%s/%s", arg, names.one);
		return 0;
	}
	if (names.n > 1) {
		(void)snprintf(out->why, sizeof(out->why),
			       "several dumps are in it: %s; name the one that is meant",
			       names.dumps);
		return -ENOTUNIQ;
	}
	out->unproved = names.unproved;
	if (names.unproved) {
		(void)snprintf(out->path, sizeof(out->path), "%s/" UNPROVED, arg);
		return 0;
	}
	if (names.unfinished[0]) {
		(void)snprintf(out->why, sizeof(out->why),
			       "no whole dump is in it, only %s, which its capture did not finish",
			       names.unfinished);
		return -EBADMSG;
	}
	(void)snprintf(out->why, sizeof(out->why),
		       "no dump is in it: neither vmcore, vmcore.flat nor dump.YYYYMMDDHHMM");
	return -ENOENT;
}
