// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables of Debian's kdump-tools(5), which Ubuntu has, too. */
#include "import/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_FTP   "FTP cannot be a target; SFTP can: ssh://"
#define NO_KEXEC "no other kernel is loaded: the firmware boots the boot loader's default entry"
#define NFS_TIME "an NFS server's silence is bounded: docs/nfs.md, and deadline"
#define RETRIES                                                                                    \
	"a server is tried until network-deadline, then the next target, and all of them again "   \
	"from the running system"

static void take_arguments(struct importer *im, const struct setting *s)
{
	import_makedumpfile(im, s->value, true);
}

static bool remote(const struct importer *im)
{
	return import_value(im, "SSH") || import_value(im, "NFS") || import_value(im, "FTP");
}

static void take_coredir(struct importer *im, const struct setting *s)
{
	if (remote(im))
		import_note(im, "a directory of the server's");
	else
		import_target(im, URL_FILE, "", s->value, NULL);
}

static void one_after_another(struct importer *im)
{
	if (import_is_set(im, "target"))
		import_note(im, "a dump goes to the first target that takes it, not to all");
}

static void take_ssh(struct importer *im, const struct setting *s)
{
	const struct setting *dir = import_value(im, "KDUMP_COREDIR");

	one_after_another(im);
	if (dir && dir->unread)
		import_lose(im, "its directory, in line %u, could not be read", dir->line);
	else
		import_ssh(im, s->value, dir ? dir->value : IMPORT_SAVE_DIR, "SSH_KEY");
}

static void take_nfs(struct importer *im, const struct setting *s)
{
	one_after_another(im);
	import_nfs(im, s->value, "", NULL);
}

static void take_num_dumps(struct importer *im, const struct setting *s)
{
	char *end;
	long n = strtol(s->value, &end, 10);

	if (end == s->value || *end || n > 10000)
		import_lose(im, "not a number up to 10000; so all dumps are kept");
	else if (remote(im))
		import_note(im, "it is for dumps on the machine itself; on a server all are kept");
	else if (n <= 0)
		import_set(im, "keep", "all");
	else
		import_set(im, "keep", "%ld", n);
}

static const struct import_row rows[] = {
	TAKEN("KDUMP_COREDIR", take_coredir, .target = true),
	TAKEN("SSH", take_ssh, .target = true),
	TAKEN("SSH_KEY", import_ssh_key),
	LOST("SSH_KDUMP_RETRY", "16", RETRIES),
	LOST("SSH_KDUMP_RETRIES", "16", RETRIES),
	TAKEN("NFS", take_nfs, .target = true),
	LOST("NFS_TIMEO", "600", NFS_TIME),
	LOST("NFS_RETRANS", "3", NFS_TIME),
	LOST("NFS_MOUNT_RETRY", "4", RETRIES),
	LOST("FTP", NULL, NO_FTP, .target = true),
	LOST("FTP_USER", NULL, NO_FTP),
	LOST("FTP_PASSWORD", NULL, NO_FTP, .show = SHOW_NOTHING),
	LOST("FTP_PORT", "21", NO_FTP),
	LOST("HOSTTAG", "hostname|ip", "a dump's directory begins with the host's name"),
	TAKEN("MAKEDUMP_ARGS", take_arguments, .show = SHOW_COMMAND),
	TAKEN("KDUMP_NUM_DUMPS", take_num_dumps),
	TAKEN("KDUMP_FAIL_CMD", import_action, .show = SHOW_COMMAND),
	LOST("KDUMP_COMPRESSION", "none",
	     "a dump is compressed page by page as it is written, so that crash can open it: set "
	     "compress"),
	LOST("KDUMP_DUMP_DMESG", "1", "the log is always saved"),
	LOST("KDUMP_SYSCTL", NULL,
	     "kdump-tools sets it at each boot, and does not any more: write it into "
	     "/etc/sysctl.d, or what made the kernel panic, and so gave a dump, does not"),
	LOST("USE_KDUMP", "1",
	     "kdump-tools was switched off with it; fadump-ng saves dumps once fadump-ng.service "
	     "is enabled",
	     .fine = "fadump-ng saves dumps once fadump-ng.service is enabled"),
	LOST("KDUMP_KERNEL", "/var/lib/kdump/vmlinuz", NO_KEXEC),
	LOST("KDUMP_INITRD", "/var/lib/kdump/initrd.img", NO_KEXEC),
	LOST("KDUMP_KEXEC_ARGS", NULL, NO_KEXEC, .show = SHOW_COMMAND),
	TAKEN("KDUMP_CMDLINE", import_arguments, .show = SHOW_ARGUMENTS, .phase = PHASE_FIRST),
	TAKEN("KDUMP_CMDLINE_APPEND", import_arguments, .show = SHOW_ARGUMENTS,
	      .phase = PHASE_FIRST),
	LOST("DEBUG_KERNEL", NULL, "a kernel for debugging is not linked beside a dump"),
	LOST("KDUMP_SCRIPT", "/usr/sbin/kdump-config", "another program's", .show = SHOW_COMMAND),
};

static const struct import_default defaults[] = {
	{"KDUMP_COREDIR", "target", "file://" IMPORT_SAVE_DIR,
	 "a target; kdump-tools saves to " IMPORT_SAVE_DIR " then"},
	{NULL, "keep", "all",
	 "kdump-tools deletes no dumps then, so none are deleted here; to have fewer, set keep "
	 "(logs without a dump: keep-logs)"},
	{NULL, NULL, NULL,
	 "kdump-tools reboots after a dump, here the same boot goes on into production (on-success "
	 "= continue)"},
	{"KDUMP_FAIL_CMD", NULL, NULL,
	 "KDUMP_FAIL_CMD; kdump-tools reboots when it could not save a dump, here the dump stays "
	 "in memory and is tried for again (on-failure = late-capture)"},
	{"KDUMP_SYSCTL", NULL, NULL,
	 "kdump-tools sets kernel.panic_on_oops=1 at each boot, which ends with it: write it into "
	 "/etc/sysctl.d, or an oops is no panic any more, and gives no dump; what "
	 "/etc/kdump/sysctl.conf sets for its captures is not set"},
	{0},
};

const struct import_table import_debian = {rows, ARRAY_SIZE(rows), defaults};
