// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

static void print_all(void)
{
	const struct cmd *c;

	printf("usage: fadump-ng [--root DIR] [--config FILE] [-v|-q] COMMAND [OPTIONS]\n\n"
	       "Saves the dump of a crashed kernel that firmware-assisted dump preserved, and\n"
	       "keeps the machine ready for its next crash.\n\ncommands:\n");
	for (c = commands; c->name; c++)
		if (!c->hidden)
			printf("  %-11s %s\n", c->name, c->summary);
	printf("\noptions:\n"
	       "  --root DIR     work on the tree beneath DIR instead of this machine\n"
	       "  --config FILE  read FILE instead of /etc/fadump-ng.conf\n"
	       "  -v, --verbose  say more        -q, --quiet  say only errors\n"
	       "  --help, --version\n\n"
	       "exit status: 0 done, 1 failed, 2 usage, 3 no dump is active,\n"
	       "             4 the dump or the file is invalid, 5 a dump is in memory and was\n"
	       "             left alone\n");
}

static void print_one(const struct cmd *c)
{
	const struct cmd_option *o;
	char left[64];

	printf("usage: fadump-ng %s%s%s%s\n\n%s\n", c->name, c->options ? " [OPTIONS]" : "",
	       c->args ? " " : "", c->args ? c->args : "", c->summary);
	if (c->details)
		printf("\n%s\n", c->details);
	if (c->options)
		printf("\noptions:\n");
	for (o = c->options; o && o->name; o++) {
		(void)snprintf(left, sizeof(left), "%s%s%s", o->name, o->value ? " " : "",
			       o->value ? o->value : "");
		printf("  %-16s %s\n", left, o->help);
	}
}

int cmd_help(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const struct cmd *c;
	char near[60];

	if (argc > 2)
		return cmd_usage(app, cmd, "one command at a time");
	if (argc < 2) {
		print_all();
		return EXIT_DONE;
	}
	c = cmd_find(argv[1]);
	if (!c) {
		cmd_suggest(argv[1], strlen(argv[1]), NULL, near, sizeof(near));
		return cmd_usage(app, cmd, "unknown command %s%s", argv[1], near);
	}
	print_one(c);
	return EXIT_DONE;
}

int cmd_version(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return cmd_usage(app, cmd, "takes no argument");
	printf("fadump-ng %s\n", VERSION);
	return EXIT_DONE;
}
