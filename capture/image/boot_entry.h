/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which initramfs does this kernel boot with? After a crash the machine boots the default entry
 * again. Entries: the Boot Loader Specification's in /boot/loader/entries, of which grubenv's
 * saved_entry names the default; else by name, as distributions call their images.
 */
#pragma once

#include "base/root.h"

#include <stddef.h>

#define BOOT_PATH_MAX    300
#define BOOT_RELEASE_MAX 65

struct boot_entry {
	char release[BOOT_RELEASE_MAX];       /* of the running kernel */
	char image[BOOT_PATH_MAX];            /* its initramfs; "" when there is none */
	char other_default[BOOT_RELEASE_MAX]; /* the default entry's kernel, if it is another */
	char newer[BOOT_RELEASE_MAX]; /* no default is named, and this kernel is installed */
};

/* 0 or -errno: the running kernel's release cannot be read. */
int boot_entry_find(const struct root *root, struct boot_entry *out) _must_check_;

/* What is wanted of an entry's text; "" if it is not there. Of several initrds the first counts. */
struct bls_entry {
	char version[BOOT_RELEASE_MAX];
	char linux_path[BOOT_PATH_MAX];
	char initrd[BOOT_PATH_MAX];
};

void bls_parse(const char *buf, size_t len, struct bls_entry *out);
