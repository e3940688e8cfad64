// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * delay HOST PORT MS: a line with a delay. Copies stdin to a TCP connection and back to stdout,
 * each byte MS/2 milliseconds after it came, so that a round trip takes MS longer; the bandwidth is
 * not limited. For ssh's ProxyCommand.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PIECE    65536
#define HELD_MAX (256U << 20)

struct piece {
	struct piece *next;
	double due;
	size_t len, done;
	char data[PIECE];
};

struct way {
	int from, to;
	struct piece *first, *last;
	size_t held;
	bool ended;
};

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void take_in(struct way *w, double delay)
{
	struct piece *p = malloc(sizeof(*p));
	ssize_t n = p ? read(w->from, p->data, PIECE) : -1;

	if (n <= 0) {
		w->ended = n == 0 || errno != EAGAIN;
		free(p);
		return;
	}
	p->next = NULL;
	p->due = now() + delay;
	p->len = (size_t)n;
	p->done = 0;
	if (w->last)
		w->last->next = p;
	else
		w->first = p;
	w->last = p;
	w->held += p->len;
}

static bool is_due(const struct way *w)
{
	return w->first && w->first->due <= now();
}

static void give_out(struct way *w)
{
	while (is_due(w)) {
		struct piece *p = w->first;
		ssize_t n = write(w->to, p->data + p->done, p->len - p->done);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			exit(1);
		p->done += (size_t)n;
		if (p->done < p->len)
			return;
		w->held -= p->len;
		w->first = p->next;
		if (!w->first)
			w->last = NULL;
		free(p);
	}
}

/* Milliseconds until something is due; a second when nothing is. */
static int wait_ms(const struct way *w, size_t n)
{
	double least = 1;
	size_t i;

	for (i = 0; i < n; i++)
		if (w[i].first && w[i].first->due - now() < least)
			least = w[i].first->due - now();
	return least > 0 ? (int)(least * 1000) + 1 : 0;
}

static int connect_to(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	int fd;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		return -1;
	fd = socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, list->ai_addr, list->ai_addrlen) < 0) {
		(void)close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	return fd;
}

int main(int argc, char **argv)
{
	int fd = argc == 4 ? connect_to(argv[1], argv[2]) : -1;
	double delay = argc == 4 ? strtod(argv[3], NULL) / 2000 : 0;
	struct way w[2] = {{.from = STDIN_FILENO, .to = fd}, {.from = fd, .to = STDOUT_FILENO}};
	size_t i;

	if (fd < 0) {
		(void)fprintf(stderr, "usage: delay HOST PORT MS\n");
		return 1;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	(void)fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
	while (!(w[1].ended && !w[1].first)) {
		struct pollfd p[4];

		for (i = 0; i < 2; i++) {
			bool room = !w[i].ended && w[i].held < HELD_MAX;

			p[2 * i] = (struct pollfd){.fd = room ? w[i].from : -1, .events = POLLIN};
			p[2 * i + 1] = (struct pollfd){.fd = is_due(&w[i]) ? w[i].to : -1,
						       .events = POLLOUT};
		}
		/* A pipe that is full is waited for; a piece that is not due yet is slept for. */
		(void)poll(p, 4, is_due(&w[0]) || is_due(&w[1]) ? 1000 : wait_ms(w, 2));
		for (i = 0; i < 2; i++) {
			if (p[2 * i].revents)
				take_in(&w[i], delay);
			give_out(&w[i]);
		}
		if (w[0].ended && !w[0].first)
			(void)shutdown(fd, SHUT_WR);
	}
	return 0;
}
