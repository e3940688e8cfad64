// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/makedumpfile.h"

#include "stub.h"
#include "unit.h"

#include <errno.h>

static const struct mdf_caps new_caps = {
	.version = {1, 7, 8}, .lzo = true, .snappy = true, .zstd = true};

static int parse(const char *text, struct mdf_caps *caps)
{
	size_t len = strlen(text);
	char *exact = malloc(len ? len : 1);
	int r;

	/* Without its NUL: the parser is promised none. */
	memcpy(exact, text, len);
	r = mdf_parse_caps(exact, len, caps);
	free(exact);
	return r;
}

static void test_parse_caps(void **state)
{
	struct mdf_caps c;

	(void)state;
	assert_int_equal(parse("makedumpfile: version 1.7.2 (released on 20 Oct 2022)\n"
			       "lzo\tenabled\nsnappy\tdisabled\nzstd\tenabled\n\n",
			       &c),
			 0);
	assert_int_equal(c.version[0], 1);
	assert_int_equal(c.version[1], 7);
	assert_int_equal(c.version[2], 2);
	assert_true(c.lzo);
	assert_false(c.snappy);
	assert_true(c.zstd);
	assert_int_equal(parse("makedumpfile: version 1.7.9++ (released on x)\nlzo  disabled\n"
			       "snappy enabled",
			       &c),
			 0);
	assert_int_equal(c.version[2], 9);
	assert_false(c.lzo);
	assert_true(c.snappy);
	assert_false(c.zstd);
	assert_int_equal(parse("ERROR: ld.so: object 'x' cannot be preloaded: ignored.\n"
			       "makedumpfile: version 2.0",
			       &c),
			 0);
	assert_int_equal(c.version[0], 2);
	assert_int_equal(c.version[1], 0);
	assert_int_equal(c.version[2], 0);
	assert_false(c.lzo);
}

static void test_parse_caps_bad(void **state)
{
	static const char *const bad[] = {
		"",
		"\n\n",
		"makedumpfile",
		"makedumpfile: version ",
		"makedumpfile: version x.7.2",
		"makedumpfile: version 1",
		"makedumpfile: version 1.",
		"lzo\tenabled\nsnappy\tenabled\n",
		"makedumpfile: invalid option -- 'v'\n",
	};
	struct mdf_caps c = {.version = {9, 9, 9}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse(bad[i], &c), -EINVAL);
	assert_int_equal(c.version[0], 9);
}

static void test_probe(void **state)
{
	static const char *const names[] = {"makedumpfile", NULL};
	struct mdf_caps c = {.version = {9, 9, 9}};
	struct stubs s;

	(void)state;
	stubs_init(&s);
	stubs_add(&s, "makedumpfile",
		  "[ \"$*\" = -v ] || exit 9\n"
		  "echo 'makedumpfile: version 1.7.6 (released on x)' >&2; echo 'lzo\tenabled'");
	assert_int_equal(mdf_probe(&c), 0);
	assert_int_equal(c.version[2], 6);
	assert_true(c.lzo);
	stubs_add(&s, "makedumpfile", "echo 'makedumpfile: version 1.7.6'; exit 1");
	assert_int_equal(mdf_probe(&c), -EIO);
	stubs_add(&s, "makedumpfile", "echo nonsense");
	assert_int_equal(mdf_probe(&c), -EINVAL);
	stubs_add(&s, "makedumpfile", "yes | head -c 1000000; echo 'makedumpfile: version 1.7.6'");
	assert_int_equal(mdf_probe(&c), -EINVAL);
	stubs_remove(&s, "makedumpfile");
	setenv("PATH", s.dir, 1);
	assert_int_equal(mdf_probe(&c), -ENOENT);
	stubs_deinit(&s, names);
}

/* The argv as one line, or the first warning after "-errno ". */
static const char *plan_text(const struct mdf_caps *caps, struct mdf_request req)
{
	static char text[1000];
	struct mdf_plan plan;
	int r;

	if (!req.extra)
		req.extra = "";
	req.core = "/proc/vmcore";
	r = mdf_plan_init(caps, &req, &plan);
	text[0] = '\0';
	if (r < 0)
		snprintf(text, sizeof(text), "%d %s", r, plan.warnings[0]);
	for (size_t i = 0; r == 0 && plan.argv[i]; i++) {
		if (i)
			strcat(text, " ");
		strcat(text, plan.argv[i]);
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(plan.warnings) && plan.warnings[i][0]; i++) {
		strcat(text, " | ");
		strcat(text, plan.warnings[i]);
	}
	if (r == 0)
		mdf_plan_deinit(&plan);
	return text;
}

static void test_compress(void **state)
{
	static const struct {
		bool lzo, snappy, zstd, network;
		enum dump_compress wish;
		const char *option, *warning;
	} cases[] = {
		{true, true, true, false, DUMP_COMPRESS_AUTO, " -l", ""},
		{true, true, true, true, DUMP_COMPRESS_AUTO, " -z", ""},
		{false, true, true, false, DUMP_COMPRESS_AUTO, " -p", ""},
		{false, false, true, false, DUMP_COMPRESS_AUTO, " -z", ""},
		{true, true, false, true, DUMP_COMPRESS_AUTO, " -l", ""},
		{false, false, false, false, DUMP_COMPRESS_AUTO, " -c", ""},
		{false, false, false, true, DUMP_COMPRESS_AUTO, " -c", ""},
		{true, true, true, true, DUMP_COMPRESS_LZO, " -l", ""},
		{true, true, true, false, DUMP_COMPRESS_ZSTD, " -z", ""},
		{true, true, true, false, DUMP_COMPRESS_SNAPPY, " -p", ""},
		{true, true, true, false, DUMP_COMPRESS_ZLIB, " -c", ""},
		{true, true, true, false, DUMP_COMPRESS_NONE, "", ""},
		{true, false, false, false, DUMP_COMPRESS_ZSTD, " -l",
		 " | makedumpfile was built without zstd; lzo is used"},
		{false, false, false, true, DUMP_COMPRESS_SNAPPY, " -c",
		 " | makedumpfile was built without snappy; zlib is used"},
		{false, false, true, true, DUMP_COMPRESS_LZO, " -z",
		 " | makedumpfile was built without lzo; zstd is used"},
	};
	char want[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mdf_caps caps = {.version = {1, 7, 8},
					.lzo = cases[i].lzo,
					.snappy = cases[i].snappy,
					.zstd = cases[i].zstd};
		struct mdf_request req = {
			.dump_level = 31, .compress = cases[i].wish, .network = cases[i].network};

		snprintf(want, sizeof(want),
			 "makedumpfile -F -d 31%s --message-level 5 /proc/vmcore%s",
			 cases[i].option, cases[i].warning);
		assert_string_equal(plan_text(&caps, req), want);
	}
}

static void test_threads(void **state)
{
	static const struct {
		unsigned int version[3];
		int threads;
		unsigned int cpus;
		uint64_t core;
		int want;
		const char *warning;
	} cases[] = {
		{{1, 7, 8}, 0, 8, 4 * GIB, 8, ""},
		{{1, 7, 8}, 0, 64, 4 * GIB, 16, ""},
		{{1, 7, 8}, 0, 8, 4 * GIB - 1, 0, ""},
		{{1, 7, 8}, 0, 1, 64 * GIB, 0, ""},
		{{1, 7, 8}, 0, 0, 64 * GIB, 0, ""},
		{{1, 7, 7}, 0, 8, 64 * GIB, 0, ""},
		{{1, 6, 9}, 0, 8, 64 * GIB, 0, ""},
		{{1, 8, 0}, 0, 8, 64 * GIB, 8, ""},
		{{2, 0, 0}, 0, 8, 64 * GIB, 8, ""},
		{{1, 7, 8}, 4, 8, 1, 4, ""},
		{{1, 7, 8}, 32, 64, 1, 32, ""},
		{{1, 7, 8}, 1, 8, 64 * GIB, 0, ""},
		{{1, 7, 8},
		 9,
		 8,
		 64 * GIB,
		 8,
		 "threads = 9 is more than the 8 CPUs online; 8 used"},
		{{1, 7, 8},
		 9,
		 1,
		 64 * GIB,
		 0,
		 "threads = 9 is more than the 1 CPUs online; 1 used"},
		{{1, 7, 7},
		 4,
		 8,
		 64 * GIB,
		 0,
		 "threads are not used: makedumpfile 1.7.7 can corrupt pages with them; 1.7.8 does "
		 "not"},
		{{1, 7, 7}, 1, 8, 64 * GIB, 0, ""},
	};

	(void)state;
	unsetenv("LD_PRELOAD");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mdf_caps caps = {.lzo = true};
		struct mdf_request req = {.dump_level = 1,
					  .threads = cases[i].threads,
					  .extra = "",
					  .cpus_online = cases[i].cpus,
					  .core_size = cases[i].core,
					  .core = "c"};
		struct mdf_plan plan;

		memcpy(caps.version, cases[i].version, sizeof(caps.version));
		assert_int_equal(mdf_plan_init(&caps, &req, &plan), 0);
		assert_int_equal(plan.threads, cases[i].want);
		assert_string_equal(plan.warnings[0], cases[i].warning);
		if (cases[i].want) {
			assert_string_equal(plan.argv[5], "--num-threads");
			assert_int_equal(atoi(plan.argv[6]), cases[i].want);
			assert_string_equal(plan.env[2], "LD_PRELOAD=libgcc_s.so.1");
			assert_null(plan.env[3]);
		} else {
			assert_string_equal(plan.argv[5], "--message-level");
			assert_null(plan.env[2]);
		}
		/* A limit that is none to a sound one. */
		assert_true(plan.needs.memory >= 2 * GIB);
		assert_true(plan.needs.memory >= (uint64_t)cases[i].want * 256 * MIB);
		/* Three a thread, and the program's own. */
		assert_true(plan.needs.files >= (unsigned int)cases[i].want * 3 + 20);
		mdf_plan_deinit(&plan);
	}
}

static void test_preload_is_kept(void **state)
{
	struct mdf_request req = {.threads = 2, .cpus_online = 2, .extra = "", .core = "c"};
	struct mdf_plan plan;

	(void)state;
	setenv("LD_PRELOAD", "liba.so libb.so", 1);
	assert_int_equal(mdf_plan_init(&new_caps, &req, &plan), 0);
	assert_string_equal(plan.env[0], "TMPDIR=/tmp");
	assert_string_equal(plan.env[1], "LC_ALL=C");
	assert_string_equal(plan.env[2], "LD_PRELOAD=libgcc_s.so.1 liba.so libb.so");
	mdf_plan_deinit(&plan);
	unsetenv("LD_PRELOAD");
}

static struct mdf_plan needs_of(uint64_t top, uint64_t page, const char *extra)
{
	struct mdf_request req = {
		.core_size = MIB, .core_top = top, .page_size = page, .extra = extra, .core = "c"};
	struct mdf_plan plan;

	assert_int_equal(mdf_plan_init(&new_caps, &req, &plan), 0);
	mdf_plan_deinit(&plan);
	return plan;
}

static void test_needs(void **state)
{
	const uint64_t base = needs_of(0, 65536, "").needs.memory;
	struct mdf_plan p;

	(void)state;
	/* Both bitmaps, a bit for each page, whatever little of the machine is in the core. */
	for (uint64_t mpages = 1; mpages <= 64; mpages *= 2) {
		p = needs_of(mpages * MIB * 65536, 65536, "");
		assert_true(p.needs.file_size >= mpages * MIB / 4 + 64 * KIB);
		assert_true(p.needs.file_size <= mpages * MIB / 4 + 2 * MIB);
		p = needs_of(mpages * MIB * 4096, 4096, "");
		assert_true(p.needs.file_size >= mpages * MIB / 4 + 64 * KIB);
	}
	/* Two of them. */
	p = needs_of(0, 65536, "--cyclic-buffer 4194304");
	assert_int_equal(p.needs.memory, base + 8 * GIB);
	p = needs_of(0, 65536, "--cyc=1024 -D");
	assert_int_equal(p.needs.memory, base + 2 * MIB);
	p = needs_of(0, 65536, "--cyclic-buffer -5");
	assert_int_equal(p.needs.memory, base);
	/* What it writes at once; without a size of pages, of the largest. */
	assert_true(needs_of(0, 65536, "").record_max >= 17 * 65536);
	assert_true(needs_of(0, 4096, "-b 11").record_max >= 8 * MIB);
	assert_true(needs_of(0, 65536, "-b 11").record_max >= 128 * MIB);
	assert_true(needs_of(0, 65536, "-Db14").record_max >= 1024 * MIB);
	assert_true(needs_of(0, 0, "-b11").record_max >= 128 * MIB);
	assert_true(needs_of(0, 65536, "-b 11").needs.memory >= base + 256 * MIB - 4 * MIB);
	/* A core may say anything. */
	p = needs_of(UINT64_MAX, 1, "");
	assert_true(p.needs.memory < 1024 * 1024 * GIB);
}

static void test_extra_allowed(void **state)
{
	static const char *const good[] = {
		"--cyclic-buffer 1024",
		"--cyclic-buffer=1024 -b 5",
		"-b5",
		"-D",
		"-f",
		"-b 12",
		"--cyclic-buffer=7 -e",
		"--non-mmap --show-stats",
		"--cyc 5",
		"-Df",
	};
	char want[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(want, sizeof(want),
			 "makedumpfile -F -d 0 -l --message-level 5 %s /proc/vmcore", good[i]);
		assert_string_equal(plan_text(&new_caps, (struct mdf_request){.extra = good[i]}),
				    want);
	}
	assert_string_equal(plan_text(&new_caps, (struct mdf_request){.extra = "  -D\t -e  "}),
			    "makedumpfile -F -d 0 -l --message-level 5 -D -e /proc/vmcore");
}

static void test_extra_refused(void **state)
{
	static const struct {
		const char *extra, *names;
	} bad[] = {
		{"-F", "-F cannot"},
		{"-E", "-E cannot"},
		{"--work-dir /tmp", "--work-dir cannot be used: it may write no large file"},
		{"-x /usr/lib/debug/vmlinux", "-x cannot be used: it needs a file"},
		{"--eppic=-d", "--eppic cannot"},
		{"-xE", "-x cannot"},
		{"--config file", "--config cannot"},
		{"-i -F", "-i cannot"},
		{"-DE", "-E cannot"},
		{"-eF", "-F cannot"},
		{"-c", "compress = zlib"},
		{"-l", "compress = lzo"},
		{"-p", "compress = snappy"},
		{"-z", "compress = zstd"},
		{"-d 11,31", "dump-level"},
		{"-d11,31", "dump-level"},
		{"-d 31", "dump-level"},
		{"-R", "-R cannot"},
		{"-g file", "-g cannot"},
		{"-L 100", "-L cannot"},
		{"-h", "-h cannot"},
		{"-v", "-v cannot"},
		{"-o file", "-o cannot"},
		{"--split", "--split cannot"},
		{"--spl", "--split"},
		{"--splitblock-size 4", "--splitblock-size cannot"},
		{"--s", "--split"},
		{"--num-threads 4", "threads"},
		{"--num-threads=4", "threads"},
		{"--nu=4", "threads"},
		{"--reassemble", "--reassemble cannot"},
		{"--dump-dmesg", "--dump-dmesg cannot"},
		{"--dry-run", "--dry-run cannot"},
		{"--mem-usage", "--mem-usage cannot"},
		{"--check-params", "--check-params cannot"},
		{"--message-level 31", "--message-level cannot"},
		{"--diskset=/a", "--diskset cannot"},
		{"--vtop 5", "--vtop cannot"},
		{"--help", "--help cannot"},
		{"/proc/vmcore", "must not name files: \"/proc/vmcore\""},
		{"-D out", "must not name files: \"out\""},
		{"-", "must not name files"},
		{"--", "-- cannot"},
		{"--cyclic-buffer 5 6", "must not name files: \"6\""},
		{"--cyclic-buffer", "lacks its value"},
		{"-D -b", "lacks its value"},
		{"-b 15", "at most 14"},
		{"-Db99999999999999999999", "at most 14"},
		{"--unknown-thing 5", "must not name files: \"5\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *text =
			plan_text(&new_caps, (struct mdf_request){.extra = bad[i].extra});

		if (strncmp(text, "-22 ", 4) != 0 || !strstr(text, bad[i].names))
			fail_msg("\"%s\": %s", bad[i].extra, text);
	}
}

static void test_extra_unknown(void **state)
{
	(void)state;
	assert_string_equal(
		plan_text(&new_caps, (struct mdf_request){.extra = "--brand-new=5"}),
		"makedumpfile -F -d 0 -l --message-level 5 --brand-new=5 /proc/vmcore | "
		"makedumpfile option --brand-new is not known; it is passed on as it is");
}

static void test_too_much(void **state)
{
	char extra[400] = "";

	(void)state;
	for (int i = 0; i < 31; i++)
		strcat(extra, "-D ");
	assert_non_null(
		strstr(plan_text(&new_caps, (struct mdf_request){.extra = extra}), "-D /proc/"));
	for (int i = 0; i < 20; i++)
		strcat(extra, "-D ");
	assert_string_equal(plan_text(&new_caps, (struct mdf_request){.extra = extra}),
			    "-7 too many makedumpfile options");
	assert_non_null(strstr(plan_text(&new_caps, (struct mdf_request){.dump_level = 32}),
			       "-22 dump level 32"));
	assert_non_null(strstr(plan_text(&new_caps, (struct mdf_request){.dump_level = -1}),
			       "-22 dump level -1"));
}

static void test_too_old(void **state)
{
	static const struct {
		unsigned int version[3];
		const char *release, *says; /* "" nothing */
	} cases[] = {
		{{1, 7, 2}, "6.1.0-49-powerpc64le", ""},
		{{1, 7, 2}, "6.12.107-fadump-lab", "newer than 1.7.6"},
		{{1, 7, 2}, "6.12.107-fadump-lab", "makedumpfile 1.7.2 is too old for kernel 6.12"},
		{{1, 7, 6}, "6.12.107", "free pages are not excluded"},
		{{1, 7, 7}, "6.12.107", ""},
		{{1, 7, 6}, "6.11.9", ""},
		{{1, 7, 5}, "6.11.9", "newer than 1.7.5"},
		{{1, 7, 4}, "6.9.0", "newer than 1.7.5"},
		{{1, 7, 4}, "6.8.12", ""},
		{{1, 7, 3}, "6.6.0", "radix"},
		{{1, 7, 3}, "6.5.0", ""},
		{{1, 7, 8}, "7.1.0", "newer than 1.7.9"},
		{{1, 7, 9}, "7.1.0", "newer than 1.7.9"},
		{{1, 8, 0}, "7.1.0", ""},
		{{1, 7, 9}, "7.0.12", ""},
		{{1, 6, 0}, "5.14.0-503.el9", ""},
		{{1, 6, 0}, "", ""},
		{{1, 6, 0}, "garbage", ""},
		{{1, 6, 0}, "7", ""},
	};
	char text[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mdf_caps caps = {.lzo = true};

		memcpy(caps.version, cases[i].version, sizeof(caps.version));
		strcpy(text, "old");
		mdf_warn_too_old(&caps, cases[i].release, text, sizeof(text));
		if (!*cases[i].says)
			assert_string_equal(text, "");
		else if (!strstr(text, cases[i].says))
			fail_msg("%s: \"%s\"", cases[i].release, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_caps),    cmocka_unit_test(test_parse_caps_bad),
		cmocka_unit_test(test_probe),         cmocka_unit_test(test_compress),
		cmocka_unit_test(test_threads),       cmocka_unit_test(test_preload_is_kept),
		cmocka_unit_test(test_needs),         cmocka_unit_test(test_extra_allowed),
		cmocka_unit_test(test_extra_refused), cmocka_unit_test(test_extra_unknown),
		cmocka_unit_test(test_too_much),      cmocka_unit_test(test_too_old),
	};

	return cmocka_run_group_tests_name("makedumpfile", tests, NULL, NULL);
}
