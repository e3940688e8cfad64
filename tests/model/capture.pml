/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocol of a capture, as a model that spin searches to its end: between the kernel (kernel.pml), the file systems of two targets with what
 * is on the disk and what is not yet (disk.pml), and fadump-ng (program.pml), run by the initramfs, by the late service and its timer, and by a
 * person at the same time. The machine may lose its power or be reset between any two calls, and crash again as soon as it is registered; any
 * call may fail, and a target may hang. guard.pml has the watchdog, which may reset the machine at any moment while it is armed, and the count of
 * attempts. names.pml has the names, which are those of the C code. tests/model/run searches, and checks that every mutant (an #ifdef) is found.
 *
 * What holds (each is an assertion at the place where it could break; [] the names that tests/model/run has for them):
 *
 * 1. A write to release_mem that the kernel takes comes only when a whole dump of the active dump lasts on some target: its contents, its name
 *    and its directory's name are on the disk [durable]; with require-all, on every target of the pass [all]. `release --force` is a person's
 *    decision and excepted. What was given back against a receipt is there after every loss.
 * 2. What is called vmcore is whole and on the disk at every moment, also after a loss [published]. Between the rename and the directories' fsync
 *    a loss may take the name, never the contents: there is vmcore, or vmcore.incomplete, or nothing. No receipt exists yet.
 * 3. The kernel takes at most one write to release_mem in a boot, `--force` or not [once].
 * 4. A run that says RUN_CAPTURED, and was not told to keep the memory, leaves the machine registered [armed]; the page of the fadump header is
 *    written to only when it is ours, or by the run that has just given it away, could not take it, and says so (HEADER_PAGE_EXPOSED) [page].
 * 5. Every run ends: no cycle, no deadlock but a target that hangs. RUN_FAILED means that the dump is still there [kept]; what a person wants
 *    kept is released by no service; a person in the rescue shell finds the lock free [shell].
 * 6. When nothing fails any more, one run of the late service is enough: the machine is then registered, unless [settled] the dump is kept by a
 *    person (RUN_KEPT) or because on-failure is not late-capture; it is one that the kernel cannot offer or that is damaged (RUN_INVALID), or
 *    fadump is off; or somebody was told after the release that only a reboot helps (RUN_NOT_GIVEN, RUN_NOT_REGISTERED, a failed `register`);
 *    or the attempts are used up.
 * 7. The watchdog resets the machine max-attempts times in a row at most, then a boot goes on, however often it hangs [bounded]. Who hangs in
 *    the initramfs is reset, when nothing else failed [guarded]. Nobody works, and nobody is left in a rescue shell or in a boot that goes on,
 *    under a watchdog that nobody feeds, unless it could not be stopped, which is said [fed] [stopped].
 * 8. The count is never more than the boots that found this dump since the crash, or since it was saved [counted]: no attempt is taken from it.
 * 9. The last attempt completes nothing [last], gives nothing back (but by rate-limit), and ends with a log on a target if any takes it [log].
 *    What is used up is kept, and nothing but a person tries it [left]; in the running system a person is not refused [person], and after the
 *    last attempt the timer tries it once [settled].
 *
 * What it does not promise, as tests/model/run shows with the LIMITs: 3 does not hold where a program is killed between the write and its record
 * and the write stayed unclear, nor where the record cannot be written, nor where the lock file cannot be made and two run at once (1 and 2 hold
 * even then: each capture has the lock of its directory).
 *
 * With rate-limit or on-deadline = log-only, both off by default, 1 holds of a whole dump or of the log; with require-all, of the dump on every
 * target, or of the log on every target. When they apply is left to chance.
 *
 * The count is searched within bounds of its own, with 1, 2 and 3 attempts, with /dev/nvram and without; one failing call a boot, or another crash
 * and a reset from elsewhere, or a person, whose capture in the rescue shell is a whole one.
 *
 * Left out: what gives way to a new dump; what is in a dump (the structural check tells whole from not), how much room there is (a full target is
 * one that fails), the log beside a dump but the last attempt's, the manifest and the network, what the watchdog takes for progress, a disk that
 * lies about fsync, a server that cannot promise it (the manifest's "unassured"), a person who deletes a dump in the very moment of its release.
 * A directory's name and the same with .2 stand for all of them.
 */
#include "names.pml"
#include "disk.pml"
#include "kernel.pml"
#include "guard.pml"
#include "program.pml"

/* Within which bounds everything is tried; -DONLY=NAME for one of them. */
#define FAULTS	1	/* many failing calls in a boot */
#define PEOPLE	2	/* a person's commands beside the late service */
#define LOSSES	3	/* of power, and resets, at any moment */
#define AGAIN	4	/* another crash after the first */
#define MIXED	5	/* a little of each */
#define BOTH	6	/* both targets in one pass */
#define EACH	7	/* and require-all */
#define LOGS	8	/* the log is enough */
#define LOGS_BOTH	9	/* on both targets in one pass */
#define LOGS_EACH	10	/* and require-all */
#define STEADY	11	/* nothing fails; for the search for cycles */
#define TWO	12	/* to provoke, not to search to the end */
#define EACH_PEOPLE	13
#define FEW	14	/* one fault, one person */
#define ATTEMPTS	15	/* with a watchdog, and a count; -DGUARDED for these four */
#define ATTEMPTS_AGAIN	16	/* another crash, and a reset from elsewhere */
#define ATTEMPTS_PEOPLE	17
#define ATTEMPTS_LOGS	18	/* the log is enough */
#define ATTEMPTS_STEADY	19	/* for cycles */
#define ATTEMPTS_TWO	20	/* to provoke */
#ifdef ONLY
#define WITHIN(n)	(n == ONLY)
#elif defined(GUARDED)
#define WITHIN(n)	(n >= ATTEMPTS && n < ATTEMPTS_STEADY)
#else
#define WITHIN(n)	(n < STEADY)
#endif

byte losses, crashes;		/* so many may come yet */
byte lost;

inline bounds(l, c, fl, p, t)
{
	losses = l;
	crashes = c;
	fault_limit = fl;
	person_turns = p;
	late_turns = t
}

inline choose_guard()
{
	if
	:: nv_there = 1
	:: skip
	fi;
	if
	:: max_attempts = 1
	:: max_attempts = 2
	:: max_attempts = 3
	fi
}

inline choose_bounds()
{
	if			/*  losses crashes faults person late */
	:: WITHIN(FAULTS) -> bounds(0, 1, 9, 0, 1)
	:: WITHIN(PEOPLE) -> bounds(0, 1, 1, 2, 2)
	:: WITHIN(LOSSES) -> bounds(2, 1, 1, 0, 1)
	:: WITHIN(AGAIN) -> bounds(1, 2, 1, 0, 1)
	:: WITHIN(MIXED) -> bounds(1, 1, 1, 1, 1)
	:: WITHIN(BOTH) -> bounds(1, 1, 1, 0, 1); together = 1
	:: WITHIN(EACH) -> bounds(0, 1, 2, 0, 2); together = 1; require_all = 1
	:: WITHIN(LOGS) -> bounds(1, 1, 2, 0, 1); log_enough = 1
	:: WITHIN(LOGS_BOTH) -> bounds(1, 1, 1, 0, 1); together = 1; log_enough = 1
	:: WITHIN(LOGS_EACH) -> bounds(1, 1, 1, 0, 1); together = 1; log_enough = 1; require_all = 1
	:: WITHIN(STEADY) -> bounds(1, 1, 0, 1, 1)
	:: WITHIN(TWO) -> bounds(0, 1, 2, 1, 2)
	:: WITHIN(FEW) -> bounds(0, 1, 1, 1, 2)
	:: WITHIN(ATTEMPTS) -> bounds(0, 1, 1, 0, 1); choose_guard()
	:: WITHIN(ATTEMPTS_AGAIN) -> bounds(1, 2, 0, 0, 1); choose_guard()
	:: WITHIN(ATTEMPTS_PEOPLE) -> bounds(0, 1, 0, 1, 1); choose_guard()
	:: WITHIN(ATTEMPTS_LOGS) -> bounds(0, 1, 1, 0, 1); log_enough = 1; nv_there = 1; max_attempts = 2
	:: WITHIN(ATTEMPTS_STEADY) -> bounds(0, 1, 0, 0, 1); choose_guard()
	:: WITHIN(ATTEMPTS_TWO) -> bounds(1, 1, 0, 1, 1); choose_guard()
	:: WITHIN(EACH_PEOPLE) -> bounds(0, 1, 2, 1, 2); together = 1; require_all = 1
	fi
}

inline boot_forget()
{
	lock = 0; rec_there = 0; rec_mine = 0; rec_kept = 0; rec_released = 0; rec_unclear = 0; rec_place = 0; rec_saved[0] = 0; rec_saved[1] = 0;
#ifdef LIMIT_LOCK
	dir_lock[0] = 0; dir_lock[1] = 0; dir_lock[2] = 0; dir_lock[3] = 0;
#endif
	guard_forget();
	told = 0; hung = 0; rebooting = 0; no_late = 0; faults = fault_limit; no_place = 0
}

/* For each dump so many times, and then a boot goes on. */
inline watchdog_resets()
{
	in_a_row++;
	assert(in_a_row <= max_attempts);
	down = 1
}

/* The machine stops where it is. A power cut takes the firmware's dump as well. */
inline machine_down()
{
	atomic { down = 1 };
	atomic {
		live == 0;
		down = 0;
		lose_unsynced();
		/* What was given back against a receipt is there, whatever happened. */
		assert(!given || gone || DURABLE || LOGGED)
	}
}

inline machine_crash()
{
	atomic {
		crashes--;
		firmware_dump = 1;
		bad = (page == PAGE_FREED || page == PAGE_USED);
		given = 0;
		gone = 0;
		new_places();
#ifndef MUTANT_OTHERS_COUNT
		nv_mine = 0;	/* attempts_open() compares */
#endif
		due = 0;
		in_a_row = 0;
		boot_forget();
		kernel_boot(bad);
		bad = 0
	}
}

/*
 * All has been tried: armed for the next crash, or the dump is kept and can still be captured, or a stated exception.
 */
#define ARMED		(registered && !held)
#define LEFT		(rec_kept || no_late || told || no_place || USED_UP || tried)	/* a person's wish, the configuration's; a reboot is due; the model's end */
#define FOR_A_PERSON	(!fadump_on || (vmcore && !sound) || (held && !vmcore && !accepted))	/* C, a bad core, B */
#define SETTLED		(ARMED || (vmcore && LEFT) || FOR_A_PERSON || told)

init {
	bit bad;

	atomic { choose_bounds() };
	machine_crash();
capture_boot_begins:
	atomic {
		live = 1;
		due = (max_attempts && vmcore && due <= max_attempts -> due + 1 : due);
		run Program(FIRST)
	};
	if
	:: live == 0
	:: losses -> goto loss
	:: atomic { dog -> watchdog_resets() }; goto reset
	:: hung && !losses && !dog -> goto stop
	fi;
	if
	:: rebooting -> goto reboot
	:: else
	fi;
	atomic {
		in_a_row = (dog -> in_a_row : 0);
		live = 2;
		run Program(LATE);
		run Program(PERSON)
	};
	if
	:: live == 0
	:: losses -> goto loss
	:: registered && crashes -> goto crash
	:: atomic { dog -> watchdog_resets() }; goto reset
	:: hung && !losses && !dog -> goto stop
	fi;
	atomic { faults = 0; live = 1; run Program(LAST) };
	if
	:: atomic { live == 0; assert(SETTLED) }
	:: atomic { dog -> watchdog_resets() }; goto reset
	fi;
	if
	:: registered && crashes -> goto crash
	:: else -> goto stop
	fi;
loss:
	losses--;
	machine_down();
	atomic {
		boot_forget();
		if
		:: firmware_dump = 0
		:: skip
		fi;
		kernel_boot(false)
	};
	if
	:: capture_boot -> goto capture_boot_begins
	:: else -> goto stop
	fi;
reset:
	machine_down();
	atomic { boot_forget(); kernel_boot(false) };
	if
	:: capture_boot -> goto capture_boot_begins
	:: else -> goto stop
	fi;
crash:
	machine_down();
	machine_crash();
	goto capture_boot_begins;
reboot:
	/* Orderly: everything is synced, and the kernel gives the dump up. */
	atomic {
		sync_all();
		assert(!given || gone || DURABLE || LOGGED);
		firmware_dump = 0;
		boot_forget();
		kernel_boot(false)
	};
stop:
	skip
}
