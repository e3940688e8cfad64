/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names that the C code has for what it finds and how it ends. tests/model/run compares them with the headers, both ways: a state that is
 * new in C is one that the model does not know, and breaks the check.
 */
mtype:run_outcome = {	/* capture/run/run.h */
	RUN_CAPTURED,
	RUN_NOT_GIVEN,
	RUN_NOT_REGISTERED,
	RUN_NO_DUMP,
	RUN_INVALID,
	RUN_FAILED,
	RUN_BUSY,
	RUN_KEPT,
	RUN_EXHAUSTED,
	RUN_LEFT,
	RUN_KEXEC,	/* not reached: no kernel here starts another */
};
mtype:release_result = {	/* capture/run/release.h */
	RELEASE_DONE,
	RELEASE_NOT_NEEDED,
	RELEASE_REFUSED,
	RELEASE_FAILED,
	RELEASE_UNCLEAR,
};
mtype:verdict_kind = {	/* capture/crash/verdict.h */
	VERDICT_NONE,
	VERDICT_DUMP,
	VERDICT_BAD_CORE,
	VERDICT_REFUSED,
	VERDICT_NO_VMCORE,
	VERDICT_FADUMP_OFF,
	VERDICT_UNDECIDED,
	VERDICT_KEXEC,	/* likewise */
	VERDICT_UNSUPPORTED,	/* likewise: each kernel has fadump */
};
mtype:header_page = {	/* capture/crash/header_page.h */
	HEADER_PAGE_SAFE,
	HEADER_PAGE_TAKEN,
	HEADER_PAGE_EXPOSED,
	HEADER_PAGE_LOST,
};
