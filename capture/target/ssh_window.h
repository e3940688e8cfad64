/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many bytes to have under way on one connection: enough to keep the line and the server busy
 * for a round trip, and hardly more. What waits in the buffers of ssh and sshd makes nothing
 * faster, and they move all that waits for every packet that comes behind it.
 */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

#define SSH_CHUNK_MAX  (64 * KIB) /* sent at a time */
#define SSH_WINDOW_MIN (4 * SSH_CHUNK_MAX)
/* A bit more than ssh lets a channel have under way. */
#define SSH_WINDOW_MAX (2 * MIB + 2 * SSH_CHUNK_MAX)

struct ssh_window {
	size_t size;           /* bytes */
	int64_t least_us;      /* the shortest answer of this spell of time; 0: none yet */
	int64_t least_then_us; /* of the one before; 0: none */
	int64_t spell_us;      /* when this one began */
};

void ssh_window_init(struct ssh_window *w);

/* A chunk was acknowledged took_us after it was sent as the last of ahead bytes under way. */
void ssh_window_acked(struct ssh_window *w, int64_t now_us, int64_t took_us, size_t ahead);
