// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables of Debian's kdump-tools(5). */
#include "import/build.h"

#include <string.h>

#define CORE_DIR "/var/crash"
#define NO_FTP   "FTP cannot be a target; SFTP can: ssh://"
#define NO_KEXEC "no other kernel is loaded: the firmware boots the installed one"

static void take_arguments(struct importer *im, const struct setting *s)
{
	import_makedumpfile(im, s->value, true);
}

static const char *core_dir(const struct importer *im)
{
	const struct setting *s = settings_find(im->settings, "KDUMP_COREDIR");

	return s && *s->value && !s->unread ? s->value : CORE_DIR;
}

static bool remote(const struct importer *im)
{
	static const char *const names[] = {"SSH", "NFS", "FTP"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct setting *s = settings_find(im->settings, names[i]);

		if (s && *s->value)
			return true;
	}
	return false;
}

static void take_coredir(struct importer *im, const struct setting *s)
{
	if (remote(im))
		import_note(im, "a directory of the server's");
	else
		import_target(im, URL_FILE, "", s->value, NULL, NULL);
}

static void take_ssh(struct importer *im, const struct setting *s)
{
	import_ssh(im, s->value, core_dir(im), "SSH_KEY");
}

static void take_nfs(struct importer *im, const struct setting *s)
{
	import_nfs(im, s->value, "");
}

static void take_num_dumps(struct importer *im, const struct setting *s)
{
	import_set(im, "keep", "%s", strcmp(s->value, "0") == 0 ? "all" : s->value);
}

/* A shell command; what it ends in is what it is for. */
static void take_fail_command(struct importer *im, const struct setting *s)
{
	static const struct {
		const char *part, *action;
	} actions[] = {{"/bash", "shell"},
		       {"/sh", "shell"},
		       {"poweroff", "poweroff"},
		       {"halt", "halt"},
		       {"reboot", "reboot"}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strstr(s->value, actions[i].part)) {
			import_set(im, "on-failure", "%s", actions[i].action);
			return;
		}
	}
	import_lose(im, "a command cannot be run when a capture fails");
}

static const struct import_row rows[] = {
	TAKEN("KDUMP_COREDIR", take_coredir, .target = true),
	TAKEN("SSH", take_ssh, .target = true),
	TAKEN("SSH_KEY", import_ssh_key),
	TAKEN("NFS", take_nfs, .target = true),
	MOOT("NFS_TIMEO", "an NFS server's silence is bounded: docs/nfs.md"),
	MOOT("NFS_RETRANS", "an NFS server's silence is bounded: docs/nfs.md"),
	LOST("FTP", NO_FTP, .target = true),
	MOOT("FTP_USER", NO_FTP),
	MOOT("FTP_PASSWORD", NO_FTP, .secret = true),
	MOOT("FTP_PORT", NO_FTP),
	MOOT("HOSTTAG", "a dump's directory begins with the host's name"),
	TAKEN("MAKEDUMP_ARGS", take_arguments),
	TAKEN("KDUMP_NUM_DUMPS", take_num_dumps),
	TAKEN("KDUMP_FAIL_CMD", take_fail_command),
	MOOT("KDUMP_COMPRESSION", "a dump is compressed as it is written: compress"),
	MOOT("KDUMP_DUMP_DMESG", "the log is always saved"),
	MOOT("USE_KDUMP", "fadump-ng.service is enabled instead"),
	MOOT("KDUMP_KERNEL", NO_KEXEC),
	MOOT("KDUMP_INITRD", NO_KEXEC),
	MOOT("KDUMP_KEXEC_ARGS", NO_KEXEC),
	MOOT("KDUMP_CMDLINE", NO_KEXEC),
	MOOT("KDUMP_CMDLINE_APPEND", NO_KEXEC),
};

const struct import_table import_debian = {rows, ARRAY_SIZE(rows)};
