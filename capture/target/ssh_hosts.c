// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_hosts.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "target/ssh_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEADLINE_MS INT64_C(20000)
#define OUTPUT_MAX  (256 * KIB)

static bool is_set(const char *value)
{
	return *value && strcmp(value, "none") != 0;
}

int ssh_host_find(const struct url *u, const struct target_env *env, struct ssh_host *out)
{
	_cleanup_free_ char *text = NULL;
	char alias[256], jump[256], command[256];
	int n, err = ssh_config_ask(u, env, clock_ms() + DEADLINE_MS, &text);

	if (err < 0)
		return err;
	ssh_config_value(text, "hostname", out->address, sizeof(out->address));
	ssh_config_value(text, "port", out->port, sizeof(out->port));
	ssh_config_value(text, "hostkeyalias", alias, sizeof(alias));
	ssh_config_value(text, "proxyjump", jump, sizeof(jump));
	ssh_config_value(text, "proxycommand", command, sizeof(command));
	out->jumped = is_set(jump) || is_set(command);
	if (is_set(alias))
		n = snprintf(out->name, sizeof(out->name), "%s", alias);
	else if (out->port[0] && strcmp(out->port, "22") != 0)
		n = snprintf(out->name, sizeof(out->name), "[%s]:%s", out->address, out->port);
	else
		n = snprintf(out->name, sizeof(out->name), "%s", out->address);
	return n < 1 || (size_t)n >= sizeof(out->name) ? -ENAMETOOLONG : 0;
}

static int look_up(const struct target_env *env, const char *name, char **text)
{
	char file[4096];
	const char *const argv[] = {"ssh-keygen", "-l", "-E", "sha256", "-F",
				    name,         "-f", file, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result = {0};
	size_t len;
	int err = root_name(env->root, env->ssh.known_hosts, file, sizeof(file));

	if (err == 0)
		err = child_collect(&spec, OUTPUT_MAX, text, &len, &result);
	return err < 0 || result.status == 0 ? err : -ENOENT;
}

int ssh_host_known(const struct target_env *env, const char *name)
{
	_cleanup_free_ char *text = NULL;

	return look_up(env, name, &text);
}

int ssh_host_known_as(const struct target_env *env, const char *name, const char *fingerprint)
{
	_cleanup_free_ char *text = NULL;
	size_t n = strlen(fingerprint);
	const char *at;
	int err = look_up(env, name, &text);

	if (err < 0 || !text)
		return err;
	for (at = strstr(text, fingerprint); at; at = strstr(at + 1, fingerprint))
		if (at[n] == '\0' || strchr(" \r\n", at[n]))
			return 0;
	return -ENOENT;
}
