// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/verdict_text.h"

#include <errno.h>

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
		  "Keep the kernel log. No program can read the dump: 'fadump-ng release --force' "
		  "gives "
		  "it up and the memory back."}},
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
				"fadump is armed again; if it is refused the memory is still "
				"reserved."}},
	[VERDICT_KEXEC] =
		{"kexec",
		 {"This kernel was started by kexec, and took what an earlier crash had left for a "
		  "dump; it is no crash of this boot, and is neither captured nor released.",
		  "If that crash was not saved, copy what there is with 'fadump-ng capture --core "
		  "/proc/vmcore'. After that reboot through the firmware: until then the memory is "
		  "missing and fadump is not armed."}},
	[VERDICT_UNSUPPORTED] =
		{"unsupported",
		 {"The machine crashed and the firmware kept its memory, but this kernel has no "
		  "fadump (CONFIG_FA_DUMP) and uses that memory: the dump is lost.",
		  "Boot a kernel with CONFIG_FA_DUMP=y and fadump=on; or set up kdump instead."}},
};

static const char read_as_root[] = "The kernel log may not be read: run as root.";

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

void verdict_say(struct verdict *v, enum verdict_kind kind)
{
	v->kind = kind;
	v->summary = kinds[kind].says.summary;
	v->advice = kinds[kind].says.advice;
	if ((kind == VERDICT_REFUSED || kind == VERDICT_NO_VMCORE) && v->finding.advice)
		v->advice = v->finding.advice;
	if (kind == VERDICT_UNDECIDED && (v->log_error == -EACCES || v->log_error == -EPERM))
		v->advice = read_as_root;
}

void verdict_say_none(struct verdict *v)
{
	verdict_say(v, VERDICT_NONE);
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

void verdict_released(struct verdict *v)
{
	v->finding = (struct klog_finding){0};
	verdict_say_none(v);
}

void verdict_say_file(struct verdict *v, bool sound)
{
	v->summary = sound ? sound_file.summary : bad_file.summary;
	v->advice = sound ? sound_file.advice : bad_file.advice;
}

const char *verdict_word(enum verdict_kind kind)
{
	return kind < ARRAY_SIZE(kinds) ? kinds[kind].word : "unknown";
}
