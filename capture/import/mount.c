// SPDX-License-Identifier: GPL-2.0-or-later
/* The arguments that kdump hands to dracut; one of them may name the target. */
#include "import/build.h"

#include "base/cleanup.h"
#include "import/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOUNT "--mount"

/* The text of a --mount, or NULL: no such argument. *i moves on to the word that holds it. */
static const char *mount_of(const struct word_list *list, size_t *i)
{
	const char *word = list->words[*i];

	if (strncmp(word, MOUNT, strlen(MOUNT)) != 0)
		return NULL;
	word += strlen(MOUNT);
	if (*word == '=')
		return word + 1;
	if (*word)
		return NULL;
	return *i + 1 < list->n ? list->words[++*i] : "";
}

size_t import_count_mounts(const char *arguments)
{
	_cleanup_(word_list_deinit) struct word_list list = {.n = 0};
	size_t i, n = 0;

	if (word_list_init(arguments, &list) < 0)
		return 0;
	for (i = 0; i < list.n; i++)
		n += mount_of(&list, &i) != NULL;
	return n;
}

/* mount(8)'s options that become options of a URL, and those that change nothing here. */
static const struct {
	const char *name, *key; /* NULL: no matter */
	bool nfs;
} options[] = {
	{"vers", "vers", true},
	{"nfsvers", "vers", true},
	{"proto", "proto", true},
	{"sec", "sec", true},
	{"mountport", "mountport", true},
	{"subvol", "subvol", false},
	{"defaults", NULL, true},
	{"defaults", NULL, false},
	{"rw", NULL, true},
	{"rw", NULL, false},
	{"hard", NULL, true},
	{"soft", NULL, true},
	{"nolock", NULL, true},
	{"noatime", NULL, true},
	{"noatime", NULL, false},
	{"relatime", NULL, true},
	{"relatime", NULL, false},
	{"nofail", NULL, true},
	{"nofail", NULL, false},
	{"auto", NULL, true},
	{"auto", NULL, false},
	{"noauto", NULL, true},
	{"noauto", NULL, false},
	{"_netdev", NULL, true},
	{"_netdev", NULL, false},
	{"tcp", NULL, true},
	{"nosuid", NULL, true},
	{"nosuid", NULL, false},
	{"nodev", NULL, true},
	{"nodev", NULL, false},
	{"noexec", NULL, true},
	{"noexec", NULL, false},
};

#define PAIRS_MAX 6

struct mount {
	const char *source, *type;
	const char *pairs[2 * PAIRS_MAX + 3]; /* options of the URL */
	size_t n;
	char others[200]; /* names of mount options that are not taken over */
};

static bool is_nfs(const struct mount *m)
{
	return *m->type ? strncmp(m->type, "nfs", 3) == 0 : strstr(m->source, ":/") != NULL;
}

static void add_pair(struct mount *m, const char *key, const char *value)
{
	if (m->n + 2 < ARRAY_SIZE(m->pairs)) {
		m->pairs[m->n++] = key;
		m->pairs[m->n++] = value;
	}
}

/* Name and value of one, its value NULL where it has none. */
static void take_option(struct mount *m, const char *name, const char *value)
{
	size_t i, n = strlen(m->others);

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].nfs != is_nfs(m) || strcmp(options[i].name, name) != 0)
			continue;
		if (options[i].key && value)
			add_pair(m, options[i].key, value);
		return;
	}
	(void)snprintf(m->others + n, sizeof(m->others) - n, "%s%.40s", n ? ", " : "", name);
}

static void read_options(struct mount *m, char *text)
{
	char *one;

	while ((one = strsep(&text, ","))) {
		char *value = strchr(one, '=');

		if (value)
			*value++ = '\0';
		if (*one)
			take_option(m, one, value);
	}
}

static void set_target(struct importer *im, struct mount *m, const char *path)
{
	static const char *const types[] = {"ext2", "ext3", "ext4", "xfs", "btrfs", ""};
	size_t i;

	if (is_nfs(m)) {
		import_nfs(im, m->source, path, m->pairs);
		import_note(im, "the directory must be there already: it is what is mounted");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(types) && strcmp(types[i], m->type) != 0; i++)
		;
	if (i == ARRAY_SIZE(types)) {
		import_lose(im,
			    "a file system of type %.20s cannot be a target: ext2, ext3, ext4, xfs "
			    "and btrfs can, nfs:// and ssh://",
			    m->type);
		return;
	}
	import_target(im, URL_FILE, "", path, m->pairs);
}

/* "SOURCE DIRECTORY [TYPE [OPTIONS ...]]"; where it is mounted is of no matter. */
static void import_mount(struct importer *im, const char *text, const char *path)
{
	_cleanup_(word_list_deinit) struct word_list list = {.n = 0};
	struct mount m = {.n = 0};

	if (word_list_init(text, &list) < 0) {
		im->error = -ENOMEM;
		return;
	}
	if (list.n < 2) {
		import_lose(im,
			    "--mount without \"SOURCE DIRECTORY TYPE OPTIONS\": write a target");
		return;
	}
	m.source = list.words[0];
	m.type = list.n > 2 ? list.words[2] : "";
	if (!is_nfs(&m)) {
		add_pair(&m, "device", m.source);
		add_pair(&m, "fstype", *m.type ? m.type : NULL);
	}
	if (list.n > 3)
		read_options(&m, list.words[3]);
	set_target(im, &m, path);
	if (*m.others)
		import_lose(im, "the target is mounted without these options: %s", m.others);
}

static void lose_others(struct importer *im, const char *names)
{
	if (*names)
		import_lose(im,
			    "%s: the image is the machine's own, which has its drivers and "
			    "programs; what it lacks is named in /etc/dracut.conf.d",
			    names);
}

static void add_name(char *names, size_t size, const char *word)
{
	size_t n = strlen(names), len = strcspn(word, "=");

	(void)snprintf(names + n, size - n, "%s%.*s", n ? ", " : "", (int)(len < 40 ? len : 40),
		       word);
}

void import_mounts(struct importer *im, const struct setting *s, const char *path)
{
	_cleanup_(word_list_deinit) struct word_list list = {.n = 0};
	char names[200] = "";
	bool option = false; /* the word before is one, so that this may be its value */
	size_t i;

	if (word_list_init(s->value, &list) < 0) {
		im->error = -ENOMEM;
		return;
	}
	if (list.open) {
		im->target_asked |= strstr(s->value, MOUNT) != NULL;
		import_lose(im, "its quotes do not end");
		return;
	}
	for (i = 0; i < list.n; i++) {
		const char *word = list.words[i], *text = mount_of(&list, &i);

		if (text && path)
			import_mount(im, text, path);
		else if (!text && word[0] == '-')
			add_name(names, sizeof(names), word);
		else if (!text && !option)
			import_lose(im, "word %zu of it belongs to no option", i + 1);
		option = !text && word[0] == '-';
		im->target_asked |= text != NULL;
	}
	lose_others(im, names);
	im->whole = true;
}
