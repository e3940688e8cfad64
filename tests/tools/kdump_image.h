/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes small kdump-compressed files in memory, whole or broken in exactly one way, for tests.
 * 64-bit; either byte order. Every second page of memory is dumped; of those, every fourth is the
 * shared zero page and one is marked as compressed (its bytes are not: the structure is what this
 * is for).
 */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct kdump_image_opts {
	bool big_endian;
	uint32_t block_size;  /* 0: 4096 */
	uint32_t version;     /* 0: 6 */
	uint32_t pages;       /* of memory; 0: 61, which is no multiple of 8 */
	const char *breakage; /* a name of kdump_image_breaks, or NULL */
	uint32_t shift;       /* the header's utsname begins so many bytes too early */
	const char *machine;  /* in it; NULL: what the byte order says */
	/* When set, every second page that is not zero is compressed by this, with this flag, and
	 * none is only said to be. Pages then have different contents. */
	size_t (*pack)(uint32_t flag, const unsigned char *in, size_t size, unsigned char *out);
	uint32_t flag;
};

struct kdump_image {
	const struct kdump_image_opts *o;
	unsigned char *buf;
	size_t size;
	uint32_t block, pages, dumped, version;
	size_t bitmap1, bitmap2, desc, data, end;
};

static inline void kdump_image_u32(struct kdump_image *k, size_t at, uint32_t v)
{
	v = k->o->big_endian ? htobe32(v) : htole32(v);
	memcpy(k->buf + at, &v, sizeof(v));
}

static inline void kdump_image_u64(struct kdump_image *k, size_t at, uint64_t v)
{
	v = k->o->big_endian ? htobe64(v) : htole64(v);
	memcpy(k->buf + at, &v, sizeof(v));
}

static inline void kdump_image_desc(struct kdump_image *k, uint32_t n, uint64_t off, uint32_t size,
				    uint32_t flags)
{
	size_t at = k->desc + (size_t)n * 24;

	kdump_image_u64(k, at, off);
	kdump_image_u32(k, at + 8, size);
	kdump_image_u32(k, at + 12, flags);
}

/* What can be broken, and a piece of what the check then says. */
static const struct {
	const char *name, *says;
} kdump_image_breaks[] = {
	{"signature", "no KDUMP signature"},
	{"version-old", "header version 2"},
	{"version-new", "header version 7"},
	{"block-size", "no sense in either byte order"},
	{"sub-header-zero", "sub-header of 0 blocks"},
	{"sub-header-huge", "makes no sense"},
	{"bitmap-odd", "not two bitmaps"},
	{"bitmap-zero", "not two bitmaps"},
	{"bitmap-past-end", "inside the bitmaps"},
	{"max-mapnr-zero", "0 pages of memory"},
	{"max-mapnr-huge", "do not fit bitmaps"},
	{"incomplete", "marked as incomplete"},
	{"split", "split dump"},
	{"vmcoreinfo", "vmcoreinfo at"},
	{"notes", "notes at"},
	{"eraseinfo", "eraseinfo at"},
	{"stray-page", "bitmap 2 and not in bitmap 1"},
	{"no-pages", "bitmap 2 is empty"},
	{"bit-more", "before the descriptors' end"},
	{"bit-less", "descriptors of more"},
	{"descriptors-past-end", "inside its"},
	{"offset-low", "before the descriptors' end"},
	{"offset-high", "past the file's end"},
	{"offset-overflow", "past the file's end"},
	{"size-zero", "0 bytes"},
	{"size-big", "bytes compressed of a page"},
	{"size-raw", "uncompressed of a page"},
	{"flags-two", "flags 0x3"},
	{"flags-unknown", "flags 0x10"},
	{"missing", "1 of"},
	{"missing-all", "pages have no data"},
	{"cut-header", "less than the header"},
	{"cut-sub-header", "before its sub-header"},
	{"cut-bitmap", "inside the bitmaps"},
	{"cut-descriptors", "inside its"},
	{"cut-data", "past the file's end"},
};

#define KDUMP_IMAGE_BREAKS (sizeof(kdump_image_breaks) / sizeof(kdump_image_breaks[0]))

static inline void kdump_image_break(struct kdump_image *k, const char *what)
{
	uint32_t last = k->dumped - 1;

#define KDUMP_IS(name) (strcmp(what, name) == 0)
	if (KDUMP_IS("signature"))
		k->buf[5] = 'x';
	else if (KDUMP_IS("version-old"))
		kdump_image_u32(k, 8, 2);
	else if (KDUMP_IS("version-new"))
		kdump_image_u32(k, 8, 7);
	else if (KDUMP_IS("block-size"))
		kdump_image_u32(k, 428, 5000);
	else if (KDUMP_IS("sub-header-zero"))
		kdump_image_u32(k, 432, 0);
	else if (KDUMP_IS("sub-header-huge"))
		kdump_image_u32(k, 432, 0xffffffff);
	else if (KDUMP_IS("bitmap-odd"))
		kdump_image_u32(k, 436, 3);
	else if (KDUMP_IS("bitmap-zero"))
		kdump_image_u32(k, 436, 0);
	else if (KDUMP_IS("bitmap-past-end"))
		kdump_image_u32(k, 436, 0xfffffffe);
	else if (KDUMP_IS("max-mapnr-zero"))
		kdump_image_u64(k, k->block + 96, 0);
	else if (KDUMP_IS("max-mapnr-huge"))
		kdump_image_u64(k, k->block + 96, UINT64_MAX);
	else if (KDUMP_IS("incomplete"))
		kdump_image_u32(k, 424, 8);
	else if (KDUMP_IS("split"))
		kdump_image_u32(k, k->block + 12, 1);
	else if (KDUMP_IS("vmcoreinfo"))
		kdump_image_u64(k, k->block + 40, k->size);
	else if (KDUMP_IS("notes"))
		kdump_image_u64(k, k->block + 48, UINT64_MAX - 4);
	else if (KDUMP_IS("eraseinfo"))
		kdump_image_u64(k, k->block + 72, 1);
	else if (KDUMP_IS("stray-page"))
		k->buf[k->bitmap1 + 2] = 0;
	else if (KDUMP_IS("no-pages"))
		memset(k->buf + k->bitmap2, 0, k->block);
	else if (KDUMP_IS("bit-more"))
		k->buf[k->bitmap2 + 1] |= 2;
	else if (KDUMP_IS("bit-less"))
		k->buf[k->bitmap2 + 1] &= 0xfe;
	else if (KDUMP_IS("descriptors-past-end"))
		k->size = k->desc + 24;
	else if (KDUMP_IS("offset-low"))
		kdump_image_desc(k, 1, k->data - 1, k->block, 0);
	else if (KDUMP_IS("offset-high"))
		kdump_image_desc(k, last, k->size - k->block + 1, k->block, 0);
	else if (KDUMP_IS("offset-overflow"))
		kdump_image_desc(k, 2, UINT64_MAX - 16, k->block, 0);
	else if (KDUMP_IS("size-zero"))
		kdump_image_desc(k, 1, k->data, 0, 1);
	else if (KDUMP_IS("size-big"))
		kdump_image_desc(k, 1, k->data, k->block + 1, 1);
	else if (KDUMP_IS("size-raw"))
		kdump_image_desc(k, 1, k->data, k->block - 1, 0);
	else if (KDUMP_IS("flags-two"))
		kdump_image_desc(k, 1, k->data, 100, 3);
	else if (KDUMP_IS("flags-unknown"))
		kdump_image_desc(k, 1, k->data, 100, 0x10);
	else if (KDUMP_IS("missing"))
		kdump_image_desc(k, 1, 0, 0, 0);
	else if (KDUMP_IS("missing-all"))
		memset(k->buf + k->desc, 0, k->data - k->desc);
	else if (KDUMP_IS("cut-header"))
		k->size = 463;
	else if (KDUMP_IS("cut-sub-header"))
		k->size = k->block + 103;
	else if (KDUMP_IS("cut-bitmap"))
		k->size = k->desc - 1;
	else if (KDUMP_IS("cut-descriptors"))
		k->size = k->data - 1;
	else if (KDUMP_IS("cut-data"))
		k->size--;
	else
		abort();
#undef KDUMP_IS
}

/* A page that is its own and compresses well; how many bytes it takes. */
static inline size_t kdump_image_packed(struct kdump_image *k, uint32_t n, uint32_t pfn,
					size_t page)
{
	unsigned char *raw = (unsigned char *)malloc(3 * (size_t)k->block);
	size_t len = k->block, i;

	if (!raw)
		abort();
	for (i = 0; i < k->block; i++)
		raw[i] = (unsigned char)(i / 16 * 7 + pfn);
	memcpy(raw, &pfn, sizeof(pfn));
	if (n % 2)
		len = k->o->pack(k->o->flag, raw, k->block, raw + k->block);
	if (len < k->block)
		memcpy(k->buf + page, raw + k->block, len);
	else
		memcpy(k->buf + page, raw, len = k->block);
	kdump_image_desc(k, n, page, (uint32_t)len, len < k->block ? k->o->flag : 0);
	free(raw);
	return len;
}

static inline void kdump_image_fill(struct kdump_image *k)
{
	const char *machine = k->o->machine      ? k->o->machine
			      : k->o->big_endian ? "ppc64"
						 : "ppc64le";
	const char *const uts[] = {"Linux", "crashed-node", "6.12.107-test",
				   "#1",    machine,        "(none)"};
	static const char vmcoreinfo[] = "OSRELEASE=6.12.107-test\nPAGESIZE=65536\n";
	size_t page = k->data + k->block;
	uint32_t n = 0;

	memcpy(k->buf, "KDUMP   ", 8);
	kdump_image_u32(k, 8, k->version);
	for (size_t i = 0; i < 6; i++)
		memcpy(k->buf + 12 + i * 65, uts[i], strlen(uts[i]));
	memmove(k->buf + 12, k->buf + 12 + k->o->shift,
		sizeof(uts) / sizeof(uts[0]) * 65 - k->o->shift);
	kdump_image_u32(k, 424, 1);
	kdump_image_u32(k, 428, k->block);
	kdump_image_u32(k, 432, 1);
	kdump_image_u32(k, 436, 2);
	kdump_image_u32(k, 440, k->pages);
	kdump_image_u32(k, 460, 2);
	kdump_image_u32(k, k->block + 8, 31);
	kdump_image_u64(k, k->block + 32, k->block + 104);
	kdump_image_u64(k, k->block + 40, sizeof(vmcoreinfo) - 1);
	kdump_image_u64(k, k->block + 48, k->block + 104);
	kdump_image_u64(k, k->block + 56, sizeof(vmcoreinfo) - 1);
	kdump_image_u64(k, k->block + 64, k->end);
	if (k->version >= 6)
		kdump_image_u64(k, k->block + 96, k->pages);
	memcpy(k->buf + k->block + 104, vmcoreinfo, sizeof(vmcoreinfo) - 1);
	for (uint32_t pfn = 0; pfn < k->pages; pfn++) {
		k->buf[k->bitmap1 + pfn / 8] |= (unsigned char)(1u << (pfn % 8));
		if (pfn % 2)
			continue;
		k->buf[k->bitmap2 + pfn / 8] |= (unsigned char)(1u << (pfn % 8));
		if (n % 4 == 0) {
			kdump_image_desc(k, n++, k->data, k->block, 0);
			continue;
		}
		if (k->o->pack) {
			page += kdump_image_packed(k, n, pfn, page);
			n++;
			continue;
		}
		memset(k->buf + page, (int)(pfn & 0xff), k->block);
		if (n == 1)
			kdump_image_desc(k, n, page, k->block / 2, 1);
		else
			kdump_image_desc(k, n, page, k->block, 0);
		page += k->block;
		n++;
	}
	if (k->o->pack)
		k->size = page;
}

/* Malloc'ed; NULL when there is no memory. */
static inline unsigned char *kdump_image_make(const struct kdump_image_opts *o, size_t *size)
{
	struct kdump_image k = {.o = o};

	*size = 0;
	k.block = o->block_size ? o->block_size : 4096;
	k.pages = o->pages ? o->pages : 61;
	k.version = o->version ? o->version : 6;
	k.dumped = (k.pages + 1) / 2;
	k.bitmap1 = 2 * (size_t)k.block;
	k.bitmap2 = k.bitmap1 + k.block;
	k.desc = k.bitmap2 + k.block;
	k.data = k.desc + (size_t)k.dumped * 24;
	/* The zero page, then all that are not it. */
	k.end = k.data + (size_t)k.block * (1 + k.dumped - (k.dumped + 3) / 4);
	k.size = k.end;
	k.buf = calloc(1, k.size);
	if (!k.buf)
		return NULL;
	kdump_image_fill(&k);
	if (o->breakage)
		kdump_image_break(&k, o->breakage);
	*size = k.size;
	return k.buf;
}
