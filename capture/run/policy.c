// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

/* A person's shell on the console: the one child without a deadline. */
static void rescue_shell(struct run *run)
{
	pid_t pid;

	log_warning(run->log, "starting a shell, as configured; leave it to go on booting");
	pid = fork();
	if (pid == 0) {
		int fd = open("/dev/console", O_RDWR);

		(void)setsid();
		if (fd >= 0) {
			(void)ioctl(fd, TIOCSCTTY, 1);
			(void)dup2(fd, STDIN_FILENO);
			(void)dup2(fd, STDOUT_FILENO);
			(void)dup2(fd, STDERR_FILENO);
		}
		(void)signal(SIGPIPE, SIG_DFL);
		(void)execl("/bin/sh", "sh", "-i", (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void restart(struct run *run, unsigned int how, const char *word)
{
	log_warning(run->log, "%s, as configured", word);
	sync();
	if (reboot((int)how) < 0)
		log_error(run->log, "%s: %s; going on", word, strerror(errno));
}

void policy_apply(struct run *run, enum run_outcome outcome)
{
	/* A dump that is saved is a success, whatever came after: a reboot costs nothing then. So
	 * is a log that was all that was wanted. */
	enum config_action action = run->have_receipt || run->have_log_receipt
					    ? run->config->on_success
					    : run->config->on_failure;

	if (!run->in_initramfs || !run->root->real || run->options->core ||
	    run->options->no_release)
		return;
	switch (action) {
	case CONFIG_ACTION_REBOOT:
		restart(run, RB_AUTOBOOT, "rebooting");
		break;
	case CONFIG_ACTION_POWEROFF:
		restart(run, RB_POWER_OFF, "powering off");
		break;
	case CONFIG_ACTION_HALT:
		restart(run, RB_HALT_SYSTEM, "halting");
		break;
	case CONFIG_ACTION_SHELL:
		rescue_shell(run);
		break;
	case CONFIG_ACTION_LATE_CAPTURE:
		if (outcome == RUN_FAILED)
			log_warning(run->log,
				    "going on with less memory; the dump is kept and will "
				    "be captured from the running system");
		break;
	case CONFIG_ACTION_CONTINUE:
		break;
	}
}
