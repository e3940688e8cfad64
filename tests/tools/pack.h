/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages compressed by the real libraries, as makedumpfile does it. */
#pragma once

#include "dump/kdump.h"

#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static const uint32_t pack_flags[] = {KDUMP_STATUS_ZLIB, KDUMP_STATUS_LZO, KDUMP_STATUS_SNAPPY,
				      KDUMP_STATUS_ZSTD};

/* Compress size bytes into out, which has room for twice as many. How many it came to. */
static inline size_t pack(uint32_t flag, const unsigned char *in, size_t size, unsigned char *out)
{
	static unsigned char work[LZO1X_1_MEM_COMPRESS];
	unsigned long long_len = 2 * size;
	size_t len = 2 * size;

	if (flag == KDUMP_STATUS_ZLIB) {
		if (compress2(out, &long_len, in, size, Z_BEST_SPEED) != Z_OK)
			abort();
		len = long_len;
	} else if (flag == KDUMP_STATUS_LZO) {
		if (lzo_init() != LZO_E_OK ||
		    lzo1x_1_compress(in, size, out, &long_len, work) != LZO_E_OK)
			abort();
		len = long_len;
	} else if (flag == KDUMP_STATUS_SNAPPY) {
		if (snappy_compress((const char *)in, size, (char *)out, &len) != SNAPPY_OK)
			abort();
	} else {
		len = ZSTD_compress(out, len, in, size, 1);
		if (ZSTD_isError(len))
			abort();
	}
	return len;
}

/* Something that compresses, but not to nothing. */
static inline void pack_fill(unsigned char *page, size_t size)
{
	for (size_t i = 0; i < size; i++)
		page[i] = (unsigned char)(i / 16 * 7);
}
