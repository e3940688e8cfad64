// SPDX-License-Identifier: GPL-2.0-or-later
/* For the build: the sample configuration, the man pages and the shell completion, from the tables.
 */
#include "cmd/doc.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "cmd/cmd.h"
#include "config/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define CONF_WIDTH   78
#define TEMPLATE_MAX (256 * KIB)
#define LOWER        "abcdefghijklmnopqrstuvwxyz-"

/* Fill lines of comment with the words of one paragraph. */
static void put_comment(const char *s, size_t len)
{
	const char *end = s + len;
	int column = 0;

	while (s < end) {
		const char *space = memchr(s, ' ', (size_t)(end - s));
		int n = (int)((space ? space : end) - s);

		if (column && column + 1 + n > CONF_WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += printf("%s%.*s", column ? " " : "# ", n, s);
		s = space ? space + 1 : end;
	}
	putchar('\n');
}

static void print_conf(void)
{
	const struct config_key *key;
	const char *p, *newline;
	size_t i;

	printf("# fadump-ng.conf: how the dump of a crash is saved. See "
	       "fadump-ng.conf(5).\n"
	       "#\n"
	       "# Every key stands here at its default; to change one, remove the '#' before it.\n"
	       "# Then run \"fadump-ng config check\", and rebuild the initramfs: a capture uses\n"
	       "# the copy in there.\n");
	for (i = 0; i < config_keys_len; i++) {
		key = &config_keys[i];
		putchar('\n');
		for (p = key->help; (newline = strchr(p, '\n')); p = newline + 1) {
			put_comment(p, (size_t)(newline - p));
			puts("#");
		}
		put_comment(p, strlen(p));
		printf("# Values: %s\n#%s =%s%s\n", key->values, key->name, *key->def ? " " : "",
		       key->def);
	}
}

static void print_verbs(void)
{
	const struct cmd *c;

	for (c = commands; c->name; c++) {
		if (!c->hidden)
			printf("%s ", c->name);
	}
}

/* The words in "check|show [FILE]" that are typed as they are. */
static void print_literals(const char *args)
{
	while (*args) {
		size_t n = strspn(args, LOWER);

		if (n > 1)
			printf("%.*s ", (int)n, args);
		args += n ? n : 1;
	}
}

/* Every option that has a value, once. */
static void print_value_options(void)
{
	const char *seen[32];
	const struct cmd_option *o;
	const struct cmd *c;
	size_t n = 0, i;

	for (c = commands; c->name; c++) {
		for (o = c->options; o && o->name; o++) {
			for (i = 0; i < n && strcmp(seen[i], o->name) != 0; i++)
				;
			if (i < n || n == ARRAY_SIZE(seen) || !o->value || c->hidden)
				continue;
			seen[n++] = o->name;
			printf(" | %s", o->name);
		}
	}
}

static void print_completion(void)
{
	const struct cmd_option *o;
	const struct cmd *c;

	printf("# Completion of fadump-ng for bash.\n"
	       "_fadump_ng()\n"
	       "{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb='' words='' i\n"
	       "\n"
	       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	       "\t\tcase ${COMP_WORDS[i]} in\n"
	       "\t\t--root | --config)\n"
	       "\t\t\t[[ ${COMP_WORDS[i + 1]} == '=' ]] && ((i++))\n"
	       "\t\t\t((i++))\n"
	       "\t\t\t;;\n"
	       "\t\t-*) ;;\n"
	       "\t\t*)\n"
	       "\t\t\tverb=${COMP_WORDS[i]}\n"
	       "\t\t\tbreak\n"
	       "\t\t\t;;\n"
	       "\t\tesac\n"
	       "\tdone\n"
	       "\t# What takes a file or a directory is left to readline.\n"
	       "\tcase ${COMP_WORDS[COMP_CWORD - 1]} in\n"
	       "\t--root | --config");
	print_value_options();
	printf(") return ;;\n"
	       "\tesac\n"
	       "\tcase $verb in\n"
	       "\t'') words='--root --config -v --verbose -q --quiet --help --version ");
	print_verbs();
	printf("' ;;\n");
	for (c = commands; c->name; c++) {
		if (c->hidden || (!c->options && !c->args))
			continue;
		printf("\t%s) words='", c->name);
		for (o = c->options; o && o->name; o++)
			printf("%s ", o->name);
		if (c->args && strstr(c->args, "COMMAND"))
			print_verbs();
		else if (c->args)
			print_literals(c->args);
		printf("' ;;\n");
	}
	printf("\tesac\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	       "}\n"
	       "complete -o default -F _fadump_ng fadump-ng\n");
}

static int print_man(struct app *app, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	unsigned int line = 0;
	size_t len = 0;
	int r = fd < 0 ? -errno : read_to_end(fd, TEMPLATE_MAX, &text, &len);

	if (r < 0) {
		log_error(&app->log, "%s: %s", path, strerror(-r));
		return EXIT_FAILED;
	}
	if (doc_man(stdout, text, len, &line) < 0) {
		log_error(&app->log, "%s:%u: an unknown @MARK@", path, line);
		return EXIT_INVALID;
	}
	return EXIT_DONE;
}

int cmd_doc(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	static const struct {
		const char *topic;
		void (*print)(void);
		const char *template; /* in the source tree, where the build calls this */
	} topics[] = {
		{"conf", print_conf, NULL},
		{"completion", print_completion, NULL},
		{"man", NULL, "docs/man/fadump-ng.8.in"},
		{"man-conf", NULL, "docs/man/fadump-ng.conf.5.in"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(topics) && argc == 2; i++) {
		if (strcmp(argv[1], topics[i].topic) != 0)
			continue;
		if (topics[i].template)
			return print_man(app, topics[i].template);
		topics[i].print();
		return EXIT_DONE;
	}
	return cmd_usage(app, cmd, "needs one of %s", cmd->args);
}
