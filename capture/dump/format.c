// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/format.h"

#include "base/macros.h"

#include <string.h>

static const struct {
	const char *magic;
	size_t len;
	const char *text, *advice;
} formats[DUMP_FORMATS] = {
	[DUMP_FORMAT_UNKNOWN] = {"", 0, "of no kind that is known here", ""},
	[DUMP_FORMAT_EMPTY] = {"", 0, "an empty file", ""},
	[DUMP_FORMAT_KDUMP] = {"KDUMP   ", 8, "a kdump-compressed dump",
			       "'fadump-ng verify FILE' checks it"},
	[DUMP_FORMAT_FLAT] = {"makedumpfile", 12, "a flattened dump",
			      "'fadump-ng unflatten FILE OUT' makes an ordinary one of it"},
	[DUMP_FORMAT_ELF] = {"\177ELF", 4, "an ELF file",
			     "'fadump-ng check --core FILE' judges a core"},
	{"\037\213", 2, "compressed with gzip", "expand it first, with gzip -d"},
	{"\3757zXZ\0", 6, "compressed with xz", "expand it first, with xz -d"},
	{"BZh", 3, "compressed with bzip2", "expand it first, with bzip2 -d"},
	{"\x28\xb5\x2f\xfd", 4, "compressed with zstd", "expand it first, with zstd -d"},
	{"\x04\x22\x4d\x18", 4, "compressed with lz4", "expand it first, with lz4 -d"},
	{"\x89LZO\0\r\n\x1a\n", 9, "compressed with lzop", "expand it first, with lzop -d"},
};

enum dump_format dump_format_of(const void *buf, size_t len)
{
	if (len == 0)
		return DUMP_FORMAT_EMPTY;
	for (size_t i = DUMP_FORMAT_KDUMP; i < ARRAY_SIZE(formats); i++)
		if (len >= formats[i].len && memcmp(buf, formats[i].magic, formats[i].len) == 0)
			return (enum dump_format)i;
	return DUMP_FORMAT_UNKNOWN;
}

const char *dump_format_text(enum dump_format format)
{
	return formats[format < DUMP_FORMATS ? format : DUMP_FORMAT_UNKNOWN].text;
}

const char *dump_format_advice(enum dump_format format)
{
	return formats[format < DUMP_FORMATS ? format : DUMP_FORMAT_UNKNOWN].advice;
}
