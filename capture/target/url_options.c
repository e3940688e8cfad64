// SPDX-License-Identifier: GPL-2.0-or-later
/* What may stand behind the '?' of each scheme, and with which values. */
#include "target/url.h"

#include "base/nearest.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

struct option {
	const char *key;
	bool (*valid)(const char *value);
	const char *unknown; /* said of a key that is most like this one */
	const char *invalid; /* said of a value that is not right */
};

#define OPTION(name, check, what)                                                                  \
	{                                                                                          \
		name, check, "unknown option; the nearest known one is \"" name "\"",              \
			name " takes " what                                                        \
	}

static bool valid_word(const char *v)
{
	return *v && v[strspn(v, ALNUM "._-")] == '\0';
}

/* Nothing that could end a value which stands between commas in mount options. */
static bool valid_plain(const char *v)
{
	return *v && !strpbrk(v, ",\"\\");
}

static bool valid_device(const char *v)
{
	static const char *const tags[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		if (strncmp(v, tags[i], strlen(tags[i])) == 0)
			return valid_plain(v + strlen(tags[i]));
	}
	return strncmp(v, "/dev/", 5) == 0 && v[5] && valid_plain(v);
}

static bool valid_subvol(const char *v)
{
	return *v == '/' && valid_plain(v) && strlen(v) <= 255;
}

static bool valid_port(const char *v)
{
	size_t n = strspn(v, "0123456789");

	return n > 0 && n <= 5 && !v[n] && *v != '0';
}

static bool valid_connections(const char *v)
{
	return *v >= '1' && *v <= '8' && !v[1];
}

static const struct option file_options[] = {
	OPTION("device", valid_device,
	       "UUID=..., LABEL=..., PARTUUID=..., PARTLABEL=... or a path below /dev"),
	OPTION("fstype", valid_word, "a file system's name, like ext4"),
	OPTION("subvol", valid_subvol, "a subvolume's absolute path, like /@crash"),
	{0},
};

static const struct option nfs_options[] = {
	OPTION("vers", valid_word, "an NFS version, like 4.2"),
	OPTION("proto", valid_word, "a transport, like tcp"),
	OPTION("sec", valid_word, "a security flavour, like sys"),
	OPTION("mountport", valid_port, "a port, like 20048"),
	{0},
};

static const struct option ssh_options[] = {
	OPTION("connections", valid_connections, "a number from 1 to 8"),
	{0},
};

static const struct option *const known[] = {
	[URL_FILE] = file_options,
	[URL_NFS] = nfs_options,
	[URL_SSH] = ssh_options,
};

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

const char *url_option(const struct url *u, const char *key)
{
	size_t i;

	for (i = 0; i < u->n_options; i++) {
		if (strcmp(u->options[i].key, key) == 0)
			return u->options[i].value;
	}
	return NULL;
}

static const struct option *find_option(const struct url *u, const char *key, const char **why)
{
	const struct option *o, *nearest = known[u->scheme];
	size_t distance, least = SIZE_MAX;

	for (o = known[u->scheme]; o->key; o++) {
		if (strcmp(key, o->key) == 0)
			return o;
		distance = edit_distance(key, strlen(key), o->key);
		if (distance < least) {
			least = distance;
			nearest = o;
		}
	}
	*why = nearest->unknown;
	return NULL;
}

int url_add_option(struct url *u, const char *key, const char *value, const char **why)
{
	const struct option *o = find_option(u, key, why);
	char *copy;

	if (!o)
		return -EINVAL;
	if (url_option(u, key))
		return refuse(why, "the same option twice");
	if (!o->valid(value))
		return refuse(why, o->invalid);
	if (u->n_options >= URL_OPTIONS_MAX)
		return refuse(why, "too many options");
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	u->options[u->n_options].key = o->key;
	u->options[u->n_options++].value = copy;
	return 0;
}

int url_check_options(const struct url *u, const char **why)
{
	const char *fstype = url_option(u, "fstype"), *subvol = url_option(u, "subvol");

	if (u->scheme == URL_FILE && (fstype || subvol) && !url_option(u, "device"))
		return refuse(why, "fstype and subvol need a device");
	if (subvol && fstype && strcmp(fstype, "btrfs") != 0)
		return refuse(why, "only btrfs has subvolumes");
	return 0;
}
