// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/keys.h"

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
		.help = "Where a dump is saved. May be given up to 16 times; the "
			"targets are tried in the order written until one of them has "
			"the dump. Two targets on two disks are recommended: a full or "
			"broken disk then does not cost the dump.\n"
			"file:///DIRECTORY is a directory of the running system. "
			"file:///DIRECTORY?device=DEVICE is a directory of the file "
			"system on DEVICE, which the capture mounts itself. DEVICE is "
			"UUID=..., LABEL=..., PARTUUID=..., PARTLABEL=... or a path "
			"like /dev/sdb1. It may be followed by &fstype=TYPE, which "
			"avoids detecting the type, and, for btrfs, &subvol=/SUBVOLUME.\n"
			"ssh://USER@HOST[:PORT]/DIRECTORY[?connections=N] is a "
			"directory of another machine, accessed by SFTP; the account "
			"needs no shell. N connections, 1 to 8, transfer the dump "
			"faster over a connection with a high latency.\n"
			"nfs://HOST[:PORT]/EXPORT[?vers=V] is a directory of an NFS "
			"server, which the capture mounts itself. V is 4.2 (the "
			"default), 4.1, 4.0, 4 or 3. It may be followed by "
			"&proto=tcp|udp|rdma, &sec=FLAVOUR and, for 3, &mountport=PORT.\n"
			"An IPv6 address is written in brackets. The characters \"%\", "
			"\"?\", \"#\" and blank in the name of a directory are "
			"percent-encoded: a blank is %20.\n"
			"With \"also\" before the URL, as in \"target = also "
			"ssh://...\", this target is written in the same pass as the "
			"one before it. A target that fails is dropped, and the others "
			"continue.",
	},
	{
		.name = "require-all",
		.type = CONFIG_TYPE_BOOL,
		.offset = FIELD(require_all),
		.values = "yes | no",
		.def = "no",
		.help = "Controls whether the memory is released only when all targets "
			"of a pass have the dump. By default one of them is enough.",
	},
	{
		.name = "release-unassured",
		.type = CONFIG_TYPE_BOOL,
		.offset = FIELD(release_unassured),
		.values = "yes | no",
		.def = "no",
		.help = "Controls whether the memory is released for a dump on a target "
			"that cannot guarantee durability: an SFTP server without "
			"fsync@openssh.com, or one that does not sync directories. If "
			"no, the dump is published there, the log and the manifest say "
			"what is not guaranteed, the next target is tried, and the "
			"memory is kept if no target guarantees more. If yes, a loss of "
			"power at the server soon after the capture can cost the only "
			"copy.",
	},
	{
		.name = "identity-file",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(identity_file),
		.values = "FILE",
		.def = "/etc/fadump-ng/identity",
		.help = "The private key for ssh:// targets, without a passphrase; "
			"fadump-ng propagate creates it. FILE-cert.pub is used as its "
			"certificate if it exists. The key is copied into the "
			"initramfs. If empty, ssh's own configuration decides.",
	},
	{
		.name = "known-hosts",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(known_hosts),
		.values = "FILE",
		.def = "/etc/fadump-ng/known_hosts",
		.help = "The host keys of ssh:// targets, in the format of ssh's "
			"known_hosts. A server whose key is not in it gets no dump. The "
			"file is copied into the initramfs. If empty, ssh's own "
			"configuration decides.",
	},
	{
		.name = "ssh-config",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(ssh_config),
		.values = "FILE",
		.def = "",
		.help = "A configuration file for ssh, as described in ssh_config(5), "
			"for example for a jump host. It is copied into the initramfs; "
			"files that it refers to are not. If empty, /etc/ssh/ssh_config "
			"is used.",
	},
	{
		.name = "dump-level",
		.type = CONFIG_TYPE_INT,
		.offset = FIELD(dump_level),
		.max = 31,
		.values = "0..31",
		.def = "31",
		.help = "Which pages are excluded from the dump: the sum of 1 (zero pages), "
			"2 (page cache without private data), 4 (page cache with private "
			"data), 8 (user process memory) and 16 (free pages), as in the "
			"option -d of makedumpfile(8). 0 saves all of memory. Without 8, "
			"boot with fadump=nocma: with fadump=on a part of user process "
			"memory is overwritten.",
	},
	{
		.name = "compress",
		.type = CONFIG_TYPE_WORD,
		.offset = FIELD(compress),
		.choices = compress_words,
		.values = "auto | lzo | zstd | snappy | zlib | none",
		.def = "auto",
		.help = "The compression of the pages. auto uses the first of lzo, "
			"snappy, zstd and zlib that the installed makedumpfile "
			"supports; for a target on another machine zstd is tried first. "
			"A compression that is given but not supported is replaced in "
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
		.help = "The number of threads that compress, never more than there are "
			"online CPUs. makedumpfile older than 1.7.8 is always run with "
			"one, because its threads can corrupt pages. auto also uses one "
			"thread for small dumps, for which more threads are slower.",
	},
	{
		.name = "makedumpfile-options",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(makedumpfile_options),
		.values = "OPTIONS",
		.def = "",
		.help = "Additional options for makedumpfile, separated by blanks, "
			"without quoting. Options that change the format of its output, "
			"such as -F, -E and --split, are refused.",
	},
	{
		.name = "verify",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(verify),
		.choices = verify_words,
		.values = "structure | full | none",
		.def = "structure",
		.help = "What is checked in the written dump before it is published and "
			"the memory is released. structure reads back the headers, "
			"bitmaps and page descriptors. full reads back the whole dump, "
			"compares its digest with that of the written data, and expands "
			"every page if the image contains the library of the "
			"compression; it takes about as long as writing. none relies on "
			"makedumpfile's exit status and the end of its output.",
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
		.help = "How long the device of a target may take to appear and become "
			"ready, up to 1h. A device is used when udev says that it is "
			"ready: not while it is a path of a multipath device, a member "
			"of an incomplete LVM, MD or btrfs device, or in use by another "
			"device. A mount that fails because the device is busy is "
			"retried for the same time. After that the target has failed, "
			"and the next one is tried.",
	},
	{
		.name = "deadline",
		.type = CONFIG_TYPE_DURATION,
		.offset = FIELD(deadline_ms),
		.min = 1,
		.max = 30 * 86400,
		.values = "off | TIME",
		.def = "off",
		.help = "The maximum time for writing the dump to one target: a number "
			"with s, m, h or d, such as 90s or 2h, up to 30d. After that "
			"the target has failed, and on-deadline decides what follows. "
			"Without a deadline, a disk or an NFS server that does not "
			"answer is given up after four minutes; in a pass with several "
			"targets, which wait for each other, after a quarter of the "
			"deadline.",
	},
	{
		.name = "on-deadline",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(on_deadline),
		.choices = deadline_words,
		.values = "next-target | log-only",
		.def = "next-target",
		.help = "What to do when the deadline of a target has passed. "
			"next-target tries the next target; if all fail, the dump stays "
			"in memory. log-only discards the dump to shorten the outage: "
			"if that target holds the crashed kernel's log durably, the "
			"memory is released without a dump and the boot continues. The "
			"manifest records it. If the log cannot be saved either, the "
			"next target is tried.",
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
		.help = "How long a capture in the initramfs may make no progress "
			"before the hypervisor's watchdog resets the machine. The dump "
			"survives the reset, and the next boot tries again. auto is "
			"five minutes if the watchdog can be used: the driver is "
			"pseries-wdt, without nowayout, and /dev/nvram can hold the "
			"count of attempts. A step with a time limit of its own, such "
			"as the wait for a disk or a server, gets that time in addition "
			"while the program can still act on it. Progress is output of "
			"makedumpfile, bytes written to a target, and CPU time of a "
			"child process.",
	},
	{
		.name = "max-attempts",
		.type = CONFIG_TYPE_INT,
		.offset = FIELD(max_attempts),
		.min = 1,
		.max = 8,
		.values = "1..8",
		.def = "3",
		.help = "How many boots try to save one dump if they end in a reset. "
			"All but the last try to save the dump. The last one saves the "
			"crashed kernel's log and a manifest that says how far each "
			"attempt got, and lets the boot continue with the dump in "
			"memory. Later boots leave the dump alone; it can still be "
			"saved with fadump-ng capture. If 1, the only attempt saves the "
			"dump. A saved dump is not counted any more.",
	},
	{
		.name = "on-success",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(on_success),
		.choices = success_words,
		.values = "continue | reboot | poweroff | halt",
		.def = "continue",
		.help = "What to do when the dump is saved and the memory is released. "
			"continue lets the same boot continue into production. Until the "
			"next reboot it has less memory, by the area that is reserved for "
			"the next crash; reboot restores it, at the cost of another pass "
			"through the firmware, and makes huge pages available again, of "
			"which a boot that continues has none. After a late capture the "
			"reboot is an orderly one, through systemctl.",
	},
	{
		.name = "on-failure",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(on_failure),
		.choices = failure_words,
		.values = "late-capture | continue | reboot | poweroff | halt | shell",
		.def = "late-capture",
		.help = "What to do when no target has the dump. late-capture lets the "
			"boot continue with the memory still reserved, and "
			"fadump-ng-late.service tries again from the running system. "
			"continue does the same, but nothing is tried again "
			"automatically. shell starts a rescue shell on the console; the "
			"boot continues when it exits.\n"
			"reboot, poweroff and halt discard the dump: the kernel "
			"invalidates it in any orderly shutdown, so a reboot is not "
			"another attempt.",
	},
	{
		.name = "naming",
		.type = CONFIG_TYPE_CHOICE,
		.offset = FIELD(naming),
		.choices = naming_words,
		.values = "default | rhel | suse",
		.def = "default",
		.help = "The name of a dump's directory. default is "
			"HOST-20260131T235959Z-XXXX: the host, the time of the crash in "
			"UTC and four hexadecimal digits derived from the dump. rhel is "
			"HOST-2026-01-31-23:59:59 and suse is 2026-01-31-23-59, for "
			"tools that expect such names; for another crash in the same "
			"second, or minute, .2 is appended.",
	},
	{
		.name = "network",
		.type = CONFIG_TYPE_TEXT,
		.offset = FIELD(network),
		.values = "auto | none | WORDS",
		.def = "auto",
		.help = "How a capture in the initramfs reaches a target on another "
			"machine. auto records the configuration of the running system "
			"when the image is built: interface, VLAN, bond, MTU, address, "
			"route and name servers; a leased or autoconfigured address is "
			"requested again. none sets nothing up: the boot has a network "
			"by other means.\n"
			"WORDS configure it explicitly, as on dracut's command line, "
			"separated by blanks: ip=, vlan=, bond=, nameserver=, rd.route= "
			"and ifname=, for example ip=192.0.2.5::192.0.2.1:24::eth0:none "
			"or ip=eth0:dhcp.\n"
			"It has no effect in an ordinary boot or in the running system.",
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
		.help = "How long the network may take to come up, from the search for "
			"the interface to a route to the target's host, up to 1h. After "
			"that the target has failed, and the next one is tried.",
	},
	{
		.name = "keep",
		.type = CONFIG_TYPE_INT_ALL,
		.offset = FIELD(keep),
		.min = 1,
		.max = 10000,
		.values = "all | 1..10000",
		.def = "5",
		.help = "How many dumps of this machine are kept on a target: the first "
			"one of a series of crashes, and the newest ones. When another "
			"dump is saved, the others lose their vmcore (and opalcore); "
			"their log, manifest and capture.log are kept as keep-logs "
			"says. Nothing is deleted before the new dump is complete and "
			"durable. 1 keeps only the newest. A series of crashes ends "
			"when a day passes without one.\n"
			"Directories without a manifest of this machine are never "
			"changed. ssh:// targets are left to their server.",
	},
	{
		.name = "keep-logs",
		.type = CONFIG_TYPE_INT_ALL,
		.offset = FIELD(keep_logs),
		.min = 1,
		.max = 10000,
		.values = "all | 1..10000",
		.def = "100",
		.help = "How many directories of this machine are kept on a target that "
			"hold the log of a crash but no dump, because the dump was "
			"deleted, failed or was not wanted: the first one of a series, "
			"and the newest ones.",
	},
	{
		.name = "keep-free",
		.type = CONFIG_TYPE_ROOM,
		.offset = FIELD(keep_free),
		.values = "SIZE | PERCENT",
		.def = "64M",
		.help = "How much space is left free on a target's file system: a size "
			"in bytes, or with K, M, G or T, or a percentage such as 10% "
			"(up to 90%). A dump that would need it fails there as on a "
			"full disk, and the next target is tried. The log of the crash "
			"is saved in any case. 0 lets a dump fill the disk. A "
			"percentage does not apply to ssh:// targets.",
	},
	{
		.name = "make-room",
		.type = CONFIG_TYPE_FLAG,
		.offset = FIELD(make_room),
		.choices = make_room_words,
		.values = "no | oldest",
		.def = "no",
		.help = "What to do when a target has no room for the dump. oldest "
			"deletes dumps of this machine on it, the oldest first but "
			"never the first of a series of crashes, one at a time as the "
			"room runs out, before the new dump is known to be complete. no "
			"deletes nothing.",
	},
	{
		.name = "rate-limit",
		.type = CONFIG_TYPE_RATE,
		.offset = FIELD(rate_limit),
		.values = "off | N/TIME",
		.def = "off",
		.help = "With N/TIME, for example 3/1h, a crash is not dumped when N "
			"crashes within the TIME before it were already saved on the "
			"target: its log is saved, and the memory is released for that. "
			"The dump of such a crash is lost, which shortens the outage of "
			"a machine that crashes repeatedly. N is 1 to 1000, TIME is up "
			"to 30d. It applies to captures that start automatically, and "
			"only if the log can be read and the times of the crashes are "
			"known; in doubt, the dump is saved. It does not apply to "
			"ssh:// targets.",
	},
};

const size_t config_keys_len = ARRAY_SIZE(config_keys);
_Static_assert(ARRAY_SIZE(config_keys) <= CONFIG_KEYS_MAX, "raise CONFIG_KEYS_MAX");
