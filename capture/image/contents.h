/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an initramfs says of its capture: the files of ours in its archive. Nothing is unpacked to
 * disk; a compressed archive is read through its own program (gzip, xz, zstd...), to its end: one
 * that is cut off does not boot.
 */
#pragma once

#include "base/root.h"
#include "image/cpio.h"

enum image_file {
	IMAGE_FILE_MARK,
	IMAGE_FILE_CONF,
	IMAGE_FILE_NETWORK,
	IMAGE_FILE_NO_CAPTURE,
	IMAGE_FILES
};

struct image_contents {
	struct cpio_wanted file[IMAGE_FILES];
};

/*
 * 0: looked through; a file that is not there has no text. Else -errno, and why (size bytes) says
 * what stood in the way. image_contents_deinit() in every case.
 */
int image_contents_read(const struct root *root, const char *path, struct image_contents *out,
			char *why, size_t size) _must_check_;
/* Likewise in the initramfs itself. */
int image_contents_here(const struct root *root, struct image_contents *out, char *why,
			size_t size) _must_check_;
void image_contents_deinit(struct image_contents *c);

/* Is the file there, whole? */
bool image_has(const struct image_contents *c, enum image_file file);
