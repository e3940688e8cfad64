// SPDX-License-Identifier: GPL-2.0-or-later
/* The options of kdump.conf(5). */
#include "import/build.h"

#include <string.h>

#define AUTOMATIC                                                                                  \
	"the image is rebuilt neither by itself nor at each boot: run dracut after a change of "   \
	"the configuration"
#define NO_LONGER "kdump itself does not take it any more"
#define NO_FENCE                                                                                   \
	"the nodes of a cluster are not informed of a crash: give their fence time for a "         \
	"capture, or they switch the machine off in the middle of it"

/* The directory beneath a target; NULL: it could not be read. */
static const char *save_path(struct importer *im)
{
	const struct setting *s = import_value(im, "path");

	if (!s)
		return IMPORT_SAVE_DIR;
	if (!s->unread)
		return s->value;
	import_lose(im, "its path, in line %u, could not be read", s->line);
	return NULL;
}

static void take_fs(struct importer *im, const struct setting *s)
{
	const char *const options[] = {"device", s->value, "fstype", s->name, NULL};
	const char *path = save_path(im);

	if (path)
		import_target(im, URL_FILE, "", path, options);
}

static void take_nfs(struct importer *im, const struct setting *s)
{
	const char *path = save_path(im);

	if (!path)
		return;
	import_nfs(im, s->value, path, NULL);
	import_note(im, "the directory must be there already: it is what is mounted");
}

static void take_ssh(struct importer *im, const struct setting *s)
{
	const char *path = save_path(im);

	if (!path)
		return;
	if (*path != '/') {
		import_lose(im,
			    "its path is beneath the account's home directory: write "
			    "the whole of it, as in ssh://USER@HOST/home/USER/%.100s",
			    path);
		return;
	}
	import_ssh(im, s->value, path, "sshkey");
}

static bool has_target(const struct importer *im)
{
	const struct setting *arguments = import_value(im, "dracut_args");
	size_t i;

	for (i = 0; i < import_kdump_conf.n; i++) {
		const struct import_row *row = &import_kdump_conf.rows[i];

		if (row->target && strcmp(row->name, "path") != 0 &&
		    settings_find(im->settings, row->name))
			return true;
	}
	return arguments && import_count_mounts(arguments->value) > 0;
}

static void take_path(struct importer *im, const struct setting *s)
{
	if (has_target(im))
		import_note(im, "part of the target");
	else
		import_target(im, URL_FILE, "", s->value, NULL);
}

static void take_dracut(struct importer *im, const struct setting *s)
{
	const char *path = import_count_mounts(s->value) > 0 ? save_path(im) : NULL;

	import_mounts(im, s, path);
}

static void take_collector(struct importer *im, const struct setting *s)
{
	size_t n = strcspn(s->value, " \t");
	const char *name = memrchr(s->value, '/', n);

	name = name ? name + 1 : s->value;
	if ((size_t)(s->value + n - name) != strlen("makedumpfile") ||
	    memcmp(name, "makedumpfile", strlen("makedumpfile")) != 0)
		import_lose(im, "only makedumpfile writes dumps; dump-level and compress say how, "
				"and keep their defaults, 31 and auto");
	else
		import_makedumpfile(im, s->value + n, true);
}

static void rescue_on_root(struct importer *im)
{
	const struct setting *path = import_value(im, "path");

	if (!has_target(im)) {
		import_note(im, "the root file system is the target anyway");
		return;
	}
	import_target(im, URL_FILE, "", IMPORT_SAVE_DIR, NULL);
	if (path && strcmp(path->value, IMPORT_SAVE_DIR) != 0)
		import_note(im, "of the root file system; kdump takes the directory of path there");
}

static void take_failure(struct importer *im, const struct setting *s)
{
	static const char *const actions[] = {"reboot", "halt", "poweroff", "shell"};
	size_t i;

	if (strcmp(s->value, "dump_to_rootfs") == 0) {
		rescue_on_root(im);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(actions) && strcmp(actions[i], s->value) != 0; i++)
		;
	if (i == ARRAY_SIZE(actions)) {
		import_lose(im, "not an action of kdump's: on-failure takes late-capture, reboot, "
				"poweroff, halt or shell");
		return;
	}
	import_set(im, "on-failure", "%s", s->value);
	if (strcmp(s->value, "shell") != 0)
		import_note(im, "the dump is given up then; late-capture, the default, keeps it in "
				"memory and tries again");
}

static void take_final(struct importer *im, const struct setting *s)
{
	if (strcmp(s->value, "reboot") != 0 && strcmp(s->value, "halt") != 0 &&
	    strcmp(s->value, "poweroff") != 0) {
		import_lose(im, "not an action of kdump's; on-success takes continue, reboot, "
				"poweroff or halt");
		return;
	}
	import_set(im, "on-success", "%s", s->value);
	import_note(im, "continue, the default, needs no second pass through the firmware");
}

static const struct import_row rows[] = {
	TAKEN("path", take_path, .target = true),
	TAKEN("ext2", take_fs, .target = true),
	TAKEN("ext3", take_fs, .target = true),
	TAKEN("ext4", take_fs, .target = true),
	TAKEN("xfs", take_fs, .target = true),
	TAKEN("btrfs", take_fs, .target = true),
	LOST("minix", NULL, "a minix file system cannot be a target", .target = true),
	LOST("virtiofs", NULL, "virtiofs cannot be a target", .target = true),
	LOST("raw", NULL,
	     "a partition without a file system cannot be a target: make one on it, and name it as "
	     "file:///DIRECTORY?device=DEVICE",
	     .target = true),
	TAKEN("nfs", take_nfs, .target = true),
	TAKEN("nfs4", take_nfs, .target = true),
	TAKEN("ssh", take_ssh, .target = true),
	LOST("net", NULL, NO_LONGER "; write the target as nfs:// or ssh://", .target = true),
	TAKEN("sshkey", import_ssh_key),
	TAKEN("core_collector", take_collector, .show = SHOW_COMMAND),
	TAKEN("failure_action", take_failure, .phase = PHASE_LAST),
	TAKEN("default", take_failure, .phase = PHASE_LAST),
	TAKEN("final_action", take_final),
	LOST("kdump_pre", NULL, IMPORT_NO_HOOKS, .show = SHOW_COMMAND),
	LOST("kdump_post", NULL, IMPORT_NO_HOOKS, .show = SHOW_COMMAND),
	LOST("kdump_emergency", NULL, IMPORT_NO_HOOKS, .show = SHOW_COMMAND),
	LOST("extra_bins", NULL,
	     "dracut takes more programs into the image: install_items+= in /etc/dracut.conf.d",
	     .show = SHOW_COMMAND),
	LOST("extra_modules", NULL,
	     "dracut takes more drivers into the image: add_drivers+= in /etc/dracut.conf.d"),
	TAKEN("dracut_args", take_dracut, .show = SHOW_COMMAND),
	LOST("fence_kdump_nodes", NULL, NO_FENCE),
	LOST("fence_kdump_args", NULL, NO_FENCE, .show = SHOW_COMMAND),
	MOOT("auto_reset_crashkernel", "crashkernel= stays as it is on the kernel's command line"),
	LOST("force_rebuild", "0", AUTOMATIC),
	MOOT("force_no_rebuild", AUTOMATIC),
	MOOT("override_resettable", "a disk is tried in any case"),
	MOOT("squash_root", "the image is the machine's own"),
	LOST("link_delay", NULL, NO_LONGER "; network-deadline says how long a network may take"),
	LOST("disk_timeout", NULL, NO_LONGER "; a disk is waited for a minute"),
	LOST("debug_mem_level", "0", NO_LONGER "; rd.memdebug= on the kernel's command line"),
	LOST("options", NULL, NO_LONGER "; options of a module go onto the kernel's command line",
	     .show = SHOW_COMMAND),
	LOST("blacklist", NULL,
	     NO_LONGER "; omit_drivers+= in /etc/dracut.conf.d leaves drivers out"),
};

static const struct import_default defaults[] = {
	{"path", "target", "file://" IMPORT_SAVE_DIR,
	 "a target; kdump saves to " IMPORT_SAVE_DIR " then"},
	{NULL, "keep", "all",
	 "kdump deletes no dumps, so none are deleted here; to have fewer, set keep (logs without "
	 "a dump: keep-logs)"},
	{"final_action", NULL, NULL,
	 "final_action; kdump reboots after a dump, here the same boot goes on into production "
	 "(on-success = continue)"},
	{"failure_action|default", NULL, NULL,
	 "failure_action; kdump reboots when it could not save a dump, here the dump stays in "
	 "memory and is tried for again (on-failure = late-capture)"},
	{NULL, NULL, NULL,
	 "scripts in /etc/kdump/pre.d, post.d and emergency.d, which kdump runs, are not run"},
	{0},
};

const struct import_table import_kdump_conf = {rows, ARRAY_SIZE(rows), defaults};
