/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Would the initramfs that the next boot gets capture a dump, with the configuration as it is now?
 */
#pragma once

#include "base/root.h"
#include "config/config.h"
#include "image/boot_entry.h"

#include <stdbool.h>

#define IMAGE_GONE_MAX 8

enum image_verdict {
	IMAGE_GOOD,
	IMAGE_UNKNOWN,       /* it was not found, or could not be looked into */
	IMAGE_NO_MODULE,     /* it has no fadump-ng */
	IMAGE_NO_CAPTURE,    /* it was built without a capture */
	IMAGE_OTHER_VERSION, /* of the program */
	IMAGE_OTHER_KERNEL,
	IMAGE_STALE,         /* the configuration or a key has changed since */
	IMAGE_NO_WAY,        /* the devices of all its targets are gone */
	IMAGE_OTHER_DEFAULT, /* the next boot is one of another kernel */
};

struct image_readiness {
	enum image_verdict verdict;
	struct boot_entry entry;
	char path[BOOT_PATH_MAX]; /* of the image; "" when it was not found */
	char why[700];            /* what is wrong, without its remedy; one line; "" */
	/* What the image's targets are on, and is not there now: "the device UUID=..." */
	char gone[IMAGE_GONE_MAX][160];
	size_t n_gone;
};

/* config: as it is now. Always fills *out. */
void image_judge(const struct root *root, const struct config *config, struct image_readiness *out);

/* "good", "no-module"... Static. */
const char *image_word(enum image_verdict verdict);
