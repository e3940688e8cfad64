// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables of SUSE's kdump(5); and those of Fedora's /etc/sysconfig/kdump, a file of the same
 * name that is about loading a kernel only. */
#include "import/build.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_KEXEC "no other kernel is loaded: the firmware boots the installed one"
#define NO_MAIL  "no mail is sent"
#define NO_HOOKS "there are no hooks yet"

/* 1 yes, 0 no, -1 neither; as these tools read them. */
static int truth(const char *s)
{
	if (strcmp(s, "yes") == 0 || strcmp(s, "1") == 0 || strcmp(s, "true") == 0)
		return 1;
	return strcmp(s, "no") == 0 || strcmp(s, "0") == 0 || strcmp(s, "false") == 0 ? 0 : -1;
}

/* Behind "scheme://" when it is one of these; NULL when not. */
static const char *behind(const char *url, const char *const *schemes)
{
	for (; *schemes; schemes++) {
		size_t n = strlen(*schemes);

		if (strncasecmp(url, *schemes, n) == 0 && strncmp(url + n, "://", 3) == 0)
			return url + n + 3;
	}
	return NULL;
}

/* Whether it is one of SFTP. */
static bool take_url(struct importer *im, const char *url)
{
	static const char *const file[] = {"file", NULL}, *const nfs[] = {"nfs", NULL},
				 *const ssh[] = {"ssh", "sftp", "scp", NULL};
	const char *rest;
	_cleanup_free_ char *host = NULL;
	bool sftp;

	rest = *url == '/' ? url : behind(url, file);
	if (rest) {
		import_target(im, URL_FILE, "", rest, NULL, NULL);
		return false;
	}
	rest = behind(url, nfs);
	if (!rest)
		rest = behind(url, ssh);
	if (!rest) {
		import_lose(im, "%.*s cannot be a target; ssh:// (SFTP), nfs:// and file:// can",
			    (int)(strcspn(url, ":") < 20 ? strcspn(url, ":") : 20), url);
		return false;
	}
	host = strndup(rest, strcspn(rest, "/"));
	rest += strcspn(rest, "/");
	sftp = !behind(url, nfs);
	if (!host)
		im->error = -ENOMEM;
	else
		import_target(im, sftp ? URL_SSH : URL_NFS, host, rest, NULL, NULL);
	return sftp;
}

static void take_savedir(struct importer *im, const struct setting *s)
{
	_cleanup_free_ char *scratch = strdup(s->value);
	char *rest = scratch, *url;
	bool sftp = false;
	size_t n = 0;

	if (!scratch)
		im->error = -ENOMEM;
	while (rest && (url = strsep(&rest, " \t"))) {
		if (!*url)
			continue;
		sftp = take_url(im, url) || sftp;
		n++;
	}
	if (sftp) {
		import_set(im, "known-hosts", IMPORT_SSH_DIR "known_hosts");
		if (!settings_find(im->settings, "KDUMP_SSH_IDENTITY"))
			import_note(im, "fadump-ng propagate makes a key for it, if identity-file "
					"names none");
	}
	if (n > 1)
		import_note(im,
			    "a dump goes to the first of them that takes it, not in pieces to all");
}

static void take_keep(struct importer *im, const struct setting *s)
{
	char *end;
	long n = strtol(s->value, &end, 10);

	if (end == s->value || *end || n < -1 || n > 9999) {
		import_lose(im, "not a number from -1 to 9999");
		return;
	}
	if (n == 0)
		import_set(im, "keep", "all");
	else
		import_set(im, "keep", "%ld", n < 0 ? 1 : n + 1);
	import_note(im, "so many with the new one; the first of a row of crashes is one of them");
}

static void take_free(struct importer *im, const struct setting *s)
{
	import_set(im, "keep-free", "%sM", s->value);
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
					? "a dump is always saved, not its log alone"
					: "not a known format");
		return;
	}
	import_set(im, "compress", "%s", formats[i].compress);
	if (formats[i].other)
		import_lose(im, "a dump is written in the kdump-compressed format");
}

static void take_cpus(struct importer *im, const struct setting *s)
{
	import_set(im, "threads", "%s", strcmp(s->value, "0") == 0 ? "auto" : s->value);
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

/* Is the word of n bytes this one? */
static bool is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(s, word, n) == 0;
}

/* "auto", or DEVICE:MODE; ":force" may stand behind either. */
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
		import_set(im, "network", "ip=%.*s:%s", device, s->value, modes[i].dracut);
}

static void take_net_timeout(struct importer *im, const struct setting *s)
{
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

static void take_kexec_fadump(struct importer *im, const struct setting *s)
{
	if (truth(s->value) == 1)
		import_note(im, "fadump=on stays on the kernel's command line");
	else
		import_note(im, "fadump-ng needs fadump=on on the kernel's command line");
}

static const struct import_row rows[] = {
	TAKEN("KDUMP_SAVEDIR", take_savedir, .target = true),
	TAKEN("KDUMP_KEEP_OLD_DUMPS", take_keep),
	TAKEN("KDUMP_FREE_DISK_SIZE", take_free),
	TAKEN("KDUMP_DUMPLEVEL", take_level),
	TAKEN("KDUMP_DUMPFORMAT", take_format),
	TAKEN("KDUMP_CPUS", take_cpus),
	TAKEN("KDUMP_IMMEDIATE_REBOOT", take_reboot),
	TAKEN("KDUMP_CONTINUE_ON_ERROR", take_on_error),
	TAKEN("MAKEDUMPFILE_OPTIONS", take_options, .late = true),
	TAKEN("KDUMP_NETCONFIG", take_network),
	TAKEN("KDUMP_NET_TIMEOUT", take_net_timeout),
	TAKEN("KDUMP_SSH_IDENTITY", take_identity),
	TAKEN("KDUMP_SSH_HOST_KEY", take_host_key),
	TAKEN("KDUMP_HOST_KEY", take_host_key),
	TAKEN("KDUMP_FADUMP", take_kexec_fadump),
	MOOT("KDUMP_FADUMP_SHELL", "there is no shell after a success"),
	LOST("KDUMP_TRANSFER", NO_HOOKS),
	LOST("KDUMP_PRESCRIPT", NO_HOOKS),
	LOST("KDUMP_POSTSCRIPT", NO_HOOKS),
	LOST("KDUMP_REQUIRED_PROGRAMS", NO_HOOKS),
	MOOT("KDUMP_COPY_KERNEL", "the kernel is not copied beside a dump"),
	LOST("KDUMP_SMTP_SERVER", NO_MAIL),
	MOOT("KDUMP_SMTP_USER", NO_MAIL),
	MOOT("KDUMP_SMTP_PASSWORD", NO_MAIL, .secret = true),
	LOST("KDUMP_NOTIFICATION_TO", NO_MAIL),
	MOOT("KDUMP_NOTIFICATION_CC", NO_MAIL),
	MOOT("KDUMP_VERBOSE", "-v and -q say how much is said"),
	MOOT("KDUMPTOOL_FLAGS", "flags of another program"),
	MOOT("KDUMP_KERNELVER", NO_KEXEC),
	MOOT("KDUMP_COMMANDLINE", NO_KEXEC),
	MOOT("KDUMP_COMMANDLINE_APPEND", NO_KEXEC),
	MOOT("KDUMP_AUTO_RESIZE", NO_KEXEC),
	MOOT("KDUMP_CRASHKERNEL", "crashkernel= stays as it is on the kernel's command line"),
	MOOT("KDUMP_UPDATE_BOOTLOADER", "crashkernel= stays as it is"),
	MOOT("KEXEC_OPTIONS", NO_KEXEC),
	/* Fedora, RHEL */
	MOOT("KDUMP_COMMANDLINE_REMOVE", NO_KEXEC),
	MOOT("KEXEC_ARGS", NO_KEXEC),
	MOOT("KDUMP_BOOTDIR", NO_KEXEC),
	MOOT("KDUMP_IMG", NO_KEXEC),
	MOOT("KDUMP_IMG_EXT", NO_KEXEC),
	MOOT("KDUMP_STDLOGLVL", "-v and -q say how much is said"),
	MOOT("KDUMP_SYSLOGLVL", "-v and -q say how much is said"),
	MOOT("KDUMP_KMSGLOGLVL", "-v and -q say how much is said"),
};

const struct import_table import_suse = {rows, ARRAY_SIZE(rows)};
