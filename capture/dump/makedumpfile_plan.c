// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/makedumpfile.h"

#include "dump/makedumpfile_options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Progress and errors; common messages would hide the error with "makedumpfile Failed.". */
#define MESSAGE_LEVEL    "5"
#define THREADS_AUTO_MAX 16 /* gains flatten here */
#define THREADS_CORE_MIN (4 * GIB)
#define PRELOAD          "libgcc_s.so.1"
/* Of address space: far more than was ever seen. A thread has a stack, and a heap of its own that
 * is reserved in pieces of 64 MiB; the map of memory grows with the machine. */
#define MEMORY_BASE   (2 * GIB)
#define MEMORY_THREAD (256 * MIB)
#define MEMORY_SHARE  (64 * KIB) /* one byte for so many of the machine's */
/* Its own, and for each thread the core and each of two bitmaps. */
#define FILES_BASE   64
#define FILES_THREAD 4
#define PAGE_MAX     (64 * KIB)
#define PAGE_MIN     (4 * KIB)
#define MACHINE_MAX  (64 * KIB * GIB) /* Linux on POWER has no more; a core may say anything */
#define FILE_BASE    MIB              /* of two bitmaps: each is rounded up */

static const unsigned int threads_from[3] = {1, 7, 8};

static const struct {
	enum dump_compress compress;
	const char *option;
} compressions[] = {
	{DUMP_COMPRESS_LZO, "-l"},  {DUMP_COMPRESS_ZSTD, "-z"}, {DUMP_COMPRESS_SNAPPY, "-p"},
	{DUMP_COMPRESS_ZLIB, "-c"}, {DUMP_COMPRESS_NONE, NULL},
};

/* Best first; zlib is always there. */
static const enum dump_compress for_disk[] = {DUMP_COMPRESS_LZO, DUMP_COMPRESS_SNAPPY,
					      DUMP_COMPRESS_ZSTD, DUMP_COMPRESS_ZLIB};
static const enum dump_compress for_network[] = {DUMP_COMPRESS_ZSTD, DUMP_COMPRESS_LZO,
						 DUMP_COMPRESS_SNAPPY, DUMP_COMPRESS_ZLIB};

static _printf_(2, 3) void warn(struct mdf_plan *plan, const char *fmt, ...)
{
	va_list ap;

	for (size_t i = 0; i < ARRAY_SIZE(plan->warnings); i++) {
		if (plan->warnings[i][0])
			continue;
		va_start(ap, fmt);
		(void)vsnprintf(plan->warnings[i], sizeof(plan->warnings[i]), fmt, ap);
		va_end(ap);
		return;
	}
}

static bool built_in(const struct mdf_caps *caps, enum dump_compress c)
{
	switch (c) {
	case DUMP_COMPRESS_LZO:
		return caps->lzo;
	case DUMP_COMPRESS_ZSTD:
		return caps->zstd;
	case DUMP_COMPRESS_SNAPPY:
		return caps->snappy;
	case DUMP_COMPRESS_AUTO:
		return false;
	default:
		return true;
	}
}

static void choose_compress(const struct mdf_caps *caps, const struct mdf_request *req,
			    struct mdf_plan *plan)
{
	const enum dump_compress *best = req->network ? for_network : for_disk;

	plan->compress = req->compress;
	if (built_in(caps, req->compress))
		return;
	while (!built_in(caps, *best))
		best++;
	plan->compress = *best;
	if (req->compress != DUMP_COMPRESS_AUTO)
		warn(plan, "makedumpfile was built without %s; %s is used",
		     dump_compress_word(req->compress), dump_compress_word(*best));
}

static bool threads_work(const struct mdf_caps *caps)
{
	for (size_t i = 0; i < ARRAY_SIZE(threads_from); i++)
		if (caps->version[i] != threads_from[i])
			return caps->version[i] > threads_from[i];
	return true;
}

/* 0 and 1 both mean that makedumpfile does it alone. */
static void choose_threads(const struct mdf_caps *caps, const struct mdf_request *req,
			   struct mdf_plan *plan)
{
	unsigned int cpus = req->cpus_online ? req->cpus_online : 1, n;

	if (req->threads > 0) {
		n = (unsigned int)req->threads;
		if (n > cpus) {
			warn(plan, "threads = %u is more than the %u CPUs online; %u used", n, cpus,
			     cpus);
			n = cpus;
		}
		if (n > 1 && !threads_work(caps)) {
			warn(plan,
			     "threads are not used: makedumpfile %u.%u.%u can corrupt pages with "
			     "them; "
			     "1.7.8 does not",
			     caps->version[0], caps->version[1], caps->version[2]);
			n = 0;
		}
	} else {
		n = cpus < THREADS_AUTO_MAX ? cpus : THREADS_AUTO_MAX;
		if (req->core_size < THREADS_CORE_MIN || !threads_work(caps))
			n = 0;
	}
	plan->threads = n > 1 ? (int)n : 0;
}

static int add(struct mdf_plan *plan, const char *word, size_t len)
{
	size_t n = 0;

	while (plan->argv[n])
		n++;
	/* Room for the NULL, and for the core, which comes last. */
	if (n + 2 > ARRAY_SIZE(plan->argv) - 1)
		return -E2BIG;
	plan->argv[n] = strndup(word, len);
	return plan->argv[n] ? 0 : -ENOMEM;
}

static _printf_(2, 3) int addf(struct mdf_plan *plan, const char *fmt, ...)
{
	char word[32];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(word, sizeof(word), fmt, ap);
	va_end(ap);
	return add(plan, word, strlen(word));
}

static int add_extra(const char *extra, struct mdf_plan *plan, struct mdf_vetting *vetting)
{
	size_t first = 0, n = 0;
	int r;

	while (plan->argv[first])
		first++;
	for (;;) {
		extra += strspn(extra, " \t");
		if (!*extra)
			break;
		r = add(plan, extra, strcspn(extra, " \t"));
		if (r < 0)
			return r;
		extra += strcspn(extra, " \t");
		n++;
	}
	mdf_vet_options(plan->argv + first, n, vetting);
	if (vetting->bad) {
		memcpy(plan->warnings[0], vetting->text, sizeof(vetting->text));
		return -EINVAL;
	}
	if (vetting->unknown)
		warn(plan, "%s", vetting->text);
	return 0;
}

static int set_argv(const struct mdf_request *req, struct mdf_plan *plan,
		    struct mdf_vetting *vetting)
{
	size_t n = 0;
	int r;

	r = addf(plan, "makedumpfile");
	r = r ? r : addf(plan, "-F");
	r = r ? r : addf(plan, "-d");
	r = r ? r : addf(plan, "%d", req->dump_level);
	for (size_t i = 0; i < ARRAY_SIZE(compressions); i++)
		if (compressions[i].compress == plan->compress && compressions[i].option)
			r = r ? r : addf(plan, "%s", compressions[i].option);
	if (plan->threads > 0) {
		r = r ? r : addf(plan, "--num-threads");
		r = r ? r : addf(plan, "%d", plan->threads);
	}
	r = r ? r : addf(plan, "--message-level");
	r = r ? r : addf(plan, MESSAGE_LEVEL);
	r = r ? r : add_extra(req->extra, plan, vetting);
	if (r < 0)
		return r;
	while (plan->argv[n])
		n++;
	plan->argv[n] = strdup(req->core);
	plan->core = plan->argv[n];
	return plan->argv[n] ? 0 : -ENOMEM;
}

/*
 * A core has its pages below core_top, and may say so wrongly: sizes are of the smallest pages, and
 * the cache for writing of the largest.
 */
static void set_needs(const struct mdf_request *req, const struct mdf_vetting *vetting,
		      struct mdf_plan *plan)
{
	uint64_t page = req->page_size ? req->page_size : PAGE_MIN;
	uint64_t top = req->core_top > req->core_size ? req->core_top : req->core_size;
	uint64_t bitmaps; /* two, a bit for each page */
	uint64_t largest = page > PAGE_MAX || !req->page_size ? PAGE_MAX : page;
	unsigned int threads = (unsigned int)plan->threads;

	if (top > MACHINE_MAX)
		top = MACHINE_MAX;
	bitmaps = top / page / 4;
	/* It gathers until one more page might not fit. */
	plan->record_max = (largest << vetting->order) + largest;
	plan->needs = (struct mdf_needs){
		.memory = MEMORY_BASE + threads * MEMORY_THREAD + top / MEMORY_SHARE + bitmaps +
			  2 * vetting->cyclic_buffer + 2 * plan->record_max,
		.files = FILES_BASE + threads * FILES_THREAD,
		.file_size = FILE_BASE + bitmaps,
	};
}

static int add_env(struct mdf_plan *plan, const char *name, const char *value, const char *more)
{
	size_t n = 0;

	while (plan->env[n])
		n++;
	if (asprintf(&plan->env[n], "%s=%s%s%s", name, value, more && *more ? " " : "",
		     more ? more : "") >= 0)
		return 0;
	plan->env[n] = NULL;
	return -ENOMEM;
}

/*
 * What it says is looked at, so it is to be in one language. Threads are cancelled at the end, for
 * which glibc loads libgcc_s: too late, it aborts when that loses a race.
 */
static int set_env(struct mdf_plan *plan)
{
	int r = add_env(plan, "TMPDIR", MDF_SCRATCH, NULL);

	r = r ? r : add_env(plan, "LC_ALL", "C", NULL);
	if (plan->threads)
		r = r ? r : add_env(plan, "LD_PRELOAD", PRELOAD, getenv("LD_PRELOAD"));
	return r;
}

int mdf_plan_init(const struct mdf_caps *caps, const struct mdf_request *req, struct mdf_plan *out)
{
	struct mdf_vetting vetting = {.order = MDF_ORDER_DEFAULT};
	int r;

	*out = (struct mdf_plan){0};
	if (req->dump_level < 0 || req->dump_level > 31) {
		warn(out, "dump level %d is not between 0 and 31", req->dump_level);
		return -EINVAL;
	}
	choose_compress(caps, req, out);
	choose_threads(caps, req, out);
	r = set_argv(req, out, &vetting);
	r = r ? r : set_env(out);
	if (r == 0) {
		set_needs(req, &vetting, out);
		return 0;
	}
	if (r == -E2BIG) {
		out->warnings[0][0] = '\0';
		warn(out, "too many makedumpfile options");
	}
	mdf_plan_deinit(out);
	return r;
}

void mdf_plan_deinit(struct mdf_plan *plan)
{
	for (size_t i = 0; i < ARRAY_SIZE(plan->argv); i++) {
		free(plan->argv[i]);
		plan->argv[i] = NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(plan->env); i++) {
		free(plan->env[i]);
		plan->env[i] = NULL;
	}
}

int mdf_check_extra(const char *extra, char *why, size_t size)
{
	const struct mdf_caps caps = {.version = {1, 7, 8}};
	const struct mdf_request request = {
		.dump_level = 31,
		.compress = DUMP_COMPRESS_AUTO,
		.extra = extra,
		.cpus_online = 1,
		.core = "/proc/vmcore",
	};
	struct mdf_plan plan;
	int r = mdf_plan_init(&caps, &request, &plan);

	if (r == 0 || r == -EINVAL || r == -E2BIG)
		(void)snprintf(why, size, "%s", plan.warnings[0]);
	if (r == 0)
		mdf_plan_deinit(&plan);
	return r == -E2BIG ? -EINVAL : r;
}
