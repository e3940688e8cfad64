// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/lock.h"

#include "base/lock.h"
#include "run/record.h"

#include <errno.h>
#include <string.h>

#define LOCK_PATH RECORD_DIR "/lock"

int lock_capture(const struct root *root, struct log *log, int *fd)
{
	int err = lock_take(root, LOCK_PATH, fd);

	if (err == -EBUSY) {
		log_error(log, "%s: another capture or release is running; wait for its end",
			  LOCK_PATH);
		return err;
	}
	if (err < 0) {
		log_warning(log, "%s: %s; going on without it", LOCK_PATH, strerror(-err));
		*fd = -1;
	}
	return 0;
}
