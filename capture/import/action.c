// SPDX-License-Identifier: GPL-2.0-or-later
/* A shell command that runs when a capture fails; what it ends in is what it is for. */
#include "import/build.h"

#include "base/cleanup.h"
#include "import/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct action {
	const char *action; /* of on-failure; NULL: none yet */
	bool others;        /* commands that do something else */
	bool more;          /* words that change nothing */
};

struct verb {
	const char *word, *action;
};

static const struct verb programs[] = {
	{"reboot", "reboot"}, {"poweroff", "poweroff"}, {"halt", "halt"}, {"bash", "shell"},
	{"sh", "shell"},      {"dash", "shell"},        {"ash", "shell"}, {"sulogin", "shell"},
};

static const struct verb systemctl[] = {
	{"reboot", "reboot"}, {"poweroff", "poweroff"}, {"halt", "halt"},
	{"rescue", "shell"},  {"emergency", "shell"},
};

static const struct verb levels[] = {
	{"6", "reboot"}, {"0", "poweroff"}, {"1", "shell"}, {"s", "shell"}, {"S", "shell"},
};

/* Options that change what a command does; the last letter of a cluster counts. */
static const struct verb shutdown_options[] = {
	{"r", "reboot"},        {"h", "poweroff"},  {"P", "poweroff"},          {"H", "halt"},
	{"--reboot", "reboot"}, {"--halt", "halt"}, {"--poweroff", "poweroff"},
};

static const struct verb halt_options[] = {
	{"p", "poweroff"},
	{"--poweroff", "poweroff"},
	{"--reboot", "reboot"},
	{"--halt", "halt"},
};

/* They do no harm when they are left out. */
static const char *const idle[] = {"echo", "printf", "sleep", "sync", "true", ":", "date", "exit"};

static const char *find(const struct verb *verbs, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(verbs[i].word, word) == 0)
			return verbs[i].action;
	}
	return NULL;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What the options among n words say, or else `otherwise`. */
static const char *by_options(char *const *words, size_t n, const struct verb *verbs, size_t count,
			      const char *otherwise)
{
	const char *action;
	size_t i, k;

	for (i = 0; i < n; i++) {
		char letter[2] = "";

		if (words[i][0] != '-')
			continue;
		action = find(verbs, count, words[i]);
		otherwise = action ? action : otherwise;
		for (k = 1; words[i][1] != '-' && words[i][k]; k++) {
			letter[0] = words[i][k];
			action = find(verbs, count, letter);
			otherwise = action ? action : otherwise;
		}
	}
	return otherwise;
}

static void read_commands(struct action *a, const char *text, unsigned int depth);

static bool is_shell(const char *name)
{
	const char *action = find(programs, ARRAY_SIZE(programs), name);

	return action && strcmp(action, "shell") == 0;
}

/* A shell for a person, unless it is given something to run. */
static const char *shell_action(struct action *a, char *const *words, size_t n, unsigned int depth)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(words[i], "-c") == 0 && i + 1 < n && depth < 4) {
			read_commands(a, words[i + 1], depth + 1);
			return a->action;
		}
		if (words[i][0] != '-' || strchr(words[i], 'c'))
			return NULL;
	}
	return "shell";
}

/* n > 0 words. NULL: it does something else. */
static const char *action_of(struct action *a, char *const *words, size_t n, unsigned int depth)
{
	const char *name = name_of(words[0]), *action = find(programs, ARRAY_SIZE(programs), name);
	size_t i;

	if (strcmp(name, "systemctl") == 0) {
		for (i = 1; i < n; i++) {
			action = find(systemctl, ARRAY_SIZE(systemctl), words[i]);
			if (action)
				return action;
		}
		return NULL;
	}
	if (strcmp(name, "init") == 0 || strcmp(name, "telinit") == 0)
		return n == 2 ? find(levels, ARRAY_SIZE(levels), words[1]) : NULL;
	if (strcmp(name, "shutdown") == 0)
		return by_options(words + 1, n - 1, shutdown_options, ARRAY_SIZE(shutdown_options),
				  n > 1 && strcmp(words[1], "-c") != 0 ? "poweroff" : NULL);
	if (is_shell(name))
		return shell_action(a, words + 1, n - 1, depth);
	return action ? by_options(words + 1, n - 1, halt_options, ARRAY_SIZE(halt_options), action)
		      : NULL;
}

static bool is_prefix(const char *word)
{
	static const char *const words[] = {"exec", "sudo", "busybox", "nohup", "env", "command"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(name_of(word), words[i]) == 0)
			return true;
	}
	return strchr(word, '=') != NULL;
}

static void read_one(struct action *a, const char *text, unsigned int depth)
{
	_cleanup_(word_list_deinit) struct word_list list = {.n = 0};
	const char *action;
	size_t i, first = 0;

	if (word_list_init(text, &list) < 0)
		return;
	while (first < list.n && is_prefix(list.words[first]))
		first++;
	a->more |= first > 0;
	if (first == list.n) {
		a->others |= list.n > 0;
		return;
	}
	action = action_of(a, list.words + first, list.n - first, depth);
	if (action) {
		a->action = a->action ? a->action : action;
		return;
	}
	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		if (strcmp(name_of(list.words[first]), idle[i]) == 0) {
			a->more = true;
			return;
		}
	}
	a->others = true;
}

/* Up to what parts one command from the next. What stands after the one that ends the boot is
 * never run. */
static void read_commands(struct action *a, const char *text, unsigned int depth)
{
	_cleanup_free_ char *copy = strdup(text);
	char *p = copy, *begin = copy, quote = '\0';

	for (; p; p++) {
		if (quote && *p) {
			if (*p == quote)
				quote = '\0';
			continue;
		}
		if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if (!*p || strchr(";&|\n", *p)) {
			bool last = !*p;

			*p = '\0';
			if (!a->action)
				read_one(a, begin, depth);
			if (last)
				return;
			a->more |= a->action != NULL;
			begin = p + 1;
		}
	}
}

void import_action(struct importer *im, const struct setting *s)
{
	struct action a = {.action = NULL};

	read_commands(&a, s->value, 0);
	im->whole = !a.more;
	if (a.action) {
		import_set(im, "on-failure", "%s", a.action);
		if (strcmp(a.action, "shell") != 0)
			import_note(im,
				    "the dump is given up then; late-capture, the default, keeps "
				    "it in memory and tries again");
	}
	if (a.others || !a.action)
		import_lose(im, "%s",
			    a.action ? "its other commands are not run: nothing of its "
				       "own can be run when a capture fails"
				     : "a command cannot be run when a capture fails; "
				       "on-failure keeps its default, late-capture");
}
