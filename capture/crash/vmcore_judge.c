// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/vmcore_judge.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DEADLINE_MS  INT64_C(60000) /* three short reads */
#define MEMORY       (64 * MIB)     /* 65534 program headers and their segments, sorted */
#define SEGMENTS_MAX 65534          /* e_phnum has 16 bits, and one value of its own */

/* What the child says; n_segments segments follow. Nothing in it that may not have any value: no
 * bool, no enum, no pointer. */
struct answer {
	struct vmcoreinfo info;
	uint64_t memory, n_segments;
	uint32_t problem, cpus;
	uint16_t machine;
	uint8_t big_endian, rest[5];
	char detail[sizeof(((struct vmcore *)0)->detail)];
};

static int look(void *ctx, int fd, int out)
{
	const uint64_t *page_size = ctx;
	enum vmcore_problem problem = VMCORE_OK;
	struct vmcore core;
	struct answer a;
	int r = vmcore_read(fd, *page_size, &core, &problem);

	memset(&a, 0, sizeof(a));
	a.info = core.info;
	a.memory = core.memory;
	a.n_segments = core.n_segments;
	a.problem = problem;
	a.cpus = core.cpus;
	a.machine = core.machine;
	a.big_endian = core.big_endian;
	memcpy(a.detail, core.detail, sizeof(a.detail));
	confined_say(out, &a, sizeof(a));
	confined_say(out, core.segments, core.n_segments * sizeof(*core.segments));
	vmcore_deinit(&core);
	return r;
}

/* It ends, and can be shown. */
static bool text_ok(const char *s, size_t size)
{
	size_t i;

	for (i = 0; i < size && s[i]; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return i < size;
}

static bool info_ok(const struct vmcoreinfo *v)
{
	return text_ok(v->osrelease, sizeof(v->osrelease)) &&
	       text_ok(v->build_id, sizeof(v->build_id)) &&
	       text_ok(v->architecture, sizeof(v->architecture));
}

static bool segments_ok(const struct answer *a, const struct vmcore_segment *s, uint64_t size)
{
	uint64_t sum = 0, i;

	for (i = 0; i < a->n_segments; i++) {
		if (!range_ok(s[i].offset, s[i].size, size) || s[i].size > UINT64_MAX - s[i].paddr)
			return false;
		sum += s[i].size;
	}
	/* Until they are known not to overlap they have no sum. */
	return a->memory == 0 || (a->memory == sum && sum <= size);
}

/* A core that is sound, or one problem that there is. */
static bool sense(const struct answer *a, int r, uint64_t page_size)
{
	if (r == 0)
		return a->problem == VMCORE_OK && a->cpus && a->n_segments && a->memory &&
		       a->info.osrelease[0] && a->info.page_size && !a->detail[0] &&
		       (!page_size || a->info.page_size == page_size);
	return r != -EINVAL || (a->problem > VMCORE_OK && a->problem <= VMCORE_PAGE_SIZE &&
				a->problem != VMCORE_WRONG_ENDIAN && a->detail[0]);
}

static int take(const void *buf, size_t len, int r, uint64_t page_size, struct vmcore *out,
		enum vmcore_problem *problem)
{
	const struct vmcore_segment *segments =
		(const void *)((const char *)buf + sizeof(struct answer));
	struct answer a;

	if (len < sizeof(a))
		return -EPROTO;
	memcpy(&a, buf, sizeof(a));
	if (a.n_segments > SEGMENTS_MAX || len != sizeof(a) + a.n_segments * sizeof(*segments) ||
	    a.big_endian > 1 || !text_ok(a.detail, sizeof(a.detail)) || !info_ok(&a.info) ||
	    !segments_ok(&a, segments, out->size) || !sense(&a, r, page_size))
		return -EPROTO;
	if (a.n_segments) {
		out->segments = malloc(a.n_segments * sizeof(*segments));
		if (!out->segments)
			return -ENOMEM;
		memcpy(out->segments, segments, a.n_segments * sizeof(*segments));
	}
	out->n_segments = a.n_segments;
	out->big_endian = a.big_endian;
	out->machine = a.machine;
	out->cpus = a.cpus;
	out->memory = a.memory;
	out->info = a.info;
	memcpy(out->detail, a.detail, sizeof(out->detail));
	*problem = (enum vmcore_problem)a.problem;
	return r;
}

int vmcore_judge(int fd, uint64_t page_size, struct vmcore *out, enum vmcore_problem *problem,
		 struct confined_result *how)
{
	const size_t max = sizeof(struct answer) + SEGMENTS_MAX * sizeof(struct vmcore_segment);
	const struct confined_spec spec = {
		.work = look,
		.ctx = &page_size,
		.fd = fd,
		.deadline_ms = DEADLINE_MS,
		.memory = MEMORY,
	};
	_cleanup_free_ void *buf = NULL;
	struct stat st;
	int r;

	memset(out, 0, sizeof(*out));
	*how = (struct confined_result){0};
	if (fstat(fd, &st) < 0)
		return -errno;
	buf = malloc(max);
	if (!buf)
		return -ENOMEM;
	out->size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
	r = confined_run(&spec, buf, max, how);
	/* What only it was asked to say "refused" with. */
	if (r < 0)
		return r == -EINVAL ? -EIO : r;
	r = take(buf, how->len, how->error, page_size, out, problem);
	if (r == -EPROTO)
		(void)snprintf(how->why, sizeof(how->why), "what it says makes no sense");
	return r;
}
