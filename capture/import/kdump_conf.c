// SPDX-License-Identifier: GPL-2.0-or-later
/* The options of kdump.conf(5). */
#include "import/build.h"

#include <string.h>

#define SAVE_PATH "/var/crash"

#define AUTOMATIC                                                                                  \
	"the image is not rebuilt by itself: run dracut after a change of the configuration"
#define NO_LONGER "kdump itself does not take it any more"

static const char *save_path(const struct importer *im)
{
	const struct setting *s = settings_find(im->settings, "path");

	return s && *s->value ? s->value : SAVE_PATH;
}

static void take_fs(struct importer *im, const struct setting *s)
{
	import_target(im, URL_FILE, "", save_path(im), s->value, s->name);
}

static void take_nfs(struct importer *im, const struct setting *s)
{
	import_nfs(im, s->value, save_path(im));
	import_note(im, "the directory must be there already: it is what is mounted");
}

static void take_ssh(struct importer *im, const struct setting *s)
{
	const char *path = save_path(im);

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
	size_t i;

	for (i = 0; i < import_kdump_conf.n; i++) {
		const struct import_row *row = &import_kdump_conf.rows[i];

		if (row->target && strcmp(row->name, "path") != 0 &&
		    settings_find(im->settings, row->name))
			return true;
	}
	return false;
}

static void take_path(struct importer *im, const struct setting *s)
{
	if (has_target(im))
		import_note(im, "part of the target");
	else
		import_target(im, URL_FILE, "", s->value, NULL, NULL);
}

static void take_collector(struct importer *im, const struct setting *s)
{
	size_t n = strcspn(s->value, " \t");
	const char *name = memrchr(s->value, '/', n);

	name = name ? name + 1 : s->value;
	if ((size_t)(s->value + n - name) != strlen("makedumpfile") ||
	    memcmp(name, "makedumpfile", strlen("makedumpfile")) != 0)
		import_lose(im, "only makedumpfile writes dumps");
	else
		import_makedumpfile(im, s->value + n, true);
}

static void take_failure(struct importer *im, const struct setting *s)
{
	if (strcmp(s->value, "dump_to_rootfs") != 0) {
		import_set(im, "on-failure", "%s", s->value);
		return;
	}
	if (has_target(im))
		import_target(im, URL_FILE, "", SAVE_PATH, NULL, NULL);
	else
		import_note(im, "the root file system is the target anyway");
}

static void take_final(struct importer *im, const struct setting *s)
{
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
	LOST("minix", "a minix file system cannot be a target", .target = true),
	LOST("virtiofs", "virtiofs cannot be a target", .target = true),
	LOST("raw", "a partition without a file system cannot be a target", .target = true),
	TAKEN("nfs", take_nfs, .target = true),
	TAKEN("nfs4", take_nfs, .target = true),
	TAKEN("ssh", take_ssh, .target = true),
	LOST("net", NO_LONGER "; say nfs or ssh", .target = true),
	TAKEN("sshkey", import_ssh_key),
	TAKEN("core_collector", take_collector),
	TAKEN("failure_action", take_failure, .late = true),
	TAKEN("default", take_failure, .late = true),
	TAKEN("final_action", take_final),
	LOST("kdump_pre", "there are no hooks yet"),
	LOST("kdump_post", "there are no hooks yet"),
	LOST("extra_bins",
	     "dracut takes more programs into the image: install_items+= in /etc/dracut.conf.d"),
	LOST("extra_modules",
	     "dracut takes more drivers into the image: add_drivers+= in /etc/dracut.conf.d"),
	LOST("dracut_args", "the image is the machine's own: see /etc/dracut.conf.d"),
	LOST("fence_kdump_nodes", "nothing tells the nodes of a cluster of a crash"),
	LOST("fence_kdump_args", "nothing tells the nodes of a cluster of a crash"),
	MOOT("auto_reset_crashkernel", "crashkernel= stays as it is on the kernel's command line"),
	MOOT("force_rebuild", AUTOMATIC),
	MOOT("force_no_rebuild", AUTOMATIC),
	MOOT("override_resettable", "a disk is tried in any case"),
	MOOT("squash_root", "the image is the machine's own"),
	MOOT("link_delay", NO_LONGER "; network-deadline says how long a network may take"),
	MOOT("disk_timeout", NO_LONGER "; a disk is waited for a minute"),
	MOOT("debug_mem_level", NO_LONGER),
	MOOT("options", NO_LONGER "; options of a module go onto the kernel's command line"),
	MOOT("blacklist", NO_LONGER),
};

const struct import_table import_kdump_conf = {rows, ARRAY_SIZE(rows)};
