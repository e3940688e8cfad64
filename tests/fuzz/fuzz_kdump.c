// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Either a file as it is, or, behind a zero byte, one without its holes: 464 bytes of header at 0,
 * 104 of sub-header at 4096, 16 of bitmap 1 at 8192, 16 of bitmap 2 at 12288, descriptors at 16384;
 * zeros between and, up to 1 MiB, behind them. What has a sound structure has its pages expanded,
 * too.
 */
#include "dump/kdump_pages.h"
#include "dump/kdump_readers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PACKED_SIZE MIB

struct input {
	const uint8_t *data;
	size_t size;
	bool packed;
};

static void overlay(const struct input *in, size_t from, size_t len, uint64_t to, uint8_t *buf,
		    size_t buf_len, uint64_t off)
{
	for (size_t i = 0; i < len && from + i < in->size; i++)
		if (to + i >= off && to + i - off < buf_len)
			buf[to + i - off] = in->data[from + i];
}

static int input_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct input *in = ctx;

	if (!range_ok(off, len, in->packed ? PACKED_SIZE : in->size) || len > 256 * KIB)
		abort();
	if (!in->packed) {
		memcpy(buf, in->data + off, len);
		return 0;
	}
	memset(buf, 0, len);
	overlay(in, 0, 464, 0, buf, len, off);
	overlay(in, 464, 104, 4096, buf, len, off);
	overlay(in, 568, 16, 8192, buf, len, off);
	overlay(in, 584, 16, 12288, buf, len, off);
	overlay(in, 600, in->size, 16384, buf, len, off);
	return 0;
}

static void check_pages(const struct reader *r, const struct kdump_info *info)
{
	const struct kdump_pages_spec spec = {.threads = 1};
	struct kdump_problem problem = {.text = ""};
	int e = kdump_check_pages(r, info, &spec, &problem);

	if (e != 0 && e != -EBADMSG && e != -ELIBACC && e != -EAGAIN)
		abort();
	if ((e == -EBADMSG || e == -ELIBACC) && !problem.text[0])
		abort();
}

/* What is said of the header can be shown, and whether anything is. */
static void check_doubt(const struct kdump_info *info)
{
	bool same = !info->osrelease[0] || strcmp(info->osrelease, info->release) == 0;
	char doubt[KDUMP_DOUBT];

	kdump_doubt(info, doubt, sizeof(doubt));
	if (!same && !doubt[0])
		abort();
	for (const char *c = doubt; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {.data = data, .size = size};
	struct reader r = {.pread = input_pread, .ctx = &in, .size = size};
	struct kdump_info info;
	struct kdump_problem problem;
	int e;

	if (size > 0 && data[0] == 0) {
		in.packed = true;
		in.data++;
		in.size--;
		r.size = PACKED_SIZE;
	}
	e = kdump_check_structure(&r, &info, &problem);
	if (e != 0 && e != -EBADMSG)
		abort();
	if ((e == 0) != (problem.text[0] == '\0') || strlen(problem.text) >= sizeof(problem.text))
		abort();
	if (e == 0 && (info.pages == 0 || info.pages > info.max_mapnr || info.pages_missing))
		abort();
	if (e == 0)
		check_doubt(&info);
	if (e == 0)
		check_pages(&r, &info);
	return 0;
}
