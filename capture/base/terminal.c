// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/terminal.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int terminal_open(struct terminal *t)
{
	t->fd = -1;
	if (!isatty(STDIN_FILENO))
		return -ENOTTY;
	t->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	return t->fd < 0 || tcgetpgrp(t->fd) != getpgrp() ? -ENOTTY : 0;
}

void terminal_close(struct terminal *t)
{
	if (t->fd >= 0)
		(void)close(take_fd(&t->fd));
}

static int say(const struct terminal *t, const char *text)
{
	return write_full(t->fd, text, strlen(text));
}

bool terminal_ask(struct terminal *t, const char *question)
{
	char line[64];
	ssize_t n;

	for (;;) {
		if (say(t, question) < 0 || say(t, " [yes/no] ") < 0)
			return false;
		/* What was typed before the question is no answer to it. */
		(void)tcflush(t->fd, TCIFLUSH);
		do
			n = read(t->fd, line, sizeof(line) - 1);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return false;
		line[n] = '\0';
		line[strcspn(line, "\r\n")] = '\0';
		if (strcmp(line, "yes") == 0)
			return true;
		if (strcmp(line, "no") == 0)
			return false;
	}
}

/* From the background this would stop us, were its signal not held back. */
static int give_to(struct terminal *t, pid_t group)
{
	sigset_t ttou, old;
	int err;

	(void)sigemptyset(&ttou);
	(void)sigaddset(&ttou, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &ttou, &old);
	err = tcsetpgrp(t->fd, group) < 0 ? -errno : 0;
	if (err == 0 && group == getpgrp())
		(void)tcsetattr(t->fd, TCSADRAIN, &t->modes);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	return err;
}

int terminal_lend(struct terminal *t, pid_t group)
{
	int err = tcgetattr(t->fd, &t->modes) < 0 ? -errno : give_to(t, group);

	/* It may have asked too early, and been stopped for it. */
	if (err == 0)
		(void)kill(-group, SIGCONT);
	return err;
}

void terminal_take_back(struct terminal *t)
{
	(void)give_to(t, getpgrp());
}
