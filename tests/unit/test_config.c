// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config.h"
#include "config/keys.h"
#include "config/load.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char sample[] = "# where to\n"
			     "target = file:///var/crash\n"
			     "\n"
			     "\ttarget=file:///b#c?device=UUID=1-2 # the other disk\r\n"
			     "dump-level = 17\n"
			     "compress = zstd\n"
			     "threads = 16\n"
			     "makedumpfile-options = -X  --message-level 7\n"
			     "verify = none\n"
			     "deadline = 90m\n"
			     "on-success = poweroff\n"
			     "on-failure = shell\n"
			     "naming = suse\n"
			     "keep = all\n"
			     "keep-logs = 7\n"
			     "keep-free = 5%\n"
			     "make-room = oldest\n"
			     "rate-limit = 3/2h\n";

static int parse(struct config *c, const char *text, struct config_error *error)
{
	assert_int_equal(config_init(c), 0);
	return config_parse(c, text, strlen(text), error);
}

/* The text is refused in that line, and the reason has these words. */
static void refused(const char *text, unsigned int line, const char *words)
{
	struct config_error error = {0};
	struct config c;

	assert_int_equal(parse(&c, text, &error), -EINVAL);
	config_deinit(&c);
	if (error.line != line || !strstr(error.text, words))
		fail_msg("%s -> line %u: %s", text, error.line, error.text);
}

static void defaults(void **state)
{
	struct config c;

	(void)state;
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(c.n_targets, 1);
	assert_string_equal(c.targets[0].url, "file:///var/crash");
	assert_int_equal(c.targets[0].line, 0);
	assert_int_equal(c.dump_level, 31);
	assert_string_equal(c.compress, "auto");
	assert_int_equal(c.threads, 0);
	assert_string_equal(c.makedumpfile_options, "");
	assert_int_equal(c.verify, CONFIG_VERIFY_STRUCTURE);
	assert_int_equal(c.deadline_ms, 0);
	assert_int_equal(c.on_success, CONFIG_ACTION_CONTINUE);
	assert_int_equal(c.on_failure, CONFIG_ACTION_LATE_CAPTURE);
	assert_int_equal(c.naming, CONFIG_NAMING_DEFAULT);
	assert_int_equal(c.keep, 5);
	assert_int_equal(c.keep_logs, 100);
	assert_true(c.keep_free.bytes == 64 * MIB);
	assert_false(c.make_room);
	/* Nothing is ever released without a dump unless somebody writes so. */
	assert_int_equal(c.rate_limit.crashes, 0);
	config_deinit(&c);
}

static void every_key(void **state)
{
	struct config_error error;
	struct config c;

	(void)state;
	assert_int_equal(parse(&c, sample, &error), 0);
	assert_int_equal(c.n_targets, 2);
	assert_string_equal(c.targets[0].url, "file:///var/crash");
	assert_int_equal(c.targets[0].line, 2);
	assert_string_equal(c.targets[1].url, "file:///b#c?device=UUID=1-2");
	assert_int_equal(c.targets[1].line, 4);
	assert_int_equal(c.dump_level, 17);
	assert_string_equal(c.compress, "zstd");
	assert_int_equal(c.threads, 16);
	assert_string_equal(c.makedumpfile_options, "-X  --message-level 7");
	assert_int_equal(c.verify, CONFIG_VERIFY_NONE);
	assert_int_equal(c.deadline_ms, 90 * 60 * 1000);
	assert_int_equal(c.on_success, CONFIG_ACTION_POWEROFF);
	assert_int_equal(c.on_failure, CONFIG_ACTION_SHELL);
	assert_int_equal(c.naming, CONFIG_NAMING_SUSE);
	assert_int_equal(c.keep, 0);
	assert_int_equal(c.keep_logs, 7);
	assert_int_equal(c.keep_free.percent, 5);
	assert_int_equal(c.keep_free.bytes, 0);
	assert_true(c.make_room);
	assert_int_equal(c.rate_limit.crashes, 3);
	assert_int_equal(c.rate_limit.window_ms, 2 * 3600 * 1000);
	config_deinit(&c);
}

static void empty_file(void **state)
{
	struct config_error error;
	struct config c;

	(void)state;
	assert_int_equal(parse(&c, "", &error), 0);
	assert_int_equal(c.n_targets, 1);
	assert_string_equal(c.targets[0].url, "file:///var/crash");
	config_deinit(&c);
}

static void bad_lines(void **state)
{
	(void)state;
	refused("\n\ntraget = file:///a\n", 3,
		"unknown key \"traget\"; the nearest known one is \"target\"");
	refused("ontargets = x\n", 1, "unknown key");
	refused("on-sucess = reboot\n", 1, "\"on-success\"");
	refused("Target = file:///a\n", 1, "\"target\"");
	refused("target file:///a\n", 1, "is not \"key = value\"");
	refused(" = file:///a\n", 1, "unknown key \"\"");
	refused("target =  # later\n", 1, "target needs a value");
	refused("target =#file:///a\n", 1, "target needs a value");
	refused("threads = 1\n# x\nthreads = 1\n", 3, "threads was already set in line 1");
	refused("target = file:///a", 1, "does not end with a newline");
	refused("threads = 2\ntarget = file:///a\r", 2, "does not end with a newline");
	refused("# a comment cut o", 1, "does not end with a newline");
	refused("target = file:///\033[31m\n", 1, "control character 0x1b at column 18");
	refused("target = a\rb\n", 1, "control character 0x0d");
}

static void nul_byte(void **state)
{
	static const char text[] = "threads = 1\n\0threads = 2\n";
	struct config_error error = {0};
	struct config c;

	(void)state;
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(config_parse(&c, text, sizeof(text) - 1, &error), -EINVAL);
	assert_int_equal(error.line, 2);
	assert_string_equal(error.text, "control character 0x00 at column 1: not a text file?");
	config_deinit(&c);
}

static void line_length(void **state)
{
	static const char key[] = "makedumpfile-options = ";
	char text[CONFIG_LINE_MAX + 3];
	struct config_error error = {0};
	struct config c;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, key, strlen(key));
	(void)strcpy(text + strlen(key) + CONFIG_VALUE_MAX, "\n");
	assert_int_equal(parse(&c, text, &error), 0);
	assert_int_equal(strlen(c.makedumpfile_options), CONFIG_VALUE_MAX);
	config_deinit(&c);
	(void)strcpy(text + strlen(key) + CONFIG_VALUE_MAX, "x\n");
	refused(text, 1, "makedumpfile-options takes at most 4000 bytes");

	memset(text, '#', sizeof(text));
	(void)strcpy(text + CONFIG_LINE_MAX, "\n");
	assert_int_equal(parse(&c, text, &error), 0);
	config_deinit(&c);
	(void)strcpy(text + CONFIG_LINE_MAX, "#\n");
	refused(text, 1, "4097 bytes");
}

static void messages_are_printable(void **state)
{
	struct config_error error = {0};
	struct config c;
	const char *p;

	(void)state;
	assert_int_equal(parse(&c, "compress = \xc3\xa4\n", &error), -EINVAL);
	config_deinit(&c);
	assert_non_null(strstr(error.text, "not \"??\""));
	for (p = error.text; *p; p++)
		assert_in_range(*p, ' ', '~');
}

static void too_many_targets(void **state)
{
	char text[(CONFIG_TARGETS_MAX + 1) * 20] = "";
	struct config_error error;
	struct config c;
	int i;

	(void)state;
	for (i = 0; i < CONFIG_TARGETS_MAX; i++)
		strcat(text, "target = file:///a\n");
	assert_int_equal(parse(&c, text, &error), 0);
	assert_int_equal(c.n_targets, CONFIG_TARGETS_MAX);
	config_deinit(&c);
	strcat(text, "target = file:///a\n");
	refused(text, CONFIG_TARGETS_MAX + 1, "more than 16 targets");
}

/* A file cut anywhere is refused, unless the cut is between lines; no cut line ever counts. */
static void every_cut(void **state)
{
	size_t len;

	(void)state;
	for (len = 1; len < strlen(sample); len++) {
		struct config_error error = {0};
		struct config c;
		char *cut = malloc(len);
		int r;

		assert_non_null(cut);
		memcpy(cut, sample, len);
		assert_int_equal(config_init(&c), 0);
		r = config_parse(&c, cut, len, &error);
		free(cut);
		config_deinit(&c);
		if (r != (sample[len - 1] == '\n' ? 0 : -EINVAL))
			fail_msg("cut at %zu: %d, %s", len, r, error.text);
		if (r < 0)
			assert_non_null(strstr(error.text, "newline"));
	}
}

/* Each line of the sample cut short but ended: an error, or a shorter value of the same key. */
static void every_cut_line(void **state)
{
	static const char *const lines[] = {"target = file:///a", "dump-level = 17",
					    "compress = zstd", "deadline = 90m", "naming = suse"};
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *value = strchr(lines[i], '=') + 2;

		for (len = 1; len < strlen(lines[i]); len++) {
			struct config_error error = {0};
			struct config c;
			char text[64];
			int r;

			(void)snprintf(text, sizeof(text), "%.*s\n", (int)len, lines[i]);
			r = parse(&c, text, &error);
			if (r == 0)
				assert_true(len > (size_t)(value - lines[i]));
			else
				assert_int_equal(error.line, 1);
			if (r == 0 && i > 0)
				assert_string_equal(text, "dump-level = 1\n");
			config_deinit(&c);
		}
	}
}

static void set_targets(void **state)
{
	const char *many[CONFIG_TARGETS_MAX + 1];
	const char *two[] = {"file:///a", "file:///b"};
	struct config c;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = "file:///m";
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(config_set_targets(&c, two, 2), 0);
	assert_int_equal(c.n_targets, 2);
	assert_string_equal(c.targets[1].url, "file:///b");
	assert_int_equal(config_set_targets(&c, many, ARRAY_SIZE(many)), -E2BIG);
	assert_int_equal(c.n_targets, 2);
	assert_string_equal(c.targets[0].url, "file:///a");
	config_deinit(&c);
	assert_int_equal(c.n_targets, 0);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
}

static void load(void **state)
{
	char dir[] = "/tmp/fadump-ng-test-XXXXXX", path[100], other[100];
	struct config_error error = {0};
	struct root root;
	struct config c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(root_init(dir, &root), 0);

	/* No default file: the defaults. A named file that is missing: an error. */
	assert_int_equal(config_load(&root, NULL, &c, &error), 0);
	assert_int_equal(c.dump_level, 31);
	config_deinit(&c);
	assert_int_equal(config_load(&root, "/etc/fadump-ng.conf.missing", &c, &error), -ENOENT);
	config_deinit(&c);

	/* The default one is looked for beneath the root, a named one is not. */
	assert_int_equal(root_mkdirs(&root, "/etc", 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/etc/fadump-ng.conf", dir);
	(void)snprintf(other, sizeof(other), "%s/other.conf", dir);
	write_file(path, "dump-level = 1\n");
	write_file(other, "dump-level = 2\n");
	assert_int_equal(config_load(&root, NULL, &c, &error), 0);
	assert_int_equal(c.dump_level, 1);
	config_deinit(&c);
	assert_int_equal(config_load(&root, other, &c, &error), 0);
	assert_int_equal(c.dump_level, 2);
	config_deinit(&c);

	write_file(path, "dump-level = 1\nbogus\n");
	assert_int_equal(config_load(&root, NULL, &c, &error), -EINVAL);
	assert_int_equal(error.line, 2);
	config_deinit(&c);
	assert_int_equal(config_load(&root, dir, &c, &error), -EISDIR);
	config_deinit(&c);
	assert_int_equal(truncate(path, CONFIG_MAX + 1), 0);
	assert_int_equal(config_load(&root, NULL, &c, &error), -EFBIG);
	config_deinit(&c);

	root_deinit(&root);
	(void)unlink(path);
	(void)unlink(other);
	(void)snprintf(path, sizeof(path), "%s/etc", dir);
	(void)rmdir(path);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_key),
		cmocka_unit_test(empty_file),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(nul_byte),
		cmocka_unit_test(line_length),
		cmocka_unit_test(messages_are_printable),
		cmocka_unit_test(too_many_targets),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(every_cut_line),
		cmocka_unit_test(set_targets),
		cmocka_unit_test(load),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
