// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces in any order against the whole file at once, and against what `fsverity digest` said. */
#include "dump/digest.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SMALL ((size_t)(5 * MIB + 777))

/* A file in memory, or one that is computed: block n is all bytes of fill(n). */
struct file {
	unsigned char *data; /* NULL: computed */
	size_t size;
	uint64_t reads;
	uint64_t spoilt; /* a block that was written over with its pattern + 1; UINT64_MAX: none */
	int error;
};

static unsigned char fill(const struct file *f, uint64_t block)
{
	return (unsigned char)(block % 5 + (block == f->spoilt));
}

static int file_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct file *f = ctx;

	f->reads++;
	if (f->error)
		return f->error;
	assert_true(range_ok(off, len, f->size));
	if (f->data)
		memcpy(buf, f->data + off, len);
	else
		memset(buf, fill(f, off / DIGEST_BLOCK), len);
	return 0;
}

static struct reader reader_of(struct file *f)
{
	return (struct reader){.pread = file_pread, .ctx = f, .size = f->size};
}

/* The definition, written down plainly: levels of hashes until one is left. */
static void reference(struct file *f, uint8_t out[DIGEST_SIZE])
{
	size_t n = (f->size + DIGEST_BLOCK - 1) / DIGEST_BLOCK;
	size_t room = (n / DIGEST_FANOUT + 2) * DIGEST_BLOCK;
	unsigned char *block = malloc(DIGEST_BLOCK), *level = calloc(1, room);
	unsigned char desc[256] = {1, 1, 16};
	uint8_t known[6][DIGEST_SIZE];

	for (int i = 0; i < 6; i++) {
		memset(block, i, DIGEST_BLOCK);
		sha256_of(block, DIGEST_BLOCK, known[i]);
	}
	for (size_t i = 0; i < n; i++) {
		size_t len = f->size - i * DIGEST_BLOCK;

		if (!f->data && len >= DIGEST_BLOCK) {
			memcpy(level + i * DIGEST_SIZE, known[fill(f, i)], DIGEST_SIZE);
			continue;
		}
		memset(block, 0, DIGEST_BLOCK);
		assert_int_equal(file_pread(f, block, len < DIGEST_BLOCK ? len : DIGEST_BLOCK,
					    i * DIGEST_BLOCK),
				 0);
		sha256_of(block, DIGEST_BLOCK, level + i * DIGEST_SIZE);
	}
	while (n > 1) {
		size_t blocks = (n * DIGEST_SIZE + DIGEST_BLOCK - 1) / DIGEST_BLOCK;

		for (size_t i = 0; i < blocks; i++)
			sha256_of(level + i * DIGEST_BLOCK, DIGEST_BLOCK, level + i * DIGEST_SIZE);
		memset(level + blocks * DIGEST_SIZE, 0, room - blocks * DIGEST_SIZE);
		n = blocks;
	}
	for (int i = 0; i < 8; i++)
		desc[8 + i] = (unsigned char)((uint64_t)f->size >> (8 * i));
	memcpy(desc + 16, level, DIGEST_SIZE);
	sha256_of(desc, sizeof(desc), out);
	free(block);
	free(level);
	f->reads = 0;
}

static void same(struct digest *d, struct file *f, bool may_read)
{
	uint8_t wanted[DIGEST_SIZE], got[DIGEST_SIZE];
	struct reader r = reader_of(f);

	reference(f, wanted);
	assert_int_equal(digest_finish(d, f->size, may_read ? &r : NULL, got), 0);
	assert_memory_equal(got, wanted, DIGEST_SIZE);
}

/* In a block of just this size, so that the sanitizer sees a read past it. */
static void update(struct digest *d, const unsigned char *buf, size_t len, uint64_t off)
{
	unsigned char *piece = malloc(len ? len : 1);

	memcpy(piece, buf, len);
	digest_update(d, piece, len, off);
	free(piece);
}

static unsigned char *random_bytes(size_t size)
{
	unsigned char *data = malloc(size ? size : 1);
	uint32_t x = 1;

	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (unsigned char)(x >> 24);
	}
	return data;
}

static void test_known_answers(void **state)
{
	/* Of fsverity 1.5: SIZE bytes of 'a' */
	static const struct {
		size_t size;
		const char *digest;
	} known[] = {
		{0, "sha256:37a711c20e34543da6c1507ccc4e04258a1725cc672518b1c6d5d03104fb9e95"},
		{1, "sha256:5f9822557f7fd142e2f9091cb15695cdbd1f5ab1116b54fc01a8a39555be9232"},
		{65535, "sha256:b78303454ee3b07bad73af3f36f9db1e0b1b003e7da87302710170af2acb1574"},
		{65536, "sha256:0710f8a78d333f60cbaaa69d3a26188a7fcd3e03df5bcc4c4ccf52238b6c1c54"},
		{65537, "sha256:68ca84786a90fc5cc61b0d76be70978e3cb16ad1ae9cdb3a6f1a26f77df74219"},
		{131072, "sha256:c19b5b6a227344f3d973b0315349cfbc7f43f7d764812fd31a692b49e7f90857"},
		{134217728,
		 "sha256:438b7765f893c25109e75affd43b6d9f39e40a853a6969762f33b4bc517393fa"},
		{134217729,
		 "sha256:412dc314e6f09dc20b38a5bae62a97535f959cf8a21619ead699ca005f6634b6"},
		{209715205,
		 "sha256:44f81bb89f743cdbf24d262692482cfb0c261bcdf9c52ba94d085507dd177071"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		unsigned char *data = malloc(known[i].size + 1);
		uint8_t out[DIGEST_SIZE], back[DIGEST_SIZE];
		char text[DIGEST_TEXT];
		struct digest d;

		memset(data, 'a', known[i].size);
		assert_int_equal(digest_init(&d), 0);
		digest_update(&d, data, known[i].size, 0);
		assert_int_equal(digest_finish(&d, known[i].size, NULL, out), 0);
		digest_format(out, text);
		assert_string_equal(text, known[i].digest);
		assert_int_equal(digest_parse(text, back), 0);
		assert_memory_equal(out, back, DIGEST_SIZE);
		digest_deinit(&d);
		free(data);
	}
}

static void test_sizes_in_order(void **state)
{
	static const size_t sizes[] = {0,
				       1,
				       65535,
				       65536,
				       65537,
				       131072,
				       131073,
				       2048 * 65536 - 1,
				       2048 * 65536,
				       2048 * 65536 + 1,
				       2049 * 65536,
				       2049 * 65536 + 3};
	static const size_t steps[] = {4096, 65536, 1 * MIB, 70001};

	unsigned char *data = random_bytes(sizes[ARRAY_SIZE(sizes) - 1]);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct file f = {.data = data, .size = sizes[i]};

		for (size_t s = 0; s < ARRAY_SIZE(steps); s++) {
			struct digest d;

			if (sizes[i] > MIB && s != i % ARRAY_SIZE(steps))
				continue;
			assert_int_equal(digest_init(&d), 0);
			for (size_t at = 0; at < f.size; at += steps[s])
				update(&d, f.data + at,
				       f.size - at < steps[s] ? f.size - at : steps[s], at);
			/* nothing that came in order is read again */
			same(&d, &f, false);
			digest_deinit(&d);
		}
	}
	free(data);
}

/* Pieces anywhere, over one another; what was never written is zeros. */
static void test_random_pieces(void **state)
{
	unsigned char *noise = random_bytes(SMALL);

	(void)state;
	for (unsigned int seed = 1; seed <= 24; seed++) {
		size_t largest = seed % 3 == 0 ? 200000 : seed % 3 == 1 ? 65536 * 2 : 9000;
		struct file f = {.data = calloc(1, SMALL)};
		struct digest d;

		srand(seed);
		assert_int_equal(digest_init(&d), 0);
		for (int i = 0; i < (seed % 2 ? 60 : 900); i++) {
			size_t len = (size_t)rand() % largest;
			size_t off = (size_t)rand() % (SMALL - len);
			size_t from = (size_t)rand() % (SMALL - len);

			if (rand() % 4 == 0)
				off -= off % DIGEST_BLOCK;
			if (rand() % 8 == 0 && off % DIGEST_BLOCK == 0 &&
			    off + DIGEST_BLOCK <= SMALL && from + DIGEST_BLOCK <= SMALL)
				len = DIGEST_BLOCK;
			memcpy(f.data + off, noise + from, len);
			if (off + len > f.size)
				f.size = off + len;
			update(&d, noise + from, len, off);
		}
		same(&d, &f, true);
		digest_deinit(&d);
		free(f.data);
	}
	free(noise);
}

static void test_backwards(void **state)
{
	struct file f = {.data = random_bytes(SMALL), .size = SMALL};
	static const size_t steps[] = {64, 4096, 65536, 100000};

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(steps); s++) {
		struct digest d;

		assert_int_equal(digest_init(&d), 0);
		for (size_t end = SMALL; end > 0;) {
			size_t n = end < steps[s] ? end : steps[s];

			end -= n;
			update(&d, f.data + end, n, end);
		}
		same(&d, &f, true);
		digest_deinit(&d);
	}
	free(f.data);
}

/*
 * As makedumpfile does it: the header, then descriptors in front and pages behind by turns, both
 * ascending in odd steps, the bitmaps, the header again.
 */
static void test_as_makedumpfile_writes(void **state)
{
	struct file f = {.data = random_bytes(64 * MIB + 99), .size = 64 * MIB + 99};
	size_t desc = 300000, data = 9 * MIB + 5, desc_end = data;
	struct digest d;

	(void)state;
	assert_int_equal(digest_init(&d), 0);
	update(&d, (unsigned char *)f.data + 1000, 4096, 0); /* not yet what it will be */
	while (data < f.size) {
		size_t n = f.size - data < 300001 ? f.size - data : 300001;
		size_t m = desc_end - desc < 48000 ? desc_end - desc : 48000;

		update(&d, f.data + desc, m, desc);
		update(&d, f.data + data, n, data);
		desc += m;
		data += n;
	}
	update(&d, f.data + desc, desc_end - desc, desc);
	update(&d, f.data + 4096, 300000 - 4096, 4096);
	update(&d, f.data, 4096, 0);
	same(&d, &f, true);
	/* but for the two blocks in which one region ends and another had begun before */
	assert_in_range(f.reads, 0, 2);
	digest_deinit(&d);
	free(f.data);
}

/* More groups than are kept open: whole ones shrink, and one that is written to again is read. */
static void test_many_groups(void **state)
{
	const uint64_t groups = DIGEST_GROUPS_OPEN + 3, blocks = groups * DIGEST_FANOUT - 5;
	struct file f = {.size = blocks * DIGEST_BLOCK, .spoilt = UINT64_MAX};
	unsigned char *block = malloc(DIGEST_BLOCK), *known[5];
	uint8_t got[DIGEST_SIZE];
	struct digest d;

	(void)state;
	assert_int_equal(digest_init(&d), 0);
	for (uint64_t b = 0; b < 5; b++) {
		known[b] = malloc(DIGEST_BLOCK);
		memset(known[b], fill(&f, b), DIGEST_BLOCK);
	}
	for (uint64_t b = 0; b < blocks; b++)
		digest_update(&d, known[b % 5], DIGEST_BLOCK, b * DIGEST_BLOCK);
	same(&d, &f, false);
	/* in the first group, where makedumpfile's headers are: its block is read, and no more */
	f.spoilt = 3;
	memset(block, fill(&f, f.spoilt), DIGEST_BLOCK);
	digest_update(&d, block, 1, f.spoilt * DIGEST_BLOCK);
	same(&d, &f, true);
	assert_int_equal(f.reads, 1);
	/* one byte, far back: its group is read */
	f.spoilt = DIGEST_FANOUT + 77;
	memset(block, fill(&f, f.spoilt), DIGEST_BLOCK);
	digest_update(&d, block, 1, f.spoilt * DIGEST_BLOCK);
	assert_int_equal(digest_finish(&d, f.size, NULL, got), -ENODATA);
	same(&d, &f, true);
	assert_int_equal(f.reads, DIGEST_FANOUT + 1);
	digest_deinit(&d);
	for (size_t i = 0; i < 5; i++)
		free(known[i]);
	free(block);
}

static void test_holes(void **state)
{
	static const uint64_t places[] = {0, 5 * GIB + 12345, 300 * GIB, 70 * MIB};
	unsigned char one = 0x5a;
	struct digest a, b;
	uint8_t x[DIGEST_SIZE], y[DIGEST_SIZE];
	static const unsigned char zeros[70000];

	(void)state;
	assert_int_equal(digest_init(&a), 0);
	assert_int_equal(digest_init(&b), 0);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		digest_update(&a, &one, 1, places[i]);
		digest_update(&b, &one, 1, places[ARRAY_SIZE(places) - 1 - i]);
	}
	/* zeros that are written are what holes are */
	digest_update(&b, zeros, sizeof(zeros), 100 * GIB + 7);
	assert_int_equal(digest_finish(&a, 300 * GIB + 1, NULL, x), 0);
	assert_int_equal(digest_finish(&b, 300 * GIB + 1, NULL, y), 0);
	assert_memory_equal(x, y, DIGEST_SIZE);
	digest_deinit(&a);
	digest_deinit(&b);
}

static void test_a_hole_is_read_like_zeros(void **state)
{
	struct file f = {.data = calloc(1, 3000 * DIGEST_BLOCK), .size = 3000 * DIGEST_BLOCK};
	struct digest d;

	(void)state;
	f.data[100] = f.data[2999 * DIGEST_BLOCK] = 7;
	assert_int_equal(digest_init(&d), 0);
	update(&d, f.data + 100, 1, 100);
	update(&d, f.data + 2999 * DIGEST_BLOCK, 1, 2999 * DIGEST_BLOCK);
	same(&d, &f, false);
	digest_deinit(&d);
	free(f.data);
}

static void test_refusals(void **state)
{
	unsigned char buf[10] = "123456789";
	uint8_t out[DIGEST_SIZE];
	struct digest d;

	(void)state;
	assert_int_equal(digest_init(&d), 0);
	digest_update(&d, buf, 10, DIGEST_BLOCK);
	assert_int_equal(digest_finish(&d, DIGEST_BLOCK, NULL, out), -EINVAL);
	digest_update(&d, buf, 10, DIGEST_FILE_MAX - 9);
	assert_int_equal(digest_finish(&d, DIGEST_FILE_MAX, NULL, out), -EFBIG);
	digest_deinit(&d);
	assert_int_equal(digest_init(&d), 0);
	digest_update(&d, buf, 10, UINT64_MAX - 3);
	digest_update(&d, buf, 10, 0);
	assert_int_equal(digest_finish(&d, 10, NULL, out), -EFBIG);
	digest_deinit(&d);
}

/* What is to be read again cannot be read. */
static void test_a_reader_that_fails(void **state)
{
	unsigned char *data = random_bytes(SMALL);
	struct file f = {.data = data, .size = SMALL, .error = -EIO};
	struct reader r = reader_of(&f);
	uint8_t out[DIGEST_SIZE];
	struct digest d;

	(void)state;
	assert_int_equal(digest_init(&d), 0);
	digest_update(&d, data, SMALL, 0);
	digest_update(&d, data + 70000, 1, 70000);
	assert_int_equal(digest_finish(&d, SMALL, &r, out), -EIO);
	digest_deinit(&d);
	free(data);
}

/* Given up in the middle, with blocks waiting. */
static void test_abandoned(void **state)
{
	unsigned char *data = random_bytes(SMALL);

	(void)state;
	for (size_t len = 0; len < SMALL; len += 300000) {
		struct digest d;

		assert_int_equal(digest_init(&d), 0);
		digest_update(&d, data, len, 12345);
		digest_deinit(&d);
	}
	free(data);
}

static void test_text(void **state)
{
	static const char *const bad[] = {
		"",
		"sha256:",
		"sha256:e42f619fad2c5d5d25c70138c1c872983d92115645e75a8c9cb20c1af05aa15",
		"sha256:e42f619fad2c5d5d25c70138c1c872983d92115645e75a8c9cb20c1af05aa15bb",
		"sha256:e42f619fad2c5d5d25c70138c1c872983d92115645e75a8c9cb20c1af05aa15g",
		"sha512:e42f619fad2c5d5d25c70138c1c872983d92115645e75a8c9cb20c1af05aa15b",
		"sha256 e42f619fad2c5d5d25c70138c1c872983d92115645e75a8c9cb20c1af05aa15b",
		"sha256:E42F619FAD2C5D5D25C70138C1C872983D92115645E75A8C9CB20C1AF05AA15B",
	};
	uint8_t out[DIGEST_SIZE] = {42};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(digest_parse(bad[i], out), -EINVAL);
	assert_int_equal(out[0], 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_sizes_in_order),
		cmocka_unit_test(test_random_pieces),
		cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_as_makedumpfile_writes),
		cmocka_unit_test(test_many_groups),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_a_hole_is_read_like_zeros),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_a_reader_that_fails),
		cmocka_unit_test(test_abandoned),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
