// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/identity.h"

#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The machine's clock and name are the test's. */
static time_t now;
static const char *host;

time_t time(time_t *out)
{
	if (out)
		*out = now;
	return now;
}

int gethostname(char *name, size_t len)
{
	if (!host) {
		errno = EPERM;
		return -1;
	}
	/* As the kernel does it: what is too long has no end. */
	if (strlen(host) >= len) {
		memcpy(name, host, len);
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, host, strlen(host) + 1);
	return 0;
}

static int setup(void **state)
{
	static struct scratch scratch;

	scratch_init(&scratch);
	*state = &scratch;
	now = 1800000000;
	host = "lab";
	return 0;
}

static int teardown(void **state)
{
	scratch_deinit(*state);
	return 0;
}

static const char *name_of(const struct scratch *s, enum config_naming naming, int64_t crash)
{
	static char name[256];
	struct vmcore core = {.info = {.crash_time = crash}};

	identity_name(&s->root, naming, &core, 0xabcd1234, name, sizeof(name));
	/* One name, of one directory. */
	assert_null(strchr(name, '/'));
	assert_int_not_equal(name[0], '.');
	assert_int_not_equal(name[0], '\0');
	return name;
}

/* The crashed kernel's clock counts; the capture boot's may not be set yet. */
static void test_clock(void **state)
{
	struct scratch *s = *state;

	s->root.real = true;
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, 1795426800),
			    "lab-20261123T094000Z-1234");
	now = 5;
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, 1795426800),
			    "lab-20261123T094000Z-1234");
	/* Neither of them knows: the registers in the core still tell crashes apart. */
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, 0), "lab-19700101T000005Z-1234");
	assert_string_equal(name_of(s, CONFIG_NAMING_RHEL, 0), "lab-1970-01-01-00:00:05");
	assert_string_equal(name_of(s, CONFIG_NAMING_SUSE, 0), "1970-01-01-00-00");
	now = 0;
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, 0), "lab-19700101T000000Z-1234");
	now = -1;
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, -7), "lab-19691231T235959Z-1234");
	/* What no calendar has. */
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, INT64_MAX), "lab-unknown-time-1234");
}

static void test_host(void **state)
{
	static const struct {
		const char *host, *file, *want;
	} cases[] = {
		{"lab", "other\n", "lab"},
		{"lab.example.com", NULL, "lab"},
		{"localhost", "other\n", "other"},
		{"(none)", "other.example.com\n", "other"},
		{"", " \n", "localhost"},
		{NULL, "other", "other"},
		{NULL, NULL, "localhost"},
		{"..", "..\n", "localhost"},
		{"../../tmp/evil", NULL, "localhost"},
		{"/etc", NULL, "_etc"},
		{"a/b", NULL, "a_b"},
		{"\033[31m\377", NULL, "__31m_"},
		{"-rf", NULL, "-rf"},
	};
	struct scratch *s = *state;

	s->root.real = true;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char want[300];

		host = cases[i].host;
		(void)unlinkat(s->root.fd, "etc/hostname", 0);
		if (cases[i].file)
			scratch_file(s, "/etc/hostname", cases[i].file);
		(void)snprintf(want, sizeof(want), "%s-20261123T094000Z-1234", cases[i].want);
		assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, 1795426800), want);
	}
}

/* Longer than a name may be: cut, and an end to it. */
static void test_long_host(void **state)
{
	char longest[300], want[65 + 30];
	struct scratch *s = *state;

	s->root.real = true;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	(void)snprintf(want, sizeof(want), "%.64s-20261123T094000Z-1234", longest);
	host = NULL;
	scratch_file(s, "/etc/hostname", longest);
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, 1795426800), want);
	host = longest + 100;
	assert_string_equal(name_of(s, CONFIG_NAMING_DEFAULT, 1795426800), want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_host, setup, teardown),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
