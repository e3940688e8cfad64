// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/console.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define INTERVAL_MS 1000

void console_init(struct console *c, const struct root *root, bool on_console)
{
	*c = (struct console){.fd = -1};
	if (on_console)
		c->fd = root_open(root, "/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK, 0);
}

void console_deinit(struct console *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

/* sd_notify(3) is one datagram; libsystemd is not in an initramfs without systemd. */
void console_status(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;
	char message[300];
	size_t len;
	int n;

	if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof(addr.sun_path))
		return;
	len = strlen(path);
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	n = snprintf(message, sizeof(message), "STATUS=%s", text);
	if (n < 0)
		return;
	len += offsetof(struct sockaddr_un, sun_path);
	(void)sendto(fd, message, strlen(message), MSG_DONTWAIT | MSG_NOSIGNAL,
		     (struct sockaddr *)&addr, (socklen_t)len);
}

void console_progress(void *ctx, const struct progress *p)
{
	struct console *c = ctx;
	int64_t now = clock_ms();
	char text[200], line[220];

	if (c->last_ms && now - c->last_ms < INTERVAL_MS)
		return;
	c->last_ms = now;
	progress_format(p, now, text, sizeof(text));
	console_status(text);
	if (c->fd >= 0) {
		int n = snprintf(line, sizeof(line), "fadump-ng: %s\r\n", text);

		if (n > 0)
			(void)!write(c->fd, line, (size_t)n);
	}
}
