// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/mountpoint.h"

#include "base/lock.h"

#include <errno.h>
#include <stdio.h>

#define PLACE      "/run/fadump-ng/target"
#define PLACES_MAX 32

int mountpoint_take(struct target *t, char *path, size_t size)
{
	int i, err = -EBUSY;

	for (i = 0; i < PLACES_MAX && err == -EBUSY; i++) {
		char lock[80];

		if (i == 0)
			(void)snprintf(path, size, PLACE);
		else
			(void)snprintf(path, size, PLACE ".%d", i);
		(void)snprintf(lock, sizeof(lock), "%s.lock", path);
		err = lock_take(t->root, lock, &t->mount_lock);
	}
	if (err == -EBUSY)
		(void)snprintf(t->why, sizeof(t->why), "all of " PLACE "* are in use");
	/* Without a lock file it has to go without: a dump counts for more. */
	return err == -EBUSY ? err : 0;
}
