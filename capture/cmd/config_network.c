// SPDX-License-Identifier: GPL-2.0-or-later
/* `config network`: what an image is told of the network. */
#include "cmd/config.h"

#include "base/cleanup.h"
#include "net/boot_network.h"
#include "net/dracut_ip.h"
#include "net/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool by_words(const struct config *c)
{
	return strcmp(c->network, "auto") != 0 && strcmp(c->network, "none") != 0;
}

static int parse_words(struct app *app, const char *name, const struct config *c,
		       struct net_plan *out)
{
	struct net_error error;
	int r = net_dracut_parse(c->network, strlen(c->network), out, &error);

	if (r == 0)
		return EXIT_DONE;
	log_error(&app->log, "%s: network: %s", name, r == -EINVAL ? error.text : strerror(-r));
	return r == -EINVAL ? EXIT_INVALID : EXIT_FAILED;
}

int cmd_check_network(struct app *app, const char *name, const struct config *c)
{
	_cleanup_free_ struct net_plan *plan = calloc(1, sizeof(*plan));

	if (!plan) {
		log_error(&app->log, "%s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	return by_words(c) ? parse_words(app, name, c, plan) : EXIT_DONE;
}

/* What the image's drivers come from: the interfaces as this machine calls them. */
static void print_interfaces(const struct net_plan *p)
{
	_cleanup_(net_running_deinit) struct net_running s = {.n_links = 0};
	struct net_error ignored;
	size_t i, k;

	(void)!net_running_init(&s, &ignored);
	for (i = 0; i < p->n_links; i++) {
		const struct net_link *l = &p->links[i];
		const char *name = l->name;

		for (k = 0; k < s.n_links && *l->mac; k++)
			if (!*s.links[k].kind && strcmp(s.links[k].mac, l->mac) == 0)
				name = s.links[k].name;
		if (l->kind == NET_DEVICE)
			printf("interface %s\n", name);
	}
}

static void print_needs(const struct net_plan *p)
{
	bool bond = false, vlan = false, inet6 = false;
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		bond = bond || p->links[i].kind == NET_BOND;
		vlan = vlan || p->links[i].kind == NET_VLAN;
	}
	for (i = 0; i < p->n_addresses; i++)
		inet6 = inet6 ||
			(p->addresses[i].how != NET_STATIC && p->addresses[i].how != NET_DHCP) ||
			strchr(p->addresses[i].prefix, ':');
	print_interfaces(p);
	if (bond)
		printf("module bonding\n");
	if (vlan)
		printf("module 8021q\n");
	if (inet6)
		printf("module ipv6\n");
	if (net_plan_needs(p, NET_DHCP) || net_plan_needs(p, NET_DHCP6))
		printf("module af_packet\n");
	if (net_plan_needs(p, NET_DHCP))
		printf("applet udhcpc\n");
	if (net_plan_needs(p, NET_DHCP6))
		printf("applet udhcpc6\n");
}

static void print_plan(const struct net_plan *p, bool needs)
{
	if (needs)
		print_needs(p);
	else
		net_plan_print(stdout, p);
}

/* Once for every host, whatever number of targets it has. */
static bool said_before(struct app *app, const char *name, const struct config *c, size_t i,
			const char *host)
{
	bool same = false;
	struct url u;
	size_t k;

	for (k = 0; k < i && !same; k++) {
		if (cmd_parse_target(app, name, &c->targets[k], &u) != EXIT_DONE)
			continue;
		same = strcmp(u.host, host) == 0;
		url_deinit(&u);
	}
	return same;
}

static int record_target(struct app *app, const char *name, const struct config *c, size_t i,
			 const char *host, bool needs)
{
	_cleanup_free_ struct net_plan *plan = calloc(1, sizeof(*plan));
	struct net_error error = {.text = "out of memory"};
	int r = plan ? net_record(&app->root, host, plan, &error) : -ENOMEM;

	if (r < 0)
		cmd_say_target(app, name, &c->targets[i], error.text);
	else
		print_plan(plan, needs);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Words are for all hosts alike. */
static int print_words(struct app *app, const char *name, const struct config *c, bool needs)
{
	_cleanup_free_ struct net_plan *plan = calloc(1, sizeof(*plan));
	struct net_error ignored;
	int status = plan ? parse_words(app, name, c, plan) : EXIT_FAILED;

	if (status != EXIT_DONE)
		return status;
	/* Names alone will do where `ip` does not run. */
	(void)!net_record_devices(plan, &ignored);
	print_plan(plan, needs);
	return EXIT_DONE;
}

static int print_all(struct app *app, const char *name, const struct config *c, bool needs)
{
	int status = EXIT_DONE;
	struct url u;
	size_t i;

	if (strcmp(c->network, "none") == 0)
		return EXIT_DONE;
	for (i = 0; i < c->n_targets && status == EXIT_DONE; i++) {
		status = cmd_parse_target(app, name, &c->targets[i], &u);
		if (status != EXIT_DONE)
			return status;
		if (u.scheme != URL_FILE && by_words(c)) {
			url_deinit(&u);
			return print_words(app, name, c, needs);
		}
		if (u.scheme != URL_FILE && !said_before(app, name, c, i, u.host))
			status = record_target(app, name, c, i, u.host, needs);
		url_deinit(&u);
	}
	return status;
}

int cmd_config_network(struct app *app, const char *file, bool needs)
{
	struct config c;
	int status = cmd_load_config(app, file, &c);

	if (status == EXIT_DONE)
		status = print_all(app, cmd_config_name(app, file), &c, needs);
	config_deinit(&c);
	return status;
}

int cmd_config_boot_network(struct app *app)
{
	char word[BOOT_WORD_MAX];

	if (boot_network(&app->root, word))
		printf("%s\n", word);
	return EXIT_DONE;
}
