/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs. One static table of them drives dispatch, --help, the man page and shell completion.
 */
#pragma once

#include "base/log.h"
#include "base/root.h"

#include <stdbool.h>

/* Exit statuses, a contract with outside tools. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_DUMP = 3,
	EXIT_INVALID = 4,
	EXIT_LEFT_ALONE = 5, /* a dump is in memory, and nothing was done about it */
};

struct app {
	struct root root;
	const char *config_path; /* --config, or NULL for CONFIG_PATH beneath the root */
	struct log log;
};

struct cmd_option {
	const char *name;  /* "--json" */
	const char *value; /* "FILE", or NULL for a flag */
	const char *help;
};

struct cmd {
	const char *name;
	const char *args;                 /* "PATH", or "" */
	const char *summary;              /* one line */
	const struct cmd_option *options; /* ends with a NULL name; may be NULL */
	int (*run)(struct app *app, const struct cmd *cmd, int argc,
		   char **argv); /* argv[0] is the verb */
	const char *details;     /* paragraph(s) for the man page; may be NULL */
	bool hidden;             /* for the initramfs and the build, not for people */
};

extern const struct cmd commands[]; /* ends with a NULL name */
const struct cmd *cmd_find(const char *name);

/*
 * Walk a verb's options after its table: long options "--name VALUE" and "--name=VALUE".
 * Returns the index into cmd->options of the next one with *value set, or -1 at the first operand
 * (*i then points to it, "--" skipped), or -2 after a usage error that was already reported (return
 * EXIT_USAGE).
 */
int cmd_next_option(struct app *app, const struct cmd *cmd, int argc, char **argv, int *i,
		    const char **value);
/*
 * The same for a verb that takes no argument and at most one option, which has no value: *given is
 * whether it was there. EXIT_DONE, or EXIT_USAGE after a usage error that was already reported.
 */
int cmd_only_flag(struct app *app, const struct cmd *cmd, int argc, char **argv, bool *given);
/* Report a usage error in one line; returns EXIT_USAGE. With --json among the arguments main()
 * prints the object. */
int cmd_usage(struct app *app, const struct cmd *cmd, const char *fmt, ...) _printf_(3, 4);
/* "; did you mean NAME" of the option (of the command, without options) that word is nearest to; ""
 * when it is like none. len bytes of word count. */
void cmd_suggest(const char *word, size_t len, const struct cmd_option *options, char *out,
		 size_t size);

/* For --json where there is nothing to tell but the error that was logged last: one object with it.
 * Returns status. */
int cmd_json_error(const struct app *app, bool json, int status);

int cmd_status(struct app *, const struct cmd *, int, char **);
int cmd_check(struct app *, const struct cmd *, int, char **);
int cmd_capture(struct app *, const struct cmd *, int, char **);
int cmd_release(struct app *, const struct cmd *, int, char **);
int cmd_register(struct app *, const struct cmd *, int, char **);
int cmd_unregister(struct app *, const struct cmd *, int, char **);
int cmd_verify(struct app *, const struct cmd *, int, char **);
int cmd_list(struct app *, const struct cmd *, int, char **);
int cmd_show(struct app *, const struct cmd *, int, char **);
int cmd_prune(struct app *, const struct cmd *, int, char **);
int cmd_unflatten(struct app *, const struct cmd *, int, char **);
int cmd_propagate(struct app *, const struct cmd *, int, char **);
int cmd_config(struct app *, const struct cmd *, int, char **);
int cmd_help(struct app *, const struct cmd *, int, char **);
int cmd_version(struct app *, const struct cmd *, int, char **);
int cmd_relabel(struct app *, const struct cmd *, int, char **);
int cmd_guard(struct app *, const struct cmd *, int, char **);
int cmd_doc(struct app *, const struct cmd *, int, char **);
