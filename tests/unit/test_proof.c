// SPDX-License-Identifier: GPL-2.0-or-later
/* What a dump must stand that was read back, and how much is read for it. */
#include "unit.h"

#include "../tools/kdump_image.h"
#include "../tools/pack.h"
#include "dump/kdump_header.h"
#include "run/proof.h"

#include <errno.h>
#include <string.h>

#define BLOCK 65536u
#define PAGES 1200u

struct fixture {
	struct kdump_image_opts o;
	unsigned char *buf;
	size_t size, read;
	struct reader r;
	struct log log;
	struct proof_digest digest;
	struct proof proof;
};

static int counted(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct fixture *f = ctx;

	if (!range_ok(off, len, f->size))
		return -ENODATA;
	f->read += len;
	memcpy(buf, f->buf + off, len);
	return 0;
}

/* Written as it is, with its digest. */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->o = (struct kdump_image_opts){
		.block_size = BLOCK, .pages = PAGES, .pack = pack, .flag = KDUMP_STATUS_ZLIB};
	f->buf = kdump_image_make(&f->o, &f->size);
	if (!f->buf)
		return -1;
	f->r = (struct reader){.pread = counted, .ctx = f, .size = f->size};
	log_init(&f->log, LOG_LEVEL_ERROR);
	proof_digest_init(&f->digest, &f->log);
	digest_update(f->digest.stream, f->buf, f->size, 0);
	f->proof =
		(struct proof){.log = &f->log, .verify = CONFIG_VERIFY_FULL, .digest = &f->digest};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	proof_digest_deinit(&f->digest);
	log_deinit(&f->log);
	free(f->buf);
	free(f);
	return 0;
}

static void test_all_is_read_once(void **state)
{
	struct fixture *f = *state;

	assert_true(f->size > 10 * MIB);
	assert_int_equal(proof_check(&f->proof, &f->r), 0);
	assert_string_equal(f->proof.verified, "structure");
	f->read = 0;
	assert_int_equal(proof_check_all(&f->proof, &f->r), 0);
	assert_string_equal(f->proof.verified, "full");
	assert_in_range(f->read, f->size, f->size + f->size / 10);
}

static void test_any_bit_is_missed(void **state)
{
	/* Of the header's padding, the bitmap, a descriptor's, a page's, the very last. */
	struct fixture *f = *state;
	const size_t at[] = {4000, BLOCK + 8000, f->size / 3, f->size / 2, f->size - 1};
	size_t i;

	assert_int_equal(proof_check(&f->proof, &f->r), 0);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		f->buf[at[i]] ^= 4;
		f->proof.text[0] = '\0';
		assert_int_equal(proof_check_all(&f->proof, &f->r), -EBADMSG);
		assert_non_null(strstr(f->proof.text, "is not what was written: digest sha256:"));
		f->buf[at[i]] ^= 4;
	}
	assert_int_equal(proof_check_all(&f->proof, &f->r), 0);
}

static void test_pages_are_expanded(void **state)
{
	struct fixture *f = *state;
	struct kdump_problem problem;
	struct kdump_layout layout;
	struct kdump_info info;
	size_t i, off;

	assert_int_equal(kdump_read_header(&f->r, &info, &layout, &problem), 0);
	/* Spoilt before it was written: what is read back is what was. */
	for (i = 0;; i++) {
		const unsigned char *d = f->buf + layout.desc_off + i * KDUMP_DESC_SIZE;

		off = (size_t)kdump_u64(d, false);
		if (kdump_u32(d + 12, false))
			break;
	}
	memset(f->buf + off, 0xff, 8);
	proof_digest_init(&f->digest, &f->log);
	digest_update(f->digest.stream, f->buf, f->size, 0);
	assert_int_equal(proof_check(&f->proof, &f->r), 0);
	assert_int_equal(proof_check_all(&f->proof, &f->r), -EBADMSG);
	assert_non_null(strstr(f->proof.text, "does not expand to a page"));
	f->proof.verify = CONFIG_VERIFY_STRUCTURE;
	assert_int_equal(proof_check_all(&f->proof, &f->r), 0);
	assert_string_equal(f->proof.verified, "digest");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_is_read_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any_bit_is_missed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages_are_expanded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
