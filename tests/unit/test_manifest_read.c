// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/manifest_read.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "e42f619fad2c5d5d25c70138c1c872983d92115645e75a8c9cb20c1af05aa15b"
#define DIGEST(algorithm, value)                                                                   \
	"\"digest\": {\"algorithm\": \"" algorithm "\", \"value\": \"" value "\"}"

/* Without a zero behind it, so that the sanitizer sees a read past the end. */
static int parse(const char *text, struct manifest *out)
{
	size_t len = strlen(text);
	char *buf = malloc(len ? len : 1);
	int r;

	memcpy(buf, text, len);
	r = manifest_parse(buf, len, out);
	free(buf);
	return r;
}

static void test_a_dump_with_its_digest(void **state)
{
	char text[DIGEST_TEXT];
	struct manifest m;

	(void)state;
	assert_int_equal(parse("{\"format\": 1, \"complete\": true, \"more\": [1, {}],"
			       "\"dump\": {\"bytes\": 123456789012, " DIGEST(
				       "fsverity-sha256-65536", "sha256:" DIGITS) "}}\n",
			       &m),
			 0);
	assert_true(m.complete);
	assert_true(m.have_digest);
	assert_true(m.bytes == 123456789012);
	digest_format(m.digest, text);
	assert_string_equal(text, "sha256:" DIGITS);
}

static void test_what_has_no_digest_of_ours(void **state)
{
	static const struct {
		const char *text, *algorithm;
		bool complete;
	} cases[] = {
		{"{\"format\":1,\"complete\":false}", "", false},
		{"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1}}", "", true},
		{"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1," DIGEST("blake3",
										 "b:1") "}}",
		 "blake3", true},
	};
	struct manifest m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse(cases[i].text, &m), 0);
		assert_int_equal(m.complete, cases[i].complete);
		assert_false(m.have_digest);
		assert_string_equal(m.algorithm, cases[i].algorithm);
	}
}

static void test_what_is_no_manifest(void **state)
{
	static const char *const cases[] = {
		"",
		"{}",
		"[]",
		"null",
		"\"text\"",
		"{\"format\":1}",
		"{\"complete\":true}",
		"{\"format\":\"1\",\"complete\":false}",
		"{\"format\":1,\"complete\":1}",
		"{\"format\":1,\"complete\":true}",
		"{\"format\":1,\"complete\":true,\"dump\":[]}",
		"{\"format\":1,\"complete\":true,\"dump\":{}}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":0}}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":-4}}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":\"7\"}}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1}} x",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1,\"digest\":null}}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1,\"digest\":{}}}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1," DIGEST(
			"", "sha256:" DIGITS) "}}",
		"{\"format\":1,\"complete\":true,\"dump\":{\"bytes\":1," DIGEST(
			"fsverity-sha256-65536", DIGITS) "}}",
	};
	struct manifest m = {.bytes = 42};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (parse(cases[i], &m) != -EINVAL || m.bytes != 42)
			fail_msg("taken: %s", cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_dump_with_its_digest),
		cmocka_unit_test(test_what_has_no_digest_of_ours),
		cmocka_unit_test(test_what_is_no_manifest),
	};

	return cmocka_run_group_tests_name("manifest_read", tests, NULL, NULL);
}
