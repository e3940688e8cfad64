// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/nvram.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define BLOCK     16 /* bytes; a header is one block */
#define SIGNATURE 0x70
#define NAME_LEN  12

struct partition {
	size_t off, len; /* of the data */
};

/* All bytes of the header but the checksum itself, the carry brought round. */
static unsigned int checksum(const uint8_t *header)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		sum += i == 1 ? 0 : header[i];
	while (sum > 0xff)
		sum = (sum & 0xff) + (sum >> 8);
	return sum;
}

/* In such a sum 0 and 255 are the same. */
static bool is_intact(const uint8_t *header)
{
	return checksum(header) % 0xff == header[1] % 0xffU;
}

static bool is_common(const uint8_t *header)
{
	static const char name[NAME_LEN] = "common";

	return header[0] == SIGNATURE && memcmp(header + 4, name, NAME_LEN) == 0;
}

static int find_common(const uint8_t *nvram, size_t len, struct partition *out)
{
	size_t off = 0, size;

	for (; len - off >= BLOCK; off += size) {
		const uint8_t *header = nvram + off;

		size = ((size_t)header[2] << 8 | header[3]) * BLOCK;
		if (size == 0 || size > len - off || !is_intact(header))
			return -EINVAL;
		if (!is_common(header))
			continue;
		*out = (struct partition){.off = off + BLOCK, .len = size - BLOCK};
		return 0;
	}
	return -ENODEV;
}

int nvram_find(const void *buf, size_t len, const char *name, struct nvram_string *out)
{
	const uint8_t *nvram = buf;
	size_t off, end, n, name_len = strlen(name);
	struct partition p;
	int err = find_common(nvram, len, &p);

	if (err < 0)
		return err;
	end = p.off + p.len;
	for (off = p.off; off < end; off += n + 1) {
		const uint8_t *nul = memchr(nvram + off, '\0', end - off);

		if (!nul)
			return -EINVAL;
		n = (size_t)(nul - (nvram + off));
		if (n == 0) {
			*out = (struct nvram_string){.off = off,
						     .len = end - off > 2 ? end - off - 2 : 0};
			return -ENOENT;
		}
		if (n >= name_len && memcmp(nvram + off, name, name_len) == 0) {
			*out = (struct nvram_string){.off = off, .len = n};
			return 0;
		}
	}
	return -EINVAL;
}
