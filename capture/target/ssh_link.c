// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_link.h"

#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define START_MS INT64_C(30000) /* for ssh to be executed */
#define END_MS   INT64_C(3000)  /* for ssh to end when its stdin is closed */
#define ARGS_MAX 48

/* ssh's command line, in one buffer. */
struct args {
	const char *argv[ARGS_MAX + 1];
	size_t n;
	char text[4 * 4096];
	size_t used;
	bool overflow;
};

static _printf_(2, 3) void add(struct args *a, const char *fmt, ...)
{
	size_t room = sizeof(a->text) - a->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(a->text + a->used, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room || a->n >= ARGS_MAX) {
		a->overflow = true;
		return;
	}
	a->argv[a->n++] = a->text + a->used;
	a->used += (size_t)n + 1;
}

/* A file of ours under the name by which another program finds it. */
static void add_file(struct args *a, const char *option, const struct root *root, const char *path)
{
	char name[4096];

	if (root_name(root, path, name, sizeof(name)) < 0)
		a->overflow = true;
	else
		add(a, "%s%s", option, name);
}

/*
 * What must hold whatever the administrator's own configuration says comes first, because ssh takes
 * the first value it is given.
 */
static const char *const always[] = {
	"-oStrictHostKeyChecking=yes",
	"-oClearAllForwardings=yes",
	"-oConnectTimeout=15",
	"-oServerAliveInterval=5",
	"-oServerAliveCountMax=3",
	"-oUpdateHostKeys=no",
	"-oControlMaster=no",
	"-oControlPath=none",
	"-oPermitLocalCommand=no",
	"-oRequestTTY=no",
	"-oEscapeChar=none",
	"-oForwardAgent=no",
	"-oRemoteCommand=none",
	/* The dump is compressed already. */
	"-oCompression=no",
	"-oLogLevel=ERROR",
};

/* own: with the keys and the password of whoever asks, who can be asked for them. */
static int build_args(struct args *a, const struct url *u, const struct target_env *env,
		      const char *ciphers, bool own)
{
	const struct ssh_files *f = &env->ssh;
	size_t i;

	a->n = a->used = 0;
	a->overflow = false;
	add(a, "ssh");
	/* Without one of ours the system's, which bears its crypto policy; never a user's own. */
	if (f->config && *f->config)
		add_file(a, "-F", env->root, f->config);
	else if (root_exists(env->root, SSH_SYSTEM_CONFIG))
		add_file(a, "-F", env->root, SSH_SYSTEM_CONFIG);
	else
		add(a, "-Fnone");
	add(a, "-oBatchMode=%s", own ? "no" : "yes");
	for (i = 0; i < ARRAY_SIZE(always); i++)
		add(a, "%s", always[i]);
	if (*ciphers)
		add(a, "-oCiphers=%s", ciphers);
	if (f->known_hosts && *f->known_hosts) {
		add_file(a, "-oUserKnownHostsFile=", env->root, f->known_hosts);
		add(a, "-oGlobalKnownHostsFile=/dev/null");
	}
	if (!own && f->identity && *f->identity) {
		add(a, "-oIdentitiesOnly=yes");
		add_file(a, "-oIdentityFile=", env->root, f->identity);
	}
	if (u->port)
		add(a, "-p%u", u->port);
	if (*u->user)
		add(a, "-l%s", u->user);
	add(a, "-s");
	add(a, "--");
	add(a, "%s", u->host);
	add(a, "sftp");
	a->argv[a->n] = NULL;
	return a->overflow ? -E2BIG : 0;
}

static int need(const struct root *root, const char *path, const char *key, char *why, size_t size)
{
	if (!path || !*path || root_exists(root, path))
		return 0;
	(void)snprintf(why, size, "%s (%s) is not there; fadump-ng propagate makes it", path, key);
	return -ENOENT;
}

static int start(struct ssh_link *l, const struct url *u, const struct target_env *env,
		 const char *ciphers, bool own, int64_t deadline, char *why, size_t size)
{
	/* Its messages are looked at. No agent: a capture has none, so no login may hang on one. */
	static const char *const environment[] = {"LC_ALL=C", "SSH_AUTH_SOCK=", NULL};
	static const char *const own_environment[] = {"LC_ALL=C", NULL};
	struct args a;
	int err = 0;

	*l = (struct ssh_link){.ssh = {.to = -1, .from = -1, .err_fd = -1}};
	if (!own)
		err = need(env->root, env->ssh.identity, "identity-file", why, size);
	if (err == 0)
		err = need(env->root, env->ssh.known_hosts, "known-hosts", why, size);
	if (err == 0)
		err = build_args(&a, u, env, ciphers, own);
	if (err < 0)
		return err;
	err = coprocess_start(a.argv, own ? own_environment : environment, deadline, &l->ssh);
	if (err < 0)
		(void)snprintf(why, size, "ssh cannot be run: %s%s", strerror(-err),
			       err == -ENOENT ? "; install openssh-client" : "");
	/* A connection that breaks at once is explained when it is waited for. */
	if (err == 0 && sftp_init(&l->sftp, l->ssh.from, l->ssh.to) == -ENOMEM)
		err = -ENOMEM;
	return err;
}

int ssh_link_start(struct ssh_link *l, const struct url *u, const struct target_env *env,
		   const char *ciphers, int64_t deadline, char *why, size_t size)
{
	return start(l, u, env, ciphers, false, deadline, why, size);
}

int ssh_link_start_own(struct ssh_link *l, const struct url *u, const struct target_env *env,
		       char *why, size_t size)
{
	return start(l, u, env, "", true, clock_ms() + START_MS, why, size);
}

/* What ssh says, and what an administrator can do about it. err 0: trying again may help. */
static const struct {
	const char *said;
	const char *meaning;
	int err;
	enum ssh_trouble trouble;
} known[] = {
	{"Host key verification failed",
	 "the server's host key is not the one in known-hosts; if that is right, see fadump-ng "
	 "propagate",
	 -EACCES, SSH_TROUBLE_STRANGER},
	{"REMOTE HOST IDENTIFICATION HAS CHANGED",
	 "the server's host key is not the one in known-hosts; if that is right, see fadump-ng "
	 "propagate",
	 -EACCES, SSH_TROUBLE_STRANGER},
	{"Permission denied",
	 "the server does not accept the key (identity-file) of this user; see fadump-ng propagate",
	 -EACCES, SSH_TROUBLE_REFUSED},
	{"subsystem request failed", "the server does not offer SFTP to this user", -EACCES,
	 SSH_TROUBLE_OTHER},
	{"UNPROTECTED PRIVATE KEY FILE", "others may read the private key: chmod 600", -EACCES,
	 SSH_TROUBLE_OTHER},
	{"Bad configuration option", "ssh does not understand its configuration", -EACCES,
	 SSH_TROUBLE_OTHER},
	{"Connection refused", "nothing listens there: is the SSH server running, the port right?",
	 0, SSH_TROUBLE_OTHER},
	{"Could not resolve hostname", "the server's name cannot be resolved", 0,
	 SSH_TROUBLE_OTHER},
	{"Connection timed out", "the server does not answer", 0, SSH_TROUBLE_OTHER},
	{"No route to host", "the server cannot be reached", 0, SSH_TROUBLE_OTHER},
	{"Network is unreachable", "the network is not up", 0, SSH_TROUBLE_OTHER},
};

static int explain(struct ssh_link *l, int err, char *why, size_t size)
{
	const char *words = coprocess_words(&l->ssh);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strstr(words, known[i].said))
			continue;
		(void)snprintf(why, size, "%s (%s)", known[i].meaning, words);
		l->trouble = known[i].trouble;
		return known[i].err ? known[i].err : err;
	}
	if (*words)
		(void)snprintf(why, size, "ssh: %s", words);
	else if (err == -ETIMEDOUT)
		(void)snprintf(why, size, "the server does not answer in time");
	else if (err == -EPROTO)
		(void)snprintf(why, size,
			       "the server does not speak SFTP: does its login print something?");
	else
		(void)snprintf(why, size, "the connection was closed");
	return err;
}

void ssh_link_explain(struct ssh_link *l, int err, char *why, size_t size)
{
	(void)explain(l, err, why, size);
}

int ssh_link_finish(struct ssh_link *l, int64_t deadline, char *why, size_t size)
{
	int err = sftp_hello(&l->sftp, deadline);

	if (err == 0)
		return 0;
	/* Its last words come when it has ended, if it has. */
	(void)coprocess_end(&l->ssh, err == -ECONNRESET ? END_MS : 0);
	return explain(l, err, why, size);
}

void ssh_link_close(struct ssh_link *l)
{
	(void)coprocess_end(&l->ssh, l->sftp.buf && !l->sftp.broken ? END_MS : 0);
	sftp_deinit(&l->sftp);
}
