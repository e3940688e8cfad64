/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Are the disks and network cards there that an image's targets are on? After a migration, or work
 * on the machine, they may be others.
 */
#pragma once

#include "base/root.h"

#include <stdbool.h>
#include <stddef.h>

struct presence {
	const struct root *root;
	char (*gone)[160]; /* room for max: "the device UUID=...", "the network card ..." */
	size_t max;
	size_t n_gone;                 /* a value for each that is gone, as far as there is room */
	size_t n_disks;                /* targets whose device is there, or that have none */
	size_t n_networks;             /* targets on other machines */
	size_t n_cards, n_cards_there; /* that the network record names; that are there */
};

/* conf: the configuration in the image, in which each local target names its device. */
void presence_of_targets(struct presence *p, const char *conf, size_t len);
/* text: the network recorded in the image (net/plan.h). */
void presence_of_interfaces(struct presence *p, const char *text, size_t len);
/* Is nothing left that the image could capture to? After the two above. */
bool presence_no_way(const struct presence *p);
