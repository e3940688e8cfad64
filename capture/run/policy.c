// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/policy.h"

#include "base/child.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSTEMCTL_MS INT64_C(60000)

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

/* In the running system: an orderly one, which systemd does. */
static void restart_late(struct run *run, const char *verb)
{
	const char *argv[] = {"systemctl", "--no-block", verb, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + SYSTEMCTL_MS};
	struct child_result result;
	int err;

	log_warning(run->log, "the dump is saved, and on-success = %s: systemctl %s", verb, verb);
	if (!run->root->real)
		return;
	err = child_run(&spec, &result);
	if (err < 0 || result.status != 0)
		log_error(run->log, "systemctl %s: %s; going on", verb,
			  err < 0 ? strerror(-err) : "failed");
}

/* on-failure is a matter of the initramfs: a dump that is still in memory is not rebooted away. */
static void apply_late(struct run *run)
{
	if (run->options->core || run->options->no_release ||
	    (!run->have_receipt && !run->have_log_receipt))
		return;
	switch (run->config->on_success) {
	case CONFIG_ACTION_REBOOT:
		restart_late(run, "reboot");
		break;
	case CONFIG_ACTION_POWEROFF:
		restart_late(run, "poweroff");
		break;
	case CONFIG_ACTION_HALT:
		restart_late(run, "halt");
		break;
	case CONFIG_ACTION_LATE_CAPTURE:
	case CONFIG_ACTION_CONTINUE:
	case CONFIG_ACTION_SHELL:
		break;
	}
}

void policy_apply(struct run *run, enum run_outcome outcome)
{
	/* A dump that is saved is a success, whatever came after: a reboot costs nothing then. So
	 * is a log that was all that was wanted. */
	enum config_action action = run->have_receipt || run->have_log_receipt
					    ? run->config->on_success
					    : run->config->on_failure;

	if (run->options->late && !run->in_initramfs) {
		apply_late(run);
		return;
	}
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
