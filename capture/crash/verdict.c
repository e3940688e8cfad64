// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/verdict.h"
#include "crash/verdict_text.h"

#include "base/cleanup.h"
#include "crash/kmsg.h"
#include "crash/vmcore_judge.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VMCORE_PATH "/proc/vmcore"

/* file: one that was given by hand. */
static int judge_core(int fd, bool real, bool file, struct verdict *v)
{
	long page_size = real ? sysconf(_SC_PAGESIZE) : 0;
	bool big_endian_host = __BYTE_ORDER == __BIG_ENDIAN;
	struct confined_result how;
	int r;

	r = vmcore_judge(fd, page_size > 0 ? (uint64_t)page_size : 0, &v->core, &v->problem, &how);
	v->lack = how.lack;
	if (how.why[0])
		(void)snprintf(v->why, sizeof(v->why),
			       "the process that reads the core's headers: %s; the core cannot be "
			       "judged%s",
			       how.why, file ? "" : ", and nothing is released");
	if (r < 0 && r != -EINVAL)
		return r;
	/* A core looked at beneath a root prefix is another machine's: there any order will do. */
	if (r == 0 && real && v->core.big_endian != big_endian_host) {
		(void)snprintf(v->core.detail, sizeof(v->core.detail), "the core is %s-endian",
			       v->core.big_endian ? "big" : "little");
		v->problem = VMCORE_WRONG_ENDIAN;
		r = -EINVAL;
	}
	verdict_say(v, r == 0 ? VERDICT_DUMP : VERDICT_BAD_CORE);
	if (file)
		verdict_say_file(v, r == 0);
	return 0;
}

static int judge_vmcore(const struct root *root, struct verdict *v)
{
	_cleanup_close_ int fd = root_open(root, VMCORE_PATH, O_RDONLY, 0);

	if (fd < 0)
		return fd;
	return judge_core(fd, root->real, false, v);
}

/* The kernel's log, where it can say more than the files: not when all is as it should be. */
static void read_log(const struct root *root, struct verdict *v)
{
	const struct fadump_state *s = &v->state;

	if (!s->supported || (!s->release_mem && s->registered == 1))
		return;
	/* A log that may not be read says nothing, and that is what the verdict says then. */
	v->log_error = kmsg_scan(root, &v->finding);
	if (v->log_error < 0 && v->finding.meaning == KLOG_NOTHING)
		memset(&v->finding, 0, sizeof(v->finding));
}

/* A capture boot without /proc/vmcore. */
static void judge_missing(struct verdict *v)
{
	/* The kernel registers only when nothing is preserved any more. */
	if (v->state.registered == 1 || v->finding.released)
		verdict_say_none(v);
	else if (v->finding.meaning == KLOG_REFUSED)
		verdict_say(v, VERDICT_REFUSED);
	else if (v->finding.meaning == KLOG_VMCORE_FAILED)
		verdict_say(v, VERDICT_NO_VMCORE);
	else
		verdict_say(v, VERDICT_UNDECIDED);
}

/*
 * Another kernel started this one. It passed the firmware's description of an old dump on, so that
 * this kernel took memory of that crash, or whatever is there by now, for a dump. The firmware has
 * none.
 */
static void judge_kexec(struct verdict *v)
{
	switch (v->kind) {
	case VERDICT_DUMP:
	case VERDICT_BAD_CORE:
	case VERDICT_NO_VMCORE:
	case VERDICT_UNDECIDED:
		verdict_say(v, VERDICT_KEXEC);
		break;
	case VERDICT_REFUSED:
	case VERDICT_UNSUPPORTED:
		v->finding = (struct klog_finding){0};
		verdict_say_none(v);
		break;
	case VERDICT_FADUMP_OFF:
	case VERDICT_KEXEC:
	case VERDICT_NONE:
		break;
	}
}

static void judge_files(const struct root *root, struct verdict *v)
{
	const struct fadump_state *s = &v->state;

	if (s->release_mem && s->enabled != 0 && s->vmcore) {
		verdict_say(v, VERDICT_DUMP);
		return;
	}
	read_log(root, v);
	if (!s->supported && s->firmware_dump)
		verdict_say(v, VERDICT_UNSUPPORTED);
	else if (!s->release_mem)
		verdict_say_none(v);
	else if (s->enabled == 0)
		verdict_say(v, VERDICT_FADUMP_OFF);
	else
		judge_missing(v);
}

static int judge_all(const struct root *root, bool core, struct verdict *out)
{
	int r;

	memset(out, 0, sizeof(*out));
	verdict_say(out, VERDICT_NONE);
	r = fadump_read(root, &out->state);
	if (r < 0)
		return r;
	judge_files(root, out);
	if (core && out->kind == VERDICT_DUMP)
		r = judge_vmcore(root, out);
	if (r == 0 && out->state.from_kexec)
		judge_kexec(out);
	return r;
}

int verdict_judge(const struct root *root, struct verdict *out)
{
	return judge_all(root, true, out);
}

int verdict_look(const struct root *root, struct verdict *out)
{
	return judge_all(root, false, out);
}

int verdict_judge_core(int fd, struct verdict *out)
{
	memset(out, 0, sizeof(*out));
	verdict_say(out, VERDICT_NONE);
	return judge_core(fd, false, true, out);
}

void verdict_deinit(struct verdict *v)
{
	vmcore_deinit(&v->core);
}

const char *verdict_error(const struct verdict *v, int err)
{
	return v->why[0] ? v->why : strerror(-err);
}
