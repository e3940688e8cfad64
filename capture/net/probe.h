/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does anything answer at an address? */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A TCP connection to the port is begun, and closed when it stands. A refusal is an answer, too.
 * link: for a link-local address; may be NULL. Waits until deadline, clock_ms().
 */
bool net_probe(const char *address, const char *link, uint16_t port, int64_t deadline);
