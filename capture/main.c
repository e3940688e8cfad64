// SPDX-License-Identifier: GPL-2.0-or-later
/* Global options and the command table; the work is in cmd/. */
#include "base/trace.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct globals {
	const char *root;
	const char *config;
	enum log_level level;
	bool help, version;
};

/* "--name VALUE" or "--name=VALUE". */
static bool option_value(int argc, char **argv, int *i, const char *name, const char **value)
{
	size_t len = strlen(name);

	if (strncmp(argv[*i], name, len) != 0)
		return false;
	if (argv[*i][len] == '=') {
		*value = argv[*i] + len + 1;
		return true;
	}
	if (argv[*i][len] != '\0' || *i + 1 >= argc)
		return false;
	*value = argv[++*i];
	return true;
}

/* The index of the verb, or -1 after a usage error. */
static int parse_globals(struct app *app, int argc, char **argv, struct globals *g)
{
	static const struct cmd_option known[] = {
		{"--root", NULL, NULL},  {"--config", NULL, NULL}, {"--verbose", NULL, NULL},
		{"--quiet", NULL, NULL}, {"--help", NULL, NULL},   {"--version", NULL, NULL},
		{NULL, NULL, NULL},
	};
	char near[60];
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (option_value(argc, argv, &i, "--root", &g->root) ||
		    option_value(argc, argv, &i, "--config", &g->config))
			continue;
		if (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "--verbose") == 0)
			g->level = LOG_LEVEL_DEBUG;
		else if (strcmp(argv[i], "-q") == 0 || strcmp(argv[i], "--quiet") == 0)
			g->level = LOG_LEVEL_ERROR;
		else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			g->help = true;
		else if (strcmp(argv[i], "--version") == 0)
			g->version = true;
		else {
			cmd_suggest(argv[i], strcspn(argv[i], "="), known, near, sizeof(near));
			log_error(&app->log,
				  "unknown or incomplete option %s%s; see fadump-ng --help",
				  argv[i], near);
			return -1;
		}
	}
	return i;
}

static int run_verb(struct app *app, int argc, char **argv)
{
	const struct cmd *cmd = cmd_find(argv[0]);
	char near[60];

	if (!cmd) {
		cmd_suggest(argv[0], strlen(argv[0]), NULL, near, sizeof(near));
		log_error(&app->log, "unknown command %s%s; see fadump-ng --help", argv[0], near);
		return EXIT_USAGE;
	}
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return cmd_help(app, cmd_find("help"), 2, (char *[]){argv[1], argv[0], NULL});
	return cmd->run(app, cmd, argc, argv);
}

/* Who asks for JSON reads standard output, after a usage error as well. */
static int usage_error(struct app *app, int argc, char **argv)
{
	bool json = false;
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		json = json || strcmp(argv[i], "--json") == 0;
	(void)cmd_json_error(app, json, EXIT_USAGE);
	log_deinit(&app->log);
	return EXIT_USAGE;
}

/*
 * A kernel without a console starts init without these three. A file of ours that got such a number
 * would take what is said for people, a dump above all. Without /dev/null they are held by what
 * cannot be read or written.
 */
static void hold_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR); /* for children, too */
		if (fd < 0)
			fd = open("/", O_PATH);
	} while (fd >= STDIN_FILENO && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

int main(int argc, char **argv)
{
	static char help[] = "help", version[] = "version";
	char *alone[] = {NULL, NULL};
	struct globals g = {.level = LOG_LEVEL_INFO};
	struct app app = {0};
	int verb, err, status;

	hold_standard_streams();
	log_init(&app.log, g.level);
	verb = parse_globals(&app, argc, argv, &g);
	if (verb < 0)
		return usage_error(&app, argc, argv);
	app.log.level = g.level;
	if (g.level == LOG_LEVEL_DEBUG)
		trace_enable();
	if (g.help || g.version) {
		alone[0] = g.version ? version : help;
	} else if (verb >= argc) {
		log_error(&app.log, "no command given; see fadump-ng --help");
		return usage_error(&app, argc, argv);
	}
	/* A reader that goes away is an error of one write, not the end of a capture. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* Inherited as ignored, it would take the children's statuses away. */
	(void)signal(SIGCHLD, SIG_DFL);
	err = root_init(g.root, &app.root);
	if (err < 0) {
		(void)fprintf(stderr, "fadump-ng: --root %s: %s\n", g.root ? g.root : "/",
			      strerror(-err));
		return EXIT_FAILED;
	}
	app.config_path = g.config;
	status = alone[0] ? run_verb(&app, 1, alone) : run_verb(&app, argc - verb, argv + verb);
	if (status == EXIT_USAGE)
		status = usage_error(&app, argc, argv);
	if (fflush(stdout) != 0 && status == EXIT_DONE) {
		(void)fprintf(stderr, "fadump-ng: standard output: %s\n", strerror(errno));
		status = EXIT_FAILED;
	}
	log_deinit(&app.log);
	root_deinit(&app.root);
	return status;
}
