// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/keys.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct config_key *key_named(const char *name)
{
	const struct config_key *key = config_key_find(name);

	if (!key)
		fail_msg("no key %s", name);
	return key;
}

/* What `config show` makes of one value; the caller frees it. NULL when it is refused. */
static char *shown(const char *name, const char *value)
{
	const struct config_key *key = key_named(name);
	struct config_error error = {0};
	char *text = NULL;
	struct config c;
	size_t len;
	FILE *f;
	int r;

	assert_int_equal(config_init(&c), 0);
	if (key->type == CONFIG_TYPE_TARGET)
		config_clear_targets(&c);
	r = config_key_set(&c, key, value, &error);
	if (r == 0) {
		f = open_memstream(&text, &len);
		assert_non_null(f);
		config_print_key(f, &c, key);
		assert_int_equal(fclose(f), 0);
	} else {
		assert_int_equal(r, -EINVAL);
		/* The message names the key. */
		if (!strstr(error.text, name))
			fail_msg("%s = %s: %s", name, value, error.text);
	}
	config_deinit(&c);
	return text;
}

static void table(void **state)
{
	size_t i, j;

	(void)state;
	assert_true(config_keys_len > 0);
	for (i = 0; i < config_keys_len; i++) {
		const struct config_key *key = &config_keys[i];
		char line[200], *text;

		assert_true(key->help && strlen(key->help) > 40);
		assert_true(key->values && *key->values);
		assert_ptr_equal(config_key_find(key->name), key);
		assert_ptr_equal(config_key_nearest(key->name), key);
		for (j = 0; j < i; j++)
			assert_string_not_equal(key->name, config_keys[j].name);
		/* The default is written as it is shown. */
		(void)snprintf(line, sizeof(line), "%s =%s%s\n", key->name, *key->def ? " " : "",
			       key->def);
		text = shown(key->name, key->def);
		assert_non_null(text);
		assert_string_equal(text, line);
		free(text);
		/* Every choice can be said, and people are told of every choice. */
		for (j = 0; key->choices && key->choices[j]; j++) {
			text = shown(key->name, key->choices[j]);
			assert_non_null(text);
			assert_non_null(strstr(text, key->choices[j]));
			assert_non_null(strstr(key->values, key->choices[j]));
			free(text);
		}
	}
	assert_null(config_key_find("targe"));
	assert_null(config_key_find("targets"));
}

static void values(void **state)
{
	/* text: what is shown; NULL: refused */
	static const struct {
		const char *name, *value, *text;
	} cases[] = {
		{"target", "file:///a?device=UUID=1", "target = file:///a?device=UUID=1\n"},
		{"target", "", NULL},
		{"dump-level", "0", "dump-level = 0\n"},
		{"dump-level", "007", "dump-level = 7\n"},
		{"dump-level", "32", NULL},
		{"dump-level", "-1", NULL},
		{"dump-level", "+1", NULL},
		{"dump-level", "1 ", NULL},
		{"dump-level", "0x1f", NULL},
		{"dump-level", "auto", NULL},
		{"dump-level", "11,31", NULL},
		{"dump-level", "4294967297", NULL},
		{"dump-level", "18446744073709551647", NULL},
		{"threads", "auto", "threads = auto\n"},
		{"threads", "1", "threads = 1\n"},
		{"threads", "1024", "threads = 1024\n"},
		{"threads", "0", NULL},
		{"threads", "1025", NULL},
		{"makedumpfile-options", "", "makedumpfile-options =\n"},
		{"makedumpfile-options", "-X", "makedumpfile-options = -X\n"},
		{"deadline", "off", "deadline = off\n"},
		{"deadline", "1s", "deadline = 1s\n"},
		{"deadline", "90s", "deadline = 90s\n"},
		{"deadline", "120s", "deadline = 2m\n"},
		{"deadline", "24h", "deadline = 1d\n"},
		{"deadline", "30d", "deadline = 30d\n"},
		{"deadline", "31d", NULL},
		{"deadline", "0s", NULL},
		{"deadline", "30", NULL},
		{"deadline", "m", NULL},
		{"deadline", "1h30m", NULL},
		{"deadline", "1 h", NULL},
		{"deadline", "-1s", NULL},
		{"deadline", "1w", NULL},
		{"deadline", "9223372036854775807d", NULL},
		{"deadline", "99999999999999999999s", NULL},
		{"compress", "zstd", "compress = zstd\n"},
		{"compress", "ZSTD", NULL},
		{"compress", "gzip", NULL},
		{"verify", "structure", "verify = structure\n"},
		{"verify", "full", "verify = full\n"},
		{"verify", "all", NULL},
		{"on-success", "shell", NULL},
		{"on-success", "late-capture", NULL},
		{"on-failure", "shell", "on-failure = shell\n"},
		{"naming", "rhel", "naming = rhel\n"},
		{"keep", "all", "keep = all\n"},
		{"keep", "1", "keep = 1\n"},
		{"keep", "0", NULL},
		{"keep", "10001", NULL},
		{"keep", "auto", NULL},
		{"keep", "3d", NULL},
		{"keep-logs", "all", "keep-logs = all\n"},
		{"keep-free", "0", "keep-free = 0\n"},
		{"keep-free", "1", "keep-free = 1\n"},
		{"keep-free", "1024", "keep-free = 1K\n"},
		{"keep-free", "1500M", "keep-free = 1500M\n"},
		{"keep-free", "2048M", "keep-free = 2G\n"},
		{"keep-free", "8388607T", "keep-free = 8388607T\n"},
		{"keep-free", "8388608T", NULL},
		{"keep-free", "9223372036854775808", NULL},
		{"keep-free", "99999999999999999999G", NULL},
		{"keep-free", "10%", "keep-free = 10%\n"},
		{"keep-free", "90%", "keep-free = 90%\n"},
		{"keep-free", "91%", NULL},
		{"keep-free", "0%", NULL},
		{"keep-free", "10%%", NULL},
		{"keep-free", "1.5G", NULL},
		{"keep-free", "-1", NULL},
		{"keep-free", "1 G", NULL},
		{"keep-free", "1GB", NULL},
		{"keep-free", "1g", NULL},
		{"keep-free", "G", NULL},
		{"make-room", "oldest", "make-room = oldest\n"},
		{"make-room", "yes", NULL},
		{"rate-limit", "off", "rate-limit = off\n"},
		{"rate-limit", "3/1h", "rate-limit = 3/1h\n"},
		{"rate-limit", "1000/720h", "rate-limit = 1000/30d\n"},
		{"rate-limit", "1/60s", "rate-limit = 1/1m\n"},
		{"rate-limit", "0/1h", NULL},
		{"rate-limit", "1001/1h", NULL},
		{"rate-limit", "3/31d", NULL},
		{"rate-limit", "3/0s", NULL},
		{"rate-limit", "3/1", NULL},
		{"rate-limit", "3", NULL},
		{"rate-limit", "3/h", NULL},
		{"rate-limit", "/1h", NULL},
		{"rate-limit", "3/1h ", NULL},
		{"rate-limit", "3/1h30m", NULL},
		{"rate-limit", "3/99999999999999999999d", NULL},
		{"rate-limit", "3/9223372036854775807d", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = shown(cases[i].name, cases[i].value);

		if (!text != !cases[i].text || (text && strcmp(text, cases[i].text) != 0))
			fail_msg("%s = %s: %s", cases[i].name, cases[i].value,
				 text ? text : "refused");
		free(text);
	}
}

static void stored(void **state)
{
	struct config_error error;
	struct config c;

	(void)state;
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(config_key_set(&c, key_named("deadline"), "2h", &error), 0);
	assert_int_equal(c.deadline_ms, 7200000);
	assert_int_equal(config_key_set(&c, key_named("on-failure"), "halt", &error), 0);
	assert_int_equal(c.on_failure, CONFIG_ACTION_HALT);
	assert_int_equal(config_key_set(&c, key_named("on-failure"), "late-capture", &error), 0);
	assert_int_equal(c.on_failure, CONFIG_ACTION_LATE_CAPTURE);
	assert_int_equal(config_key_set(&c, key_named("on-success"), "reboot", &error), 0);
	assert_int_equal(c.on_success, CONFIG_ACTION_REBOOT);
	/* A refusal leaves the value as it was. */
	assert_int_equal(config_key_set(&c, key_named("deadline"), "2", &error), -EINVAL);
	assert_int_equal(c.deadline_ms, 7200000);
	config_deinit(&c);
}

static void nearest(void **state)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{"traget", "target"},         {"targets", "target"},
		{"dump_level", "dump-level"}, {"dumplevel", "dump-level"},
		{"compression", "compress"},  {"thread", "threads"},
		{"on-sucess", "on-success"},  {"onfailure", "on-failure"},
		{"dead-line", "deadline"},    {"makedumpfile-option", "makedumpfile-options"},
		{"Naming", "naming"},         {"vreify", "verify"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(config_key_nearest(cases[i].typed)->name, cases[i].meant);
	assert_non_null(config_key_nearest(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(values),
		cmocka_unit_test(stored),
		cmocka_unit_test(nearest),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
