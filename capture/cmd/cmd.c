// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/json.h"
#include "base/nearest.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define OPTION_JSON                                                                                \
	{                                                                                          \
		"--json", NULL, "print one JSON object on standard output"                         \
	}
#define OPTION_CORE                                                                                \
	{                                                                                          \
		"--core", "FILE", "take the core from FILE instead of /proc/vmcore"                \
	}
#define OPTIONS_END                                                                                \
	{                                                                                          \
		NULL, NULL, NULL                                                                   \
	}

static const struct cmd_option json_options[] = {OPTION_JSON, OPTIONS_END};
static const struct cmd_option check_options[] = {OPTION_CORE, OPTION_JSON, OPTIONS_END};
static const struct cmd_option capture_options[] = {
	OPTION_CORE,
	{"--target", "URL", "save to URL instead of the configured targets; may be repeated"},
	{"--no-release", NULL, "keep the memory reserved, and do not register"},
	{"--late", NULL, "do nothing unless on-failure is late-capture; for the service"},
	OPTION_JSON,
	OPTIONS_END,
};
static const struct cmd_option verify_options[] = {
	{"--full", NULL, "read and expand every page too"},
	OPTION_JSON,
	OPTIONS_END,
};
static const struct cmd_option unflatten_options[] = {
	{"--raw", NULL, "leave out what stands after the stream, as on a raw partition"},
	OPTIONS_END,
};
static const struct cmd_option prune_options[] = {
	{"--dry-run", NULL, "say what would be deleted, and delete nothing"},
	OPTIONS_END,
};
static const struct cmd_option release_options[] = {
	{"--force", NULL, "release without a saved dump, which loses it"},
	OPTIONS_END,
};
static const struct cmd_option propagate_options[] = {
	{"--fingerprint", "SHA256:...", "the server's host key, instead of being asked about it"},
	OPTIONS_END,
};
static const struct cmd_option config_options[] = {
	{"--for-image", NULL, "show: with each local target's device, as the initramfs needs it"},
	{"--needs", NULL, "network: what the image must have for it, instead"},
	{"--boot", NULL, "network: the word by which this boot brings up one of its own, instead"},
	OPTIONS_END,
};

const struct cmd commands[] = {
	{
		.name = "status",
		.summary = "what the kernel says now: registered, dump active, memory",
		.options = json_options,
		.run = cmd_status,
	},
	{
		.name = "check",
		.summary = "judge the crash state and the core's headers",
		.options = check_options,
		.run = cmd_check,
		.details =
			"Says which of the states the machine is in, and whether the core can be "
			"captured. With --core, FILE is judged instead, whatever it is: an ELF "
			"core, or a saved dump, flattened or not, or its directory, whose "
			"structure is checked as verify does. Nothing is said of this machine "
			"then. Writes nothing.",
	},
	{
		.name = "capture",
		.summary = "save the active dump, give its memory back and register again",
		.options = capture_options,
		.run = cmd_capture,
		.details =
			"Targets are tried in the order of the configuration. Memory is released "
			"only when a target holds the whole dump durably; otherwise it stays "
			"reserved and capture can be run again. With --core, or --no-release, "
			"nothing is released.",
	},
	{
		.name = "release",
		.summary = "give the memory of a saved dump back to the system",
		.options = release_options,
		.run = cmd_release,
		.details = "Refuses unless the dump that is active was saved in this boot and is "
			   "found whole and durable at its target once more. --force releases "
			   "without that. With fadump off in a capture boot it always refuses: the "
			   "kernel would free memory that is in use.",
	},
	{
		.name = "register",
		.summary = "make the machine ready for its next crash",
		.run = cmd_register,
	},
	{
		.name = "unregister",
		.summary = "the next crash will not be dumped",
		.run = cmd_unregister,
	},
	{
		.name = "verify",
		.args = "PATH",
		.summary = "check a dump: PATH is a dump directory or a vmcore",
		.options = verify_options,
		.details =
			"A directory's dump is its vmcore, else vmcore.flat, or dump.YYYYMMDDHHMM "
			"as "
			"Debian and Ubuntu name it. A flattened dump is checked where it lies, and "
			"named as one: crash and drgn want it unflattened. "
			"The structure is checked: headers, bitmaps and the descriptor of every "
			"page; a header whose machine or release does not fit VMCOREINFO is warned "
			"of. With --full every page is read and expanded as well, on all "
			"CPUs; that needs the library of the compression (liblzo2, libzstd, "
			"libsnappy or zlib). The digest of the file is compared with the one "
			"that the manifest in a dump directory has, and printed: it is what "
			"\"fsverity digest --hash-alg=sha256 --block-size=65536\" prints of "
			"the vmcore.",
		.run = cmd_verify,
	},
	{
		.name = "list",
		.summary = "what dumps the configured targets hold",
		.options = json_options,
		.details = "Of each directory: when the crash was, whether the dump is complete, "
			   "incomplete, damaged (of another size than was saved), gone or never "
			   "wanted (log), or none of ours (foreign); its size, the kernel and why "
			   "it died. Targets with ssh:// are not looked through.",
		.run = cmd_list,
	},
	{
		.name = "show",
		.args = "DUMP",
		.summary = "tell of one dump what its manifest says",
		.options = json_options,
		.details = "DUMP is a name as list prints it, or the path of a dump directory.",
		.run = cmd_show,
	},
	{
		.name = "prune",
		.summary = "delete the dumps that keep and keep-logs do not keep",
		.options = prune_options,
		.details = "What a capture does after it saved a dump, by hand: of this machine's "
			   "dumps on each target the first of a row of crashes and the newest "
			   "stay. A dump that goes leaves its log and manifest. What was left "
			   "half written goes, too, and with make-room = oldest as much as "
			   "keep-free needs. A dump that is still in memory keeps what was saved "
			   "of it. Directories without a manifest of this machine's are not "
			   "touched.",
		.run = cmd_prune,
	},
	{
		.name = "unflatten",
		.args = "[FLAT|-] OUT",
		.summary = "make an ordinary dump of a flattened one, as it arrives",
		.options = unflatten_options,
		.details =
			"FLAT is what makedumpfile -F printed; without it, or as -, it is read "
			"from "
			"standard input. The dump is written to OUT.incomplete as it arrives and "
			"gets its name only when the end marker came, its structure was checked "
			"and it is on stable storage; an existing OUT is never replaced. A "
			"flattened ELF dump is not checked. After a failure what came from "
			"standard input stays in OUT.incomplete. On a raw partition, as kdump's "
			"\"raw\" writes one, old bytes stand after the stream: with a block device "
			"they do not count, with the copy of one --raw says so.",
		.run = cmd_unflatten,
	},
	{
		.name = "propagate",
		.args = "URL",
		.summary = "make a target on another machine ready: keys, host key, a test write",
		.options = propagate_options,
		.details =
			"For ssh:// it makes the key pair (identity-file) when there is none, "
			"shows "
			"the host key of the server and asks whether it is right before it goes "
			"into known-hosts, and logs in as a capture does. When the server does not "
			"accept the key, the line for its authorized_keys is printed, and on a "
			"terminal a login with your own key or password can add it; ssh asks for "
			"the password. Then, as for nfs://, a file is written and removed, and the "
			"room is shown. May be run again at any time. Without a terminal an "
			"unknown "
			"host key needs --fingerprint; so does one that has changed, always.",
		.run = cmd_propagate,
	},
	{
		.name = "config",
		.args = "check|show|import|devices|network|remote [FILE]",
		.summary = "check the configuration, show it, or make one of another tool's",
		.options = config_options,
		.details =
			"check also looks whether the tools, keys and host keys are there that "
			"targets on other machines need. import reads FILE, or else the "
			"/etc/kdump.conf of Fedora and RHEL with their /etc/sysconfig/kdump, the "
			"/etc/sysconfig/kdump of SUSE or the /etc/default/kdump-tools of Debian "
			"and Ubuntu, changes nothing, and prints what it says as a configuration "
			"for fadump-ng; what cannot be taken over stays in it as a comment and is "
			"warned of. It fails when none "
			"of the targets could be taken over. devices, network and remote tell "
			"whoever builds an initramfs what it must have.",
		.run = cmd_config,
	},
	{
		.name = "help",
		.args = "[COMMAND]",
		.summary = "show help",
		.run = cmd_help,
	},
	{
		.name = "version",
		.summary = "show the version",
		.run = cmd_version,
	},
	{
		.name = "guard",
		.args = "begin|end",
		.summary = "count an attempt and arm the watchdog, or stop it",
		.run = cmd_guard,
		.hidden = true,
	},
	{
		.name = "doc",
		.args = "conf|man|man-conf|completion",
		.summary = "print generated documentation",
		.run = cmd_doc,
		.hidden = true,
	},
	{.name = NULL},
};

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
