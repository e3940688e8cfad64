// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "crash/vmcoreinfo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REAL                                                                                       \
	"OSRELEASE=6.12.107\n"                                                                     \
	"BUILD-ID=0123456789abcdef0123456789abcdef01234567\n"                                      \
	"PAGESIZE=65536\n"                                                                         \
	"SYMBOL(init_uts_ns)=c000000002b1a0d8\n"                                                   \
	"OFFSET(uts_namespace.name)=0\n"                                                           \
	"NUMBER(RADIX_MMU)=1\n"                                                                    \
	"KERNELOFFSET=2f0000\n"                                                                    \
	"CRASHTIME=1795426800\n"

static void assert_refused(const char *text, size_t len, const char *key)
{
	struct vmcoreinfo v;
	const char *where = NULL;

	memset(&v, 0x5a, sizeof(v));
	assert_int_equal(vmcoreinfo_parse(text, len, &v, &where), -EINVAL);
	assert_string_equal(where, key);
	assert_int_equal(v.osrelease[0], 0x5a); /* untouched */
}

static struct vmcoreinfo parsed(const char *text)
{
	struct vmcoreinfo v;
	const char *where = "untouched";

	assert_int_equal(vmcoreinfo_parse(text, strlen(text), &v, &where), 0);
	assert_string_equal(where, "untouched");
	return v;
}

static void test_real(void **state)
{
	struct vmcoreinfo v = parsed(REAL);

	(void)state;
	assert_string_equal(v.osrelease, "6.12.107");
	assert_string_equal(v.build_id, "0123456789abcdef0123456789abcdef01234567");
	assert_int_equal(v.page_size, 65536);
	assert_int_equal(v.kernel_offset, 0x2f0000);
	assert_int_equal(v.crash_time, 1795426800);
	assert_string_equal(v.architecture, "ppc64");
}

static void test_minimum(void **state)
{
	struct vmcoreinfo v = parsed("PAGESIZE=4096\nOSRELEASE=5");

	(void)state;
	assert_string_equal(v.osrelease, "5");
	assert_int_equal(v.page_size, 4096);
	assert_string_equal(v.build_id, "");
	assert_string_equal(v.architecture, "");
	assert_int_equal(v.crash_time, 0);
	assert_int_equal(v.kernel_offset, 0);
}

static void test_padding(void **state)
{
	static const char text[] = "OSRELEASE=6\nPAGESIZE=65536\n\0\0\0";
	struct vmcoreinfo v;
	const char *where;

	(void)state;
	assert_int_equal(vmcoreinfo_parse(text, sizeof(text), &v, &where), 0);
	assert_int_equal(v.page_size, 65536);
}

static void test_first_counts(void **state)
{
	struct vmcoreinfo v = parsed("OSRELEASE=a\nPAGESIZE=4096\nOSRELEASE=b\nPAGESIZE=65536\n");

	(void)state;
	assert_string_equal(v.osrelease, "a");
	assert_int_equal(v.page_size, 4096);
}

/* What only describes is left out when it is malformed; the dump stays readable. */
static void test_optional_malformed(void **state)
{
	struct vmcoreinfo v = parsed("OSRELEASE=6\nPAGESIZE=4096\nBUILD-ID=xyz\nCRASHTIME=-1\n"
				     "KERNELOFFSET=10000000000000000\n");

	(void)state;
	assert_string_equal(v.build_id, "");
	assert_int_equal(v.crash_time, 0);
	assert_int_equal(v.kernel_offset, 0);
}

static void test_refused(void **state)
{
	char longest[200];

	(void)state;
	assert_refused("", 0, "OSRELEASE");
	assert_refused("PAGESIZE=4096\n", 14, "OSRELEASE");
	assert_refused("OSRELEASE=6\n", 12, "PAGESIZE");
	assert_refused("OSRELEASE=\nPAGESIZE=4096", 24, "OSRELEASE");
	assert_refused("OSRELEASE=6\nPAGESIZE=\n", 22, "PAGESIZE");
	assert_refused("OSRELEASE=6\nPAGESIZE=4097\n", 26, "PAGESIZE");
	assert_refused("OSRELEASE=6\nPAGESIZE=2048\n", 26, "PAGESIZE");
	assert_refused("OSRELEASE=6\nPAGESIZE=4096x", 26, "PAGESIZE");
	assert_refused("OSRELEASE=6\nPAGESIZE=18446744073709551616\n", 42, "PAGESIZE");
	assert_refused("OSRELEASE=6\nPAGESIZE=18446744073709555712\n", 42,
		       "PAGESIZE"); /* 2^64 + 4096 */
	assert_refused("OSRELEASE=6\nPAGESIZE=-4096\n", 27, "PAGESIZE");
	assert_refused("OSRELEASE=6\n\x01PAGESIZE=4096\n", 27, "a byte that is not text");
	assert_refused("OSRELEASE=6\0PAGESIZE=4096\n", 26, "a byte that is not text");
	(void)snprintf(longest, sizeof(longest), "OSRELEASE=%065d\nPAGESIZE=4096\n", 1);
	assert_refused(longest, strlen(longest), "OSRELEASE");
	(void)snprintf(longest, sizeof(longest), "OSRELEASE=%064d\nPAGESIZE=4096\n", 1);
	assert_int_equal(strlen(parsed(longest).osrelease), 64);
}

/* Cut anywhere: refused until both required keys are there, and the copy has no byte behind it to
 * overread. */
static void test_cut_anywhere(void **state)
{
	size_t need = (size_t)(strstr(REAL, "PAGESIZE=65536") + strlen("PAGESIZE=65536") - REAL);
	size_t len;

	(void)state;
	for (len = 0; len < strlen(REAL); len++) {
		char *copy = malloc(len ? len : 1);
		struct vmcoreinfo v;
		const char *where = "";
		int r;

		assert_non_null(copy);
		memcpy(copy, REAL, len);
		r = vmcoreinfo_parse(copy, len, &v, &where);
		if (len >= need) {
			assert_int_equal(r, 0);
			assert_int_equal(v.page_size, 65536);
		} else {
			assert_int_equal(r, -EINVAL);
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_minimum),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_first_counts),
		cmocka_unit_test(test_optional_malformed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests_name("vmcoreinfo", tests, NULL, NULL);
}
