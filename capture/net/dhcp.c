// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/dhcp.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "net/ip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR       "/run/fadump-ng"
#define LEASE_MAX (64 * KIB)

struct files {
	char lease[80];    /* what the script says where its output goes nowhere */
	char where[100];   /* of that, for the script's environment */
	char own[80];      /* dhclient's database */
	char options[200]; /* dhclient's configuration */
};

typedef int client_fn(const struct dhcp_request *r, const struct files *f, char **text, size_t *len,
		      struct net_error *error);

/* Until it has a lease, then it ends. By number: not every busybox knows all the names. */
static int run_udhcpc(const struct dhcp_request *r, bool busybox, char **text, size_t *len,
		      struct net_error *error)
{
	const char *const argv[] = {"busybox", r->inet6 ? "udhcpc6" : "udhcpc",
				    "-f",      "-q",
				    "-n",      "-t",
				    "1000",    "-T",
				    "2",       "-i",
				    r->link,   "-s",
				    r->script, r->inet6 ? NULL : "-O",
				    "26",      "-O",
				    "119",     "-O",
				    "121",     NULL};

	return net_collect_until(argv + !busybox, r->deadline, text, len, error);
}

static int by_udhcpc(const struct dhcp_request *r, const struct files *f, char **text, size_t *len,
		     struct net_error *error)
{
	(void)f;
	return run_udhcpc(r, false, text, len, error);
}

static int by_busybox(const struct dhcp_request *r, const struct files *f, char **text, size_t *len,
		      struct net_error *error)
{
	(void)f;
	return run_udhcpc(r, true, text, len, error);
}

/* What the script left in the file, whatever became of the client. */
static int take_lease(const struct files *f, int err, char **text, size_t *len)
{
	_cleanup_close_ int fd = open(f->lease, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : read_to_end(fd, LEASE_MAX, text, len);

	return r < 0 && err < 0 ? err : r;
}

static int by_dhcpcd(const struct dhcp_request *r, const struct files *f, char **text, size_t *len,
		     struct net_error *error)
{
	const char *const argv[] = {"dhcpcd",
				    "--noconfigure",
				    "--oneshot",
				    "--nobackground",
				    "--noipv4ll",
				    "--timeout",
				    "0",
				    "--config",
				    "/dev/null",
				    "--script",
				    r->script,
				    "--env",
				    f->where,
				    r->inet6 ? "--ipv6only" : "--ipv4only",
				    "--option",
				    r->inet6 ? "dhcp6_name_servers,dhcp6_domain_search"
					     : "classless_static_routes,domain_name_servers,"
					       "domain_name,domain_search,interface_mtu",
				    r->inet6 ? "--ia_na" : r->link,
				    r->inet6 ? r->link : NULL,
				    NULL};
	_cleanup_free_ char *said = NULL;
	size_t n;
	int err = net_collect_until(argv, r->deadline, &said, &n, error);

	return err == -ENOENT ? err : take_lease(f, err, text, len);
}

/* The script ends it: it would stay, to renew the lease. */
static int by_dhclient(const struct dhcp_request *r, const struct files *f, char **text,
		       size_t *len, struct net_error *error)
{
	const char *const argv[] = {"dhclient", r->inet6 ? "-6" : "-4",
				    "-d",       "-1",
				    "-sf",      r->script,
				    "-lf",      f->own,
				    "-cf",      f->options,
				    "--no-pid", "-e",
				    f->where,   r->link,
				    NULL};
	_cleanup_free_ char *said = NULL;
	size_t n;
	int err = net_collect_until(argv, r->deadline, &said, &n, error);

	return err == -ENOENT ? err : take_lease(f, err, text, len);
}

static void name_files(const struct dhcp_request *r, struct files *f)
{
	(void)snprintf(f->lease, sizeof(f->lease), DIR "/lease.%s", r->link);
	(void)snprintf(f->where, sizeof(f->where), "fadump_ng_lease=%s", f->lease);
	(void)snprintf(f->own, sizeof(f->own), DIR "/dhclient.%s", r->link);
	(void)snprintf(f->options, sizeof(f->options), "%s.conf", r->script);
}

static void drop_files(const struct files *f)
{
	(void)unlink(f->lease);
	(void)unlink(f->own);
}

int dhcp_ask(const struct dhcp_request *r, char **text, size_t *len, struct net_error *error)
{
	static client_fn *const clients[] = {by_udhcpc, by_busybox, by_dhcpcd, by_dhclient};
	struct files f = {.lease = ""};
	int err = -ENOENT;
	size_t i;

	name_files(r, &f);
	(void)mkdir(DIR, 0755);
	drop_files(&f);
	for (i = 0; i < ARRAY_SIZE(clients) && err == -ENOENT; i++)
		err = clients[i](r, &f, text, len, error);
	drop_files(&f);
	if (err == -ENOENT)
		(void)net_refuse(error,
				 "%s: there is no DHCP client (udhcpc, dhcpcd or dhclient) in the "
				 "image; install one and build the image again",
				 r->link);
	else if (err == -ETIMEDOUT)
		(void)net_refuse(error, "%s: no DHCP%s server answered", r->link,
				 r->inet6 ? "v6" : "");
	return err;
}
