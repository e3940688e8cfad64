// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netup PLAN HOST SECONDS SCRIPT: bring the network up as a capture would, say "up", wait for the
 * end of standard input, take it down, say "down". For tests in a network namespace.
 */
#include "base/clock.h"
#include "base/io.h"
#include "net/up.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static struct net_plan plan;
	static struct undo undo;
	struct net_error error = {.text = ""};
	struct net_request request = {.plan = &plan};
	struct root root;
	char *text, *rest;
	size_t len;
	int fd, r;

	if (argc != 5 || root_init(NULL, &root) < 0)
		return 2;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read_to_end(fd, NET_TEXT_MAX, &text, &len) < 0)
		return 2;
	(void)close(fd);
	r = net_plan_parse(text, len, argv[2], &plan, &error);
	free(text);
	if (r < 0) {
		fprintf(stderr, "%u: %s\n", error.line, error.text);
		return 2;
	}
	request.root = &root;
	request.host = argv[2];
	request.dhcp_script = argv[4];
	request.deadline = clock_ms() + atoi(argv[3]) * INT64_C(1000);
	r = net_up(&request, &undo, &error);
	if (r < 0) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	printf("up, %zu changes\n", undo.n);
	(void)fflush(stdout);
	if (read_to_end(STDIN_FILENO, 1 << 20, &rest, &len) == 0)
		free(rest);
	r = undo_all(&undo, &root, &error);
	printf("%s\n", r < 0 ? error.text : "down");
	root_deinit(&root);
	return r < 0;
}
