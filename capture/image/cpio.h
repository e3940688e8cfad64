/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few files of an initramfs that tell of its capture, out of its archive as it goes by. Format:
 * "newc" and "crc" of cpio (Documentation/driver-api/early-userspace/buffer-format.rst in the
 * kernel's source): a header of 110 bytes, the name, the contents, each filled up to four bytes.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CPIO_HEADER   110
#define CPIO_NAME_MAX 4096
#define CPIO_FILE_MAX (256 * KIB) /* of a file that is kept; what is longer is left out */

/* A file that is looked for. */
struct cpio_wanted {
	const char *name; /* without a leading "/" or "./" */
	char *text;       /* NUL-terminated; NULL until it was seen; owned */
	size_t len;
	bool whole; /* all of it is in text */
};

struct cpio {
	struct cpio_wanted *wanted;
	size_t n_wanted;
	bool ended; /* the archive's trailer was read */
	/* Of the entry that is being read. */
	unsigned char header[CPIO_HEADER];
	char name[CPIO_NAME_MAX];
	uint64_t at, name_size, file_size;
	int part;
	struct cpio_wanted *into; /* where its contents go; NULL */
};

void cpio_init(struct cpio *c, struct cpio_wanted *wanted, size_t n);
/* For the next archive of the same file; what was found stays. */
void cpio_again(struct cpio *c);

/*
 * Take len more bytes of the archive. How many were taken: all, or those up to the end of the
 * trailer. -EINVAL: this is no such archive; -ENOMEM.
 */
ssize_t cpio_feed(struct cpio *c, const void *buf, size_t len) _must_check_;
