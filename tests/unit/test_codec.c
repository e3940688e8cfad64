// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "dump/codec.h"
#include "../tools/pack.h"

#include <errno.h>

#define SIZE 65536

static void test_what_the_libraries_pack_is_expanded(void **state)
{
	static unsigned char page[SIZE], packed[2 * SIZE], out[SIZE];
	const struct codec *codec;
	struct codecs c;
	struct expander e = {.codecs = &c};

	(void)state;
	codecs_init(&c);
	pack_fill(page, SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(pack_flags); i++) {
		size_t len = pack(pack_flags[i], page, SIZE, packed);

		assert_true(len < SIZE);
		assert_int_equal(codecs_load(&c, pack_flags[i], &codec), 0);
		assert_int_equal(codecs_load(&c, pack_flags[i], &codec), 0);
		memset(out, 0, SIZE);
		assert_int_equal(expander_expand(&e, pack_flags[i], packed, len, out, SIZE), 0);
		assert_memory_equal(out, page, SIZE);
	}
	expander_deinit(&e);
	codecs_deinit(&c);
}

static void test_what_is_not_a_page_is_refused(void **state)
{
	static unsigned char page[SIZE], packed[2 * SIZE], out[SIZE + 16];
	const struct codec *codec;
	struct codecs c;
	struct expander e = {.codecs = &c};

	(void)state;
	codecs_init(&c);
	pack_fill(page, SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(pack_flags); i++) {
		uint32_t flag = pack_flags[i];
		size_t len = pack(flag, page, SIZE, packed);

		assert_int_equal(codecs_load(&c, flag, &codec), 0);
		/* cut, empty, too long, too short, and rubbish */
		assert_int_equal(expander_expand(&e, flag, packed, len / 2, out, SIZE), -EBADMSG);
		assert_int_equal(expander_expand(&e, flag, packed, 0, out, SIZE), -EBADMSG);
		assert_int_equal(expander_expand(&e, flag, packed, len, out, SIZE - 1), -EBADMSG);
		assert_int_equal(expander_expand(&e, flag, packed, len, out, SIZE + 1), -EBADMSG);
		memset(packed, 0xff, len);
		assert_int_equal(expander_expand(&e, flag, packed, len, out, SIZE), -EBADMSG);
	}
	expander_deinit(&e);
	codecs_deinit(&c);
}

static void test_unknown_flags(void **state)
{
	const struct codec *codec = NULL;
	struct codecs c;
	struct expander e = {.codecs = &c};
	char out[4];

	(void)state;
	codecs_init(&c);
	assert_int_equal(codecs_load(&c, 0x40, &codec), -EINVAL);
	assert_int_equal(codecs_load(&c, 0, &codec), -EINVAL);
	assert_null(codec);
	assert_int_equal(expander_expand(&e, 0x40, "x", 1, out, 4), -EBADMSG);
	expander_deinit(&e);
	codecs_deinit(&c);
}

/* What a machine says on which a library is not installed. */
static void test_a_library_that_is_missing(void **state)
{
	const struct codec *codec = NULL;
	struct codecs c;

	(void)state;
	codecs_init(&c);
	for (size_t i = 0; i < CODECS; i++)
		c.list[i].library = "libfadump-ng-is-not-there.so.1";
	assert_int_equal(codecs_load(&c, KDUMP_STATUS_LZO, &codec), -ELIBACC);
	assert_string_equal(codec->name, "lzo");
	/* one that has not what is needed */
	c.list[1].library = "libc.so.6";
	assert_int_equal(codecs_load(&c, KDUMP_STATUS_LZO, &codec), -ELIBACC);
	codecs_deinit(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_libraries_pack_is_expanded),
		cmocka_unit_test(test_what_is_not_a_page_is_refused),
		cmocka_unit_test(test_unknown_flags),
		cmocka_unit_test(test_a_library_that_is_missing),
	};

	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
