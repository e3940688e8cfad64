// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/presence.h"

#include "base/cleanup.h"
#include "config/config.h"
#include "net/address.h"
#include "target/device_find.h"
#include "target/url.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void _printf_(2, 3) say_gone(struct presence *p, const char *fmt, ...)
{
	va_list ap;

	if (p->n_gone == p->max)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(p->gone[p->n_gone], sizeof(*p->gone), fmt, ap);
	va_end(ap);
	p->n_gone++;
}

static bool device_is_there(const struct root *root, const char *source)
{
	char path[1024];

	/* Without udev's links nothing can be said. */
	if (source[0] != '/' && !root_exists(root, "/dev/disk"))
		return true;
	return device_link(source, path, sizeof(path)) < 0 || root_exists(root, path);
}

static void look_at_target(struct presence *p, const char *url)
{
	const char *why, *device;
	struct url u;

	if (url_parse(url, &u, &why) < 0)
		return;
	device = url_option(&u, "device");
	if (u.scheme != URL_FILE)
		p->n_networks++;
	else if (!device || device_is_there(p->root, device))
		p->n_disks++;
	else
		say_gone(p, "the device %s", device);
	url_deinit(&u);
}

void presence_of_targets(struct presence *p, const char *conf, size_t len)
{
	struct config_error error;
	struct config c;
	size_t i;

	/* One of another version may have other keys. */
	if (config_init(&c) == 0 && config_parse(&c, conf, len, &error) == 0)
		for (i = 0; i < c.n_targets; i++)
			look_at_target(p, c.targets[i].url);
	config_deinit(&c);
}

static bool has_address(const struct root *root, const char *name, const char *file,
			const char *mac)
{
	_cleanup_free_ char *text = NULL;
	char path[400];
	size_t len;

	(void)snprintf(path, sizeof(path), "/sys/class/net/%s/%s", name, file);
	if (root_read(root, path, 256, &text, &len) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return strcasecmp(text, mac) == 0;
}

/*
 * By the address that it has, or, as a port of a bond, had; or by its name: the recorded address is
 * the permanent one, which sysfs does not show where another one is set.
 */
static bool card_is_there(const struct root *root, const char *name, const char *mac)
{
	char path[100];
	int fd = root_open(root, "/sys/class/net", O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (fd >= 0 && !dir)
		(void)close(fd);
	if (!dir)
		return true;
	(void)snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	if (root_exists(root, path))
		return true;
	while ((entry = readdir(dir)))
		if (has_address(root, entry->d_name, "address", mac) ||
		    has_address(root, entry->d_name, "bonding_slave/perm_hwaddr", mac))
			return true;
	return false;
}

void presence_of_interfaces(struct presence *p, const char *text, size_t len)
{
	_cleanup_free_ char *copy = strndup(text, len);
	char *rest = copy, *line, name[64], mac[NET_MAC_MAX];

	while (rest && (line = strsep(&rest, "\n")))
		if (sscanf(line, "device = %63s mac=%63s", name, mac) == 2) {
			p->n_cards++;
			if (card_is_there(p->root, name, mac))
				p->n_cards_there++;
			else
				say_gone(p, "the network card %s (%s)", name, mac);
		}
}

bool presence_no_way(const struct presence *p)
{
	bool network = p->n_networks && (!p->n_cards || p->n_cards_there);

	return p->n_gone && !p->n_disks && !network;
}
