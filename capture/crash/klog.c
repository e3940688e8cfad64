// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/klog.h"

#include "base/macros.h"

#include <errno.h>
#include <string.h>

/* Who says it. The platforms' own prefixes came with 5.5; before that all of them said "fadump: ".
 */
enum speaker { SPEAKER_OTHER, SPEAKER_FADUMP, SPEAKER_VMCORE };

struct text {
	const char *p;
	size_t len;
};

static const char same_kernel[] =
	"Crash and capture boot must run the same kernel: after a kernel update, reboot soon.";
static const char more_memory[] =
	"Raise crashkernel=, or pass nr_cpus=16 to the capture boot through bootargs_append.";
static const char report_firmware[] =
	"Keep the kernel log and report it to the firmware's support.";
static const char save_log[] = "Keep the kernel log. No program can read the dump: 'fadump-ng "
			       "release --force' gives it up "
			       "and the memory back.";
static const char raise_boot_memory[] =
	"Set crashkernel= to what the message asks for (768M is enough everywhere) and reboot.";
static const char see_platform[] = "Remove fadump=on from the kernel command line and use kdump, "
				   "or move to firmware and a partition that offer fadump.";
static const char retry_register[] =
	"Run 'fadump-ng register'; if it fails again, keep the kernel log and report it to the "
	"firmware's support.";

static const struct saying {
	enum speaker speaker;
	enum klog_meaning meaning;
	const char *start; /* of the message, after the speaker's prefix */
	const char *why, *advice;
} sayings[] = {
	{SPEAKER_FADUMP, KLOG_REFUSED, "Old magic number, can't process the dump.",
	 "The kernel that crashed is older than 6.10 and describes its dump in a way that the "
	 "running kernel no longer reads.",
	 same_kernel},
	{SPEAKER_FADUMP, KLOG_REFUSED,
	 "Endianness mismatch between the crashed and fadump kernels.",
	 "The kernel that crashed has the other byte order than the running one.", same_kernel},
	/* 6.10 was spelled so until it was corrected. */
	{SPEAKER_FADUMP, KLOG_REFUSED, "Fadump header is corrup",
	 "Where the crashed kernel should have left its description of the dump there is something "
	 "else: overwritten in the crash, or left by another kernel.",
	 same_kernel},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Crash info header is not valid.",
	 "The crashed kernel's description of the dump is not one that the running kernel, older "
	 "than 6.10, reads: overwritten in the crash, or left by a newer kernel.",
	 same_kernel},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Fadump header size mismatch.",
	 "The kernel that crashed was built differently from the running one (registers or "
	 "NR_CPUS).",
	 same_kernel},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Crash info header is empty.",
	 "The crashed kernel left no description of the dump.", same_kernel},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Failed to allocate",
	 "The capture boot had too little memory to describe the dump.", more_memory},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Dump taken by platform is not valid",
	 "The firmware says that its copy of the memory has errors.", report_firmware},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Dump taken by platform is incomplete",
	 "The firmware preserved less memory than it was asked to.", report_firmware},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Unable to read register save area.",
	 "The firmware left no CPU registers where it should have.", report_firmware},
	{SPEAKER_FADUMP, KLOG_REFUSED, "Unable to read CPU state data",
	 "The CPU registers that the firmware left are damaged.", report_firmware},
	{SPEAKER_VMCORE, KLOG_VMCORE_FAILED, "Warning: Core image elf header not found",
	 "The description of the dump is not an ELF header.", save_log},
	{SPEAKER_VMCORE, KLOG_VMCORE_FAILED, "Warning: Core image elf header is not sane",
	 "The ELF header that describes the dump is damaged.", save_log},
	{SPEAKER_VMCORE, KLOG_VMCORE_FAILED, "Kdump: vmcore not initialized",
	 "The kernel could not set up /proc/vmcore, most often for want of memory.", save_log},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "Can't enable fadump with boot memory size",
	 "The memory asked for with crashkernel= is less than this platform needs to boot.",
	 raise_boot_memory},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "Too many holes in boot memory area",
	 "Low memory has more holes than fadump can describe.", see_platform},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "Failed to find memory chunk for reservation!",
	 "No free stretch of memory is large enough for the reservation.",
	 "Lower crashkernel= (at most a quarter of memory is taken) or give the system more "
	 "memory, "
	 "and reboot."},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "Failed to reserve memory",
	 "The memory for the next dump could not be reserved.",
	 "Lower crashkernel= (at most a quarter of memory is taken) or give the system more "
	 "memory, "
	 "and reboot."},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED,
	 "Firmware-Assisted Dump is not supported on this hardware",
	 "This machine's firmware does not offer fadump.", see_platform},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "Support missing for this f/w version!",
	 "This machine's firmware is too old for fadump.", see_platform},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "F/W version not supported!",
	 "This machine's firmware loads where fadump cannot work.", see_platform},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "Failed to set kernel metadata tag!",
	 "The firmware did not take note of where the dump's description will be.", see_platform},
	{SPEAKER_FADUMP, KLOG_RESERVE_FAILED, "sysfs group creation failed",
	 "The kernel gave fadump up because it could not create its files.",
	 "Reboot; if it happens again, report the kernel log."},
	{SPEAKER_FADUMP, KLOG_REGISTER_FAILED, "Can't have holes in reserved memory area.",
	 "The reserved memory has a hole, which the firmware does not accept.",
	 "Change crashkernel= so that the reservation falls elsewhere, and reboot."},
	{SPEAKER_FADUMP, KLOG_REGISTER_FAILED, "Failed to register.",
	 "The firmware did not take the registration.", retry_register},
	{SPEAKER_FADUMP, KLOG_REGISTER_FAILED,
	 "Timed out waiting for firmware to complete fadump register",
	 "The firmware did not answer the registration in time.", retry_register},
	{SPEAKER_FADUMP, KLOG_REGISTER_FAILED, "Support not available.",
	 "The firmware withdrew its support for fadump.", see_platform},
	/* Last, and never found by its words: see note_user_space(). */
	{SPEAKER_OTHER, KLOG_REFUSED, "",
	 "The kernel let the dump's memory go while it booted, without saying why.",
	 "Keep the kernel log; make sure that crash and capture boot run the same kernel."},
};

#define SILENT (&sayings[ARRAY_SIZE(sayings) - 1])

static const struct {
	const char *start;
	size_t cut; /* how much of it is prefix */
	enum speaker speaker;
} speakers[] = {
	{"fadump: ", 8, SPEAKER_FADUMP},
	{"rtas fadump: ", 13, SPEAKER_FADUMP},
	{"opal fadump: ", 13, SPEAKER_FADUMP},
	{"vmcore: ", 8, SPEAKER_VMCORE},
	/* These have had a prefix since 6.14 only. */
	{"Warning: Core image elf header ", 0, SPEAKER_VMCORE},
	{"Kdump: vmcore ", 0, SPEAKER_VMCORE},
};

static bool starts(struct text t, const char *word)
{
	size_t n = strlen(word);

	return t.len >= n && memcmp(t.p, word, n) == 0;
}

static bool ends(struct text t, const char *word)
{
	size_t n = strlen(word);

	return t.len >= n && memcmp(t.p + t.len - n, word, n) == 0;
}

static void cut(struct text *t, size_t n)
{
	t->p += n;
	t->len -= n;
}

/* A decimal number at the start, cut off; -1 when there is none. Saturates: only "< 8" is asked of
 * it. */
static int cut_number(struct text *t)
{
	int v = -1;

	while (t->len > 0 && *t->p >= '0' && *t->p <= '9') {
		v = v < 0 ? 0 : v;
		v = v > 100000 ? v : v * 10 + (*t->p - '0');
		cut(t, 1);
	}
	return v;
}

/*
 * Leave the message alone in *t. Returns the record's priority (facility * 8 + level), 0 when the
 * line has none, or -1 when it is no message: a record's dictionary line, or a priority that is
 * none.
 */
static int cut_head(struct text *t)
{
	struct text rest = *t;
	const char *semicolon;
	int prio;

	if (t->len == 0 || *t->p == ' ')
		return -1;
	prio = cut_number(&rest);
	if (prio >= 0 && starts(rest, ",")) {
		semicolon = memchr(rest.p, ';', rest.len);
		if (!semicolon)
			return -1;
		cut(t, (size_t)(semicolon - t->p) + 1);
		return prio;
	}
	prio = 0;
	if (starts(*t, "<")) {
		cut(t, 1);
		prio = cut_number(t);
		if (prio < 0 || !starts(*t, ">"))
			return -1;
		cut(t, 1);
	}
	/* "[    1.234567] ", and "[    T1] " after it when the kernel shows callers. */
	while (starts(*t, "[")) {
		const char *bracket = memchr(t->p, ']', t->len);

		if (!bracket)
			return -1;
		cut(t, (size_t)(bracket - t->p) + 1);
		while (starts(*t, " "))
			cut(t, 1);
	}
	return prio;
}

static enum speaker cut_speaker(struct text *t)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(speakers); i++) {
		if (!starts(*t, speakers[i].start))
			continue;
		cut(t, speakers[i].cut);
		return speakers[i].speaker;
	}
	return SPEAKER_OTHER;
}

static void copy_line(struct text t, char *out, size_t size)
{
	size_t i, n = t.len < size - 1 ? t.len : size - 1;

	memcpy(out, t.p, n);
	for (i = 0; i < n; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
	out[n] = '\0';
}

/* Is a better than what was found: graver? The enum goes from grave to light. */
static bool graver(enum klog_meaning a, const struct klog_finding *found)
{
	return found->meaning == KLOG_NOTHING || a < found->meaning;
}

static void take_saying(const struct saying *s, struct klog_finding *out)
{
	out->said = (uint32_t)(s - sayings) + 1;
	out->meaning = s->meaning;
	out->why = s->why;
	out->advice = s->advice;
}

/*
 * User space runs. What was freed before that, the kernel let go by itself: it refused the dump,
 * also when it gives no reason (a crash that the firmware started on powernv, a missing address of
 * the header).
 */
static void note_user_space(struct klog_finding *out)
{
	out->user_space = true;
	if (!out->freed[0] || !graver(KLOG_REFUSED, out))
		return;
	take_saying(SILENT, out);
	memcpy(out->line, out->freed, sizeof(out->line));
}

/* The number after the first "0x" of the text, or 0. */
static uint64_t first_address(struct text t)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i + 1 < t.len && (t.p[i] != '0' || t.p[i + 1] != 'x'); i++)
		;
	for (i += 2; i < t.len && value >> 60 == 0; i++) {
		char c = t.p[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	return value;
}

static void note_addresses(struct text message, struct klog_finding *out)
{
	uint64_t addr = first_address(message);

	/* "Reserving" in a capture boot, "Reserved" in any other. */
	if (starts(message, "Reserv") && addr && (!out->reserved_at || addr < out->reserved_at))
		out->reserved_at = addr;
	if (starts(message, "freeing reserved memory") && addr && out->n_freed < KLOG_FREED_MAX)
		out->freed_from[out->n_freed++] = addr;
}

static void scan_line(struct text t, struct klog_finding *out)
{
	int prio = cut_head(&t);
	enum speaker speaker;
	struct text message;
	size_t i;

	if (prio < 0)
		return;
	if (prio >= 8) {
		/* A program wrote it: no word of the kernel's, but a sign that programs run. */
		out->user_space = true;
		return;
	}
	if (starts(t, "Run ") && ends(t, " as init process") && !out->user_space) {
		note_user_space(out);
		return;
	}
	message = t;
	speaker = cut_speaker(&message);
	if (speaker == SPEAKER_OTHER)
		return;
	if (speaker == SPEAKER_FADUMP)
		note_addresses(message, out);
	if (speaker == SPEAKER_FADUMP && starts(message, "freeing reserved memory")) {
		if (out->user_space)
			out->released = true;
		else
			copy_line(t, out->freed, sizeof(out->freed));
		return;
	}
	for (i = 0; i < ARRAY_SIZE(sayings); i++) {
		const struct saying *s = &sayings[i];

		if (s->speaker != speaker || !starts(message, s->start))
			continue;
		if (graver(s->meaning, out)) {
			take_saying(s, out);
			copy_line(t, out->line, sizeof(out->line));
		}
		return;
	}
}

void klog_scan_more(const char *buf, size_t len, struct klog_finding *out)
{
	while (len > 0) {
		const char *nl = memchr(buf, '\n', len);
		size_t n = nl ? (size_t)(nl - buf) : len;
		struct text line = {buf, n};

		if (n > 0 && buf[n - 1] == '\r')
			line.len--;
		scan_line(line, out);
		buf += n;
		len -= n;
		if (nl) {
			buf++;
			len--;
		}
	}
}

void klog_scan(const char *buf, size_t len, struct klog_finding *out)
{
	memset(out, 0, sizeof(*out));
	klog_scan_more(buf, len, out);
}

void klog_pack(const struct klog_finding *f, struct klog_packed *out)
{
	memset(out, 0, sizeof(*out));
	out->said = f->said;
	out->released = f->released;
	out->reserved_at = f->reserved_at;
	out->n_freed = (uint32_t)f->n_freed;
	memcpy(out->freed_from, f->freed_from, sizeof(out->freed_from));
	memcpy(out->line, f->line, sizeof(out->line));
}

int klog_unpack(const struct klog_packed *p, struct klog_finding *out)
{
	struct text line = {p->line, strnlen(p->line, sizeof(p->line))};

	if (p->said > ARRAY_SIZE(sayings) || p->n_freed > KLOG_FREED_MAX || p->released > 1 ||
	    line.len == sizeof(p->line) || (p->said != 0) != (line.len != 0))
		return -EPROTO;
	memset(out, 0, sizeof(*out));
	if (p->said)
		take_saying(&sayings[p->said - 1], out);
	copy_line(line, out->line, sizeof(out->line));
	out->released = p->released;
	out->reserved_at = p->reserved_at;
	out->n_freed = p->n_freed;
	memcpy(out->freed_from, p->freed_from, sizeof(out->freed_from));
	return 0;
}
