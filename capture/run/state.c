// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/state.h"

#include "base/rights.h"
#include "run/identity.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *word, *summary, *advice;
} holds[] = {
	[STATE_EXHAUSTED] =
		{"exhausted",
		 "A dump is in memory, and the attempts to save it (max-attempts) are used up.",
		 "Save it with 'fadump-ng capture'; an orderly reboot would destroy it."},
	[STATE_KEPT] = {"kept",
			"The dump was saved, and its memory is kept, as asked with --no-release.",
			"'fadump-ng release' gives the memory back."},
	[STATE_NOT_RELEASED] =
		{"not-released",
		 "The dump was saved, but the kernel did not give its memory back; it is not asked "
		 "again.",
		 "Reboot to get the memory back, and to be ready for the next crash."},
};

/* The same, where nothing was saved: released by force, or for its log alone. */
static const char unsaved_summary[] =
	"A dump is in memory that was to be given up, but the kernel did not give its memory back.";
static const char unsaved_advice[] =
	"Save it with 'fadump-ng capture --no-release' if it is wanted; an orderly reboot destroys "
	"it, and gives the memory back.";

/* Is there a dump, or may there be one? */
static bool may_be_held(enum verdict_kind kind)
{
	return kind == VERDICT_DUMP || kind == VERDICT_BAD_CORE || kind == VERDICT_NO_VMCORE ||
	       kind == VERDICT_KEXEC || kind == VERDICT_UNDECIDED;
}

/* What this boot has done about it. */
static enum state_hold hold_of(const struct root *root, const struct record *r)
{
	uint64_t id;

	/* Whatever there is to be seen: a second write could free memory in use. */
	if (r->release_unclear)
		return STATE_NOT_RELEASED;
	if (identity_active(root, &id) < 0 || r->dump_id != id)
		return STATE_OPEN;
	if (r->kept && r->target[0])
		return STATE_KEPT;
	return strcmp(r->outcome, run_outcome_word(RUN_EXHAUSTED)) == 0 ? STATE_EXHAUSTED
									: STATE_OPEN;
}

bool state_in_memory(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_DUMP:
	case VERDICT_BAD_CORE:
	case VERDICT_NO_VMCORE:
	case VERDICT_KEXEC:
		return true;
	case VERDICT_NONE:
	case VERDICT_REFUSED:
	case VERDICT_FADUMP_OFF:
	case VERDICT_UNDECIDED:
	case VERDICT_UNSUPPORTED:
		break;
	}
	return false;
}

static void refine(const struct root *root, struct state *s)
{
	struct verdict *v = &s->verdict;

	/* The kernel's log forgets that the memory was given back; the record does not. */
	if (s->have_record && s->record.released && !v->state.vmcore &&
	    (v->kind == VERDICT_UNDECIDED || v->kind == VERDICT_NO_VMCORE ||
	     v->kind == VERDICT_KEXEC))
		verdict_released(v);
	if (s->have_record && may_be_held(v->kind))
		s->hold = hold_of(root, &s->record);
	s->word = s->hold ? holds[s->hold].word : verdict_word(v->kind);
	s->summary = s->hold ? holds[s->hold].summary : v->summary;
	s->advice = s->hold ? holds[s->hold].advice : v->advice;
	if (s->hold == STATE_NOT_RELEASED && !s->record.target[0]) {
		s->summary = unsaved_summary;
		s->advice = unsaved_advice;
	}
	s->dump_in_memory = state_in_memory(v->kind);
}

int state_read(const struct root *root, bool core, struct state *out)
{
	int err;

	*out = (struct state){.word = "unknown", .summary = "", .advice = ""};
	err = core ? verdict_judge(root, &out->verdict) : verdict_look(root, &out->verdict);
	if (err < 0)
		return err;
	out->record_error = record_read(root, &out->record);
	out->have_record = out->record_error == 0;
	refine(root, out);
	return 0;
}

void state_deinit(struct state *s)
{
	verdict_deinit(&s->verdict);
}

int state_error(struct log *log, const struct state *s, int err)
{
	log_error(log, "cannot read the fadump state: %s%s", verdict_error(&s->verdict, err),
		  rights_advice(err));
	return err;
}
