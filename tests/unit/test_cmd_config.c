// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb `config` as people and the image's builder call it, over a tree that stands for a
 * machine. */
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char dir[64];
	struct app app;
	char *out, *err;
};

static const char mountinfo[] =
	"20 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
	"21 20 0:6 / /run rw - tmpfs tmpfs rw\n"
	"22 20 254:2 / /srv rw - xfs /dev/vdb rw\n"
	"23 20 0:40 /@home /home rw - btrfs /dev/vdc rw,subvolid=257,subvol=/@home\n";

static void put(struct fixture *f, const char *path, const char *text)
{
	int fd = root_open(&f->app.root, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write_full(fd, text, strlen(text)), 0);
	assert_int_equal(close(fd), 0);
}

static int set_up(void **state)
{
	static const char *const dirs[] = {"/etc", "/proc/self", "/run", "/srv", "/home", "/dev"};
	struct fixture *f = calloc(1, sizeof(*f));
	size_t i;

	assert_non_null(f);
	(void)strcpy(f->dir, "/tmp/fadump-ng-config-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(root_init(f->dir, &f->app.root), 0);
	log_init(&f->app.log, LOG_LEVEL_INFO);
	f->app.log.prefix = false;
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		assert_int_equal(root_mkdirs(&f->app.root, dirs[i], 0700), 0);
	put(f, "/proc/self/mountinfo", mountinfo);
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	free(f->out);
	free(f->err);
	log_deinit(&f->app.log);
	root_deinit(&f->app.root);
	assert_int_equal(nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(f);
	return 0;
}

static char *text_of(FILE *f)
{
	char *text;
	size_t len;

	assert_int_equal(lseek(fileno(f), 0, SEEK_SET), 0);
	assert_int_equal(read_to_end(fileno(f), MIB, &text, &len), 0);
	return text;
}

/* Call the verb; f->out and f->err get what it wrote. */
static int run(struct fixture *f, int argc, const char *const *argv)
{
	_cleanup_fclose_ FILE *out = tmpfile();
	_cleanup_fclose_ FILE *err = tmpfile();
	int saved[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)}, status;

	assert_true(out && err && saved[0] >= 0 && saved[1] >= 0);
	(void)fflush(stdout);
	assert_true(dup2(fileno(out), STDOUT_FILENO) >= 0);
	assert_true(dup2(fileno(err), STDERR_FILENO) >= 0);
	status = cmd_config(&f->app, cmd_find("config"), argc, (char **)argv);
	(void)fflush(stdout);
	(void)dup2(saved[0], STDOUT_FILENO);
	(void)dup2(saved[1], STDERR_FILENO);
	(void)close(saved[0]);
	(void)close(saved[1]);
	free(f->out);
	free(f->err);
	f->out = text_of(out);
	f->err = text_of(err);
	return status;
}

#define RUN(f, ...)                                                                                \
	run(f, (int)ARRAY_SIZE(((const char *const[]){"config", __VA_ARGS__})),                    \
	    (const char *const[]){"config", __VA_ARGS__, NULL})

static void check_ok(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(RUN(f, "check"), EXIT_DONE);
	assert_string_equal(f->out, CONFIG_PATH ": ok, 1 target\n");
	put(f, CONFIG_PATH, "target = file:///a\ntarget = file:///b?device=UUID=1\n");
	assert_int_equal(RUN(f, "check"), EXIT_DONE);
	assert_string_equal(f->out, CONFIG_PATH ": ok, 2 targets\n");
	assert_string_equal(f->err, "");
	f->app.log.level = LOG_LEVEL_ERROR;
	assert_int_equal(RUN(f, "check"), EXIT_DONE);
	assert_string_equal(f->out, "");
}

static void check_refuses(void **state)
{
	static const struct {
		const char *text, *err;
	} cases[] = {
		{"\ntraget = x\n",
		 "fadump-ng: " CONFIG_PATH
		 ":2: unknown key \"traget\"; the nearest known one is \"target\"\n"},
		{"\n\ntarget = file:///a?devise=/dev/a\n",
		 "fadump-ng: " CONFIG_PATH
		 ":3: target file:///a?devise=/dev/a: unknown option; the "
		 "nearest known one is \"device\"\n"},
		{"target = fil\n",
		 "fadump-ng: " CONFIG_PATH
		 ":1: target fil: it must begin with file://, nfs:// or ssh://; a "
		 "local directory is written file:///path\n"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		put(f, CONFIG_PATH, cases[i].text);
		assert_int_equal(RUN(f, "check"), EXIT_INVALID);
		assert_string_equal(f->out, "");
		assert_string_equal(f->err, cases[i].err);
		/* No image is made of it either. */
		assert_int_equal(RUN(f, "show", "--for-image"), EXIT_INVALID);
		assert_string_equal(f->out, "");
		assert_string_equal(f->err, cases[i].err);
	}
	put(f, CONFIG_PATH, "makedumpfile-options = --split\n");
	assert_int_equal(RUN(f, "check"), EXIT_INVALID);
	assert_non_null(strstr(f->err, "makedumpfile-options: makedumpfile option --split"));
	put(f, CONFIG_PATH, "makedumpfile-options = --frob\n");
	assert_int_equal(RUN(f, "check"), EXIT_DONE);
	assert_non_null(strstr(f->err, "--frob is not known"));
}

static void named_file(void **state)
{
	struct fixture *f = *state;
	char path[100];

	(void)snprintf(path, sizeof(path), "%s/other.conf", f->dir);
	assert_int_equal(RUN(f, "check", path), EXIT_FAILED);
	assert_non_null(strstr(f->err, "other.conf: No such file"));
	put(f, "/other.conf", "dump-level = 3\n");
	assert_int_equal(RUN(f, "show", path), EXIT_DONE);
	assert_non_null(strstr(f->out, "dump-level = 3\n"));
	f->app.config_path = path;
	assert_int_equal(RUN(f, "show"), EXIT_DONE);
	assert_non_null(strstr(f->out, "dump-level = 3\n"));
}

/* What show prints, show prints again. */
static void show_reads_back(void **state)
{
	struct fixture *f = *state;
	char *first;

	put(f, CONFIG_PATH,
	    "target = file:///a\ntarget = file:///b\ndeadline = 3600s\n"
	    "makedumpfile-options = -X  --foo\nnaming = rhel\nthreads=3\n");
	assert_int_equal(RUN(f, "show"), EXIT_DONE);
	first = strdup(f->out);
	assert_non_null(first);
	assert_non_null(
		strstr(first, "target = file:///a\ntarget = file:///b\nrequire-all = no\n"));
	assert_non_null(strstr(first, "deadline = 1h\n"));
	put(f, CONFIG_PATH, first);
	assert_int_equal(RUN(f, "show"), EXIT_DONE);
	assert_string_equal(f->out, first);
	free(first);
}

static void for_image(void **state)
{
	struct fixture *f = *state;

	put(f, CONFIG_PATH,
	    "target = file:///var/crash\n"
	    "target = file:///srv\n"
	    "target = file:///home/a%20b\n"
	    "target = also file:///x?device=UUID=1-2\n");
	assert_int_equal(RUN(f, "show", "--for-image"), EXIT_DONE);
	assert_non_null(strstr(f->out,
			       "target = file:///var/crash?device=/dev/vda1&fstype=ext4\n"
			       "target = file:///?device=/dev/vdb&fstype=xfs\n"
			       "target = file:///a%20b?device=/dev/vdc&fstype=btrfs&subvol=/@home\n"
			       "target = also file:///x?device=UUID=1-2\n"
			       "require-all = no\n"));
	/* And that is a configuration, which needs no more of it. */
	put(f, CONFIG_PATH, f->out);
	put(f, "/proc/self/mountinfo", "");
	assert_int_equal(RUN(f, "show", "--for-image"), EXIT_DONE);
	assert_non_null(strstr(f->out, "target = file:///?device=/dev/vdb&fstype=xfs\n"));
}

static void for_image_refuses(void **state)
{
	struct fixture *f = *state;

	put(f, CONFIG_PATH, "target = file:///srv\ntarget = file:///run/x\n");
	assert_int_equal(RUN(f, "check"), EXIT_DONE);
	assert_int_equal(RUN(f, "show", "--for-image"), EXIT_FAILED);
	assert_string_equal(f->out, "");
	assert_string_equal(f->err,
			    "fadump-ng: " CONFIG_PATH
			    ":2: target file:///run/x: it is on tmpfs (tmpfs), which the "
			    "capture cannot mount by itself; name a device that it can, as in "
			    "file:///crash?device=UUID=...\n");
}

static void devices(void **state)
{
	struct fixture *f = *state;

	put(f, CONFIG_PATH,
	    "target = file:///srv/x\n"
	    "target = file:///x?device=UUID=1-2\n"
	    "target = file:///x?device=UUID=3-4&fstype=ext4\n"
	    "target = file:///x?device=LABEL=my%20dumps&fstype=ext4\n");
	assert_int_equal(RUN(f, "devices"), EXIT_FAILED);
	assert_string_equal(f->out, "xfs /dev/vdb\next4 UUID=3-4\next4 LABEL=my dumps\n");
	assert_non_null(strstr(f->err, ":2: target file:///x?device=UUID=1-2: its device"));
}

static void usage(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, 1, (const char *const[]){"config", NULL}), EXIT_USAGE);
	assert_int_equal(RUN(f, "export"), EXIT_USAGE);
	assert_int_equal(RUN(f, "import", "--needs"), EXIT_USAGE);
	assert_int_equal(RUN(f, "check", "a", "b"), EXIT_USAGE);
	assert_int_equal(RUN(f, "check", "--for-image"), EXIT_USAGE);
	assert_int_equal(RUN(f, "--for-image"), EXIT_USAGE);
	assert_int_equal(RUN(f, "show", "--frob"), EXIT_USAGE);
	assert_non_null(strstr(f->err, "--frob"));
	assert_string_equal(f->out, "");
	assert_int_equal(RUN(f, "--for-image", "show"), EXIT_DONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(check_ok),  TEST(check_refuses),     TEST(named_file), TEST(show_reads_back),
		TEST(for_image), TEST(for_image_refuses), TEST(devices),    TEST(usage),
	};

	return cmocka_run_group_tests_name("cmd_config", tests, NULL, NULL);
}
