// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables of SUSE's kdump(5). */
#include "import/suse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_KEXEC "no other kernel is loaded: the firmware boots the boot loader's default entry"
#define NO_MAIL  "no mail is sent; fadump-ng list shows what dumps there are"

/* 1 yes, 0 no, -1 neither; as these tools read them. */
static int truth(const char *s)
{
	if (strcmp(s, "yes") == 0 || strcmp(s, "1") == 0 || strcmp(s, "true") == 0)
		return 1;
	return strcmp(s, "no") == 0 || strcmp(s, "0") == 0 || strcmp(s, "false") == 0 ? 0 : -1;
}

static void take_keep(struct importer *im, const struct setting *s)
{
	char *end;
	long n = strtol(s->value, &end, 10);

	if (end == s->value || *end || n < -1 || n > 9999) {
		import_lose(im, "not a number from -1 to 9999");
		return;
	}
	if (n != 0 && !suse_is_local(im)) {
		import_note(im, "it is for dumps on the machine itself; on a server all are kept");
		return;
	}
	if (n == 0)
		import_set(im, "keep", "all");
	else
		import_set(im, "keep", "%ld", n < 0 ? 1 : n + 1);
	if (n != 0)
		import_note(im, "so many with the new one; the first of a row of crashes is one of "
				"them, and none goes before the new one is whole");
}

static void take_free(struct importer *im, const struct setting *s)
{
	import_set(im, "keep-free", "%sM", *s->value == '-' ? "0" : s->value);
}

static void take_level(struct importer *im, const struct setting *s)
{
	import_set(im, "dump-level", "%s", s->value);
}

static void take_format(struct importer *im, const struct setting *s)
{
	static const struct {
		const char *format, *compress;
		bool other;
	} formats[] = {
		{"compressed", "zlib", false}, {"lzo", "lzo", false}, {"snappy", "snappy", false},
		{"zstd", "zstd", false},       {"ELF", "none", true}, {"raw", "none", true},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats) && strcasecmp(formats[i].format, s->value) != 0; i++)
		;
	if (i == ARRAY_SIZE(formats)) {
		import_lose(im, strcasecmp(s->value, "none") == 0
					? "a dump is always saved, not its log alone; where a "
					  "log will do, see rate-limit and on-deadline"
					: "not a known format; compress keeps its default, auto");
		return;
	}
	import_set(im, "compress", "%s", formats[i].compress);
	if (formats[i].other)
		import_lose(im, "a dump is written in the kdump-compressed format");
}

static void take_cpus(struct importer *im, const struct setting *s)
{
	bool all = strcmp(s->value, "0") == 0 || *s->value == '-';

	import_set(im, "threads", "%s", all ? "auto" : s->value);
}

static void take_reboot(struct importer *im, const struct setting *s)
{
	int yes = truth(s->value);

	if (yes < 0) {
		import_lose(im, "neither yes nor no");
		return;
	}
	import_set(im, "on-success", "%s", yes ? "reboot" : "continue");
	if (yes)
		import_note(im, "continue, the default, needs no second pass through the firmware");
}

static void take_on_error(struct importer *im, const struct setting *s)
{
	int yes = truth(s->value);

	if (yes == 0)
		import_set(im, "on-failure", "shell");
	else if (yes < 0)
		import_lose(im, "neither true nor false");
	else
		import_note(
			im,
			"what on-failure is by default goes further: the dump is tried for again");
}

static void take_options(struct importer *im, const struct setting *s)
{
	import_makedumpfile(im, s->value, false);
}

static void set_network(struct importer *im, const char *device, int n, const char *mode)
{
	char words[64];

	(void)snprintf(words, sizeof(words), "ip=%.*s:%s", n, device, mode);
	import_network(im, words);
}

/* Is the word of n bytes this one? */
static bool is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(s, word, n) == 0;
}

/* "auto", or DEVICE:MODE; ":force" may follow either. */
static void take_network(struct importer *im, const struct setting *s)
{
	static const struct {
		const char *mode, *dracut;
	} modes[] = {{"dhcp", "dhcp"}, {"dhcp4", "dhcp"}, {"dhcp6", "dhcp6"}, {"auto6", "auto6"}};
	int device = (int)strcspn(s->value, ":");
	const char *mode = s->value + device + (s->value[device] == ':');
	size_t n = strcspn(mode, ":"), i;

	if (is_word(s->value, (size_t)device, "auto") || is_word(mode, n, "static") ||
	    is_word(mode, n, "auto")) {
		import_note(im,
			    "the network that leads to the target is recorded when the image is "
			    "built");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(modes) && !is_word(mode, n, modes[i].mode); i++)
		;
	if (i == ARRAY_SIZE(modes) || device == 0 || device > 15 ||
	    s->value[strcspn(s->value, " \t")])
		import_lose(im, "not known; the network is recorded when the image is built");
	else
		set_network(im, s->value, device, modes[i].dracut);
}

static void take_net_timeout(struct importer *im, const struct setting *s)
{
	if (strtol(s->value, NULL, 10) <= 0) {
		import_lose(im, "a network is never waited for without end: network-deadline keeps "
				"its default, 1m");
		return;
	}
	import_set(im, "network-deadline", "%ss", s->value);
}

/* A list, beneath root's directory where a name is not absolute. */
static void take_identity(struct importer *im, const struct setting *s)
{
	size_t n = strcspn(s->value, " \t");

	import_set(im, "identity-file", "%s%.*s", *s->value == '/' ? "" : IMPORT_SSH_DIR, (int)n,
		   s->value);
	if (s->value[n])
		import_lose(im, "of several keys the first one is used");
}

static void take_host_key(struct importer *im, const struct setting *s)
{
	import_lose(im, strcmp(s->value, "*") == 0
				? "a server is always checked: fadump-ng propagate fetches its key"
				: "the key belongs into the file that known-hosts names: fadump-ng "
				  "propagate puts it there");
}

static void take_fadump(struct importer *im, const struct setting *s)
{
	if (truth(s->value) == 1)
		import_lose(im,
			    "set it to \"false\" there, or kdump's own module in the image takes "
			    "the boot that captures; and keep fadump=on on the kernel's command "
			    "line, from which kdump-commandline.service may take it");
	else
		import_note(im, "fadump-ng needs fadump=on on the kernel's command line");
}

static void take_fadump_shell(struct importer *im, const struct setting *s)
{
	if (truth(s->value) == 0)
		import_note(im, "nor is there a shell after a dump here");
	else
		import_lose(im, "there is no shell after a dump that was saved");
}

static const struct import_row rows[] = {
	TAKEN("KDUMP_SAVEDIR", suse_take_savedir, .target = true),
	TAKEN("KDUMP_KEEP_OLD_DUMPS", take_keep),
	TAKEN("KDUMP_FREE_DISK_SIZE", take_free),
	TAKEN("KDUMP_DUMPLEVEL", take_level),
	TAKEN("KDUMP_DUMPFORMAT", take_format),
	TAKEN("KDUMP_CPUS", take_cpus),
	TAKEN("KDUMP_IMMEDIATE_REBOOT", take_reboot),
	TAKEN("KDUMP_CONTINUE_ON_ERROR", take_on_error),
	/* It stands last on makedumpfile's command line. */
	TAKEN("MAKEDUMPFILE_OPTIONS", take_options, .show = SHOW_COMMAND, .phase = PHASE_FIRST),
	TAKEN("KDUMP_NETCONFIG", take_network),
	TAKEN("KDUMP_NET_TIMEOUT", take_net_timeout),
	TAKEN("KDUMP_SSH_IDENTITY", take_identity),
	TAKEN("KDUMP_SSH_HOST_KEY", take_host_key),
	TAKEN("KDUMP_HOST_KEY", take_host_key),
	TAKEN("KDUMP_FADUMP", take_fadump),
	TAKEN("KDUMP_FADUMP_SHELL", take_fadump_shell),
	LOST("KDUMP_TRANSFER", NULL, IMPORT_NO_HOOKS "; dumps go to the targets",
	     .show = SHOW_COMMAND),
	LOST("KDUMP_PRESCRIPT", NULL, IMPORT_NO_HOOKS, .show = SHOW_COMMAND),
	LOST("KDUMP_POSTSCRIPT", NULL, IMPORT_NO_HOOKS, .show = SHOW_COMMAND),
	LOST("KDUMP_REQUIRED_PROGRAMS", NULL,
	     "a capture runs nothing but fadump-ng's own, so nothing needs them; dracut takes "
	     "programs into the image: install_items+= in /etc/dracut.conf.d",
	     .show = SHOW_COMMAND),
	LOST("KDUMP_COPY_KERNEL", "yes|no|true|false|0|1",
	     "the kernel is not copied beside a dump; keep its debugging information"),
	LOST("KDUMP_SMTP_SERVER", NULL, NO_MAIL),
	LOST("KDUMP_SMTP_USER", NULL, NO_MAIL),
	LOST("KDUMP_SMTP_PASSWORD", NULL, NO_MAIL, .show = SHOW_NOTHING),
	LOST("KDUMP_NOTIFICATION_TO", NULL, NO_MAIL),
	LOST("KDUMP_NOTIFICATION_CC", NULL, NO_MAIL),
	LOST("KDUMP_VERBOSE", "0|3", "-v and -q say how much is said"),
	LOST("KDUMPTOOL_FLAGS", NULL, "flags of another program", .show = SHOW_COMMAND),
	LOST("KDUMP_KERNELVER", NULL, NO_KEXEC),
	TAKEN("KDUMP_COMMANDLINE", import_arguments, .show = SHOW_ARGUMENTS, .phase = PHASE_FIRST),
	TAKEN("KDUMP_COMMANDLINE_APPEND", import_arguments, .show = SHOW_ARGUMENTS,
	      .phase = PHASE_FIRST),
	TAKEN("FADUMP_COMMANDLINE_APPEND", import_arguments, .show = SHOW_ARGUMENTS,
	      .phase = PHASE_FIRST),
	LOST("KDUMP_AUTO_RESIZE", "false|no|0",
	     "what crashkernel= reserves stays reserved: reserve less there, if it is too much",
	     .fine = "nor is the reserved memory made smaller here"),
	LOST("KDUMP_CRASHKERNEL", "auto",
	     "crashkernel= stays as it is on the kernel's command line: set it there",
	     .fine = "crashkernel= stays as it is on the kernel's command line"),
	MOOT("KDUMP_UPDATE_BOOTLOADER",
	     "the boot loader's command line is not touched; crashkernel= and fadump= stay as they "
	     "are"),
	LOST("KEXEC_OPTIONS", NULL, NO_KEXEC, .show = SHOW_COMMAND),
};

static const struct import_default defaults[] = {
	{"KDUMP_SAVEDIR", "target", "file://" IMPORT_SAVE_DIR,
	 "a target; kdump saves to " IMPORT_SAVE_DIR " then"},
	{NULL, "keep", "all",
	 "kdump deletes no dumps then, so none are deleted here; to have fewer, set keep (logs "
	 "without a dump: keep-logs)"},
	{"KDUMP_IMMEDIATE_REBOOT", NULL, NULL,
	 "KDUMP_IMMEDIATE_REBOOT; kdump reboots after a dump, here the same boot goes on into "
	 "production (on-success = continue)"},
	{0},
};

const struct import_table import_suse = {rows, ARRAY_SIZE(rows), defaults};
