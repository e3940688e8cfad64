// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/stream.h"

#include "../tools/flat_image.h"
#include "base/clock.h"
#include "stub.h"
#include "unit.h"

#include <errno.h>

#define DATA_LEN 300000

struct fixture {
	struct stubs stubs;
	unsigned char *data, *flat;
	size_t flat_len;
};

struct sink {
	unsigned char *data;
	size_t room;
	uint64_t written;
	uint64_t fail_after; /* bytes; 0: never */
	int error;           /* then; 0: -ENOSPC */
	unsigned int reports;
	int last_permille;
};

static int setup(void **state)
{
	struct flat_image_opts o = {.record = 7000, .seed = 5, .rewrite = true};
	struct fixture *f = calloc(1, sizeof(*f));

	stubs_init(&f->stubs);
	f->data = malloc(DATA_LEN);
	for (size_t i = 0; i < DATA_LEN; i++)
		f->data[i] = (unsigned char)(i * 13 + i / 251);
	f->flat = flat_image_make(f->data, DATA_LEN, &o, &f->flat_len);
	stubs_data(&f->stubs, "good", f->flat, f->flat_len);
	stubs_data(&f->stubs, "cut", f->flat, f->flat_len - 1);
	stubs_data(&f->stubs, "half", f->flat, f->flat_len / 2);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"makedumpfile", "good", "cut", "half", NULL};
	struct fixture *f = *state;

	stubs_deinit(&f->stubs, names);
	free(f->data);
	free(f->flat);
	free(f);
	return 0;
}

static int sink_write(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct sink *s = ctx;

	assert_true(range_ok(off, len, s->room));
	if (s->fail_after && s->written + len > s->fail_after)
		return s->error ? s->error : -ENOSPC;
	memcpy(s->data + off, buf, len);
	s->written += len;
	return 0;
}

static void on_progress(void *ctx, const struct progress *p)
{
	struct sink *s = ctx;

	s->reports++;
	s->last_permille = p->permille;
	assert_true(p->bytes == s->written);
}

/* Run the stub; a sink of its own each time. */
static int run(const struct fixture *f, const char *script, struct stream_spec spec,
	       struct sink *sink, struct stream_result *res)
{
	struct mdf_plan plan = {.argv = {"makedumpfile", "-F", "core"}};
	int r;

	if (script)
		stubs_add(&f->stubs, "makedumpfile", script);
	sink->data = calloc(1, DATA_LEN);
	sink->room = DATA_LEN;
	spec.plan = &plan;
	spec.write = sink_write;
	spec.write_ctx = sink;
	spec.on_progress = on_progress;
	spec.progress_ctx = sink;
	r = stream_run(&spec, res);
	assert_int_equal(res->complete, r == 0);
	assert_true(res->complete == !res->reason[0]);
	return r;
}

static void test_complete(void **state)
{
	struct fixture *f = *state;
	struct sink sink = {.written = 0};
	struct stream_result res;

	assert_int_equal(run(f,
			     "[ \"$*\" = '-F core' ] || exit 9\n"
			     "printf '\\rCopying data    : [ 50.0 %%] |       eta: 1s' >&2\n"
			     "cat $STUBS/good\n"
			     "printf '\\rCopying data    : [100.0 %%] |       eta: 0s' >&2",
			     (struct stream_spec){0}, &sink, &res),
			 0);
	assert_memory_equal(sink.data, f->data, DATA_LEN);
	assert_int_equal(res.size, DATA_LEN);
	assert_int_equal(res.streamed, f->flat_len);
	assert_int_equal(res.exit_status, 0);
	assert_int_equal(res.problem, FLAT_OK);
	assert_int_equal(sink.written, DATA_LEN + 7000);
	/* The last report is at the end. */
	assert_true(sink.reports >= 1);
	assert_int_equal(sink.last_permille, 1000);
	free(sink.data);
}

/* Shuffled records, one of them written twice; and a sink that has no room. */
static void test_the_digest_is_that_of_the_file(void **state)
{
	struct fixture *f = *state;
	struct sink sink = {.written = 0};
	uint8_t wanted[DIGEST_SIZE], got[DIGEST_SIZE];
	struct stream_result res;
	struct digest d;

	assert_int_equal(digest_init(&d), 0);
	digest_update(&d, f->data, DATA_LEN, 0);
	assert_int_equal(digest_finish(&d, DATA_LEN, NULL, wanted), 0);
	digest_deinit(&d);
	assert_int_equal(digest_init(&d), 0);
	assert_int_equal(run(f, "cat $STUBS/good", (struct stream_spec){.digest = &d}, &sink, &res),
			 0);
	assert_int_equal(digest_finish(&d, res.size, NULL, got), 0);
	assert_memory_equal(got, wanted, DIGEST_SIZE);
	digest_deinit(&d);
	free(sink.data);
	sink = (struct sink){.fail_after = DATA_LEN / 2};
	assert_int_equal(digest_init(&d), 0);
	assert_int_equal(run(f, "cat $STUBS/good", (struct stream_spec){.digest = &d}, &sink, &res),
			 -ENOSPC);
	digest_deinit(&d);
	free(sink.data);
}

static void test_reasons(void **state)
{
	static const struct {
		const char *script;
		int result, status;
		const char *reason; /* its beginning */
	} cases[] = {
		{"cat $STUBS/good; exit 1", -EIO, 1, "makedumpfile exited with 1"},
		{"cat $STUBS/half; printf \"\\rCopying data    : [ 50.0 %%] |           eta: 1s\" "
		 ">&2\n"
		 "echo \"Can't read the dump memory.\" >&2; echo makedumpfile Failed. >&2; exit 1",
		 -EIO, 1, "makedumpfile exited with 1: Can't read the dump memory."},
		{"printf '\\rA : [ 1.0 %%] |           eta: 1s\\n\\n' >&2; exit 3", -EIO, 3,
		 "makedumpfile exited with 3"},
		{"printf 'bad \\033[1m\\001thing\\n\\r' >&2; exit 1", -EIO, 1,
		 "makedumpfile exited with 1: bad  [1m thing"},
		{"cat $STUBS/good; kill -9 $$", -EIO, 137, "makedumpfile was killed by signal 9"},
		{"cat $STUBS/half; kill -SEGV $$", -EIO, 139,
		 "makedumpfile was killed by signal 11"},
		{"cat $STUBS/cut", -EBADMSG, 0, "stream ended without its end marker after "},
		{":", -EBADMSG, 0,
		 "stream ended without its end marker after 0 bytes (makedumpfile exited 0)"},
		{"cat $STUBS/good; printf x", -EBADMSG, -2,
		 "bad stream from makedumpfile: data after the end marker, at byte "},
		{"echo 'The usage is as follows, at some length.'", -EBADMSG, -2,
		 "bad stream from makedumpfile: not a flattened"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sink sink = {.written = 0};
		struct stream_result res;
		int r = run(f, cases[i].script, (struct stream_spec){0}, &sink, &res);

		if (r != cases[i].result ||
		    (cases[i].status != -2 && res.exit_status != cases[i].status) ||
		    strncmp(res.reason, cases[i].reason, strlen(cases[i].reason)) != 0)
			fail_msg("%s: %d, %d, \"%s\"", cases[i].script, r, res.exit_status,
				 res.reason);
		/* Nothing follows the words of makedumpfile itself. */
		if (cases[i].status == 1)
			assert_string_equal(res.reason, cases[i].reason);
		assert_int_equal(res.sink_error, 0);
		free(sink.data);
	}
}

static void test_no_makedumpfile(void **state)
{
	struct fixture *f = *state;
	struct sink sink = {.written = 0};
	struct stream_result res;
	char *path = strdup(getenv("PATH"));

	stubs_remove(&f->stubs, "makedumpfile");
	setenv("PATH", f->stubs.dir, 1);
	assert_int_equal(run(f, NULL, (struct stream_spec){0}, &sink, &res), -ENOENT);
	setenv("PATH", path, 1);
	assert_string_equal(res.reason, "makedumpfile could not be run: No such file or directory");
	assert_int_equal(res.exit_status, -1);
	free(path);
	free(sink.data);
}

static void test_sink_error_wins(void **state)
{
	struct fixture *f = *state;
	struct sink sink = {.fail_after = 100000};
	struct stream_result res;
	int64_t start = clock_ms();

	assert_int_equal(run(f, "while cat $STUBS/good; do :; done; echo broken pipe >&2; exit 1",
			     (struct stream_spec){0}, &sink, &res),
			 -ENOSPC);
	assert_string_equal(res.reason, "writing the dump failed: No space left on device");
	assert_int_equal(res.sink_error, -ENOSPC);
	assert_int_equal(res.problem, FLAT_SINK);
	assert_true(clock_ms() - start < 5000);
	free(sink.data);
}

static void test_sink_times_out(void **state)
{
	struct fixture *f = *state;
	struct sink sink = {.fail_after = 1, .error = -ETIMEDOUT};
	struct stream_result res;

	/* Not to be taken for makedumpfile's deadline. */
	assert_int_equal(run(f, "cat $STUBS/good", (struct stream_spec){0}, &sink, &res),
			 -ETIMEDOUT);
	assert_string_equal(res.reason, "writing the dump failed: Connection timed out");
	assert_int_equal(res.sink_error, -ETIMEDOUT);
	free(sink.data);
}

static void test_deadline_and_stall(void **state)
{
	struct fixture *f = *state;
	struct sink sink = {.written = 0};
	struct stream_result res;

	assert_int_equal(run(f, "cat $STUBS/half; exec sleep 60",
			     (struct stream_spec){.deadline = clock_ms() + 1300}, &sink, &res),
			 -ETIMEDOUT);
	assert_non_null(strstr(res.reason, "did not finish in time: stopped after 1 s"));
	assert_int_equal(res.streamed, f->flat_len / 2);
	/* On the way once, and at the end. */
	assert_true(sink.reports >= 2);
	free(sink.data);

	sink = (struct sink){.written = 0};
	assert_int_equal(run(f, "cat $STUBS/half; exec sleep 60",
			     (struct stream_spec){.stall_ms = 1000}, &sink, &res),
			 -ETIMEDOUT);
	assert_non_null(strstr(res.reason, "hangs: stopped after 1 s of silence"));
	free(sink.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_the_digest_is_that_of_the_file),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_no_makedumpfile),
		cmocka_unit_test(test_sink_error_wins),
		cmocka_unit_test(test_sink_times_out),
		cmocka_unit_test(test_deadline_and_stall),
	};

	return cmocka_run_group_tests_name("stream", tests, setup, teardown);
}
