// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations of other tools, and what each of their lines becomes. */
#include "config/keys.h"
#include "import/import.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* All lines that set something, in their order; not what a tool does by default. */
static char *keys(const char *text, struct import *im)
{
	struct config_error error = {0};
	char *all = NULL;
	size_t len, i;
	FILE *f = open_memstream(&all, &len);

	assert_non_null(f);
	assert_int_equal(import_parse(text, strlen(text), im, &error), 0);
	for (i = 0; i < im->n; i++) {
		if (im->entries[i].file)
			fputs(im->entries[i].set, f);
	}
	assert_int_equal(fclose(f), 0);
	return all;
}

static void expect(const char *text, const char *want)
{
	struct import im;
	char *got = keys(text, &im);

	assert_string_equal(got, want);
	free(got);
	import_deinit(&im);
}

/* Every line becomes `want`, and a person is told of `lost`. */
static void expect_lost(const char *text, const char *want, const char *lost)
{
	bool found = false;
	struct import im;
	char *got = keys(text, &im);
	size_t i;

	assert_string_equal(got, want);
	for (i = 0; i < im.n; i++)
		found = found || strstr(im.entries[i].lost, lost);
	assert_true(found);
	free(got);
	import_deinit(&im);
}

static void expect_refusal(const char *text, unsigned int line, const char *why)
{
	struct config_error error = {0};
	struct import im;

	assert_int_equal(import_parse(text, strlen(text), &im, &error), -EINVAL);
	assert_int_equal(error.line, line);
	assert_non_null(strstr(error.text, why));
}

static void test_kdump_conf_targets(void **state)
{
	(void)state;
	expect("path /srv/crash\n", "target = file:///srv/crash\n");
	expect("ext4 UUID=03138356-5e61\npath crash # beneath it\n",
	       "target = file:///crash?device=UUID=03138356-5e61&fstype=ext4\n");
	expect("  xfs\t/dev/vg/lv_kdump  \r\n",
	       "target = file:///var/crash?device=/dev/vg/lv_kdump&fstype=xfs\n");
	expect("ext3 LABEL=/boot\n", "target = file:///var/crash?device=LABEL=/boot&fstype=ext3\n");
	expect("nfs my.server.com:/export/tmp\n",
	       "target = nfs://my.server.com/export/tmp/var/crash\n");
	expect("nfs [2001:db8::1:2:3:4]:/export\npath /\n",
	       "target = nfs://[2001:db8::1:2:3:4]/export\n");
	expect("ssh user@my.server.com\nsshkey /k\n",
	       "target = ssh://user@my.server.com/var/crash\n"
	       "known-hosts = /root/.ssh/known_hosts\nidentity-file = /k\n");
	expect("ssh user@2001:db8::1\n",
	       "target = ssh://user@[2001:db8::1]/var/crash\n"
	       "identity-file = /root/.ssh/kdump_id_rsa\nknown-hosts = /root/.ssh/known_hosts\n");
	expect_lost("ssh user@h\npath dumps\n", "", "home directory");
	expect_lost("nfs my.server.com\n", "", "HOST:/DIRECTORY");
	expect_lost("raw /dev/sda5\n", "", "without a file system");
	expect("", "");
	expect("# nothing but a comment", "");
}

static void test_kdump_conf_rest(void **state)
{
	(void)state;
	expect("core_collector makedumpfile -l --message-level 7 -d 31\n",
	       "dump-level = 31\ncompress = lzo\n");
	expect("core_collector /usr/sbin/makedumpfile -F -z -d17 --num-threads=4 -D\n",
	       "dump-level = 17\nthreads = 4\ncompress = zstd\nmakedumpfile-options = -D\n");
	expect("core_collector makedumpfile\n", "compress = none\ndump-level = 0\n");
	expect_lost("core_collector makedumpfile -c -d 16,31\n",
		    "dump-level = 16\ncompress = zlib\n", "the first one");
	expect_lost("core_collector makedumpfile -E -d 31 --split\n",
		    "dump-level = 31\ncompress = none\n", "--split");
	expect_lost("core_collector scp\n", "", "only makedumpfile");
	expect_lost("core_collector makedumpfile -l -d 99\n", "compress = lzo\n", "0 to 31");
	expect("failure_action shell\nfinal_action poweroff\n",
	       "on-success = poweroff\non-failure = shell\n");
	/* The other target comes first, wherever it was written. */
	expect("failure_action dump_to_rootfs\next4 /dev/sdb1\n",
	       "target = file:///var/crash?device=/dev/sdb1&fstype=ext4\n"
	       "target = file:///var/crash\n");
	expect("default dump_to_rootfs\n", "");
	expect_lost("failure_action explode\n", "", "on-failure takes");
	expect_lost("kdump_post /x\n", "", "hooks");
	expect_lost("path /x\nnew_option 1\n", "target = file:///x\n", "not known");
}

static void test_kdump_conf_refused(void **state)
{
	(void)state;
	expect_refusal("path /a\n\npath /b\n", 3, "line 1");
	expect_refusal("nfs a:/b\nssh u@h\n", 2, "another target than that of line 1");
	expect_refusal("path /a\nx\001y\n", 2, "control character 0x01");
}

static void test_suse(void **state)
{
	(void)state;
	expect("KDUMP_SAVEDIR=\"/var/crash\"\n", "target = file:///var/crash\n");
	expect("# x\n\nexport KDUMP_SAVEDIR='file:///srv/a b'\n", "target = file:///srv/a%20b\n");
	expect("KDUMP_SAVEDIR=\"scp://root@c:22/d nfs://n/e\nfile:///f\"\n",
	       "target = ssh://root@c:22/d\ntarget = nfs://n/e\ntarget = file:///f\n"
	       "known-hosts = /root/.ssh/known_hosts\n");
	expect_lost("KDUMP_SAVEDIR=cifs://u:p@h/s\n", "", "cifs cannot be a target");
	expect_lost("KDUMP_SAVEDIR=ssh://u:secret@h/s\n",
		    "target = ssh://u@h/s\nknown-hosts = /root/.ssh/known_hosts\n", "password");
	expect("KDUMP_KEEP_OLD_DUMPS=0\n", "keep = all\n");
	expect("KDUMP_KEEP_OLD_DUMPS=-1\n", "keep = 1\n");
	expect("KDUMP_KEEP_OLD_DUMPS=5\n", "keep = 6\n");
	expect_lost("KDUMP_KEEP_OLD_DUMPS=many\n", "", "not a number");
	expect("KDUMP_FREE_DISK_SIZE=64 KDUMP=1\n", "");
	expect("KDUMP_FREE_DISK_SIZE=64 # megabytes\n", "keep-free = 64M\n");
	expect("KDUMP_DUMPFORMAT=LZO\nKDUMP_CPUS=\"0\"\n", "compress = lzo\nthreads = auto\n");
	expect_lost("KDUMP_DUMPFORMAT=ELF\n", "compress = none\n", "kdump-compressed");
	expect_lost("KDUMP_DUMPFORMAT=none\n", "", "log alone");
	expect("KDUMP_IMMEDIATE_REBOOT=no\nKDUMP_CONTINUE_ON_ERROR=false\n",
	       "on-success = continue\non-failure = shell\n");
	expect("KDUMP_NETCONFIG=eth0:dhcp4:force\nKDUMP_NET_TIMEOUT=30\n",
	       "network = ip=eth0:dhcp\nnetwork-deadline = 30s\n");
	expect("KDUMP_NETCONFIG=auto:force\n", "");
	expect_lost("KDUMP_NETCONFIG=eth0:pigeon\n", "", "not known");
	expect("KDUMP_SSH_IDENTITY=id_rsa\n", "identity-file = /root/.ssh/id_rsa\n");
	/* The options stand last on makedumpfile's command line, and the last one counts. */
	expect("KDUMP_DUMPLEVEL=31\nMAKEDUMPFILE_OPTIONS='-d 1'\n", "dump-level = 1\n");
	expect("MAKEDUMPFILE_OPTIONS='-d 1'\nKDUMP_DUMPLEVEL=31\n", "dump-level = 1\n");
}

static void test_shell(void **state)
{
	(void)state;
	/* As a shell: the last one counts, and quotes may stand side by side. */
	expect("KDUMP_CPUS=1\nKDUMP_CPUS=2\n", "threads = 2\n");
	expect("KDUMP_SSH_IDENTITY=/a\"b \"'c'\\d\n", "identity-file = /ab\n");
	expect("SSH_KEY=/a\"b \"'c'\\d\\\n/e\n", "identity-file = /ab cd/e\n");
	expect("SSH_KEY=\"/a\\\"\\q\\\\\"\n", "identity-file = /a\"\\q\\\n");
	expect_lost("KDUMP_CPUS=$(nproc)\n", "", "a shell");
	expect_lost("KDUMP_SAVEDIR=\"$DIR/x\"\n", "", "a shell");
	expect("SSH_KEY='/$a'\n", "identity-file = /$a\n");
	expect_lost("KDUMP_CPUS=\"2\n", "", "do not end");
	expect_lost("KDUMP_CPUS=2; rm -f /x\n", "", "more than an assignment");
	expect_lost("KDUMP_CPUS=2\nif true; then\n", "threads = 2\n", "not an assignment");
	/* It cannot be written so that it is read back. */
	expect_lost("SSH_KEY='/a #b'\n", "", "cannot be written");
}

static void test_debian(void **state)
{
	(void)state;
	expect("USE_KDUMP=1\nKDUMP_COREDIR=/srv/c\n", "target = file:///srv/c\n");
	expect("KDUMP_COREDIR=\"/srv/c d\"\nSSH=u@h\nSSH_KEY=/k\n",
	       "target = ssh://u@h/srv/c%20d\nknown-hosts = /root/.ssh/known_hosts\n"
	       "identity-file = /k\n");
	expect("NFS=\"remote:/var/crash\"\n", "target = nfs://remote/var/crash\n");
	expect("MAKEDUMP_ARGS=\"-c -d 31\"\nKDUMP_NUM_DUMPS=3\n",
	       "dump-level = 31\ncompress = zlib\nkeep = 3\n");
	expect("KDUMP_FAIL_CMD=\"echo 'x'; /bin/bash; reboot -f\"\n", "on-failure = shell\n");
	expect("KDUMP_FAIL_CMD='reboot -f'\n", "on-failure = reboot\n");
	expect_lost("FTP=server:/x\n", "", "SFTP can");
}

/* Neither in what is printed nor in what is said. */
static void test_passwords_stay(void **state)
{
	static const char *const texts[] = {
		"FTP_PASSWORD=hunter2\n",
		"KDUMP_SMTP_PASSWORD='hunter2'\n",
		"KDUMP_SAVEDIR=ftp://u:hunter2@h/x\n",
		"KDUMP_SAVEDIR=\"/a sftp://u:hunter2@h/x\"\n",
		"MY_SECRET=hunter2\n",
		"A=1\ndeclare -x FTP_PASSWORD=hunter2\n",
		"KDUMP_SAVEDIR=ftp://u:hun/hunter2@h/x\n",
		"SSH=u:hunter2@h\n",
		"KDUMP_SAVEDIR='ssh://a:hunter2@b ssh://c:hunter2@d:22/e f'\n",
		"ssh u:hunter2@h\n",
		"ODD='x ssh://a:hunter2@b'\n",
	};
	struct config_error error;
	struct import im;
	size_t i, j, len;
	char *all;
	FILE *f;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(import_parse(texts[i], strlen(texts[i]), &im, &error), 0);
		f = open_memstream(&all, &len);
		assert_non_null(f);
		import_print(f, &im, "x");
		for (j = 0; j < im.n; j++)
			fputs(im.entries[j].lost, f);
		assert_int_equal(fclose(f), 0);
		assert_null(strstr(all, "hunter2"));
		free(all);
		import_deinit(&im);
	}
}

static void test_no_target_is_said(void **state)
{
	struct import im;

	(void)state;
	free(keys("raw /dev/sda5\n", &im));
	assert_true(im.target_lost);
	import_deinit(&im);
	free(keys("raw /dev/sda5\nfailure_action dump_to_rootfs\n", &im));
	assert_false(im.target_lost);
	import_deinit(&im);
	free(keys("KDUMP_SAVEDIR=$X\n", &im));
	assert_true(im.target_lost);
	import_deinit(&im);
	free(keys("KDUMP_CPUS=1\n", &im));
	assert_false(im.target_lost);
	import_deinit(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kdump_conf_targets),
		cmocka_unit_test(test_kdump_conf_rest),
		cmocka_unit_test(test_kdump_conf_refused),
		cmocka_unit_test(test_suse),
		cmocka_unit_test(test_shell),
		cmocka_unit_test(test_debian),
		cmocka_unit_test(test_passwords_stay),
		cmocka_unit_test(test_no_target_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
