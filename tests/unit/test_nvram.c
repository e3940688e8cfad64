// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's memory as partitions: found by its rules, and left alone where they do not hold. */
#include "unit.h"

#include "base/nvram.h"

#include <errno.h>
#include <string.h>

#define SIZE   1024
#define COMMON 64 /* where its header is */
#define ROOM   256

struct image {
	uint8_t bytes[SIZE];
};

static void header(uint8_t *h, uint8_t signature, size_t size, const char *name)
{
	unsigned int sum = 0;
	size_t i;

	memset(h, 0, 16);
	h[0] = signature;
	h[2] = (uint8_t)(size / 16 >> 8);
	h[3] = (uint8_t)(size / 16);
	memcpy(h + 4, name, strnlen(name, 12));
	for (i = 0; i < 16; i++)
		sum += h[i];
	while (sum > 0xff)
		sum = (sum & 0xff) + (sum >> 8);
	h[1] = (uint8_t)sum;
}

/* list: strings with their NULs. */
static void fill(struct image *m, const char *list, size_t len)
{
	memset(m, 0, sizeof(*m));
	header(m->bytes, 0x51, COMMON, "ibm,setupcfg");
	header(m->bytes + COMMON, 0x70, ROOM, "common");
	header(m->bytes + COMMON + ROOM, 0x7f, SIZE - COMMON - ROOM, "wwwwwwwwwwww");
	memcpy(m->bytes + COMMON + 16, list, len);
}

static void test_found(void **state)
{
	static const char list[] = "a=1\0our=abc\0ours=2";
	struct nvram_string s;
	struct image m;

	(void)state;
	fill(&m, list, sizeof(list));
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), 0);
	assert_int_equal(s.off, COMMON + 16 + 4);
	assert_int_equal(s.len, strlen("our=abc"));
}

static void test_where_a_new_one_goes(void **state)
{
	static const char list[] = "a=1";
	struct nvram_string s;
	struct image m;

	(void)state;
	fill(&m, list, sizeof(list));
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -ENOENT);
	assert_int_equal(s.off, COMMON + 16 + 4);
	/* Its own NUL and the empty string behind it still fit. */
	assert_int_equal(s.off + s.len + 2, COMMON + ROOM);
	fill(&m, "", 0);
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -ENOENT);
	assert_int_equal(s.off, COMMON + 16);
}

static void test_full(void **state)
{
	char list[ROOM - 16] = "";
	struct nvram_string s;
	struct image m;

	(void)state;
	memset(list, 'x', sizeof(list) - 2);
	fill(&m, list, sizeof(list));
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -ENOENT);
	assert_int_equal(s.len, 0);
	/* No end of the list in the partition: what comes next is somebody else's. */
	memset(list, 'x', sizeof(list));
	fill(&m, list, sizeof(list));
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -EINVAL);
}

static void test_not_laid_out(void **state)
{
	struct nvram_string s;
	struct image m;

	(void)state;
	memset(&m, 0, sizeof(m));
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -EINVAL);
	fill(&m, "a=1", 4);
	m.bytes[COMMON + 1] ^= 1;
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -EINVAL);
	fill(&m, "a=1", 4);
	header(m.bytes + COMMON, 0x70, SIZE, "common"); /* past the end */
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -EINVAL);
	fill(&m, "a=1", 4);
	header(m.bytes + COMMON, 0x70, ROOM, "commons");
	assert_int_equal(nvram_find(m.bytes, SIZE, "our=", &s), -ENODEV);
	fill(&m, "a=1", 4);
	assert_int_equal(nvram_find(m.bytes, COMMON + 20, "our=", &s), -EINVAL);
	assert_int_equal(nvram_find(m.bytes, 0, "our=", &s), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_where_a_new_one_goes),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_not_laid_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
