// SPDX-License-Identifier: GPL-2.0-or-later
/* Our key: made, and brought to the server. */
#include "cmd/propagate.h"

#include "base/clock.h"
#include "target/ssh_identity.h"
#include "target/ssh_install.h"
#include "target/ssh_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HELLO_MS INT64_C(30000)
#define OWN_MS   INT64_C(300000) /* for a person to type a password */

/* What the key is good for there: to log in, and nothing that a capture does not need. */
#define RESTRICT "restrict "

int propagate_identity(struct propagate *p)
{
	const char *file = p->config->identity_file;
	char host[65] = "", comment[80], why[300];
	int err;

	if (!*file)
		return EXIT_DONE;
	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(comment, sizeof(comment), "fadump-ng@%s", host);
	err = ssh_identity_make(&p->app->root, file, comment, why, sizeof(why));
	if (err == -EEXIST)
		return EXIT_DONE;
	if (err < 0)
		return propagate_fail(p, "%s (identity-file) cannot be made: %s", file,
				      why[0] ? why : strerror(-err));
	p->changed = true;
	propagate_say(p, "%s: a new key", file);
	return EXIT_DONE;
}

/* Exactly the login of a capture. 0, or -errno with why. */
static int try_login(const struct propagate *p, enum ssh_trouble *trouble, char *why, size_t size)
{
	int64_t deadline = clock_ms() + HELLO_MS;
	struct ssh_link l;
	int err = ssh_link_start(&l, p->url, &p->env, "", deadline, why, size);

	if (err == 0)
		err = ssh_link_finish(&l, deadline, why, size);
	*trouble = l.trouble;
	ssh_link_close(&l);
	return err;
}

/* ssh asks for the password itself; it is nothing that we see. */
static int install(struct propagate *p, const char *key, const char *line)
{
	char why[300] = "";
	struct ssh_link l;
	int err = ssh_link_start_own(&l, p->url, &p->env, why, sizeof(why));

	if (err == 0) {
		err = terminal_lend(&p->terminal, l.ssh.pid);
		if (err == 0)
			err = ssh_link_finish(&l, clock_ms() + OWN_MS, why, sizeof(why));
		terminal_take_back(&p->terminal);
	}
	if (err == 0)
		err = ssh_install_key(&l.sftp, key, line, why, sizeof(why));
	ssh_link_close(&l);
	if (err < 0)
		return propagate_fail(p, "the key could not be installed: %s",
				      why[0] ? why : strerror(-err));
	propagate_say(p, "the key was added to .ssh/authorized_keys there");
	return EXIT_DONE;
}

static const char *login_name(const struct propagate *p)
{
	return *p->url->user ? p->url->user : "the login";
}

/* The line is for the server's administrator, whatever the verbosity. */
static int offer(struct propagate *p)
{
	char key[SSH_PUBLIC_MAX], line[SSH_PUBLIC_MAX + sizeof(RESTRICT)], why[300], question[300];
	const char *file = p->config->identity_file;
	char *space;
	int err;

	if (!*file)
		return propagate_fail(p, "the server accepts none of the keys that ssh's own "
					 "configuration names (identity-file is empty)");
	err = ssh_identity_public(&p->app->root, file, key, sizeof(key), why, sizeof(why));
	if (err < 0)
		return propagate_fail(p, "%s (identity-file): %s", file,
				      why[0] ? why : strerror(-err));
	(void)snprintf(line, sizeof(line), "%s%s", RESTRICT, key);
	printf("%s\n", line);
	(void)fflush(stdout);
	(void)snprintf(question, sizeof(question),
		       "the server does not accept this key yet; log in as %s now, with your own "
		       "key or password, and add it to .ssh/authorized_keys there?",
		       login_name(p));
	if (!p->asks || !terminal_ask(&p->terminal, question))
		return propagate_fail(p,
				      "the server does not accept the key yet; add the line on "
				      "standard output to the authorized_keys of %s there, and run "
				      "this again",
				      login_name(p));
	/* What a key is, without the comment. */
	space = strchr(key, ' ');
	space = space ? strchr(space + 1, ' ') : NULL;
	if (space)
		*space = '\0';
	return install(p, key, line);
}

static int say_stranger(const struct propagate *p, const char *why)
{
	return propagate_fail(p,
			      "%s; when its key was changed on purpose, run this again with "
			      "--fingerprint and the new one, as the server itself says it (there: "
			      "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)",
			      why);
}

int propagate_login(struct propagate *p)
{
	enum ssh_trouble trouble;
	char why[500];
	int err = try_login(p, &trouble, why, sizeof(why)), status;

	if (err < 0 && trouble == SSH_TROUBLE_REFUSED) {
		status = offer(p);
		if (status != EXIT_DONE)
			return status;
		err = try_login(p, &trouble, why, sizeof(why));
		if (err < 0 && trouble == SSH_TROUBLE_REFUSED)
			return propagate_fail(p,
					      "the key is in .ssh/authorized_keys there, and the "
					      "server does not accept it: it looks for keys "
					      "elsewhere (AuthorizedKeysFile), or its log knows");
	}
	if (err == 0)
		propagate_say(p, "the server accepts the key");
	else if (trouble == SSH_TROUBLE_STRANGER)
		return say_stranger(p, why);
	else
		return propagate_fail(p, "%s", why[0] ? why : strerror(-err));
	return EXIT_DONE;
}
