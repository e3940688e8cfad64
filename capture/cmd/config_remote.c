// SPDX-License-Identifier: GPL-2.0-or-later
/* Targets on other machines: are their tools, keys and host keys there, and what must an image
 * have? */
#include "cmd/cmd.h"
#include "cmd/config.h"

#include "base/program.h"
#include "run/run.h"
#include "target/ssh_hosts.h"
#include "target/url.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct remote {
	struct app *app;
	const char *name; /* of the configuration */
	const struct config *config;
	const struct config_target *target;
	const struct url *url;
	struct target_env env;
};

static _printf_(2, 3) int refuse(const struct remote *r, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cmd_say_target(r->app, r->name, r->target, text);
	return EXIT_FAILED;
}

static int check_identity(const struct remote *r)
{
	const char *file = r->config->identity_file;
	struct stat st;

	if (!*file)
		return EXIT_DONE;
	if (root_stat(&r->app->root, file, &st) < 0)
		return refuse(r, "%s (identity-file) is not there; fadump-ng propagate %s makes it",
			      file, r->target->url);
	if (st.st_mode & 077)
		return refuse(r, "%s (identity-file) can be read by others; chmod 600 it", file);
	return EXIT_DONE;
}

static int check_known_hosts(const struct remote *r)
{
	const char *file = r->config->known_hosts;
	struct ssh_host host;
	int err;

	if (!*file)
		return EXIT_DONE;
	if (!root_exists(&r->app->root, file))
		return refuse(r, "%s (known-hosts) is not there; fadump-ng propagate %s makes it",
			      file, r->target->url);
	err = ssh_host_find(r->url, &r->env, &host);
	if (err < 0)
		return refuse(r, "ssh -G %s: %s; is ssh-config right?", r->url->host,
			      strerror(-err));
	err = ssh_host_known(&r->env, host.name);
	if (err == -ENOENT)
		return refuse(r,
			      "%s (known-hosts) holds no key of %s; fadump-ng propagate %s adds "
			      "it",
			      file, host.name, r->target->url);
	return err < 0 ? refuse(r, "ssh-keygen: %s", strerror(-err)) : EXIT_DONE;
}

static int check_ssh(const struct remote *r)
{
	const char *config = r->config->ssh_config;
	int status;

	if (!program_exists("ssh"))
		return refuse(r, "ssh is not installed; install openssh-client (openssh-clients)");
	if (*config && !root_exists(&r->app->root, config))
		return refuse(r, "%s (ssh-config) is not there", config);
	status = check_identity(r);
	return status == EXIT_DONE ? check_known_hosts(r) : status;
}

static int check_nfs(const struct remote *r)
{
	if (!program_exists("mount.nfs"))
		return refuse(
			r,
			"mount.nfs is not installed; install nfs-common (nfs-utils, nfs-client)");
	return EXIT_DONE;
}

/* One line a thing, "WHAT NAME", each once: the first target that needs it says so. */
static void print_ssh(const struct remote *r)
{
	const struct config *c = r->config;

	printf("program ssh\n");
	if (*c->identity_file) {
		printf("private %s\n", c->identity_file);
		printf("maybe %s-cert.pub\n", c->identity_file);
	}
	if (*c->known_hosts)
		printf("private %s\n", c->known_hosts);
	if (*c->ssh_config)
		printf("private %s\n", c->ssh_config);
	else
		printf("maybe %s\n", SSH_SYSTEM_CONFIG);
}

static void print_nfs(const struct remote *r)
{
	const char *vers = url_option(r->url, "vers");

	printf("program mount\nprogram mount.nfs\n");
	printf("module %s\n", vers && *vers == '3' ? "nfsv3" : "nfsv4");
}

/* By scheme; a scheme without an entry is on this machine. */
static const struct {
	int (*check)(const struct remote *r);
	void (*print)(const struct remote *r);
} kinds[] = {
	[URL_NFS] = {check_nfs, print_nfs},
	[URL_SSH] = {check_ssh, print_ssh},
};

static int each(struct app *app, const char *name, const struct config *c, bool print)
{
	struct remote r = {.app = app, .name = name, .config = c};
	int status = EXIT_DONE;
	size_t i;

	run_target_env(&app->root, c, &r.env);
	for (i = 0; i < c->n_targets && status == EXIT_DONE; i++) {
		struct url u;

		r.target = &c->targets[i];
		r.url = &u;
		status = cmd_parse_target(app, name, r.target, &u);
		if (status != EXIT_DONE)
			break;
		if (kinds[u.scheme].check && print)
			kinds[u.scheme].print(&r);
		else if (kinds[u.scheme].check)
			status = kinds[u.scheme].check(&r);
		url_deinit(&u);
	}
	return status;
}

int cmd_check_remote(struct app *app, const char *name, const struct config *c)
{
	return each(app, name, c, false);
}

int cmd_config_remote(struct app *app, const char *file)
{
	struct config c;
	int status = cmd_load_config(app, file, &c);

	if (status == EXIT_DONE)
		status = each(app, cmd_config_name(app, file), &c, true);
	config_deinit(&c);
	return status;
}
