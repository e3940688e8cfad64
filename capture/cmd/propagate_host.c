// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's key: shown, confirmed, and written to the file of known hosts. */
#include "cmd/propagate.h"

#include "target/known_hosts.h"
#include "target/ssh_hosts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COMPARE                                                                                    \
	"compare it with what the server itself says (there: ssh-keygen -lf "                      \
	"/etc/ssh/ssh_host_ed25519_key.pub, or another of its keys)"

static int say_jumped(const struct propagate *p, const struct ssh_host *h)
{
	return propagate_fail(
		p,
		"%s is reached through another host (ssh-config), where ssh-keyscan does not "
		"go; run ssh-keyscan -p %s %s where it is reached, compare the fingerprint, "
		"and add the keys to %s under the name %s",
		h->address, h->port, h->address, p->config->known_hosts, h->name);
}

static void show(const struct propagate *p, const struct host_keys *keys)
{
	size_t i;

	propagate_say(p, "the server shows:");
	for (i = 0; i < keys->n; i++)
		propagate_say(p, "  %s", keys->keys[i].shown);
}

/* The keys to believe in. EXIT_DONE with *n of them. */
static int confirm(struct propagate *p, const struct ssh_host *h, const struct host_keys *keys,
		   const struct host_key **chosen, size_t *n)
{
	char question[400];
	size_t i;

	for (i = *n = 0; i < keys->n; i++)
		if (!p->fingerprint || strcmp(keys->keys[i].fingerprint, p->fingerprint) == 0)
			chosen[(*n)++] = &keys->keys[i];
	if (p->fingerprint && *n)
		return EXIT_DONE;
	show(p, keys);
	if (p->fingerprint)
		return propagate_fail(p,
				      "the server shows no key with the fingerprint %s: it may be "
				      "another machine; nothing was changed",
				      p->fingerprint);
	if (!p->asks)
		return propagate_fail(p,
				      "the host key of %s is not known, and nobody is there to be "
				      "asked; " COMPARE " and give it with --fingerprint",
				      h->name);
	(void)snprintf(question, sizeof(question), "is this the key of %s?", h->name);
	return terminal_ask(&p->terminal, question)
		       ? EXIT_DONE
		       : propagate_fail(p, "the host key was not confirmed; nothing was changed");
}

static int learn(struct propagate *p, const struct ssh_host *h, bool replace)
{
	struct host_keys keys;
	const struct host_key *chosen[HOST_KEYS_MAX];
	const char *file = p->config->known_hosts;
	size_t n;
	int status, err;

	if (h->jumped)
		return say_jumped(p, h);
	err = host_keys_scan(h, &keys);
	if (err == -ENOENT)
		return propagate_fail(p,
				      "no SSH server answers at %s port %s; does it run, is the "
				      "port right?",
				      h->address, h->port);
	if (err < 0)
		return propagate_fail(p, "ssh-keyscan: %s", strerror(-err));
	status = confirm(p, h, &keys, chosen, &n);
	if (status != EXIT_DONE)
		return status;
	err = known_hosts_put(&p->app->root, file, h->name, chosen, n, replace);
	if (err < 0)
		return propagate_fail(p, "%s (known-hosts): %s", file, strerror(-err));
	p->changed = true;
	propagate_say(p, "%s: %s key of %s", file, replace ? "has the new" : "has the", h->name);
	return EXIT_DONE;
}

int propagate_host(struct propagate *p)
{
	struct ssh_host h;
	int err, known;

	if (!*p->config->known_hosts)
		return p->fingerprint
			       ? propagate_fail(p, "known-hosts is empty: ssh's own configuration "
						   "says which keys it knows, not --fingerprint")
			       : EXIT_DONE;
	err = ssh_host_find(p->url, &p->env, &h);
	if (err < 0)
		return propagate_fail(p, "ssh -G %s: %s; is ssh-config right?", p->url->host,
				      strerror(-err));
	known = root_exists(&p->app->root, p->config->known_hosts) ? ssh_host_known(&p->env, h.name)
								   : -ENOENT;
	if (known < 0 && known != -ENOENT)
		return propagate_fail(p, "%s (known-hosts): %s", p->config->known_hosts,
				      strerror(-known));
	/* A key that is known needs no word; one that was given must be the one. */
	if (known == 0 &&
	    (!p->fingerprint || ssh_host_known_as(&p->env, h.name, p->fingerprint) == 0))
		return EXIT_DONE;
	return learn(p, &h, known == 0);
}
