/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the boot bring up a network of its own, for its root file system or because it was told to?
 * The words are dracut's, dracut.cmdline(7): ip=, netroot=, rd.neednet, root=nfs:..., and the like.
 */
#pragma once

#include "base/macros.h"
#include "base/root.h"

#include <stdbool.h>
#include <stddef.h>

#define BOOT_WORD_MAX 64

/* Of a command line: the first word that calls for a network, cut to BOOT_WORD_MAX. */
bool boot_network_word(const char *buf, size_t len, char word[BOOT_WORD_MAX]);
/* Of this boot: the kernel's command line, and what the image adds to it (/etc/cmdline.d). */
bool boot_network(const struct root *root, char word[BOOT_WORD_MAX]);
