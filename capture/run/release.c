// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/release.h"

#include "base/cleanup.h"
#include "base/rights.h"
#include "crash/append_area.h"
#include "crash/fadump.h"
#include "crash/page.h"
#include "crash/vmcore.h"
#include "run/identity.h"
#include "run/limits.h"
#include "run/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * Where the page is that the kernel will free although it needs it; 0 when it does not, or when it
 * is not known. *fate is then what it will be.
 */
static uint64_t find_header(const struct root *root, const struct fadump_state *state,
			    enum header_page *fate)
{
	_cleanup_close_ int fd = root_open(root, "/proc/vmcore", O_RDONLY, 0);
	enum vmcore_problem problem;
	uint64_t addr = 0, page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct vmcore core = {0};
	struct kernel_dump tree;

	if (fd >= 0)
		(void)!vmcore_read(fd, 0, &core, &problem);
	if (core.info.page_size)
		page = core.info.page_size;
	*fate = header_page_is_freed(state, page) ? HEADER_PAGE_EXPOSED : HEADER_PAGE_SAFE;
	if (*fate == HEADER_PAGE_EXPOSED && header_page_find(&core, page, &addr) < 0 &&
	    (kernel_dump_read(root, &tree) < 0 ||
	     header_page_find_in_tree(&tree, state, page, &addr) < 0))
		addr = 0;
	vmcore_deinit(&core);
	return addr;
}

/* Why a page could not be taken. */
static const char *page_why(int err)
{
	return err == -ENOENT    ? "no CONFIG_MEMORY_FAILURE"
	       : err == -ENODATA ? "where it is is not known"
				 : strerror(-err);
}

static void say_header(struct log *log, uint64_t addr, enum header_page fate, int err)
{
	if (fate == HEADER_PAGE_TAKEN)
		log_info(log,
			 "this kernel lets go of the page with its fadump header (0x%llx): taken "
			 "out of use, so that the next crash can be dumped too",
			 (unsigned long long)addr);
	if (fate == HEADER_PAGE_EXPOSED)
		log_warning(log,
			    "this kernel lets go of the page with its fadump header, and it could "
			    "not be taken out of use (%s): the dump of another crash in this boot "
			    "may be lost; reboot when convenient",
			    page_why(err));
	if (fate == HEADER_PAGE_LOST)
		log_error(log,
			  "this kernel let go of the page with its fadump header (0x%llx), and "
			  "somebody has it already (%s): reboot to be ready for the next crash",
			  (unsigned long long)addr, strerror(-err));
}

/* Right after the release: every moment the page is free, somebody may get it. */
static int take_header(const struct root *root, uint64_t addr, enum header_page *fate)
{
	int err = addr ? page_take(root, addr) : -ENODATA;

	if (*fate != HEADER_PAGE_EXPOSED)
		return 0;
	if (err == 0)
		*fate = HEADER_PAGE_TAKEN;
	else if (err == -EBUSY || err == -EIO)
		*fate = HEADER_PAGE_LOST;
	return err;
}

static void say_append(struct log *log, uint64_t addr, enum append_area fate, int err)
{
	if (fate == APPEND_AREA_TAKEN)
		log_info(
			log,
			"this kernel lets go of the memory of bootargs_append (0x%llx), too: taken "
			"out of use, its text stays what it was",
			(unsigned long long)addr);
	if (fate == APPEND_AREA_EXPOSED)
		log_warning(log,
			    "this kernel lets go of the memory of bootargs_append, and it could "
			    "not be taken out of use (%s): do not write bootargs_append in this "
			    "boot, and reboot when convenient; after another crash the capture "
			    "kernel would find on its command line whatever is in that memory",
			    page_why(err));
}

/*
 * The write, and whether it really happened: the kernel returns success whatever the firmware said,
 * so /proc/vmcore must be gone. It is never written twice.
 */
static enum release_result give_back(const struct root *root, struct log *log,
				     const struct fadump_state *before, enum header_page *fate)
{
	const char *path = fadump_path(before, "release_mem");
	uint64_t append, header = find_header(root, before, fate);
	enum append_area area = append_area_find(root, before, &append);
	struct fadump_state after;
	int taken = 0, held = 0, err = fadump_write_release(root, before);

	if (err == 0)
		taken = take_header(root, header, fate);
	if (err == 0 && area == APPEND_AREA_EXPOSED)
		area = append_area_take(root, before, append, &held);
	if (err < 0) {
		log_error(log, "%s: %s; the memory stays reserved%s", path, strerror(-err),
			  rights_advice(err));
		return RELEASE_FAILED;
	}
	err = fadump_read(root, &after);
	if (err < 0 || after.vmcore) {
		log_error(log,
			  "%s took the write but /proc/vmcore %s%s; not writing again, reboot when "
			  "convenient to get the memory back",
			  path, err < 0 ? "cannot be looked at: " : "is still there",
			  err < 0 ? strerror(-err) : "");
		return RELEASE_UNCLEAR;
	}
	log_info(log, "memory given back: MemTotal was %lld MB, is %lld MB",
		 (long long)(before->mem_total / 1000000), (long long)(after.mem_total / 1000000));
	say_header(log, header, *fate, taken);
	say_append(log, append, area, held);
	if (before->mem_total > 0 && after.mem_total > 0)
		limits_raise(root, log, (uint64_t)before->mem_total, (uint64_t)after.mem_total);
	return RELEASE_DONE;
}

static enum release_result possible(struct log *log, const struct state *s)
{
	const struct fadump_state *state = &s->verdict.state;

	if (s->hold == STATE_NOT_RELEASED) {
		log_error(log, "%s is not written again: %s %s", fadump_path(state, "release_mem"),
			  s->summary, s->advice);
		return RELEASE_REFUSED;
	}
	/* The kernel registers only when it keeps no dump's memory any more. */
	if (state->registered == 1)
		return RELEASE_NOT_NEEDED;
	switch (s->verdict.kind) {
	case VERDICT_NONE:
	case VERDICT_REFUSED:
		if (state->release_mem)
			log_info(log, "the memory was given back in this boot already");
		return RELEASE_NOT_NEEDED;
	case VERDICT_UNSUPPORTED:
		log_info(log, "%s", s->summary);
		return RELEASE_NOT_NEEDED;
	case VERDICT_FADUMP_OFF:
		log_error(log,
			  "%s must not be written: this capture boot runs with fadump off, and the "
			  "kernel would free memory that is in use; reboot instead",
			  fadump_path(state, "release_mem"));
		return RELEASE_REFUSED;
	case VERDICT_DUMP:
	case VERDICT_BAD_CORE:
	case VERDICT_NO_VMCORE:
	case VERDICT_UNDECIDED:
	case VERDICT_KEXEC:
		break;
	}
	if (state->enabled == 1)
		return RELEASE_DONE;
	log_error(log, "%s: not written: whether fadump is on cannot be read from %s",
		  fadump_path(state, "release_mem"), fadump_path(state, "enabled"));
	return RELEASE_REFUSED;
}

enum release_result release_possible(const struct root *root, struct log *log,
				     struct fadump_state *state)
{
	enum release_result r;
	struct state s;
	int err = state_read(root, false, &s);

	if (err < 0) {
		(void)!state_error(log, &s, err);
		return RELEASE_FAILED;
	}
	*state = s.verdict.state;
	r = possible(log, &s);
	state_deinit(&s);
	return r;
}

/* Is what was saved, in target/dir, of the dump that is active? */
static bool is_active(const struct root *root, struct log *log, uint64_t dump_id,
		      const char *target, const char *dir)
{
	uint64_t id;
	int err = identity_active(root, &id);

	if (err < 0) {
		log_error(log, "/proc/vmcore: %s; nothing is released%s", strerror(-err),
			  rights_advice(err));
		return false;
	}
	if (dump_id == 0 || dump_id != id) {
		log_error(log, "the saved dump %s/%s is of another crash; nothing is released",
			  target, dir);
		return false;
	}
	return true;
}

enum release_result release_memory(const struct root *root, struct log *log,
				   const struct receipt *receipt, enum header_page *fate)
{
	struct fadump_state state;
	enum release_result r = release_possible(root, log, &state);

	if (r != RELEASE_DONE)
		return r;
	if (!is_active(root, log, receipt->dump_id, receipt->target, receipt->dir))
		return RELEASE_REFUSED;
	return give_back(root, log, &state, fate);
}

const char *release_policy_word(enum release_policy policy)
{
	switch (policy) {
	case RELEASE_POLICY_RATE_LIMIT:
		return "rate-limit";
	case RELEASE_POLICY_DEADLINE:
		return "deadline";
	case RELEASE_POLICY_NONE:
		break;
	}
	return "";
}

/* Only what the configuration names, now, is in force. */
static bool in_force(const struct config *config, enum release_policy policy)
{
	switch (policy) {
	case RELEASE_POLICY_RATE_LIMIT:
		return config->rate_limit.crashes > 0;
	case RELEASE_POLICY_DEADLINE:
		return config->deadline_ms > 0 && config->on_deadline == CONFIG_DEADLINE_LOG;
	case RELEASE_POLICY_NONE:
		break;
	}
	return false;
}

enum release_result release_by_policy(const struct root *root, struct log *log,
				      const struct config *config,
				      const struct log_receipt *receipt, enum header_page *fate)
{
	struct fadump_state state;
	enum release_result r = release_possible(root, log, &state);

	if (r != RELEASE_DONE)
		return r;
	if (!in_force(config, receipt->policy) || receipt->size == 0) {
		log_error(log, "there is no dump, and no policy that allows a release without one; "
			       "nothing is released");
		return RELEASE_REFUSED;
	}
	if (!is_active(root, log, receipt->dump_id, receipt->target, receipt->dir))
		return RELEASE_REFUSED;
	log_warning(log,
		    "giving the memory back without a dump, as %s says; the log of the crash "
		    "is in %s/%s",
		    release_policy_word(receipt->policy), receipt->target, receipt->dir);
	return give_back(root, log, &state, fate);
}

enum release_result release_forced(const struct root *root, struct log *log, enum header_page *fate)
{
	struct fadump_state state;
	enum release_result r = release_possible(root, log, &state);

	if (r != RELEASE_DONE)
		return r;
	log_warning(log, "releasing by force: a dump that was not saved is lost");
	return give_back(root, log, &state, fate);
}
