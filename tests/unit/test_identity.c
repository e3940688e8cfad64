// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/identity.h"
#include "run/inventory.h"

#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The whole name tells hosts apart, though a directory's name has its first part alone. */
static void test_whole_host(void **state)
{
	static const struct {
		const char *host, *want;
	} cases[] = {
		{"db1.prod", "db1.prod"}, {"db1.test.", "db1.test"},  {".hidden", "localhost"},
		{"a.b/../c", "a.b_.._c"}, {"localhost", "localhost"},
	};
	struct scratch *s = *state;
	char out[80];

	s->root.real = true;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		host = cases[i].host;
		identity_host(&s->root, out, sizeof(out));
		assert_string_equal(out, cases[i].want);
	}
}

static const char *machine_of(struct scratch *s)
{
	static char out[40];

	identity_machine(&s->root, out, sizeof(out));
	return out;
}

#define MACHINE_A "0123456789abcdef0123456789abcdef\n"
#define MACHINE_B "fedcba9876543210fedcba9876543210\n"
#define A_UUID    "12345678-9abc-def0-1234-56789abcdef0"

static void test_machine(void **state)
{
	struct scratch *s = *state;
	char a[40];

	assert_string_equal(machine_of(s), "");
	scratch_file(s, "/etc/machine-id", "uninitialized\n");
	assert_string_equal(machine_of(s), "");
	scratch_file(s, "/etc/machine-id", MACHINE_A);
	(void)snprintf(a, sizeof(a), "%s", machine_of(s));
	assert_int_equal(strlen(a), 32);
	/* It is not given away. */
	assert_null(strstr(a, "0123456789abcdef"));
	scratch_file(s, "/etc/machine-id", MACHINE_B);
	assert_string_not_equal(machine_of(s), a);
	/* A copy of the disk in another machine. */
	scratch_file(s, "/etc/machine-id", MACHINE_A);
	scratch_file(s, "/proc/device-tree/system-id", "10C4E7A");
	assert_string_not_equal(machine_of(s), a);
	(void)snprintf(a, sizeof(a), "%s", machine_of(s));
	/* In an initramfs machine-id is systemd's own invention: the image's copy counts. */
	scratch_file(s, "/etc/initrd-release", "");
	assert_string_equal(machine_of(s), "");
	scratch_file(s, MACHINE_ID_IMAGE, MACHINE_A);
	scratch_file(s, "/etc/machine-id", MACHINE_B);
	assert_string_equal(machine_of(s), a);
	scratch_file(s, "/proc/device-tree/vm,uuid", A_UUID);
	assert_string_equal(machine_of(s), A_UUID);
}

/* Where other machines write, too, a name is not enough: nothing without a key is ours. */
static void test_owner(void **state)
{
	static const struct {
		struct owner o;
		struct manifest_about a;
		bool alone, shared;
	} of[] = {
		{{"lab", "1"}, {.host = "lab", .machine = "1"}, true, true},
		{{"new", "1"}, {.host = "old", .machine = "1"}, true, true},
		{{"lab", "1"}, {.host = "lab", .machine = "2"}, false, false},
		{{"lab", "1"}, {.host = "lab"}, true, false},
		{{"lab", ""}, {.host = "lab", .machine = "1"}, true, false},
		{{"lab", ""}, {.host = "lab"}, true, false},
		{{"lab", ""}, {.host = "other"}, false, false},
		{{"lab", ""}, {.host = ""}, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(of); i++) {
		assert_int_equal(owner_has(&of[i].o, &of[i].a, false), of[i].alone);
		assert_int_equal(owner_has(&of[i].o, &of[i].a, true), of[i].shared);
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

/* A core's headers, as /proc/vmcore has them: n program headers, the notes first among them, which
 * follow on the next page. Its number, with this byte in the notes. */
static uint64_t number_of(size_t n, bool big_endian, size_t page, unsigned char note)
{
	size_t notes = (64 + n * 56 + page - 1) / page * page, size = notes + 600;
	unsigned char *core = calloc(1, size);
	FILE *f = tmpfile();
	uint64_t id = 0;

	memcpy(core, "\177ELF\2\1\1", 7);
	core[5] = big_endian ? 2 : 1;
	core[32 + (big_endian ? 7 : 0)] = 64;
	core[56 + (big_endian ? 0 : 1)] = (unsigned char)(n >> 8);
	core[56 + (big_endian ? 1 : 0)] = (unsigned char)n;
	for (size_t i = 0; i < n; i++)
		core[64 + i * 56 + (big_endian ? 3 : 0)] = i ? 1 : 4;
	for (size_t i = 0; i < 8; i++)
		core[64 + 8 + (big_endian ? 7 - i : i)] =
			(unsigned char)((uint64_t)notes >> (8 * i));
	core[size - 1] = note;
	assert_non_null(f);
	assert_int_equal(fwrite(core, 1, size, f), size);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(identity_read(fileno(f), &id), 0);
	(void)fclose(f);
	free(core);
	return id;
}

/* Two crashes of one machine differ in their notes alone, however much memory it has. */
static void test_crashes_differ(void **state)
{
	static const size_t headers[] = {1, 2, 72, 1167, 1168, 1169, 2000, 2338, 2339, 5000, 65534};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		for (int big = 0; big < 2; big++)
			for (size_t page = 4096; page <= 65536; page *= 16) {
				uint64_t one = number_of(headers[i], big, page, 1);

				assert_int_equal(one, number_of(headers[i], big, page, 1));
				assert_int_not_equal(one, number_of(headers[i], big, page, 2));
			}
	/* What it was always: a dump keeps its number when the program is newer in the next boot.
	 */
	assert_true(number_of(2, false, 65536, 1) == UINT64_C(0xd057639b733ab4ee));
}

/* Whatever it is, it has a number. */
static void test_no_core(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} files[] = {
		{"", 0},
		{"\177ELF\2\1\1", 7},
		{"\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		 "\377\377\377\377\377\377\377\377\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\377\377"
		 "\0\0\0\0\0\0",
		 64},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		FILE *f = tmpfile();
		uint64_t id = 0;

		assert_non_null(f);
		assert_int_equal(fwrite(files[i].bytes, 1, files[i].len, f), files[i].len);
		assert_int_equal(fflush(f), 0);
		assert_int_equal(identity_read(fileno(f), &id), 0);
		assert_int_not_equal(id, 0);
		(void)fclose(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crashes_differ),
		cmocka_unit_test(test_no_core),
		cmocka_unit_test_setup_teardown(test_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host, setup, teardown),
		cmocka_unit_test(test_owner),
		cmocka_unit_test_setup_teardown(test_whole_host, setup, teardown),
		cmocka_unit_test_setup_teardown(test_machine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_host, setup, teardown),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
