// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/known_hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOB "AAAAC3NzaC1lZDI1NTE5AAAAIA"

static void keys_of_lines(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *first;
	} cases[] = {
		{"", 0, NULL},
		{"h ssh-ed25519 " BLOB "\n", 1, "ssh-ed25519 " BLOB},
		{"h ssh-ed25519 " BLOB, 1, "ssh-ed25519 " BLOB},
		{"h ssh-ed25519 " BLOB " a comment\r\n", 1, "ssh-ed25519 " BLOB},
		{"[h]:22 sk-ssh-ed25519@openssh.com " BLOB "==\n", 1,
		 "sk-ssh-ed25519@openssh.com " BLOB "=="},
		{"# h:22 SSH-2.0-OpenSSH_9.2p1 Debian-2\nh a " BLOB "\nh b " BLOB "\n", 2,
		 "a " BLOB},
		{"#h ssh-ed25519 " BLOB "\n", 0, NULL},
		{"h ssh-ed25519\n", 0, NULL},
		{"h ssh-ed25519 AAAA\n", 0, NULL},
		{" ssh-ed25519 " BLOB "\n", 0, NULL},
		{"h  " BLOB "\n", 0, NULL},
		{"h ssh;rm " BLOB "\n", 0, NULL},
		{"h ssh-rsa " BLOB "\033[2J\n", 0, NULL},
	};
	struct host_keys keys;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		host_keys_parse(cases[i].text, strlen(cases[i].text), &keys);
		if (keys.n != cases[i].n)
			fail_msg("%s: %zu keys", cases[i].text, keys.n);
		if (keys.n)
			assert_string_equal(keys.keys[0].key, cases[i].first);
	}
}

static void too_much(void **state)
{
	char line[HOST_KEY_MAX + 1000], many[64 * (HOST_KEYS_MAX + 3)] = "";
	struct host_keys keys;
	size_t i;

	(void)state;
	/* One that is too long is passed over, not cut. */
	memset(line, 'A', sizeof(line));
	memcpy(line, "h t ", 4);
	host_keys_parse(line, sizeof(line), &keys);
	assert_int_equal(keys.n, 0);
	host_keys_parse(line, HOST_KEY_MAX + 2, &keys);
	assert_int_equal(keys.n, 0);
	host_keys_parse(line, HOST_KEY_MAX + 1, &keys);
	assert_int_equal(keys.n, 1);
	assert_int_equal(strlen(keys.keys[0].key), HOST_KEY_MAX - 1);
	for (i = 0; i < HOST_KEYS_MAX + 3; i++)
		strcat(many, "h ssh-ed25519 " BLOB "\n");
	host_keys_parse(many, strlen(many), &keys);
	assert_int_equal(keys.n, HOST_KEYS_MAX);
}

static void fingerprints(void **state)
{
	(void)state;
	assert_true(host_key_is_fingerprint("SHA256:7YVdmHJ9ZnCCLi2bgPFrNyXYdFLxSyNjEQaLJF+/abc"));
	assert_false(host_key_is_fingerprint("SHA256:7YVdmHJ9ZnCCLi2bgPFrNyXYdFLxSyNjEQaLJF+/ab"));
	assert_false(
		host_key_is_fingerprint("SHA256:7YVdmHJ9ZnCCLi2bgPFrNyXYdFLxSyNjEQaLJF+/abcd"));
	assert_false(
		host_key_is_fingerprint("SHA256:7YVdmHJ9ZnCCLi2bgPFrNyXYdFLxSyNjEQaLJF+/ab\n"));
	assert_false(host_key_is_fingerprint("MD5:7YVdmHJ9ZnCCLi2bgPFrNyXYdFLxSyNjEQaLJF+/abc123"));
	assert_false(host_key_is_fingerprint(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_lines),
		cmocka_unit_test(too_much),
		cmocka_unit_test(fingerprints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
