// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/register.h"

#include "base/rights.h"
#include "crash/append_area.h"
#include "crash/fadump.h"
#include "crash/conflict.h"
#include "crash/overlap.h"
#include "crash/kmsg.h"
#include "crash/page.h"
#include "run/state.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int explain(struct log *log, const struct fadump_state *state, bool released, int err)
{
	const char *path = fadump_path(state, "registered");

	switch (err) {
	case -EPERM:
		if (released)
			log_error(log,
				  "%s: the memory was given back, but the firmware did not let go "
				  "of the dump; reboot to be ready for the next crash",
				  path);
		else
			log_error(
				log,
				"%s: the kernel refuses: the last crash's memory is still "
				"reserved, and there is no /proc/vmcore to save it from; keep the "
				"kernel log, and see 'fadump-ng check'",
				path);
		break;
	case -ENODEV:
		log_error(log,
			  "%s: no memory is reserved for fadump; check crashkernel= and look for "
			  "'fadump:' in the kernel log",
			  path);
		break;
	default:
		log_error(log, "%s: %s%s", path, strerror(-err), rights_advice(err));
	}
	return err;
}

static int read_back(const struct root *root, struct log *log, int want)
{
	struct fadump_state state;
	int err = fadump_read(root, &state);

	if (err < 0)
		return err;
	if (state.registered != want) {
		log_error(log, "%s took the write but reads %d", fadump_path(&state, "registered"),
			  state.registered);
		return -EIO;
	}
	return 0;
}

/* The device tree says where it is; the kernel's log does, as long as it remembers. */
static int find_header(const struct root *root, const struct fadump_state *state,
		       uint64_t page_size, uint64_t *addr)
{
	struct klog_finding said;
	struct kernel_dump tree;
	int err = kernel_dump_read(root, &tree);

	if (err == 0)
		err = header_page_find_in_tree(&tree, state, page_size, addr);
	if (err == 0)
		return 0;
	err = kmsg_scan(root, &said);
	return err < 0 ? err : header_page_find_in_log(&said, state, page_size, addr);
}

/* In a boot that gave the page of its fadump header away: get it back before it is written to. */
static int secure_header(const struct root *root, struct log *log, const struct state *s)
{
	const struct fadump_state *state = &s->verdict.state;
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE), addr = 0;
	int err;

	if (!state->release_mem || !header_page_is_freed(state, page_size))
		return 0;
	/* A release of ours took it, and it is nobody else's since. */
	if (s->have_record && s->record.released &&
	    strcmp(s->record.header_page, header_page_word(HEADER_PAGE_TAKEN)) == 0)
		return 0;
	err = find_header(root, state, page_size, &addr);
	if (err == 0 && page_is_held(root, addr, page_size))
		return 0;
	if (err == 0)
		err = page_take(root, addr);
	if (err == -EACCES || err == -EPERM) {
		log_error(log, "not registered: the page of the fadump header: %s%s",
			  strerror(-err), rights_advice(err));
		return err;
	}
	if (err < 0 && s->verdict.kind == VERDICT_UNDECIDED) {
		log_error(log,
			  "not registered: the page of the fadump header cannot be taken out of "
			  "use (%s), and the kernel log no longer says whether the last crash's "
			  "memory is still reserved; keep the log, and see 'fadump-ng check'",
			  strerror(-err));
		return -EBUSY;
	}
	if (err < 0) {
		log_error(log,
			  "not registered: this boot's kernel gave the page of its fadump header "
			  "away, and registering would overwrite memory in use; no dump is in "
			  "memory: reboot to be ready for the next crash");
		return -EBUSY;
	}
	log_info(log, "took the page of the fadump header (0x%llx) out of use",
		 (unsigned long long)addr);
	return 0;
}

/*
 * Likewise the text of bootargs_append. It is no reason not to register: a dump is worth more than
 * a clean command line.
 */
static void secure_append(const struct root *root, struct log *log, const struct state *s)
{
	const struct fadump_state *state = &s->verdict.state;
	uint64_t addr;
	int err = 0;

	/* A release of ours took it already: what is there now is an administrator's. */
	if (s->have_record && s->record.released)
		return;
	if (!state->release_mem || append_area_find(root, state, &addr) == APPEND_AREA_SAFE)
		return;
	switch (append_area_take(root, state, addr, &err)) {
	case APPEND_AREA_SAFE:
		return;
	case APPEND_AREA_TAKEN:
		if (append_area_is_ours(root, state->append))
			return;
		err = fadump_write_append(root, state, "");
		if (err == 0) {
			log_warning(log, "the memory of bootargs_append had been overwritten by "
					 "somebody else: the text is empty now");
			return;
		}
		break;
	case APPEND_AREA_EXPOSED:
		break;
	}
	log_warning(log,
		    "this boot's kernel gave the memory of bootargs_append away, and it could not "
		    "be taken back (%s): do not write bootargs_append in this boot, and reboot "
		    "when convenient; after another crash the capture kernel would find on its "
		    "command line whatever is in that memory",
		    strerror(-err));
}

/* The kernel says the same 0 for a reservation that failed as for fadump=off. */
static int explain_off(const struct root *root, struct log *log)
{
	struct klog_finding said;

	if (kmsg_scan(root, &said) == 0 && said.meaning == KLOG_RESERVE_FAILED)
		log_error(log, "no memory could be reserved for fadump (%s): %s; %s", said.line,
			  said.why, said.advice);
	else
		log_error(log, "fadump is off: add fadump=on to the kernel command line");
	return -EPERM;
}

static void warn_of_others(const struct root *root, struct log *log,
			   const struct fadump_state *state)
{
	const char *other = conflict_find(root);

	if (other)
		log_warning(log,
			    "%s is enabled as well: it registers, captures and reboots by its own "
			    "rules; run `systemctl disable %s`",
			    other, other);
	if (state->kdump_loaded == 1)
		log_warning(log, "a kdump kernel is loaded as well; fadump comes first, and kdump "
				 "only wastes its memory: disable one of them");
}

static void warn_of_overlap(const struct root *root, struct log *log,
			    const struct fadump_state *state)
{
	struct overlap o;
	char line[400];
	size_t i;

	if (state->enabled != 1 || overlap_find(root, state, &o) < 0)
		return;
	for (i = 0; i < o.n; i++) {
		overlap_format(&o, i, line, sizeof(line));
		log_warning(log, "%s", line);
	}
}

/*
 * What stands in the way, whatever the files say. After a release the caller knows that there is no
 * dump any more. 0; REGISTER_LEFT; or -errno.
 */
static int obstacle(struct log *log, const struct state *s, bool released)
{
	if (s->verdict.kind == VERDICT_UNSUPPORTED || s->verdict.kind == VERDICT_FADUMP_OFF) {
		log_error(log, "%s %s", s->summary, s->advice);
		return s->verdict.kind == VERDICT_UNSUPPORTED ? -ENODEV : -EPERM;
	}
	if (!s->verdict.state.supported) {
		log_error(log, "this kernel or firmware has no fadump: no /sys/kernel/fadump");
		return -ENODEV;
	}
	if (s->dump_in_memory && !released) {
		log_error(log, "not ready for the next crash: %s %s", s->summary, s->advice);
		return REGISTER_LEFT;
	}
	return 0;
}

static int write_registered(const struct root *root, struct log *log, const struct state *s,
			    const enum header_page *released)
{
	const struct fadump_state *state = &s->verdict.state;
	int err = 0;

	if (!released)
		err = secure_header(root, log, s);
	else if (*released == HEADER_PAGE_LOST)
		err = -EBUSY;
	if (err < 0)
		return err;
	if (!released)
		secure_append(root, log, s);
	err = fadump_write_registered(root, state, true);
	return err < 0 && err != -EEXIST ? explain(log, state, released, err) : 0;
}

static int register_in(const struct root *root, struct log *log, const struct state *s,
		       const enum header_page *released)
{
	const struct fadump_state *state = &s->verdict.state;
	int err = obstacle(log, s, released);

	if (err != 0)
		return err;
	warn_of_others(root, log, state);
	warn_of_overlap(root, log, state);
	if (state->enabled != 1)
		return explain_off(root, log);
	if (state->registered != 1)
		err = write_registered(root, log, s, released);
	if (err == 0)
		err = read_back(root, log, 1);
	if (err == 0)
		log_info(log, "registered: the next crash will be dumped");
	return err;
}

int register_for_crash(const struct root *root, struct log *log, const enum header_page *released)
{
	struct state s;
	int err = state_read(root, !released, &s);

	err = err < 0 ? state_error(log, &s, err) : register_in(root, log, &s, released);
	state_deinit(&s);
	return err;
}

static int unregister_in(const struct root *root, struct log *log, const struct state *s)
{
	const struct fadump_state *state = &s->verdict.state;
	int err = obstacle(log, s, false);

	if (err != 0)
		return err;
	if (state->registered != 0) {
		err = fadump_write_registered(root, state, false);
		if (err < 0)
			return explain(log, state, false, err);
	}
	err = read_back(root, log, 0);
	if (err == 0)
		log_warning(log, "unregistered: the next crash will not be dumped");
	return err;
}

int unregister(const struct root *root, struct log *log)
{
	struct state s;
	int err = state_read(root, true, &s);

	err = err < 0 ? state_error(log, &s, err) : unregister_in(root, log, &s);
	state_deinit(&s);
	return err;
}
