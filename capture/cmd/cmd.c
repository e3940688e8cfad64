// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/json.h"
#include "base/nearest.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const struct cmd *cmd_find(const char *name)
{
	const struct cmd *c;

	for (c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* A typing mistake or two; more of them make another word. */
static bool is_near(const char *word, size_t len, const char *name, size_t *least)
{
	size_t distance = edit_distance(word, len, name);

	if (distance >= *least || distance > 2 || 2 * distance >= strlen(name))
		return false;
	*least = distance;
	return true;
}

void cmd_suggest(const char *word, size_t len, const struct cmd_option *options, char *out,
		 size_t size)
{
	const struct cmd_option *o;
	size_t least = SIZE_MAX;
	const struct cmd *c;

	*out = '\0';
	for (o = options; o && o->name; o++)
		if (is_near(word, len, o->name, &least))
			(void)snprintf(out, size, "; did you mean %s", o->name);
	for (c = commands; !options && c->name; c++)
		if (!c->hidden && is_near(word, len, c->name, &least))
			(void)snprintf(out, size, "; did you mean %s", c->name);
}

int cmd_usage(struct app *app, const struct cmd *cmd, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error(&app->log, "%s: %s; see fadump-ng help %s", cmd->name, text, cmd->name);
	return EXIT_USAGE;
}

int cmd_json_error(const struct app *app, bool json, int status)
{
	json_object *o;

	if (!json)
		return status;
	o = json_object_new_object();
	json_add_text(o, "error", app->log.error[0] ? app->log.error : NULL);
	json_print(o);
	return status;
}

static int match_option(const struct cmd *cmd, const char *arg, size_t len)
{
	int o;

	for (o = 0; cmd->options && cmd->options[o].name; o++)
		if (strlen(cmd->options[o].name) == len &&
		    strncmp(cmd->options[o].name, arg, len) == 0)
			return o;
	return -1;
}

int cmd_next_option(struct app *app, const struct cmd *cmd, int argc, char **argv, int *i,
		    const char **value)
{
	char near[60] = "";
	const char *arg;
	size_t len;
	int o;

	*value = NULL;
	if (*i == 0)
		*i = 1;
	if (*i >= argc || argv[*i][0] != '-' || argv[*i][1] == '\0')
		return -1;
	arg = argv[(*i)++];
	if (strcmp(arg, "--") == 0)
		return -1;
	len = strcspn(arg, "=");
	o = match_option(cmd, arg, len);
	if (o < 0) {
		if (cmd->options)
			cmd_suggest(arg, len, cmd->options, near, sizeof(near));
		(void)cmd_usage(app, cmd, "unknown option %s%s", arg, near);
		return -2;
	}
	if (!cmd->options[o].value) {
		if (arg[len] == '=') {
			(void)cmd_usage(app, cmd, "%s takes no value", cmd->options[o].name);
			return -2;
		}
		return o;
	}
	if (arg[len] == '=')
		*value = arg + len + 1;
	else if (*i < argc)
		*value = argv[(*i)++];
	else {
		(void)cmd_usage(app, cmd, "%s needs a %s", arg, cmd->options[o].value);
		return -2;
	}
	return o;
}

int cmd_only_flag(struct app *app, const struct cmd *cmd, int argc, char **argv, bool *given)
{
	const char *value;
	int i = 0, o;

	*given = false;
	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) >= 0)
		*given = true;
	if (o == -2)
		return EXIT_USAGE;
	return i < argc ? cmd_usage(app, cmd, "takes no argument") : EXIT_DONE;
}
