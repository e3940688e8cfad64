// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/guard_boot.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/watchdog.h"
#include "crash/verdict.h"
#include "run/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BOOT_DIR     "/run/fadump-ng"
#define MARK         "watchdog"
#define ARMED        BOOT_DIR "/" MARK
#define AUTO_SECONDS 300
#define MODPROBE_MS  INT64_C(20000)
#define STOP_SECONDS 60 /* for the moment in which it is taken over to be stopped */

/* Best effort: where it is built in, or not there at all, nothing comes of it. */
static void load(const struct root *root, const char *module)
{
	const char *argv[] = {"modprobe", "-q", module, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + MODPROBE_MS};
	struct child_result result;

	if (root->real)
		(void)!child_run(&spec, &result);
}

/*
 * Which attempt this boot is is settled before it is counted: what failed half is done again, and
 * comes to the same number.
 */
int guard_boot_count(const struct root *root, uint64_t dump_id, struct attempts_store *store,
		     struct attempts *out)
{
	struct attempts boot, kept;
	bool settled = attempts_of_boot(root, &boot) == 0 && boot.dump_id == dump_id;
	int err;

	if (settled)
		*out = boot;
	if (!root_exists(root, "/dev/nvram"))
		load(root, "nvram");
	err = attempts_open(root, dump_id, store, &kept);
	if (err < 0)
		return err;
	if (!settled || kept.n == boot.n)
		*out = kept;
	if (settled && kept.n == boot.n)
		return 0;
	if (!settled) {
		attempts_add(out, (uint32_t)time(NULL));
		err = attempts_set_boot(root, out);
	}
	if (err == 0)
		err = attempts_write(store, out);
	if (err < 0)
		attempts_close(store);
	return err;
}

unsigned int guard_boot_seconds(const struct config *config)
{
	if (config->watchdog_ms == CONFIG_AUTO)
		return AUTO_SECONDS;
	return (unsigned int)(config->watchdog_ms / 1000);
}

int guard_boot_mark(const struct root *root)
{
	int fd = root_open(root, ARMED, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}

void guard_boot_unmark(const struct root *root)
{
	int fd = root_open(root, BOOT_DIR, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return;
	(void)unlinkat(fd, MARK, 0);
	(void)close(fd);
}

bool guard_boot_marked(const struct root *root)
{
	return root_exists(root, ARMED);
}

const char *guard_boot_error(int err)
{
	switch (err) {
	case -ENODEV:
		return "this machine has none of the driver " WATCHDOG_DRIVER
		       ", and no other is known to keep a dump";
	case -EPERM:
		return "it could not be stopped again; take nowayout away from the driver";
	case -ENOTSUP:
		return "its driver has an action that is not a restart; take it away";
	case -EBUSY:
		return "another process has it, most likely systemd for its RuntimeWatchdogSec, "
		       "which sees a system that stands still, but not a capture that does";
	default:
		return strerror(-err);
	}
}

static int arm(const struct root *root, unsigned int seconds)
{
	struct watchdog w;
	int err;

	if (watchdog_probe(root) == -ENODEV)
		load(root, WATCHDOG_DRIVER);
	err = watchdog_arm(root, seconds, &w);
	if (err < 0)
		return err;
	err = guard_boot_mark(root);
	if (err < 0)
		(void)!watchdog_stop(&w);
	else
		watchdog_leave(&w);
	return err;
}

/* Not where nothing will be captured, as in a boot by kexec. */
static int dump_of_boot(const struct root *root, uint64_t *id)
{
	struct verdict v;
	int err = verdict_look(root, &v);

	if (err == 0 && v.kind != VERDICT_DUMP)
		err = -ENOENT;
	verdict_deinit(&v);
	return err < 0 ? err : identity_active(root, id);
}

int guard_boot_begin(const struct root *root, const struct config *config, struct log *log)
{
	unsigned int seconds = guard_boot_seconds(config);
	struct attempts_store store;
	struct attempts a;
	uint64_t id;
	int err = dump_of_boot(root, &id);

	if (err < 0)
		return err;
	err = guard_boot_count(root, id, &store, &a);
	if (err < 0) {
		log_warning(log, "attempts are not counted: %s", attempts_error(err));
		return err;
	}
	attempts_close(&store);
	log_info(log, "attempt %u of %d", a.n, config->max_attempts);
	if (seconds == 0 || a.n > (unsigned int)config->max_attempts)
		return 0;
	err = arm(root, seconds);
	if (err < 0)
		log_warning(log, "no watchdog: %s", guard_boot_error(err));
	else
		log_info(log, "the watchdog is armed, %u s", seconds);
	return err;
}

int guard_boot_end(const struct root *root, struct log *log)
{
	struct watchdog w;
	int err;

	if (!root_exists(root, ARMED))
		return 0;
	err = watchdog_arm(root, STOP_SECONDS, &w);
	if (err == 0)
		err = watchdog_stop(&w);
	if (err == 0)
		guard_boot_unmark(root);
	/* Another capture is under way, by a person's hand; its own feeder sees to it. */
	if (err == -EBUSY)
		return 0;
	if (err < 0)
		log_error(log, "the watchdog cannot be stopped, and will reset this machine: %s",
			  strerror(-err));
	return err;
}
