// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/boot_network.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define CMDLINE   "/proc/cmdline"
#define CMDLINE_D "/etc/cmdline.d"
#define TEXT_MAX  (64 * KIB)

/* What a word begins with. */
static const char *const words[] = {
	"ip=",
	"netroot=",
	"nfsroot=",
	"iscsiroot=",
	"rd.iscsi.initiator=",
	"rd.iscsi.ibft",
	"iscsi_initiator=",
	"rd.iscsi.firmware",
	"fcoe=",
	"rd.nvmf.",
	"nbdroot=",
	"rd.fcoe=",
};
/* What follows root= or rootfallback= if it is on a network. */
static const char *const roots[] = {
	"nfs", "iscsi:",    "nbd:",     "fcoe:",    "cifs:", "dhcp",  "http",
	"ftp", "live:http", "live:ftp", "live:nfs", "tftp",  "ceph:",
};
/* Words like these with 0 mean the opposite. */
static const char *const off[] = {
	"rd.neednet=0", "rd.iscsi.firmware=0", "rd.iscsi.ibft=0", "rd.fcoe=0", "ip=off", "ip=none",
	"ip="};

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

static bool begins_with(const char *word, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strncmp(word, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

static bool calls_for_network(const char *word)
{
	if (is_one_of(word, off, ARRAY_SIZE(off)))
		return false;
	if (strncmp(word, "root=", 5) == 0)
		return begins_with(word + 5, roots, ARRAY_SIZE(roots)) ||
		       strcmp(word, "root=/dev/nfs") == 0;
	return strncmp(word, "rd.neednet", 10) == 0 || begins_with(word, words, ARRAY_SIZE(words));
}

bool boot_network_word(const char *buf, size_t len, char word[BOOT_WORD_MAX])
{
	_cleanup_free_ char *text = strndup(buf, len);
	char *rest = text, *one;

	while ((one = strsep(&rest, " \t\n"))) {
		/* A quote may stand around a word. */
		if (*one == '"')
			one++;
		if (!calls_for_network(one))
			continue;
		(void)snprintf(word, BOOT_WORD_MAX, "%s", one);
		return true;
	}
	return false;
}

static bool in_file(const struct root *root, const char *path, char word[BOOT_WORD_MAX])
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	return root_read(root, path, TEXT_MAX, &text, &len) == 0 &&
	       boot_network_word(text, len, word);
}

bool boot_network(const struct root *root, char word[BOOT_WORD_MAX])
{
	int fd = root_open(root, CMDLINE_D, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	char path[300];

	if (fd >= 0 && !dir)
		(void)close(fd);
	if (in_file(root, CMDLINE, word) || in_file(root, "/etc/cmdline", word))
		return true;
	while (dir && (e = readdir(dir))) {
		(void)snprintf(path, sizeof(path), CMDLINE_D "/%s", e->d_name);
		if (e->d_name[0] != '.' && in_file(root, path, word))
			return true;
	}
	return false;
}
