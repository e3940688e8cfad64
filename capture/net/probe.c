// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/probe.h"

#include "base/cleanup.h"
#include "base/wait.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static bool connects(const struct addrinfo *ai, int64_t deadline)
{
	_cleanup_close_ int fd =
		socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return false;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return true;
	if (errno != EINPROGRESS)
		return errno == ECONNREFUSED;
	if (wait_fd(fd, POLLOUT, deadline) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return false;
	return error == 0 || error == ECONNREFUSED;
}

bool net_probe(const char *address, const char *link, uint16_t port, int64_t deadline)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *ai = NULL;
	char host[80], service[8];
	bool answers;

	(void)snprintf(host, sizeof(host), "%s%s%s", address, link ? "%" : "", link ? link : "");
	(void)snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(host, service, &hints, &ai) != 0)
		return false;
	answers = connects(ai, deadline);
	freeaddrinfo(ai);
	return answers;
}
