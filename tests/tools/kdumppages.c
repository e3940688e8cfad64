// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kdumppages own|libkdumpfile FILE: a line for each page of a kdump-compressed file, its frame
 * number and the SHA-256 of its contents, as this program's reader sees it or as libkdumpfile does.
 */
#include "base/reader.h"
#include "dump/codec.h"
#include "dump/digest.h"
#include "dump/kdump.h"
#include "dump/kdump_header.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_page(uint64_t pfn, const void *page, size_t size)
{
	uint8_t hash[SHA256_SIZE];
	char text[DIGEST_TEXT];

	sha256_of(page, size, hash);
	digest_format(hash, text);
	printf("%" PRIu64 " %s\n", pfn, text);
}

struct own {
	struct reader r;
	struct kdump_info info;
	struct kdump_layout at;
	struct codecs codecs;
	struct expander expander;
	unsigned char *in, *out;
};

static int own_page(struct own *o, uint64_t pfn, uint64_t n)
{
	const unsigned char *page = o->in;
	const struct codec *codec;
	unsigned char d[KDUMP_DESC_SIZE];
	uint32_t size, flags;
	int err = o->r.pread(o->r.ctx, d, sizeof(d), o->at.desc_off + n * sizeof(d));

	if (err < 0)
		return err;
	size = kdump_u32(d + 8, o->info.big_endian);
	flags = kdump_u32(d + 12, o->info.big_endian);
	err = o->r.pread(o->r.ctx, o->in, size, kdump_u64(d, o->info.big_endian));
	if (err == 0 && flags) {
		page = o->out;
		err = codecs_load(&o->codecs, flags, &codec);
		if (err == 0)
			err = expander_expand(&o->expander, flags, o->in, size, o->out,
					      o->info.block_size);
	}
	if (err == 0)
		print_page(pfn, page, o->info.block_size);
	return err;
}

static int own(int fd)
{
	struct kdump_problem problem;
	struct own o;
	unsigned char byte;
	uint64_t n = 0;
	int err = reader_init_fd(&fd, &o.r);

	if (err == 0)
		err = kdump_check_structure(&o.r, &o.info, &problem);
	if (err == 0)
		err = kdump_read_header(&o.r, &o.info, &o.at, &problem);
	if (err < 0)
		return err;
	codecs_init(&o.codecs);
	o.expander = (struct expander){.codecs = &o.codecs};
	o.in = malloc(o.info.block_size);
	o.out = malloc(o.info.block_size);
	for (uint64_t pfn = 0; pfn < o.info.max_mapnr && err == 0; pfn++) {
		err = o.r.pread(o.r.ctx, &byte, 1, o.at.bitmap2_off + pfn / 8);
		if (err == 0 && (byte >> pfn % 8 & 1))
			err = own_page(&o, pfn, n++);
	}
	free(o.in);
	free(o.out);
	expander_deinit(&o.expander);
	codecs_deinit(&o.codecs);
	return err;
}

static int lib(int fd)
{
	kdump_ctx_t *ctx = kdump_new();
	kdump_num_t page_size, max_pfn;
	unsigned char *page;
	int err = 0;

	if (!ctx)
		return -ENOMEM;
	if (kdump_set_number_attr(ctx, KDUMP_ATTR_FILE_FD, (kdump_num_t)fd) != KDUMP_OK ||
	    kdump_get_number_attr(ctx, KDUMP_ATTR_PAGE_SIZE, &page_size) != KDUMP_OK ||
	    kdump_get_number_attr(ctx, "max_pfn", &max_pfn) != KDUMP_OK) {
		fprintf(stderr, "libkdumpfile: %s\n", kdump_get_err(ctx));
		kdump_free(ctx);
		return -EBADMSG;
	}
	page = malloc(page_size);
	for (uint64_t pfn = 0; pfn < max_pfn && err == 0; pfn++) {
		size_t len = page_size;
		kdump_status status =
			kdump_read(ctx, KDUMP_MACHPHYSADDR, pfn * page_size, page, &len);

		if (status == KDUMP_OK && len == page_size)
			print_page(pfn, page, len);
		else if (status != KDUMP_ERR_NODATA) {
			fprintf(stderr, "libkdumpfile: page %" PRIu64 ": %s\n", pfn,
				kdump_get_err(ctx));
			err = -EBADMSG;
		}
		kdump_clear_err(ctx);
	}
	free(page);
	kdump_free(ctx);
	return err;
}

int main(int argc, char **argv)
{
	int fd, err = -EINVAL;

	if (argc != 3) {
		fputs("usage: kdumppages own|libkdumpfile FILE\n", stderr);
		return 2;
	}
	fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[2]);
		return 1;
	}
	if (strcmp(argv[1], "own") == 0)
		err = own(fd);
	else if (strcmp(argv[1], "libkdumpfile") == 0)
		err = lib(fd);
	if (err < 0)
		fprintf(stderr, "%s: %s\n", argv[2], strerror(-err));
	return err < 0;
}
