// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of commands: help, man page and completion are generated from it. */
#include "cmd/cmd.h"

#include <stddef.h>

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
	{"--raw", NULL, "ignore data after the stream, as on a raw partition"},
	OPTIONS_END,
};
static const struct cmd_option prune_options[] = {
	{"--dry-run", NULL, "print what would be deleted, and delete nothing"},
	OPTIONS_END,
};
static const struct cmd_option release_options[] = {
	{"--force", NULL, "release without a saved dump, which is lost"},
	OPTIONS_END,
};
static const struct cmd_option propagate_options[] = {
	{"--fingerprint", "SHA256:...", "accept the server's host key if it has this fingerprint"},
	OPTIONS_END,
};
static const struct cmd_option config_options[] = {
	{"--for-image", NULL, "show: with the device of each local target, for an initramfs"},
	{"--needs", NULL, "network: print what the image must contain for it"},
	{"--boot", NULL, "network: print the word that makes this boot set up one of its own"},
	OPTIONS_END,
};

const struct cmd commands[] = {
	{
		.name = "status",
		.summary = "show whether the machine is ready for its next crash, or has a "
			   "dump in memory",
		.options = json_options,
		.run = cmd_status,
		.details = "The first line begins with \"ready:\", \"not ready:\" or "
			   "\"unknown:\", followed by the reason and the command that mends "
			   "it. Ready means that the kernel is registered, and that the "
			   "initramfs with which this kernel boots was read completely and "
			   "contains this version of fadump-ng, for this kernel, with the "
			   "current configuration and keys. It is located by the boot loader's "
			   "entries (/boot/loader/entries), then by name: "
			   "/boot/initrd.img-RELEASE, /boot/initramfs-RELEASE.img and "
			   "/boot/initrd-RELEASE. Disks and network cards of its targets that "
			   "are missing are named, and so is a default boot entry with another "
			   "kernel. In a boot that continued after a capture, what is missing "
			   "until the next reboot is listed: huge pages, limits that were "
			   "sized for little memory, adapters with few queues. The exit status "
			   "is 0 whatever the answer is.",
	},
	{
		.name = "check",
		.summary = "examine the state of the machine and the headers of the core",
		.options = check_options,
		.run = cmd_check,
		.details = "Prints which of the states the machine is in, and whether the core "
			   "can be captured. With --core, FILE is examined instead: an ELF "
			   "core, a saved dump, flattened or not, or the directory of one, "
			   "whose structure is checked as by verify. The state of this machine "
			   "is not examined then. Nothing is written.",
	},
	{
		.name = "capture",
		.summary = "save the active dump, release its memory and register again",
		.options = capture_options,
		.run = cmd_capture,
		.details = "Targets are tried in the order of the configuration. The memory is "
			   "released only when a target holds the complete dump durably; "
			   "otherwise it stays reserved, and capture can be run again. With "
			   "--core or --no-release nothing is released.",
	},
	{
		.name = "release",
		.summary = "release the memory of a saved dump to the kernel",
		.options = release_options,
		.run = cmd_release,
		.details = "Refuses unless the active dump was saved in this boot and is again "
			   "found complete and durable on its target. --force releases without "
			   "that. It always refuses in a capture boot with fadump off: the "
			   "kernel would free memory that is in use.",
	},
	{
		.name = "register",
		.summary = "register the machine for its next crash",
		.run = cmd_register,
	},
	{
		.name = "unregister",
		.summary = "unregister: the next crash will not be dumped",
		.run = cmd_unregister,
	},
	{
		.name = "verify",
		.args = "PATH",
		.summary = "check a dump: PATH is a dump directory or a vmcore",
		.options = verify_options,
		.details = "The dump of a directory is its vmcore, else vmcore.flat, or "
			   "dump.YYYYMMDDHHMM as named by Debian and Ubuntu. A flattened dump "
			   "is checked without converting it, and reported as flattened: crash "
			   "and drgn require an ordinary one. The structure is checked: "
			   "headers, bitmaps and the descriptor of every page; a header whose "
			   "machine or release does not match VMCOREINFO gives a warning. With "
			   "--full every page is read and expanded as well, on all CPUs; that "
			   "requires the library of the compression (liblzo2, libzstd, "
			   "libsnappy or zlib). The digest of the file is printed and compared "
			   "with the manifest of a dump directory; it is that of \"fsverity "
			   "digest --hash-alg=sha256 --block-size=65536 vmcore\".",
		.run = cmd_verify,
	},
	{
		.name = "list",
		.summary = "list the dumps on the configured targets",
		.options = json_options,
		.details = "Prints for each directory the time of the crash; whether the dump "
			   "is complete, unproved (written completely, but not known to be "
			   "durable), incomplete, damaged (its size differs from what was "
			   "saved), deleted or not wanted (log), or not of this machine "
			   "(foreign); its size, the kernel and the cause of the crash. ssh:// "
			   "targets are not examined.",
		.run = cmd_list,
	},
	{
		.name = "show",
		.args = "DUMP",
		.summary = "show the manifest of a dump",
		.options = json_options,
		.details = "DUMP is a name as printed by list, or the path of a dump "
			   "directory.",
		.run = cmd_show,
	},
	{
		.name = "prune",
		.summary = "delete the dumps that exceed keep and keep-logs",
		.options = prune_options,
		.details = "Does by hand what a capture does after it has saved a dump: of "
			   "this machine's dumps on each target, the first one of a series of "
			   "crashes and the newest ones are kept. A deleted dump leaves its "
			   "log and manifest. Partially written dumps are deleted as well, and "
			   "with make-room = oldest as many dumps as keep-free requires. What "
			   "was saved of a dump that is still in memory is kept. Directories "
			   "without a manifest of this machine are not changed.",
		.run = cmd_prune,
	},
	{
		.name = "unflatten",
		.args = "[FLAT|-] OUT",
		.summary = "convert a flattened dump into an ordinary one, as it arrives",
		.options = unflatten_options,
		.details = "FLAT is the output of makedumpfile -F; if it is omitted or -, it "
			   "is read from standard input. The dump is written to OUT.incomplete "
			   "as it arrives, and renamed when the end marker was read, its "
			   "structure was checked and it is on stable storage; an existing OUT "
			   "is never replaced. A flattened ELF dump is not checked. After a "
			   "failure, data from standard input is kept in OUT.incomplete. On a "
			   "raw partition, as written by kdump's \"raw\", the stream is "
			   "followed by old data: on a block device it is ignored, in a copy "
			   "of one with --raw.",
		.run = cmd_unflatten,
	},
	{
		.name = "propagate",
		.args = "URL",
		.summary = "prepare a target on another machine: keys, host key, test write",
		.options = propagate_options,
		.details = "For ssh:// it creates the key pair (identity-file) if there is "
			   "none, shows the host key of the server and asks for confirmation "
			   "before adding it to known-hosts, and logs in as a capture does. If "
			   "the server rejects the key, the line for authorized_keys is "
			   "printed, and on a terminal a login with your own key or password "
			   "can add it; ssh asks for the password. Then, as for nfs://, a file "
			   "is written and removed, and the free space is shown. It may be run "
			   "again at any time. Without a terminal an unknown host key requires "
			   "--fingerprint; a changed one always does.",
		.run = cmd_propagate,
	},
	{
		.name = "config",
		.args = "check|show|import|devices|network|remote|mark [FILE]",
		.summary = "check or show the configuration, or import another tool's",
		.options = config_options,
		.details = "check also looks for the tools, keys and host keys that targets on "
			   "other machines need. import reads FILE or, by default, "
			   "/etc/kdump.conf of Fedora and RHEL with their "
			   "/etc/sysconfig/kdump, /etc/sysconfig/kdump of SUSE or "
			   "/etc/default/kdump-tools of Debian and Ubuntu. It changes nothing "
			   "and prints the equivalent configuration of fadump-ng; what has no "
			   "equivalent is kept as a comment, with a warning. It fails if none "
			   "of the targets can be converted. devices, network and remote print "
			   "what an initramfs must contain, mark what it states about itself "
			   "for status.",
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
		.name = "relabel",
		.summary = "restore the SELinux labels of what the initramfs wrote",
		.run = cmd_relabel,
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
