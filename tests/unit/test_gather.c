// SPDX-License-Identifier: GPL-2.0-or-later
/* dump/gather.h: what is written comes to the same file, in few and large pieces. */
#include "dump/gather.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE (8 * MIB)

struct sink {
	unsigned char *file;
	size_t writes, bytes, largest;
	int error;
};

static int write_to(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct sink *s = ctx;

	if (s->error)
		return s->error;
	assert_true(len > 0 && off + len <= FILE_SIZE);
	memcpy(s->file + off, buf, len);
	s->writes++;
	s->bytes += len;
	if (len > s->largest)
		s->largest = len;
	return 0;
}

static int make_sink(void **state)
{
	struct sink *s = calloc(1, sizeof(*s));

	s->file = calloc(1, FILE_SIZE);
	*state = s;
	return 0;
}

static int drop_sink(void **state)
{
	struct sink *s = *state;

	free(s->file);
	free(s);
	return 0;
}

/* As makedumpfile does: a page's data, now and then its descriptors, which lie before all data. */
static void test_records_of_two_places_are_joined(void **state)
{
	unsigned char page[28 * KIB], desc[24 * 100];
	uint64_t data_at = 4 * MIB, desc_at = 64 * KIB;
	struct sink *s = *state;
	struct gather g;
	int i;

	gather_init(&g, true, write_to, s);
	for (i = 0; i < 100; i++) {
		memset(page, i, sizeof(page));
		memset(desc, 100 + i, sizeof(desc));
		assert_int_equal(gather_feed(&g, page, sizeof(page), data_at), 0);
		assert_int_equal(gather_feed(&g, desc, sizeof(desc), desc_at), 0);
		data_at += sizeof(page);
		desc_at += sizeof(desc);
	}
	assert_int_equal(gather_finish(&g), 0);
	for (i = 0; i < 100; i++) {
		assert_int_equal(s->file[4 * MIB + (size_t)i * sizeof(page)], i);
		assert_int_equal(s->file[64 * KIB + (size_t)i * sizeof(desc)], 100 + i);
	}
	assert_int_equal(s->bytes, 100 * (sizeof(page) + sizeof(desc)));
	assert_int_equal(s->largest, GATHER_SIZE);
	assert_true(s->writes <= 13);
	gather_deinit(&g);
}

/* Whatever is written twice has what came last. */
static void any_pieces(struct sink *s, struct gather *g, unsigned int seed)
{
	unsigned char *expected = calloc(1, FILE_SIZE), *piece = malloc(MIB);
	uint64_t at[3] = {0};
	int i;

	srand(seed);
	for (i = 0; i < 1500; i++) {
		size_t len = rand() % 20 ? (size_t)(rand() % 5000) : (size_t)(rand() % (int)MIB);
		uint64_t *where = &at[rand() % 3];

		if (rand() % 40 == 0 || *where + len > FILE_SIZE)
			*where = (unsigned int)rand() % (unsigned int)(FILE_SIZE - MIB);
		memset(piece, i, len);
		memcpy(expected + *where, piece, len);
		assert_int_equal(gather_feed(g, piece, len, *where), 0);
		*where += len;
	}
	assert_int_equal(gather_finish(g), 0);
	assert_memory_equal(expected, s->file, FILE_SIZE);
	free(expected);
	free(piece);
}

static void test_any_pieces_make_the_same_file(void **state)
{
	struct sink *s = *state;
	unsigned int seed;
	struct gather g;

	for (seed = 1; seed <= 20; seed++) {
		memset(s->file, 0, FILE_SIZE);
		gather_init(&g, true, write_to, s);
		any_pieces(s, &g, seed);
		gather_deinit(&g);
	}
}

static void test_without_memory_pieces_are_written_as_they_come(void **state)
{
	struct sink *s = *state;
	struct gather g;
	size_t i, with;

	for (with = 0; with < GATHER_EXTENTS; with++) {
		memset(s->file, 0, FILE_SIZE);
		gather_init(&g, with > 0, write_to, s);
		for (i = with; i < GATHER_EXTENTS; i++) {
			free(g.extent[i].data);
			g.extent[i].data = NULL;
		}
		any_pieces(s, &g, 7);
		gather_deinit(&g);
	}
}

static void test_an_error_of_a_write_is_returned(void **state)
{
	unsigned char piece[1000] = {0};
	struct sink *s = *state;
	struct gather g;

	gather_init(&g, true, write_to, s);
	assert_int_equal(gather_feed(&g, piece, sizeof(piece), 0), 0);
	s->error = -ENOSPC;
	assert_int_equal(gather_finish(&g), -ENOSPC);
	s->error = 0;
	assert_int_equal(gather_feed(&g, piece, sizeof(piece), 0), 0);
	s->error = -EIO;
	/* Over what is gathered: that has to be written first. */
	assert_int_equal(gather_feed(&g, piece, sizeof(piece), 500), -EIO);
	gather_deinit(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_records_of_two_places_are_joined, make_sink,
						drop_sink),
		cmocka_unit_test_setup_teardown(test_any_pieces_make_the_same_file, make_sink,
						drop_sink),
		cmocka_unit_test_setup_teardown(test_without_memory_pieces_are_written_as_they_come,
						make_sink, drop_sink),
		cmocka_unit_test_setup_teardown(test_an_error_of_a_write_is_returned, make_sink,
						drop_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
