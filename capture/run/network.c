// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/network.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/boot_network.h"
#include "net/up.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DHCP_SCRIPT "/usr/lib/fadump-ng/udhcpc" /* where the dracut module puts it */

#define NFS_PORT    2049
#define SSH_PORT    22
#define NAP_US      200000
#define ROUTE_MS    INT64_C(1000)

/* A host that was asked for, and what became of it. */
struct tried {
	char host[NET_HOST_MAX];
	int err;
	char reason[240];
};

struct run_network {
	struct undo undo;
	struct tried tried[CONFIG_TARGETS_MAX];
	size_t n_tried;
};

static int give(char *reason, size_t size, int err, const char *text)
{
	(void)snprintf(reason, size, "%s", text);
	return err;
}

/* The image's record for a host. */
static int read_plan(const struct run *run, const char *host, struct net_plan *out,
		     struct net_error *error)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = root_read(run->root, NET_PATH, NET_TEXT_MAX, &text, &len);

	if (r == 0)
		r = net_plan_parse(text, len, host, out, error);
	if (r == -EINVAL) {
		struct net_error where = *error;

		return net_refuse(error, "%s:%u: %s", NET_PATH, where.line, where.text);
	}
	if (r == -ENOENT)
		(void)net_refuse(error,
				 "%s in the image says nothing of %s; build the image again, see "
				 "fadump-ng config network",
				 NET_PATH, host);
	else if (r < 0)
		(void)net_refuse(error, "%s: %s", NET_PATH, strerror(-r));
	return r;
}

static bool nap(void)
{
	clock_nap_us(NAP_US);
	return true;
}

/* Where the target's server listens; 0: nothing that TCP could tell. */
static uint16_t port_of(const struct url *u)
{
	const char *proto = url_option(u, "proto");

	if (u->scheme == URL_NFS && proto && strcmp(proto, "tcp") != 0)
		return 0;
	if (u->port)
		return u->port;
	return u->scheme == URL_NFS ? NFS_PORT : SSH_PORT;
}

static void say_up(const struct run *run, const struct net_plan *p, const char *host)
{
	char where[NET_NAME_MAX];

	if (net_reaches(host, 0, clock_ms() + run->config->network_deadline_ms, where))
		log_info(run->log, "network: %s is reached over %s%s", host, where,
			 net_plan_needs(p, NET_DHCP) ? ", by DHCP" : "");
}

/*
 * Is the host reached without us? Where the boot brings up a network of its own, that gets half of
 * the time to come up.
 */
static bool is_reached(const struct run *run, const struct url *u, int64_t deadline)
{
	int64_t until = clock_ms() + run->config->network_deadline_ms / 2;
	char where[NET_NAME_MAX], word[BOOT_WORD_MAX] = "";
	bool own = boot_network(run->root, word), reached;

	if (own)
		log_info(run->log,
			 "network: this boot brings up one of its own (%s); waiting for it", word);
	do
		reached = net_reaches(u->host, port_of(u), deadline, where);
	while (!reached && own && clock_ms() < until && nap());
	if (reached)
		log_info(run->log, "network: %s is reached over %s, which is up already", u->host,
			 where);
	return reached;
}

/* As the image says. Where that is not possible, and there is a route, the target may still be
 * reached, by way of a jump host, say. */
static int follow_plan(struct run *run, const struct net_request *request, struct net_plan *plan,
		       struct net_error *error)
{
	char where[NET_NAME_MAX];
	int r = read_plan(run, request->host, plan, error);

	if (r == 0) {
		log_info(run->log, "network: bringing it up for %s, for at most %lld s",
			 request->host, (long long)(run->config->network_deadline_ms / 1000));
		r = net_up(request, &run->network->undo, error);
	}
	if (r == 0) {
		say_up(run, plan, request->host);
		return 0;
	}
	if (!net_reaches(request->host, 0, clock_ms() + ROUTE_MS, where))
		return r;
	log_warning(run->log, "network: %s; there is a route to %s over %s, which is tried",
		    error->text, request->host, where);
	return 0;
}

static int bring_up(struct run *run, const struct url *u, struct net_error *error)
{
	_cleanup_free_ struct net_plan *plan = calloc(1, sizeof(*plan));
	struct net_request request = {
		.root = run->root,
		.plan = plan,
		.host = u->host,
		.dhcp_script = DHCP_SCRIPT,
		.deadline = clock_ms() + run->config->network_deadline_ms,
	};

	if (!plan)
		return -ENOMEM;
	if (is_reached(run, u, request.deadline))
		return 0;
	return follow_plan(run, &request, plan, error);
}

static struct tried *find_tried(struct run_network *n, const char *host)
{
	size_t i;

	for (i = 0; i < n->n_tried; i++)
		if (strcmp(n->tried[i].host, host) == 0)
			return &n->tried[i];
	return NULL;
}

int network_up(struct run *run, const struct url *u, char *reason, size_t size)
{
	struct net_error error = {.text = ""};
	struct tried *t;

	if (u->scheme == URL_FILE || !run->in_initramfs || !run->root->real ||
	    strcmp(run->config->network, "none") == 0)
		return 0;
	if (!run->network)
		run->network = calloc(1, sizeof(*run->network));
	if (!run->network)
		return give(reason, size, -ENOMEM, strerror(ENOMEM));
	t = find_tried(run->network, u->host);
	if (t)
		return give(reason, size, t->err, t->reason);
	if (run->network->n_tried == CONFIG_TARGETS_MAX)
		return give(reason, size, -E2BIG, "too many hosts");
	t = &run->network->tried[run->network->n_tried++];
	(void)snprintf(t->host, sizeof(t->host), "%s", u->host);
	t->err = bring_up(run, u, &error);
	if (t->err < 0)
		(void)snprintf(t->reason, sizeof(t->reason), "network: %.230s",
			       error.text[0] ? error.text : strerror(-t->err));
	return give(reason, size, t->err, t->reason);
}

void network_down(struct run *run)
{
	struct net_error error;

	if (run->network && run->network->undo.n) {
		if (undo_all(&run->network->undo, run->root, &error) < 0)
			log_warning(run->log, "network: not all of it is as it was: %s",
				    error.text);
		else if (run->network->undo.left)
			log_info(run->log,
				 "network: down again, but for %u changes that something else uses",
				 run->network->undo.left);
		else
			log_info(run->log, "network: down again, as it was");
	}
	free(run->network);
	run->network = NULL;
}
