// SPDX-License-Identifier: GPL-2.0-or-later
/* A makedumpfile command line, taken apart into keys. */
#include "import/build.h"

#include "base/cleanup.h"
#include "dump/makedumpfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct words {
	char *rest;
	char extra[CONFIG_VALUE_MAX + 1]; /* those that go on as they are */
};

static const struct {
	const char *option, *word;
} compressions[] = {{"-c", "zlib"}, {"-l", "lzo"}, {"-p", "snappy"}, {"-z", "zstd"}};

static char *next_word(struct words *w)
{
	char *word;

	do
		word = strsep(&w->rest, " \t");
	while (word && !*word);
	return word;
}

/* The value of an option: behind it ("-d31", "--name=4"), or the next word. NULL: not that option,
 * or there is none. */
static const char *option_value(struct words *w, const char *word, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0)
		return NULL;
	if (!word[n])
		return next_word(w);
	if (name[1] == '-')
		return word[n] == '=' ? word + n + 1 : NULL;
	return word + n;
}

static const char *compression(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(compressions); i++) {
		if (strcmp(word, compressions[i].option) == 0)
			return compressions[i].word;
	}
	return NULL;
}

static void set_level(struct importer *im, const char *value)
{
	size_t n = strcspn(value, ",");

	import_set(im, "dump-level", "%.*s", (int)n, value);
	if (value[n])
		import_lose(im,
			    "of several dump levels the first one is taken; a dump that does not "
			    "fit goes to the next target");
}

static void keep_word(struct words *w, const char *word)
{
	size_t have = strlen(w->extra), n = strlen(word);

	/* The words are parts of one value, which was not longer. */
	if (have + 1 + n >= sizeof(w->extra))
		return;
	if (have)
		w->extra[have++] = ' ';
	memcpy(w->extra + have, word, n + 1);
}

static void set_extra(struct importer *im, const char *extra)
{
	char why[200];
	int r;

	if (!*extra)
		return;
	r = mdf_check_extra(extra, why, sizeof(why));
	if (r == -ENOMEM)
		im->error = r;
	else if (r < 0)
		import_lose(im, "%s", why);
	else
		import_set(im, "makedumpfile-options", "%s", extra);
}

void import_makedumpfile(struct importer *im, const char *text, bool whole)
{
	_cleanup_free_ char *scratch = strdup(text);
	const char *word, *value, *compress = NULL;
	bool level = false;
	struct words w = {.rest = scratch};

	if (!scratch || strlen(text) > CONFIG_VALUE_MAX) {
		if (scratch)
			import_lose(im, "too long");
		else
			im->error = -ENOMEM;
		return;
	}
	while ((word = next_word(&w))) {
		if (strcmp(word, "-F") == 0 || option_value(&w, word, "--message-level"))
			continue;
		if (strcmp(word, "-E") == 0) {
			import_lose(im, "a dump is written in the kdump-compressed format, not as "
					"ELF (-E)");
		} else if (compression(word)) {
			compress = compression(word);
		} else if ((value = option_value(&w, word, "--num-threads"))) {
			import_set(im, "threads", "%s", strcmp(value, "0") == 0 ? "1" : value);
		} else if ((value = option_value(&w, word, "-d"))) {
			set_level(im, value);
			level = true;
		} else {
			keep_word(&w, word);
		}
	}
	if (compress || whole)
		import_set(im, "compress", "%s", compress ? compress : "none");
	if (!level && whole)
		import_set(im, "dump-level", "0");
	set_extra(im, w.extra);
}
