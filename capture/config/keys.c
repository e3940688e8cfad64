// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/keys.h"

#include "base/nearest.h"

#include <string.h>

#define FIELD(f) offsetof(struct config, f)

/* The order is that of the enums in config.h. */
static const char *const compress_words[] = {"auto", "lzo", "zstd", "snappy", "zlib", "none", NULL};
static const char *const verify_words[] = {"structure", "full", "none", NULL};
static const char *const success_words[] = {"continue", "reboot", "poweroff", "halt", NULL};
static const char *const failure_words[] = {"continue",     "reboot", "poweroff", "halt",
					    "late-capture", "shell",  NULL};
static const char *const deadline_words[] = {"next-target", "log-only", NULL};
static const char *const naming_words[] = {"default", "rhel", "suse", NULL};
static const char *const make_room_words[] = {"no", "oldest", NULL};

const struct config_key config_keys[] = {
	{
		.name = "target",
		.type = CONFIG_TYPE_TARGET,
		.offset = FIELD(targets),
		.values = "URL",
		.def = "file:///var/crash",
		.help = "Where a dump goes. May be given up to 16 times: the targets are tried in "
			"the order written, until one of them has taken the dump. With two, on two "
			"disks, a full or broken disk does not cost the dump.\n"
			"file:///DIRECTORY is a directory of the running system. "
			"file:///DIRECTORY?device=DEVICE is a directory of the file system on "
			"DEVICE, "
			"which the capture mounts itself; DEVICE is UUID=..., LABEL=..., "
			"PARTUUID=..., "
			"PARTLABEL=... or a path like /dev/sdb1. Behind the device may stand "
			"&fstype=TYPE, "
			"which saves looking for the type, and, for btrfs, &subvol=/SUBVOLUME.\n"
			"ssh://USER@HOST[:PORT]/DIRECTORY[?connections=N] is a directory of "
			"another machine, reached by SFTP; the account needs no shell. N "
			"connections, 1 to 8, fill the dump over a long distance faster than "
			"one.\n"
			"nfs://HOST[:PORT]/EXPORT[?vers=V] is a directory of an NFS server, which "
			"the capture mounts itself. V is 4.2 (or 4.1, 4.0, 4) unless it is given, "
			"or 3; behind it may stand &proto=tcp|udp|rdma, &sec=FLAVOUR and, for 3, "
			"&mountport=PORT.\n"
			"An IPv6 address stands in brackets. A \"%\", \"?\", \"#\" or blank in a "
			"directory's name is written as its percent-escape, like %20 for a "
			"blank.\n"
			"\"also\" before the URL, as in \"target = also ssh://...\", has this "
			"target filled in the same pass as the one before it. One that fails is "
			"dropped and the others carry on.",
	},
	{
		.name = "require-all",
		.type = CONFIG_TYPE_BOOL,
		.offset = FIELD(require_all),
		.values = "yes | no",
		.def = "no",
		.help = "Whether the memory is given back only when all targets that are filled in "
			"one pass have the dump. Otherwise one of them is enough.",
	},
	{
		.name = "release-unassured",
		.type = CONFIG_TYPE_BOOL,
		.offset = FIELD(release_unassured),
		.values = "yes | no",
		.def = "no",
		.help = "Whether the memory is given back for a dump on a target that cannot "
			"promise that it lasts: an SFTP server that has no "
			"fsync@openssh.com, or does not sync directories. With no, such a dump "
			"is published there all the same, the log and the manifest say what is "
			"not assured, the next target is tried, and the memory is kept when none "
			"can promise more. With yes, a loss of power at the server soon after "
			"the capture can cost the only copy.",
	},
	{
		.name = "identity-file",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(identity_file),
		.values = "FILE",
		.def = "/etc/fadump-ng/identity",
		.help = "The private key that ssh:// targets are reached with, without a "
			"passphrase; fadump-ng propagate makes it. A certificate is looked for in "
			"FILE-cert.pub. It is copied into the initramfs. Empty: what ssh's own "
			"configuration says.",
	},
	{
		.name = "known-hosts",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(known_hosts),
		.values = "FILE",
		.def = "/etc/fadump-ng/known_hosts",
		.help = "The host keys of ssh:// targets, as in ssh's known_hosts; a server whose "
			"key is not there gets no dump. It is copied into the initramfs. Empty: "
			"what ssh's own configuration says.",
	},
	{
		.name = "ssh-config",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(ssh_config),
		.values = "FILE",
		.def = "",
		.help = "A configuration for ssh, as in ssh_config(5), for a jump host, say. It is "
			"copied into the initramfs; files that it names are not. Empty: "
			"/etc/ssh/ssh_config.",
	},
	{
		.name = "dump-level",
		.type = CONFIG_TYPE_INT,
		.offset = FIELD(dump_level),
		.max = 31,
		.values = "0..31",
		.def = "31",
		.help = "Which pages are left out of the dump: the sum of 1 (zero pages), 2 (page "
			"cache without private data), 4 (page cache with private data), 8 (memory "
			"of "
			"processes) and 16 (free pages), as in makedumpfile's -d. 0 keeps all of "
			"memory.",
	},
	{
		.name = "compress",
		.type = CONFIG_TYPE_WORD,
		.offset = FIELD(compress),
		.choices = compress_words,
		.values = "auto | lzo | zstd | snappy | zlib | none",
		.def = "auto",
		.help = "How the pages are compressed. auto takes the first of lzo, snappy, zstd "
			"and "
			"zlib that the installed makedumpfile has built in; over a network zstd "
			"comes first. One that is asked for by name but not built in is replaced "
			"the same way, with a warning.",
	},
	{
		.name = "threads",
		.type = CONFIG_TYPE_INT_AUTO,
		.offset = FIELD(threads),
		.min = 1,
		.max = 1024,
		.values = "auto | 1..1024",
		.def = "auto",
		.help = "How many threads compress. Never more than there are CPUs online, and "
			"just "
			"one with a makedumpfile older than 1.7.8, whose threads can corrupt "
			"pages. auto "
			"also spares small dumps the threads, which would only slow them down.",
	},
	{
		.name = "makedumpfile-options",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(makedumpfile_options),
		.values = "OPTIONS",
		.def = "",
		.help = "More options for makedumpfile, parted by blanks; there is no quoting. "
			"Options "
			"that would change the form of its output, like -F, -E or --split, are "
			"refused.",
	},
	{
		.name = "verify",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(verify),
		.choices = verify_words,
		.values = "structure | full | none",
		.def = "structure",
		.help = "What is checked in the written dump before it is published and the memory "
			"is "
			"given back. structure reads back its headers, bitmaps and page "
			"descriptors. "
			"full reads back the whole of it, compares its digest with that of what "
			"was written, and expands every page where the library of the compression "
			"is in the image; it takes about as long again as writing. "
			"none relies on makedumpfile's exit status and the end of its output "
			"alone.",
	},
	{
		.name = "device-timeout",
		.type = CONFIG_TYPE_DURATION,
		.offset = FIELD(device_timeout_ms),
		.min = 1,
		.max = 3600,
		.needed = true,
		.values = "TIME",
		.def = "1m",
		.help = "How long the device of a target may take to appear and to become ready, "
			"up to 1h. It is used when udev says that it is ready: not while it is a "
			"path of a multipath device, a part of LVM, MD or btrfs that is not "
			"complete, or in use by another device. A mount that fails because the "
			"device is busy is tried again for as long. When the time is up that "
			"target has failed and the next one is tried.",
	},
	{
		.name = "deadline",
		.type = CONFIG_TYPE_DURATION,
		.offset = FIELD(deadline_ms),
		.min = 1,
		.max = 30 * 86400,
		.values = "off | TIME",
		.def = "off",
		.help = "The longest that writing the dump to one target may take: seconds, "
			"minutes, "
			"hours or days, like 90s or 2h, up to 30d. When the time is up that target "
			"has "
			"failed, and on-deadline says what then. Without one, a disk or an NFS "
			"server "
			"that does not answer is given up after four minutes; where others are "
			"filled in the same pass, and wait for it, after a quarter of the "
			"deadline.",
	},
	{
		.name = "on-deadline",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(on_deadline),
		.choices = deadline_words,
		.values = "next-target | log-only",
		.def = "next-target",
		.help = "What to do when the deadline of a target has passed. next-target tries "
			"the "
			"next one; when all fail the dump is kept in memory. log-only gives the "
			"dump up for the machine's sake: when that target holds the crashed "
			"kernel's log durably, the memory is given back without a dump and the "
			"machine goes on. The manifest says so. Where the log cannot be saved "
			"either, the next target is tried.",
	},
	{
		.name = "watchdog",
		.type = CONFIG_TYPE_DURATION,
		.offset = FIELD(watchdog_ms),
		.min = 10,
		.max = 86400,
		.with_auto = true,
		.values = "auto | off | TIME",
		.def = "auto",
		.help = "How long a capture in the initramfs may come no further before the "
			"hypervisor's watchdog resets the machine. The dump survives that, and the "
			"next boot tries again. auto is five minutes, where there is a watchdog "
			"that can be used: the driver pseries-wdt, without nowayout, in a machine "
			"whose /dev/nvram can keep the count of attempts. A step that has a "
			"limit of its own, like the wait for a disk or for a server, gets that in "
			"addition, as long as the program can act on it. Progress is output of "
			"makedumpfile, bytes written to a target, and CPU time of a child.",
	},
	{
		.name = "max-attempts",
		.type = CONFIG_TYPE_INT,
		.offset = FIELD(max_attempts),
		.min = 1,
		.max = 8,
		.values = "1..8",
		.def = "3",
		.help = "How many boots try to save one dump, when they end in a reset. All but "
			"the "
			"last try to save it whole. The last one saves the crashed kernel's log "
			"and "
			"a manifest that says how far each attempt came, and lets the machine go "
			"on with the dump in memory. Any boot after that leaves it alone: "
			"fadump-ng "
			"capture, by hand, still takes it. With 1, the only attempt is a whole "
			"one. "
			"A dump that was saved is not counted any more.",
	},
	{
		.name = "on-success",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(on_success),
		.choices = success_words,
		.values = "continue | reboot | poweroff | halt",
		.def = "continue",
		.help = "What to do once the dump is saved and the memory is given back. continue "
			"lets "
			"the same boot go on into production. Until the next reboot it has less "
			"memory, "
			"by what is kept for the next crash; reboot gets that back at the price of "
			"another "
			"pass through the firmware. After a late capture it is an orderly one, "
			"through systemctl.",
	},
	{
		.name = "on-failure",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(on_failure),
		.choices = failure_words,
		.values = "late-capture | continue | reboot | poweroff | halt | shell",
		.def = "late-capture",
		.help = "What to do when no target took the dump. late-capture lets the boot go on "
			"with "
			"the memory still reserved, and fadump-ng-late.service tries again from "
			"the running "
			"system. continue lets it go on likewise, but nothing is tried again by "
			"itself. shell "
			"starts a rescue shell on the console; the boot goes on when it ends.\n"
			"reboot, poweroff and halt give the dump up: the kernel invalidates it in "
			"any "
			"orderly shutdown, so rebooting is not another try.",
	},
	{
		.name = "naming",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(naming),
		.choices = naming_words,
		.values = "default | rhel | suse",
		.def = "default",
		.help = "How a dump's directory is named. default is HOST-20260131T235959Z-XXXX: "
			"host, "
			"time of the crash in UTC and four hexadecimal digits made from the dump. "
			"rhel is "
			"HOST-2026-01-31-23:59:59 and suse 2026-01-31-23-59, for tools that look "
			"for "
			"such names; a second crash "
			"within the same second, or minute, gets .2 behind its name.",
	},
	{
		.name = "network",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(network),
		.values = "auto | none | WORDS",
		.def = "auto",
		.help = "How a capture in the initramfs reaches a target across a network. auto "
			"records it from the running system when the image is built: interface, "
			"VLAN, bond, MTU, address, route and name servers; what was leased or "
			"autoconfigured is asked for again. none leaves the network to whoever "
			"else brings one up there.\n"
			"WORDS say it by hand, as on dracut's command line and parted by blanks: "
			"ip=, vlan=, bond=, nameserver=, rd.route= and ifname=, like "
			"ip=192.0.2.5::192.0.2.1:24::eth0:none or ip=eth0:dhcp.\n"
			"Nothing of it is done in an ordinary boot, nor in the running system.",
	},
	{
		.name = "network-deadline",
		.type = CONFIG_TYPE_DURATION,
		.offset = FIELD(network_deadline_ms),
		.min = 1,
		.max = 3600,
		.needed = true,
		.values = "TIME",
		.def = "1m",
		.help = "How long the network may take to come up, from the search for its "
			"interface to a route to the target's host, up to 1h. When the time is up "
			"that target has failed and the next one is tried.",
	},
	{
		.name = "keep",
		.type = CONFIG_TYPE_INT_ALL,
		.offset = FIELD(keep),
		.min = 1,
		.max = 10000,
		.values = "all | 1..10000",
		.def = "5",
		.help = "How many dumps of this machine stay on a target: the first one of a row "
			"of crashes, and the newest. When another one is saved, the others lose "
			"their vmcore (and opalcore); their log, manifest and capture.log stay, as "
			"keep-logs says. Nothing is deleted before the new dump is saved whole. 1 "
			"keeps the newest alone. A row of crashes ends when a day passes without "
			"one.\n"
			"Directories without a manifest of this machine's are never touched. "
			"Targets with ssh:// are left to their server.",
	},
	{
		.name = "keep-logs",
		.type = CONFIG_TYPE_INT_ALL,
		.offset = FIELD(keep_logs),
		.min = 1,
		.max = 10000,
		.values = "all | 1..10000",
		.def = "100",
		.help = "How many directories of this machine stay on a target that hold the log "
			"of a crash but no dump, because that was deleted, failed or was not "
			"wanted: again the first of a row, and the newest.",
	},
	{
		.name = "keep-free",
		.type = CONFIG_TYPE_ROOM,
		.offset = FIELD(keep_free),
		.values = "SIZE | PERCENT",
		.def = "64M",
		.help = "How much room stays free on a target's file system: a size in bytes, or "
			"with K, M, G or T, or a share like 10% (up to 90%). A dump that would go "
			"beyond it is treated as if the disk were full: it is given up there and "
			"the next target is tried. The log of the crash is saved all the same. 0 "
			"lets a dump fill the disk. A share is not known of ssh:// targets.",
	},
	{
		.name = "make-room",
		.type = CONFIG_TYPE_FLAG,
		.offset = FIELD(make_room),
		.choices = make_room_words,
		.values = "no | oldest",
		.def = "no",
		.help = "What to do when a target has no room for the dump. oldest deletes dumps "
			"of this machine that are there, the oldest first but never the first of a "
			"row of crashes, one after the other and only as the room runs out, before "
			"the new dump is known to be whole. no deletes nothing for it.",
	},
	{
		.name = "rate-limit",
		.type = CONFIG_TYPE_RATE,
		.offset = FIELD(rate_limit),
		.values = "off | N/TIME",
		.def = "off",
		.help = "With N/TIME, like 3/1h, a crash gets no dump when N crashes within TIME "
			"before it have been saved on the target already: its log is saved, and "
			"the memory is given back for that. The dump of such a crash is lost, "
			"which shortens the outage of a machine that crashes again and again. N is "
			"1 to 1000, TIME up to 30d. It holds for captures that start by "
			"themselves, and only where the log could be read and the times of the "
			"crashes are known; when in doubt the dump is saved. Never for ssh:// "
			"targets.",
	},
};

const size_t config_keys_len = ARRAY_SIZE(config_keys);
_Static_assert(ARRAY_SIZE(config_keys) <= CONFIG_KEYS_MAX, "raise CONFIG_KEYS_MAX");

const struct config_key *config_key_find(const char *name)
{
	size_t i;

	for (i = 0; i < config_keys_len; i++) {
		if (strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	}
	return NULL;
}

const struct config_key *config_key_nearest(const char *name)
{
	size_t i, len = strlen(name), distance, least = SIZE_MAX;
	const struct config_key *nearest = NULL;

	for (i = 0; i < config_keys_len; i++) {
		distance = edit_distance(name, len, config_keys[i].name);
		if (distance < least) {
			least = distance;
			nearest = &config_keys[i];
		}
	}
	return nearest;
}
