// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_config.h"

#include "base/child.h"
#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (256 * KIB)

static const char *const preferred[] = {"aes128-gcm@openssh.com", "aes256-gcm@openssh.com"};

void ssh_config_value(const char *text, const char *key, char *buf, size_t size)
{
	size_t n = strlen(key);
	const char *line;

	buf[0] = '\0';
	for (line = text; line; line = strchr(line, '\n')) {
		size_t len;

		line += *line == '\n';
		if (strncmp(line, key, n) != 0 || line[n] != ' ')
			continue;
		len = strcspn(line + n + 1, "\r\n");
		if (len < size)
			(void)snprintf(buf, size, "%.*s", (int)len, line + n + 1);
		return;
	}
}

/* file: of the configuration, or "none". port: an option, or one that changes nothing. */
static int ask(const char *file, const char *port, const char *host, int64_t deadline, char **text)
{
	const char *const argv[] = {"ssh", "-G", "-F", file, port, "--", host, NULL};
	struct child_spec spec = {.argv = argv, .stdin_fd = -1, .deadline = deadline};
	struct child_result result;
	size_t len;
	int err = child_collect(&spec, OUTPUT_MAX, text, &len, &result);

	return err == 0 && result.status != 0 ? -EINVAL : err;
}

int ssh_config_ask(const struct url *u, const struct target_env *env, int64_t deadline, char **text)
{
	const char *config =
		env->ssh.config && *env->ssh.config ? env->ssh.config : SSH_SYSTEM_CONFIG;
	char file[4096] = "none", port[16] = "-q";
	int err = 0;

	if (root_exists(env->root, config))
		err = root_name(env->root, config, file, sizeof(file));
	/* The URL's, or what the configuration says, which an option would outdo. */
	if (u->port)
		(void)snprintf(port, sizeof(port), "-p%u", u->port);
	return err < 0 ? err : ask(file, port, u->host, deadline, text);
}

static bool is_preferred(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(preferred); i++)
		if (strlen(preferred[i]) == len && strncmp(preferred[i], name, len) == 0)
			return true;
	return false;
}

/* Add those of list that are preferred, or the others, in their order. */
static size_t add(char *buf, size_t used, size_t size, const char *list, bool want)
{
	size_t len;

	for (; *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (len == 0 || is_preferred(list, len) != want ||
		    used + (used > 0) + len + 1 > size)
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%.*s", used ? "," : "",
					 (int)len, list);
	}
	return used;
}

void ssh_config_prefer(const char *list, char *buf, size_t size)
{
	size_t used = add(buf, 0, size, list, true);

	buf[used] = '\0';
	if (used)
		(void)add(buf, used, size, list, false);
}

void ssh_config_ciphers(const struct url *u, const struct target_env *env, int64_t deadline,
			char *buf, size_t size)
{
	_cleanup_free_ char *set = NULL, *bare = NULL;
	char ours[1024], own[1024];

	buf[0] = '\0';
	if (ssh_config_ask(u, env, deadline, &set) < 0 ||
	    ask("none", "-q", u->host, deadline, &bare) < 0)
		return;
	ssh_config_value(set, "ciphers", ours, sizeof(ours));
	ssh_config_value(bare, "ciphers", own, sizeof(own));
	if (strcmp(ours, own) == 0)
		ssh_config_prefer(own, buf, size);
}
