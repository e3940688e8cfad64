// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/codec.h"

#include "dump/kdump.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/*
 * One function for each, over what dlsym() found: an object pointer, which is copied since C
 * converts none to a function's. How many bytes came out, or SIZE_MAX.
 */
static size_t expand_zlib(struct expander *e, const struct codec *c, const void *in, size_t len,
			  void *out, size_t size)
{
	int (*uncompress)(void *, unsigned long *, const void *, unsigned long);
	unsigned long got = size;

	(void)e;
	memcpy(&uncompress, &c->expand, sizeof(uncompress));
	return uncompress(out, &got, in, len) == 0 ? got : SIZE_MAX;
}

static size_t expand_lzo(struct expander *e, const struct codec *c, const void *in, size_t len,
			 void *out, size_t size)
{
	int (*lzo1x_decompress_safe)(const void *, size_t, void *, size_t *, void *);
	size_t got = size;

	(void)e;
	memcpy(&lzo1x_decompress_safe, &c->expand, sizeof(lzo1x_decompress_safe));
	return lzo1x_decompress_safe(in, len, out, &got, NULL) == 0 ? got : SIZE_MAX;
}

static size_t expand_snappy(struct expander *e, const struct codec *c, const void *in, size_t len,
			    void *out, size_t size)
{
	int (*snappy_uncompress)(const void *, size_t, void *, size_t *);
	size_t got = size;

	(void)e;
	memcpy(&snappy_uncompress, &c->expand, sizeof(snappy_uncompress));
	return snappy_uncompress(in, len, out, &got) == 0 ? got : SIZE_MAX;
}

/* Its errors are numbers near SIZE_MAX: never the size of a page. */
static size_t expand_zstd(struct expander *e, const struct codec *c, const void *in, size_t len,
			  void *out, size_t size)
{
	size_t (*zstd_decompress)(void *, void *, size_t, const void *, size_t);

	memcpy(&zstd_decompress, &c->expand, sizeof(zstd_decompress));
	return zstd_decompress(e->zstd, out, size, in, len);
}

static const struct {
	uint32_t flag;
	const char *name, *library, *symbol;
	size_t (*expand)(struct expander *, const struct codec *, const void *, size_t, void *,
			 size_t);
	const char *make, *unmake;
} known[CODECS] = {
	{KDUMP_STATUS_ZLIB, "zlib", "libz.so.1", "uncompress", expand_zlib, NULL, NULL},
	{KDUMP_STATUS_LZO, "lzo", "liblzo2.so.2", "lzo1x_decompress_safe", expand_lzo, NULL, NULL},
	{KDUMP_STATUS_SNAPPY, "snappy", "libsnappy.so.1", "snappy_uncompress", expand_snappy, NULL,
	 NULL},
	{KDUMP_STATUS_ZSTD, "zstd", "libzstd.so.1", "ZSTD_decompressDCtx", expand_zstd,
	 "ZSTD_createDCtx", "ZSTD_freeDCtx"},
};

void codecs_init(struct codecs *c)
{
	*c = (struct codecs){0};
	for (size_t i = 0; i < CODECS; i++) {
		c->list[i].name = known[i].name;
		c->list[i].library = known[i].library;
	}
}

void codecs_deinit(struct codecs *c)
{
	for (size_t i = 0; i < CODECS; i++)
		if (c->list[i].handle)
			(void)dlclose(c->list[i].handle);
	*c = (struct codecs){0};
}

static size_t find(uint32_t flag)
{
	size_t i = 0;

	while (i < CODECS && known[i].flag != flag)
		i++;
	return i;
}

int codecs_load(struct codecs *c, uint32_t flag, const struct codec **out)
{
	size_t i = find(flag);
	struct codec *codec;

	if (i == CODECS)
		return -EINVAL;
	codec = &c->list[i];
	*out = codec;
	if (codec->handle)
		return 0;
	codec->handle = dlopen(codec->library, RTLD_NOW | RTLD_LOCAL);
	if (!codec->handle)
		return -ELIBACC;
	codec->expand = dlsym(codec->handle, known[i].symbol);
	codec->make = known[i].make ? dlsym(codec->handle, known[i].make) : NULL;
	codec->unmake = known[i].unmake ? dlsym(codec->handle, known[i].unmake) : NULL;
	if (codec->expand && (!known[i].make || (codec->make && codec->unmake)))
		return 0;
	(void)dlclose(codec->handle);
	codec->handle = codec->expand = NULL;
	return -ELIBACC;
}

static int make_context(struct expander *e, const struct codec *codec)
{
	void *(*create)(void);

	if (e->zstd || !codec->make)
		return 0;
	memcpy(&create, &codec->make, sizeof(create));
	e->zstd = create();
	return e->zstd ? 0 : -ENOMEM;
}

void expander_deinit(struct expander *e)
{
	const struct codec *codec;
	size_t (*free_context)(void *);

	/* What made the context is there as long as the context. */
	if (!e->zstd || !e->codecs)
		return;
	codec = &e->codecs->list[find(KDUMP_STATUS_ZSTD)];
	memcpy(&free_context, &codec->unmake, sizeof(free_context));
	(void)free_context(e->zstd);
	e->zstd = NULL;
}

int expander_expand(struct expander *e, uint32_t flag, const void *in, size_t len, void *out,
		    size_t size)
{
	size_t i = find(flag);
	const struct codec *codec = i < CODECS ? &e->codecs->list[i] : NULL;

	if (!codec || !codec->expand)
		return -EBADMSG;
	if (make_context(e, codec) < 0)
		return -ENOMEM;
	return known[i].expand(e, codec, in, len, out, size) == size ? 0 : -EBADMSG;
}
