// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/manifest_read.h"

#include "unit.h"

#include <errno.h>
#include <stdio.h>
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

static void test_a_dump_that_was_not_proved(void **state)
{
	struct manifest m;

	(void)state;
	assert_int_equal(parse("{\"format\":1,\"complete\":false,\"unproved\":true,"
			       "\"dump\":{\"bytes\":7}}",
			       &m),
			 0);
	assert_false(m.complete);
	assert_true(m.unproved);
	assert_true(m.bytes == 7);
	/* What is proved is not unproved, and what has no size is no dump. */
	assert_int_equal(parse("{\"format\":1,\"complete\":true,\"unproved\":true,"
			       "\"dump\":{\"bytes\":7}}",
			       &m),
			 0);
	assert_false(m.unproved);
	assert_int_equal(parse("{\"format\":1,\"complete\":false,\"unproved\":true}", &m), -EINVAL);
}

static void test_what_tells_it_from_others(void **state)
{
	struct manifest m;

	(void)state;
	assert_int_equal(
		parse("{\"format\":1,\"complete\":false,\"dump_id\":\"00000000000000ff\","
		      "\"sequence\":12,\"host\":\"power1\",\"machine\":\"u\","
		      "\"captured\":\"2026-01-31T23:59:59Z\","
		      "\"crash\":{\"time\":\"1970-01-01T00:00:07Z\",\"panic\":\"a\\u001bb\u00e9\","
		      "\"release\":\"6.12\"},\"policy\":{\"name\":\"rate-limit\"}}",
		      &m),
		0);
	assert_true(m.about.dump_id == 255);
	assert_true(m.about.sequence == 12);
	assert_string_equal(m.about.host, "power1");
	assert_string_equal(m.about.machine, "u");
	assert_true(m.about.captured == 1769903999);
	assert_true(m.about.crashed == 7);
	assert_string_equal(m.about.panic, "a?b??");
	assert_string_equal(m.about.release, "6.12");
	assert_string_equal(m.about.policy, "rate-limit");
}

/* None of it is needed, and none of it makes a manifest unreadable. */
static void test_rubbish_in_it_counts_as_unsaid(void **state)
{
	static const char *const cases[] = {
		"\"dump_id\":255,\"sequence\":\"1\",\"host\":{},\"captured\":1,\"crash\":[],"
		"\"policy\":\"x\"",
		"\"dump_id\":\"ff\",\"sequence\":-1,\"captured\":\"yesterday\",\"crash\":{\"time\":"
		"\"2026-01-31T23:59:59Z \"}",
		"\"dump_id\":\"-00000000000000f\",\"sequence\":1000000000001,\"captured\":"
		"\"1969-12-31T23:59:59Z\"",
		"\"dump_id\":\"00000000000000fg\",\"sequence\":0",
	};
	struct manifest_about none = {.dump_id = 0};
	struct manifest m;
	char text[400];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		(void)snprintf(text, sizeof(text), "{\"format\":1,\"complete\":false,%s}",
			       cases[i]);
		assert_int_equal(parse(text, &m), 0);
		assert_true(m.about.dump_id == none.dump_id);
		assert_true(m.about.sequence == 0);
		assert_string_equal(m.about.host, "");
		assert_true(m.about.captured == 0);
		assert_true(m.about.crashed == 0);
		assert_string_equal(m.about.policy, "");
	}
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
		cmocka_unit_test(test_a_dump_that_was_not_proved),
		cmocka_unit_test(test_what_tells_it_from_others),
		cmocka_unit_test(test_rubbish_in_it_counts_as_unsaid),
		cmocka_unit_test(test_what_has_no_digest_of_ours),
		cmocka_unit_test(test_what_is_no_manifest),
	};

	return cmocka_run_group_tests_name("manifest_read", tests, NULL, NULL);
}
