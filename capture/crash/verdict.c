// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/verdict.h"

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

struct saying {
	const char *summary, *advice;
};

static const struct {
	const char *word;
	struct saying says;
} kinds[] = {
	[VERDICT_NONE] = {"none", {"No dump is active.", ""}},
	[VERDICT_DUMP] =
		{"dump",
		 {"A dump is active and its core is sound.",
		  "Save it with 'fadump-ng capture'; an orderly reboot would destroy it."}},
	[VERDICT_BAD_CORE] = {"bad-core",
			      {"A dump is active, but its core is damaged; its memory is kept.",
			       "Copy what can be read of /proc/vmcore to a safe place, then give "
			       "the memory back with "
			       "'fadump-ng release --force'; an orderly reboot would destroy it."}},
	[VERDICT_REFUSED] =
		{"refused",
		 {"The kernel refused the dump and let its memory go: the dump is lost.",
		  "Nothing can be saved but the kernel log, which says why."}},
	[VERDICT_NO_VMCORE] =
		{"no-vmcore",
		 {"The crashed system's memory is still reserved, but the kernel could not "
		  "offer it as /proc/vmcore.",
		  "Keep the kernel log; then 'fadump-ng release --force' gives the memory back."}},
	[VERDICT_FADUMP_OFF] = {"fadump-off",
				{"The machine crashed and the firmware kept its memory, but this "
				 "boot has fadump off: the "
				 "dump is lost.",
				 "Do not write release_mem: it would free memory in use. Remove "
				 "fadump=off from the kernel "
				 "command line and from bootargs_append, and reboot."}},
	[VERDICT_UNDECIDED] = {"undecided",
			       {"The machine crashed, but there is no dump to read, and the kernel "
				"log does not say why.",
				"Run 'fadump-ng register': if it succeeds the dump is lost and "
				"fadump is armed again; if it "
				"is refused (EPERM) the memory is still reserved and 'fadump-ng "
				"release --force' gives it "
				"back."}},
};

/* Of a core that was given by hand: it is a file, and says nothing of this machine's memory. */
static const struct saying sound_file = {
	"The core is sound.",
	"Save it with 'fadump-ng capture --core FILE'.",
};
static const struct saying bad_file = {
	"The file is not a sound core of a 64-bit POWER kernel.",
	"",
};

static const struct saying released = {
	"No dump is active: it was released, but fadump is not registered for the next crash.",
	"Run 'fadump-ng register'.",
};

/* For VERDICT_NONE: what the log adds. The advice is the finding's. */
static const char *const none_but[] = {
	[KLOG_REFUSED] = "No dump is active. One was lost in this boot: the kernel refused it.",
	[KLOG_VMCORE_FAILED] =
		"No dump is active. One was lost in this boot: the kernel could not offer it "
		"as /proc/vmcore.",
	[KLOG_RESERVE_FAILED] =
		"No dump is active, and fadump is not armed: the kernel has no memory reserved "
		"for it.",
	[KLOG_REGISTER_FAILED] =
		"No dump is active, and fadump is not armed: the firmware did not take the "
		"registration.",
};

static void say(struct verdict *v, enum verdict_kind kind)
{
	v->kind = kind;
	v->summary = kinds[kind].says.summary;
	v->advice = kinds[kind].says.advice;
	if ((kind == VERDICT_REFUSED || kind == VERDICT_NO_VMCORE) && v->finding.advice)
		v->advice = v->finding.advice;
}

static void say_none(struct verdict *v)
{
	say(v, VERDICT_NONE);
	if (v->state.release_mem && v->state.registered != 1) {
		v->summary = released.summary;
		v->advice = released.advice;
	}
	/* A failure to arm that was put right since is no news. */
	if (v->state.registered == 1 && v->finding.meaning >= KLOG_RESERVE_FAILED)
		v->finding = (struct klog_finding){0};
	if (v->finding.meaning != KLOG_NOTHING) {
		v->summary = none_but[v->finding.meaning];
		/* Giving the memory back has been done. */
		if (v->finding.meaning != KLOG_VMCORE_FAILED)
			v->advice = v->finding.advice;
	}
}

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
	say(v, r == 0 ? VERDICT_DUMP : VERDICT_BAD_CORE);
	if (file) {
		v->summary = r == 0 ? sound_file.summary : bad_file.summary;
		v->advice = r == 0 ? sound_file.advice : bad_file.advice;
	}
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
	if (kmsg_scan(root, &v->finding) < 0 && v->finding.meaning == KLOG_NOTHING)
		memset(&v->finding, 0, sizeof(v->finding));
}

/* A capture boot without /proc/vmcore. */
static void judge_missing(struct verdict *v)
{
	/* The kernel registers only when nothing is preserved any more. */
	if (v->state.registered == 1 || v->finding.released)
		say_none(v);
	else if (v->finding.meaning == KLOG_REFUSED)
		say(v, VERDICT_REFUSED);
	else if (v->finding.meaning == KLOG_VMCORE_FAILED)
		say(v, VERDICT_NO_VMCORE);
	else
		say(v, VERDICT_UNDECIDED);
}

int verdict_judge(const struct root *root, struct verdict *out)
{
	int r;

	memset(out, 0, sizeof(*out));
	say(out, VERDICT_NONE);
	r = fadump_read(root, &out->state);
	if (r < 0)
		return r;
	if (out->state.release_mem && out->state.enabled != 0 && out->state.vmcore)
		return judge_vmcore(root, out);
	read_log(root, out);
	if (!out->state.release_mem)
		say_none(out);
	else if (out->state.enabled == 0)
		say(out, VERDICT_FADUMP_OFF);
	else
		judge_missing(out);
	return 0;
}

int verdict_judge_core(int fd, struct verdict *out)
{
	memset(out, 0, sizeof(*out));
	say(out, VERDICT_NONE);
	return judge_core(fd, false, true, out);
}

void verdict_deinit(struct verdict *v)
{
	vmcore_deinit(&v->core);
}

const char *verdict_word(enum verdict_kind kind)
{
	return kind < ARRAY_SIZE(kinds) ? kinds[kind].word : "unknown";
}

const char *verdict_error(const struct verdict *v, int err)
{
	return v->why[0] ? v->why : strerror(-err);
}
