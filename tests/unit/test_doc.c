// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/doc.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "cmd/cmd.h"
#include "config/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What `doc TOPIC` prints; the caller frees it. */
static char *printed(const char *topic)
{
	_cleanup_fclose_ FILE *f = tmpfile();
	char verb[] = "doc", *word = strdup(topic), *text;
	char *argv[] = {verb, word, NULL};
	struct app app = {0};
	int saved = dup(STDOUT_FILENO), status;
	size_t len;

	assert_non_null(f);
	assert_non_null(word);
	(void)fflush(stdout);
	assert_true(saved >= 0 && dup2(fileno(f), STDOUT_FILENO) >= 0);
	status = cmd_doc(&app, cmd_find("doc"), 2, argv);
	(void)fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	(void)close(saved);
	free(word);
	assert_int_equal(status, EXIT_DONE);
	assert_int_equal(lseek(fileno(f), 0, SEEK_SET), 0);
	assert_int_equal(read_to_end(fileno(f), MIB, &text, &len), 0);
	assert_true(len > 0);
	return text;
}

/* A file of the source tree, found from where this file was when it was compiled. */
static char *source_file(const char *name)
{
	static const char here[] = "tests/unit/test_doc.c";
	_cleanup_close_ int fd = -1;
	char path[4096], *text;
	size_t len;

	assert_true(strlen(__FILE__) >= strlen(here));
	(void)snprintf(path, sizeof(path), "%.*s%s", (int)(strlen(__FILE__) - strlen(here)),
		       __FILE__, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(read_to_end(fd, MIB, &text, &len), 0);
	return text;
}

static char *man(const char *template)
{
	char *text = NULL;
	unsigned int line = 0;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	if (doc_man(f, template, strlen(template), &line) < 0)
		fail_msg("line %u of the template", line);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* What is committed is what the tables say now. */
static void same(const char *made, const char *name)
{
	char *committed = source_file(name);

	if (strcmp(made, committed) != 0)
		fail_msg("%s is not what the tables say: run `make docs`", name);
	free(committed);
}

static void committed(void **state)
{
	static const struct {
		const char *topic, *template, *name;
	} files[] = {
		{"conf", NULL, "config/fadump-ng.conf"},
		{"completion", NULL, "docs/fadump-ng.bash"},
		{NULL, "docs/man/fadump-ng.8.in", "docs/fadump-ng.8"},
		{NULL, "docs/man/fadump-ng.conf.5.in", "docs/fadump-ng.conf.5"},
	};
	char *text, *template;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i].topic) {
			text = printed(files[i].topic);
		} else {
			template = source_file(files[i].template);
			text = man(template);
			free(template);
		}
		same(text, files[i].name);
		free(text);
	}
}

/* With every '#' before a key removed, the sample says every default. */
static void conf_is_the_defaults(void **state)
{
	struct config_error error = {0};
	char *text = printed("conf"), *p;
	size_t i, keys = 0;
	struct config c, d;

	(void)state;
	for (p = text; (p = strstr(p, "\n#")); p++) {
		if (p[2] >= 'a' && p[2] <= 'z') {
			p[1] = ' ';
			keys++;
		}
	}
	assert_int_equal(keys, config_keys_len);
	assert_int_equal(config_init(&c), 0);
	assert_int_equal(config_init(&d), 0);
	if (config_parse(&c, text, strlen(text), &error) < 0)
		fail_msg("line %u: %s", error.line, error.text);
	for (i = 0; i < config_keys_len; i++) {
		char a[400] = "", b[400] = "";
		FILE *f = fmemopen(a, sizeof(a), "w"), *g = fmemopen(b, sizeof(b), "w");

		config_print_key(f, &c, &config_keys[i]);
		config_print_key(g, &d, &config_keys[i]);
		(void)fclose(f);
		(void)fclose(g);
		assert_string_equal(a, b);
	}
	config_deinit(&c);
	config_deinit(&d);
	free(text);
}

static void conf_is_narrow(void **state)
{
	char *text = printed("conf"), *line, *rest = text;

	(void)state;
	while ((line = strsep(&rest, "\n"))) {
		if (strlen(line) > 80)
			fail_msg("%s", line);
	}
	free(text);
}

static void man_of_keys(void **state)
{
	char *template = source_file("docs/man/fadump-ng.conf.5.in"), *text = man(template);
	size_t i;

	(void)state;
	assert_null(strstr(text, "@KEYS@"));
	assert_null(strstr(text, "@VERSION@"));
	assert_non_null(strstr(text, VERSION));
	assert_non_null(strstr(text, "\\fBdump\\-level\\fR = \\fB0..31\\fR\n"));
	assert_non_null(strstr(text, "\\fBmakedumpfile\\-options\\fR = \\fIOPTIONS\\fR\n"));
	for (i = 0; i < config_keys_len; i++) {
		const char *first = config_keys[i].help;
		char sentence[40];

		(void)snprintf(sentence, sizeof(sentence), ".TP\n\\fB%.*s",
			       (int)strcspn(config_keys[i].name, "-"), config_keys[i].name);
		assert_non_null(strstr(text, sentence));
		(void)snprintf(sentence, sizeof(sentence), "\n%.12s", first);
		assert_non_null(strstr(text, sentence));
	}
	free(template);
	free(text);
}

static void man_of_commands(void **state)
{
	char *template = source_file("docs/man/fadump-ng.8.in"), *text = man(template);
	const struct cmd *c;
	char name[64];

	(void)state;
	assert_null(strchr(text, '@'));
	for (c = commands; c->name; c++) {
		(void)snprintf(name, sizeof(name), ".TP\n\\fB%s\\fR", c->name);
		if (!strstr(text, name) != c->hidden)
			fail_msg("%s", c->name);
	}
	assert_non_null(strstr(text, "\\fB\\-\\-target\\fR \\fIURL\\fR\n"));
	free(template);
	free(text);
}

/* No line of text may be taken for a macro, whatever the tables say. */
static void roff_lines(void **state)
{
	char *text = man("@KEYS@\n@COMMANDS@\n"), *line, *rest = text;

	(void)state;
	while ((line = strsep(&rest, "\n"))) {
		if (*line == '\'' ||
		    (*line == '.' && strcmp(line, ".TP") != 0 && strcmp(line, ".IP") != 0 &&
		     strcmp(line, ".RS") != 0 && strcmp(line, ".RE") != 0))
			fail_msg("%s", line);
	}
	free(text);
}

static void bad_templates(void **state)
{
	static const char *const bad[] = {"fine\n@NOTHING@\n", "fine\na @KEYS@\n", "\n@",
					  "\n@VERSION"};
	unsigned int line;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		FILE *f = fopen("/dev/null", "w");

		assert_non_null(f);
		line = 0;
		assert_int_equal(doc_man(f, bad[i], strlen(bad[i]), &line), -EINVAL);
		assert_int_equal(line, 2);
		(void)fclose(f);
	}
}

static void completion(void **state)
{
	char *text = printed("completion");
	const struct cmd *c;
	char line[64];

	(void)state;
	for (c = commands; c->name; c++) {
		(void)snprintf(line, sizeof(line), "\n\t%s) words='", c->name);
		if (!strstr(text, line) != (c->hidden || (!c->options && !c->args)))
			fail_msg("%s", c->name);
	}
	assert_null(strstr(text, "doc"));
	assert_non_null(strstr(text, "--for-image --needs --boot check show"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(committed),       cmocka_unit_test(conf_is_the_defaults),
		cmocka_unit_test(conf_is_narrow),  cmocka_unit_test(man_of_keys),
		cmocka_unit_test(man_of_commands), cmocka_unit_test(roff_lines),
		cmocka_unit_test(bad_templates),   cmocka_unit_test(completion),
	};

	return cmocka_run_group_tests_name("doc", tests, NULL, NULL);
}
