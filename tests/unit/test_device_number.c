// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "target/device_number.h"

#include <errno.h>
#include <sys/sysmacros.h>

static void test_numbers(void **state)
{
	dev_t dev = 0;

	(void)state;
	assert_int_equal(device_number_parse("8:17\n", &dev), 0);
	assert_true(dev == makedev(8, 17));
	assert_int_equal(device_number_parse("259:1048575", &dev), 0);
	assert_true(dev == makedev(259, 1048575));
}

static void test_no_numbers(void **state)
{
	static const char *const texts[] = {
		"", "\n", "8", "8:", "8:\n", ":17", "8 17", "sda:1", "8:a", "4294967296:0", "0:-1",
	};
	dev_t dev = makedev(8, 17);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(device_number_parse(texts[i], &dev), -ENODATA);
		assert_true(dev == makedev(8, 17));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_no_numbers),
	};

	return cmocka_run_group_tests_name("device_number", tests, NULL, NULL);
}
