/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a file is that is taken for a dump, by its first bytes: they come from many tools, and
 * each kind has another one to open it. A parser over (buf, len).
 */
#pragma once

#include <stddef.h>

#define DUMP_FORMAT_BYTES 16 /* of the file's beginning are enough */

enum dump_format {
	DUMP_FORMAT_UNKNOWN,
	DUMP_FORMAT_EMPTY,
	DUMP_FORMAT_KDUMP, /* kdump-compressed, as makedumpfile writes it */
	DUMP_FORMAT_FLAT,  /* flattened, as makedumpfile -F prints it */
	DUMP_FORMAT_ELF,
	DUMP_FORMAT_PACKED, /* by gzip and the like; this and those that follow */
	DUMP_FORMATS = DUMP_FORMAT_PACKED + 6,
};

enum dump_format dump_format_of(const void *buf, size_t len);
/* "a flattened dump"; and what to do with it, "" when there is nothing. Static. */
const char *dump_format_text(enum dump_format format);
const char *dump_format_advice(enum dump_format format);
