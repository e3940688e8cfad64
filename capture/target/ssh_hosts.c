// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_hosts.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEADLINE_MS INT64_C(20000)
#define OUTPUT_MAX  (256 * KIB)

/* The value of "KEY VALUE" in ssh -G's lines; "" when it is not there. */
static void value_of(const char *text, const char *key, char *buf, size_t size)
{
	size_t n = strlen(key);
	const char *line;

	buf[0] = '\0';
	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && line[n] == ' ') {
			(void)snprintf(buf, size, "%.*s", (int)strcspn(line + n + 1, "\r\n"),
				       line + n + 1);
			return;
		}
	}
}

static int ask_ssh(const struct url *u, const struct target_env *env, char **text)
{
	const char *config =
		env->ssh.config && *env->ssh.config ? env->ssh.config : SSH_SYSTEM_CONFIG;
	char file[4096] = "none", port[16];
	const char *const argv[] = {"ssh", "-G", "-F", file, port, "--", u->host, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result;
	size_t len;
	int err = 0;

	if (root_exists(env->root, config))
		err = root_name(env->root, config, file, sizeof(file));
	/* The URL's, or what the configuration says, which an option would outdo. */
	if (u->port)
		(void)snprintf(port, sizeof(port), "-p%u", u->port);
	else
		(void)snprintf(port, sizeof(port), "-q");
	if (err == 0)
		err = child_collect(&spec, OUTPUT_MAX, text, &len, &result);
	if (err == 0 && result.status != 0)
		err = -EINVAL;
	return err;
}

int ssh_host_name(const struct url *u, const struct target_env *env, char *buf, size_t size)
{
	_cleanup_free_ char *text = NULL;
	char host[256], port[16], alias[256];
	int n, err = ask_ssh(u, env, &text);

	if (err < 0)
		return err;
	value_of(text, "hostname", host, sizeof(host));
	value_of(text, "port", port, sizeof(port));
	value_of(text, "hostkeyalias", alias, sizeof(alias));
	if (alias[0] && strcmp(alias, "none") != 0)
		n = snprintf(buf, size, "%s", alias);
	else if (port[0] && strcmp(port, "22") != 0)
		n = snprintf(buf, size, "[%s]:%s", host, port);
	else
		n = snprintf(buf, size, "%s", host);
	return n < 1 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int ssh_host_known(const struct target_env *env, const char *name)
{
	char file[4096];
	const char *const argv[] = {"ssh-keygen", "-F", name, "-f", file, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + DEADLINE_MS};
	struct child_result result;
	int err = root_name(env->root, env->ssh.known_hosts, file, sizeof(file));

	if (err == 0)
		err = child_run(&spec, &result);
	return err < 0 || result.status == 0 ? err : -ENOENT;
}
