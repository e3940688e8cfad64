// SPDX-License-Identifier: GPL-2.0-or-later
/* /etc/sysconfig/kdump of Fedora and RHEL: how their kdump loads a kernel. The rest stands in
 * kdump.conf. */
#include "import/build.h"

#define NO_KEXEC "no other kernel is loaded: the firmware boots the boot loader's default entry"
#define LEVELS   "-v and -q say how much is said"

static const struct import_row rows[] = {
	LOST("KDUMP_KERNELVER", "", NO_KEXEC),
	TAKEN("KDUMP_COMMANDLINE", import_arguments, .show = SHOW_ARGUMENTS, .phase = PHASE_FIRST),
	TAKEN("KDUMP_COMMANDLINE_REMOVE", import_removed_arguments, .show = SHOW_ARGUMENTS),
	TAKEN("KDUMP_COMMANDLINE_APPEND", import_arguments, .show = SHOW_ARGUMENTS,
	      .phase = PHASE_FIRST),
	TAKEN("FADUMP_COMMANDLINE_APPEND", import_arguments, .show = SHOW_ARGUMENTS,
	      .phase = PHASE_FIRST),
	LOST("KEXEC_ARGS", "-s|--dt-no-old-root|--args-linux", NO_KEXEC, .show = SHOW_COMMAND),
	LOST("KDUMP_BOOTDIR", "/boot", NO_KEXEC),
	LOST("KDUMP_IMG", "vmlinuz", NO_KEXEC),
	LOST("KDUMP_IMG_EXT", "", NO_KEXEC),
	MOOT("VMCORE_CREATION_NOTIFICATION", "fadump-ng list shows what dumps there are"),
	LOST("KDUMP_STDLOGLVL", "3", LEVELS),
	LOST("KDUMP_SYSLOGLVL", "0", LEVELS),
	LOST("KDUMP_KMSGLOGLVL", "0", LEVELS),
	LOST("SSH_KDUMP_RETRIES", NULL,
	     "a server is tried until network-deadline, then the next target, and all of them "
	     "again from the running system"),
	LOST("MKDUMPRD_ARGS", "", "the image is the machine's own: see /etc/dracut.conf.d",
	     .show = SHOW_COMMAND),
};

static const struct import_default defaults[] = {
	{NULL, NULL, NULL,
	 "targets, and what else is to become of a dump; they stand in /etc/kdump.conf, which "
	 "fadump-ng config import without a name reads together with this file"},
	{0},
};

const struct import_table import_fedora = {rows, ARRAY_SIZE(rows), defaults};
